// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/recommendation.h"
#include "core/experiment/words.h"

#include <algorithm>

namespace poolscope::experiment {
namespace {

std::string rate(double throughput) {
  return shown(throughput) + "/s";
}

const PointSummary& point_of(const Recommendation& r, std::uint64_t workers) {
  return *std::ranges::find(r.points, workers, &PointSummary::workers);
}

/// "8 workers: 396/s, within 5 % of the best (401/s at 16) with 95 % confidence."
std::string choice_text(const Recommendation& r) {
  const PointSummary& chosen = point_of(r, *r.workers);
  std::string text = workers_text(chosen.workers) + ": " + rate(chosen.throughput.mean);
  if (*r.best == chosen.workers) {
    return text + ", the best that was measured.";
  }
  return text + ", within " + shown_percent(r.rules.within) + " of the best (" +
         rate(point_of(r, *r.best).throughput.mean) + " at " + std::to_string(*r.best) + ") with " +
         shown_percent(r.rules.level) + " confidence.";
}

std::string noise_text(const Recommendation& r) {
  const PointSummary& best = point_of(r, *r.best);
  return "Can't tell: repeats at " + workers_text(best.workers) + ", the best, leave +-" +
         shown_percent(best.throughput.half_width.value_or(0) / best.throughput.mean) +
         " open, more than the margin of " + shown_percent(r.rules.within) +
         ". Run more or longer repeats.";
}

std::string none_text(const Recommendation& r) {
  switch (r.code) {
    case ReasonCode::too_few_points:
      return "Can't tell: fewer than three different numbers of workers were measured. Measure "
             "more of them.";
    case ReasonCode::too_few_repeats:
      return "Can't tell: each number of workers needs three measurements or more, so that their "
             "spread says how sure they are. Repeat them.";
    case ReasonCode::no_throughput:
      return "Can't tell: not one task was finished at any number of workers.";
    case ReasonCode::queue_wait_too_long:
      return "Can't tell: none of the numbers of workers that reach the best throughput keeps the "
             "99th percentile of the queue wait within " +
             shown_seconds(r.rules.queue_wait_p99_limit.value_or(0)) +
             ". Measure more workers, or allow a longer wait.";
    default:
      return noise_text(r);
  }
}

/// What more workers are good for where tasks come by themselves, and all that come are done: "its
/// 99th percentile is 382 ms with 2, 22 ms with 32". Nothing if they do not shorten the wait by
/// half.
std::string waits_text(const Recommendation& r) {
  constexpr double kLeastWait = 1e-3;  // less is a worker that wakes up
  const PointSummary& last = r.points.back();
  const auto& wait = point_of(r, *r.workers).queue_wait_p99;
  if (!r.rules.tasks_come_by_themselves || !wait || *wait < kLeastWait || !last.queue_wait_p99 ||
      *last.queue_wait_p99 > *wait / 2) {
    return "";
  }
  return "the wait in the queue: its 99th percentile is " + shown_seconds(*wait) + " at " +
         std::to_string(*r.workers) + ", " + shown_seconds(*last.queue_wait_p99) + " at " +
         std::to_string(last.workers) + "." +
         (r.rules.queue_wait_p99_limit ? ""
                                       : " If that matters, set a limit on it (--queue-wait-p99).");
}

std::string more_text(const Recommendation& r) {
  if (const std::string waits = waits_text(r); !waits.empty()) {
    return " More do not make tasks come faster, but shorten " + waits;
  }
  const MeanInterval& last = r.points.back().throughput;
  const double best = point_of(r, *r.best).throughput.mean;
  return last.high() < (1 - r.rules.within) * best
             ? " Many more are slower: " + rate(last.mean) + " at " +
                   std::to_string(r.points.back().workers) + "."
             : " More only add memory.";
}

std::string rising_text(const Recommendation& r) {
  if (r.might_do) {
    return " It is also the most that was measured, but " + std::to_string(*r.might_do) +
           " might already be enough; more repeats would tell.";
  }
  const auto& tasks = r.rules.tasks_at_a_time;
  if (tasks && *r.workers >= *tasks) {
    return " A batch has no more than " + std::to_string(*tasks) +
           (*tasks == 1 ? " task" : " tasks") + ": more workers would have nothing to do.";
  }
  return " It is also the most that was measured, so take it as \"at least\": widen the sweep.";
}

std::string flat_text(const Recommendation& r) {
  const std::string waits = waits_text(r);
  return workers_text(*r.workers) + ": " + rate(point_of(r, *r.workers).throughput.mean) +
         ". The number of workers makes no difference " +
         (waits.empty() ? "" : "to the throughput ") +
         "here: none of those measured is more than " + shown_percent(r.rules.within) + " better." +
         (waits.empty() ? "" : " It does to " + waits);
}

std::string thumb_text(const Recommendation& r, std::uint64_t thumb) {
  const auto expected = throughput_at(r.points, thumb);
  if (!expected || (r.workers && thumb == *r.workers)) {
    return "";
  }
  const bool measured =
      std::ranges::find(r.points, thumb, &PointSummary::workers) != r.points.end();
  return " The rule of thumb, cores + 4 = " + std::to_string(thumb) +
         (measured ? ", gave " : ", would give some ") + rate(*expected) + ".";
}

}  // namespace

std::string reason_text(const Recommendation& r, std::optional<std::uint64_t> rule_of_thumb) {
  if (!r.workers) {
    return none_text(r);
  }
  std::string text = choice_text(r);
  switch (r.code) {
    case ReasonCode::queue_wait:
      text += " Fewer would be as fast, but then the 99th percentile of the queue wait exceeds " +
              shown_seconds(r.rules.queue_wait_p99_limit.value_or(0)) + ".";
      break;
    case ReasonCode::still_rising:
      text += rising_text(r);
      break;
    case ReasonCode::flat:
      text = flat_text(r);
      break;
    case ReasonCode::knee_unsure:
      text += " " + std::to_string(r.might_do.value_or(0)) +
              " might already be enough; more repeats would tell.";
      if (!waits_text(r).empty()) {
        text += more_text(r);
      }
      break;
    default:
      text += more_text(r);
      break;
  }
  return text + (rule_of_thumb ? thumb_text(r, *rule_of_thumb) : "");
}

}  // namespace poolscope::experiment
