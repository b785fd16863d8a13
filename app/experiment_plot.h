// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/experiment_calls.h"
#include "ui/plot/scaling.h"

#include <optional>

namespace poolscope::app {

/// Before anything is measured: the exit status, and a line on stderr, if this plot could not be
/// written.
std::optional<int> refusePlot(const PlotCall& plot, bool overwrite);
/// Writes it, if one is wanted; returns the exit status. Needs a QGuiApplication then.
int writePlot(const PlotCall& plot, bool overwrite, const ui::ScalingData& data);

}  // namespace poolscope::app
