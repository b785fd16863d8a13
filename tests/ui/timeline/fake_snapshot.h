// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/session/task_kind.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::test {

using namespace poolscope::session;

inline constexpr TimeNs kMs = 1'000'000;

/// A session put together by hand, answering by looking at everything: for tests that need exact
/// control, and as the slow and obvious model of what the painter asks. Fill the lists, then ask.
/// One process.
class FakeSnapshot : public Snapshot {
 public:
  struct BlockedOn {
    LaneId lane;
    Blocked blocked;
  };

  TimeNs begin_ = 0;
  TimeNs end_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<TimeNs> completeSince_ = {};
  std::vector<Lane> lanes_ = {};
  std::vector<Pool> pools_ = {};
  std::map<PoolIndex, std::vector<MaxWorkersStep>> steps_ = {};
  std::vector<Marker> markers_ = {};
  std::vector<Task> tasks_ = {};  ///< task n at n - 1
  std::map<std::uint64_t, std::vector<Phase>> phases_ = {};
  std::vector<BlockedOn> blocked_ = {};
  mutable int laneColumnCalls_ = 0;

  // --- to fill it ---
  std::string_view text(std::string value) { return texts_.emplace_back(std::move(value)); }

  PoolIndex addPool(TimeNs created, std::uint32_t maxWorkers, std::string name = {}) {
    const auto index = static_cast<PoolIndex>(pools_.size());
    pools_.push_back({.index = index,
                      .id = static_cast<trace::PoolId>(pools_.size() + 1),
                      .name = text(std::move(name)),
                      .created = created});
    steps_[index].push_back({created, 0, maxWorkers});
    return index;
  }
  void setMaxWorkers(PoolIndex pool, TimeNs time, std::uint32_t now) {
    steps_[pool].push_back({time, steps_[pool].back().now, now});
  }
  LaneId addCaller(std::string name, TimeNs seen = 0) {
    const auto id = static_cast<LaneId>(lanes_.size());
    lanes_.push_back(
        {.id = id, .kind = LaneKind::caller, .name = text(std::move(name)), .started = seen});
    return id;
  }
  LaneId addWorker(PoolIndex pool, std::uint32_t index, TimeNs started) {
    const auto id = static_cast<LaneId>(lanes_.size());
    lanes_.push_back({.id = id,
                      .pool = pool,
                      .index = index,
                      .name = text("web_" + std::to_string(index)),
                      .started = started,
                      .start_known = true});
    return id;
  }
  /// A task that is queued; give it the rest.
  Task& addTask(PoolIndex pool, LaneId caller, TimeNs queued, std::string name = "fetch page") {
    tasks_.push_back({.key = {0, tasks_.size() + 1},
                      .pool = pool,
                      .name = text(std::move(name)),
                      .queued = queued,
                      .caller = caller});
    end_ = std::max(end_, queued);
    return tasks_.back();
  }
  void runTask(Task& task, LaneId worker, TimeNs started, std::optional<TimeNs> finished,
               bool failed = false) {
    task.started = started;
    task.finished = finished;
    task.worker = worker;
    task.state = !finished ? TaskState::running : failed ? TaskState::failed : TaskState::finished;
    end_ = std::max(end_, finished.value_or(started));
  }
  void cancelTask(Task& task, TimeNs time) {
    task.finished = time;
    task.state = TaskState::cancelled;
    end_ = std::max(end_, time);
  }
  void addPhase(const Task& task, trace::PhaseKind kind, TimeNs begin, TimeNs end,
                std::string name = {}) {
    phases_[task.key.task].push_back({kind, text(std::move(name)), begin, end});
  }

  // --- Snapshot ---
  TimeNs begin() const override { return begin_; }
  TimeNs end() const override { return end_; }
  std::uint64_t event_count() const override {
    return tasks_.size() * 3 + lanes_.size() + pools_.size();
  }
  std::optional<TimeNs> complete_since() const override { return completeSince_; }
  std::uint64_t lost_events() const override { return lost_; }
  std::uint64_t task_count() const override { return tasks_.size(); }
  std::span<const Lane> lanes() const override { return lanes_; }
  std::span<const Pool> pools() const override { return pools_; }
  std::span<const MaxWorkersStep> max_workers_steps(PoolIndex pool) const override {
    const auto found = steps_.find(pool);
    return found == steps_.end() ? std::span<const MaxWorkersStep>{} : std::span(found->second);
  }
  std::span<const Marker> markers() const override { return markers_; }

  using Snapshot::lane_columns;
  std::vector<LaneColumn> lane_columns(LaneId lane, TimeNs from, TimeNs to, int columns,
                                       TimeNs known) const override {
    ++laneColumnCalls_;
    std::vector<LaneColumn> result(static_cast<std::size_t>(std::max(columns, 0)));
    const double span = static_cast<double>(to - from) / std::max(columns, 1);
    for (const Task& task : tasks_) {
      if (task.worker != lane || !task.started) {
        continue;
      }
      const TimeNs end = task.finished.value_or(kForever);
      forColumns(*task.started, end, from, span, result.size(), [&](std::size_t i, double share) {
        LaneColumn& column = result[i];
        ++column.task_count;
        column.failed_count += task.state == TaskState::failed && end <= known ? 1 : 0;
        column.busy += static_cast<float>(share);
        const auto longest = this->task(column.longest);
        if (!longest || runTime(*longest) < runTime(task)) {
          column.longest = task.key;
        }
      });
      for (const Phase& phase : phasesOf(task.key)) {
        forColumns(phase.begin, std::min(phase.end, end), from, span, result.size(),
                   [&](std::size_t i, double share) {
                     result[i].phases[static_cast<std::size_t>(phase.kind)] +=
                         static_cast<float>(share);
                   });
      }
    }
    return result;
  }
  std::vector<PoolColumn> pool_columns(PoolIndex pool, TimeNs from, TimeNs to,
                                       int columns) const override {
    std::vector<PoolColumn> result(static_cast<std::size_t>(std::max(columns, 0)));
    const double span = static_cast<double>(to - from) / std::max(columns, 1);
    for (const Lane& lane : lanes_) {
      if (lane.kind != LaneKind::worker || lane.pool != pool) {
        continue;
      }
      forColumns(
          lane.started, lane.exited.value_or(kForever), from, span, result.size(),
          [&](std::size_t i, double share) { result[i].workers += static_cast<float>(share); });
      const auto sums = lane_columns(lane.id, from, to, columns);
      for (std::size_t i = 0; i < result.size(); ++i) {
        result[i].running += sums[i].busy;
        for (std::size_t kind = 0; kind < sums[i].phases.size(); ++kind) {
          result[i].phases[kind] += sums[i].phases[kind];
        }
      }
    }
    for (const Task& task : tasks_) {
      if (task.pool == pool && ranToEnd(task)) {
        atColumn(*task.finished, from, span, result.size(), [&](std::size_t i) {
          ++result[i].finished;
          result[i].failed += task.state == TaskState::failed ? 1 : 0;
        });
      }
    }
    return result;
  }
  std::vector<CallerColumn> caller_columns(LaneId lane, TimeNs from, TimeNs to,
                                           int columns) const override {
    std::vector<CallerColumn> result(static_cast<std::size_t>(std::max(columns, 0)));
    const double span = static_cast<double>(to - from) / std::max(columns, 1);
    for (const Task& task : tasks_) {
      if (task.caller == lane && task.queued) {
        atColumn(*task.queued, from, span, result.size(),
                 [&](std::size_t i) { ++result[i].submitted; });
      }
      if (task.receiver == lane && task.delivered) {
        atColumn(*task.delivered, from, span, result.size(),
                 [&](std::size_t i) { ++result[i].delivered; });
      }
    }
    for (const BlockedOn& entry : blocked_) {
      if (entry.lane == lane) {
        forColumns(
            entry.blocked.begin, entry.blocked.end, from, span, result.size(),
            [&](std::size_t i, double share) { result[i].blocked += static_cast<float>(share); });
      }
    }
    return result;
  }
  std::vector<QueueColumn> queue_columns(PoolIndex pool, TimeNs from, TimeNs to,
                                         int columns) const override {
    std::vector<QueueColumn> result(static_cast<std::size_t>(std::max(columns, 0)));
    const double span = static_cast<double>(to - from) / std::max(columns, 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto left = from + static_cast<TimeNs>(span * static_cast<double>(i));
      const auto right = from + static_cast<TimeNs>(span * static_cast<double>(i + 1));
      const auto a = queue_depth(pool, left);
      const auto b = queue_depth(pool, right);
      result[i] = {static_cast<std::uint32_t>(std::min(a, b)), static_cast<double>(a + b) / 2,
                   static_cast<std::uint32_t>(std::max(a, b))};
    }
    return result;
  }
  std::vector<std::uint32_t> finished_columns(PoolIndex pool, TimeNs from, TimeNs to,
                                              int columns) const override {
    std::vector<std::uint32_t> result(static_cast<std::size_t>(std::max(columns, 0)));
    const double span = static_cast<double>(to - from) / std::max(columns, 1);
    for (const Task& task : tasks_) {
      if (task.pool == pool && ranToEnd(task)) {
        atColumn(*task.finished, from, span, result.size(), [&](std::size_t i) { ++result[i]; });
      }
    }
    return result;
  }

  std::optional<Task> task(TaskKey key) const override {
    return key.process == 0 && key.task >= 1 && key.task <= tasks_.size()
               ? std::optional(tasks_[key.task - 1])
               : std::nullopt;
  }
  std::vector<Phase> phases(TaskKey key, std::size_t limit) const override {
    auto result = phasesOf(key);
    result.resize(std::min(result.size(), limit));
    return result;
  }
  std::optional<TaskKey> task_at(LaneId lane, TimeNs time) const override {
    for (const Task& task : tasks_) {
      if (task.worker == lane && task.started <= time && time < task.finished.value_or(kForever)) {
        return task.key;
      }
    }
    return {};
  }
  LaneState lane_state(LaneId lane, TimeNs time) const override {
    LaneState state;
    const Lane& it = lanes_[static_cast<std::size_t>(lane)];
    state.alive = it.started <= time && !(it.exited && *it.exited <= time);
    state.task = task_at(lane, time).value_or(TaskKey{});
    for (const Phase& phase : phasesOf(state.task)) {
      if (phase.begin <= time && time < phase.end) {
        state.phase = phase;
      }
    }
    for (const BlockedOn& entry : blocked_) {
      if (entry.lane == lane && entry.blocked.begin <= time && time < entry.blocked.end) {
        state.blocked = entry.blocked;
      }
    }
    return state;
  }
  std::vector<Blocked> blocked(LaneId lane, TimeNs from, TimeNs to,
                               std::size_t limit) const override {
    std::vector<Blocked> result;
    for (const BlockedOn& entry : blocked_) {
      if (entry.lane == lane && entry.blocked.begin < to && entry.blocked.end > from &&
          result.size() < limit) {
        result.push_back(entry.blocked);
      }
    }
    return result;
  }
  HeldResults held_results(LaneId lane, TimeNs time, std::size_t limit) const override {
    HeldResults held;
    for (const BlockedOn& entry : blocked_) {
      const bool now = entry.blocked.begin <= time && time < entry.blocked.end;
      if (entry.lane == lane && now && task(entry.blocked.awaited)) {
        held.awaited = entry.blocked.awaited;
      }
    }
    for (std::size_t i = held.awaited.task; held.awaited && i < tasks_.size(); ++i) {
      const Task& task = tasks_[i];
      if (task.caller == lane && ranToEnd(task) && *task.finished <= time &&
          task.delivered.value_or(kForever) > time) {
        held.complete = held.tasks.size() < limit;
        if (held.complete) {
          held.tasks.push_back(task.key);
        }
      }
    }
    return held;
  }
  std::optional<TimeNs> next_event(TimeNs) const override { return {}; }
  std::optional<TimeNs> previous_event(TimeNs) const override { return {}; }

  std::uint64_t queue_depth(PoolIndex pool, TimeNs time) const override {
    return waiting(pool, time, tasks_.size()).size();
  }
  std::vector<TaskKey> waiting(PoolIndex pool, TimeNs time, std::size_t limit) const override {
    std::vector<TaskKey> result;
    for (const Task& task : tasks_) {
      const TimeNs left = task.started ? *task.started : task.finished.value_or(kForever);
      if (task.pool == pool && task.queued && *task.queued <= time && time < left &&
          result.size() < limit) {
        result.push_back(task.key);
      }
    }
    return result;
  }
  std::vector<Pick> picks(PoolIndex pool, TimeNs from, TimeNs to,
                          std::size_t limit) const override {
    std::vector<Pick> result;
    for (const Task& task : tasks_) {
      if (task.pool == pool && task.started && *task.started >= from && *task.started < to) {
        result.push_back({task.key, task.queued.value_or(0), *task.started, *task.worker});
      }
    }
    std::sort(result.begin(), result.end(),
              [](const Pick& a, const Pick& b) { return a.time < b.time; });
    if (result.size() > limit) {
      result.erase(result.begin(), result.end() - static_cast<std::ptrdiff_t>(limit));
    }
    return result;
  }
  using Snapshot::pick_count;
  std::uint64_t pick_count(PoolIndex pool, TimeNs from, TimeNs to, std::uint64_t) const override {
    return picks(pool, from, to, tasks_.size()).size();
  }
  std::uint64_t finished_count(PoolIndex pool, TimeNs from, TimeNs to) const override {
    return static_cast<std::uint64_t>(
        std::count_if(tasks_.begin(), tasks_.end(), [&](const Task& task) {
          return task.pool == pool && ranToEnd(task) && *task.finished >= from &&
                 *task.finished < to;
        }));
  }

  std::uint64_t cancelled_count(PoolIndex pool, TimeNs from, TimeNs to) const override {
    return static_cast<std::uint64_t>(
        std::count_if(tasks_.begin(), tasks_.end(), [&](const Task& task) {
          return task.pool == pool && task.state == TaskState::cancelled &&
                 *task.finished >= from && *task.finished < to;
        }));
  }

  double utilization(LaneId lane, TimeNs from, TimeNs to) const override {
    const auto column = lane_columns(lane, from, to, 1);
    return std::min(1.0, static_cast<double>(column.front().busy));
  }
  Statistics statistics(TimeNs from, TimeNs to, std::optional<PoolIndex>) const override {
    Statistics s{.begin = from, .end = to};
    std::vector<double> waits;
    for (const Task& task : tasks_) {
      const auto in = [&](std::optional<TimeNs> time) {
        return time && *time >= from && *time < to;
      };
      s.queued += in(task.queued);
      s.started += in(task.started);
      s.finished += ranToEnd(task) && in(task.finished);
      s.failed += task.state == TaskState::failed && in(task.finished);
      s.cancelled += task.state == TaskState::cancelled && in(task.finished);
      if (in(task.started)) {
        waits.push_back(static_cast<double>(*task.started - *task.queued) / 1e9);
      }
    }
    s.duration = static_cast<double>(to - from) / 1e9;
    s.throughput = s.duration > 0 ? static_cast<double>(s.finished) / s.duration : 0;
    s.utilization = 0.96;
    if (!waits.empty()) {
      std::sort(waits.begin(), waits.end());
      s.queue_wait = Distribution{.count = waits.size(),
                                  .p50 = waits[waits.size() / 2],
                                  .p99 = waits[waits.size() * 99 / 100],
                                  .max = waits.back()};
    }
    return s;
  }
  FoundTasks find_tasks(const TaskQuery&, TimeNs, TimeNs, int, const TaskMatch&,
                        const std::stop_token&) const override {
    return {};
  }
  std::optional<TaskMatch> next_match(const TaskQuery&, const TaskMatch&,
                                      const std::stop_token&) const override {
    return {};
  }
  std::optional<TaskMatch> previous_match(const TaskQuery&, const TaskMatch&,
                                          const std::stop_token&) const override {
    return {};
  }
  void replay(std::uint32_t, trace::Sink&) const override {}
  std::vector<session::TaskKind> kinds() const override {
    std::vector<session::TaskKind> kinds;
    for (const Task& task : tasks_) {
      const std::string_view name = session::kind_of(task.name);
      if (std::ranges::find(kinds, name, &session::TaskKind::name) == kinds.end()) {
        kinds.push_back({name, task.key});
      }
    }
    return kinds;
  }
  std::uint32_t process_count() const override { return 1; }
  std::shared_ptr<const trace::Directory> directory(std::uint32_t) const override { return {}; }

  using Snapshot::statistics;

 private:
  static bool ranToEnd(const Task& task) {
    return task.finished && (task.state == TaskState::finished || task.state == TaskState::failed);
  }
  static TimeNs runTime(const Task& task) {
    return task.finished.value_or(kForever) - task.started.value_or(0);
  }
  std::vector<Phase> phasesOf(TaskKey key) const {
    const auto found = phases_.find(key.task);
    return found == phases_.end() ? std::vector<Phase>{} : found->second;
  }
  /// Edges are counted from `from` in whole nanoseconds where the columns are such: then a column's
  /// figures do not depend on where the question began.
  static TimeNs edge(TimeNs from, double span, std::size_t i) {
    return from + static_cast<TimeNs>(span * static_cast<double>(i));
  }
  template <typename Use>
  static void forColumns(TimeNs begin, TimeNs end, TimeNs from, double span, std::size_t count,
                         Use use) {
    if (span <= 0 || begin >= end) {
      return;
    }
    const double first = std::max(0.0, static_cast<double>(begin - from) / span - 1);
    for (auto i = static_cast<std::size_t>(first); i < count && edge(from, span, i) < end; ++i) {
      const TimeNs overlap =
          std::min(end, edge(from, span, i + 1)) - std::max(begin, edge(from, span, i));
      if (overlap > 0) {
        use(i, static_cast<double>(overlap) / span);
      }
    }
  }
  template <typename Use>
  static void atColumn(TimeNs time, TimeNs from, double span, std::size_t count, Use use) {
    if (span > 0 && time >= from) {
      auto i = static_cast<std::size_t>(static_cast<double>(time - from) / span);
      i -= i > 0 && time < edge(from, span, i) ? 1 : 0;
      if (i < count) {
        use(i);
      }
    }
  }

  std::deque<std::string> texts_ = {};
};

}  // namespace poolscope::test
