// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"
#include "core/workload/scenario.h"

#include <optional>
#include <string>

namespace poolscope::experiment {

/// What theory says next to what was measured at a count, and where it does not apply. Means of the
/// runs.
struct Sanity {
  double busy_workers = 0;         ///< measured
  double busy_by_littles_law = 0;  ///< throughput times run time
  double queue_wait_mean = 0;      ///< measured, seconds
  /// Of Poisson arrivals and exponential run times; nothing where that says nothing.
  std::optional<double> queue_wait_by_erlang_c = {};
  std::string note = {};
};

/// Precondition: the point has a run. Threads: any.
Sanity sanity_of(const SweepPoint& point, const workload::Load& load);

}  // namespace poolscope::experiment
