// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/session/state.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace poolscope::session {

struct StatisticsPass;
struct TaskTally;
class KindTally;

/// The snapshots that Session gives: answers from a State that nobody writes any more.
class StoredSnapshot final : public Snapshot {
 public:
  explicit StoredSnapshot(State state) : state_(std::move(state)) {}

  TimeNs begin() const override { return state_.begin; }
  TimeNs end() const override { return state_.end; }
  std::uint64_t event_count() const override { return state_.events; }
  std::uint64_t lost_events() const override { return state_.lost; }
  std::uint64_t task_count() const override { return state_.tasks; }
  std::uint64_t anomalies() const override { return state_.anomalies; }
  std::optional<TimeNs> complete_since() const override { return state_.complete_since; }
  std::span<const Lane> lanes() const override { return *state_.lanes; }
  std::span<const Pool> pools() const override { return *state_.pools; }
  std::span<const MaxWorkersStep> max_workers_steps(PoolIndex pool) const override;
  std::span<const Marker> markers() const override { return *state_.markers; }

  using Snapshot::lane_columns;
  std::vector<LaneLoad> lane_loads(LaneId lane, TimeNs begin, TimeNs end,
                                   int columns) const override;
  std::vector<LaneColumn> lane_columns(LaneId lane, TimeNs begin, TimeNs end, int columns,
                                       TimeNs known) const override;
  std::vector<PoolColumn> pool_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                       int columns) const override;
  TimeNs pool_column_unit(PoolIndex pool) const override;
  std::vector<CallerColumn> caller_columns(LaneId lane, TimeNs begin, TimeNs end,
                                           int columns) const override;
  std::vector<QueueColumn> queue_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                         int columns) const override;
  std::vector<std::uint32_t> finished_columns(PoolIndex pool, TimeNs begin, TimeNs end,
                                              int columns) const override;

  std::optional<Task> task(TaskKey key) const override;
  std::vector<Phase> phases(TaskKey key, std::size_t limit) const override;
  std::optional<TaskKey> task_at(LaneId lane, TimeNs time) const override;
  LaneState lane_state(LaneId lane, TimeNs time) const override;
  std::vector<Blocked> blocked(LaneId lane, TimeNs begin, TimeNs end,
                               std::size_t limit) const override;
  AwaitedTasks awaited(LaneId lane, TimeNs time) const override;
  HeldResults held_results(LaneId lane, TimeNs time, std::size_t limit) const override;
  std::optional<TimeNs> next_event(TimeNs time) const override;
  std::optional<TimeNs> previous_event(TimeNs time) const override;

  std::uint64_t queue_depth(PoolIndex pool, TimeNs time) const override;
  std::vector<TaskKey> waiting(PoolIndex pool, TimeNs time, std::size_t limit) const override;
  std::vector<Pick> picks(PoolIndex pool, TimeNs begin, TimeNs end,
                          std::size_t limit) const override;
  using Snapshot::pick_count;
  std::uint64_t pick_count(PoolIndex pool, TimeNs begin, TimeNs end,
                           std::uint64_t most) const override;
  std::uint64_t finished_count(PoolIndex pool, TimeNs begin, TimeNs end) const override;
  std::uint64_t cancelled_count(PoolIndex pool, TimeNs begin, TimeNs end) const override;

  double utilization(LaneId lane, TimeNs begin, TimeNs end) const override;
  Statistics statistics(TimeNs begin, TimeNs end, std::optional<PoolIndex> pool) const override;
  Statistics range_statistics(TimeNs begin, TimeNs end,
                              std::optional<PoolIndex> pool) const override;

  FoundTasks find_tasks(const TaskQuery& query, TimeNs begin, TimeNs end, int columns,
                        const TaskMatch& place, const std::stop_token& stop) const override;
  std::optional<TaskMatch> next_match(const TaskQuery& query, const TaskMatch& place,
                                      const std::stop_token& stop) const override;
  std::optional<TaskMatch> previous_match(const TaskQuery& query, const TaskMatch& place,
                                          const std::stop_token& stop) const override;
  WalkAnswer walk_tasks(const TaskWalk& walk, const WalkPlace& place,
                        const std::stop_token& stop) const override;

  void replay(std::uint32_t process, trace::Sink& sink) const override;
  std::vector<TaskKind> kinds() const override;
  std::uint32_t process_count() const override {
    return static_cast<std::uint32_t>(state_.processes.size());
  }
  std::shared_ptr<const trace::Directory> directory(std::uint32_t process) const override;

 private:
  /// kMaxTime's opposite, if all detail is there.
  TimeNs complete_from() const { return state_.complete_since.value_or(-kMaxTime); }
  bool is_complete(TimeNs time) const { return time >= complete_from(); }
  const LaneData* lane_data(LaneId lane) const;
  const PoolData* pool_data(PoolIndex pool) const;
  const ProcessData& process_of(const LaneData& lane) const {
    return *state_.processes[lane.process];
  }
  /// Only who it was is known of a task.
  bool is_forgotten(const ProcessData& process, Row row) const;
  TaskKey key_of(const LaneData& lane, std::size_t run) const;
  std::optional<Row> find(TaskKey key) const;
  std::optional<TimeNs> left_queue(const ProcessData& process, Row row) const;
  Phase phase_of(const LaneData& lane, std::size_t phase) const;
  Blocked blocked_of(const LaneData& lane, std::size_t wait) const;
  /// Tasks that are meant by their id, and by no text of theirs.
  std::vector<Task> meant_by_id(const TaskQuery& query) const;
  template <typename Taker>
  void take_runless(const TaskQuery& query, const std::stop_token& stop, Taker& taker) const;
  template <typename Seeker>
  std::optional<TaskMatch> seek(const TaskQuery& query, const std::stop_token& stop,
                                Seeker seeker) const;
  template <typename Visit>
  void for_lanes_of(std::uint32_t process, const Visit& visit) const {
    for (std::size_t i = 0; i < state_.lane_data.size(); ++i) {
      if (state_.lane_data[i]->process == process) {
        visit(*state_.lane_data[i]);
      }
    }
  }
  void fill_fate(const ProcessData& process, Row row, Task& task) const;
  TimeNs all_waiting_since(PoolIndex pool, TimeNs time) const;
  bool is_held(const ProcessData& process, Row row, TimeNs time) const;
  /// Whether a run on a lane is one of `pool`.
  bool belongs(const LaneData& lane, std::size_t run, PoolIndex pool) const;
  /// Calls visit(lane data, all its runs are of the pool) for each lane that may have run tasks of
  /// `pool`.
  template <typename Visit>
  void visit_lanes(PoolIndex pool, Visit visit) const {
    for (const Lane& lane : *state_.lanes) {
      const LaneData& data = *lane_data(lane.id);
      if (data.mixed_pools || lane.pool == pool) {
        visit(data, !data.mixed_pools);
      }
    }
  }
  std::uint64_t finished_on(const LaneData& lane, PoolIndex pool, TimeNs begin, TimeNs end) const;

  StatisticsPass begin_pass(TimeNs begin, TimeNs end) const;
  std::uint64_t deepest(const std::vector<const QueueSteps*>& queues, TimeNs begin,
                        TimeNs end) const;
  void add_queues(StatisticsPass& pass, std::optional<PoolIndex> pool) const;
  void add_lanes(StatisticsPass& pass, std::optional<PoolIndex> pool) const;
  void add_lane(StatisticsPass& pass, const Lane& lane, std::optional<PoolIndex> pool) const;
  TaskTally tally_of(const StatisticsPass& pass, const LaneData& lane,
                     std::optional<PoolIndex> pool) const;
  std::vector<KindStatistics> named(std::uint32_t first,
                                    std::span<const KindTally* const> tallies) const;

  const State state_;
};

}  // namespace poolscope::session
