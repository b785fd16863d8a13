// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/steadiness.h"

#include "core/experiment/interval.h"

#include <algorithm>

namespace poolscope::experiment {
namespace {

std::vector<double> deviations(std::span<const double> values) {
  const double middle = mean(values);
  std::vector<double> result(values.begin(), values.end());
  for (double& value : result) {
    value -= middle;
  }
  return result;
}

double sum_of_squares(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) {
    sum += value * value;
  }
  return sum;
}

}  // namespace

WarmUp find_warm_up(std::span<const double> values, std::size_t batch) {
  std::vector<double> means;
  for (std::size_t i = 0; i + batch <= values.size(); i += batch) {
    means.push_back(mean(values.subspan(i, batch)));
  }
  const std::size_t n = means.size();
  WarmUp best{.batches = n, .steady = false};
  if (n < 2) {
    return best;
  }
  for (std::size_t cut = 0; cut <= n / 2; ++cut) {
    const auto rest = std::span<const double>(means).subspan(cut);
    const auto count = static_cast<double>(rest.size());
    const double statistic = sum_of_squares(deviations(rest)) / (count * count);
    if (cut == 0 || statistic < best.statistic) {
      best.cut_batches = cut;
      best.statistic = statistic;
    }
  }
  best.cut_values = best.cut_batches * batch;
  best.steady = best.cut_batches < n / 2;
  return best;
}

double lag1_autocorrelation(std::span<const double> values) {
  const std::vector<double> a = deviations(values);
  const double squares = sum_of_squares(a);
  double products = 0;
  for (std::size_t i = 0; i + 1 < a.size(); ++i) {
    products += a[i] * a[i + 1];
  }
  return squares > 0 ? products / squares : 0;
}

double von_neumann_ratio(std::span<const double> values) {
  const std::vector<double> a = deviations(values);
  const double squares = sum_of_squares(a);
  double steps = 0;
  for (std::size_t i = 0; i + 1 < a.size(); ++i) {
    steps += (a[i + 1] - a[i]) * (a[i + 1] - a[i]);
  }
  return squares > 0 ? steps / squares : 0;
}

std::vector<std::vector<std::size_t>> interleaved(std::span<const std::size_t> counts,
                                                  std::size_t repeats) {
  std::vector<std::vector<std::size_t>> order;
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    order.emplace_back(counts.begin(), counts.end());
    if (repeat % 2 == 1) {
      std::ranges::reverse(order.back());
    }
  }
  return order;
}

}  // namespace poolscope::experiment
