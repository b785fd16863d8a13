// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace poolscope::app {

/// Prints on stdout, where all results go, at once: what follows on stderr comes after it. What
/// could not be written is told by finishOutput().
void print(std::string_view text);

/// The program's end: the exit status, which is kFailed, and said so, if something that was printed
/// did not arrive (a full disk, a reader that left).
int finishOutput(int status);

/// Standard streams that the caller closed are opened again as what cannot be written to: else the
/// first file that the program opens would take their place, and get what is printed.
void holdStandardStreams();

}  // namespace poolscope::app
