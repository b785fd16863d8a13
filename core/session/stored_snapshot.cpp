// SPDX-License-Identifier: Apache-2.0
#include "core/session/stored_snapshot.h"

#include "core/session/column_edges.h"

#include <algorithm>

namespace poolscope::session {
namespace {

TimeNs event_time(const trace::Event& event) {
  return static_cast<TimeNs>(event.time_ns);
}

// The place of the first event at or after `time` of those that are in time order.
std::size_t first_event_from(const SharedVector<trace::Event>& log, TimeNs time) {
  std::size_t low = 0;
  std::size_t high = log.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::uint64_t at = log[middle].time_ns;
    if (time > 0 && at < static_cast<std::uint64_t>(time)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

const LaneData* StoredSnapshot::lane_data(LaneId lane) const {
  const auto index = static_cast<std::size_t>(lane);
  return index < state_.lane_data.size() ? state_.lane_data[index].get() : nullptr;
}

const PoolData* StoredSnapshot::pool_data(PoolIndex pool) const {
  const auto index = static_cast<std::size_t>(pool);
  return index < state_.pool_data.size() ? state_.pool_data[index].get() : nullptr;
}

std::vector<TaskKind> StoredSnapshot::kinds() const {
  std::vector<TaskKind> kinds;
  for (const auto& process : state_.processes) {
    kinds.insert(kinds.end(), process->kinds.begin(), process->kinds.end());
  }
  return kinds;
}

std::shared_ptr<const trace::Directory> StoredSnapshot::directory(std::uint32_t process) const {
  return process < state_.processes.size() ? state_.processes[process]->directory : nullptr;
}

std::span<const MaxWorkersStep> StoredSnapshot::max_workers_steps(PoolIndex pool) const {
  const PoolData* data = pool_data(pool);
  return data == nullptr ? std::span<const MaxWorkersStep>() : data->max_workers;
}

TaskKey StoredSnapshot::key_of(const LaneData& lane, std::size_t run) const {
  return {lane.process, process_of(lane).tasks.id_of(lane.run_rows[run])};
}

std::optional<Row> StoredSnapshot::find(TaskKey key) const {
  if (key.process >= state_.processes.size() || key.task == 0) {
    return {};
  }
  return state_.processes[key.process]->tasks.find(key.task);
}

bool StoredSnapshot::is_forgotten(const ProcessData& process, Row row) const {
  const TaskTable::Fate fate = process.tasks.fate(row);
  return process.tasks.forgotten(row) ||
         (fate.lane < TaskTable::kLoose && fate.index < lane_data(LaneId{fate.lane})->blurred);
}

std::optional<Task> StoredSnapshot::task(TaskKey key) const {
  const std::optional<Row> row = find(key);
  if (!row) {
    return {};
  }
  const ProcessData& process = *state_.processes[key.process];
  Task task{.key = key};
  task.forgotten = is_forgotten(process, *row);
  if (const TaskTable::Origin* origin = process.tasks.origin(*row)) {
    if (origin->pool != kNone32) {
      task.pool = PoolIndex{origin->pool};
    }
    if (origin->caller != kNone32) {
      task.caller = LaneId{origin->caller};
    }
    task.name = process.directory->name(origin->name);
  }
  if (task.forgotten) {
    task.state = TaskState::finished;
    return task;
  }
  if (process.tasks.queued(*row) != PackedColumn::kAbsent) {
    task.queued = process.tasks.queued(*row);
  }
  if (process.tasks.delivered(*row) != PackedColumn::kAbsent) {
    task.delivered = process.tasks.delivered(*row);
    task.state = TaskState::finished;
    if (process.tasks.receiver(*row) != kNone32) {
      task.receiver = LaneId{process.tasks.receiver(*row)};
    }
  }
  fill_fate(process, *row, task);
  return task;
}

void StoredSnapshot::fill_fate(const ProcessData& process, Row row, Task& task) const {
  const TaskTable::Fate fate = process.tasks.fate(row);
  if (fate.lane == kNone32) {
    return;
  }
  std::uint64_t cpu = 0;
  trace::NameId error = 0;
  auto outcome = trace::Outcome::ok;
  if (fate.lane == TaskTable::kLoose) {
    const LooseEnd& end = process.loose[fate.index];
    task.finished = end.time;
    outcome = end.outcome;
    cpu = trace::finished_cpu_ns(end.detail);
    error = trace::finished_error(end.detail);
    if (outcome != trace::Outcome::cancelled) {
      task.worker = LaneId{end.lane};
    }
  } else {
    const LaneData& lane = *lane_data(LaneId{fate.lane});
    task.worker = LaneId{fate.lane};
    task.started = lane.runs.begin_of(fate.index);
    task.finished = lane.finished(fate.index);
    if (!task.finished) {
      // Over, if the lane has gone on to something else: only when and how was lost.
      const bool over = fate.index < lane.runs.closed();
      task.state = over || task.delivered ? TaskState::finished : TaskState::running;
      if (over) {
        task.over_by = lane.runs[fate.index].end;
      }
      return;
    }
    const RunResult result = lane.result(fate.index);
    outcome = static_cast<trace::Outcome>(result.outcome);
    error = result.error;
    cpu = lane.cpu_time(fate.index);
  }
  task.state = outcome == trace::Outcome::error       ? TaskState::failed
               : outcome == trace::Outcome::cancelled ? TaskState::cancelled
                                                      : TaskState::finished;
  task.error = process.directory->name(error);
  if (cpu != 0) {
    task.cpu_time = static_cast<TimeNs>(cpu);
  }
}

Phase StoredSnapshot::phase_of(const LaneData& lane, std::size_t phase) const {
  const std::uint64_t detail = lane.phases.record(phase).detail;
  return {trace::phase_kind(detail), process_of(lane).directory->name(trace::phase_name(detail)),
          lane.phases.begin_of(phase), lane.phases.end_of(phase)};
}

Blocked StoredSnapshot::blocked_of(const LaneData& lane, std::size_t wait) const {
  const std::uint64_t detail = lane.wait_infos[wait].detail;
  const Span span = lane.waits[wait];
  const std::uint64_t awaited = trace::blocked_awaited(detail);
  Blocked blocked{.reason = trace::blocked_reason(detail),
                  .awaited = awaited == 0 ? TaskKey{} : TaskKey{lane.process, awaited},
                  .begin = span.begin,
                  .end = span.end,
                  .timed = trace::blocked_timed(detail)};
  if (blocked.reason == trace::BlockReason::full_queue ||
      blocked.reason == trace::BlockReason::shutdown) {
    const auto known = std::ranges::find_if(*state_.pools, [&](const Pool& pool) {
      return pool.process == lane.process && pool.id == lane.wait_infos[wait].pool;
    });
    blocked.pool = known != state_.pools->end() ? std::optional(known->index) : std::nullopt;
  }
  return blocked;
}

std::vector<Phase> StoredSnapshot::phases(TaskKey key, std::size_t limit) const {
  std::vector<Phase> phases;
  const std::optional<Row> row = find(key);
  if (!row) {
    return phases;
  }
  const TaskTable::Fate fate = state_.processes[key.process]->tasks.fate(*row);
  const LaneData* lane = lane_data(LaneId{fate.lane});
  if (lane == nullptr || fate.index < lane->blurred) {
    return phases;
  }
  const Span run = lane->runs[fate.index];
  for (std::size_t i = lane->phases.first_from(run.begin);
       i < lane->phases.size() && phases.size() < limit && lane->phases.begin_of(i) <= run.end;
       ++i) {
    if (lane->phases.record(i).task == key.task) {
      phases.push_back(phase_of(*lane, i));
    }
  }
  return phases;
}

std::optional<TaskKey> StoredSnapshot::task_at(LaneId id, TimeNs time) const {
  const LaneData* lane = lane_data(id);
  if (lane == nullptr) {
    return {};
  }
  const std::optional<std::size_t> run =
      is_complete(time) ? lane->runs.covering(clamp_time(time)) : std::nullopt;
  return run ? std::optional(key_of(*lane, *run)) : std::nullopt;
}

LaneState StoredSnapshot::lane_state(LaneId id, TimeNs time) const {
  LaneState state;
  const LaneData* data = lane_data(id);
  if (data == nullptr) {
    return state;
  }
  time = clamp_time(time);
  const Lane& lane = (*state_.lanes)[static_cast<std::size_t>(id)];
  state.alive = lane.started <= time && (!lane.exited || time < *lane.exited);
  if (!is_complete(time)) {
    return state;
  }
  if (const std::optional<std::size_t> run = data->runs.covering(time)) {
    state.task = key_of(*data, *run);
    const std::optional<std::size_t> phase = data->phases.innermost(time);
    if (phase && data->phases.record(*phase).task == state.task.task) {
      state.phase = phase_of(*data, *phase);
    }
  }
  if (const std::optional<std::size_t> wait = data->waits.covering(time)) {
    state.blocked = blocked_of(*data, *wait);
  }
  return state;
}

std::vector<Blocked> StoredSnapshot::blocked(LaneId id, TimeNs begin, TimeNs end,
                                             std::size_t limit) const {
  std::vector<Blocked> stretches;
  const LaneData* lane = lane_data(id);
  if (lane == nullptr) {
    return stretches;
  }
  begin = std::max(clamp_time(begin), complete_from());
  end = clamp_time(end);
  for (std::size_t i = lane->waits.first_touching(begin);
       i < lane->waits.size() && stretches.size() < limit && lane->waits.begin_of(i) < end; ++i) {
    stretches.push_back(blocked_of(*lane, i));
  }
  return stretches;
}

AwaitedTasks StoredSnapshot::awaited(LaneId id, TimeNs time) const {
  AwaitedTasks awaited;
  const LaneData* lane = lane_data(id);
  time = clamp_time(time);
  const auto wait =
      lane == nullptr || !is_complete(time) ? std::nullopt : lane->waits.covering(time);
  if (!wait) {
    return awaited;
  }
  std::uint32_t announced = 0;
  for (std::size_t i = first_event_from(lane->awaits, lane->waits.begin_of(*wait));
       i < lane->awaits.size() && event_time(lane->awaits[i]) <= time; ++i) {
    const trace::Event& event = lane->awaits[i];
    awaited.any = trace::awaits_any(event.detail);
    announced = trace::awaits_count(event.detail);
    awaited.tasks.push_back({lane->process, event.task});
  }
  awaited.complete = announced != 0 && awaited.tasks.size() == announced;
  return awaited;
}

std::optional<TimeNs> StoredSnapshot::next_event(TimeNs time) const {
  time = std::max(clamp_time(time), complete_from() - 1);
  std::optional<TimeNs> best;
  const auto consider = [&](std::optional<TimeNs> candidate) {
    if (candidate && *candidate <= kMaxTime && (!best || *candidate < *best)) {
      best = candidate;
    }
  };
  for (std::size_t i = 0; i < state_.lane_data.size(); ++i) {
    const LaneData& lane = *state_.lane_data[i];
    const TaskTable& tasks = process_of(lane).tasks;
    consider(lane.runs.next_change(time));
    consider(lane.phases.next_change(time));
    consider(lane.waits.next_change(time));
    const std::size_t awaits = first_event_from(lane.awaits, time + 1);
    if (awaits < lane.awaits.size()) {
      consider(event_time(lane.awaits[awaits]));
    }
    const auto rows = [&](const PackedVector<Row>& list, const PackedColumn& before,
                          const auto& time_of) {
      const std::size_t place = first_row_from(list, before, time + 1, time_of);
      if (place >= before.size() && place < list.size()) {
        consider(time_of(list[place]));
      }
    };
    rows(lane.submits, lane.submitted_before, [&](Row row) { return tasks.queued(row); });
    rows(lane.deliveries, lane.delivered_before, [&](Row row) { return tasks.delivered(row); });
  }
  for (const auto& process : state_.processes) {
    const std::size_t place = first_event_from(process->log, time + 1);
    if (place < process->log.size() &&
        process->log[place].time_ns <= static_cast<std::uint64_t>(kMaxTime)) {
      consider(static_cast<TimeNs>(process->log[place].time_ns));
    }
  }
  return best;
}

std::optional<TimeNs> StoredSnapshot::previous_event(TimeNs time) const {
  time = clamp_time(time);
  std::optional<TimeNs> best;
  const auto consider = [&](std::optional<TimeNs> candidate) {
    if (candidate && *candidate >= complete_from() && (!best || *candidate > *best)) {
      best = candidate;
    }
  };
  for (std::size_t i = 0; i < state_.lane_data.size(); ++i) {
    const LaneData& lane = *state_.lane_data[i];
    const TaskTable& tasks = process_of(lane).tasks;
    consider(lane.runs.previous_change(time));
    consider(lane.phases.previous_change(time));
    consider(lane.waits.previous_change(time));
    if (const std::size_t awaits = first_event_from(lane.awaits, time); awaits > 0) {
      consider(event_time(lane.awaits[awaits - 1]));
    }
    const auto rows = [&](const PackedVector<Row>& list, const PackedColumn& before,
                          const auto& time_of) {
      const std::size_t place = first_row_from(list, before, time, time_of);
      if (place > before.size()) {
        consider(time_of(list[place - 1]));
      }
    };
    rows(lane.submits, lane.submitted_before, [&](Row row) { return tasks.queued(row); });
    rows(lane.deliveries, lane.delivered_before, [&](Row row) { return tasks.delivered(row); });
  }
  for (const auto& process : state_.processes) {
    const std::size_t place = first_event_from(process->log, time);
    if (place > 0) {
      const std::uint64_t at = process->log[place - 1].time_ns;
      if (at <= static_cast<std::uint64_t>(kMaxTime)) {
        consider(static_cast<TimeNs>(at));
      } else {
        consider(state_.end < time ? std::optional(state_.end) : std::nullopt);
      }
    }
  }
  return best;
}

double StoredSnapshot::utilization(LaneId id, TimeNs begin, TimeNs end) const {
  const LaneData* data = lane_data(id);
  if (data == nullptr) {
    return 0;
  }
  const Lane& lane = (*state_.lanes)[static_cast<std::size_t>(id)];
  const TimeNs from = std::max(clamp_time(begin), lane.started);
  const TimeNs to = std::min(clamp_time(end), lane.exited.value_or(kForever));
  if (from >= to) {
    return 0;
  }
  return static_cast<double>(data->runs.covered(from, to)) / static_cast<double>(to - from);
}

}  // namespace poolscope::session
