// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// Throughput before and after the last change of max_workers, or the last drag of its slider.
struct ResizeEffect {
  std::uint32_t before = 0;  ///< max_workers
  std::uint32_t now = 0;
  double ratio = 1;  ///< throughput since the change over throughput before it
};

/// Where the tasks of a session stand at one moment. Each is counted once, the failed among
/// the finished.
struct TaskCounts {
  std::uint64_t waiting = 0;  ///< in the queue
  std::uint64_t running = 0;
  std::uint64_t finished = 0;  ///< ran to their end, the failed ones too
  std::uint64_t failed = 0;    ///< of these
  std::uint64_t cancelled = 0;

  bool operator==(const TaskCounts&) const = default;
};

/// The figures of the window's header at one moment.
struct LiveFigures {
  std::uint32_t maxWorkers = 0;
  std::uint32_t workers = 0;         ///< alive
  std::uint32_t workersStarted = 0;  ///< of the latest pool, in all
  bool shutDown = false;             ///< the latest pool takes no more tasks
  bool paused = false;               ///< the latest pool
  bool isWhole = false;              ///< the figures are of the whole session, not of a window
  double windowS =
      0;  ///< what the next five look back on; less than asked for at a session's beginning
  std::optional<double> throughput =
      {};  ///< tasks finished a second; none before there is anything to count
  std::optional<double> utilization = {};  ///< 0..1; none while there is no worker
  std::optional<double> queueWaitP50S = {};
  std::optional<double> queueWaitP99S = {};  ///< of tasks started; none where no task was
  std::uint64_t finishedInWindow = 0;
  TaskCounts tasks = {};
  std::optional<double> oldestWaitS = {};  ///< of the queue
  std::optional<ResizeEffect> effect = {};
  bool isReplay = false;         ///< nothing can be changed any more to see its effect
  bool measuringEffect = false;  ///< max_workers was changed just now: too early for `effect`
};

inline constexpr session::TimeNs kFiguresWindowNs = 2'000'000'000;
/// As a window: all from the session's begin to `now`, that moment included. For what is over.
inline constexpr session::TimeNs kWholeSession = session::kForever;

/// Where the tasks that were queued by `now` stand then, of all pools. Cost: O(lanes x log tasks).
TaskCounts taskCounts(const session::Snapshot& snapshot, session::TimeNs now);

/// What was true at `now`, whatever came later: live and replay show the same. Sums over all pools;
/// max_workers is that of the latest. Cost: O(lanes x log tasks); the percentiles look at the
/// latest 2000 tasks of the window at most.
LiveFigures liveFigures(const session::Snapshot& snapshot, session::TimeNs now,
                        session::TimeNs windowNs = kFiguresWindowNs);

/// The pool created last, not after `now`.
std::optional<session::PoolIndex> latestPool(const session::Snapshot& snapshot,
                                             session::TimeNs now);

}  // namespace poolscope::ui
