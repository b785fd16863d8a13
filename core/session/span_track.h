// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/shared_vector.h"
#include "core/session/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::session {

/// A stretch of time with both its ends; one that has not ended ends at kForever.
struct Span {
  TimeNs begin = 0;
  TimeNs end = kForever;
  friend bool operator==(const Span&, const Span&) = default;
};

/// The stretches of one lane in order of their begin, with running sums: the runs of a worker, the
/// waits of a caller. At most one is open, the last. They do not overlap, unless a lane really did
/// two things at once: then overlaps() says so, ends no longer rise with begins, and questions are
/// answered by going through all. Threads: as SharedVector.
class SpanTrack {
 public:
  /// Closed ones and the open one.
  std::size_t size() const { return begin_.size() + (open_ ? 1U : 0U); }
  std::size_t closed() const { return begin_.size(); }
  bool is_open() const { return open_.has_value(); }
  bool overlaps() const { return overlaps_; }
  Span operator[](std::size_t index) const;
  /// As [] of `first` and those behind it, as many as there is room for; all are there.
  void read(std::size_t first, std::span<Span> spans) const;
  /// Begins alone; of those past the last nothing is said.
  void read_begins(std::size_t first, std::span<TimeNs> begins) const;
  TimeNs begin_of(std::size_t index) const {
    return index < begin_.size() ? begin_[index] : *open_;
  }

  void open(TimeNs begin) { open_ = begin; }
  void close(TimeNs end);
  /// Corrects ends of closed ones. Cost O(closed ones from the first of them on); how many these
  /// are.
  struct Correction {
    std::size_t index = 0;
    TimeNs end = 0;
  };
  std::size_t correct(std::vector<Correction> ends);
  void clear();
  void freeze();
  /// Of those before `index` (a multiple of PackedColumn::kChunk, all closed) keeps sums and the
  /// longest; begins and lengths of single ones are made up from then on, so that 64 neighbours
  /// cover what they did. Cost O(chunks).
  void blur_before(std::size_t index);
  std::size_t bytes() const;

  /// The first that begins at or after `time`. `hint`: an index answered before, near which it is
  /// searched first.
  std::size_t first_from(TimeNs time, std::size_t hint = 0) const;
  /// The first that touches [time, ...): ends after `time` or begins at or after it. Given without
  /// overlaps.
  std::size_t first_touching(TimeNs time, std::size_t hint = 0) const;
  /// The one that covers `time`, the latest begun of several.
  std::optional<std::size_t> covering(TimeNs time) const;
  /// All that a question about a stretch needs to know of one of its ends; without overlaps.
  struct Edge {
    TimeNs time = 0;
    std::size_t next = 0;                         ///< first_from(time)
    TimeNs previous_end = PackedColumn::kAbsent;  ///< of the one before `next`
    TimeNs covered = 0;                           ///< how much of (-inf, time) is
    std::size_t first_touching() const { return previous_end > time ? next - 1 : next; }
  };
  Edge edge(TimeNs time, std::size_t hint = 0) const;
  /// How much of [begin, end) is covered, also with overlaps.
  TimeNs covered(TimeNs begin, TimeNs end) const;
  /// The longest of [first, last), the earliest of equals; all closed, first < last.
  struct Longest {
    TimeNs length = -1;
    std::uint64_t index = 0;
  };
  Longest longest(std::size_t first, std::size_t last) const;
  /// How many closed ones end in (-inf, time).
  std::size_t ended_before(TimeNs time, std::size_t hint = 0) const;

  std::optional<TimeNs> next_change(TimeNs time) const;
  std::optional<TimeNs> previous_change(TimeNs time) const;

 private:
  static constexpr std::size_t kFan = 16;
  static constexpr std::size_t kLevels = 5;

  TimeNs length_of(std::size_t index) const;
  void push(TimeNs begin, TimeNs end);
  void note_longest(std::size_t index, TimeNs length);
  void cut_longest(std::size_t size);

  /// Of the lengths of those before `index`, up to closed().
  TimeNs sum_before(std::size_t index) const {
    return index < begin_.size() ? wrapping_subtract(begin_[index], idle_[index]) : total_;
  }

  PackedColumn begin_;
  PackedColumn idle_;                       // begin less sum_before(): says the same in fewer bits
  TimeNs total_ = 0;                        // of all lengths
  using Level = SharedVector<Longest, 64>;  // most lanes are short
  std::array<Level, kLevels> longest_;      // of kFan, kFan^2, ...
  std::array<TimeNs, kLevels> last_longest_ = {};  // lengths of their backs, at hand
  std::optional<TimeNs> open_;
  std::size_t blurred_ = 0;
  bool overlaps_ = false;
};

}  // namespace poolscope::session
