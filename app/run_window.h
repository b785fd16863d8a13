// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"
#include "app/run_session.h"
#include "app/signals.h"

#include <optional>

namespace poolscope::app {

/// What can be known to be wrong before a window opens is said where the call was made; then the
/// exit status is given. Needs no display.
std::optional<int> refuse(const WindowCall& call);

/// Opens the window and runs until it closes. Returns the exit status.
int runWindow(const WindowCall& call, StopSignals& signals);

/// Shows a program that runs, until the window closes; the program may go on.
void runProgramWindow(const RunCall& call, RunSession& run, StopSignals& signals);

}  // namespace poolscope::app
