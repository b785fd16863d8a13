// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"
#include "app/signals.h"

namespace poolscope::app {

/// Opens the window and runs until it closes. Returns the exit status.
int runWindow(const WindowCall& call, StopSignals& signals);

}  // namespace poolscope::app
