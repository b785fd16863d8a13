// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <optional>
#include <string>

namespace poolscope::experiment {

/// The figure that a check or a try names (workload::kCheckFigures), of [begin, end); times in
/// seconds. Nothing where there is none: the run time of no task. Cost: O(tasks in the stretch);
/// "out_of_order" looks at all tasks of the session, "first_result" at those, too. Threads: any.
std::optional<double> named_figure(const session::Snapshot& snapshot, const std::string& name,
                                   session::TimeNs begin, session::TimeNs end);

/// As one reads it: "402 tasks/s", "12 ms queue wait (p99)", "16 waiting at most".
std::string figure_words(const std::string& name, double value);

}  // namespace poolscope::experiment
