// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/interval.h"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace poolscope::experiment {

double mean(std::span<const double> values) {
  if (values.empty()) {
    return 0;
  }
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) {
    return 0;
  }
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) {
    squares += (value - middle) * (value - middle);
  }
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double quantile(std::vector<double> values, double p) {
  const double h = static_cast<double>(values.size() - 1) * p;
  const auto below = static_cast<std::ptrdiff_t>(std::floor(h));
  const auto place = values.begin() + below;
  std::nth_element(values.begin(), place, values.end());
  const double low = *place;
  if (place + 1 == values.end()) {
    return low;
  }
  const double high = *std::min_element(place + 1, values.end());
  return low + (h - static_cast<double>(below)) * (high - low);
}

double t_quantile(double p, double df) {
  return boost::math::quantile(boost::math::students_t(df), p);
}

MeanInterval mean_interval(std::span<const double> values, double level) {
  MeanInterval result{.mean = mean(values), .standard_deviation = standard_deviation(values)};
  if (values.size() >= 2) {
    const auto n = static_cast<double>(values.size());
    result.half_width =
        t_quantile(0.5 + level / 2, n - 1) * result.standard_deviation / std::sqrt(n);
  }
  return result;
}

WelchTest welch_test(std::span<const double> a, std::span<const double> b) {
  const auto squared_error = [](std::span<const double> values) {
    const double deviation = standard_deviation(values);
    return deviation * deviation / static_cast<double>(values.size());
  };
  const double error_a = squared_error(a);
  const double error_b = squared_error(b);
  const double difference = mean(a) - mean(b);
  WelchTest result;
  const double error = error_a + error_b;
  if (error <= 0) {
    result.df = static_cast<double>(a.size() + b.size()) - 2;
    result.t =
        difference == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), difference);
    result.p = difference == 0 ? 1 : 0;
    return result;
  }
  result.t = difference / std::sqrt(error);
  result.df = error * error /
              (error_a * error_a / static_cast<double>(a.size() - 1) +
               error_b * error_b / static_cast<double>(b.size() - 1));
  const boost::math::students_t distribution(result.df);
  result.p = 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(result.t)));
  return result;
}

}  // namespace poolscope::experiment
