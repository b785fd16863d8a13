// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/session/types.h"

#include <optional>
#include <vector>

namespace poolscope::session {

/// What has been so for so long is no passing state that events have not caught up with.
inline constexpr TimeNs kDeadlockAfter = 500'000'000;
/// A task waits for so long before it is asked whether the pool passes it over.
inline constexpr TimeNs kStarvedAfter = 1'000'000'000;
/// All workers wait for something for so long before the queue behind them counts as held up.
inline constexpr TimeNs kHeldUpAfter = 10'000'000'000;

/// A worker whose wait does not end, and what for.
struct StuckWorker {
  LaneId worker = {};
  TaskKey task = {};  ///< what it runs; none: a callback
  trace::BlockReason reason = trace::BlockReason::unknown;
  TimeNs since = 0;
  std::vector<TaskKey> awaited = {};   ///< of the tasks it waits for, those that will not end
  std::optional<PoolIndex> pool = {};  ///< whose queue is full, or that is shut down
};

/// A pool in which nothing can run any more, unless somebody outside cancels a task or raises
/// max_workers.
struct Deadlock {
  PoolIndex pool = {};
  TimeNs since = 0;
  /// All workers of the pool, and after them those of others that stand in their way.
  std::vector<StuckWorker> workers = {};
};

/// A pool whose oldest task is not taken.
struct StarvedQueue {
  enum class Cause {
    passed_over,  ///< others that came later are picked instead
    held_up,      ///< all workers wait for something
  };
  PoolIndex pool = {};
  TaskKey oldest = {};
  TimeNs queued = 0;  ///< since when it waits
  Cause cause = Cause::passed_over;
};

struct Stalls {
  std::vector<Deadlock> deadlocks = {};
  std::vector<StarvedQueue> starved = {};
};

/// What stands still at `time`, from events alone; never more than they prove. Up to `time` the
/// snapshot must be complete.
///
/// A pool is deadlocked if it is not paused and all its workers, and as many as max_workers allows,
/// are stuck, and have been for `lasting`. A worker is stuck if it waits, without a timeout, for
/// what can not come: for a task that runs on a worker that is stuck or is queued in a pool of
/// which max_workers workers are (of wait() and as_completed(): for all that would do), for room in
/// such a pool's queue, or for its shutdown. A wait of which the events do not tell what for (a
/// Promise, any of more than 256 tasks, a task of another tracer) is taken for one that ends.
///
/// A queue is starved if its oldest task has waited for kStarvedAfter and is passed over: of the
/// latest 64 picks since it was queued at least half, and 16, were of tasks that came later and
/// waited less than a tenth as long; or if all workers have waited for something for kHeldUpAfter
/// and so has the task. A pool that is paused is not, nor one that is deadlocked.
///
/// Where events were lost before `time` nothing is said. Cost: O(workers) where some of each pool
/// work. Threads: any.
Stalls find_stalls(const Snapshot& snapshot, TimeNs time, TimeNs lasting = kDeadlockAfter);

}  // namespace poolscope::session
