// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workload/scenario.h"

#include <cstddef>
#include <stop_token>
#include <vector>

namespace poolscope::experiment {

/// What a scenario's check found.
struct CheckOutcome {
  workload::Check check = {};
  double value = 0;  ///< of its figure, or of the ratio of the two runs' figures
  bool holds = false;
};

struct CheckOptions {
  std::size_t cores = 1;  ///< that worker counts such as "4 cores" are of
  /// A rate may miss its limits because something else ran on the machine: each check that does
  /// not hold is tried so many times in all, with runs of their own.
  int attempts = 1;
  bool trusted = false;
  std::stop_token stop = {};
};

/// Of the cores that `at_once` threads that only compute could use, the share that others left
/// them. `others`: how many cores those kept busy. A throughput of such tasks, divided by it, is
/// what they would do with the machine to themselves: what a check says of it holds on a busy one,
/// too.
double computing_share(std::size_t at_once, std::size_t cores, double others);

/// Runs the scenario as each of its checks says and looks. A run is one batch; of a
/// scenario that repeats, with checks that name a time, batch after batch until the last of these.
/// Runs that checks share are made once. Blocks. Threads: any.
Result<std::vector<CheckOutcome>> run_checks(const workload::Scenario& scenario,
                                             const CheckOptions& options);

}  // namespace poolscope::experiment
