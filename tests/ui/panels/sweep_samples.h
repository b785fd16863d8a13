// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/usl.h"
#include "ui/panels/sweep_state.h"

#include <vector>

namespace poolscope::ui {

/// A sweep as it might come out: `repeats` runs at each of `counts` that follow the law but for
/// `spread`. With little of it there is a recommendation, with much of it none.
inline experiment::SweepResult sampleSweep(const std::vector<std::uint64_t>& counts, double spread,
                                           int repeats = 4) {
  const experiment::Usl law{.lambda = 16, .sigma = 0.05, .kappa = 0.004};
  experiment::SweepResult result{.scenario = "web-scraping",
                                 .rule_of_thumb = 6,
                                 .end = experiment::SweepEnd::decided,
                                 .seconds = 12};
  for (const std::uint64_t workers : counts) {
    std::vector<experiment::RunFigures> runs;
    for (int i = 0; i < repeats; ++i) {
      const double off = repeats == 1 ? 0 : 2.0 * i / (repeats - 1) - 1;
      runs.push_back(
          {.throughput = law.throughput(static_cast<double>(workers)) * (1 + spread * off),
           .queue_wait_p99 = 2.0 / static_cast<double>(workers),
           .utilization = 0.97,
           .cpu = 0.25,
           .memory_bytes = 64 << 20,
           .finished = 100});
    }
    result.points.push_back(experiment::sum_up(workers, std::move(runs)));
    result.points.back().predicted = result.points.back().throughput.mean * 1.03;
    result.points.back().predicted_queue_wait_p99 = 2.1 / static_cast<double>(workers);
  }
  result.calibrated_at = counts.back();
  experiment::evaluate(result, {}, true);
  return result;
}

inline SweepState sampleState(SweepState::Activity activity, experiment::SweepResult result) {
  SweepState state{.activity = activity,
                   .scenario = QStringLiteral("Web scraping"),
                   .progress = {.workers = 8,
                                .repeat = 2,
                                .runs_done = 4,
                                .runs_planned = 18,
                                .elapsed = 3,
                                .left = 11.5},
                   .result = std::move(result)};
  if (state.isRunning()) {
    state.result.end = experiment::SweepEnd::running;
  }
  return state;
}

}  // namespace poolscope::ui
