// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"
#include "core/session/shared_vector.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::session {

/// The phases of the tasks of one lane in order of their begin. Phases may lie in each other: at
/// any moment the innermost counts, the latest begun that is open, so that shares of kinds add up
/// to no more than the whole. Threads: as SharedVector.
class PhaseTrack {
 public:
  using Sums = std::array<TimeNs, trace::kPhaseKinds>;
  struct Record {
    std::uint64_t task = 0;
    std::uint64_t detail = 0;
    trace::PoolId pool = 0;
    trace::Outcome outcome = trace::Outcome::ok;
    bool end_seen = false;  ///< by an event; else it ended with its task
  };

  bool empty() const { return begin_.empty(); }
  std::size_t size() const { return begin_.size(); }
  Record record(std::size_t index) const;
  TimeNs begin_of(std::size_t index) const { return begin_[index]; }
  TimeNs end_of(std::size_t index) const;

  void begin(const trace::Event& event);
  /// Ends the latest begun open phase that `event` fits; false if there is none.
  bool end(const trace::Event& event);
  /// The task is over, and with it what it left open.
  void close_task(std::uint64_t task, TimeNs time);
  void close_all(TimeNs time);
  void clear();
  void freeze();
  /// Of the time before `time` keeps how much of it each kind had, from 64 changes to 64 changes;
  /// phases that were over by then are forgotten, but for the last few hundred. Cost O(chunks).
  void blur_before(TimeNs time);
  /// Phases before this one are forgotten: no record() of theirs is to be asked for.
  std::size_t forgotten() const { return forgotten_; }
  std::size_t bytes() const;

  /// The first that begins at or after `time`.
  std::size_t first_from(TimeNs time) const { return begin_.lower_bound(time); }
  std::optional<std::size_t> innermost(TimeNs time) const;
  /// What the innermost phase is, as far as it is known.
  struct Top {
    trace::PoolId pool = 0;
    trace::PhaseKind kind = trace::PhaseKind::other;
    friend bool operator==(const Top&, const Top&) = default;
  };
  /// Of the phases that were told so far, the innermost that is open.
  std::optional<Top> top() const { return top_of(open_.empty() ? kNone : open_.back() + 1); }
  /// When another phase became the innermost, or none; in order.
  std::size_t changes() const { return change_.size(); }
  std::size_t first_change_from(TimeNs time) const { return change_.lower_bound(time); }
  TimeNs change_time(std::size_t change) const { return change_[change]; }
  /// From then on.
  std::optional<Top> top_from(std::size_t change) const { return top_of(top_[change]); }
  /// How much of (-inf, time) each kind has. `hint` as in PackedColumn; it is moved on.
  Sums sums_until(TimeNs time, std::size_t& hint) const;

  std::optional<TimeNs> next_change(TimeNs time) const;
  std::optional<TimeNs> previous_change(TimeNs time) const;

 private:
  /// What phases of many tasks have in common.
  struct What {
    std::uint64_t detail = 0;
    trace::PoolId pool = 0;
    trace::Outcome outcome = trace::Outcome::ok;
    friend bool operator==(const What&, const What&) = default;
  };
  static constexpr std::size_t kGroup = 16;
  static constexpr std::size_t kBlurredGroup = 64;  // of which the changes' times are still exact
  static constexpr std::uint32_t kNone = 0;

  void close(std::size_t place, TimeNs time);
  void push_change(TimeNs time);
  Sums sums_between(std::size_t change, TimeNs time) const;
  std::uint32_t intern(const What& what);
  const What& what(std::size_t index) const { return whats_[what_[index]]; }
  std::optional<Top> top_of(std::uint32_t top) const;
  std::size_t kind_of(std::uint32_t top) const {
    return static_cast<std::size_t>(trace::phase_kind(what(top - 1).detail));
  }

  PackedColumn begin_;
  PackedColumn end_;  // kAbsent: open
  PackedVector<std::uint64_t> task_;
  PackedVector<std::uint32_t> what_;        // index into whats_
  PackedVector<std::uint32_t> end_unseen_;  // sparse: 1
  SharedVector<What> whats_;
  std::array<std::uint32_t, 64> recent_whats_ = {};  // index + 1, by hash
  // The innermost phase from each change on: its index + 1, or none.
  PackedColumn change_;
  PackedVector<std::uint32_t> top_;
  SharedVector<Sums> sums_;  // up to the first change of each group
  std::size_t forgotten_ = 0;
  std::size_t blurred_ = 0;          // changes
  Sums total_ = {};                  // up to the last change
  std::vector<std::uint32_t> open_;  // innermost last
};

}  // namespace poolscope::session
