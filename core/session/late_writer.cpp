// SPDX-License-Identifier: Apache-2.0
// What came late is put in its place, much at once.
#include "core/session/lane_events.h"
#include "core/session/sorted.h"
#include "core/session/writer.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace poolscope::session {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

void Writer::note_unsorted(std::uint32_t lane) {
  if (!std::exchange(lanes_[lane].unsorted, true)) {
    unsorted_lanes_.push_back(lane);
  }
}

void Writer::sort_lanes() {
  for (const std::uint32_t lane : unsorted_lanes_) {
    sort_lane(lanes_[lane]);
  }
  unsorted_lanes_.clear();
}

void Writer::sort_lane(LaneEntry& lane) {
  const TaskTable& tasks = processes_[lane.data.process].data.tasks;
  sorted_again_ += merge_sorted(lane.data.submits, lane.late_submits,
                                [&](Row row) { return tasks.queued(row); });
  sorted_again_ += merge_sorted(lane.data.deliveries, lane.late_deliveries,
                                [&](Row row) { return tasks.delivered(row); });
  sorted_again_ += merge_sorted(lane.data.redeliveries, lane.late_redeliveries, std::identity());
  sorted_again_ += merge_sorted(lane.data.failed_runs, lane.late_failures, std::identity());
  if (!lane.late_ends.empty()) {
    std::vector<std::uint32_t> ended;
    for (const SpanTrack::Correction& end : lane.late_ends) {
      ended.push_back(static_cast<std::uint32_t>(end.index));
    }
    sorted_again_ += take_out_sorted(lane.data.endless_runs, std::move(ended));
    sorted_again_ += lane.data.runs.correct(std::exchange(lane.late_ends, {}));
  }
  lane.unsorted = false;
}

bool Writer::defers() const {
  constexpr std::uint64_t kUsual = 1'000'000;
  constexpr std::uint64_t kShare = 4;
  return sorted_again_ > kUsual + kShare * state_.events;
}

void Writer::settle() {
  sort_lanes();
  for (const std::uint32_t lane : late_lanes_) {
    rebuild(lane);
    sort_lanes();  // a lane may be there twice, and is begun anew from what is in order
  }
  late_lanes_.clear();
  for (QueueSteps* queue : unsettled_) {
    sorted_again_ += queue->settle();
  }
  unsettled_.clear();
  for (ProcessEntry& process : processes_.all()) {
    settle_log(process.data, process.new_log);
  }
}

void Writer::settle_log(ProcessData& process, std::vector<Event>& added) {
  if (added.empty()) {
    return;
  }
  const auto earlier = [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; };
  std::stable_sort(added.begin(), added.end(), earlier);
  std::vector<Event> behind;
  while (!process.log.empty() && earlier(added.front(), process.log.back())) {
    behind.push_back(process.log.back());
    process.log.truncate(process.log.size() - 1);
  }
  sorted_again_ += behind.size();
  if (!behind.empty()) {
    std::reverse(behind.begin(), behind.end());
    const auto middle = static_cast<std::ptrdiff_t>(behind.size());
    behind.insert(behind.end(), added.begin(), added.end());
    std::inplace_merge(behind.begin(), behind.begin() + middle, behind.end(), earlier);
    added.swap(behind);
  }
  for (const Event& event : added) {
    process.log.push_back(event);
  }
  added.clear();
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
