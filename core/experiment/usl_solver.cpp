// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl_solver.h"

#include "core/experiment/interval.h"

#include <Eigen/Dense>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace poolscope::experiment {
namespace {

// X(N) = N / (a + b (N - 1) + c N (N - 1)), with a = 1 / lambda, b = sigma / lambda, c = kappa /
// lambda: linear in a, b, c but for the reciprocal. Throughputs are divided by the largest.

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

}  // namespace

Usl best_usl(std::span<const Level> levels, double scale) {
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

}  // namespace poolscope::experiment
