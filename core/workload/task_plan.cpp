// SPDX-License-Identifier: Apache-2.0
#include "core/workload/task_plan.h"

#include "core/workload/quantity.h"

#include <algorithm>
#include <cmath>

namespace poolscope::workload {
namespace {
// Arrivals draw from streams of their own, or tasks and their arrivals would share numbers.
constexpr std::uint64_t kArrivals = 0xa55a'0000'0000'0000U;
}  // namespace

Planner::Planner(const Scenario& scenario, std::uint64_t seed_offset)
    : scenario_(scenario),
      seed_(scenario.seed + seed_offset) {
  double sum = 0;
  for (std::size_t i = 0; i < scenario.tasks.size(); ++i) {
    const TaskKind& kind = scenario.tasks[i];
    for (const std::uint64_t position : kind.at) {
      kind_at_.emplace(position, i);
    }
    sum += kind.at.empty() ? kind.weight : 0;
    weight_up_to_.push_back(sum);
  }
}

TaskPlan Planner::task(std::uint64_t batch, std::uint64_t position) const {
  const bool parents = scenario_.load.pattern == LoadPattern::nested && scenario_.tasks.size() > 1;
  TaskPlan result = plan(batch, position, 0, parents ? 1 : scenario_.tasks.size());
  if (const auto found = kind_at_.find(position); found != kind_at_.end()) {
    result.kind = &scenario_.tasks[found->second];
  }
  const TaskKind& kind = *result.kind;
  const bool counted = kind.fail_every != 0 && (position + 1) % kind.fail_every == 0;
  const bool drawn = result.draws.uniform() < kind.fail;  // always, or later draws would shift
  result.fails = counted || drawn;
  return result;
}

TaskPlan Planner::child(std::uint64_t batch, std::uint64_t position, std::uint64_t child) const {
  const std::uint64_t number = position * scenario_.load.children + child;
  const std::size_t kinds = scenario_.tasks.size();
  TaskPlan result = plan(batch, scenario_.load.tasks + number, kinds > 1 ? 1 : 0, kinds);
  const TaskKind& kind = *result.kind;
  const bool counted = kind.fail_every != 0 && (number + 1) % kind.fail_every == 0;
  const bool drawn = result.draws.uniform() < kind.fail;
  result.fails = counted || drawn;
  return result;
}

TaskPlan Planner::plan(std::uint64_t batch, std::uint64_t place, std::size_t first_kind,
                       std::size_t end_kind) const {
  TaskPlan result;
  result.batch = batch;
  result.position = place;
  result.draws = Random(seed_, batch, place);
  result.kind = &kind_by_weight(result.draws.uniform(), first_kind, end_kind);
  return result;
}

const TaskKind& Planner::kind_by_weight(double share, std::size_t first, std::size_t end) const {
  const double before = first == 0 ? 0 : weight_up_to_[first - 1];
  const double wanted = before + share * (weight_up_to_[end - 1] - before);
  const auto from = weight_up_to_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto to = weight_up_to_.begin() + static_cast<std::ptrdiff_t>(end - 1);
  return scenario_
      .tasks[static_cast<std::size_t>(std::upper_bound(from, to, wanted) - weight_up_to_.begin())];
}

Nanoseconds Planner::gap(std::uint64_t batch, std::uint64_t position) const {
  Random random(seed_, batch, kArrivals + position);
  const double seconds = -std::log(random.uniform()) / scenario_.load.rate_per_s;
  return Nanoseconds(std::llround(std::min(seconds, 86'400.0) * 1e9));
}

}  // namespace poolscope::workload
