// SPDX-License-Identifier: Apache-2.0
#include "core/session/wait_graph.h"

#include <algorithm>
#include <span>
#include <utility>

namespace poolscope::session {

std::optional<Marker> latest_pause(const Snapshot& snapshot, PoolIndex pool, TimeNs time) {
  const std::span<const Marker> markers = snapshot.markers();
  for (std::size_t i = markers.size(); i > 0; --i) {
    const Marker& marker = markers[i - 1];
    const bool pause = marker.kind == Marker::Kind::paused || marker.kind == Marker::Kind::resumed;
    if (pause && marker.pool == pool && marker.time <= time) {
      return marker;
    }
  }
  return {};
}

WaitGraph::WaitGraph(const Snapshot& snapshot, TimeNs time, TimeNs lasting)
    : snapshot_(snapshot),
      time_(time),
      latest_(time - lasting),
      pools_(snapshot.pools().size()) {
  for (const Lane& lane : snapshot.lanes()) {
    add_lane(lane);
  }
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    pools_[i].index = PoolIndex{static_cast<std::uint32_t>(i)};
    pools_[i].most_workers = snapshot.max_workers_at(pools_[i].index, latest_);
    for (const MaxWorkersStep& step : snapshot.max_workers_steps(pools_[i].index)) {
      if (pools_[i].most_workers != 0 && step.time > latest_ && step.time <= time_) {
        pools_[i].most_workers = std::max<std::size_t>(pools_[i].most_workers, step.now);
      }
    }
  }
}

void WaitGraph::add_lane(const Lane& lane) {
  if (lane.kind != LaneKind::worker || !lane.pool || lane.started > time_) {
    return;
  }
  Pool& pool = pools_[static_cast<std::size_t>(*lane.pool)];
  if (lane.exited && *lane.exited <= time_) {
    pool.last_exit = std::max(pool.last_exit, *lane.exited);
    return;
  }
  pool.workers.push_back(workers_.size());
  workers_.push_back({.lane = lane.id});
}

std::vector<Deadlock> WaitGraph::deadlocks() {
  if (std::ranges::none_of(pools_, [this](const Pool& pool) { return enough_block(pool); })) {
    return {};
  }
  look_at_workers();
  for (Pool& pool : pools_) {
    look_at_pool(pool);
  }
  while (let_go()) {
  }
  while (put_off()) {
  }
  std::vector<Deadlock> found;
  for (const Pool& pool : pools_) {
    if (auto deadlock = describe(pool)) {
      found.push_back(std::move(*deadlock));
    }
  }
  return found;
}

std::optional<TimeNs> WaitGraph::all_wait_since(PoolIndex index) const {
  const Pool& pool = pools_[static_cast<std::size_t>(index)];
  if (pool.workers.empty() || pool.workers.size() < pool.most_workers) {
    return {};
  }
  TimeNs since = pool.last_exit;
  for (const std::size_t worker : pool.workers) {
    const LaneState state = snapshot_.lane_state(workers_[worker].lane, time_);
    if (!state.blocked) {
      return {};
    }
    since = std::max(since, state.blocked->begin);
  }
  return since;
}

bool WaitGraph::blocks(const LaneState& state) const {
  return state.blocked && !state.blocked->timed && state.blocked->begin <= latest_;
}

/// Cheap where it is not so: ends when too many work.
bool WaitGraph::enough_block(const Pool& pool) const {
  if (pool.most_workers == 0 || pool.workers.size() < pool.most_workers) {
    return false;
  }
  std::size_t spare = pool.workers.size() - pool.most_workers;
  return std::ranges::all_of(pool.workers, [&](std::size_t worker) {
    return blocks(snapshot_.lane_state(workers_[worker].lane, time_)) || spare-- > 0;
  });
}

void WaitGraph::look_at_workers() {
  places_.assign(snapshot_.lanes().size(), workers_.size());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = workers_[i];
    places_[static_cast<std::size_t>(worker.lane)] = i;
    const LaneState state = snapshot_.lane_state(worker.lane, time_);
    worker.task = state.task;
    worker.stuck = blocks(state);
    worker.wait = state.blocked.value_or(Blocked{});
    worker.since = worker.wait.begin;
  }
  for (Worker& worker : workers_) {
    if (worker.stuck) {
      find_needs(worker);
    }
  }
}

void WaitGraph::find_needs(Worker& worker) const {
  if (worker.wait.pool) {
    worker.needs.push_back(
        {.of = Need::Of::pool, .place = static_cast<std::size_t>(*worker.wait.pool)});
    return;
  }
  if (worker.wait.awaited) {
    worker.needs.push_back(need_of(worker.wait.awaited));
    return;
  }
  const AwaitedTasks awaited = snapshot_.awaited(worker.lane, time_);
  worker.any = awaited.any;
  for (const TaskKey task : awaited.tasks) {
    worker.needs.push_back(need_of(task));
  }
  if (awaited.any && !awaited.complete) {
    worker.needs.push_back({});
  }
}

WaitGraph::Need WaitGraph::need_of(TaskKey key) const {
  const std::optional<Task> task = snapshot_.task(key);
  const auto happened = [this](std::optional<TimeNs> when) { return when && *when <= time_; };
  if (!task || happened(task->finished) || happened(task->delivered)) {
    return {};
  }
  if (happened(task->started)) {
    const std::size_t place =
        task->worker ? places_[static_cast<std::size_t>(*task->worker)] : workers_.size();
    const bool runs = place < workers_.size() && workers_[place].task == key;
    return runs ? Need{Need::Of::worker, place, key} : Need{};
  }
  return happened(task->queued) && task->pool
             ? Need{Need::Of::pool, static_cast<std::size_t>(*task->pool), key}
             : Need{};
}

void WaitGraph::look_at_pool(Pool& pool) const {
  const auto pause = latest_pause(snapshot_, pool.index, time_);
  pool.resumed = pause ? pause->time : 0;
  pool.stuck = pool.most_workers != 0 && pool.resumed <= latest_ &&
               (!pause || pause->kind == Marker::Kind::resumed);
}

bool WaitGraph::is_stuck(const Need& need) const {
  return need.of == Need::Of::worker ? workers_[need.place].stuck
                                     : need.of == Need::Of::pool && pools_[need.place].stuck;
}

/// Whether one was found that is not stuck after all.
bool WaitGraph::let_go() {
  bool found = false;
  const auto stuck = [this](const Need& need) { return is_stuck(need); };
  for (Worker& worker : workers_) {
    const bool helpless = worker.any ? std::ranges::all_of(worker.needs, stuck)
                                     : std::ranges::any_of(worker.needs, stuck);
    found = found || (worker.stuck && !helpless);
    worker.stuck = worker.stuck && helpless;
  }
  for (Pool& pool : pools_) {
    const auto count = std::ranges::count_if(
        pool.workers, [this](std::size_t worker) { return workers_[worker].stuck; });
    const bool helpless = static_cast<std::size_t>(count) >= pool.most_workers;
    found = found || (pool.stuck && !helpless);
    pool.stuck = pool.stuck && helpless;
  }
  return found;
}

/// Whether one was found that is stuck only since something it needs is: since the last of all
/// that would do, or the first of those that it cannot do without.
bool WaitGraph::put_off() {
  bool found = false;
  const auto not_before = [&](TimeNs& since, TimeNs time) {
    found = found || since < time;
    since = std::max(since, time);
  };
  for (Worker& worker : workers_) {
    if (!worker.stuck) {
      continue;
    }
    TimeNs needed = worker.any ? 0 : kForever;
    for (const Need& need : worker.needs) {
      if (is_stuck(need)) {
        const TimeNs since =
            need.of == Need::Of::worker ? workers_[need.place].since : pools_[need.place].since;
        needed = worker.any ? std::max(needed, since) : std::min(needed, since);
      }
    }
    not_before(worker.since, needed);
  }
  for (Pool& pool : pools_) {
    if (pool.stuck) {
      not_before(pool.since, picks_nothing_since(pool));
    }
  }
  return found;
}

/// Since when as many workers of a stuck pool have been stuck as there might be.
TimeNs WaitGraph::picks_nothing_since(const Pool& pool) const {
  std::vector<TimeNs> stuck;
  for (const std::size_t worker : pool.workers) {
    if (workers_[worker].stuck) {
      stuck.push_back(workers_[worker].since);
    }
  }
  std::ranges::sort(stuck);
  TimeNs since = pool.resumed;
  const std::span<const MaxWorkersStep> steps = snapshot_.max_workers_steps(pool.index);
  for (std::size_t i = 0; i < steps.size() && steps[i].time <= time_; ++i) {
    const TimeNs end = i + 1 < steps.size() ? steps[i + 1].time : kForever;
    const bool ever = steps[i].now <= stuck.size() && steps[i].now > 0;
    const TimeNs from = ever ? std::max(steps[i].time, stuck[steps[i].now - 1]) : end;
    // Not from the beginning of this stretch on: so not before it either.
    since = from > steps[i].time || i == 0 ? std::max(since, std::min(from, end)) : since;
  }
  return since;
}

/// The pool's workers, all of which must be stuck, and then those of whatever they need.
std::optional<Deadlock> WaitGraph::describe(const Pool& pool) const {
  Deadlock deadlock{.pool = pool.index, .since = std::max(pool.since, pool.last_exit)};
  if (!pool.stuck || pool.last_exit > latest_ ||
      !std::ranges::all_of(pool.workers,
                           [this](std::size_t worker) { return workers_[worker].stuck; })) {
    return {};
  }
  std::vector<bool> worker_seen(workers_.size());
  std::vector<bool> pool_seen(pools_.size());
  std::vector<std::size_t> reached;
  const auto reach = [&](std::size_t worker) {
    if (workers_[worker].stuck && !worker_seen[worker]) {
      worker_seen[worker] = true;
      reached.push_back(worker);
    }
  };
  const auto reach_all = [&](std::size_t place) {
    if (!pool_seen[place]) {
      pool_seen[place] = true;
      std::ranges::for_each(pools_[place].workers, reach);
    }
  };
  reach_all(static_cast<std::size_t>(pool.index));
  for (const std::size_t worker : reached) {
    deadlock.since = std::max(deadlock.since, workers_[worker].since);
  }
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const Worker& worker = workers_[reached[i]];
    StuckWorker stuck{.worker = worker.lane,
                      .task = worker.task,
                      .reason = worker.wait.reason,
                      .since = worker.wait.begin,
                      .pool = worker.wait.pool};
    for (const Need& need : worker.needs) {
      if (!is_stuck(need)) {
        continue;
      }
      if (need.task) {
        stuck.awaited.push_back(need.task);
      }
      need.of == Need::Of::worker ? reach(need.place) : reach_all(need.place);
    }
    deadlock.workers.push_back(std::move(stuck));
  }
  return deadlock;
}

}  // namespace poolscope::session
