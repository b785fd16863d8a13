// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/interval.h"
#include "core/session/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

/// Differences of throughput up to this share count for none.
inline constexpr double kSameWithin = 0.05;
inline constexpr double kConfidence = 0.95;

enum class Verdict : std::uint8_t { faster, slower, same, cannot_tell };  ///< of B against A
std::string_view name_of(Verdict verdict);

/// B's throughput over A's. The interval is from the times that blocks of equally many tasks took
/// in each run (batch means; blocks hold whole rounds of the workers where there are enough tasks).
struct Speedup {
  double value = 0;
  std::optional<Interval> interval = {};  ///< nothing: too few tasks
  std::size_t blocks_a = 0;
  std::size_t blocks_b = 0;
  bool paired = false;  ///< block by block, for the same tasks in both
};

enum class DifferenceSize : std::uint8_t { negligible, small, medium, large };
std::string_view name_of(DifferenceSize size);

/// How the lengths of something differ, by the two-sample test of Kolmogorov and Smirnov over the
/// histograms (so never by more than the values themselves); the level is shared by all tests of a
/// comparison (Bonferroni).
struct DistributionDifference {
  std::string_view what = {};  ///< "queue wait", "run time"
  session::Distribution a = {};
  session::Distribution b = {};
  double distance = 0;  ///< the largest between the two cumulative shares, 0..1
  double p = 1;
  double level = 0;
  bool differs = false;  ///< p < level
  /// By how much p50, p90 or p99 (this one from 100 tasks on) changed, whichever did most: below 5
  /// %, 20 %, 100 %, or more.
  DifferenceSize size = DifferenceSize::negligible;
};

struct Comparison {
  std::optional<Speedup> speedup = {};  ///< nothing: one of them finished no task
  Verdict verdict = Verdict::cannot_tell;
  std::vector<DistributionDifference> distributions = {};  ///< where both have values
};

/// Compares two sessions, each as a whole. `same_tasks`: both ran the same scenario with the same
/// seed, so that what the tasks drew is no difference. Cost: O(events). Threads: any.
Comparison compare(const session::Snapshot& a, const session::Snapshot& b, bool same_tasks);

/// The result in sentences, the verdict first.
std::vector<std::string> comparison_words(const Comparison& comparison);

inline constexpr const char* kDistributionTest = "two-sample Kolmogorov-Smirnov";

/// The share of pairs of equal distributions whose distance is larger: Kolmogorov's distribution
/// with Stephens' correction (1970).
double kolmogorov_smirnov_p(double distance, std::size_t count_a, std::size_t count_b);

}  // namespace poolscope::experiment
