// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"
#include "core/trace/tracer.h"

#include <cstdint>

namespace poolscope::trace {

/// The task that an executor runs on this thread, for who wants to tell something of it. Set by
/// executors.
struct CurrentTask {
  Tracer* tracer = nullptr;  ///< null: no task, or one that is not traced
  std::uint64_t task = 0;
  PoolId pool = 0;
};

inline constinit thread_local CurrentTask t_current_task;

/// The calling thread's task; all zero outside of tasks.
inline const CurrentTask& current_task() noexcept {
  return t_current_task;
}

}  // namespace poolscope::trace
