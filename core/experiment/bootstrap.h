// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/interval.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace poolscope::experiment {

/// A percentile interval of a statistic. Up to five values all n^n resamples are taken, without
/// random numbers; with three values it is far too narrow: prefer t there.
struct BootstrapInterval {
  Interval interval = {};
  std::size_t resamples = 0;
  std::optional<std::uint64_t> seed = {};  ///< where resamples were drawn
};
/// Precondition: `values` is not empty. Efron 1979; quantiles of type 7. Threads: any.
BootstrapInterval bootstrap(std::span<const double> values,
                            const std::function<double(std::span<const double>)>& statistic,
                            double level = 0.95);

}  // namespace poolscope::experiment
