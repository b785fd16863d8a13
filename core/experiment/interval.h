// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::experiment {

// What repeated measurements say of the value behind them. Threads: any.

struct Interval {
  double low = 0;
  double high = 0;
};

double mean(std::span<const double> values);                ///< 0 of nothing
double standard_deviation(std::span<const double> values);  ///< of a sample (n - 1); 0 of one value

/// By Hyndman-Fan type 7, numpy's and R's default: h = (n - 1) p, linear between the neighbours.
/// Precondition: not empty, 0 <= p <= 1. Reorders.
double quantile(std::vector<double> values, double p);

/// Student's t: below it lies the share `p` of the distribution with `df` degrees of freedom (> 0).
double t_quantile(double p, double df);

/// Mean +- t(0.975, n-1) s / sqrt(n) at the level 0.95. One value has no interval.
struct MeanInterval {
  double mean = 0;
  double standard_deviation = 0;
  std::optional<double> half_width = {};
  double low() const { return mean - half_width.value_or(0); }
  /// Of a rate, which cannot be negative: what is shown.
  double low_rate() const { return std::max(0.0, low()); }
  double high() const { return mean + half_width.value_or(0); }
};
MeanInterval mean_interval(std::span<const double> values, double level = 0.95);

/// Welch's test of equal means, two-sided. Two constant samples: p is 1 if they are equal, else 0.
/// Precondition: two values or more on each side.
struct WelchTest {
  double t = 0;
  double df = 0;
  double p = 1;
};
WelchTest welch_test(std::span<const double> a, std::span<const double> b);

}  // namespace poolscope::experiment
