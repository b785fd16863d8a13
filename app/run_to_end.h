// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/session.h"
#include "core/workload/scenario_run.h"

namespace poolscope::app {

/// Waits until the run has ended. One that never would (a deadlock that nobody is there to end),
/// and has no duration, is stopped after three seconds: false.
bool waitForEnd(workload::ScenarioRun& run, const session::Session& session, bool hasDuration);

}  // namespace poolscope::app
