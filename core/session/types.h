// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/duration_histogram.h"
#include "core/trace/event.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace poolscope::session {

using TimeNs = std::int64_t;  ///< CLOCK_MONOTONIC of the recorded machine, ns

/// The end of what has not ended: a running task, an open phase, a blocked caller. Who draws it
/// asks no further than its own "now".
inline constexpr TimeNs kForever = std::numeric_limits<TimeNs>::max();

/// A lane of one session: a worker or a caller. Given in order of appearance, from 0.
enum class LaneId : std::uint32_t {};
/// A pool of one session (any process), from 0 in order of appearance.
enum class PoolIndex : std::uint32_t {};

/// A task of a session. Its trace identity is (process, task id); `process` counts a session's
/// processes from 0.
struct TaskKey {
  std::uint32_t process = 0;
  std::uint64_t task = 0;  ///< 0: no task
  friend auto operator<=>(const TaskKey&, const TaskKey&) = default;
  explicit operator bool() const { return task != 0; }
};

enum class LaneKind : std::uint8_t { caller, worker };
enum class TaskState : std::uint8_t { queued, running, finished, failed, cancelled };

/// What is known of a lane. Views point into the session's directories and live as long as the
/// snapshot.
struct Lane {
  LaneId id = {};
  LaneKind kind = LaneKind::worker;
  std::uint32_t process = 0;
  std::optional<PoolIndex> pool = {};  ///< of a worker
  std::uint32_t index = 0;             ///< of a worker in its pool
  std::string_view name = {};
  std::int64_t os_id = 0;
  /// worker_started, or the lane's first event; earlier, where a clock jumped and tasks ran before.
  TimeNs started = 0;
  bool start_known = false;           ///< by worker_started
  std::optional<TimeNs> exited = {};  ///< worker_exited; later, where tasks ended after it
  bool retired = false;               ///< exited because max_workers fell
};

struct Pool {
  PoolIndex index = {};
  std::uint32_t process = 0;
  trace::PoolId id = 0;
  std::string_view name = {};
  TimeNs created = 0;
  std::optional<TimeNs> shut_down = {};
  std::string_view broken = {};  ///< why, empty if it is not
};

/// All that is known of one task. Absent times have not happened (or were lost).
struct Task {
  TaskKey key = {};
  std::optional<PoolIndex> pool = {};
  TaskState state = TaskState::queued;
  std::string_view name = {};
  std::optional<TimeNs> queued = {};
  std::optional<TimeNs> started = {};
  std::optional<TimeNs> finished = {};  ///< also the time of a cancellation
  std::optional<TimeNs> over_by = {};   ///< its end was lost, but it was over at this time
  std::optional<TimeNs> delivered = {};
  std::optional<LaneId> caller = {};    ///< who submitted
  std::optional<LaneId> worker = {};    ///< who ran it
  std::optional<LaneId> receiver = {};  ///< who got the result
  std::optional<TimeNs> cpu_time = {};  ///< when measured
  std::string_view error = {};          ///< text of the failure
  bool forgotten = false;  ///< it was over before Snapshot::complete_since(): only pool, caller and
                           ///< name are known
};

struct Phase {
  trace::PhaseKind kind = trace::PhaseKind::other;
  std::string_view name = {};
  TimeNs begin = 0;
  TimeNs end = kForever;
  bool open() const { return end == kForever; }
};

/// One of equal spans of a worker's time. Shares are of the span's length.
struct LaneColumn {
  std::uint32_t task_count = 0;    ///< tasks that touch the span
  std::uint32_t failed_count = 0;  ///< of those, failed
  float busy = 0;                  ///< 0..1
  std::array<float, trace::kPhaseKinds> phases =
      {};                ///< 0..1 by PhaseKind; run time outside any phase is none of them
  TaskKey longest = {};  ///< the task with the longest run time of those that touch the span
};

/// The same without what costs most to tell.
struct LaneLoad {
  std::uint32_t task_count = 0;  ///< tasks that touch the span
  float busy = 0;                ///< 0..1
};

/// One of equal spans of the time of all workers of a pool. Means over the span: how many.
struct PoolColumn {
  float workers = 0;  ///< that were there
  float running = 0;  ///< tasks that ran
  std::array<float, trace::kPhaseKinds> phases =
      {};                      ///< of those, in a phase of that PhaseKind, the innermost
  std::uint32_t finished = 0;  ///< tasks that ran to their end in the span, failed ones too
  std::uint32_t failed = 0;
};

/// One of equal spans of a caller's time.
struct CallerColumn {
  float blocked = 0;            ///< share 0..1
  std::uint32_t submitted = 0;  ///< tasks queued by this lane
  std::uint32_t delivered = 0;  ///< results received
};

/// A stretch in which a caller was blocked.
struct Blocked {
  trace::BlockReason reason = trace::BlockReason::unknown;
  TaskKey awaited = {};
  TimeNs begin = 0;
  TimeNs end = kForever;
  bool timed = false;                  ///< it waits for a time at most
  std::optional<PoolIndex> pool = {};  ///< whose queue is full, or that is shut down
  bool open() const { return end == kForever; }
};

/// The several tasks that a blocked lane waits for, as far as they were told.
struct AwaitedTasks {
  bool any = false;       ///< the end of any of them ends the wait; else each is needed
  bool complete = false;  ///< all that were to be told are there
  std::vector<TaskKey> tasks = {};
};

/// Results that are done, but that a caller cannot take yet: it waits for an earlier one first.
struct HeldResults {
  TaskKey awaited = {};             ///< the earlier one; none: nothing is held up
  std::vector<TaskKey> tasks = {};  ///< that are done, in the order of their submission
  bool complete = true;             ///< else there may be more
};

/// One of equal spans of a pool's queue: its depth over time.
struct QueueColumn {
  std::uint32_t min = 0;
  double mean = 0;
  std::uint32_t max = 0;
};

struct MaxWorkersStep {
  TimeNs time = 0;
  std::uint32_t before = 0;  ///< 0: the pool's creation
  std::uint32_t now = 0;
};

/// What happened to the pool at a moment and is worth a line on the time axis.
struct Marker {
  enum class Kind : std::uint8_t { text, paused, resumed, shut_down, broken, lost };
  TimeNs time = 0;
  Kind kind = Kind::text;
  std::string_view text = {};
  std::uint64_t count = 0;  ///< of lost: how many events
  std::optional<PoolIndex> pool = {};
};

/// A kind of tasks (task_kind.h), and the task at which it was met first. Of tasks whose names came
/// in another order than their ids it may be a neighbour.
struct TaskKind {
  std::string_view name = {};  ///< without the number; lives as long as the snapshot
  TaskKey first = {};
};

/// A task leaving the queue for a worker.
struct Pick {
  TaskKey task = {};
  TimeNs queued = 0;
  TimeNs time = 0;
  LaneId worker = {};
};

/// What a lane does at one moment.
struct LaneState {
  bool alive = false;  ///< a worker that has started and not exited; a caller that was seen
  TaskKey task = {};   ///< what it runs
  std::optional<Phase> phase = {};      ///< the innermost open phase of that task
  std::optional<Blocked> blocked = {};  ///< what it waits for
};

/// A distribution of durations in seconds. Quantiles by Hyndman-Fan type 7 over all values (facts:
/// numpy's default). Count, mean, max and histogram are exact; for the quantiles see who answers.
struct Distribution {
  std::size_t count = 0;
  double mean = 0, p50 = 0, p90 = 0, p99 = 0, max = 0;
  DurationHistogram histogram = {};
};

/// Tasks of a name in a stretch. Tasks whose name is not known have an empty one.
struct KindStatistics {
  std::string_view name = {};
  std::uint64_t started = 0;
  std::uint64_t finished = 0;  ///< ran to their end, failed ones too
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;  ///< never started; of the whole only, no lane has them
};

/// What one worker did in a stretch. What it ended without that its start is known (it was lost)
/// counts for the whole only.
struct WorkerStatistics {
  LaneId lane = {};
  std::uint64_t finished = 0;
  double busy = 0;         ///< seconds
  double existed = 0;      ///< seconds
  double utilization = 0;  ///< busy / existed; 0 if it did not exist
  std::uint64_t started = 0;
  std::uint64_t failed = 0;
  double throughput = 0;  ///< finished / duration of the stretch; 0 where that is 0
  std::optional<Distribution> queue_wait = {};  ///< as in Statistics
  std::optional<Distribution> run_time = {};
  std::vector<KindStatistics> kinds = {};  ///< as in Statistics
};

/// Figures of a stretch [begin, end). Counts are of events in the stretch: a task that is queued
/// before it, starts in it and ends after it counts as started, and as nothing else. Times of
/// workers (busy, existed) are cut at the stretch's ends.
struct Statistics {
  TimeNs begin = 0, end = 0;
  std::uint64_t queued = 0, started = 0;
  std::uint64_t finished = 0;  ///< ran to their end, failed ones too
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;  ///< never started
  double duration = 0;          ///< seconds
  double throughput = 0;        ///< finished / duration; 0 where duration is 0
  double utilization = 0;       ///< busy worker time / existing worker time
  double queue_depth_mean = 0;
  std::uint64_t queue_depth_max = 0;
  std::uint32_t peak_workers = 0;  ///< most workers alive at once
  std::optional<Distribution> queue_wait =
      {};  ///< of tasks started in the stretch: started - queued
  std::optional<Distribution> run_time =
      {};  ///< of tasks finished in the stretch: finished - started
  std::vector<WorkerStatistics> workers = {};  ///< those that existed in the stretch
  std::vector<KindStatistics> kinds = {};      ///< most tasks first; of the same number by name
};

}  // namespace poolscope::session

template <>
struct std::hash<poolscope::session::TaskKey> {
  std::size_t operator()(const poolscope::session::TaskKey& key) const noexcept {
    return std::hash<std::uint64_t>{}(key.task ^ (std::uint64_t{key.process} << 48));
  }
};
