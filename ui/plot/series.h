// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QList>
#include <QPainter>
#include <QPointF>

#include <cstdint>

namespace poolscope::ui {

enum class SeriesStyle : std::uint8_t { line, area, step, dashed, dots };

/// A run of points in pixels and how they are joined. What every chart is drawn from, so that lines
/// look alike in all.
struct Series {
  SeriesStyle style = SeriesStyle::line;
  QColor color = {};
  qreal width = 2;     ///< of the line; of dots the diameter
  qreal baseline = 0;  ///< y to which an area reaches down
  QList<QPointF> points = {};
};

/// Antialiased; leaves the painter as it was.
void paintSeries(QPainter& painter, const Series& series);

}  // namespace poolscope::ui
