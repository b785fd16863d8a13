// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/experiment_plot.h"
#include "app/output.h"
#include "app/sweep_report.h"
#include "core/experiment/words.h"
#include "core/storage/recording.h"
#include "core/workload/scenario.h"

#include <QJsonDocument>

#include <cstdio>
#include <unistd.h>

namespace poolscope::app {
namespace {

/// On a terminal one line that changes, elsewhere a line a run.
void showProgress(const experiment::SweepProgress& progress) {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  const std::string run = experiment::workers_text(progress.workers) + ", run " +
                          std::to_string(progress.runs_done + 1);
  const std::string left = experiment::shown_seconds(progress.left);
  const std::string what =
      progress.repeat == 0 ? "a first look at the scenario"
      : progress.unsure
          ? run + ", not sure yet: at most " + left + " more"
          : run + " of " + std::to_string(progress.runs_planned) + ", about " + left + " left";
  std::fprintf(stderr, terminal ? "\r\033[Kpoolscope: %s" : "poolscope: %s\n", what.c_str());
  std::fflush(stderr);
}

void endProgress() {
  if (isatty(STDERR_FILENO) != 0) {
    std::fputs("\r\033[K", stderr);
  }
}

}  // namespace

int runSweep(const SweepCall& call, StopSignals& signals) {
  auto scenario = workload::find_scenario(call.scenario);
  if (!scenario) {
    return complain(scenario.error(), kWrongCall);
  }
  if (const auto allowed = checkTrust(*scenario, call.scenario, call.trust); !allowed) {
    return complain(allowed.error(), kWrongCall);
  }
  if (!call.output.empty()) {
    if (const auto known = checkSweepName(call.output); !known) {
      return complain(known.error(), kWrongCall);
    }
    if (const auto writable = storage::check_output(call.output, call.force); !writable) {
      return complain(writable.error(), kFailed);
    }
  }
  if (const auto refused = refusePlot(call.plot, call.force)) {
    return *refused;
  }
  auto sweep = experiment::Sweep::start({.scenario = std::move(*scenario),
                                         .workers = call.workers,
                                         .repeats = call.repeats,
                                         .run_seconds = call.durationSeconds,
                                         .budget_seconds = call.budgetSeconds,
                                         .queue_wait_p99 = call.queueWaitP99Seconds,
                                         .trusted = call.trust,
                                         .on_progress = &showProgress});
  if (!sweep) {
    return complain(sweep.error(), kFailed);
  }
  signals.onStop([&sweep] { (*sweep)->cancel(); });
  (*sweep)->wait();
  endProgress();
  const experiment::SweepResult result = (*sweep)->result();
  const auto error = (*sweep)->error();
  if (error && result.end == experiment::SweepEnd::failed) {
    return complain(*error, kFailed);
  }
  print(call.json ? QJsonDocument(toJson(result)).toJson().toStdString() : toTable(result));
  if (error) {
    complain(*error, kDone);
  }
  if (!call.output.empty()) {
    if (const auto written = writeSweep(call.output, call.force, result); !written) {
      return complain(written.error(), kFailed);
    }
  }
  return writePlot(call.plot, call.force, ui::scalingData(result));
}

}  // namespace poolscope::app
