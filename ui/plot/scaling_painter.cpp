// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling.h"
#include "ui/plot/scaling_marks.h"

#include <QFontMetricsF>

#include <algorithm>

namespace poolscope::ui {
namespace {

constexpr qreal kBandOpacity = 0.16;
constexpr qreal kWhisker = 5;  // half the width of an interval's ends, logical pixels

void paintInterval(QPainter& painter, qreal x, qreal low, qreal high, const Theme& theme) {
  const qreal half = theme.px(kWhisker);
  painter.setPen(QPen(theme.text, theme.px(1.3)));
  painter.drawLine(QPointF(x, low), QPointF(x, high));
  painter.drawLine(QPointF(x - half, low), QPointF(x + half, low));
  painter.drawLine(QPointF(x - half, high), QPointF(x + half, high));
}

void paintTitle(QPainter& painter, const ScalingScene& scene, const Theme& theme) {
  const QFontMetricsF metrics(theme.fonts.strong);
  const QRectF row(0, 0, scene.size.width(), metrics.height());
  painter.setFont(theme.fonts.strong);
  painter.setPen(scene.isSure ? theme.ok : theme.warn);
  painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, scene.verdict);
  const qreal room = row.width() - metrics.horizontalAdvance(scene.verdict) - theme.px(16);
  painter.setPen(theme.text);
  painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(scene.title, Qt::ElideRight, room));
}

void paintAxes(QPainter& painter, const ScalingScene& scene, const Theme& theme) {
  const qreal line = QFontMetricsF(theme.fonts.tiny).height();
  paintGround(painter, scene.plot, scene.value.ticks(), theme);
  if (!scene.waits.plot.isEmpty()) {
    paintGround(painter, scene.waits.plot, scene.waits.value.ticks(), theme);
  }
  const qreal bottom = scene.waits.plot.isEmpty() ? scene.plot.bottom() : scene.waits.plot.bottom();
  const QFontMetricsF metrics(theme.fonts.tiny);
  painter.drawText(scene.valueCaptionRect, Qt::AlignLeft | Qt::AlignVCenter, scene.valueCaption);
  for (const ScalingTick& tick : scene.ticks) {
    const qreal half = metrics.horizontalAdvance(tick.label) / 2 + 1;
    painter.fillRect(QRectF(qRound(tick.x), bottom, 1, theme.px(3)), theme.dim);
    painter.drawText(QRectF(tick.x - half, bottom + theme.px(3), 2 * half, line), Qt::AlignCenter,
                     tick.label);
  }
  painter.drawText(QRectF(scene.plot.left(), bottom + theme.px(3) + line, scene.plot.width(), line),
                   Qt::AlignCenter, scene.countCaption);
}

void paintReference(QPainter& painter, const ScalingScene& scene, const ScalingReference& reference,
                    const Theme& theme) {
  using Kind = ScalingReference::Kind;
  const bool isAnswer = reference.kind != Kind::rule_of_thumb;
  const QColor color = reference.kind == Kind::recommended ? theme.ok
                       : isAnswer                          ? theme.warn
                                                           : theme.dim;
  QPen pen(color, theme.px(isAnswer ? 2 : 1.2));
  if (reference.kind != Kind::recommended) {
    pen.setDashPattern({3, 3});
  }
  painter.setPen(pen);
  // Not up to its label: another one may stand between.
  for (const QRectF& plot : {scene.plot, scene.waits.plot}) {
    if (!plot.isEmpty()) {
      painter.drawLine(QPointF(reference.x, plot.top()), QPointF(reference.x, plot.bottom()));
    }
  }
  painter.setFont(isAnswer ? theme.fonts.tinyStrong : theme.fonts.tiny);
  painter.setPen(color);
  painter.drawText(reference.labelRect.adjusted(-theme.px(8), 0, theme.px(8), 0), Qt::AlignCenter,
                   reference.label);
}

void paintBand(QPainter& painter, const QPolygonF& band, const Theme& theme) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(translucent(theme.accent, kBandOpacity));
  painter.drawPolygon(band);
}

void paintLegend(QPainter& painter, const ScalingScene& scene, const Theme& theme) {
  using Kind = ScalingLegendEntry::Kind;
  for (const ScalingLegendEntry& entry : scene.legend) {
    const qreal middle = entry.rect.center().y();
    const qreal left = entry.rect.left();
    const QPointF center(left + theme.px(9), middle);
    const QList<QPointF> line{QPointF(left, middle), QPointF(left + theme.px(18), middle)};
    switch (entry.kind) {
      case Kind::measured:
        paintInterval(painter, center.x(), middle + theme.px(6), middle - theme.px(6), theme);
        paintMeasured(painter, center, theme);
        break;
      case Kind::curve:
        paintSeries(painter, Series{.style = scene.curve.style,
                                    .color = scene.curve.color,
                                    .width = scene.curve.width,
                                    .points = line});
        break;
      case Kind::band:
        paintBand(painter, QRectF(left, middle - theme.px(5), theme.px(18), theme.px(10)), theme);
        break;
      case Kind::predicted:
        paintSeries(painter, Series{.style = scene.predictedLine.style,
                                    .color = scene.predictedLine.color,
                                    .width = scene.predictedLine.width,
                                    .points = line});
        paintPredicted(painter, center, theme);
        break;
      case Kind::at_least:
        paintAtLeast(painter, center + QPointF(0, theme.px(7)), theme.text, theme);
        break;
    }
    painter.setFont(theme.fonts.tiny);
    painter.setPen(entry.kind == Kind::predicted ? theme.warn : theme.dim);
    painter.drawText(
        entry.rect.adjusted(theme.px(24), 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetricsF(theme.fonts.tiny)
            .elidedText(entry.label, Qt::ElideRight, entry.rect.width() - theme.px(24)));
  }
}

void paintPoints(QPainter& painter, const ScalingScene& scene, const Theme& theme) {
  for (const ScalingMark& mark : scene.marks) {
    if (mark.low && mark.high) {
      paintInterval(painter, mark.at.x(), *mark.low, *mark.high, theme);
    }
  }
  for (const ScalingMark& mark : scene.marks) {
    if (mark.point.isMeasured) {
      paintMeasured(painter, mark.at, theme);
    }
  }
}

}  // namespace

void paintScaling(QPainter& painter, const ScalingScene& scene, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  paintTitle(painter, scene, theme);
  if (!scene.empty.isEmpty()) {
    painter.setFont(theme.fonts.small);
    painter.setPen(theme.dim);
    painter.drawText(scene.plot, static_cast<int>(Qt::AlignCenter) | Qt::TextWordWrap, scene.empty);
    painter.restore();
    return;
  }
  paintAxes(painter, scene, theme);
  for (const ScalingReference& reference : scene.references) {
    paintReference(painter, scene, reference, theme);
  }
  paintBand(painter, scene.band, theme);
  paintSeries(painter, scene.curve);
  paintSeries(painter, scene.predictedLine);
  paintPoints(painter, scene, theme);
  for (const QPointF& at : scene.predicted) {
    paintPredicted(painter, at, theme);
  }
  paintScalingWaits(painter, scene.waits, theme);
  paintLegend(painter, scene, theme);
  painter.setFont(theme.fonts.small);
  painter.setPen(theme.text);
  painter.drawText(scene.reasonRect, Qt::TextWordWrap, scene.reason);
  painter.restore();
}

}  // namespace poolscope::ui
