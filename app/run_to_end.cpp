// SPDX-License-Identifier: Apache-2.0
#include "app/run_to_end.h"

#include "core/session/stalls.h"
#include "core/trace/clock.h"

#include <chrono>

namespace poolscope::app {
namespace {

// Nobody is there to help a pool in a deadlock; so long it must have lasted before it is given up.
constexpr session::TimeNs kStuckFor = 3'000'000'000;
constexpr auto kLook = std::chrono::milliseconds(100);

}  // namespace

bool waitForEnd(workload::ScenarioRun& run, const session::Session& session, bool hasDuration) {
  while (!run.wait_for(kLook)) {
    if (hasDuration || !run.script_ended()) {
      continue;
    }
    const auto now = static_cast<session::TimeNs>(trace::now_ns());
    if (!session::find_stalls(*session.snapshot(), now, kStuckFor).deadlocks.empty()) {
      run.stop();
      run.wait();
      return false;
    }
  }
  return true;
}

}  // namespace poolscope::app
