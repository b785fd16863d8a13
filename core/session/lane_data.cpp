// SPDX-License-Identifier: Apache-2.0
#include "core/session/lane_data.h"

#include <algorithm>

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
      count += ended >= begin && ended < end && this->ended(i) ? 1U : 0U;
    }
    return count;
  }
  const std::size_t first = runs.ended_before(begin);
  const std::size_t last = runs.ended_before(end);
  return last - first - (place_in(endless_runs, last) - place_in(endless_runs, first));
}

bool LaneData::ended(std::size_t run) const {
  if (run >= blurred) {
    return run < runs.closed() && result(run).ended;
  }
  const std::size_t place = place_in(endless_runs, run);
  return place == endless_runs.size() || endless_runs[place] != run;
}

void LaneData::blur_before(TimeNs time) {
  constexpr std::size_t kChunk = PackedColumn::kChunk;
  // What lies one over the other is answered by going through all, and what is of several pools by
  // looking at each.
  if (!runs.overlaps() && !mixed_pools) {
    const std::size_t over = std::min(runs.ended_before(time), summaries.sealed());
    for (; blurred + kChunk <= over; blurred += kChunk) {
      run_results.drop(blurred / kChunk);
      cpu_times.drop(blurred / kChunk);
      queued_before.drop(blurred / kChunk);
    }
    runs.blur_before(blurred);
  }
  if (!waits.overlaps()) {
    const std::size_t over = waits.ended_before(time) / kChunk * kChunk;
    waits.blur_before(over);
    wait_infos.forget_before(over);
  }
  phases.blur_before(time);
}

std::size_t LaneData::bytes() const {
  return runs.bytes() + run_rows.bytes() + run_results.bytes() + cpu_times.bytes() +
         failed_runs.bytes() + endless_runs.bytes() + phases.bytes() + waits.bytes() +
         wait_infos.bytes() + awaits.bytes() + submits.bytes() + deliveries.bytes() +
         redeliveries.bytes() + summaries.bytes() + queued_before.bytes() +
         submitted_before.bytes() + delivered_before.bytes();
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
  queued_before.freeze();
  submitted_before.freeze();
  delivered_before.freeze();
}

}  // namespace poolscope::session
