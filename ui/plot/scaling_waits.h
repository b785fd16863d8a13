// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/count_axis.h"
#include "ui/plot/duration_axis.h"
#include "ui/plot/series.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// How long all but a hundredth of the tasks waited in the queue, in seconds.
struct ScalingWait {
  std::optional<double> measured = {};
  bool atLeast = false;  ///< the run ended before it was known
  std::optional<double> predicted = {};
  bool predictedAtLeast = false;
};

struct ScalingWaitPoint {
  std::uint64_t workers = 0;
  ScalingWait wait = {};
};

struct ScalingWaitMark {
  QPointF at = {};
  bool atLeast = false;
};

/// The lower of the two charts over the number of workers.
struct ScalingWaitScene {
  QRectF plot = {};  ///< empty: there is nothing to show, or no room
  QString caption = {};
  QRectF captionRect = {};  ///< above the plot
  DurationAxis value = {};
  QList<ScalingWaitMark> measured = {};
  QList<ScalingWaitMark> predicted = {};
  Series predictedLine = {};
};

/// In `area`, the caption included; the plot is as wide as `count` and the chart above it. Empty
/// where there is no wait. Pure.
ScalingWaitScene layOutScalingWaits(const QList<ScalingWaitPoint>& points, const QRectF& area,
                                    const CountAxis& count, const Theme& theme);
void paintScalingWaits(QPainter& painter, const ScalingWaitScene& scene, const Theme& theme);

}  // namespace poolscope::ui
