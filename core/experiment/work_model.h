// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/simulation.h"
#include "core/experiment/task_records.h"
#include "core/trace/directory.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::experiment {

struct WorkModelOptions {
  TimeNs begin = 0;  ///< tasks that started in [begin, end], and ended at any time
  TimeNs end = kNever;
  std::size_t most_tasks = 5000;  ///< the latest, or the first
  bool first = false;
  std::size_t cores = 1;
  /// CPU seconds that other threads of the process spend on a task: a server, the caller.
  double other_cpu = 0;
  /// Requests that are answered at a time, by whoever answers them; 0: any number.
  std::uint32_t server_capacity = 0;
};

struct WorkModel {
  SimulatedWork work = {};
  double stretch = 1;  ///< seconds that a second of computing took there; 1 of nothing
  std::vector<std::size_t> roots = {};  ///< of a nested work: places in TaskRecords::tasks()
};

enum class NoModel : std::uint8_t {
  too_few_tasks,     ///< fewer than 20
  waits_for_others,  ///< a task waits for one that it has not submitted itself
};

/// What the tasks did, in the order in which they were submitted, as a simulation needs it:
/// computing (as their threads' CPU time says), locks that were held, and waiting for all else.
/// What is lost to others on the same cores or locks is left out: the simulation makes that itself.
/// Of tasks that wait for others that they have submitted, those are told apart whose others are
/// known, too, and all that these wait for. How tasks come is for the caller to fill in. Threads:
/// any.
tl::expected<WorkModel, NoModel> model_work(const TaskRecords& records,
                                            const trace::Directory& directory,
                                            const WorkModelOptions& options);

/// Seconds from `begin` to the first arrival in (begin, end] and from each to the next, in their
/// order.
std::vector<float> arrival_gaps(const TaskRecords& records, TimeNs begin, TimeNs end);

}  // namespace poolscope::experiment
