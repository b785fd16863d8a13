// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/recommendation.h"

#include <algorithm>
#include <cstddef>

namespace poolscope::experiment {
namespace {

constexpr std::size_t kLeastPoints = 3;
constexpr std::size_t kLeastRepeats = 3;

/// What forbids any answer from the start.
std::optional<ReasonCode> unusable(std::span<const RepeatedPoint> points,
                                   std::span<const PointSummary> summaries) {
  if (points.size() < kLeastPoints) {
    return ReasonCode::too_few_points;
  }
  // Before the repeats: more of them would not help.
  if (std::ranges::all_of(summaries, [](const auto& p) { return p.throughput.mean <= 0; })) {
    return ReasonCode::no_throughput;
  }
  if (std::ranges::any_of(points,
                          [](const auto& p) { return p.throughputs.size() < kLeastRepeats; })) {
    return ReasonCode::too_few_repeats;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(ReasonCode code) {
  switch (code) {
    case ReasonCode::too_few_points:
      return "too_few_points";
    case ReasonCode::too_few_repeats:
      return "too_few_repeats";
    case ReasonCode::no_throughput:
      return "no_throughput";
    case ReasonCode::too_noisy:
      return "too_noisy";
    case ReasonCode::queue_wait_too_long:
      return "queue_wait_too_long";
    case ReasonCode::queue_wait:
      return "queue_wait";
    case ReasonCode::still_rising:
      return "still_rising";
    case ReasonCode::flat:
      return "flat";
    case ReasonCode::knee:
      return "knee";
    default:
      return "knee_unsure";
  }
}

Recommendation recommend(std::span<const RepeatedPoint> given, RecommendationRules rules) {
  std::vector<RepeatedPoint> points(given.begin(), given.end());
  std::ranges::sort(points, {}, &RepeatedPoint::workers);
  Recommendation result{.rules = rules};
  for (const RepeatedPoint& point : points) {
    result.points.push_back(
        {point.workers, mean_interval(point.throughputs, rules.level), point.queue_wait_p99});
  }
  const std::vector<PointSummary>& sums = result.points;
  const auto best = std::ranges::max_element(
      sums, {}, [](const PointSummary& p) { return p.throughput.mean; });  // the first of equals
  if (best != sums.end()) {
    result.best = best->workers;
  }
  if (const auto code = unusable(points, sums)) {
    result.code = *code;
    return result;
  }
  const double floor = (1 - rules.within) * best->throughput.mean;
  if (best->throughput.low() < floor) {
    result.code = ReasonCode::too_noisy;
    return result;
  }
  std::vector<std::size_t> good;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].throughput.low() >= floor) {
      good.push_back(i);
    }
  }
  const auto& limit = rules.queue_wait_p99_limit;
  const auto waits_little = [&](std::size_t i) {
    return !limit || (points[i].queue_wait_p99 && *points[i].queue_wait_p99 <= *limit);
  };
  const auto chosen = std::ranges::find_if(good, waits_little);
  if (chosen == good.end()) {
    result.code = ReasonCode::queue_wait_too_long;
    return result;
  }
  const std::size_t choice = *chosen;
  result.workers = sums[choice].workers;
  const auto unsure =
      std::ranges::find_if(sums.begin(), sums.begin() + static_cast<long>(choice),
                           [&](const PointSummary& p) { return p.throughput.high() >= floor; });
  if (choice != good.front()) {
    result.code = ReasonCode::queue_wait;
  } else if (choice + 1 == sums.size()) {
    result.code = ReasonCode::still_rising;
    if (unsure != sums.begin() + static_cast<long>(choice)) {
      result.might_do = unsure->workers;  // perhaps it rises no longer
    }
  } else if (choice == 0 && good.size() == sums.size()) {
    result.code = ReasonCode::flat;
  } else if (unsure != sums.begin() + static_cast<long>(choice)) {
    result.code = ReasonCode::knee_unsure;
    result.might_do = unsure->workers;
  } else {
    result.code = ReasonCode::knee;
  }
  return result;
}

std::optional<double> throughput_at(std::span<const PointSummary> points, std::uint64_t workers) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].workers == workers) {
      return points[i].throughput.mean;
    }
    const bool between = i > 0 && points[i - 1].workers < workers && workers < points[i].workers;
    const auto works = [](const PointSummary& point) { return point.throughput.mean > 0; };
    if (between && works(points[i - 1]) == works(points[i])) {
      const double share = static_cast<double>(workers - points[i - 1].workers) /
                           static_cast<double>(points[i].workers - points[i - 1].workers);
      return points[i - 1].throughput.mean * (1 - share) + points[i].throughput.mean * share;
    }
  }
  return std::nullopt;
}

}  // namespace poolscope::experiment
