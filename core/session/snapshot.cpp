// SPDX-License-Identifier: Apache-2.0
#include "core/session/snapshot.h"

#include <algorithm>

namespace poolscope::session {

std::uint32_t Snapshot::max_workers_at(PoolIndex pool, TimeNs time) const {
  const std::span<const MaxWorkersStep> steps = max_workers_steps(pool);
  const auto after = std::upper_bound(
      steps.begin(), steps.end(), time,
      [](TimeNs moment, const MaxWorkersStep& step) { return moment < step.time; });
  return after == steps.begin() ? 0 : std::prev(after)->now;
}

std::vector<LaneLoad> Snapshot::lane_loads(LaneId lane, TimeNs begin, TimeNs end,
                                           int columns) const {
  std::vector<LaneLoad> loads;
  for (const LaneColumn& column : lane_columns(lane, begin, end, columns)) {
    loads.push_back({column.task_count, column.busy});
  }
  return loads;
}

}  // namespace poolscope::session
