// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/simulation.h"
#include "core/session/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope::experiment {

/// What is known of a session's work beside its events, where its scenario is.
struct SessionWorkHints {
  /// Tasks that are submitted at once when the last batch is done; 0: not known, or not so.
  std::uint64_t batch = 0;
  /// Requests that are answered at a time, by whoever answers them; 0: any number.
  std::uint32_t server_capacity = 0;
  /// CPU seconds that other threads of the process spend on a task.
  double other_cpu = 0;
};

/// What the tasks of the session's first pool did in its last `seconds`, as a simulation needs it,
/// and how they came: all the time, batch after batch, or, if the queue was empty for a tenth of
/// the time or more and it was not the caller that waited for the end of a batch, when they did.
/// Nothing from fewer than 20 tasks, and nothing where tasks wait for others of their own pool: how
/// long those would take with other workers cannot be told. Cost: some 10 us for each of the latest
/// 3,000 tasks; for a job thread. Threads: any.
std::optional<SimulatedWork> work_of(const session::Snapshot& snapshot, double seconds,
                                     std::size_t cores, const SessionWorkHints& hints = {});

}  // namespace poolscope::experiment
