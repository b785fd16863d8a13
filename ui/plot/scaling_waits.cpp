// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling_waits.h"

#include "ui/plot/scaling_marks.h"

#include <QFontMetricsF>
#include <QObject>

#include <algorithm>
#include <limits>

namespace poolscope::ui {
namespace {

constexpr qreal kTickDistance = 20;  // logical pixels
constexpr qreal kInset = 8;          // of the marks from the plot's edges

/// Of what is above 0: an idle pool's wait is as short as the axis can show.
DurationAxis axisOf(const QList<ScalingWaitPoint>& points, const QRectF& plot, const Theme& theme) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  bool atLeast = false;
  for (const ScalingWaitPoint& point : points) {
    atLeast = atLeast || point.wait.atLeast || point.wait.predictedAtLeast;
    for (const auto& seconds : {point.wait.measured, point.wait.predicted}) {
      if (seconds) {
        least = std::min(least, *seconds);
        most = std::max(most, *seconds);
      }
    }
  }
  const qreal above = theme.px(atLeast ? kAtLeastLength : kInset);
  return {least, most, plot.bottom() - theme.px(kInset), plot.top() + above,
          theme.px(kTickDistance)};
}

}  // namespace

ScalingWaitScene layOutScalingWaits(const QList<ScalingWaitPoint>& points, const QRectF& area,
                                    const CountAxis& count, const Theme& theme) {
  const bool some = std::ranges::any_of(points, [](const ScalingWaitPoint& point) {
    return point.wait.measured || point.wait.predicted;
  });
  if (!some) {
    return {};
  }
  const QFontMetricsF metrics(theme.fonts.tiny);
  const qreal line = metrics.height();
  ScalingWaitScene scene{.caption = QObject::tr("queue wait p99")};
  scene.captionRect = QRectF(0, area.top(), metrics.horizontalAdvance(scene.caption) + 2, line);
  scene.plot = area.adjusted(0, line + line / 2, 0, 0);  // the longest stands half above the plot
  scene.value = axisOf(points, scene.plot, theme);
  for (const ScalingWaitPoint& point : points) {
    const qreal x = count.toX(static_cast<double>(point.workers));
    if (const auto& seconds = point.wait.measured) {
      scene.measured.append({QPointF(x, scene.value.toY(*seconds)), point.wait.atLeast});
    }
    if (const auto& seconds = point.wait.predicted) {
      scene.predicted.append({QPointF(x, scene.value.toY(*seconds)), point.wait.predictedAtLeast});
    }
  }
  scene.predictedLine = {.style = SeriesStyle::dashed, .color = theme.warn, .width = theme.px(1.4)};
  for (const ScalingWaitMark& mark : scene.predicted) {
    scene.predictedLine.points.append(mark.at);
  }
  return scene;
}

void paintScalingWaits(QPainter& painter, const ScalingWaitScene& scene, const Theme& theme) {
  if (scene.plot.isEmpty()) {
    return;
  }
  painter.setFont(theme.fonts.tiny);
  painter.setPen(theme.dim);
  painter.drawText(scene.captionRect, Qt::AlignLeft | Qt::AlignVCenter, scene.caption);
  paintSeries(painter, scene.predictedLine);
  for (const ScalingWaitMark& mark : scene.measured) {
    if (mark.atLeast) {
      paintAtLeast(painter, mark.at, theme.text, theme);
    }
    paintMeasured(painter, mark.at, theme);
  }
  for (const ScalingWaitMark& mark : scene.predicted) {
    if (mark.atLeast) {
      paintAtLeast(painter, mark.at, theme.warn, theme);
    }
    paintPredicted(painter, mark.at, theme);
  }
}

}  // namespace poolscope::ui
