// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/activity_track.h"
#include "core/session/lane_data.h"
#include "core/session/named_times.h"
#include "core/session/queue_steps.h"
#include "core/session/shared_vector.h"
#include "core/session/task_table.h"
#include "core/session/types.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::session {

/// Times beyond this (73 years) are no times: their events are kept and handed back, but not shown.
inline constexpr TimeNs kMaxTime = TimeNs{1} << 61;

/// What happened to one pool beside the runs on its lanes.
struct PoolData {
  QueueSteps queue;
  ActivityTrack activity;   ///< of its workers
  NamedTimes cancelled;     ///< never started
  NamedTimes loose_ends;    ///< ended, but the start is not known
  NamedTimes loose_failed;  ///< of those, failed
  std::vector<MaxWorkersStep> max_workers;

  /// As NamedTimes::seal().
  std::size_t seal() { return cancelled.seal() + loose_ends.seal() + loose_failed.seal(); }
  std::size_t bytes() const {
    return queue.bytes() + activity.bytes() + cancelled.bytes() + loose_ends.bytes() +
           loose_failed.bytes();
  }
  void freeze() {
    queue.freeze();
    activity.freeze();
    cancelled.freeze();
    loose_ends.freeze();
    loose_failed.freeze();
  }
};

/// The end of a task that has no run: cancelled while queued, or its start was lost.
struct LooseEnd {
  TimeNs time = 0;
  std::uint32_t lane = kNone32;
  Row row = kNone32;  ///< kNone32: its start came after all, and the task has a run
  std::uint64_t detail = 0;
  trace::Outcome outcome = trace::Outcome::ok;
};

/// One process: its tasks, and word by word all events that the columns do not hold.
struct ProcessData {
  std::shared_ptr<const trace::Directory> directory;
  TaskTable tasks;
  SharedVector<LooseEnd> loose;
  SharedVector<trace::Event> log;  ///< in time order
  PoolData poolless;               ///< of tasks that belong to no pool
  std::vector<TaskKind> kinds;     ///< as they came

  std::size_t bytes() const {
    return tasks.bytes() + loose.bytes() + log.bytes() + poolless.bytes();
  }
  void freeze() {
    tasks.freeze();
    loose.freeze();
    log.freeze();
    poolless.freeze();
  }
};

/// How deep all queues together were at most, from the one before (or the session's begin) on until
/// `end`: their steps do not tell it any more.
struct DeepestBefore {
  TimeNs end = 0;
  std::uint64_t depth = 0;
};

/// All of a session at one moment; copies share the columns.
struct State {
  TimeNs begin = 0;
  TimeNs end = 0;
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t tasks = 0;
  std::optional<TimeNs> complete_since = {};   ///< as Snapshot says
  SharedVector<DeepestBefore> deepest_before;  ///< until then

  std::shared_ptr<const std::vector<Lane>> lanes = std::make_shared<std::vector<Lane>>();
  SharedVector<std::shared_ptr<const LaneData>> lane_data;
  std::shared_ptr<const std::vector<Pool>> pools = std::make_shared<std::vector<Pool>>();
  SharedVector<std::shared_ptr<const PoolData>> pool_data;
  std::shared_ptr<const std::vector<Marker>> markers = std::make_shared<std::vector<Marker>>();
  std::vector<std::shared_ptr<const ProcessData>> processes;
  std::shared_ptr<const std::deque<std::string>> names;  ///< texts that no directory keeps
};

}  // namespace poolscope::session
