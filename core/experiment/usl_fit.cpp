// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl_fit.h"

#include "core/experiment/resampling.h"

#include <Eigen/Dense>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace poolscope::experiment {
namespace {

// X(N) = N / (a + b (N - 1) + c N (N - 1)), with a = 1 / lambda, b = sigma / lambda, c = kappa /
// lambda: linear in a, b, c but for the reciprocal. Throughputs are divided by the largest.

/// The measurements of a count, as far as least squares see them.
struct Level {
  double workers = 0;
  double mean = 0;
  double weight = 0;  // how many
};

/// Which of a, b, c are free. sigma = 1 (b = a) makes one column of two.
enum class Face : std::uint8_t { a, ab_one, ab, ac, ab_one_c, abc };
constexpr std::array kFaces = {Face::a,  Face::ab_one,   Face::ab,
                               Face::ac, Face::ab_one_c, Face::abc};

using Vector = Eigen::Vector3d;
using Matrix = Eigen::Matrix3d;

Eigen::Index parameters_of(Face face) {
  switch (face) {
    case Face::a:
    case Face::ab_one:
      return 1;
    case Face::abc:
      return 3;
    default:
      return 2;
  }
}

/// The face's columns at a count; those past its parameters are 0.
Vector columns(Face face, double n) {
  const double pairs = n * (n - 1);
  switch (face) {
    case Face::a:
      return {1, 0, 0};
    case Face::ab_one:
      return {n, 0, 0};
    case Face::ab:
      return {1, n - 1, 0};
    case Face::ac:
      return {1, pairs, 0};
    case Face::ab_one_c:
      return {n, pairs, 0};
    default:
      return {1, n - 1, pairs};
  }
}

/// As (a, b, c), whatever the face.
Vector expand(Face face, const Vector& p) {
  switch (face) {
    case Face::a:
      return {p[0], 0, 0};
    case Face::ab_one:
      return {p[0], p[0], 0};
    case Face::ab:
      return {p[0], p[1], 0};
    case Face::ac:
      return {p[0], 0, p[1]};
    case Face::ab_one_c:
      return {p[0], p[0], p[1]};
    default:
      return p;
  }
}

bool within_bounds(const Vector& abc) {
  return abc[0] > 0 && abc[1] >= 0 && abc[1] <= abc[0] && abc[2] >= 0;
}

/// Of the levels' means; infinite where a denominator is not positive.
double squares(std::span<const Level> levels, Face face, const Vector& p) {
  double sum = 0;
  for (const Level& level : levels) {
    const double d = columns(face, level.workers).dot(p);
    if (!(d > 0)) {
      return std::numeric_limits<double>::infinity();
    }
    const double residual = level.mean - level.workers / d;
    sum += level.weight * residual * residual;
  }
  return sum;
}

Vector solve(const Matrix& normal, const Vector& right, Eigen::Index size) {
  Vector result = Vector::Zero();
  result.head(size) = normal.topLeftCorner(size, size).ldlt().solve(right.head(size));
  return result;
}

/// Least squares of N / X, weighted so that its residuals are those of X to first order.
Vector start_of(std::span<const Level> levels, Face face) {
  Matrix normal = Matrix::Zero();
  Vector right = Vector::Zero();
  for (const Level& level : levels) {
    if (level.mean <= 0) {
      continue;
    }
    const double root = level.mean * level.mean / level.workers;
    const Vector column = columns(face, level.workers) * root;
    normal += level.weight * column * column.transpose();
    right += level.weight * column * (level.workers / level.mean * root);
  }
  Vector start = solve(normal, right, parameters_of(face));
  if (start.allFinite() && start[0] > 0 && std::isfinite(squares(levels, face, start))) {
    return start;
  }
  std::vector<double> ratios;
  for (const Level& level : levels) {
    if (level.mean > 0) {
      ratios.push_back((face == Face::ab_one || face == Face::ab_one_c ? 1 : level.workers) /
                       level.mean);
    }
  }
  return {quantile(std::move(ratios), 0.5), 0, 0};
}

struct Solution {
  Vector abc = Vector::Zero();
  double squares = std::numeric_limits<double>::infinity();
};

/// Levenberg 1944, Marquardt 1963; columns scaled to unit length.
Solution solve_face(std::span<const Level> levels, Face face) {
  constexpr int kMostSteps = 200;
  const Eigen::Index size = parameters_of(face);
  Vector p = start_of(levels, face);
  double now = squares(levels, face, p);
  double damping = 1e-3;
  for (int step = 0; step < kMostSteps && std::isfinite(now); ++step) {
    Matrix normal = Matrix::Zero();
    Vector right = Vector::Zero();
    for (const Level& level : levels) {
      const Vector column = columns(face, level.workers);
      const double d = column.dot(p);
      const double x = level.workers / d;
      const Vector slope = column * (-x / d);
      normal += level.weight * slope * slope.transpose();
      right += level.weight * slope * (level.mean - x);
    }
    Vector scale = Vector::Ones();
    scale.head(size) = normal.diagonal().head(size).cwiseSqrt().cwiseInverse();
    Matrix damped = scale.asDiagonal() * normal * scale.asDiagonal();
    damped.diagonal().array() += damping;
    const Vector move = scale.asDiagonal() * solve(damped, scale.asDiagonal() * right, size);
    const double next = move.allFinite() ? squares(levels, face, p + move)
                                         : std::numeric_limits<double>::infinity();
    if (next <= now) {
      const bool settled = now - next <= 1e-15 * now && move.norm() <= 1e-10 * p.norm();
      p += move;
      now = next;
      damping /= 10;
      if (settled) {
        break;
      }
    } else if (damping > 1e12) {
      break;  // no step however small is better
    } else {
      damping *= 4;
    }
  }
  return {expand(face, p), now};
}

Usl best_model(std::span<const Level> levels, double scale) {
  double weights = 0;
  for (const Level& level : levels) {
    weights += level.weight;
  }
  const double nothing = 1e-18 * weights;  // of throughputs up to 1: rounding
  Solution best;
  for (const Face face : kFaces) {  // fewer parameters first: they win a tie
    const Solution solution = solve_face(levels, face);
    if (within_bounds(solution.abc) && solution.squares * (1 + 1e-9) + nothing < best.squares) {
      best = solution;
    }
  }
  return {.lambda = scale / best.abc[0],
          .sigma = best.abc[1] / best.abc[0],
          .kappa = best.abc[2] / best.abc[0]};
}

std::vector<Level> levels_of(std::span<const CountValues> counts, double scale) {
  std::vector<Level> levels;
  for (const CountValues& count : counts) {
    levels.push_back({.workers = static_cast<double>(count.workers),
                      .mean = mean(count.throughputs) / scale,
                      .weight = static_cast<double>(count.throughputs.size())});
  }
  return levels;
}

/// Draws within each count and fits again.
UslIntervals bootstrap_intervals(std::span<const CountValues> counts, double scale,
                                 std::size_t values) {
  constexpr std::size_t kMostDraws = 20'000'000;
  const std::size_t rounds = std::clamp(kMostDraws / values, std::size_t{200}, kResamples);
  workload::Random random(kResamplingSeed);
  std::vector<Level> levels = levels_of(counts, scale);
  std::array<std::vector<double>, 3> found;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const std::vector<double>& from = counts[i].throughputs;
      double sum = 0;
      for (std::size_t k = 0; k < from.size(); ++k) {
        sum += from[draw_place(random, from.size())];
      }
      levels[i].mean = sum / static_cast<double>(from.size()) / scale;
    }
    const Usl model = best_model(levels, scale);
    found[0].push_back(model.lambda);
    found[1].push_back(model.sigma);
    found[2].push_back(model.kappa);
  }
  const auto percentiles = [](const std::vector<double>& results) {
    return Interval{quantile(results, 0.025), quantile(results, 0.975)};
  };
  return {UslIntervals::Method::bootstrap, percentiles(found[0]), percentiles(found[1]),
          percentiles(found[2])};
}

/// From the covariance s^2 (J'J)^-1 of the coefficients, cut at their bounds.
std::optional<UslIntervals> linearised_intervals(std::span<const CountValues> counts,
                                                 const Usl& model, double error, double df) {
  Matrix normal = Matrix::Zero();
  for (const CountValues& count : counts) {
    const auto n = static_cast<double>(count.workers);
    const double d = 1 + model.sigma * (n - 1) + model.kappa * n * (n - 1);
    const double x = model.lambda * n / d;
    const Vector slope{x / model.lambda, -x / d * (n - 1), -x / d * n * (n - 1)};
    normal += static_cast<double>(count.throughputs.size()) * slope * slope.transpose();
  }
  const Vector scale = normal.diagonal().cwiseSqrt().cwiseInverse();
  const Matrix scaled = scale.asDiagonal() * normal * scale.asDiagonal();
  const Matrix inverse = scaled.inverse();
  if (!inverse.allFinite()) {
    return std::nullopt;
  }
  const double t = t_quantile(0.975, df);
  const auto about = [&](double value, Eigen::Index i, double least, double most) {
    const double half = t * error * std::sqrt(std::max(0.0, inverse(i, i))) * scale[i];
    return Interval{std::max(least, value - half), std::min(most, value + half)};
  };
  constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  return UslIntervals{UslIntervals::Method::linearised, about(model.lambda, 0, 0, kNoLimit),
                      about(model.sigma, 1, 0, 1), about(model.kappa, 2, 0, kNoLimit)};
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
  fit.least_workers = counts.front().workers;
  fit.most_workers = counts.back().workers;
  fit.model = best_model(levels_of(counts, fit.highest), fit.highest);
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
    fit.intervals = repeated ? bootstrap_intervals(counts, fit.highest, n)
                             : linearised_intervals(counts, fit.model, *fit.error, df);
  }
  return fit;
}

}  // namespace poolscope::experiment
