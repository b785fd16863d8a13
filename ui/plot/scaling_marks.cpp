// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling_marks.h"

#include <QFontMetricsF>

#include <array>

namespace poolscope::ui {
namespace {

constexpr qreal kPoint = 4;    // radius, logical pixels
constexpr qreal kDiamond = 7;  // around a point that lies in the same place
constexpr qreal kArrowHead = 3.5;

}  // namespace

void paintGround(QPainter& painter, const QRectF& plot, const QList<ValueTick>& ticks,
                 const Theme& theme) {
  const qreal line = QFontMetricsF(theme.fonts.tiny).height();
  painter.setFont(theme.fonts.tiny);
  painter.fillRect(plot, theme.lane);
  painter.setPen(theme.dim);
  for (const ValueTick& tick : ticks) {
    painter.fillRect(QRectF(plot.left(), qRound(tick.y), plot.width(), 1), theme.line);
    painter.drawText(QRectF(0, tick.y - line / 2, plot.left() - theme.px(8), line),
                     Qt::AlignRight | Qt::AlignVCenter, tick.label);
  }
}

void paintMeasured(QPainter& painter, const QPointF& at, const Theme& theme) {
  painter.setPen(QPen(theme.lane, theme.px(1.5)));
  painter.setBrush(theme.accent);
  painter.drawEllipse(at, theme.px(kPoint), theme.px(kPoint));
}

void paintPredicted(QPainter& painter, const QPointF& at, const Theme& theme) {
  const qreal r = theme.px(kDiamond);
  painter.setPen(QPen(theme.warn, theme.px(1.5)));
  painter.setBrush(Qt::NoBrush);
  const std::array corners{at + QPointF(0, -r), at + QPointF(r, 0), at + QPointF(0, r),
                           at + QPointF(-r, 0)};
  painter.drawPolygon(corners.data(), static_cast<int>(corners.size()));
}

void paintAtLeast(QPainter& painter, const QPointF& at, const QColor& color, const Theme& theme) {
  const QPointF tip = at - QPointF(0, theme.px(kAtLeastLength));
  const qreal head = theme.px(kArrowHead);
  painter.setPen(QPen(color, theme.px(1.5)));
  painter.drawLine(at, tip);
  painter.drawLine(tip, tip + QPointF(-head, head));
  painter.drawLine(tip, tip + QPointF(head, head));
}

}  // namespace poolscope::ui
