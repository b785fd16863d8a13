// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/vector_shapes.h"

#include "ui/timeline/layout_cache.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

/// The part of a convex polygon with coordinate(p) * sign <= limit * sign, by Sutherland and
/// Hodgman.
template <typename Coordinate>
QPolygonF cut(const QPolygonF& polygon, Coordinate coordinate, qreal limit, qreal sign) {
  QPolygonF kept;
  for (qsizetype i = 0; i < polygon.size(); ++i) {
    const QPointF& from = polygon[i];
    const QPointF& to = polygon[(i + 1) % polygon.size()];
    const qreal before = (limit - coordinate(from)) * sign;
    const qreal after = (limit - coordinate(to)) * sign;
    if (before >= 0) {
      kept.append(from);
    }
    if ((before > 0 && after < 0) || (before < 0 && after > 0)) {
      kept.append(from + (to - from) * (before / (before - after)));
    }
  }
  return kept;
}

QPolygonF cutSides(const QPolygonF& polygon, const QRectF& room) {
  const auto x = [](const QPointF& point) { return point.x(); };
  return cut(cut(polygon, x, room.left(), -1), x, room.right(), 1);
}

}  // namespace

void VectorShapes::text(const QString& text, TextRole role, const QColor& color, const QRect& room,
                        Qt::Alignment align) {
  const QFont& font = fontOf(role, theme_);
  const QFontMetricsF metrics(font);
  const qreal width = metrics.horizontalAdvance(text);
  qreal x = room.left();
  if (align & Qt::AlignRight) {
    x = room.left() + room.width() - width;
  } else if (align & Qt::AlignHCenter) {
    x = room.left() + (room.width() - width) / 2;
  }
  const qreal height = metrics.ascent() + metrics.descent();
  const qreal y = room.top() + (room.height() - height) / 2 + metrics.ascent();
  painter_.setFont(font);
  painter_.setPen(color);
  painter_.drawText(QPointF(std::round(x), std::round(y)), text);
}

void VectorShapes::barLabel(const TaskBar& bar, int left, int middle, const QRect& part,
                            bool bright) {
  const QFont& font = fontOf(TextRole::bar, theme_);
  const QFontMetricsF metrics(font);
  painter_.save();
  painter_.setClipRect(part, Qt::IntersectClip);
  painter_.setFont(font);
  painter_.setPen(bright ? theme_.textOnBright : theme_.textOnShade);
  const qreal height = metrics.ascent() + metrics.descent();
  painter_.drawText(QPointF(left, std::round(middle - height / 2 + metrics.ascent())), bar.label);
  painter_.restore();
}

void VectorShapes::pattern(const QRect& target, int swatch, BarFill fill, double patternX,
                           int period) {
  const Swatch& colors = theme_.swatchAt(swatch);
  const int height = target.height();
  const bool isBright = fill == BarFill::bright || fill == BarFill::held;
  painter_.fillRect(target, isBright                ? colors.bright
                            : fill == BarFill::thin ? theme_.lane
                                                    : colors.shade);
  // Where the pattern begins anew, at or left of the target.
  const double from = patternX + std::floor((target.left() - patternX) / period) * period;
  switch (fill) {
    case BarFill::hatch:
    case BarFill::back_hatch:
      hatch(target, from, period, fill == BarFill::back_hatch);
      break;
    case BarFill::dots:
      dots(target, from, period);
      break;
    case BarFill::stripes:
      for (double x = from; x < target.right() + 1; x += period) {
        painter_.fillRect(
            QRectF(x, target.top(), std::max(1, period / 3), height).intersected(target),
            theme_.hatch);
      }
      break;
    case BarFill::thin: {
      const int thin = std::max(2, qRound(height * 0.18));
      const int bottom = target.top() + height - std::max(1, height / 9);
      painter_.fillRect(QRect(target.left(), bottom - thin, target.width(), thin), colors.shade);
      break;
    }
    case BarFill::held: {
      const int foot = std::max(2, qRound(height * 0.14));
      painter_.fillRect(QRect(target.left(), target.top() + height - foot, target.width(), foot),
                        mixed(theme_.textOnBright, colors.bright, 0.55));
      break;
    }
    case BarFill::bright:
      break;
  }
}

/// Lines at 45 degrees, cut at the sides.
void VectorShapes::hatch(const QRect& target, double from, int period, bool falls) {
  const QRectF room(target);
  const qreal half = period * 0.3 / 2 * std::sqrt(2.0);  // along x
  QPainterPath lines;
  for (double x = from - room.height() - period; x < room.right() + room.height() + period;
       x += period) {
    const qreal top = falls ? x : x + room.height();
    const qreal bottom = falls ? x + room.height() : x;
    const QPolygonF line = cutSides({{top - half, room.top()},
                                     {top + half, room.top()},
                                     {bottom + half, room.bottom()},
                                     {bottom - half, room.bottom()}},
                                    room);
    if (line.size() > 2) {
      lines.addPolygon(line);
      lines.closeSubpath();
    }
  }
  painter_.fillPath(lines, theme_.hatch);
}

/// Those that are whole.
void VectorShapes::dots(const QRect& target, double from, int period) {
  const QRectF room(target);
  const qreal radius = period * 0.17;
  const qreal rowStep = period * 0.5;
  QPainterPath circles;
  int row = 0;
  for (qreal y = room.top() + rowStep / 2; y < room.bottom() + radius; y += rowStep, ++row) {
    for (double x = from + (row % 2 == 0 ? 0 : period / 2.0); x < room.right(); x += period) {
      const QRectF dot(x - radius, y - radius, 2 * radius, 2 * radius);
      if (room.contains(dot)) {
        circles.addEllipse(dot);
      }
    }
  }
  painter_.fillPath(circles, theme_.hatch);
}

void VectorShapes::corners(const QRect& bar, int radius, bool left, bool right) {
  const QRectF room(bar);
  QPainterPath outside;
  const auto corner = [&](const QPointF& tip, qreal dx, qreal dy) {
    outside.moveTo(tip);
    outside.lineTo(tip + QPointF(dx, 0));
    outside.quadTo(tip + QPointF(dx * 0.16, dy * 0.16), tip + QPointF(0, dy));
    outside.closeSubpath();
  };
  const qreal r = radius;
  if (left) {
    corner(room.topLeft(), r, r);
    corner(room.bottomLeft(), r, -r);
  }
  if (right) {
    corner(room.topRight(), -r, r);
    corner(room.bottomRight(), -r, -r);
  }
  painter_.fillPath(outside, theme_.lane);
}

void VectorShapes::strip(const QRect& target, const DenseStrip& strip, qreal devicePixelRatio) {
  using enum trace::PhaseKind;
  constexpr std::array kOrder{other, compute, lock_held, io_wait,
                              sleep, file_io, command,   lock_wait};
  constexpr std::size_t kWorking = 3;
  QHash<QRgb, QList<QRectF>> rects;  // of one colour, so that a file holds them in one path
  const QRectF room(target);
  for (qsizetype i = 0; i < strip.columns.size(); ++i) {
    const DenseColumn& column = strip.columns[i];
    if (column.isEmpty()) {
      continue;
    }
    const qreal left = strip.edge(i, devicePixelRatio);
    const qreal width = std::min<qreal>(strip.edge(i + 1, devicePixelRatio), room.right()) - left;
    qreal bottom = room.bottom();
    const auto add = [&](qreal share, const QColor& color) {
      const qreal height = std::min(share * room.height(), bottom - room.top());
      if (height > 0 && width > 0) {
        rects[color.rgba()].append(QRectF(left, bottom - height, width, height));
        bottom -= height;
      }
    };
    rects[theme_.lane.rgba()].append(QRectF(left, room.top(), width, room.height()));
    if (strip.byPhase) {
      for (std::size_t part = 0; part < kOrder.size(); ++part) {
        const auto kind = static_cast<std::size_t>(kOrder[part]);
        const Swatch& colors = theme_.swatchAt(swatch::kPhases + static_cast<int>(kind));
        add(column.phases[kind] / 255.0, part < kWorking ? colors.bright : colors.shade);
      }
      continue;
    }
    const Swatch& colors = theme_.swatchAt(column.swatch);
    const qreal least = 1 / room.height();  // what there is, is seen
    const qreal busy = std::max<qreal>(column.busy(), least);
    const qreal failed =
        column.failed > 0 ? std::clamp<qreal>(column.failed, std::min(busy, 3 * least), busy) : 0;
    qreal rest = busy - failed;
    for (const auto& [share, color] :
         {std::pair(std::max<qreal>(column.bright, busy - column.shade - column.lock),
                    colors.bright),
          std::pair<qreal, QColor>(column.shade, colors.shade),
          std::pair<qreal, QColor>(column.lock, mixed(colors.bright, theme_.lane, 0.25))}) {
      add(std::min(share, rest), color);
      rest -= std::min(share, rest);
    }
    add(failed, theme_.badBar);
  }
  // The ground first: it lies below the others.
  const auto draw = [&](QRgb color) {
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(QColor::fromRgba(color));
    const QList<QRectF> of = rects.take(color);
    if (!of.isEmpty()) {
      painter_.drawRects(of);
    }
  };
  draw(theme_.lane.rgba());
  QList<QRgb> colors = rects.keys();
  std::sort(colors.begin(), colors.end());
  for (const QRgb color : colors) {
    draw(color);
  }
}

}  // namespace poolscope::ui
