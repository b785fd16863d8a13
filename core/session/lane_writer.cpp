// SPDX-License-Identifier: Apache-2.0
#include "core/session/lane_events.h"
#include "core/session/writer.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

TimeNs time_of(const Event& event) {
  return static_cast<TimeNs>(event.time_ns);
}

}  // namespace

void Writer::take_on_lane(std::uint32_t process, const Event& event) {
  const std::uint32_t index = lane_of(process, event);
  LaneEntry& lane = lanes_[index];
  note_lifetime(lane, event);
  if (time_of(event) >= lane.data.last_event) {
    lane.data.last_event = time_of(event);
    feed(index, event);
    return;
  }
  if (state_.complete_since) {
    keep_odd(process, event);  // a lane cannot be begun anew from what is left
    return;
  }
  ++state_.anomalies;
  if (lane.late.empty()) {
    late_lanes_.push_back(index);
  }
  lane.late.push_back(event);
}

/// A worker runs no task before it started or after it exited, unless a clock jumped: then it was
/// there for longer than it says.
void Writer::note_lifetime(LaneEntry& lane, const Event& event) {
  const TimeNs time = time_of(event);
  if (event.kind != EventKind::task_started && event.kind != EventKind::task_finished) {
    return;
  }
  lane.first_run = std::min(lane.first_run, time);
  lane.last_run = std::max(lane.last_run, time);
  if ((lane.start_seen && time < lane.info.started) ||
      (lane.info.exited && time > *lane.info.exited)) {
    ++state_.anomalies;
    lanes_changed_ = true;
  }
}

void Writer::feed(std::uint32_t index, const Event& event) {
  LaneEntry& lane = lanes_[index];
  const std::size_t changes = lane.data.phases.changes();
  switch (event.kind) {
    case EventKind::task_started:
      feed_started(index, event);
      break;
    case EventKind::task_finished:
      feed_finished(index, event);
      break;
    case EventKind::phase_begin:
      pool_of(lane.data.process, event);
      lane.data.phases.begin(event);
      break;
    case EventKind::phase_end:
      if (!lane.data.phases.end(event)) {
        keep_odd(lane.data.process, event);
      }
      break;
    case EventKind::worker_exited:
      feed_exit(lane, time_of(event));
      return;
    case EventKind::awaits:
      lane.data.awaits.push_back(event);
      return;
    default:
      feed_wait(index, event);
      return;
  }
  note_phase_changes(lane.data, changes, time_of(event));
}

void Writer::feed_exit(LaneEntry& lane, TimeNs time) {
  const std::size_t changes = lane.data.phases.changes();
  lane.data.last_event = std::max(lane.data.last_event, time);
  abandon_run(lane, time);
  abandon_wait(lane, time);
  lane.data.phases.close_all(time);
  note_phase_changes(lane.data, changes, time);
}

void Writer::abandon_run(LaneEntry& lane, TimeNs time) {
  LaneData& data = lane.data;
  if (!data.runs.is_open()) {
    return;
  }
  const std::size_t run = data.runs.closed();
  data.runs.close(time);
  note_activity(pool_of_run(data, run), ActivityTrack::running, time, -1);
  const RunResult result{.ended = false, .start_in_log = data.open_start_in_log};
  data.run_results.set_sparse(run, result.pack(), RunResult::kEndedWell);
  data.endless_runs.push_back(static_cast<std::uint32_t>(run));
  data.phases.close_task(processes_[data.process].data.tasks.id_of(data.run_rows[run]), time);
}

void Writer::abandon_wait(LaneEntry& lane, TimeNs time) {
  if (lane.data.waits.is_open()) {
    lane.data.waits.close(time);
  }
}

void Writer::feed_started(std::uint32_t index, const Event& event) {
  LaneEntry& lane = lanes_[index];
  LaneData& data = lane.data;
  const std::uint32_t process = data.process;
  TaskTable& tasks = processes_[process].data.tasks;
  if (event.task == 0) {
    keep_odd(process, event);
    return;
  }
  const Row row = tasks.find_or_add(event.task);
  if (tasks.fate(row).lane != kNone32 || tasks.forgotten(row)) {
    keep_odd(process, event);
    return;
  }
  if (data.runs.is_open()) {
    ++state_.anomalies;
    abandon_run(lane, time_of(event));
  }
  const std::uint32_t pool = pool_of(process, event);
  if (tasks.origin(row) == nullptr) {
    tasks.set_origin(row, {pool, kNone32, 0});
  }
  const std::uint32_t task_pool = tasks.origin(row)->pool;
  data.open_start_in_log = event.outcome != Outcome::ok || event.detail != 0 || task_pool != pool;
  if (data.open_start_in_log) {
    keep_odd(process, event);
  }
  tasks.set_run(row, index, static_cast<std::uint32_t>(data.runs.closed()));
  data.runs.open(time_of(event));
  data.run_rows.push_back(row);
  note_activity(task_pool, ActivityTrack::running, time_of(event), 1);
  if (lane.info.kind != LaneKind::worker || (!lane.info.pool && task_pool != kNone32)) {
    lane.info.kind = LaneKind::worker;
    if (task_pool != kNone32) {
      lane.info.pool = lane.info.pool.value_or(PoolIndex{task_pool});
    }
    lanes_changed_ = true;
  }
  data.mixed_pools = data.mixed_pools || lane.info.pool != PoolIndex{task_pool};
  leave_queue(process, task_pool, row, time_of(event));
}

void Writer::feed_finished(std::uint32_t index, const Event& event) {
  LaneEntry& lane = lanes_[index];
  const std::uint32_t process = lane.data.process;
  TaskTable& tasks = processes_[process].data.tasks;
  if (event.task == 0) {
    keep_odd(process, event);
    return;
  }
  const Row row = tasks.find_or_add(event.task);
  const TaskTable::Fate fate = tasks.fate(row);
  if (fate.lane == index) {
    if (fate.index == lane.data.runs.closed()) {
      lane.data.runs.close(time_of(event));
      note_activity(tasks.origin(row)->pool, ActivityTrack::running, time_of(event), -1);
      lane.data.phases.close_task(event.task, time_of(event));
      finish_run(index, fate.index, event);
      return;
    }
    if (!lane.data.result(fate.index).ended) {
      // It went on beside what the lane began after it.
      const std::uint32_t pool = tasks.origin(row)->pool;
      note_activity(pool, ActivityTrack::running, lane.data.runs[fate.index].end, 1);
      note_activity(pool, ActivityTrack::running, time_of(event), -1);
      lane.late_ends.push_back({fate.index, time_of(event)});
      note_unsorted(index);
      lane.data.summaries.spoil(fate.index);
      finish_run(index, fate.index, event);
      return;
    }
  }
  keep_odd(process, event);
  if (fate.lane == kNone32 && !tasks.forgotten(row)) {
    lane.info.kind = LaneKind::worker;
    lanes_changed_ = true;
    end_loosely(process, row, event);
    const std::uint32_t pool = tasks.origin(row)->pool;
    if (!lane.info.pool && pool != kNone32) {
      lane.info.pool = PoolIndex{pool};
    }
  }
}

void Writer::finish_run(std::uint32_t index, std::size_t run, const Event& event) {
  LaneEntry& lane = lanes_[index];
  LaneData& data = lane.data;
  const TaskTable& tasks = processes_[data.process].data.tasks;
  const bool open_before = run + 1 == data.runs.closed();
  RunResult result{.ended = true,
                   .start_in_log = open_before && data.result(run).ended
                                       ? data.open_start_in_log
                                       : data.result(run).start_in_log,
                   .outcome = static_cast<std::uint8_t>(event.outcome),
                   .error = trace::finished_error(event.detail)};
  const std::uint32_t pool = tasks.origin(data.run_rows[run])->pool;
  result.end_in_log = pool != pool_of(data.process, event);
  if (result.end_in_log) {
    keep_odd(data.process, event);
  }
  data.run_results.set_sparse(run, result.pack(), RunResult::kEndedWell);
  data.cpu_times.set_sparse(run, trace::finished_cpu_ns(event.detail), 0);
  if (result.failed()) {
    put_in_order(index, data.failed_runs, lane.late_failures, static_cast<std::uint32_t>(run),
                 std::identity());
  }
  note_end(pool, time_of(event), result.failed(), 1);
}

void Writer::feed_wait(std::uint32_t index, const Event& event) {
  LaneEntry& lane = lanes_[index];
  LaneData& data = lane.data;
  if (event.kind == EventKind::blocked_begin) {
    if (data.waits.is_open()) {
      ++state_.anomalies;
      data.waits.close(time_of(event));
    }
    data.waits.open(time_of(event));
    data.wait_infos.push_back({event.task, event.detail, event.pool, event.outcome, false});
    return;
  }
  if (data.waits.is_open()) {
    const LaneData::BlockInfo& info = data.wait_infos.back();
    if (info.task == event.task && info.detail == event.detail && info.pool == event.pool &&
        info.outcome == event.outcome) {
      data.wait_infos.own(data.wait_infos.size() - 1).end_seen = true;
      data.waits.close(time_of(event));
      return;
    }
  }
  keep_odd(data.process, event);
}

TimeNs Writer::time_left(std::uint32_t process, Row row) const {
  const ProcessData& data = processes_[process].data;
  const TaskTable::Fate fate = data.tasks.fate(row);
  const TimeNs left = fate.lane == TaskTable::kLoose
                          ? data.loose[fate.index].time
                          : lanes_[fate.lane].data.runs.begin_of(fate.index);
  return left;
}

void Writer::leave_queue(std::uint32_t process, std::uint32_t pool, Row row, TimeNs time) {
  TaskTable& tasks = processes_[process].data.tasks;
  const TimeNs queued = tasks.queued(row);
  if (queued == PackedColumn::kAbsent) {
    return;
  }
  state_.anomalies += time < queued ? 1U : 0U;
  tasks.leave_queue(row, std::max(queued, time));
  queue_of(process, pool).add(std::max(queued, time), false);
}

void Writer::take_back_departure(std::uint32_t process, Row row) {
  TaskTable& tasks = processes_[process].data.tasks;
  const TimeNs queued = tasks.queued(row);
  if (queued != PackedColumn::kAbsent) {
    queue_of(process, tasks.origin(row)->pool)
        .remove(std::max(queued, time_left(process, row)), false);
    tasks.return_to_queue(row);
  }
}

void Writer::take_back_loose(std::uint32_t process, Row row) {
  ProcessData& data = processes_[process].data;
  const std::uint32_t index = data.tasks.fate(row).index;
  const LooseEnd end = data.loose[index];
  const TaskTable::Origin& origin = *data.tasks.origin(row);
  PoolData& pool = pool_data(process, origin.pool);
  const trace::NameId name = origin.name;
  pool.loose_ends.remove(end.time, name);
  if (end.outcome == Outcome::error) {
    pool.loose_failed.remove(end.time, name);
  }
  take_back_departure(process, row);
  data.tasks.clear_run(row);
  data.loose.own(index).row = kNone32;
}

std::vector<Event> Writer::take_back_log(std::uint32_t index) {
  const LaneData& lane = lanes_[index].data;
  ProcessEntry& process = processes_[lane.process];
  settle_log(process.data, process.new_log);
  const auto of_lane = [&](const Event& event) {
    if (event.thread != lane.thread || event.time_ns > static_cast<std::uint64_t>(kMaxTime)) {
      return false;
    }
    switch (event.kind) {
      case EventKind::task_finished:
        return event.outcome != Outcome::cancelled;
      case EventKind::task_started:
      case EventKind::phase_begin:
      case EventKind::phase_end:
      case EventKind::blocked_begin:
      case EventKind::blocked_end:
        return true;
      default:
        return false;
    }
  };
  std::vector<Event> taken;
  std::vector<Event> kept;
  SharedVector<Event>& log = process.data.log;
  std::size_t first = 0;
  while (first < log.size() && !of_lane(log[first])) {
    ++first;
  }
  for (std::size_t i = first; i < log.size(); ++i) {
    (of_lane(log[i]) ? taken : kept).push_back(log[i]);
  }
  log.truncate(first);
  for (const Event& event : kept) {
    log.push_back(event);
  }
  for (const Event& event : taken) {
    if (event.kind == EventKind::task_finished && event.task != 0) {
      const std::optional<Row> row = process.data.tasks.find(event.task);
      if (row && process.data.tasks.fate(*row).lane == TaskTable::kLoose &&
          process.data.loose[process.data.tasks.fate(*row).index].outcome != Outcome::cancelled) {
        take_back_loose(lane.process, *row);
      }
    }
  }
  state_.anomalies -= std::min<std::uint64_t>(state_.anomalies, taken.size());
  return taken;
}

void Writer::take_back_runs(std::uint32_t index) {
  LaneData& data = lanes_[index].data;
  note_phases(data, -1);
  for (std::size_t i = 0; i < data.run_rows.size(); ++i) {
    note_run(data, i, -1);
    take_back_departure(data.process, data.run_rows[i]);
    processes_[data.process].data.tasks.clear_run(data.run_rows[i]);
  }
  data.runs.clear();
  data.run_rows.truncate(0);
  data.run_results.truncate(0);
  data.cpu_times.truncate(0);
  data.failed_runs.truncate(0);
  data.endless_runs.truncate(0);
  data.phases.clear();
  data.waits.clear();
  data.wait_infos.truncate(0);
  data.awaits.truncate(0);
  data.summaries.truncate(0);
  data.mixed_pools = false;
}

/// Begins a lane anew with all of its events in order. Rare: a thread's clock does not run
/// backwards, but a file's may.
void Writer::rebuild(std::uint32_t index) {
  LaneEntry& lane = lanes_[index];
  std::vector<Pool> pools;
  for (const PoolEntry& pool : pools_.all()) {
    pools.push_back(pool.info);
  }
  std::vector<Event> events;
  LaneEvents told(lane.data, processes_[lane.data.process].data.tasks, pools);
  for (Event event; told.next(event);) {
    events.push_back(event);
  }
  const std::vector<Event> odd = take_back_log(index);
  events.insert(events.end(), odd.begin(), odd.end());
  events.insert(events.end(), lane.late.begin(), lane.late.end());
  lane.late.clear();
  if (lane.info.exited) {
    events.push_back({.time_ns = static_cast<std::uint64_t>(*lane.info.exited),
                      .thread = lane.data.thread,
                      .kind = EventKind::worker_exited});
  }
  take_back_runs(index);
  sorted_again_ += events.size();
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  for (const Event& event : events) {
    lane.data.last_event = std::max(lane.data.last_event, time_of(event));
    feed(index, event);
  }
}

}  // namespace poolscope::session
