// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/task_query.h"
#include "core/session/task_walk.h"
#include "core/session/types.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace poolscope::session {

/// An immutable view of a session at one moment. All that the window, a picture, an export or a
/// statistic knows comes from here; asked twice it answers the same. Every question about a moment
/// or a stretch looks at what was true then, so that a frame is a function of (snapshot, time) and
/// a replay shows what the live view showed. Threads: any, without a lock. Views (names) live as
/// long as the snapshot. Nothing here throws on unknown ids: they answer as what never happened.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // --- the whole ---
  bool empty() const { return event_count() == 0; }
  virtual TimeNs begin() const = 0;  ///< time of the first event; 0 if empty
  virtual TimeNs end() const = 0;    ///< time of the last event; 0 if empty
  virtual std::uint64_t event_count() const = 0;
  virtual std::uint64_t lost_events() const = 0;
  virtual std::uint64_t task_count() const = 0;
  /// How many events did not fit what came before: ends without begins, a thread's clock that ran
  /// backwards, and the like.
  virtual std::uint64_t anomalies() const { return 0; }

  /// From when on all is known, if the oldest detail was given up to stay within the session's
  /// limit of memory. Of the time before, columns and figures are still right where they are sums
  /// of whole blocks of 256 tasks of a lane (64 steps of a queue): of the whole session all counts,
  /// busy and queued time, the queue's least and largest depth, the longest task, histograms and
  /// kinds are what they were. Single tasks that were over before are not known any more, but by
  /// name; what goes through them one by one (waiting(), picks(), phases(), replay()) begins here.
  virtual std::optional<TimeNs> complete_since() const { return {}; }

  virtual std::span<const Lane> lanes() const = 0;  ///< in order of appearance; lanes()[id]
  virtual std::span<const Pool> pools() const = 0;
  /// Every change of max_workers, the first with the pool's creation; in time order.
  virtual std::span<const MaxWorkersStep> max_workers_steps(PoolIndex pool) const = 0;
  std::uint32_t max_workers_at(PoolIndex pool, TimeNs time) const;  ///< 0 before its creation
  virtual std::span<const Marker> markers() const = 0;              ///< in time order

  // --- columns: the painter's question; cost O(columns x log tasks) at any zoom ---
  /// Sums up a worker's lane over [begin, end) in `columns` equal spans, oldest first. What has not
  /// ended goes on for ever: ask no further than your "now".
  /// What ended after `known` had not ended, and so had not failed: the moment that is looked from,
  /// not before `end`.
  virtual std::vector<LaneColumn> lane_columns(LaneId lane, TimeNs begin, TimeNs end, int columns,
                                               TimeNs known) const = 0;
  std::vector<LaneColumn> lane_columns(LaneId lane, TimeNs begin, TimeNs end, int columns) const {
    return lane_columns(lane, begin, end, columns, end);
  }
  /// Of lane_columns() how many tasks and how busy, without a look at phases and outcomes.
  virtual std::vector<LaneLoad> lane_loads(LaneId lane, TimeNs begin, TimeNs end,
                                           int columns) const;
  /// Sums up all workers of a pool. What has ended is told where it ended: columns before "now"
  /// stay what they are. Cost O(workers + columns x log tasks) where all edges are multiples of
  /// pool_column_unit(), else O(workers + tasks in the stretch); exact in both ways.
  virtual std::vector<PoolColumn> pool_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                               int columns) const = 0;
  /// Grows with the session: there are about 32 tasks to it.
  virtual TimeNs pool_column_unit(PoolIndex /*pool*/) const { return 1; }
  virtual std::vector<CallerColumn> caller_columns(LaneId lane, TimeNs begin, TimeNs end,
                                                   int columns) const = 0;
  virtual std::vector<QueueColumn> queue_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                                 int columns) const = 0;
  /// Tasks that ran to their end in each of `columns` equal spans, of one pool.
  virtual std::vector<std::uint32_t> finished_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                                      int columns) const = 0;

  /// The kinds of tasks that were queued, of each process the first 32. Cost O(kinds).
  virtual std::vector<TaskKind> kinds() const { return {}; }

  // --- one thing ---
  virtual std::optional<Task> task(TaskKey key) const = 0;
  /// Phases of a task in order of their begin, at most `limit`.
  virtual std::vector<Phase> phases(TaskKey key, std::size_t limit = 64) const = 0;
  /// The task that `lane` was running at `time`.
  virtual std::optional<TaskKey> task_at(LaneId lane, TimeNs time) const = 0;
  virtual LaneState lane_state(LaneId lane, TimeNs time) const = 0;
  /// Stretches in which `lane` was blocked that touch [begin, end), at most `limit`, oldest first.
  virtual std::vector<Blocked> blocked(LaneId lane, TimeNs begin, TimeNs end,
                                       std::size_t limit) const = 0;
  /// The tasks that `lane` waits for at `time`, where its wait is for several (else see
  /// LaneState::blocked). They are told once it has lasted for some 250 ms.
  virtual AwaitedTasks awaited(LaneId /*lane*/, TimeNs /*time*/) const { return {}; }
  /// What `lane` could have at `time`, if it did not wait in map() or result() for an earlier one:
  /// of the tasks that it submitted to the same pool after the one it waits for those that had run
  /// to their end and were not delivered. At most `limit`; of very many submitted ones only the
  /// first 4096 are looked at, unless their pool takes them in order. Cost: some 50 ns for each.
  virtual HeldResults held_results(LaneId /*lane*/, TimeNs /*time*/, std::size_t /*limit*/) const {
    return {};
  }
  /// The first event after / last event before `time`, of any kind.
  virtual std::optional<TimeNs> next_event(TimeNs time) const = 0;
  virtual std::optional<TimeNs> previous_event(TimeNs time) const = 0;

  // --- the queue at a moment ---
  virtual std::uint64_t queue_depth(PoolIndex pool, TimeNs time) const = 0;
  /// The tasks waiting at `time`, longest waiting first, at most `limit`.
  virtual std::vector<TaskKey> waiting(PoolIndex pool, TimeNs time, std::size_t limit) const = 0;
  /// Picks in [begin, end), the latest `limit` of them, oldest first.
  virtual std::vector<Pick> picks(PoolIndex pool, TimeNs begin, TimeNs end,
                                  std::size_t limit) const = 0;
  /// How many picks there are in [begin, end); where that is more than `most`, some number that is,
  /// too. Cost O(log tasks) a lane that is counted.
  virtual std::uint64_t pick_count(PoolIndex pool, TimeNs begin, TimeNs end,
                                   std::uint64_t most) const = 0;
  std::uint64_t pick_count(PoolIndex pool, TimeNs begin, TimeNs end) const {
    return pick_count(pool, begin, end, std::numeric_limits<std::uint64_t>::max());
  }
  virtual std::uint64_t finished_count(PoolIndex pool, TimeNs begin, TimeNs end) const = 0;
  virtual std::uint64_t cancelled_count(PoolIndex pool, TimeNs begin, TimeNs end) const = 0;

  // --- figures ---
  /// Busy share of [begin, end) of one worker, 0..1, over the time it existed in that stretch.
  virtual double utilization(LaneId lane, TimeNs begin, TimeNs end) const = 0;
  /// Figures of [begin, end), of one pool or of all, all exact (but the workers' quantiles, as in
  /// range_statistics(); and where the stretch begins before complete_since()). Cost O(tasks in the
  /// stretch): long stretches belong to a job thread.
  virtual Statistics statistics(TimeNs begin, TimeNs end,
                                std::optional<PoolIndex> pool = {}) const = 0;
  /// Of the whole session, from the first event to the last, the last included.
  Statistics statistics() const { return statistics(begin(), end() + 1); }

  /// The same from summaries: p50, p90 and p99 are off by less than a bucket of DurationHistogram
  /// (4.5 %, or a nanosecond), all else is exact. Cost for each lane: O(log tasks + kinds + a block
  /// of 256 tasks), at 10 M tasks some milliseconds. More, up to O(tasks in the stretch), only for
  /// lanes that did two things at once, for one pool of lanes that ran tasks of several, and for
  /// the largest depth of several queues together.
  virtual Statistics range_statistics(TimeNs begin, TimeNs end,
                                      std::optional<PoolIndex> pool = {}) const {
    return statistics(begin, end, pool);
  }

  // --- search: for a job thread ---
  /// How many tasks `query` means, of those whose texts it has read: in all, in each of `columns`
  /// equal spans of [begin, end), and before `place`. Cost O(tasks) at most, some 10 ns each, less
  /// where whole blocks of a lane have such a name or none has. Told to stop it returns at once,
  /// something.
  virtual FoundTasks find_tasks(const TaskQuery& query, TimeNs begin, TimeNs end, int columns,
                                const TaskMatch& place, const std::stop_token& stop) const = 0;
  /// The first match after `place`, and the last before it; forgotten ones are none. Cost: of what
  /// lies between, and O(tasks that have no run).
  virtual std::optional<TaskMatch> next_match(const TaskQuery& query, const TaskMatch& place,
                                              const std::stop_token& stop) const = 0;
  virtual std::optional<TaskMatch> previous_match(const TaskQuery& query, const TaskMatch& place,
                                                  const std::stop_token& stop) const = 0;

  /// What stands before and behind `place` in a walk, and how many. Cost: some milliseconds at the
  /// head of a walk by length, and of a walk of those that failed; up to O(tasks), some 10 ns each,
  /// in its middle, of one kind of several, and where tasks were forgotten. Told to stop it returns
  /// at once, something.
  virtual WalkAnswer walk_tasks(const TaskWalk& /*walk*/, const WalkPlace& /*place*/,
                                const std::stop_token& /*stop*/) const {
    return {};
  }

  // --- for writers: everything again, as events ---
  /// Hands the session's events, rebuilt, to `sink` in batches, process by process: the same count,
  /// kinds, times and ids as were consumed, in time order within a process. How a session that was
  /// not recorded is saved.
  virtual void replay(std::uint32_t process, trace::Sink& sink) const = 0;
  virtual std::uint32_t process_count() const = 0;
  virtual std::shared_ptr<const trace::Directory> directory(std::uint32_t process) const = 0;
};

}  // namespace poolscope::session
