// SPDX-License-Identifier: Apache-2.0
#include "app/attach_session.h"
#include "app/commands.h"
#include "app/exit_status.h"
#include "core/base/memory.h"

namespace poolscope::app {

int runAttach(const AttachCall& call, StopSignals& signals,
              const std::function<void(AttachSession&)>& watch) {
  auto attached = AttachSession::start(call);
  if (!attached) {
    return complain(attached.error(), kFailed);
  }
  if (watch) {
    watch(**attached);
  } else {
    (*attached)->session().session()->set_memory_limit(memory_limit(kUsualMemoryPercent));
    signals.onStop([&session = **attached] { session.stop(); });
    (*attached)->wait();
  }
  const int status = (*attached)->finish();
  signals.onStop({});  // what it called is about to go
  return status;
}

}  // namespace poolscope::app
