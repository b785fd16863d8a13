// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace poolscope::experiment {

// When a run is warm, and whether it is steady then. Threads: any.

/// The warm-up to cut from a series of equal intervals. MSER-5: White 1997, as in Hoad, Robinson
/// and Davies 2010.
struct WarmUp {
  std::size_t batches = 0;
  std::size_t cut_batches = 0;
  std::size_t cut_values = 0;
  double statistic = 0;
  bool steady = true;  ///< else half of it was to be cut: it has no steady part
};
/// Means of `batch` values each; a rest of fewer is left out. Too short for two batches: nothing is
/// cut, and it is not steady.
WarmUp find_warm_up(std::span<const double> values, std::size_t batch = 5);

/// sum a[i] a[i+1] / sum a[i]^2 about the mean. Above 0.3: the intervals are too narrow. 0 where
/// all values are equal.
double lag1_autocorrelation(std::span<const double> values);
/// sum (a[i+1] - a[i])^2 / sum a[i]^2 about the mean, von Neumann's ratio: some 2 for independent
/// values.
double von_neumann_ratio(std::span<const double> values);

/// In which order counts are measured: repeats outside, counts inside, direction alternating, so
/// that a linear drift cancels. As [repeat][place].
std::vector<std::vector<std::size_t>> interleaved(std::span<const std::size_t> counts,
                                                  std::size_t repeats);

}  // namespace poolscope::experiment
