// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/live_session.h"
#include "app/summary.h"
#include "core/workload/scenario.h"

#include <QJsonDocument>

#include <chrono>
#include <cstdio>
#include <utility>

namespace poolscope::app {

int runRecord(const RecordCall& call, StopSignals& signals) {
  auto scenario = workload::find_scenario(call.scenario);
  if (!scenario) {
    return complain(scenario.error(), kWrongCall);
  }
  if (scenario->needs_trust() && !scenario->file.empty() && !call.trust) {
    return complain({call.scenario, "this scenario reaches the network or runs commands",
                     "read it, then allow it with --trust"},
                    kWrongCall);
  }

  LiveSession::Options options;
  options.maxWorkers = call.maxWorkers;
  options.tasks = call.tasks;
  if (call.durationSeconds) {
    options.duration = std::chrono::duration_cast<workload::Nanoseconds>(
        std::chrono::duration<double>(*call.durationSeconds));
  }
  options.oneBatch = !call.tasks && !call.durationSeconds;
  const std::string name = scenario->name;
  auto live = LiveSession::start(std::move(*scenario), options, call.output, call.force);
  if (!live) {
    return complain(live.error(), kFailed);
  }
  signals.onStop([&run = (*live)->run()] { run.stop(); });
  (*live)->run().wait();
  const std::string trouble = (*live)->run().network_trouble();
  const auto ended = (*live)->end();

  const Summary summary = summarize(*(*live)->session()->snapshot(), name);
  if (call.json) {
    printJson(QJsonDocument(toJson(summary)).toJson());
  } else {
    std::fputs(toTable(summary).c_str(), stdout);
  }
  if (!trouble.empty()) {
    std::fprintf(stderr, "poolscope: %s\n", trouble.c_str());
  }
  return ended ? kDone : complain(ended.error(), kFailed);
}

}  // namespace poolscope::app
