// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/interpreter_lock.h"
#include "core/workload/scenario.h"

#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace poolscope::workload {

/// Why a task failed, in words for the task's details. From a bounded set in a run: the words are
/// interned.
struct TaskFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run was stopped while the task was at work.
struct TaskStopped : TaskFailed {
  TaskStopped() : TaskFailed("stopped before its end") {}
};

// What the steps of a task do, each with its phases on the timeline. They block the calling worker
// for as long as they take and throw TaskStopped soon after `stop` was requested. Threads: any.

void sleep_for(Nanoseconds time, const std::stop_token& stop);
/// The same without a phase of its own: for what is done meanwhile, such as holding a lock.
void idle_for(Nanoseconds time, const std::stop_token& stop);

/// Uses the CPU for `time` of the thread's own CPU time. With `interpreter` (may be null) only
/// while holding it.
void burn_cpu(Nanoseconds time, const std::stop_token& stop, InterpreterLock* interpreter);

/// Writes so many bytes to a file without a name in the folder for temporary files, and reads them
/// back.
void write_and_read_back(std::uint64_t bytes, const std::stop_token& stop);

/// Runs /bin/sh -c `command` without input and output, in a process group of its own, which a stop
/// kills. Fails if it exits with another status than 0.
void run_command(const std::string& command, const std::stop_token& stop);

}  // namespace poolscope::workload
