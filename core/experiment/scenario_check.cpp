// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/scenario_check.h"

#include "core/executor/options.h"
#include "core/experiment/named_figure.h"
#include "core/experiment/run_figures.h"
#include "core/session/session.h"
#include "core/trace/tracer.h"
#include "core/workload/scenario_run.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace poolscope::experiment {
namespace {

using session::Snapshot;
using session::TimeNs;
using workload::Check;
using workload::Scenario;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// A run, and how much of what its tasks compute others left them meanwhile.
struct CheckedRun {
  SnapshotPtr snapshot = {};
  double share = 1;  ///< 1 where tasks do not compute alone
};

bool only_computes(const Scenario& scenario) {
  return std::ranges::all_of(scenario.tasks, [](const workload::TaskKind& kind) {
    return std::ranges::all_of(kind.steps, [](const workload::Step& step) {
      return std::holds_alternative<workload::CpuStep>(step);
    });
  });
}

/// When a scenario that repeats is ended: at the last moment that a check names, if one does.
std::optional<workload::Nanoseconds> last_moment(const Scenario& scenario) {
  std::optional<workload::Nanoseconds> last;
  if (!scenario.load.repeat) {
    return last;
  }
  for (const Check& check : scenario.checks) {
    if (check.to) {
      last = std::max(last.value_or(*check.to), *check.to);
    }
  }
  return last;
}

Result<CheckedRun> run_once(const Scenario& scenario, std::size_t workers,
                            std::optional<workload::Nanoseconds> duration,
                            const CheckOptions& options) {
  session::Session session;
  trace::Tracer tracer;
  const auto sink = session.add_process(tracer.directory());
  tracer.add_sink(sink);
  workload::RunOptions run_options{
      .tracer = &tracer, .max_workers = workers, .duration = duration, .trusted = options.trusted};
  run_options.one_batch = !duration;
  const UsageSample before = usage_now();
  auto run = workload::ScenarioRun::start(scenario, run_options);
  if (!run) {
    return tl::unexpected(run.error());
  }
  const std::stop_callback on_stop(options.stop, [&] { (*run)->stop(workload::Nanoseconds(0)); });
  (*run)->wait();
  const UsageSample after = usage_now();
  run->reset();
  tracer.remove_sink(sink);
  sink->consume({});
  CheckedRun checked{.snapshot = session.snapshot()};
  if (only_computes(scenario)) {
    // A worker for each that can compute at a time: under an interpreter's lock, one.
    const std::size_t at_once = scenario.gil ? 1 : workers;
    checked.share = computing_share(at_once, options.cores, others_between(before, after));
  }
  return checked;
}

/// Nothing where there is none: the run time of no task.
std::optional<double> figure_of(const Snapshot& snapshot, const Check& check) {
  const TimeNs begin = snapshot.begin() + check.from.count();
  const TimeNs end = check.to ? snapshot.begin() + check.to->count() : snapshot.end() + 1;
  return named_figure(snapshot, check.figure, begin, end);
}

/// The runs of one attempt, each made when it is first asked for.
class Runs {
 public:
  Runs(const Scenario& scenario, const CheckOptions& options)
      : scenario_(scenario),
        options_(options),
        duration_(last_moment(scenario)) {}

  Result<std::optional<double>> figure(const Check& check, std::size_t workers) {
    CheckedRun& known = runs_[{workers, check.with}];
    if (known.snapshot == nullptr) {
      Result<Scenario> scenario = check.with.empty() ? Result<Scenario>(scenario_)
                                                     : workload::changed(scenario_, check.with);
      if (!scenario) {
        return tl::unexpected(scenario.error());
      }
      Result<CheckedRun> run = run_once(*scenario, workers, duration_, options_);
      if (!run) {
        return tl::unexpected(run.error());
      }
      known = *run;
    }
    auto value = figure_of(*known.snapshot, check);
    if (value && check.figure == "throughput") {
      *value /= known.share;
    }
    return value;
  }

 private:
  const Scenario& scenario_;
  const CheckOptions& options_;
  const std::optional<workload::Nanoseconds> duration_;
  std::map<std::pair<std::size_t, std::string>, CheckedRun> runs_;
};

Result<CheckOutcome> look(const Scenario& scenario, const Check& check, std::size_t cores,
                          Runs& runs) {
  const auto workers = check.max_workers ? check.max_workers->on(cores)
                                         : scenario.max_workers.value_or(default_max_workers());
  auto value = runs.figure(check, workers);
  if (!value) {
    return tl::unexpected(value.error());
  }
  if (*value && check.against) {
    const auto other = runs.figure(check, check.against->on(cores));
    if (!other) {
      return tl::unexpected(other.error());
    }
    *value = *other && **other > 0 ? std::optional(**value / **other) : std::nullopt;
  }
  CheckOutcome outcome{.check = check, .value = value->value_or(0)};
  outcome.holds = value->has_value() && outcome.value >= check.min.value_or(outcome.value) &&
                  outcome.value <= check.max.value_or(outcome.value);
  return outcome;
}

}  // namespace

double computing_share(std::size_t at_once, std::size_t cores, double others) {
  constexpr double kLeast = 0.1;  // less of a core says nothing any more
  const auto wanted = static_cast<double>(std::min(at_once, cores));
  return std::clamp((static_cast<double>(cores) - others) / wanted, kLeast, 1.0);
}

Result<std::vector<CheckOutcome>> run_checks(const Scenario& scenario,
                                             const CheckOptions& options) {
  std::vector<CheckOutcome> outcomes(scenario.checks.size());
  for (int attempt = 0; attempt < options.attempts; ++attempt) {
    Runs runs(scenario, options);
    for (std::size_t i = 0; i < outcomes.size() && !options.stop.stop_requested(); ++i) {
      if (outcomes[i].holds) {
        continue;
      }
      const auto outcome = look(scenario, scenario.checks[i], options.cores, runs);
      if (!outcome) {
        return tl::unexpected(outcome.error());
      }
      outcomes[i] = *outcome;
    }
  }
  return outcomes;
}

}  // namespace poolscope::experiment
