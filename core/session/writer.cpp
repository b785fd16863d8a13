// SPDX-License-Identifier: Apache-2.0
#include "core/session/writer.h"

#include "core/session/sorted.h"
#include "core/session/task_kind.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace poolscope::session {
namespace {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

TimeNs time_of(const Event& event) {
  return static_cast<TimeNs>(event.time_ns);
}

/// Those that task tables, lanes and queues are made of.
bool is_of_tasks(EventKind kind) {
  switch (kind) {
    case EventKind::task_queued:
    case EventKind::task_started:
    case EventKind::task_finished:
    case EventKind::result_delivered:
    case EventKind::phase_begin:
    case EventKind::phase_end:
    case EventKind::blocked_begin:
    case EventKind::blocked_end:
    case EventKind::awaits:
      return true;
    default:
      return false;
  }
}

template <typename T>
void insert_by_time(std::vector<T>& items, T item) {
  const auto place = std::upper_bound(items.begin(), items.end(), item,
                                      [](const T& a, const T& b) { return a.time < b.time; });
  items.insert(place, std::move(item));
}

}  // namespace

std::uint32_t Writer::add_process(std::shared_ptr<const trace::Directory> directory) {
  ProcessEntry& entry = processes_.add();
  entry.data.directory = std::move(directory);
  entry.changed = true;
  state_.processes.emplace_back();
  return static_cast<std::uint32_t>(processes_.size() - 1);
}

void Writer::consume(std::uint32_t process, std::span<const Event> events) {
  for (const Event& event : events) {
    take(process, event);
  }
  if (!events.empty()) {
    processes_[process].changed = true;
    if (!defers()) {
      settle();
    }
  }
}

void Writer::take(std::uint32_t process, const Event& event) {
  ++state_.events;
  if (event.time_ns > static_cast<std::uint64_t>(kMaxTime)) {
    keep_odd(process, event);
    return;
  }
  const bool first = !std::exchange(timed_, true);
  state_.begin = first ? time_of(event) : std::min(state_.begin, time_of(event));
  state_.end = first ? time_of(event) : std::max(state_.end, time_of(event));
  if (state_.complete_since && time_of(event) < *state_.complete_since && is_of_tasks(event.kind)) {
    keep_odd(process, event);  // what it would have changed is a sum by now
    return;
  }
  switch (event.kind) {
    case EventKind::task_queued:
      take_queued(process, event);
      return;
    case EventKind::task_finished:
      take_finished(process, event);
      return;
    case EventKind::result_delivered:
      take_delivered(process, event);
      return;
    case EventKind::task_started:
    case EventKind::phase_begin:
    case EventKind::phase_end:
    case EventKind::blocked_begin:
    case EventKind::blocked_end:
    case EventKind::awaits:
      take_on_lane(process, event);
      return;
    default:
      take_rare(process, event);
  }
}

void Writer::take_rare(std::uint32_t process, const Event& event) {
  keep(process, event);
  if (event.thread != 0) {
    lane_of(process, event);
  }
  switch (event.kind) {
    case EventKind::worker_started:
      take_worker_started(process, event);
      return;
    case EventKind::worker_exited:
      take_worker_exited(process, event);
      return;
    case EventKind::max_workers_changed:
    case EventKind::pool_created:
    case EventKind::pool_shut_down:
    case EventKind::pool_broken:
      take_pool_event(process, event);
      return;
    case EventKind::paused:
      add_marker(process, event, Marker::Kind::paused);
      return;
    case EventKind::resumed:
      add_marker(process, event, Marker::Kind::resumed);
      return;
    case EventKind::marker:
      add_marker(process, event, Marker::Kind::text);
      return;
    case EventKind::lost:
      state_.lost += event.detail;
      add_marker(process, event, Marker::Kind::lost);
      return;
    default:
      ++state_.anomalies;  // not of this vocabulary
  }
}

void Writer::take_queued(std::uint32_t process, const Event& event) {
  TaskTable& tasks = processes_[process].data.tasks;
  const std::uint32_t caller = event.thread != 0 ? lane_of(process, event) : kNone32;
  if (event.task == 0 || event.outcome != Outcome::ok ||
      event.detail > std::numeric_limits<trace::NameId>::max()) {
    keep_odd(process, event);
    return;
  }
  const Row row = tasks.find_or_add(event.task);
  if (tasks.queued(row) != PackedColumn::kAbsent || tasks.forgotten(row)) {
    keep_odd(process, event);
    return;
  }
  // A start that was consumed before has told the pool already.
  const TaskTable::Origin* known = tasks.origin(row);
  const std::uint32_t pool = pool_of(process, event);
  const bool fits = caller != kNone32 && (known == nullptr || known->pool == pool);
  const std::uint32_t task_pool = known == nullptr ? pool : known->pool;
  const trace::NameId name_before = known == nullptr ? 0 : known->name;
  const auto name = static_cast<trace::NameId>(event.detail);
  if (tasks.set_origin(row, {task_pool, caller, name})) {
    note_kind(process, {process, event.task}, name);
  }
  tasks.set_queued(row, time_of(event));
  queue_of(process, task_pool).add(time_of(event), true);
  if (tasks.fate(row).lane != kNone32) {
    leave_queue(process, task_pool, row, time_left(process, row));
    tell_late(process, row, name_before);
  }
  if (!fits) {
    keep(process, event);
    state_.anomalies += caller != kNone32 ? 1U : 0U;
    return;
  }
  LaneEntry& lane = lanes_[caller];
  put_in_order(caller, lane.data.submits, lane.late_submits, row,
               [&](Row other) { return tasks.queued(other); });
}

/// Of a name that may not have been met before.
void Writer::note_kind(std::uint32_t process, TaskKey task, trace::NameId name) {
  constexpr std::size_t kMost = 32;
  ProcessData& data = processes_[process].data;
  const std::string_view kind = kind_of(data.directory->name(name));
  const auto known = std::ranges::find(data.kinds, kind, &TaskKind::name);
  if (known != data.kinds.end()) {
    known->first = std::min(known->first, task);
  } else if (data.kinds.size() < kMost) {
    data.kinds.push_back({kind, task});
  }
}

/// What was counted of the task already did not know its name and when it was queued.
void Writer::tell_late(std::uint32_t process, Row row, trace::NameId name_before) {
  const ProcessData& data = processes_[process].data;
  const TaskTable::Fate fate = data.tasks.fate(row);
  if (fate.lane != TaskTable::kLoose) {
    LaneData& lane = lanes_[fate.lane].data;
    if (fate.index >= lane.blurred) {
      lane.summaries.spoil(fate.index);
    }
    note_change(fate.lane);
    return;
  }
  const LooseEnd& end = data.loose[fate.index];
  const TaskTable::Origin& origin = *data.tasks.origin(row);
  const trace::NameId name = origin.name;
  PoolData& pool = pool_data(process, origin.pool);
  if (end.outcome == Outcome::cancelled) {
    pool.cancelled.rename(end.time, name_before, name);
    return;
  }
  pool.loose_ends.rename(end.time, name_before, name);
  if (end.outcome == Outcome::error) {
    pool.loose_failed.rename(end.time, name_before, name);
  }
}

void Writer::take_finished(std::uint32_t process, const Event& event) {
  if (event.outcome != Outcome::cancelled || event.task == 0) {
    take_on_lane(process, event);
    return;
  }
  ProcessEntry& entry = processes_[process];
  const std::uint32_t lane = lane_of(process, event);
  const Row row = entry.data.tasks.find_or_add(event.task);
  const TaskTable::Fate fate = entry.data.tasks.fate(row);
  if (fate.lane == lane) {
    take_on_lane(process, event);
  } else if (fate.lane == kNone32 && !entry.data.tasks.forgotten(row)) {
    keep(process, event);
    end_loosely(process, row, event);
  } else {
    keep_odd(process, event);
  }
}

void Writer::end_loosely(std::uint32_t process, Row row, const Event& event) {
  ProcessData& data = processes_[process].data;
  const std::uint32_t lane = lane_of(process, event);
  if (data.tasks.origin(row) == nullptr) {
    data.tasks.set_origin(row, {pool_of(process, event), kNone32, 0});
  }
  data.tasks.set_run(row, TaskTable::kLoose, static_cast<std::uint32_t>(data.loose.size()));
  data.loose.push_back({time_of(event), lane, row, event.detail, event.outcome});
  const TaskTable::Origin& origin = *data.tasks.origin(row);
  const trace::NameId name = origin.name;
  PoolData& pool = pool_data(process, origin.pool);
  if (event.outcome == Outcome::cancelled) {
    pool.cancelled.insert(time_of(event), name);
  } else {
    pool.loose_ends.insert(time_of(event), name);
    if (event.outcome == Outcome::error) {
      pool.loose_failed.insert(time_of(event), name);
    }
  }
  leave_queue(process, origin.pool, row, time_of(event));
}

void Writer::take_delivered(std::uint32_t process, const Event& event) {
  TaskTable& tasks = processes_[process].data.tasks;
  const std::uint32_t lane = event.thread != 0 ? lane_of(process, event) : kNone32;
  if (event.task == 0) {
    keep_odd(process, event);
    return;
  }
  const Row row = tasks.find_or_add(event.task);
  if (tasks.delivered(row) != PackedColumn::kAbsent || tasks.forgotten(row)) {
    // A result may be asked for again and again, or when the task is long forgotten.
    keep(process, event);
    if (lane != kNone32) {
      put_in_order(lane, lanes_[lane].data.redeliveries, lanes_[lane].late_redeliveries,
                   time_of(event), std::identity());
    }
    return;
  }
  tasks.set_delivered(row, time_of(event), lane);
  const std::uint32_t pool = pool_of(process, event);
  if (lane == kNone32) {
    keep(process, event);
    return;
  }
  if (tasks.origin(row) == nullptr && pool != kNone32) {
    tasks.set_origin(row, {pool, kNone32, 0});
  }
  const TaskTable::Origin* origin = tasks.origin(row);
  const bool fits = event.outcome == Outcome::ok && event.detail == 0 && origin != nullptr &&
                    origin->pool == pool;
  if (fits) {
    put_in_order(lane, lanes_[lane].data.deliveries, lanes_[lane].late_deliveries, row,
                 [&](Row other) { return tasks.delivered(other); });
  } else {
    keep(process, event);
    put_in_order(lane, lanes_[lane].data.redeliveries, lanes_[lane].late_redeliveries,
                 time_of(event), std::identity());
  }
}

void Writer::take_worker_started(std::uint32_t process, const Event& event) {
  std::uint32_t index = lane_of(process, event);
  if (lanes_[index].info.exited && *lanes_[index].info.exited < time_of(event)) {
    ++state_.anomalies;  // back from the dead: shown as another worker
    index = new_lane(process, event.thread, time_of(event));
  } else if (lanes_[index].start_seen) {
    ++state_.anomalies;
    return;
  }
  LaneEntry& lane = lanes_[index];
  lane.start_seen = true;
  state_.anomalies += lane.first_run < time_of(event) ? 1U : 0U;
  lane.info.kind = LaneKind::worker;
  lane.info.started = time_of(event);
  const std::uint32_t pool = pool_of(process, event);
  if (pool != kNone32) {
    lane.info.pool = PoolIndex{pool};
  }
  lane.info.index = trace::worker_index(event.detail);
  const std::string_view name =
      processes_[process].data.directory->name(trace::worker_name(event.detail));
  if (!name.empty()) {
    lane.info.name = name;
    lane.named = true;
  }
  lanes_changed_ = true;
}

void Writer::take_worker_exited(std::uint32_t process, const Event& event) {
  LaneEntry& lane = lanes_[lane_of(process, event)];
  lane.info.kind = LaneKind::worker;
  lanes_changed_ = true;
  if (lane.info.exited) {
    ++state_.anomalies;
    return;
  }
  state_.anomalies += lane.start_seen ? 0U : 1U;
  state_.anomalies += lane.last_run > time_of(event) ? 1U : 0U;
  lane.info.exited = time_of(event);
  lane.info.retired = event.detail == 1;
  if (!lane.info.pool && event.pool != 0) {
    lane.info.pool = PoolIndex{pool_of(process, event)};
  }
  if (time_of(event) < lane.data.last_event && !state_.complete_since) {
    late_lanes_.push_back(static_cast<std::uint32_t>(lane.info.id));
  } else {
    feed_exit(lane, std::max(time_of(event), lane.data.last_event));
  }
}

void Writer::take_pool_event(std::uint32_t process, const Event& event) {
  const std::uint32_t index = pool_of(process, event);
  if (index == kNone32) {
    ++state_.anomalies;
    return;
  }
  PoolEntry& pool = pools_[index];
  pool_data(process, index);  // changed
  pools_changed_ = true;
  const trace::Directory& directory = *processes_[process].data.directory;
  if (event.kind == EventKind::max_workers_changed) {
    insert_by_time(pool.data.max_workers, {time_of(event), trace::max_workers_before(event.detail),
                                           trace::max_workers_now(event.detail)});
  } else if (event.kind == EventKind::pool_created) {
    if (std::exchange(pool.created_seen, true)) {
      ++state_.anomalies;
      return;
    }
    pool.info.created = time_of(event);
    pool.info.name = directory.name(trace::pool_name(event.detail));
    insert_by_time(pool.data.max_workers,
                   {time_of(event), 0, trace::pool_max_workers(event.detail)});
  } else if (event.kind == EventKind::pool_shut_down) {
    if (!pool.info.shut_down) {
      pool.info.shut_down = time_of(event);
      add_marker(process, event, Marker::Kind::shut_down);
    }
  } else if (pool.info.broken.empty()) {
    const std::string_view reason = directory.name(static_cast<trace::NameId>(event.detail));
    pool.info.broken = reason.empty() ? std::string_view("broken") : reason;
    add_marker(process, event, Marker::Kind::broken);
  }
}

void Writer::add_marker(std::uint32_t process, const Event& event, Marker::Kind kind) {
  Marker marker{.time = time_of(event), .kind = kind};
  if (kind == Marker::Kind::lost) {
    marker.count = event.detail;
  } else if (kind == Marker::Kind::text || kind == Marker::Kind::broken) {
    marker.text =
        processes_[process].data.directory->name(static_cast<trace::NameId>(event.detail));
  }
  const std::uint32_t pool = pool_of(process, event);
  if (pool != kNone32) {
    marker.pool = PoolIndex{pool};
  }
  insert_by_time(markers_, marker);
  markers_changed_ = true;
}

std::uint32_t Writer::lane_of(std::uint32_t process, const Event& event) {
  constexpr trace::ThreadId kNear = 1U << 16;
  ProcessEntry& entry = processes_[process];
  if (event.thread < kNear && event.thread >= entry.near_lanes.size()) {
    entry.near_lanes.resize(event.thread + std::size_t{1}, 0);
  }
  const std::uint32_t known =
      event.thread < kNear ? entry.near_lanes[event.thread] : entry.far_lanes[event.thread];
  if (known == 0) {
    return new_lane(process, event.thread, time_of(event));
  }
  LaneEntry& lane = lanes_[known - 1];
  if (time_of(event) < lane.data.first_event) {
    lane.data.first_event = time_of(event);
    lanes_changed_ = true;
  }
  note_change(known - 1);
  return known - 1;
}

void Writer::note_change(std::uint32_t lane) {
  if (!std::exchange(lanes_[lane].changed, true)) {
    changed_lanes_.push_back(lane);
  }
}

std::uint32_t Writer::new_lane(std::uint32_t process, trace::ThreadId thread, TimeNs time) {
  const auto index = static_cast<std::uint32_t>(lanes_.size());
  LaneEntry& lane = lanes_.add();
  lane.data.process = process;
  lane.data.thread = thread;
  lane.data.first_event = time;
  lane.info.id = LaneId{index};
  lane.info.kind = LaneKind::caller;
  lane.info.process = process;
  lane.changed = true;
  changed_lanes_.push_back(index);
  lanes_changed_ = true;
  ProcessEntry& entry = processes_[process];
  if (thread < entry.near_lanes.size()) {
    entry.near_lanes[thread] = index + 1;
  } else {
    entry.far_lanes[thread] = index + 1;
  }
  return index;
}

std::uint32_t Writer::pool_of(std::uint32_t process, const Event& event) {
  if (event.pool == 0) {
    return kNone32;
  }
  std::vector<std::uint32_t>& pools = processes_[process].pools;
  if (event.pool >= pools.size()) {
    pools.resize(event.pool + std::size_t{1}, 0);
  }
  std::uint32_t& known = pools[event.pool];
  if (known == 0) {
    PoolEntry& pool = pools_.add();
    known = static_cast<std::uint32_t>(pools_.size());
    pool.info.index = PoolIndex{known - 1};
    pool.info.process = process;
    pool.info.id = event.pool;
    pool.info.created = time_of(event);
    pool.changed = true;
    changed_pools_.push_back(known - 1);
    pools_changed_ = true;
  }
  return known - 1;
}

PoolData& Writer::pool_data(std::uint32_t process, std::uint32_t pool) {
  if (pool == kNone32) {
    return processes_[process].data.poolless;
  }
  PoolEntry& entry = pools_[pool];
  if (!std::exchange(entry.changed, true)) {
    changed_pools_.push_back(pool);
  }
  return entry.data;
}

/// To be changed.
QueueSteps& Writer::queue_of(std::uint32_t process, std::uint32_t pool) {
  QueueSteps& queue = pool_data(process, pool).queue;
  if (!queue.unsettled()) {
    unsettled_.push_back(&queue);
  }
  return queue;
}

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
  }
  late_lanes_.clear();
  sort_lanes();
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

void Writer::refresh_names(LaneEntry& lane) {
  if (lane.named && lane.info.os_id != 0) {
    return;
  }
  const trace::ThreadInfo thread =
      processes_[lane.data.process].data.directory->thread(lane.data.thread);
  if (!lane.named && lane.info.name != thread.name) {
    lane.info.name = names_->emplace_back(thread.name);
    lanes_changed_ = true;
  }
  if (lane.info.os_id != thread.os_id) {
    lane.info.os_id = thread.os_id;
    lanes_changed_ = true;
  }
}

State Writer::publish(std::size_t memory_limit) {
  settle();
  seal();
  keep_within(memory_limit);
  for (const std::uint32_t index : changed_lanes_) {
    LaneEntry& lane = lanes_[index];
    lane.changed = false;
    lane.data.freeze();
    state_.lane_data.resize(lanes_.size(), nullptr);
    state_.lane_data.own(index) = std::make_shared<LaneData>(lane.data);
  }
  for (const std::uint32_t index : changed_pools_) {
    PoolEntry& pool = pools_[index];
    pool.changed = false;
    pool.data.freeze();
    state_.pool_data.resize(pools_.size(), nullptr);
    state_.pool_data.own(index) = std::make_shared<PoolData>(pool.data);
  }
  changed_lanes_.clear();
  changed_pools_.clear();
  state_.tasks = 0;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    ProcessEntry& process = processes_[i];
    if (std::exchange(process.changed, false)) {
      process.data.freeze();
      state_.processes[i] = std::make_shared<ProcessData>(process.data);
    }
    state_.tasks += process.data.tasks.count();
  }
  if (std::exchange(lanes_changed_, false)) {
    auto lanes = std::make_shared<std::vector<Lane>>();
    for (const LaneEntry& lane : lanes_.all()) {
      Lane& told = lanes->emplace_back(lane.info);
      told.start_known = lane.start_seen;
      told.started =
          lane.start_seen ? std::min(lane.info.started, lane.first_run) : lane.data.first_event;
      if (told.exited) {
        told.exited = std::max(*told.exited, lane.last_run);
      }
    }
    state_.lanes = std::move(lanes);
  }
  if (std::exchange(pools_changed_, false)) {
    auto pools = std::make_shared<std::vector<Pool>>();
    for (const PoolEntry& pool : pools_.all()) {
      pools->push_back(pool.info);
    }
    state_.pools = std::move(pools);
  }
  if (std::exchange(markers_changed_, false)) {
    state_.markers = std::make_shared<std::vector<Marker>>(markers_);
  }
  state_.lane_data.freeze();
  state_.pool_data.freeze();
  state_.deepest_before.freeze();
  state_.names = names_;
  return state_;
}

}  // namespace poolscope::session
