// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/sweep.h"
#include "core/workload/scenario.h"

#include <optional>
#include <string>
#include <vector>

namespace poolscope::experiment {

/// What theory says next to what was measured at a count, and where it does not apply. Means of the
/// runs.
struct Sanity {
  double busy_workers = 0;  ///< measured
  /// Tasks that ended a second, times their run time: of workers it is the utilization law, too.
  double busy_by_littles_law = 0;
  double queue_wait_mean = 0;  ///< measured, seconds
  /// Of Poisson arrivals and exponential run times; nothing where that says nothing.
  std::optional<double> queue_wait_by_erlang_c = {};
  std::string littles_note = {};  ///< whether the law holds, and if not, why
  std::string erlangs_note = {};  ///< what the formula is of, or why there is none

  std::string note() const { return littles_note + " " + erlangs_note; }
};

/// Precondition: the point has a run. Threads: any.
Sanity sanity_of(const SweepPoint& point, const workload::Load& load);

/// What theory says next to each point of a sweep, in their order.
std::vector<Sanity> sanity_of(const SweepResult& result);

/// The notes of all points, each once: "1, 2 and 4 workers: Little's law holds ...". Without the
/// counts where all points have the same.
std::vector<std::string> sanity_notes(const SweepResult& result);

}  // namespace poolscope::experiment
