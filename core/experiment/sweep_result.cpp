// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sweep.h"
#include "core/experiment/sweep_plan.h"
#include "core/experiment/words.h"

#include <algorithm>

namespace poolscope::experiment {
namespace {

constexpr double kMuchWait = 0.25;  // of the run time
constexpr double kBusyCores = 0.85;

double mean_of(const std::vector<RunFigures>& runs, double RunFigures::*value) {
  double sum = 0;
  for (const RunFigures& run : runs) {
    sum += run.*value;
  }
  return sum / static_cast<double>(runs.size());
}

/// Why more workers bring no more, as far as it was seen at the next larger count.
std::string cause_text(const SweepResult& result, const workload::Scenario& scenario) {
  const auto& r = result.recommendation;
  if (!r.workers || r.code == ReasonCode::still_rising || r.code == ReasonCode::queue_wait) {
    return "";
  }
  auto beyond = std::ranges::find(result.points, *r.workers, &SweepPoint::workers);
  if (beyond + 1 != result.points.end()) {
    ++beyond;
  }
  const std::string there = " at " + workers_text(beyond->workers);
  if (beyond->paused_share >= kMuchWait) {
    return " Requests wait for their turn (" + shown_percent(beyond->paused_share) +
           " of the run time" + there +
           "): the limits per_host and rate_per_host let no more of them go to a host.";
  }
  if (beyond->lock_wait_share >= kMuchWait) {
    const std::string share =
        " (" + shown_percent(beyond->lock_wait_share) + " of the run time" + there + ")";
    return beyond->lock == "interpreter lock"
               ? " The interpreter lock lets only one thread compute at a time: more workers wait "
                 "for it" +
                     share + "."
               : " More workers wait for the lock '" + beyond->lock + "'" + share + ".";
  }
  if (beyond->cpu >= kBusyCores) {
    return " The cores are the limit: they are busy for " + shown_percent(beyond->cpu) +
           " of the time" + there + ".";
  }
  if (scenario.http.urls.empty() && scenario.http.max_concurrent > 0 &&
      beyond->workers >= scenario.http.max_concurrent) {
    return " The server answers at most " + std::to_string(scenario.http.max_concurrent) +
           " requests at a time.";
  }
  return "";
}

bool has_failures(const SweepPoint& point) {
  return std::ranges::any_of(point.runs, [](const RunFigures& run) { return run.failed > 0; });
}

}  // namespace

SweepPoint sum_up(std::uint64_t workers, std::vector<RunFigures> runs) {
  SweepPoint point{.workers = workers};
  std::vector<double> throughputs;
  std::vector<double> waits;
  for (const RunFigures& run : runs) {
    throughputs.push_back(run.throughput);
    if (run.queue_wait_p99) {
      waits.push_back(*run.queue_wait_p99);
    }
    point.queue_wait_at_least = point.queue_wait_at_least || run.queue_wait_at_least;
    point.memory_bytes = std::max(point.memory_bytes, run.memory_bytes);
  }
  point.throughput = mean_interval(throughputs, kSweepLevel);
  if (!waits.empty()) {
    point.queue_wait_p99 = quantile(std::move(waits), 0.5);
  }
  point.utilization = mean_of(runs, &RunFigures::utilization);
  point.cpu = mean_of(runs, &RunFigures::cpu);
  point.lock_wait_share = mean_of(runs, &RunFigures::lock_wait_share);
  point.paused_share = mean_of(runs, &RunFigures::paused_share);
  point.runs = std::move(runs);
  return point;
}

void evaluate(SweepResult& result, const SweepOptions& options, bool to_the_end) {
  std::vector<RepeatedPoint> points;
  std::vector<Measurement> measurements;
  const auto& limit = options.queue_wait_p99;
  for (const SweepPoint& point : result.points) {
    RepeatedPoint repeated{.workers = point.workers, .queue_wait_p99 = point.queue_wait_p99};
    for (const RunFigures& run : point.runs) {
      repeated.throughputs.push_back(run.throughput);
      measurements.push_back({point.workers, run.throughput});
    }
    if (point.queue_wait_at_least && limit && point.queue_wait_p99 <= limit) {
      repeated.queue_wait_p99.reset();  // it may be longer than the runs were
    }
    points.push_back(std::move(repeated));
  }
  RecommendationRules rules{.level = kSweepLevel,
                            .queue_wait_p99_limit = limit,
                            .tasks_at_a_time = tasks_at_a_time(options.scenario.load)};
  rules.tasks_come_by_themselves = !rules.tasks_at_a_time;
  result.recommendation = recommend(points, rules);
  result.fit = fit_usl(measurements, to_the_end);
  result.rule_of_thumb_throughput =
      throughput_at(result.recommendation.points, result.rule_of_thumb);
  const bool only_failures = result.recommendation.code == ReasonCode::no_throughput &&
                             std::ranges::any_of(result.points, has_failures);
  result.reason = only_failures
                      ? "Can't tell: every task that ended had failed, at each number of workers."
                      : reason_text(result.recommendation, result.rule_of_thumb) +
                            cause_text(result, options.scenario);
}

}  // namespace poolscope::experiment
