// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/interval.h"
#include "core/experiment/usl.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace poolscope::experiment {

/// One measurement: a run, or a row of a user's file.
struct Measurement {
  std::uint64_t workers = 0;
  double throughput = 0;  ///< per second, >= 0
};

/// Measurements of one count together.
struct CountValues {
  std::uint64_t workers = 0;
  std::vector<double> throughputs = {};
};
/// By count, ascending.
std::vector<CountValues> by_count(std::span<const Measurement> measurements);

/// How sure the coefficients are, at the level 0.95.
struct UslIntervals {
  enum class Method : std::uint8_t {
    bootstrap,   ///< over the repeats of each count; seed kResamplingSeed
    linearised,  ///< from the curve's slope at the optimum: where counts have one value each
  };
  Method method = Method::bootstrap;
  Interval lambda = {};
  Interval sigma = {};
  Interval kappa = {};
};

/// How sure the curve is at a place between the least and the most workers, at the level 0.95.
struct CurveInterval {
  double workers = 0;
  Interval throughput = {};
};

struct UslFit {
  Usl model = {};
  std::vector<double> residuals = {};  ///< measured - model, in the order of the measurements
  std::optional<double> r2 = {};       ///< of an exact fit (three values) nothing can be said
  std::optional<double> error = {};    ///< residual standard error, with n - 3 in its divisor
  std::optional<UslIntervals> intervals = {};
  std::vector<CurveInterval> band = {};  ///< ascending, beside `intervals`
  std::size_t counts = 0;                ///< of different numbers of workers
  std::uint64_t least_workers = 0;
  std::uint64_t most_workers = 0;
  double highest = 0;               ///< throughput measured
  std::uint64_t worst_workers = 0;  ///< where the mean of a count is farthest from the curve
  double worst_residual = 0;        ///< measured - model there
  bool super_linear = false;  ///< throughput a worker grew with the workers: sigma stopped at 0

  /// The residuals are too large for the curve to say anything: above 10 % of the highest
  /// throughput; or R2 is below 0.9, and not only because there is nothing to explain (a flat line
  /// with residuals below 3 %).
  bool poor() const;
  /// A peak that the data vouch for: kappa's interval does not reach 0.
  bool has_peak() const;
};

enum class NoFit : std::uint8_t { too_few_points, no_throughput };

/// Unweighted least squares of the throughputs' residuals over all measurements, subject to lambda
/// > 0, 0 <= sigma <= 1, kappa >= 0: each face of the bounds is solved by Levenberg and Marquardt's
/// method, the best inside wins. Reproduces R's `usl`. Cost: well under 1 ms, and with intervals
/// and band some 2,000 times that of a few points. Threads: any.
tl::expected<UslFit, NoFit> fit_usl(std::span<const Measurement> measurements,
                                    bool with_intervals = true);

/// What must be said beside a fit, each a sentence: where its peak is not to be trusted, where the
/// data do not follow the law.
std::vector<std::string> fit_notes(const UslFit& fit);

}  // namespace poolscope::experiment
