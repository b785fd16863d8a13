// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sanity.h"

#include "core/experiment/queueing.h"
#include "core/experiment/words.h"

#include <algorithm>
#include <cmath>

namespace poolscope::experiment {
namespace {

constexpr double kAgrees = 0.05;

std::string littles_note(const Sanity& sanity) {
  const double larger = std::max(sanity.busy_workers, sanity.busy_by_littles_law);
  if (larger <= 0) {
    return "Nothing was finished.";
  }
  const double off = std::abs(sanity.busy_workers - sanity.busy_by_littles_law) / larger;
  return off <= kAgrees ? "Little's law holds within " + shown_percent(kAgrees) + "."
                        : "Little's law is off by " + shown_percent(off) +
                              ": tasks longer than the run, or failed ones, are seen in part only.";
}

}  // namespace

Sanity sanity_of(const SweepPoint& point, const workload::Load& load) {
  Sanity sanity;
  double run_time = 0;
  const auto count = static_cast<double>(point.runs.size());
  for (const RunFigures& run : point.runs) {
    sanity.busy_workers += run.utilization * static_cast<double>(point.workers) / count;
    sanity.busy_by_littles_law += run.throughput * run.run_time_mean / count;
    sanity.queue_wait_mean += run.queue_wait_mean / count;
    run_time += run.run_time_mean / count;
  }
  sanity.note = littles_note(sanity);
  if (load.pattern != workload::LoadPattern::poisson) {
    sanity.note +=
        " Erlang's formulas are for tasks that come at random times by themselves: not "
        "for this load.";
    return sanity;
  }
  const auto theory =
      run_time > 0 ? mmc(load.rate_per_s, 1 / run_time, point.workers) : std::nullopt;
  if (theory) {
    sanity.queue_wait_by_erlang_c = theory->wq;
    sanity.note += " Erlang's wait is for exponential run times; with fixed ones it is half of it.";
  } else {
    sanity.note += " More tasks come than so many workers can run: the wait has no steady value.";
  }
  return sanity;
}

}  // namespace poolscope::experiment
