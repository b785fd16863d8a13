// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl_fit.h"

#include "core/experiment/resampling.h"
#include "core/experiment/usl_solver.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace poolscope::experiment {
namespace {

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

std::vector<Level> levels_of(std::span<const CountValues> counts, double scale) {
  std::vector<Level> levels;
  for (const CountValues& count : counts) {
    levels.push_back({.workers = static_cast<double>(count.workers),
                      .mean = mean(count.throughputs) / scale,
                      .weight = static_cast<double>(count.throughputs.size())});
  }
  return levels;
}

/// How sure a fit is: of its coefficients, and of the curve they make together.
struct Sureness {
  UslIntervals intervals = {};
  std::vector<CurveInterval> band = {};
};

/// Evenly on a logarithmic scale, the ends included.
std::vector<double> band_places(std::span<const CountValues> counts) {
  constexpr int kPlaces = 48;
  const auto least = static_cast<double>(counts.front().workers);
  const double doublings = std::log2(static_cast<double>(counts.back().workers) / least);
  std::vector<double> places;
  for (int i = 0; i <= kPlaces; ++i) {
    places.push_back(least * std::exp2(doublings * i / kPlaces));
  }
  return places;
}

/// Draws within each count and fits again.
std::vector<Usl> resampled_models(std::span<const CountValues> counts, double scale,
                                  std::size_t values) {
  constexpr std::size_t kMostDraws = 20'000'000;
  const std::size_t rounds = std::clamp(kMostDraws / values, std::size_t{200}, kResamples);
  workload::Random random(kResamplingSeed);
  std::vector<Level> levels = levels_of(counts, scale);
  std::vector<Usl> models;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const std::vector<double>& from = counts[i].throughputs;
      double sum = 0;
      for (std::size_t k = 0; k < from.size(); ++k) {
        sum += from[draw_place(random, from.size())];
      }
      levels[i].mean = sum / static_cast<double>(from.size()) / scale;
    }
    models.push_back(best_usl(levels, scale));
  }
  return models;
}

template <typename Value>
Interval percentiles(const std::vector<Usl>& models, Value value) {
  std::vector<double> results;
  results.reserve(models.size());
  for (const Usl& model : models) {
    results.push_back(value(model));
  }
  return {quantile(results, 0.025), quantile(results, 0.975)};
}

Sureness bootstrapped(std::span<const CountValues> counts, double scale, std::size_t values) {
  const std::vector<Usl> models = resampled_models(counts, scale, values);
  Sureness sureness;
  sureness.intervals = {UslIntervals::Method::bootstrap,
                        percentiles(models, [](const Usl& model) { return model.lambda; }),
                        percentiles(models, [](const Usl& model) { return model.sigma; }),
                        percentiles(models, [](const Usl& model) { return model.kappa; })};
  for (const double workers : band_places(counts)) {
    sureness.band.push_back({workers, percentiles(models, [workers](const Usl& model) {
                               return model.throughput(workers);
                             })});
  }
  return sureness;
}

/// How the law at `n` workers changes with its coefficients.
Vector slope_at(const Usl& model, double n) {
  const double d = 1 + model.sigma * (n - 1) + model.kappa * n * (n - 1);
  const double x = model.lambda * n / d;
  return {x / model.lambda, -x / d * (n - 1), -x / d * n * (n - 1)};
}

/// From the covariance s^2 (J'J)^-1 of the coefficients, cut at their bounds.
std::optional<Sureness> linearised(std::span<const CountValues> counts, const Usl& model,
                                   double error, double df) {
  Matrix normal = Matrix::Zero();
  for (const CountValues& count : counts) {
    const Vector slope = slope_at(model, static_cast<double>(count.workers));
    normal += static_cast<double>(count.throughputs.size()) * slope * slope.transpose();
  }
  const Vector scale = normal.diagonal().cwiseSqrt().cwiseInverse();
  const Matrix scaled = scale.asDiagonal() * normal * scale.asDiagonal();
  const Matrix inverse = scaled.inverse();
  if (!inverse.allFinite()) {
    return std::nullopt;
  }
  constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  const double t = t_quantile(0.975, df);
  const auto about = [&](double value, const Vector& slope, double least, double most) {
    const Vector scaled_slope = scale.asDiagonal() * slope;
    const double half =
        t * error * std::sqrt(std::max(0.0, scaled_slope.dot(inverse * scaled_slope)));
    return Interval{std::max(least, value - half), std::min(most, value + half)};
  };
  Sureness sureness;
  sureness.intervals = {
      UslIntervals::Method::linearised, about(model.lambda, Vector::UnitX(), 0, kNoLimit),
      about(model.sigma, Vector::UnitY(), 0, 1), about(model.kappa, Vector::UnitZ(), 0, kNoLimit)};
  for (const double workers : band_places(counts)) {
    sureness.band.push_back(
        {workers, about(model.throughput(workers), slope_at(model, workers), 0, kNoLimit)});
  }
  return sureness;
}

bool grows_per_worker(std::span<const CountValues> counts) {
  const auto each = [](const CountValues& count) {
    return mean(count.throughputs) / static_cast<double>(count.workers);
  };
  return each(counts.back()) > each(counts.front()) * 1.02;
}

}  // namespace

std::vector<CountValues> by_count(std::span<const Measurement> measurements) {
  std::map<std::uint64_t, std::vector<double>> sorted;
  for (const Measurement& one : measurements) {
    sorted[one.workers].push_back(one.throughput);
  }
  std::vector<CountValues> counts;
  for (auto& [workers, throughputs] : sorted) {
    counts.push_back({workers, std::move(throughputs)});
  }
  return counts;
}

bool UslFit::poor() const {
  return error && (*error > 0.1 * highest || (r2 && *r2 < 0.9 && *error > 0.03 * highest));
}

bool UslFit::has_peak() const {
  return model.kappa > 0 && (!intervals || intervals->kappa.low > 0);
}

tl::expected<UslFit, NoFit> fit_usl(std::span<const Measurement> measurements,
                                    bool with_intervals) {
  const std::vector<CountValues> counts = by_count(measurements);
  if (counts.size() < 3) {
    return tl::unexpected(NoFit::too_few_points);
  }
  UslFit fit;
  std::vector<double> throughputs;
  for (const Measurement& one : measurements) {
    throughputs.push_back(one.throughput);
  }
  fit.highest = *std::ranges::max_element(throughputs);
  if (!(fit.highest > 0)) {
    return tl::unexpected(NoFit::no_throughput);
  }
  fit.counts = counts.size();
  fit.least_workers = counts.front().workers;
  fit.most_workers = counts.back().workers;
  fit.model = best_usl(levels_of(counts, fit.highest), fit.highest);
  double residual_squares = 0;
  for (const Measurement& one : measurements) {
    fit.residuals.push_back(one.throughput -
                            fit.model.throughput(static_cast<double>(one.workers)));
    residual_squares += fit.residuals.back() * fit.residuals.back();
  }
  for (const CountValues& count : counts) {
    const double off =
        mean(count.throughputs) - fit.model.throughput(static_cast<double>(count.workers));
    if (std::abs(off) > std::abs(fit.worst_residual)) {
      fit.worst_residual = off;
      fit.worst_workers = count.workers;
    }
  }
  fit.super_linear = fit.model.sigma <= 0 && grows_per_worker(counts);
  const std::size_t n = measurements.size();
  if (n <= 3) {
    return fit;
  }
  const auto df = static_cast<double>(n - 3);
  const double spread = standard_deviation(throughputs);
  const double total_squares = spread * spread * static_cast<double>(n - 1);
  fit.error = std::sqrt(residual_squares / df);
  if (total_squares > 0) {
    fit.r2 = 1 - residual_squares / total_squares;
  }
  if (with_intervals) {
    const bool repeated =
        std::ranges::all_of(counts, [](const CountValues& c) { return c.throughputs.size() > 1; });
    if (auto sureness = repeated ? std::optional(bootstrapped(counts, fit.highest, n))
                                 : linearised(counts, fit.model, *fit.error, df)) {
      fit.intervals = sureness->intervals;
      fit.band = std::move(sureness->band);
    }
  }
  return fit;
}

}  // namespace poolscope::experiment
