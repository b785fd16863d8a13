// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/usl.h"

#include <span>

namespace poolscope::experiment {

/// The measurements of a count, as far as least squares see them.
struct Level {
  double workers = 0;
  double mean = 0;    ///< of the throughputs, divided by the largest of all
  double weight = 0;  ///< how many
};

/// The law that fits best: unweighted least squares of the throughputs, subject to lambda > 0, 0 <=
/// sigma <= 1, kappa >= 0. `scale`: what the means were divided by. Precondition: three levels, one
/// above 0. Cost: some microseconds. Threads: any.
Usl best_usl(std::span<const Level> levels, double scale);

}  // namespace poolscope::experiment
