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

bool waitForEnd(LiveSession& live, bool hasDuration) {
  workload::ScenarioRun& run = live.run();
  while (!run.wait_for(kLook)) {
    live.markSleep();
    if (hasDuration || !run.script_ended()) {
      continue;
    }
    const auto now = static_cast<session::TimeNs>(trace::now_ns());
    if (!session::find_stalls(*live.session()->snapshot(), now, kStuckFor).deadlocks.empty()) {
      run.stop();
      run.wait();
      return false;
    }
  }
  return true;
}

}  // namespace poolscope::app
