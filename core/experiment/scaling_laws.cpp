// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/scaling_laws.h"

#include <algorithm>

namespace poolscope::experiment {

double amdahl_speedup(double parallel_fraction, double n) {
  return 1 / ((1 - parallel_fraction) + parallel_fraction / n);
}

std::optional<double> amdahl_limit(double parallel_fraction) {
  if (parallel_fraction >= 1) {
    return std::nullopt;
  }
  return 1 / (1 - parallel_fraction);
}

double gustafson_speedup(double serial_fraction, double n) {
  return n - serial_fraction * (n - 1);
}

std::optional<double> goetz_workers(double cores, double target_utilization, double wait,
                                    double compute) {
  if (compute <= 0) {
    return std::nullopt;
  }
  return cores * target_utilization * (1 + wait / compute);
}

std::uint64_t python_default_workers(std::uint64_t cores) {
  return std::min<std::uint64_t>(32, cores + 4);
}

}  // namespace poolscope::experiment
