// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/live_session.h"
#include "app/output.h"
#include "app/run_to_end.h"
#include "app/summary.h"
#include "core/base/memory.h"
#include "core/workload/scenario.h"
#include "core/workload/scenario_run.h"

#include <QJsonDocument>

#include <chrono>
#include <string>
#include <utility>

namespace poolscope::app {
namespace {

/// "12 tasks failed, most often (9 times): HTTP 500 from ..."
std::string describe(const workload::Failures& failures) {
  std::string text = std::to_string(failures.count);
  text += failures.count == 1 ? " task failed" : " tasks failed, most often";
  if (failures.times < failures.count) {
    text += " (" + std::to_string(failures.times) + " times)";
  }
  return text + ": " + failures.most_often;
}

}  // namespace

Result<void> checkTrust(const workload::Scenario& scenario, const std::string& name, bool trusted) {
  if (scenario.needs_trust() && !scenario.file.empty() && !trusted) {
    return failure(name, "this scenario reaches the network or runs commands",
                   "read it, then allow it with --trust");
  }
  return {};
}

int runRecord(const RecordCall& call, StopSignals& signals) {
  auto scenario = workload::find_scenario(call.scenario);
  if (!scenario) {
    return complain(scenario.error(), kWrongCall);
  }
  if (const auto allowed = checkTrust(*scenario, call.scenario, call.trust); !allowed) {
    return complain(allowed.error(), kWrongCall);
  }

  LiveSession::Options options;
  options.maxWorkers = call.maxWorkers;
  options.tasks = call.tasks;
  if (call.durationSeconds) {
    options.duration = std::chrono::duration_cast<workload::Nanoseconds>(
        std::chrono::duration<double>(*call.durationSeconds));
  }
  options.oneBatch = !call.tasks && !call.durationSeconds;
  options.automatic = call.automatic;
  options.trusted = call.trust;
  const std::string name = scenario->name;
  auto live = LiveSession::start(std::move(*scenario), options, call.output, call.force);
  if (!live) {
    return complain(live.error(), kFailed);
  }
  // It may run for days; the recording has everything.
  (*live)->session()->set_memory_limit(memory_limit(kUsualMemoryPercent));
  workload::ScenarioRun& run = (*live)->run();
  signals.onStop([&run] { run.stop(); }, [&run] { run.stop(workload::Nanoseconds(0)); });
  const bool deadlocked = !waitForEnd(**live, call.durationSeconds.has_value());
  const auto trouble = run.network_trouble();
  const auto ended = (*live)->end(workload::Nanoseconds(0));

  const Summary summary = summarize(*(*live)->session()->snapshot(), name);
  print(call.json ? QJsonDocument(toJson(summary)).toJson().toStdString() : toTable(summary));
  if (deadlocked) {
    complain({name, "the pool is deadlocked: every worker waits for tasks in the queue; stopped",
              "give it more --max-workers, or a --duration"},
             kDone);
  } else if (const auto failures = run.failures(); failures.count > 0) {
    complain({{}, describe(failures), trouble ? trouble->advice : std::string()}, kDone);
  } else if (trouble) {
    complain(*trouble, kDone);
  }
  return ended ? kDone : complain(ended.error(), kFailed);
}

}  // namespace poolscope::app
