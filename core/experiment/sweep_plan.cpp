// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sweep_plan.h"

#include "core/base/cores.h"

#include <algorithm>
#include <variant>

namespace poolscope::experiment {
namespace {

bool computes_only(const workload::Scenario& scenario) {
  return std::ranges::all_of(scenario.tasks, [](const workload::TaskKind& kind) {
    return std::ranges::all_of(kind.steps, [](const workload::Step& step) {
      return std::holds_alternative<workload::CpuStep>(step);
    });
  });
}

}  // namespace

std::optional<std::uint64_t> tasks_at_a_time(const workload::Load& load) {
  switch (load.pattern) {
    case workload::LoadPattern::poisson:
    case workload::LoadPattern::burst:
      return std::nullopt;
    case workload::LoadPattern::nested:
      return load.tasks * (load.children + 1);
    default:
      return load.tasks;
  }
}

std::uint64_t most_automatic(const workload::Scenario& scenario) {
  const auto tasks = tasks_at_a_time(scenario.load);
  return tasks ? std::min(kMostAutomatic, std::max<std::uint64_t>(*tasks, 4)) : kMostAutomatic;
}

std::vector<std::uint64_t> first_counts(const workload::Scenario& scenario, std::size_t cores) {
  std::uint64_t highest = 4 * rule_of_thumb_workers(cores);
  if (!computes_only(scenario)) {
    highest = std::max<std::uint64_t>(highest, 32);
  }
  highest = std::min(highest, most_automatic(scenario));
  return doubling_counts(highest);
}

std::vector<std::uint64_t> doubling_counts(std::uint64_t highest) {
  std::vector<std::uint64_t> counts;
  for (std::uint64_t n = 1; n <= highest; n *= 2) {
    counts.push_back(n);
  }
  return counts;
}

std::vector<std::uint64_t> further_counts(const Recommendation& r, std::uint64_t most) {
  if (!r.workers) {
    return {};
  }
  const auto choice = std::ranges::find(r.points, *r.workers, &PointSummary::workers);
  const auto next = choice + 1;
  std::vector<std::uint64_t> counts;
  if (next == r.points.end()) {
    if (choice->workers < most) {
      counts.push_back(std::min(2 * choice->workers, most));
    }
    return counts;
  }
  if (choice != r.points.begin()) {
    counts.push_back(((choice - 1)->workers + choice->workers) / 2);
  }
  counts.push_back((choice->workers + next->workers) / 2);
  std::erase_if(counts, [&](std::uint64_t n) {
    return std::ranges::find(r.points, n, &PointSummary::workers) != r.points.end();
  });
  return counts;
}

std::vector<std::uint64_t> contenders(const Recommendation& r) {
  const auto best = std::ranges::find(r.points, r.best.value_or(0), &PointSummary::workers);
  const double floor = best == r.points.end() ? 0 : (1 - r.rules.within) * best->throughput.mean;
  std::vector<std::uint64_t> counts;
  for (const PointSummary& point : r.points) {
    if (!point.throughput.half_width || point.throughput.high() >= floor) {
      counts.push_back(point.workers);
    }
  }
  return counts;
}

bool is_decided(const Recommendation& r) {
  switch (r.code) {
    case ReasonCode::too_few_repeats:
    case ReasonCode::too_noisy:
    case ReasonCode::knee_unsure:
      return false;
    case ReasonCode::still_rising:
      return !r.might_do;  // a ceiling looks like this, too, until fewer are known well enough
    case ReasonCode::queue_wait:
    case ReasonCode::queue_wait_too_long:
    case ReasonCode::flat:
    case ReasonCode::knee:
    default:
      return true;
  }
}

}  // namespace poolscope::experiment
