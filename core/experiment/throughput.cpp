// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/throughput.h"

#include "core/experiment/interval.h"
#include "core/experiment/steadiness.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace poolscope::experiment {
namespace {

constexpr std::size_t kIntervals = 100;          // MSER-5 asks for 100 to 200 a run
constexpr std::size_t kTasksForIntervals = 500;  // five a piece, or they are noise
constexpr double kDrift = 0.05;
constexpr std::size_t kLeastFinishes = 3;

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

std::vector<TimeNs> finishes(const std::vector<TaskRecord>& tasks, TimeNs end) {
  std::vector<TimeNs> times;
  for (const TaskRecord& task : tasks) {
    if (task.finished <= end) {
      times.push_back(task.finished);
    }
  }
  std::ranges::sort(times);
  return times;
}

/// How many finish in each of equal intervals of [begin, end).
std::vector<double> counts_in(const std::vector<TimeNs>& times, TimeNs begin, TimeNs end,
                              std::size_t intervals) {
  std::vector<double> counts(intervals, 0);
  const double width = static_cast<double>(end - begin) / static_cast<double>(intervals);
  for (const TimeNs time : times) {
    if (time >= begin && time < end) {
      const auto place = static_cast<std::size_t>(static_cast<double>(time - begin) / width);
      counts[std::min(place, intervals - 1)] += 1;
    }
  }
  return counts;
}

/// When the run is warm, and whether it is steady from then on.
struct Warm {
  TimeNs time = 0;
  bool steady = true;
};

/// At least the first round, in which threads start and connections are opened. What then is cut is
/// MSER-5's choice, where there are tasks enough to see it.
Warm find_warm(const std::vector<TimeNs>& times, std::uint64_t workers, TimeNs end) {
  const std::size_t round = std::min<std::size_t>(workers, times.size()) - 1;
  Warm warm{.time = times[round]};
  if (times.size() - round < kTasksForIntervals || end <= warm.time) {
    return warm;
  }
  const std::vector<double> counts = counts_in(times, warm.time, end, kIntervals);
  const WarmUp found = find_warm_up(counts);
  const std::span<const double> rest = std::span<const double>(counts).subspan(found.cut_values);
  warm.time += static_cast<TimeNs>(static_cast<double>(end - warm.time) *
                                   static_cast<double>(found.cut_values) / kIntervals);
  const auto first = rest.first(rest.size() / 2);
  const auto second = rest.last(rest.size() / 2);
  const double before = mean(first);
  const double after = mean(second);
  const bool drifts = std::abs(after - before) > kDrift * std::max(before, after) &&
                      welch_test(first, second).p < 0.05;
  warm.steady = found.steady && !drifts;
  return warm;
}

/// What finished from `first` on, or a little later: tasks of a fixed length end in waves, and the
/// measurement must not begin in the middle of one. A wave ends before the longest gap among the
/// next `workers`.
std::span<const TimeNs> from_a_gap(const std::vector<TimeNs>& times, std::size_t first,
                                   std::uint64_t workers) {
  std::size_t begin = first;
  TimeNs longest = 0;
  const std::size_t last = std::min<std::size_t>(first + workers, (first + times.size()) / 2);
  for (std::size_t i = std::max<std::size_t>(first, 1); i <= last && i < times.size(); ++i) {
    if (times[i] - times[i - 1] > longest) {
      longest = times[i] - times[i - 1];
      begin = i;
    }
  }
  return std::span<const TimeNs>(times).subspan(std::min(begin, times.size()));
}

/// Tasks a second: the least squares line through the count over time. From one end to the other
/// would do for random lengths; for waves it is off by up to one of them.
double slope(std::span<const TimeNs> times) {
  const auto n = static_cast<double>(times.size());
  double middle = 0;
  for (const TimeNs time : times) {
    middle += seconds(time - times.front()) / n;
  }
  double products = 0;
  double squares = 0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double t = seconds(times[k] - times.front()) - middle;
    products += t * (static_cast<double>(k) - (n - 1) / 2);
    squares += t * t;
  }
  return products / squares;
}

/// When all that had come was done, in [begin, end]; before the first of it, too.
std::vector<TimeNs> batch_ends(const std::vector<TaskRecord>& tasks, TimeNs begin, TimeNs end) {
  std::vector<const TaskRecord*> order;
  for (const TaskRecord& task : tasks) {
    if (!task.cancelled) {
      order.push_back(&task);
    }
  }
  std::ranges::stable_sort(order, {}, &TaskRecord::queued);
  std::vector<TimeNs> ends;
  TimeNs done = order.empty() ? kNever : order.front()->queued;
  for (const TaskRecord* task : order) {
    if (task->queued >= done) {
      ends.push_back(done);
    }
    done = std::max(done, task->finished);
  }
  ends.push_back(done);
  std::erase_if(ends, [&](TimeNs time) { return time < begin || time > end; });
  return ends;
}

/// From the end of one batch to that of another: within a batch it goes fast and slow. False if
/// there are no two such ends.
bool count_batches(const std::vector<TaskRecord>& tasks, const std::vector<TimeNs>& times,
                   Throughput& result) {
  std::vector<TimeNs> ends = batch_ends(tasks, result.warm, result.end);
  if (ends.size() < 2) {
    ends = batch_ends(tasks, result.begin, result.end);
  }
  if (ends.size() < 2) {
    return false;
  }
  result.begin = ends.front();
  result.end = ends.back();
  const auto after = [&](TimeNs time) { return std::ranges::upper_bound(times, time); };
  result.per_s = result.finish_rate = static_cast<double>(after(result.end) - after(result.begin)) /
                                      seconds(result.end - result.begin);
  return true;
}

/// Counted over the time of `result`. The chance in the arrivals, the same at all numbers of
/// workers, is taken out: what counts is the share of the arrivals that is finished.
bool count_arrivals(const std::vector<TaskRecord>& tasks, double arrivals_per_s,
                    Throughput& result) {
  const TimeNs begin = result.begin;
  const TimeNs end = result.end;
  std::uint64_t arrived = 0;
  std::uint64_t finished = 0;
  for (const TaskRecord& task : tasks) {
    arrived += task.queued > begin && task.queued <= end ? 1 : 0;
    finished += task.finished > begin && task.finished <= end ? 1 : 0;
  }
  if (arrived == 0) {
    return false;
  }
  result.finish_rate = static_cast<double>(finished) / seconds(end - begin);
  const double share = static_cast<double>(finished) / static_cast<double>(arrived);
  result.per_s = share > 0.9 ? std::min(1.0, share) * arrivals_per_s : result.finish_rate;
  return true;
}

}  // namespace

std::optional<Throughput> throughput_of(const std::vector<TaskRecord>& tasks, const RunLoad& load,
                                        TimeNs begin, TimeNs end,
                                        std::optional<TimeNs> known_warm) {
  const std::vector<TimeNs> times = finishes(tasks, end);
  if (times.empty()) {
    return std::nullopt;
  }
  const Warm warm = known_warm ? Warm{*known_warm} : find_warm(times, load.workers, end);
  Throughput result{.warm = warm.time, .begin = begin, .end = end, .steady = warm.steady};
  if (load.arrivals_per_s) {
    result.begin = std::max(begin, std::min(warm.time, begin + (end - begin) / 2));
    if (load.arrivals_period > 0 && load.arrivals_period <= seconds(end - result.begin)) {
      // As much of a burst at the end as before.
      const auto period = std::max<TimeNs>(1, static_cast<TimeNs>(load.arrivals_period * 1e9));
      result.begin = end - (end - result.begin) / period * period;
    }
    return count_arrivals(tasks, *load.arrivals_per_s, result) ? std::optional(result)
                                                               : std::nullopt;
  }
  if (load.waits_for_batch && count_batches(tasks, times, result)) {
    return result;
  }
  const auto warmed_up =
      static_cast<std::size_t>(std::ranges::lower_bound(times, warm.time) - times.begin());
  const std::span<const TimeNs> counted = from_a_gap(times, warmed_up, load.workers);
  if (counted.size() < kLeastFinishes || counted.back() <= counted.front()) {
    return std::nullopt;
  }
  result.begin = counted.front();
  result.end = counted.back();
  result.per_s = result.finish_rate = slope(counted);
  return result;
}

}  // namespace poolscope::experiment
