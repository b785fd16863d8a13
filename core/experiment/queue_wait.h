// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/task_records.h"

#include <optional>
#include <vector>

namespace poolscope::experiment {

/// How long tasks waited in the queue, in seconds.
struct QueueWait {
  /// Of those that left it, and of those that were still in it, which have waited so long at least.
  std::optional<double> p99 = {};
  /// The end cut it: it is about as long as the run was, and tasks that still waited have a part in
  /// it.
  bool at_least = false;
  double mean = 0;  ///< of those that left it
};

/// Over [begin, end] of a run that began at `run_begin`, measured or replayed: both are judged by
/// the same rule, as throughput_of() does. Cost: O(tasks). Threads: any.
QueueWait queue_wait_of(const std::vector<TaskRecord>& tasks, TimeNs run_begin, TimeNs begin,
                        TimeNs end);

}  // namespace poolscope::experiment
