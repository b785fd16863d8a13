// SPDX-License-Identifier: Apache-2.0
#include "core/session/lane_data.h"

namespace poolscope::session {

std::size_t place_in(const PackedVector<std::uint32_t>& rising, std::size_t value) {
  std::size_t low = 0;
  std::size_t high = rising.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (rising[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::uint32_t LaneData::failed_in(std::size_t first, std::size_t last) const {
  if (failed_runs.empty() || first >= last) {
    return 0;
  }
  return static_cast<std::uint32_t>(place_in(failed_runs, last) - place_in(failed_runs, first));
}

std::uint64_t LaneData::finished_in(TimeNs begin, TimeNs end) const {
  if (begin >= end) {
    return 0;
  }
  if (runs.overlaps()) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < runs.closed() && runs.begin_of(i) < end; ++i) {
      const TimeNs ended = runs[i].end;
      count += ended >= begin && ended < end && result(i).ended ? 1U : 0U;
    }
    return count;
  }
  const std::size_t first = runs.ended_before(begin);
  const std::size_t last = runs.ended_before(end);
  return last - first - (place_in(endless_runs, last) - place_in(endless_runs, first));
}

void LaneData::freeze() {
  runs.freeze();
  run_rows.freeze();
  run_results.freeze();
  cpu_times.freeze();
  failed_runs.freeze();
  endless_runs.freeze();
  phases.freeze();
  waits.freeze();
  wait_infos.freeze();
  awaits.freeze();
  submits.freeze();
  deliveries.freeze();
  redeliveries.freeze();
  summaries.freeze();
}

}  // namespace poolscope::session
