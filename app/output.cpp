// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"

#include "app/commands.h"
#include "app/exit_status.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace poolscope::app {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);  // a failure stays set: finishOutput() looks
  std::fflush(stdout);
}

int finishOutput(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return status;
  }
  complain({"standard output", "could not be written", "is the disk full, or did its reader end?"},
           kFailed);
  return status == kDone ? kFailed : status;
}

void holdStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0) {
      // The lowest free number is this one. Left open on purpose, to the end of the program.
      static_cast<void>(open("/dev/null", O_RDONLY));
    }
  }
}

}  // namespace poolscope::app
