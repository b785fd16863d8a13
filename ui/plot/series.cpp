// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/series.h"

#include "ui/theme/theme.h"

#include <QPen>
#include <QPolygonF>

namespace poolscope::ui {
namespace {

constexpr qreal kAreaOpacity = 0.15;

QPolygonF steps(const QList<QPointF>& points) {
  QPolygonF line;
  for (const QPointF& point : points) {
    if (!line.isEmpty()) {
      line.append(QPointF(point.x(), line.last().y()));
    }
    line.append(point);
  }
  return line;
}

}  // namespace

void paintSeries(QPainter& painter, const Series& series) {
  if (series.points.isEmpty()) {
    return;
  }
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QPolygonF line =
      series.style == SeriesStyle::step ? steps(series.points) : QPolygonF(series.points);
  if (series.style == SeriesStyle::dots) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(series.color);
    for (const QPointF& point : line) {
      painter.drawEllipse(point, series.width / 2, series.width / 2);
    }
    painter.restore();
    return;
  }
  if (series.style == SeriesStyle::area) {
    QPolygonF area = line;
    area.append(QPointF(line.last().x(), series.baseline));
    area.append(QPointF(line.first().x(), series.baseline));
    painter.setPen(Qt::NoPen);
    painter.setBrush(translucent(series.color, kAreaOpacity));
    painter.drawPolygon(area);
  }
  QPen pen(series.color, series.width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
  if (series.style == SeriesStyle::dashed) {
    pen.setCapStyle(Qt::FlatCap);
    pen.setDashPattern({4, 3});
  }
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(line);
  painter.restore();
}

}  // namespace poolscope::ui
