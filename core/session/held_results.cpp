// SPDX-License-Identifier: Apache-2.0
// Head-of-line blocking: what is done behind the one result that a caller waits for.
#include "core/session/column_edges.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>

namespace poolscope::session {

/// A time from which on none of those queued had left the queue by `time`: that of the one that has
/// waited longest, if as many have left as were queued before it; else `time`.
TimeNs StoredSnapshot::all_waiting_since(PoolIndex pool, TimeNs time) const {
  const std::vector<TaskKey> oldest = waiting(pool, time, 1);
  const std::optional<Row> row = oldest.empty() ? std::nullopt : find(oldest.front());
  if (!row) {
    return time + 1;
  }
  const QueueSteps& queue = pool_data(pool)->queue;
  const TimeNs queued = state_.processes[oldest.front().process]->tasks.queued(*row);
  const bool in_order = queue.ups_before(time + 1) - queue.depth(time) == queue.ups_before(queued);
  return in_order ? queued : time + 1;
}

bool StoredSnapshot::is_held(const ProcessData& process, Row row, TimeNs time) const {
  const TaskTable::Fate fate = process.tasks.fate(row);
  if (fate.lane >= TaskTable::kLoose || is_forgotten(process, row)) {
    return false;
  }
  const std::optional<TimeNs> finished = lane_data(LaneId{fate.lane})->finished(fate.index);
  const TimeNs delivered = process.tasks.delivered(row);
  return finished && *finished <= time && (delivered == PackedColumn::kAbsent || delivered > time);
}

HeldResults StoredSnapshot::held_results(LaneId id, TimeNs time, std::size_t limit) const {
  constexpr std::size_t kMostLookedAt = 4096;
  HeldResults held;
  const LaneData* lane = lane_data(id);
  time = clamp_time(time);
  const auto wait =
      lane == nullptr || !is_complete(time) ? std::nullopt : lane->waits.covering(time);
  if (!wait) {
    return held;
  }
  const Blocked blocked = blocked_of(*lane, *wait);
  const bool takes_in_order =
      blocked.reason == trace::BlockReason::map || blocked.reason == trace::BlockReason::result;
  const std::optional<Row> awaited = takes_in_order ? find(blocked.awaited) : std::nullopt;
  const ProcessData& process = process_of(*lane);
  const TaskTable& tasks = process.tasks;
  const TaskTable::Origin* origin = awaited ? tasks.origin(*awaited) : nullptr;
  if (origin == nullptr || origin->caller != static_cast<std::uint32_t>(id) ||
      origin->pool == kNone32 || is_forgotten(process, *awaited)) {
    return held;
  }
  held.awaited = blocked.awaited;
  const TimeNs since = tasks.queued(*awaited);
  const TimeNs until = all_waiting_since(PoolIndex{origin->pool}, time);
  const auto queued = [&](Row row) { return tasks.queued(row); };
  std::size_t place = first_row_from(lane->submits, lane->submitted_before, since, queued);
  while (place < lane->submits.size() && lane->submits[place] != *awaited) {
    ++place;  // one of several of the same time
  }
  const std::size_t end = first_row_from(lane->submits, lane->submitted_before, until, queued);
  for (std::size_t looked_at = 0; ++place < end; ++looked_at) {
    const Row row = lane->submits[place];
    const TaskTable::Origin* of_row = tasks.origin(row);
    if (held.tasks.size() == limit || looked_at == kMostLookedAt) {
      held.complete = false;
      break;
    }
    if (of_row != nullptr && of_row->pool == origin->pool && is_held(process, row, time)) {
      held.tasks.push_back({lane->process, tasks.id_of(row)});
    }
  }
  return held;
}

}  // namespace poolscope::session
