// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/bootstrap.h"

#include "core/experiment/resampling.h"

#include <vector>

namespace poolscope::experiment {
namespace {
constexpr std::size_t kExhaustiveUpTo = 5;
}  // namespace

BootstrapInterval bootstrap(std::span<const double> values,
                            const std::function<double(std::span<const double>)>& statistic,
                            double level) {
  const std::size_t n = values.size();
  BootstrapInterval result;
  std::vector<double> resample(n);
  std::vector<double> results;
  if (n <= kExhaustiveUpTo) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < n; ++i) {
      count *= n;
    }
    for (std::size_t number = 0; number < count; ++number) {
      std::size_t digits = number;
      for (double& value : resample) {
        value = values[digits % n];
        digits /= n;
      }
      results.push_back(statistic(resample));
    }
  } else {
    workload::Random random(kResamplingSeed);
    for (std::size_t i = 0; i < kResamples; ++i) {
      for (double& value : resample) {
        value = values[draw_place(random, n)];
      }
      results.push_back(statistic(resample));
    }
    result.seed = kResamplingSeed;
  }
  result.resamples = results.size();
  result.interval = {quantile(results, 0.5 - level / 2), quantile(results, 0.5 + level / 2)};
  return result;
}

}  // namespace poolscope::experiment
