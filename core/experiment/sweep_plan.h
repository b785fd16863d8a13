// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/recommendation.h"
#include "core/workload/scenario.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::experiment {

// Which counts a sweep measures, and which once more. Threads: any.

/// 1, 2, 4, ... to 4 * (cores + 4), and where tasks wait for something to at least 32; no more than
/// there are tasks in a batch.
std::vector<std::uint64_t> first_counts(const workload::Scenario& scenario, std::size_t cores);

/// Where the curve bends: between the choice and its neighbours; twice the most, where it still
/// rises there, but at most `most`. Empty: nothing more to learn from another count.
std::vector<std::uint64_t> further_counts(const Recommendation& recommendation, std::uint64_t most);

/// Of the counts that were measured those that decide: the best, and what may yet be within the
/// margin. All, while no count has its three values.
std::vector<std::uint64_t> contenders(const Recommendation& recommendation);

/// More repeats can change nothing of what is said.
bool is_decided(const Recommendation& recommendation);

/// 1, 2, 4, ... up to `highest`.
std::vector<std::uint64_t> doubling_counts(std::uint64_t highest);

/// What is tried without being asked for goes no further.
inline constexpr std::uint64_t kMostAutomatic = 256;
/// How many tasks a batch has at most, those that wait for others in their pool included. Nothing
/// where tasks come by themselves.
std::optional<std::uint64_t> tasks_at_a_time(const workload::Load& load);
/// The most workers that an automatic sweep tries: no more than a batch has tasks.
std::uint64_t most_automatic(const workload::Scenario& scenario);

}  // namespace poolscope::experiment
