// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/scaling.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QtGlobal>

namespace poolscope::ui {

/// What is drawn of the data, in rows from y = 0 downwards that are as wide as the picture; never
/// empty. Pure.
QList<ScalingLegendEntry> layOutScalingLegend(const ScalingData& data, bool withWaits, qreal width,
                                              const Theme& theme);

}  // namespace poolscope::ui
