// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_prediction.h"

#include "core/base/cores.h"
#include "core/experiment/sweep_plan.h"
#include "core/experiment/words.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace poolscope::experiment {
namespace {

using session::TimeNs;

constexpr double kWithin = 0.05;  // of the best, as a recommendation
constexpr double kDoubt = 0.1;
constexpr double kLeastTold = 0.01;  // seconds that a wait is off by
constexpr std::uint64_t kLeastMost = 32;
constexpr std::uint64_t kMost = 4096;     // as the executor takes
constexpr std::uint64_t kLeastSeen = 20;  // tasks that ended, or a stretch says nothing

/// Where the pool had one number of workers all the time.
struct SteadyPart {
  std::uint64_t workers = 0;
  TimeNs begin = 0;
  TimeNs end = 0;
};

std::vector<SteadyPart> steady_parts(const session::Snapshot& snapshot,
                                     const SessionStretch& stretch) {
  std::vector<SteadyPart> parts;
  const auto add = [&](TimeNs begin, TimeNs end, std::uint64_t workers) {
    begin = std::max(begin, stretch.begin);
    end = std::min(end, stretch.end + 1);
    if (workers > 0 && begin < end) {
      parts.push_back({workers, begin, end});
    }
  };
  const auto steps = snapshot.max_workers_steps(stretch.pool);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const TimeNs end = i + 1 < steps.size() ? steps[i + 1].time : stretch.end + 1;
    add(steps[i].time, end, steps[i].now);
  }
  return parts;
}

/// Without the idle time before its first task and after its last: no throughput of the pool.
SteadyPart without_idle_ends(const session::Snapshot& snapshot, session::PoolIndex pool,
                             const SteadyPart& part) {
  constexpr int kColumns = 1000;
  const auto columns = snapshot.pool_columns(pool, part.begin, part.end, kColumns);
  const auto is_busy = [](const session::PoolColumn& column) { return column.running > 0; };
  const auto first = std::ranges::find_if(columns, is_busy);
  const auto last = std::ranges::find_if(columns.rbegin(), columns.rend(), is_busy);
  if (first == columns.end()) {
    return part;
  }
  const double width = static_cast<double>(part.end - part.begin) / kColumns;
  const auto edge = [&](auto count) {
    return part.begin + static_cast<TimeNs>(std::llround(static_cast<double>(count) * width));
  };
  return {part.workers, edge(first - columns.begin()), edge(last.base() - columns.begin())};
}

/// Of each number of workers the part in which most tasks ended. The waits only where there is one
/// part alone: in others tasks waited before it began.
std::vector<PredictedPoint> seen_points(const session::Snapshot& snapshot,
                                        const SessionStretch& stretch, std::uint64_t& most_used) {
  std::map<std::uint64_t, session::Statistics> best;
  const std::vector<SteadyPart> parts = steady_parts(snapshot, stretch);
  for (const SteadyPart& each : parts) {
    const SteadyPart part = without_idle_ends(snapshot, stretch.pool, each);
    const auto figures = snapshot.range_statistics(part.begin, part.end, stretch.pool);
    if (figures.finished >= kLeastSeen && figures.finished > best[part.workers].finished) {
      best[part.workers] = figures;
    }
  }
  std::erase_if(best, [](const auto& each) { return each.second.finished == 0; });
  std::uint64_t most = 0;
  std::vector<PredictedPoint> points;
  for (const auto& [workers, figures] : best) {
    SeenFigures seen{.throughput = figures.throughput, .utilization = figures.utilization};
    if (parts.size() == 1 && figures.queue_wait) {
      seen.queue_wait_p99 = figures.queue_wait->p99;
    }
    points.push_back({.workers = workers, .seen = seen});
    if (figures.finished > most) {
      most = figures.finished;
      most_used = workers;
    }
  }
  return points;
}

std::vector<std::uint64_t> usual_counts(std::uint64_t recorded, std::size_t cores) {
  const std::uint64_t most =
      std::min(kMost, std::max({kLeastMost, 4 * rule_of_thumb_workers(cores), 4 * recorded}));
  return doubling_counts(most);
}

/// Adds those that are not there; ascending.
void add_counts(std::vector<PredictedPoint>& points, const std::vector<std::uint64_t>& counts) {
  for (const std::uint64_t workers : counts) {
    if (std::ranges::find(points, workers, &PredictedPoint::workers) == points.end()) {
      points.push_back({.workers = workers});
    }
  }
  std::ranges::sort(points, {}, &PredictedPoint::workers);
}

double throughput_of(const PredictedPoint& point) {
  return point.predicted.throughput;
}

/// Of a batch more workers than tasks are idle.
std::uint64_t most_useful(const SessionWork& work) {
  return work.arrivals == Arrivals::batches && !work.tasks.is_nested() ? work.tasks.batch : kMost;
}

void choose(SessionPrediction& prediction) {
  const auto& points = prediction.points;
  const auto own = std::ranges::find(points, prediction.recorded_workers, &PredictedPoint::workers);
  if (own != points.end() && own->seen && own->seen->throughput > 0) {
    prediction.error_there = own->predicted.throughput / own->seen->throughput - 1;
  }
  const double best = std::ranges::max(points, {}, throughput_of).predicted.throughput;
  const auto enough = std::ranges::find_if(points, [&](const PredictedPoint& point) {
    return throughput_of(point) >= (1 - kWithin) * best;
  });
  prediction.still_rises = points.size() > 1 && enough + 1 == points.end() &&
                           enough->workers < most_useful(prediction.work);
  if (std::abs(prediction.error_there.value_or(0)) <= kDoubt) {
    prediction.enough_workers = enough->workers;
  }
}

/// As far as a sweep goes by itself.
std::uint64_t most_automatic(const SessionWork& work) {
  return std::min(kMostAutomatic, most_useful(work));
}

std::string rate(double value) {
  return shown(value) + "/s";
}

/// Adds the numbers between which a pool begins to come to a standstill.
void find_deadlock(SessionPrediction& prediction) {
  auto& points = prediction.points;
  const auto stands_still = [](const PredictedPoint& point) {
    return point.predicted.stands_still;
  };
  while (true) {
    const auto last = std::ranges::find_if(points.rbegin(), points.rend(), stands_still);
    const auto next = last.base();
    if (last == points.rend() || next == points.end() || next->workers == last->workers + 1) {
      return;
    }
    PredictedPoint between{.workers = (last->workers + next->workers) / 2};
    between.predicted = predict(prediction.work, between.workers);
    points.insert(next, between);
  }
}

/// Where the waits are not those that were seen.
std::string waits_text(const SessionPrediction& prediction) {
  constexpr double kFarOff = 0.5;
  const auto own =
      std::ranges::find(prediction.points, prediction.recorded_workers, &PredictedPoint::workers);
  if (own == prediction.points.end() || !own->seen || !own->seen->queue_wait_p99 ||
      !own->predicted.queue_wait_p99) {
    return "";
  }
  const double seen = *own->seen->queue_wait_p99;
  const double predicted = *own->predicted.queue_wait_p99;
  if (std::abs(predicted - seen) <= kFarOff * seen + kLeastTold) {
    return "";
  }
  return ". Don't believe the waits: for the recorded number p99 would be " + wait_text(predicted) +
         ", but " + shown_seconds(seen) +
         " was seen, so these tasks came otherwise than it takes them";
}

/// Of the most workers that come to a standstill.
std::string deadlock_text(const SessionPrediction& prediction) {
  const auto last = std::ranges::find_if(
      prediction.points.rbegin(), prediction.points.rend(),
      [](const PredictedPoint& point) { return point.predicted.stands_still; });
  if (last == prediction.points.rend()) {
    return "";
  }
  const std::string fewer = last->workers > 1 ? " or fewer" : "";
  return ". With " + workers_text(last->workers) + fewer +
         " all would come to wait for tasks in their own queue: a deadlock";
}

}  // namespace

tl::expected<SessionPrediction, NoWork> predict_session(const session::Snapshot& snapshot,
                                                        const SessionStretch& stretch,
                                                        const SessionPredictionOptions& options) {
  const std::size_t cores =
      options.exact_cores.value_or(computing_cores(snapshot, stretch.pool, options.cores));
  auto work = work_of(snapshot, stretch, cores, options.hints);
  if (!work) {
    return tl::unexpected(work.error());
  }
  SessionPrediction prediction{
      .pool = std::string(snapshot.pools()[static_cast<std::size_t>(stretch.pool)].name),
      .cores = cores,
      .work = std::move(*work)};
  auto& points = prediction.points;
  points = seen_points(snapshot, stretch, prediction.recorded_workers);
  if (prediction.recorded_workers == 0) {  // none of them for long
    prediction.recorded_workers = snapshot.max_workers_at(stretch.pool, stretch.end);
  }
  add_counts(points, options.workers.empty()
                         ? usual_counts(prediction.recorded_workers, options.cores)
                         : options.workers);
  for (PredictedPoint& point : points) {
    point.predicted = predict(prediction.work, point.workers);
    if (options.stop.stop_requested()) {
      return tl::unexpected(NoWork::stopped);
    }
  }
  choose(prediction);
  while (options.workers.empty() && prediction.still_rises &&
         2 * points.back().workers <= most_automatic(prediction.work)) {
    points.push_back({.workers = 2 * points.back().workers});
    points.back().predicted = predict(prediction.work, points.back().workers);
    choose(prediction);
  }
  if (options.workers.empty()) {
    find_deadlock(prediction);
  }
  if (prediction.is_doubtful()) {
    // What does not even give what was seen says nothing of the rest.
    std::erase_if(points, [](const PredictedPoint& point) { return !point.seen; });
  }
  return prediction;
}

std::string wait_text(double seconds) {
  return seconds < kShortestWait ? "< " + shown_seconds(kShortestWait) : shown_seconds(seconds);
}

std::string text_of(NoWork why) {
  switch (why) {
    case NoWork::no_pool:
      return "no pool ran a task";
    case NoWork::too_few_tasks:
      return "fewer than 20 tasks ran to their end";
    case NoWork::waits_for_itself:
      return "its tasks wait for others that they have not submitted themselves, or for room in "
             "their pool's queue, or are picked by priority, and how long that takes with other "
             "workers cannot be told";
    case NoWork::cpu_unknown:
      return "what its tasks computed was not measured";
    case NoWork::cores_full:
      return "with so many workers its tasks compute nearly all the time, which hides what they "
             "wait for";
    case NoWork::held_up:
      return "its requests wait for their turn: per_host and rate_per_host let no more of them go "
             "to a host";
    case NoWork::stopped:
      return "it was stopped";
  }
  return {};
}

std::string advice_of(NoWork why) {
  switch (why) {
    case NoWork::no_pool:
      return "record a program while its pool works";
    case NoWork::too_few_tasks:
      return "record more of them, or a longer stretch";
    case NoWork::waits_for_itself:
      return "measure instead: 'poolscope sweep', or your program with other numbers";
    case NoWork::cpu_unknown:
      return "record it with 'poolscope run --cpu-time', in C++ with measure_cpu_time";
    case NoWork::cores_full:
      return "record it with fewer workers";
    case NoWork::held_up:
      return "more workers would wait, too; raise the limits if the host may be asked more often";
    case NoWork::stopped:
      return "";
  }
  return {};
}

std::string prediction_text(const SessionPrediction& prediction) {
  const auto at = [&](std::uint64_t workers) {
    return *std::ranges::find(prediction.points, workers, &PredictedPoint::workers);
  };
  if (prediction.is_doubtful()) {
    const PredictedPoint own = at(prediction.recorded_workers);
    if (own.predicted.stands_still) {
      return "By simulation the " + workers_text(own.workers) +
             " that were recorded come to wait for tasks in their own queue sooner or later, all "
             "at "
             "once: a deadlock, which this recording was spared. More workers make it rarer; a "
             "second pool for what tasks wait for rules it out.";
    }
    return "Can't tell: for the " + workers_text(own.workers) +
           " that were recorded the simulation gives " + rate(throughput_of(own)) + ", but " +
           rate(own.seen->throughput) +
           " were seen. What holds these tasks up, or when they come, is not as the simulation "
           "takes it; a part of the recording in which the pool has one thing to do may tell.";
  }
  const PredictedPoint enough = at(prediction.enough_workers);
  const PredictedPoint best = std::ranges::max(prediction.points, {}, throughput_of);
  std::string text = "By simulation " + workers_text(enough.workers) + " would do " +
                     rate(throughput_of(enough)) +
                     (enough.predicted.queue_wait_p99
                          ? ", queue wait p99 " + wait_text(*enough.predicted.queue_wait_p99)
                          : ", but the queue would grow as long as tasks come");
  if (prediction.still_rises) {
    text += "; that is the most that was simulated, and more might do more";
  } else if (best.workers != enough.workers) {
    text += "; that is within 5 % of the most, " + rate(throughput_of(best)) + " with " +
            std::to_string(best.workers);
  }
  text += deadlock_text(prediction) + waits_text(prediction);
  if (!prediction.work.has_phases) {
    text += ". A lock, or a server's limit, that these tasks have not met yet is not in it";
  }
  return text + ". A measurement at that number would be proof.";
}

}  // namespace poolscope::experiment
