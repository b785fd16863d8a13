// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"
#include "app/signals.h"
#include "app/watched.h"

#include <optional>

namespace poolscope::app {

/// What can be known to be wrong before a window opens is said where the call was made; then the
/// exit status is given. Needs no display.
std::optional<int> refuse(const WindowCall& call);

/// Opens the window and runs until it closes. Returns the exit status.
int runWindow(const WindowCall& call, StopSignals& signals);

/// Shows a program that runs, until the window closes; the program may go on. Signals are the
/// program's while it is one that we started (`passedOn`), else the window's.
void runProgramWindow(const WindowCall& call, Watched& program, StopSignals& signals,
                      bool passedOn);

}  // namespace poolscope::app
