// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/run_figures.h"

#include "core/base/cores.h"
#include "core/experiment/queue_wait.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <sys/resource.h>
#include <unistd.h>

namespace poolscope::experiment {
namespace {

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
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
  double run_times = 0;
  double busy = 0;
  for (const TaskRecord& task : records.tasks()) {
    if (task.started != kNever) {
      busy += seconds(overlap(task.started, task.finished, figures));
    }
    if (task.finished > figures.begin && task.finished <= figures.end) {
      ++figures.finished;
      figures.failed += task.failed ? 1 : 0;
      run_times += seconds(task.finished - task.started);
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
  const QueueWait wait = queue_wait_of(records.tasks(), run_begin, figures.begin, figures.end);
  figures.queue_wait_p99 = wait.p99;
  figures.queue_wait_at_least = wait.at_least;
  figures.queue_wait_mean = wait.mean;
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

/// What the process used while the figures say, and others.
void add_usage(const std::vector<UsageSample>& usage, std::size_t usable, RunFigures& figures) {
  if (usage.empty() || figures.end <= figures.begin) {
    return;
  }
  const double length = seconds(figures.end - figures.begin);
  const auto used = [&](double UsageSample::*what) {
    return value_at(usage, what, figures.end) - value_at(usage, what, figures.begin);
  };
  const double own = used(&UsageSample::cpu_seconds);
  const auto cores = static_cast<double>(usable);
  figures.cpu = std::clamp(own / length / cores, 0.0, 1.0);
  if (usage.front().all_cpu_seconds >= 0) {
    figures.others_cpu =
        std::clamp((used(&UsageSample::all_cpu_seconds) - own) / length / cores, 0.0, 1.0);
  }
  for (const UsageSample& sample : usage) {
    figures.memory_bytes = std::max(figures.memory_bytes, sample.memory_bytes);
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
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    if (getrusage(who, &usage) == 0) {
      const auto in_seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
      };
      sample.cpu_seconds += in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
    }
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
  const auto throughput = throughput_of(records.tasks(), load, begin, end);
  if (!throughput) {
    return std::nullopt;
  }
  RunFigures figures{.throughput = throughput->per_s,
                     .finish_rate = throughput->finish_rate,
                     .steady = throughput->steady,
                     .arrivals_late = throughput->arrivals_late,
                     .begin = throughput->begin,
                     .end = throughput->end,
                     .run_seconds = seconds(end - begin),
                     .warm_seconds = seconds(throughput->warm - begin)};
  count_tasks(records, begin, figures);
  find_lock(records, figures);
  add_usage(usage, load.cores, figures);
  return figures;
}

double share_of_phases(const TaskRecords& records, const trace::Directory& directory,
                       const RunFigures& figures, trace::PhaseKind kind, std::string_view name) {
  double sum = 0;
  for (const PhaseRecord& phase : records.phases()) {
    if (phase.kind == kind && directory.name(phase.name).starts_with(name)) {
      sum += seconds(overlap(phase.begin, phase.end, figures));
    }
  }
  const double busy = figures.busy_workers * seconds(figures.end - figures.begin);
  return busy > 0 ? std::min(1.0, sum / busy) : 0;
}

RunFigures figures_of_standstill(const TaskRecords& records, const std::vector<UsageSample>& usage,
                                 std::size_t cores, TimeNs begin, TimeNs end) {
  RunFigures figures{.begin = begin, .end = end, .run_seconds = seconds(end - begin)};
  count_tasks(records, begin, figures);
  add_usage(usage, cores, figures);
  return figures;
}

}  // namespace poolscope::experiment
