// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace poolscope::session {

class TaskQuery;

/// An order in which tasks are gone through, one after the other.
enum class WalkOrder : std::uint8_t {
  slowest,         ///< tasks that ran to their end, the longest run first
  longest_queued,  ///< tasks that have started, the longest wait in the queue first
  failed,          ///< tasks that failed, by match_time()
};

/// Which tasks are gone through, and how: of a stretch those that Snapshot::statistics() of it
/// counts as run times, as queue waits, or as failed. Tasks that were forgotten are passed over.
struct TaskWalk {
  WalkOrder order = WalkOrder::slowest;
  TimeNs begin = 0;  ///< [begin, end)
  TimeNs end = kForever;
  const TaskQuery* kind = nullptr;  ///< those it means by their names only; null: all
};

/// A place in a walk, that of a task or between two. By default: before all.
struct WalkPlace {
  TimeNs length = kForever;                          ///< of the run, or of the wait; failed: 0
  TimeNs time = std::numeric_limits<TimeNs>::min();  ///< of equal lengths the earlier comes first
  TaskKey task = {};

  /// Past all of that length and more.
  static WalkPlace behind(TimeNs length) { return {length, kForever, {}}; }
  friend bool operator==(const WalkPlace&, const WalkPlace&) = default;
  friend bool operator<(const WalkPlace& a, const WalkPlace& b) {
    return a.length != b.length ? a.length > b.length
           : a.time != b.time   ? a.time < b.time
                                : a.task < b.task;
  }
};

/// Where a task stands in walks of an order; nothing if it is in none.
std::optional<WalkPlace> walk_place(const Task& task, WalkOrder order);

/// What is known of a place in a walk.
struct WalkAnswer {
  std::uint64_t total = 0;   ///< tasks of the walk
  std::uint64_t before = 0;  ///< of those, before the place
  std::optional<WalkPlace> next = {};
  std::optional<WalkPlace> previous = {};
};

}  // namespace poolscope::session
