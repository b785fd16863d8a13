// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "ui/plot/scaling.h"

#include <QString>

namespace poolscope::ui {

/// Whether `path` ends as a plot can be written: .png or .svg. An Error names it.
Result<void> checkPlotName(const QString& path);

/// Writes the plot with its title and reason; the ending of `path` says how. Needs a
/// QGuiApplication. Blocks; any thread. Errors name the file; without `overwrite` one that exists
/// is one.
Result<void> writeScalingPlot(const ScalingData& data, const Theme& theme, const QString& path,
                              bool overwrite);

}  // namespace poolscope::ui
