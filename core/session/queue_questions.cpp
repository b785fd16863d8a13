// SPDX-License-Identifier: Apache-2.0
#include "core/session/column_edges.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>

namespace poolscope::session {

bool StoredSnapshot::belongs(const LaneData& lane, std::size_t run, PoolIndex pool) const {
  const TaskTable::Origin* origin = process_of(lane).tasks.origin(lane.run_rows[run]);
  return origin != nullptr && origin->pool == static_cast<std::uint32_t>(pool);
}

std::optional<TimeNs> StoredSnapshot::left_queue(const ProcessData& process, Row row) const {
  const TaskTable::Fate fate = process.tasks.fate(row);
  if (fate.lane == kNone32) {
    return {};
  }
  return fate.lane == TaskTable::kLoose ? process.loose[fate.index].time
                                        : lane_data(LaneId{fate.lane})->runs.begin_of(fate.index);
}

std::uint64_t StoredSnapshot::queue_depth(PoolIndex id, TimeNs time) const {
  const PoolData* pool = pool_data(id);
  return pool == nullptr ? 0 : pool->queue.depth(clamp_time(time));
}

std::vector<TaskKey> StoredSnapshot::waiting(PoolIndex id, TimeNs time, std::size_t limit) const {
  std::vector<TaskKey> keys;
  time = clamp_time(time);
  if (!is_complete(time)) {
    return keys;
  }
  // All that wait are found once the depth is reached: no need to look through the rest.
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(limit, queue_depth(id, time)));
  if (wanted == 0) {
    return keys;
  }
  const std::uint32_t number = (*state_.pools)[static_cast<std::size_t>(id)].process;
  const ProcessData& process = *state_.processes[number];
  process.tasks.visit_waiting(time, [&](Row row) {
    const TaskTable::Origin* origin = process.tasks.origin(row);
    if (origin != nullptr && origin->pool == static_cast<std::uint32_t>(id) &&
        left_queue(process, row).value_or(kForever) > time) {
      keys.push_back({number, process.tasks.id_of(row)});
    }
    return keys.size() < wanted;
  });
  return keys;
}

std::vector<Pick> StoredSnapshot::picks(PoolIndex id, TimeNs begin, TimeNs end,
                                        std::size_t limit) const {
  std::vector<Pick> picks;
  begin = std::max(clamp_time(begin), complete_from());
  end = clamp_time(end);
  if (limit == 0 || begin >= end) {
    return picks;
  }
  for (const Lane& lane : *state_.lanes) {
    const LaneData& data = *lane_data(lane.id);
    if (!data.mixed_pools && lane.pool != id) {
      continue;
    }
    const TaskTable& tasks = process_of(data).tasks;
    std::size_t taken = 0;
    for (std::size_t run = data.runs.first_from(end); run > 0 && taken < limit; --run) {
      const TimeNs started = data.runs.begin_of(run - 1);
      if (started < begin) {
        break;
      }
      if (!data.mixed_pools || belongs(data, run - 1, id)) {
        const TimeNs queued = tasks.queued(data.run_rows[run - 1]);
        picks.push_back({key_of(data, run - 1), queued == PackedColumn::kAbsent ? started : queued,
                         started, lane.id});
        ++taken;
      }
    }
  }
  const auto earlier = [](const Pick& a, const Pick& b) {
    return a.time != b.time ? a.time < b.time : a.task < b.task;
  };
  std::sort(picks.begin(), picks.end(), earlier);
  if (picks.size() > limit) {
    picks.erase(picks.begin(), picks.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return picks;
}

std::uint64_t StoredSnapshot::pick_count(PoolIndex id, TimeNs begin, TimeNs end,
                                         std::uint64_t most) const {
  std::uint64_t count = 0;
  begin = clamp_time(begin);
  end = std::max(begin, clamp_time(end));
  visit_lanes(id, [&](const LaneData& lane, bool whole) {
    if (count > most) {
      return;
    }
    const std::size_t last = lane.runs.first_from(end);
    const std::size_t first = lane.runs.first_from(begin, last);
    if (whole) {
      count += last - first;
      return;
    }
    for (std::size_t run = first; run < last; ++run) {
      count += belongs(lane, run, id) ? 1U : 0U;
    }
  });
  return count;
}

std::uint64_t StoredSnapshot::finished_on(const LaneData& lane, PoolIndex pool, TimeNs begin,
                                          TimeNs end) const {
  if (!lane.mixed_pools) {
    return lane.finished_in(begin, end);
  }
  std::uint64_t count = 0;
  const std::size_t last = std::min(lane.runs.first_from(end), lane.runs.closed());
  for (std::size_t run = 0; run < last; ++run) {
    const std::optional<TimeNs> finished = lane.finished(run);
    count +=
        finished && *finished >= begin && *finished < end && belongs(lane, run, pool) ? 1U : 0U;
  }
  return count;
}

std::uint64_t StoredSnapshot::cancelled_count(PoolIndex id, TimeNs begin, TimeNs end) const {
  const PoolData* pool = pool_data(id);
  begin = clamp_time(begin);
  end = std::max(begin, clamp_time(end));
  return pool == nullptr ? 0 : pool->cancelled.count_in(begin, end);
}

std::uint64_t StoredSnapshot::finished_count(PoolIndex id, TimeNs begin, TimeNs end) const {
  const PoolData* pool = pool_data(id);
  begin = clamp_time(begin);
  end = std::max(begin, clamp_time(end));
  if (pool == nullptr) {
    return 0;
  }
  std::uint64_t count = pool->loose_ends.count_in(begin, end);
  visit_lanes(id, [&](const LaneData& lane, bool) { count += finished_on(lane, id, begin, end); });
  return count;
}

}  // namespace poolscope::session
