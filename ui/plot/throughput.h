// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/axis.h"
#include "ui/plot/series.h"
#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/time_axis.h"

#include <QList>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>

#include <optional>
#include <utility>

namespace poolscope::ui {

/// One stretch with the same max_workers, below the curve; or one in which it changed so often that
/// none of its values could be read.
struct LimitStrip {
  QRectF rect = {};
  QString label = {};  ///< as long as there is room for; may be empty
  int maxWorkers = 0;  ///< 0: it changed
};

/// The throughput chart: tasks/s over time with max_workers below, sharing the time range given.
struct ThroughputScene {
  QSizeF size = {};
  QRectF plot = {};  ///< where the curve may be
  std::optional<TimeAxis> time = {};
  ValueAxis value = {};
  session::TimeNs window = 0;  ///< each point is the mean of this much time before it
  QList<TimeTick> timeTicks = {};
  QList<session::TimeNs> times = {};  ///< by point
  QList<double> rates = {};           ///< by point, tasks/s
  Series curve = {};
  QList<LimitStrip> limits = {};
  QList<qreal> limitLines = {};  ///< x of each change of max_workers, of several the last
  QList<std::pair<session::TimeNs, int>> limitSteps = {};  ///< all changes up to now
  QString caption = {};                                    ///< "tasks/s over 1 s"
  std::optional<qreal> predictedY = {};
  QString predictedLabel = {};
};

struct ThroughputOptions {
  std::optional<session::PoolIndex> pool = {};  ///< one pool only
  std::optional<double> predicted = {};         ///< a rate to draw apart, dashed
  QString predictedLabel = {};                  ///< says that it is predicted, and what for
};

/// Tasks/s over [begin, end) into `size`. Pure; cost O(pixels). Nothing after frame.now is shown.
ThroughputScene layOutThroughput(const Frame& frame, session::TimeNs begin, session::TimeNs end,
                                 const QSizeF& size, const Theme& theme,
                                 const ThroughputOptions& options = {});
void paintThroughput(QPainter& painter, const ThroughputScene& scene, const Theme& theme);

struct ThroughputValue {
  session::TimeNs time = 0;
  double tasksPerSecond = 0;
  int maxWorkers = 0;  ///< 0: not known
  QPointF point = {};
};
/// What the chart says at `x`; nothing outside the curve.
std::optional<ThroughputValue> throughputAt(const ThroughputScene& scene, qreal x);
/// Draws the line, the dot and the words of throughputAt().
void paintThroughputHover(QPainter& painter, const ThroughputScene& scene, qreal x,
                          const Theme& theme);

}  // namespace poolscope::ui
