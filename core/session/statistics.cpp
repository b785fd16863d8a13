// SPDX-License-Identifier: Apache-2.0
#include "core/session/run_counts.h"
#include "core/session/statistics_pass.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace poolscope::session {
namespace {

/// Quantile of Hyndman-Fan type 7, as numpy's default: h = (n - 1) p, linear between the
/// neighbours. Reorders `values`.
double quantile(std::vector<TimeNs>& values, double p) {
  const double h = static_cast<double>(values.size() - 1) * p;
  const auto below = static_cast<std::ptrdiff_t>(std::floor(h));
  const auto place = values.begin() + below;
  std::nth_element(values.begin(), place, values.end());
  const double low = seconds(*place);
  if (place + 1 == values.end()) {
    return low;
  }
  const double high = seconds(*std::min_element(place + 1, values.end()));
  return low + (h - static_cast<double>(below)) * (high - low);
}

void make_exact(std::optional<Distribution>& distribution, std::vector<TimeNs>& values) {
  if (distribution) {
    distribution->p50 = quantile(values, 0.5);
    distribution->p90 = quantile(values, 0.9);
    distribution->p99 = quantile(values, 0.99);
  }
}

}  // namespace

Statistics StoredSnapshot::statistics(TimeNs begin, TimeNs end,
                                      std::optional<PoolIndex> pool) const {
  Statistics figures = range_statistics(begin, end, pool);
  const StatisticsPass pass = begin_pass(begin, end);
  if (!is_complete(pass.begin)) {
    return figures;
  }
  std::vector<TimeNs> waits;
  std::vector<TimeNs> run_times;
  for (std::size_t i = 0; i < state_.lane_data.size(); ++i) {
    const LaneData& lane = *state_.lane_data[i];
    if (pool && !lane.mixed_pools && (*state_.lanes)[i].pool != *pool) {
      continue;
    }
    const TaskTable& tasks = process_of(lane).tasks;
    const std::size_t first = lane.runs.overlaps() ? 0 : lane.runs.ended_before(pass.begin);
    const std::size_t last = lane.runs.first_from(pass.end);
    for (std::size_t run = first; run < last; ++run) {
      if (pool && lane.mixed_pools && !belongs(lane, run, *pool)) {
        continue;
      }
      const TimeNs started = lane.runs.begin_of(run);
      const auto wait = started >= pass.begin ? queue_wait(lane, tasks, run) : std::nullopt;
      if (wait) {
        waits.push_back(*wait);
      }
      const std::optional<TimeNs> finished = lane.finished(run);
      if (finished && *finished >= pass.begin && *finished < pass.end) {
        run_times.push_back(*finished - started);
      }
    }
  }
  make_exact(figures.queue_wait, waits);
  make_exact(figures.run_time, run_times);
  return figures;
}

}  // namespace poolscope::session
