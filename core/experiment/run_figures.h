// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/task_records.h"
#include "core/experiment/throughput.h"
#include "core/trace/directory.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

/// What the process used at moments of a run.
struct UsageSample {
  TimeNs time = 0;
  /// Of all its threads since the process began, and of the commands that it ran to their end.
  double cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;  ///< resident
  /// Of all processes of this computer, waiting for disks not counted; below 0: not known.
  double all_cpu_seconds = -1;
};
UsageSample usage_now();
/// How many cores others kept busy in between, on average; 0 where that is not known.
double others_between(const UsageSample& begin, const UsageSample& end);

/// What one run says of its number of workers, warm-up removed.
struct RunFigures {
  double throughput = 0;                      ///< tasks that ran to their end, a second
  std::optional<double> queue_wait_p99 = {};  ///< as QueueWait::p99
  bool queue_wait_at_least = false;
  double queue_wait_mean = 0;
  double run_time_mean = 0;
  double utilization = 0;   ///< 0..1, of the workers that there were
  double busy_workers = 0;  ///< that ran a task at a time, mean
  double finish_rate = 0;   ///< tasks a second that ended, failed ones and chance included
  double cpu = 0;           ///< 0..1, of all usable cores, by the whole process
  std::uint64_t memory_bytes = 0;
  std::uint64_t finished = 0;  ///< in what is left without the warm-up
  std::uint64_t failed = 0;    ///< of those
  /// Of all cores, by other processes or taken from a virtual machine; 0 where it is not known.
  double others_cpu = 0;
  double lock_wait_share = 0;  ///< of the workers' run time, for the lock they waited for most
  trace::NameId lock = 0;      ///< its name; 0: none
  double paused_share = 0;     ///< of the workers' run time, until a host's limits let them go on
  bool steady = true;          ///< the throughput did not drift
  bool arrivals_late = false;  ///< as Throughput's
  TimeNs begin = 0;            ///< of what is left
  TimeNs end = 0;
  double run_seconds = 0;    ///< all of it, the warm-up too
  double warm_seconds = 0;   ///< until it was warm
  std::uint64_t repeat = 0;  ///< of a sweep: it drew from the scenario's seed + this
};

/// Nothing where throughput_of() has nothing. Cost: O(tasks log tasks). Threads: any.
std::optional<RunFigures> figures_of(const TaskRecords& records,
                                     const std::vector<UsageSample>& usage, const RunLoad& load,
                                     TimeNs begin, TimeNs end);
/// The share of the workers' time that phases of this kind took whose name begins so.
double share_of_phases(const TaskRecords& records, const trace::Directory& directory,
                       const RunFigures& figures, trace::PhaseKind kind, std::string_view name);
/// Of a run that stood still: no throughput, and what its workers and the process did meanwhile.
RunFigures figures_of_standstill(const TaskRecords& records, const std::vector<UsageSample>& usage,
                                 std::size_t cores, TimeNs begin, TimeNs end);

}  // namespace poolscope::experiment
