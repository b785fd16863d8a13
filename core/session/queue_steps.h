// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/shared_vector.h"
#include "core/session/sorted.h"
#include "core/session/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::session {

/// Depth times time: a million tasks over years exceed 64 bits.
__extension__ typedef __int128 Area;

/// A queue's depth over time: a step up when a task is queued, a step down when it leaves. The
/// depth at t counts the steps at or before t; steps at the same time happen at once, so nothing
/// between them is ever seen. Threads: as SharedVector.
class QueueSteps {
 public:
  struct Extremes {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
  };

  /// Taken in by settle(); in any order.
  void add(TimeNs time, bool up) { changes_.add(key_of(time, up)); }
  /// Takes back one that was added.
  void remove(TimeNs time, bool up) { changes_.remove(key_of(time, up)); }
  bool unsettled() const { return !changes_.empty(); }
  /// Cost O(new ones + those behind the earliest of them); how many these are.
  std::size_t settle();
  void freeze();
  /// Of the steps before `time` keeps how deep the queue was from 64 steps to 64 steps, on average,
  /// at least and at most between; but for the last few hundred. Later ones must not be added or
  /// removed there. Cost O(chunks).
  void blur_before(TimeNs time);
  std::size_t bytes() const { return keys_.bytes() + groups_.bytes() + summaries_.bytes(); }

  bool empty() const { return keys_.empty(); }
  std::uint64_t depth(TimeNs time) const { return depth_after(count_until(time)); }
  /// How many were queued before `time`.
  std::uint64_t ups_before(TimeNs time) const;
  /// The integral of the depth over (-inf, time).
  Area area_until(TimeNs time) const { return edge(time).area; }
  /// All that a question about a stretch needs to know of one of its ends. `hint`: an Edge::before
  /// answered earlier, near which it is searched first.
  struct Edge {
    TimeNs time = 0;
    std::size_t before = 0;  ///< steps before `time`
    std::size_t until = 0;   ///< and at it
    std::uint64_t depth = 0;
    Area area = 0;  ///< as area_until()
  };
  Edge edge(TimeNs time, std::size_t hint = 0) const;
  Extremes extremes(const Edge& begin, const Edge& end) const;
  /// The least and largest depth at any moment of [begin, end), begin < end.
  Extremes extremes(TimeNs begin, TimeNs end) const { return extremes(edge(begin), edge(end)); }
  /// The steps in (begin, end): times and +1 or -1.
  struct Step {
    TimeNs time = 0;
    int change = 0;
  };
  std::vector<Step> steps(TimeNs begin, TimeNs end) const;

  std::optional<TimeNs> next_change(TimeNs time) const;
  std::optional<TimeNs> previous_change(TimeNs time) const;

 private:
  struct Group {
    std::int64_t depth_before = 0;
    Area area_before = 0;            // up to the group's first step
    std::uint32_t min = 0, max = 0;  // once the next group has begun
  };
  struct Summary {
    std::uint32_t min = 0, max = 0;
  };
  static constexpr std::size_t kGroup = 64;

  // A step up sorts before a step down of the same time, so no prefix is negative.
  static TimeNs key_of(TimeNs time, bool up) { return time * 2 + (up ? 0 : 1); }
  static TimeNs time_of(TimeNs key) { return key >> 1; }
  static std::int64_t change_of(TimeNs key) { return (key & 1) != 0 ? -1 : 1; }

  void push(TimeNs key);
  void seal(std::size_t group, TimeNs next_time);
  void truncate(std::size_t size);
  std::size_t count_until(TimeNs time) const { return keys_.lower_bound(time * 2 + 2); }
  std::size_t count_before(TimeNs time) const { return keys_.lower_bound(time * 2); }
  std::uint64_t depth_after(std::size_t count) const;
  bool is_blurred(std::size_t group) const { return group * kGroup < blurred_; }
  /// The same share of the way between two groups that `place` is of one.
  std::int64_t depth_between(std::size_t group, std::size_t place) const;
  Area area_between(std::size_t group, TimeNs time) const;
  void widen_singly(std::size_t first, std::size_t last, Extremes& extremes) const;

  PackedColumn keys_;
  SharedVector<Group, 64> groups_;
  SharedVector<Summary> summaries_;  // of kGroup sealed groups
  std::size_t blurred_ = 0;          // steps
  std::int64_t depth_ = 0;           // after the last
  Area area_ = 0;                    // up to the last
  SortedChanges<TimeNs> changes_;    // the writer's only
};

}  // namespace poolscope::session
