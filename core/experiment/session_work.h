// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_arrivals.h"
#include "core/experiment/simulation.h"
#include "core/session/snapshot.h"

#include <tl/expected.hpp>

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
  /// In which tasks leave the queue; nothing: one that matters where tasks wait for others of their
  /// pool, and that a simulation does not know.
  std::optional<PickOrder> order = PickOrder::fifo;
};

/// [begin, end] of the pool in which the most tasks ended then; nothing of a session without pools.
std::optional<SessionStretch> busiest_stretch(const session::Snapshot& snapshot,
                                              session::TimeNs begin, session::TimeNs end);
/// The same of the last `seconds`.
std::optional<SessionStretch> last_stretch(const session::Snapshot& snapshot, double seconds);

/// Why nothing can be said of other numbers of workers.
enum class NoWork : std::uint8_t {
  no_pool,
  too_few_tasks,     ///< fewer than 20 that ran to their end
  waits_for_itself,  ///< tasks wait for others that they have not submitted themselves, or for
                     ///< room in the queue: how long with other workers cannot be told
  cpu_unknown,       ///< what tasks computed was not measured: all would seem to be waiting
  cores_full,  ///< tasks computed nearly all the time that there was: how long they wait for the
               ///< world otherwise is hidden behind their wait for a core or the interpreter's lock
  held_up,     ///< requests wait for their turn at a host that is asked only so often
  stopped,
};

/// What the tasks of a session did, as a simulation needs it, and how they came.
struct SessionWork {
  SimulatedWork tasks = {};
  Arrivals arrivals = Arrivals::always;
  bool has_phases = false;  ///< locks and what was waited for are told apart
};

/// The work of a stretch, from the latest 3,000 of its tasks. Where nothing tells in which part of
/// a task it computed, its time is taken to hold some wait for the cores, too, as much as its pool
/// at that size explains; where computing took longer than that, other programs are taken to have
/// used the cores. Cost: some 10 us a task, and 10 ms or so for those waits; for a job thread.
/// Threads: any.
tl::expected<SessionWork, NoWork> work_of(const session::Snapshot& snapshot,
                                          const SessionStretch& stretch, std::size_t cores,
                                          const SessionWorkHints& hints = {});
/// The same of last_stretch().
tl::expected<SessionWork, NoWork> work_of(const session::Snapshot& snapshot, double seconds,
                                          std::size_t cores, const SessionWorkHints& hints = {});

/// What a number of workers would do: times in seconds, rates per second.
struct PredictedFigures {
  double throughput = 0;
  /// Nothing: tasks come faster than they are done, so the longer it goes on the longer they wait.
  std::optional<double> queue_wait_mean = {};
  std::optional<double> queue_wait_p99 = {};
  double utilization = 0;  ///< 0..1
  /// Sooner or later all workers wait for tasks in the queue: a deadlock; all else is 0.
  bool stands_still = false;

  friend bool operator==(const PredictedFigures&, const PredictedFigures&) = default;
};

/// By simulation of as many tasks as its batches need: 20,000 or ten batches, at most a million.
/// Cost: as simulate(). Threads: any.
PredictedFigures predict(const SessionWork& work, std::uint64_t workers);

/// How many of `cores` the pool's tasks can compute on at once: one in a Python program, by the
/// name of its process, unless it is of the build without an interpreter lock ("python3.13t"). That
/// is too few where its tasks compute in libraries that let go of the lock.
std::size_t computing_cores(const session::Snapshot& snapshot, session::PoolIndex pool,
                            std::size_t cores);

}  // namespace poolscope::experiment
