// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/attach_session.h"
#include "app/command_line.h"
#include "app/run_session.h"
#include "app/signals.h"
#include "core/base/result.h"
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "core/workload/scenario.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace poolscope::app {

// The subcommands. Each returns the exit status, prints its result on stdout and what went wrong on
// stderr, one line.

int runScenarios(const ScenariosCall& call);
int runRecord(const RecordCall& call, StopSignals& signals);
int runInfo(const InfoCall& call, StopSignals& signals);
int runExport(const ExportCall& call, StopSignals& signals);
int runSweep(const SweepCall& call, StopSignals& signals);
int runFit(const FitCall& call);
int runPredict(const PredictCall& call, StopSignals& signals);
int runCompare(const CompareCall& call, StopSignals& signals);
/// `watch` shows the program while it runs; empty: without a window.
int runProgram(const RunCall& call, StopSignals& signals,
               const std::function<void(RunSession&)>& watch = {});

/// `watch` shows the program until it has been seen enough; empty: without a window, to its end.
int runAttach(const AttachCall& call, StopSignals& signals,
              const std::function<void(AttachSession&)>& watch = {});

/// "poolscope: subject: reason; advice" on stderr; returns `status`.
int complain(const Error& error, int status);

/// Whether a scenario that was asked for by this name may run: those from outside the gallery that
/// reach the network or run commands need --trust. An Error means exit status 2.
Result<void> checkTrust(const workload::Scenario& scenario, const std::string& name, bool trusted);

/// Whether `path` names a picture, by its ending. An Error means exit status 2.
Result<void> checkPicture(const std::string& path);

/// A recording read whole, for commands that only look at it.
struct LoadedRecording {
  std::shared_ptr<const session::Snapshot> snapshot = {};
  storage::OpenedRecording about = {};
};
Result<LoadedRecording> loadRecording(const std::string& file, const std::stop_token& stop);
/// So many seconds after the first event.
session::TimeNs atSeconds(const session::Snapshot& snapshot, double seconds);
/// What of `call` lies outside the recording: an Error means exit status 2. For calls with
/// `fromSeconds` and `toSeconds`.
template <typename RangeCall>
Result<void> checkRange(const RangeCall& call, const session::Snapshot& snapshot) {
  const auto length = static_cast<double>(snapshot.end() - snapshot.begin()) * 1e-9;
  const bool begins = !call.fromSeconds || atSeconds(snapshot, *call.fromSeconds) <= snapshot.end();
  const bool ends = !call.toSeconds || atSeconds(snapshot, *call.toSeconds) > snapshot.begin();
  if (begins && ends) {
    return {};
  }
  return failure(call.fromSeconds ? "--from" : "--to", "outside the recording",
                 "it lasts " + std::to_string(length) + " seconds");
}
/// A token that the first signal stops.
std::stop_token stopOn(StopSignals& signals);
/// Of a recording without a single event, whole or cut: there is no picture of it.
Error nothingToShow(const std::string& file);

}  // namespace poolscope::app
