// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace poolscope::workload {
struct Scenario;
}  // namespace poolscope::workload

namespace poolscope::ui {

/// What running a scenario does beyond the program, in a sentence; empty if nothing.
QString reachText(const workload::Scenario& scenario);

}  // namespace poolscope::ui
