// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl.h"

#include <algorithm>
#include <cmath>

namespace poolscope::experiment {

double Usl::throughput(double workers) const {
  return lambda * workers / (1 + sigma * (workers - 1) + kappa * workers * (workers - 1));
}

std::optional<double> Usl::peak_workers() const {
  if (kappa <= 0) {
    return std::nullopt;
  }
  return std::sqrt((1 - sigma) / kappa);
}

std::optional<std::uint64_t> Usl::best_whole_workers() const {
  const auto peak = peak_workers();
  if (!peak) {
    return std::nullopt;
  }
  const double below = std::max(1.0, std::floor(*peak));
  const double above = std::max(1.0, std::ceil(*peak));
  return static_cast<std::uint64_t>(throughput(below) >= throughput(above) ? below : above);
}

std::optional<double> Usl::limit() const {
  return sigma > 0 ? std::optional(lambda / sigma) : std::nullopt;
}

std::optional<double> Usl::knee_workers() const {
  return sigma > 0 ? std::optional(1 / sigma) : std::nullopt;
}

}  // namespace poolscope::experiment
