// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/throughput.h"
#include "ui/timeline/time_text.h"

#include <QFontMetricsF>
#include <QObject>

#include <algorithm>

namespace poolscope::ui {
namespace {

void paintGrid(QPainter& painter, const ThroughputScene& scene, const Theme& theme) {
  painter.setFont(theme.fonts.tiny);
  for (const ValueTick& tick : scene.value.ticks()) {
    painter.fillRect(QRectF(scene.plot.left(), qRound(tick.y), scene.plot.width(), 1), theme.line);
    painter.setPen(theme.dim);
    painter.drawText(QRectF(0, tick.y - 10, scene.plot.left() - theme.px(8), 20),
                     Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
  for (const TimeTick& tick : scene.timeTicks) {
    const qreal width = theme.px(90);  // as far as they are apart at least
    QRectF room(tick.x - width / 2, scene.size.height() - theme.px(16), width, theme.px(16));
    Qt::Alignment align = Qt::AlignCenter;
    if (room.right() > scene.size.width()) {
      room.moveRight(scene.size.width());
      align = Qt::AlignRight | Qt::AlignVCenter;
    }
    painter.drawText(room, static_cast<int>(align), tick.label);
  }
}

void paintLimits(QPainter& painter, const ThroughputScene& scene, const Theme& theme) {
  painter.setFont(theme.fonts.monoSmall);
  for (const LimitStrip& limit : scene.limits) {
    painter.setPen(QPen(theme.line, 1));
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(limit.rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4));
    painter.setPen(theme.dim);
    painter.drawText(limit.rect, Qt::AlignCenter, limit.label);
  }
  QPen pen(theme.accent, theme.px(1.2));
  pen.setDashPattern({4, 3});
  painter.setPen(pen);
  for (const qreal x : scene.limitLines) {
    painter.drawLine(QPointF(x, scene.plot.top()), QPointF(x, scene.plot.bottom()));
  }
}

}  // namespace

void paintThroughput(QPainter& painter, const ThroughputScene& scene, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme.fonts.strong);
  painter.setPen(theme.text);
  const QString title = QObject::tr("Throughput");
  const QRectF line(theme.px(4), 0, scene.size.width() - theme.px(8), theme.px(18));
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, title);
  const qreal after = QFontMetricsF(theme.fonts.strong).horizontalAdvance(title) + theme.px(10);
  painter.setFont(theme.fonts.small);
  painter.setPen(theme.dim);
  painter.drawText(line.adjusted(after, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, scene.caption);
  if (!scene.time) {
    painter.restore();
    return;
  }
  paintGrid(painter, scene, theme);
  painter.save();
  painter.setClipRect(scene.plot.adjusted(0, -2, 0, 2), Qt::IntersectClip);
  paintSeries(painter, scene.curve);
  painter.restore();
  paintLimits(painter, scene, theme);
  if (scene.predictedY) {
    paintSeries(painter, Series{.style = SeriesStyle::dashed,
                                .color = theme.warn,
                                .width = theme.px(1.4),
                                .points = {QPointF(scene.plot.left(), *scene.predictedY),
                                           QPointF(scene.plot.right(), *scene.predictedY)}});
    painter.setFont(theme.fonts.tiny);
    painter.setPen(theme.warn);
    painter.drawText(QPointF(scene.plot.left() + theme.px(8), *scene.predictedY - theme.px(5)),
                     scene.predictedLabel);
  }
  painter.restore();
}

void paintThroughputHover(QPainter& painter, const ThroughputScene& scene, qreal x,
                          const Theme& theme) {
  const auto value = throughputAt(scene, x);
  if (!value) {
    return;
  }
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme.dim, 1));
  painter.drawLine(QPointF(value->point.x(), scene.plot.top()),
                   QPointF(value->point.x(), scene.plot.bottom()));
  painter.setPen(QPen(theme.surface, theme.px(1.5)));
  painter.setBrush(theme.accent);
  painter.drawEllipse(value->point, theme.px(4), theme.px(4));
  QString words = QObject::tr("%1 tasks/s").arg(rateText(value->tasksPerSecond));
  if (value->maxWorkers > 0) {
    words += QObject::tr(" · max_workers %1").arg(value->maxWorkers);
  }
  const QFontMetricsF metrics(theme.fonts.small);
  QRectF box(0, 0, metrics.horizontalAdvance(words) + theme.px(16), theme.px(22));
  box.moveTo(value->point.x() + theme.px(8), std::max(0.0, value->point.y() - theme.px(30)));
  if (box.right() > scene.size.width()) {
    box.moveRight(value->point.x() - theme.px(8));
  }
  painter.setPen(QPen(theme.line, 1));
  painter.setBrush(theme.raised);
  painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(5), theme.px(5));
  painter.setFont(theme.fonts.small);
  painter.setPen(theme.text);
  painter.drawText(box, Qt::AlignCenter, words);
  painter.restore();
}

}  // namespace poolscope::ui
