// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/random.h"
#include "core/workload/scenario.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace poolscope::workload {

/// What one task will do: known before it runs, from its place alone.
struct TaskPlan {
  const TaskKind* kind = nullptr;
  std::uint64_t batch = 0;
  std::uint64_t position = 0;  ///< in the batch
  bool fails = false;
  Random draws{0};  ///< of its steps' durations, in the steps' order
};

/// Gives every position of every batch its kind, its failure and its draws: functions of (seed,
/// batch, position), so that the same tasks come whatever the number of workers and the timing.
/// Threads: any, once made. Refers to the scenario, which must outlive it.
class Planner {
 public:
  Planner(const Scenario& scenario, std::uint64_t seed_offset);

  TaskPlan task(std::uint64_t batch, std::uint64_t position) const;
  /// Pattern nested: child number `child` of the task at `position`. With several kinds the first
  /// is that of the parents, the others that of their children.
  TaskPlan child(std::uint64_t batch, std::uint64_t position, std::uint64_t child) const;
  /// The time from arrival `position` - 1 to arrival `position` of a Poisson load.
  Nanoseconds gap(std::uint64_t batch, std::uint64_t position) const;

 private:
  TaskPlan plan(std::uint64_t batch, std::uint64_t place, std::size_t first_kind,
                std::size_t end_kind) const;
  const TaskKind& kind_by_weight(double share, std::size_t first, std::size_t end) const;

  const Scenario& scenario_;
  const std::uint64_t seed_;
  std::unordered_map<std::uint64_t, std::size_t> kind_at_;
  std::vector<double> weight_up_to_;  ///< running sums; a kind with `at` adds nothing
};

}  // namespace poolscope::workload
