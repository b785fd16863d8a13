// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/timeline/lane_rows.h"

namespace poolscope::ui {

/// The task that ran next (step 1) or before (step -1) at the same worker's place, as far as it is
/// known at `now`; none at the ends, for a task that did not run, or after more than a few hours of
/// idling.
session::TaskKey taskBeside(const session::Snapshot& snapshot, const LanePlaces& places,
                            session::TaskKey task, int step, session::TimeNs now);

/// The task that runs at `time` on the nearest worker lane below (step 1) or above (step -1) in
/// `plan` that has one there; else the nearest lane's last task before it.
session::TaskKey taskOnNeighbour(const session::Snapshot& snapshot, const RowPlan& plan,
                                 session::TaskKey task, int step, session::TimeNs now);

}  // namespace poolscope::ui
