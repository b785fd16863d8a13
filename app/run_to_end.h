// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/live_session.h"

namespace poolscope::app {

/// Waits until the run has ended. One that never would (a deadlock that nobody is there to end),
/// and has no duration, is stopped after three seconds: false.
bool waitForEnd(LiveSession& live, bool hasDuration);

}  // namespace poolscope::app
