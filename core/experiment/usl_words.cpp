// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl_fit.h"
#include "core/experiment/words.h"

#include <cmath>

namespace poolscope::experiment {

std::vector<std::string> fit_notes(const UslFit& fit) {
  std::vector<std::string> notes;
  if (fit.counts == 3) {
    notes.emplace_back(
        std::string("Three numbers of workers determine the three coefficients: the curve goes "
                    "through them, and nothing checks it") +
        (fit.r2 ? ", whatever R2 says." : "."));
  }
  if (fit.poor()) {
    notes.emplace_back(
        "The points do not follow the Universal Scalability Law well: believe the points, not the "
        "curve.");
  }
  // Above the curve where it bends: a flat top, which the law does not know.
  if (fit.error && fit.worst_residual > 0.08 * fit.highest && fit.worst_workers > 1 &&
      fit.worst_workers < fit.most_workers) {
    notes.emplace_back("At " + workers_text(fit.worst_workers) + " the points lie " +
                       shown_percent(fit.worst_residual / fit.highest) +
                       " of the best throughput above the curve: a fixed ceiling from outside (a "
                       "rate limit, the cores, a server's own pool) looks like this.");
  }
  if (fit.least_workers > 1) {
    notes.emplace_back("One worker was not measured: lambda, its throughput, is extrapolated.");
  }
  if (fit.super_linear) {
    notes.emplace_back(
        "Faster than linear: caches that help, or a warm-up in the run with the fewest workers?");
  }
  const auto peak = fit.model.peak_workers();
  if (!fit.has_peak()) {
    notes.emplace_back("No peak seen up to " + std::to_string(fit.most_workers) + " workers.");
  } else if (*peak > 2 * static_cast<double>(fit.most_workers)) {
    notes.emplace_back("The peak, at " + shown(std::max(1.0, *peak)) +
                       " workers, lies far beyond the " + std::to_string(fit.most_workers) +
                       " that were measured.");
  } else {
    notes.emplace_back("The curve has its peak at " + shown(std::max(1.0, *peak)) + " workers.");
  }
  return notes;
}

}  // namespace poolscope::experiment
