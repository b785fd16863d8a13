// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/exit_status.h"
#include "app/run_session.h"
#include "core/base/memory.h"

#include <chrono>

namespace poolscope::app {
namespace {

constexpr std::chrono::hours kLong{1};

}  // namespace

int runProgram(const RunCall& call, StopSignals& signals,
               const std::function<void(RunSession&)>& watch) {
  auto run = RunSession::start(call, signals);
  if (!run) {
    return complain(run.error(), kFailed);
  }
  if (watch) {
    watch(**run);
    (*run)->stopWatching();
  } else {
    (*run)->session().session()->set_memory_limit(memory_limit(kUsualMemoryPercent));
  }
  while (!(*run)->program().wait(kLong)) {
  }
  return (*run)->finish();
}

}  // namespace poolscope::app
