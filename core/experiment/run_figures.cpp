// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/run_figures.h"

#include "core/base/cores.h"
#include "core/experiment/interval.h"
#include "core/experiment/steadiness.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <sys/resource.h>
#include <unistd.h>

namespace poolscope::experiment {
namespace {

constexpr std::size_t kIntervals = 100;          // MSER-5 asks for 100 to 200 a run
constexpr std::size_t kTasksForIntervals = 500;  // five a piece, or they are noise
constexpr double kDrift = 0.05;
constexpr std::size_t kLeastFinishes = 3;

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

std::vector<TimeNs> finishes(const TaskRecords& records, TimeNs end) {
  std::vector<TimeNs> times;
  for (const TaskRecord& task : records.tasks()) {
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

/// What grows with time, between the samples and as far as they reach.
double value_at(const std::vector<UsageSample>& usage, double UsageSample::*what, TimeNs time) {
  const auto after = std::ranges::lower_bound(usage, time, {}, &UsageSample::time);
  if (after == usage.begin()) {
    return usage.front().*what;
  }
  if (after == usage.end()) {
    return usage.back().*what;
  }
  const UsageSample& before = *(after - 1);
  const double share = static_cast<double>(time - before.time) /
                       static_cast<double>(std::max<TimeNs>(1, after->time - before.time));
  return before.*what + share * ((*after).*what - before.*what);
}

TimeNs overlap(TimeNs begin, TimeNs end, const RunFigures& window) {
  return std::max<TimeNs>(0, std::min(end, window.end) - std::max(begin, window.begin));
}

void count_tasks(const TaskRecords& records, TimeNs run_begin, RunFigures& figures) {
  double waits = 0;
  double run_times = 0;
  double busy = 0;
  std::uint64_t left = 0;
  std::vector<double> known;
  std::vector<double> all;
  for (const TaskRecord& task : records.tasks()) {
    if (task.started != kNever) {
      busy += seconds(overlap(task.started, task.finished, figures));
    }
    if (task.finished > figures.begin && task.finished <= figures.end) {
      ++figures.finished;
      figures.failed += task.failed ? 1 : 0;
      run_times += seconds(task.finished - task.started);
    }
    if (task.queued == kNever) {
      continue;
    }
    if (task.started >= figures.begin && task.started <= figures.end) {
      known.push_back(seconds(task.started - task.queued));
      waits += known.back();
      ++left;
    } else if (task.queued < figures.end && task.started > figures.end) {
      all.push_back(seconds(figures.end - task.queued));  // it waits still
    }
  }
  double existed = 0;
  for (const WorkerRecord& worker : records.workers()) {
    existed += seconds(overlap(worker.started, worker.exited, figures));
  }
  figures.utilization = existed > 0 ? std::min(1.0, busy / existed) : 0;
  const double length = seconds(figures.end - figures.begin);
  figures.busy_workers = length > 0 ? busy / length : 0;
  figures.run_time_mean =
      figures.finished > 0 ? run_times / static_cast<double>(figures.finished) : 0;
  figures.queue_wait_mean = left > 0 ? waits / static_cast<double>(left) : 0;
  const std::size_t waiting = all.size();
  all.insert(all.end(), known.begin(), known.end());
  if (!all.empty()) {
    // Waits that are about as long as the run was were cut by its end.
    const bool many = static_cast<double>(waiting) > 0.01 * static_cast<double>(all.size());
    figures.queue_wait_p99 = quantile(std::move(all), 0.99);
    figures.queue_wait_at_least =
        many && *figures.queue_wait_p99 > 0.5 * seconds(figures.end - run_begin);
  }
}

void find_lock(const TaskRecords& records, RunFigures& figures) {
  std::map<trace::NameId, double> waited;
  for (const PhaseRecord& phase : records.phases()) {
    if (phase.kind == trace::PhaseKind::lock_wait) {
      waited[phase.name] += seconds(overlap(phase.begin, phase.end, figures));
    }
  }
  const auto most =
      std::ranges::max_element(waited, {}, [](const auto& item) { return item.second; });
  const double run_time = figures.run_time_mean * static_cast<double>(figures.finished);
  if (most != waited.end() && run_time > 0) {
    figures.lock = most->first;
    figures.lock_wait_share = std::min(1.0, most->second / run_time);
  }
}

/// Of all cores, if this process may use them all: else its neighbours need not be in its way.
double all_cpu_seconds() {
  double result = -1;
  if (static_cast<long>(usable_cores()) != sysconf(_SC_NPROCESSORS_ONLN)) {
    return result;
  }
  if (std::FILE* file = std::fopen("/proc/stat", "r")) {
    // user, nice, system, idle, waiting for disks, interrupts, soft interrupts, stolen
    std::array<unsigned long long, 8> ticks{};
    if (std::fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
                    &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) == 8) {
      result =
          static_cast<double>(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) /
          static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    std::fclose(file);
  }
  return result;
}

}  // namespace

UsageSample usage_now() {
  UsageSample sample{.time = static_cast<TimeNs>(trace::now_ns())};
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto in_seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    sample.cpu_seconds = in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
  }
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    unsigned long all = 0;
    unsigned long resident = 0;
    if (std::fscanf(file, "%lu %lu", &all, &resident) == 2) {
      sample.memory_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    }
    std::fclose(file);
  }
  sample.all_cpu_seconds = all_cpu_seconds();
  return sample;
}

double others_between(const UsageSample& begin, const UsageSample& end) {
  const double length = seconds(end.time - begin.time);
  if (begin.all_cpu_seconds < 0 || end.all_cpu_seconds < 0 || length <= 0) {
    return 0;
  }
  const double own = end.cpu_seconds - begin.cpu_seconds;
  return std::max(0.0, (end.all_cpu_seconds - begin.all_cpu_seconds - own) / length);
}

std::optional<RunFigures> figures_of(const TaskRecords& records,
                                     const std::vector<UsageSample>& usage, const RunLoad& load,
                                     TimeNs begin, TimeNs end) {
  const std::vector<TimeNs> times = finishes(records, end);
  if (times.empty()) {
    return std::nullopt;
  }
  RunFigures figures{.begin = begin, .end = end};
  const Warm warm = find_warm(times, load.workers, end);
  figures.steady = warm.steady;
  if (load.arrivals_per_s) {
    // Counted over the time. The chance in the arrivals, the same at all numbers of workers, is
    // taken out: what counts is the share of the arrivals that is finished.
    figures.begin = std::max(begin, std::min(warm.time, begin + (end - begin) / 2));
    std::uint64_t arrived = 0;
    for (const TaskRecord& task : records.tasks()) {
      arrived += task.queued > figures.begin && task.queued <= figures.end ? 1 : 0;
    }
    count_tasks(records, begin, figures);
    find_lock(records, figures);
    if (arrived == 0) {
      return std::nullopt;
    }
    const double measured = static_cast<double>(figures.finished) / seconds(end - figures.begin);
    figures.finish_rate = measured;
    const double share = static_cast<double>(figures.finished) / static_cast<double>(arrived);
    figures.throughput = share > 0.9 ? std::min(1.0, share) * *load.arrivals_per_s : measured;
  } else {
    const std::span<const TimeNs> measured = from_a_gap(
        times, static_cast<std::size_t>(std::ranges::lower_bound(times, warm.time) - times.begin()),
        load.workers);
    if (measured.size() < kLeastFinishes || measured.back() <= measured.front()) {
      return std::nullopt;
    }
    figures.begin = measured.front();
    figures.end = measured.back();
    figures.throughput = figures.finish_rate = slope(measured);
    count_tasks(records, begin, figures);
    find_lock(records, figures);
  }
  if (!usage.empty() && figures.end > figures.begin) {
    const double length = seconds(figures.end - figures.begin);
    const auto used = [&](double UsageSample::*what) {
      return value_at(usage, what, figures.end) - value_at(usage, what, figures.begin);
    };
    const double own = used(&UsageSample::cpu_seconds);
    const auto cores = static_cast<double>(load.cores);
    figures.cpu = std::clamp(own / length / cores, 0.0, 1.0);
    if (usage.front().all_cpu_seconds >= 0) {
      figures.others_cpu =
          std::clamp((used(&UsageSample::all_cpu_seconds) - own) / length / cores, 0.0, 1.0);
    }
    for (const UsageSample& sample : usage) {
      figures.memory_bytes = std::max(figures.memory_bytes, sample.memory_bytes);
    }
  }
  return figures;
}

}  // namespace poolscope::experiment
