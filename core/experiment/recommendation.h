// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/interval.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

/// Why this number of workers, or why none. Their names are part of the JSON.
enum class ReasonCode : std::uint8_t {
  too_few_points,   ///< fewer than three counts
  too_few_repeats,  ///< a count with fewer than three values
  no_throughput,
  too_noisy,
  queue_wait_too_long,
  queue_wait,    ///< the limit on the queue's wait moved the choice
  still_rising,  ///< the largest count that was measured: at least so many
  flat,          ///< the smallest is as good as any
  knee,
  knee_unsure,  ///< a smaller count might do as well
};
std::string_view name_of(ReasonCode code);

struct RepeatedPoint {
  std::uint64_t workers = 0;
  std::vector<double> throughputs = {};  ///< one value a repeat
  /// Seconds; nothing if not known, which meets no limit.
  std::optional<double> queue_wait_p99 = {};
};

struct RecommendationRules {
  double within = 0.05;  ///< of the best throughput
  double level = 0.95;
  std::optional<double> queue_wait_p99_limit = {};  ///< seconds
  /// The tasks of a batch: more workers have nothing to do. Changes the words alone, as the next.
  std::optional<std::uint64_t> tasks_at_a_time = {};
  /// More workers bring no more tasks a second then, but shorter waits in the queue.
  bool tasks_come_by_themselves = false;
};

struct PointSummary {
  std::uint64_t workers = 0;
  MeanInterval throughput = {};
  std::optional<double> queue_wait_p99 = {};  ///< as RepeatedPoint's
};

/// The fewest workers that reach the best throughput, less the margin, with confidence.
struct Recommendation {
  std::optional<std::uint64_t> workers = {};  ///< nothing: cannot tell
  ReasonCode code = ReasonCode::too_few_points;
  std::optional<std::uint64_t> best = {};      ///< the count of the highest mean
  std::optional<std::uint64_t> might_do = {};  ///< knee_unsure, still_rising: a smaller one
  std::vector<PointSummary> points = {};       ///< by count, ascending
  RecommendationRules rules = {};
};

/// Points may come in any order, each count once. Threads: any.
Recommendation recommend(std::span<const RepeatedPoint> points, RecommendationRules rules = {});

/// The recommendation in a sentence or two that a newcomer understands.
/// `rule_of_thumb`: what "cores + 4" would say; its result is told where it was measured.
std::string reason_text(const Recommendation& recommendation,
                        std::optional<std::uint64_t> rule_of_thumb = {});

/// The throughput at `workers`: measured, or between the neighbours that were, on the line that
/// joins them. Nothing outside of what was measured, nor between a number that gets nothing done
/// and one that does: where it begins to, no line tells.
std::optional<double> throughput_at(std::span<const PointSummary> points, std::uint64_t workers);

}  // namespace poolscope::experiment
