// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/experiment/run_figures.h"
#include "core/experiment/task_records.h"
#include "core/trace/directory.h"
#include "core/workload/failures.h"
#include "core/workload/scenario.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace poolscope::experiment {

struct MeasuredRunOptions {
  std::uint64_t workers = 1;
  std::uint64_t repeat = 0;  ///< draws from the scenario's seed + this
  double seconds = 1;        ///< longer while too few tasks are finished, up to `most_seconds`
  double most_seconds = 4;
  /// Tasks that run at the end may go on for so long, so that the long ones among them are known,
  /// too.
  double grace = 1;
  bool trusted = false;
  std::stop_token stop = {};
};

struct MeasuredRun {
  std::shared_ptr<const TaskRecords> records = {};
  std::shared_ptr<const trace::Directory> directory = {};
  std::vector<UsageSample> usage = {};
  TimeNs begin = 0;                        ///< of what was to be measured, the warm-up in it
  TimeNs end = 0;                          ///< then those that ran had their grace
  std::optional<RunFigures> figures = {};  ///< nothing: too few tasks were finished
  std::uint64_t finished = 0;              ///< tasks, before those under way were stopped
  workload::Failures failures = {};
  std::optional<Error> trouble = {};  ///< nothing answers, or no thread could be started
  std::uint64_t lost_events = 0;
  bool stopped = false;  ///< by the stop token, before its end
};

/// Tasks a second that come by themselves, whatever the pool does; nothing where the pool always
/// has work.
std::optional<double> arrivals_per_s(const workload::Load& load);
/// What throughput_of() needs to know of a run, measured or replayed.
RunLoad run_load(const workload::Load& load, std::uint64_t workers);

/// Runs the scenario, without its script, on a pool that always has work, and stops it. Blocks for
/// some `seconds`. Threads: any.
Result<MeasuredRun> measure(const workload::Scenario& scenario, const MeasuredRunOptions& options);

}  // namespace poolscope::experiment
