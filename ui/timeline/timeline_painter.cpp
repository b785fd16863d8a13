// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_painter.h"

#include "ui/timeline/blitter.h"
#include "ui/timeline/lane_painter.h"

#include <QLineF>
#include <QPaintDevice>
#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>

namespace poolscope::ui {
namespace {

void paintQueue(Blitter& blitter, const QueueShape& shape, const Theme& theme) {
  const QColor peak = mixed(theme.queueArea, theme.lane, 0.6);
  for (qsizetype i = 0; i < shape.mean.size();) {
    // Equal neighbours make one rectangle: a quiet queue costs nothing.
    qsizetype end = i + 1;
    while (end < shape.mean.size() && shape.mean[end] == shape.mean[i] &&
           shape.max[end] == shape.max[i]) {
      ++end;
    }
    const qreal x = shape.rect.left() + static_cast<qreal>(i) * shape.columnWidth;
    const qreal width = static_cast<qreal>(end - i) * shape.columnWidth;
    const qreal mean = shape.mean[i];
    const qreal max = shape.max[i];
    blitter.fill(QRectF(x, max, width, mean - max), peak);
    blitter.fill(QRectF(x, mean, width, shape.rect.bottom() - mean), theme.queueArea);
    if (max < shape.rect.bottom()) {
      blitter.fill(QRectF(x, max, width, 1), theme.queueLine);
    }
    i = end;
  }
}

void paintToken(QPainter& painter, const Token& token, const Theme& theme) {
  painter.setOpacity(token.opacity);
  painter.setPen(token.flying ? QPen(theme.text, 1.2) : QPen(theme.lane, 1));
  painter.setBrush(theme.swatchAt(token.swatch).bright);
  const qreal radius = token.rect.width() * 0.3;
  painter.drawRoundedRect(token.rect, radius, radius);
  painter.setOpacity(1);
}

void paintCross(QPainter& painter, const QPointF& center, qreal radius, const QColor& color) {
  painter.setPen(QPen(color, radius * 0.55, Qt::SolidLine, Qt::RoundCap));
  painter.drawLine(center + QPointF(-radius, -radius), center + QPointF(radius, radius));
  painter.drawLine(center + QPointF(-radius, radius), center + QPointF(radius, -radius));
}

/// A dashed frame with open corners, in whole pixels.
void paintDashes(Blitter& blitter, const QRectF& frame, const Theme& theme) {
  const qreal on = theme.px(4);
  const qreal corner = theme.px(3);
  for (qreal x = frame.left() + corner; x + on <= frame.right() - corner; x += 2 * on) {
    blitter.fill(QRectF(x, frame.top(), on, 1), theme.faint);
    blitter.fill(QRectF(x, frame.bottom() - 1, on, 1), theme.faint);
  }
  for (qreal y = frame.top() + corner; y + on <= frame.bottom() - corner; y += 2 * on) {
    blitter.fill(QRectF(frame.left(), y, 1, on), theme.faint);
    blitter.fill(QRectF(frame.right() - 1, y, 1, on), theme.faint);
  }
}

void paintPaneShapes(Blitter& blitter, const LanePane& pane, const Theme& theme) {
  for (const Ghost& ghost : pane.ghosts) {
    paintDashes(blitter, ghost.rect, theme);
  }
  if (pane.tokens.isEmpty() && pane.cancels.isEmpty()) {
    return;
  }
  const Blitter::Logical painter(blitter);
  for (const Token& token : pane.tokens) {
    paintToken(*painter.operator->(), token, theme);
  }
  for (const CancelMark& cancel : pane.cancels) {
    paintCross(*painter.operator->(), cancel.center, theme.px(3.5), theme.warn);
  }
}

void paintPane(Blitter& blitter, const LanePane& pane, const TimelineScene& scene,
               const Theme& theme) {
  if (pane.clip.isEmpty()) {
    return;
  }
  LanePainter(blitter, pane, scene, theme).paint();
  for (const QueueShape& queue : pane.queues) {
    paintQueue(blitter, queue, theme);
  }
  for (const FillGroup& band : pane.bands) {
    blitter.fill(band);
  }
  blitter.fill(pane.leavings);
  blitter.fill(pane.held);
  paintPaneShapes(blitter, pane, theme);
  for (const Ghost& ghost : pane.ghosts) {
    if (ghost.label) {
      blitter.text(*ghost.label);
    }
  }
}

void paintHeads(Blitter& blitter, const LanePane& pane, const Theme& theme) {
  blitter.clip(pane.clip);
  for (const TextLabel& label : pane.labels) {
    blitter.text(label);
  }
  for (const LaneHead& head : pane.heads) {
    blitter.text(head.name);
    blitter.text(head.state);
    blitter.text(head.share);
  }
  if (pane.current) {
    blitter.fill(*pane.current, theme.accent);
  }
  const Blitter::Logical painter(blitter);
  for (const LaneHead& head : pane.heads) {
    painter->setPen(head.hollowDot ? QPen(head.dotColor, theme.px(1.4)) : QPen(Qt::NoPen));
    painter->setBrush(head.hollowDot ? QBrush(Qt::NoBrush) : QBrush(head.dotColor));
    const qreal inset = head.hollowDot ? theme.px(0.7) : 0;
    painter->drawEllipse(head.dot.adjusted(inset, inset, -inset, -inset));
    if (!head.ring.isEmpty()) {
      painter->setPen(QPen(head.ringColor, theme.px(2)));
      painter->setBrush(Qt::NoBrush);
      painter->drawEllipse(head.ring);
    }
  }
}

void paintFlagLine(Blitter& blitter, const Flag& flag, const TimelineScene& scene,
                   const Theme& theme) {
  const qreal on = theme.px(5);
  const qreal off = theme.px(4);
  const qreal bottom = scene.size.height();
  for (qreal y = scene.canvas.top(); y < bottom; y += on + off) {
    blitter.fill(QRectF(flag.x, y, std::max(1.0, theme.px(1.4)), std::min(on, bottom - y)),
                 flag.color);
  }
}

/// An arrow's head with its tip at the end of the curve.
QPolygonF headOf(const Curve& curve, qreal length) {
  const QPointF tip = curve.path.currentPosition();
  QLineF back(tip, curve.path.pointAtPercent(
                       curve.path.percentAtLength(std::max(0.0, curve.path.length() - length))));
  back.setLength(length);
  QLineF side = back.normalVector();
  side.setLength(length * 0.45);
  const QPointF half(side.dx(), side.dy());
  return QPolygonF({tip, back.p2() + half, back.p2() - half});
}

/// On a rim of the ground's colour, so that it can be told from whatever it crosses.
void paintCurve(QPainter& painter, const Curve& curve, const Theme& theme) {
  const qreal rim = theme.px(1.2);
  const QColor ground = translucent(theme.lane, 0.8);
  QPen pen(ground, curve.width + 2 * rim, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(pen);
  painter.drawPath(curve.path);
  pen.setColor(curve.color);
  pen.setWidthF(curve.width);
  if (curve.dashed) {
    pen.setDashPattern({3, 2});
  }
  painter.setPen(pen);
  painter.drawPath(curve.path);
  painter.setPen(QPen(ground, rim));
  painter.setBrush(curve.color);
  if (curve.dot) {
    const qreal radius = theme.px(3.4);
    painter.drawEllipse(QPointF(curve.path.elementAt(0)), radius, radius);
  }
  if (curve.head) {
    painter.drawPolygon(headOf(curve, theme.px(9)));
  }
}

void paintSelection(Blitter& blitter, const TimelineScene& scene, const Theme& theme) {
  if (scene.selectionOutline) {
    blitter.clip(scene.panes[scene.selectionInPinned ? 1 : 0].clip.intersected(scene.canvas));
    const Blitter::Logical painter(blitter);
    const qreal width = theme.px(2);
    const QRectF outline =
        scene.selectionOutline->adjusted(-width / 2, -width / 2, width / 2, width / 2);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(theme.text, width));
    painter->drawRoundedRect(outline, theme.px(5), theme.px(5));
  }
  blitter.clip(scene.canvas);
  const Blitter::Logical painter(blitter);
  for (const Curve& curve : scene.selectionPath) {
    paintCurve(*painter.operator->(), curve, theme);
  }
  if (scene.selectionEnd) {
    paintCross(*painter.operator->(), *scene.selectionEnd, theme.px(4.5), theme.warn);
  }
  for (const TextLabel& word : scene.selectionWords) {
    painter->setPen(QPen(theme.line, 1));
    painter->setBrush(theme.raised);
    painter->drawRoundedRect(word.rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(5), theme.px(5));
  }
}

/// Bends are painted one by one: a small shape is filled at once, a long one is handed to other
/// threads by Qt.
void paintStream(Blitter& blitter, const Stream& stream) {
  const qreal half = stream.width / 2;
  const qreal down = stream.to.y() > stream.from.y() ? 1 : -1;
  const qreal top = std::min(stream.from.y(), stream.to.y()) + stream.bend;
  const qreal bottom = std::max(stream.from.y(), stream.to.y()) - stream.bend;
  blitter.fill(QRectF(stream.trunkX - half, top, stream.width, bottom - top), stream.color);
  const Blitter::Logical painter(blitter);
  painter->setPen(QPen(stream.color, stream.width, Qt::SolidLine, Qt::FlatCap));
  painter->setBrush(Qt::NoBrush);
  const auto bend = [&](const QPointF& end, qreal y) {
    QPainterPath path(end);
    path.quadTo(QPointF(stream.trunkX, end.y()), QPointF(stream.trunkX, y));
    painter->drawPath(path);
  };
  bend(stream.from, stream.from.y() + down * stream.bend);
  bend(stream.to, stream.to.y() - down * stream.bend);
}

void paintOverlay(Blitter& blitter, const TimelineScene& scene, const Theme& theme) {
  blitter.clip(scene.canvas);
  if (scene.selectedRange) {
    blitter.fill(*scene.selectedRange, translucent(theme.accent, Theme::kTint));
    const QRectF& r = *scene.selectedRange;
    blitter.fill(QRectF(r.left(), r.top(), 1, r.height()), theme.accent);
    blitter.fill(QRectF(r.right() - 1, r.top(), 1, r.height()), theme.accent);
  }
  for (const Flag& flag : scene.flags) {
    paintFlagLine(blitter, flag, scene, theme);
  }
  if (scene.nowX) {
    blitter.fill(QRectF(*scene.nowX, scene.canvas.top(), std::max(1.0, theme.px(1.6)),
                        scene.canvas.height()),
                 scene.nowColor);
  }
  for (const Stream& stream : scene.streams) {
    paintStream(blitter, stream);
  }
  paintSelection(blitter, scene, theme);
  blitter.clip(scene.canvas);
  for (const TextLabel& word : scene.selectionWords) {
    blitter.text(word);
  }
  if (!scene.flights.isEmpty()) {
    const Blitter::Logical painter(blitter);
    for (const Token& token : scene.flights) {
      paintToken(*painter.operator->(), token, theme);
    }
  }
  for (const Token& token : scene.flights) {
    if (!token.label.isEmpty()) {
      blitter.fill(token.labelRect, theme.raised);  // it flies over bars of any colour
    }
    blitter.text({token.labelRect, token.label, TextRole::flag, theme.text, Qt::AlignCenter});
  }
}

void paintMeasure(Blitter& blitter, const Measure& measure, const TimelineScene& scene,
                  const Theme& theme) {
  blitter.clip(QRectF(scene.canvas.left(), 0, scene.canvas.width(), scene.size.height()));
  blitter.fill(measure.band, translucent(theme.text, Theme::kTint));
  const qreal grip = theme.px(7);
  for (const qreal x : measure.ends) {
    blitter.fill(QRectF(x, 0, 1, scene.size.height()), theme.text);
    // A grip on the axis, where the end can be taken.
    blitter.fill(QRectF(x - grip / 2, 0, grip + 1, grip), theme.text);
  }
  if (!measure.box.isEmpty()) {
    {
      const Blitter::Logical painter(blitter);
      painter->setPen(QPen(theme.text, 1));
      painter->setBrush(theme.raised);
      painter->drawRoundedRect(measure.box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(5),
                               theme.px(5));
    }
    blitter.text({measure.box, measure.text, TextRole::flag, theme.text, Qt::AlignCenter});
  }
}

void paintAxis(Blitter& blitter, const TimelineScene& scene, const Theme& theme) {
  const QRectF& row = scene.axisRow;
  blitter.clip(row);
  blitter.fill(row, theme.surface);
  for (const TimeTick& tick : scene.ticks) {
    blitter.fill(QRectF(tick.x, row.bottom() - theme.px(6), 1, theme.px(6)), theme.line);
    blitter.text({QRectF(tick.x + theme.px(4), row.top(), 400, row.height()), tick.label,
                  TextRole::tick, theme.dim});
  }
  blitter.clip(QRectF(0, 0, scene.headWidth, row.height()));
  const bool isShared = !scene.axisBase.isEmpty() && !scene.completeNote.isEmpty();
  const qreal margin = theme.px(8);
  const qreal height = isShared ? row.height() / 2 : row.height();
  const qreal width = scene.headWidth - 2 * margin;
  blitter.text(
      {QRectF(margin, row.top(), width, height), scene.completeNote, TextRole::tick, theme.dim});
  blitter.text({QRectF(margin, row.bottom() - height, width, height), scene.axisBase,
                TextRole::tick, theme.dim, Qt::AlignRight | Qt::AlignVCenter});
  blitter.clip(QRectF(scene.headWidth, 0, scene.size.width() - scene.headWidth, row.height()));
  if (scene.nowX) {
    blitter.fill(QRectF(*scene.nowX, row.top(), std::max(1.0, theme.px(1.6)), row.height()),
                 scene.nowColor);
    blitter.text(
        {QRectF(row.left(), row.top(), *scene.nowX - theme.px(6) - row.left(), row.height()),
         scene.nowLabel, TextRole::live, scene.nowColor, Qt::AlignRight | Qt::AlignVCenter});
  }
  for (const Flag& flag : scene.flags) {
    if (flag.box.isEmpty()) {
      blitter.fill(
          QRectF(flag.x - theme.px(2), row.bottom() - theme.px(8), theme.px(5), theme.px(8)),
          flag.color);
      continue;
    }
    {
      const Blitter::Logical painter(blitter);
      painter->setPen(QPen(flag.color, 1));
      painter->setBrush(theme.raised);
      painter->drawRoundedRect(flag.box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(5), theme.px(5));
    }
    blitter.text({flag.box, flag.text, TextRole::flag, flag.color, Qt::AlignCenter});
  }
  if (scene.selectedRange) {
    const QRectF room(scene.selectedRange->left(), row.top(), scene.selectedRange->width(),
                      row.height());
    blitter.fill(QRectF(room.left(), room.bottom() - theme.px(3), room.width(), theme.px(3)),
                 theme.accent);
    blitter.fill(scene.selectedRangeLabelRect, theme.surface);
    blitter.text({scene.selectedRangeLabelRect, scene.selectedRangeLabel, TextRole::flag,
                  theme.accent, Qt::AlignCenter});
  }
}

void paintHover(Blitter& blitter, const HoverBox& box, const Theme& theme) {
  {
    const Blitter::Logical painter(blitter);
    painter->setPen(Qt::NoPen);
    painter->setBrush(translucent(Qt::black, theme.isDark ? 0.35 : 0.12));
    painter->drawRoundedRect(box.rect.translated(0, 2).adjusted(-1, -1, 2, 2), theme.px(9),
                             theme.px(9));
    painter->setPen(QPen(theme.line, 1));
    painter->setBrush(theme.raised);
    painter->drawRoundedRect(box.rect.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(8), theme.px(8));
  }
  const qreal margin = theme.px(12);
  QRectF line(box.rect.left() + margin, box.rect.top() + theme.px(8), box.rect.width() - 2 * margin,
              theme.px(18));
  blitter.text({line, box.title, TextRole::box_title, box.titleColor});
  blitter.text(
      {line, box.outcome, TextRole::flag, box.outcomeColor, Qt::AlignRight | Qt::AlignVCenter});
  line.translate(0, theme.px(22));
  for (const HoverBox::Line& entry : box.lines) {
    blitter.text({line, entry.name, TextRole::box, theme.dim});
    blitter.text({line, entry.value, TextRole::box, theme.text, Qt::AlignRight | Qt::AlignVCenter});
    line.translate(0, theme.px(18));
  }
  if (!box.error.isEmpty()) {
    blitter.text({line, box.error, TextRole::box, theme.bad});
    line.translate(0, theme.px(18));
  }
  for (const QString& text : box.note) {
    blitter.text({line, text, TextRole::box, theme.text});
    line.translate(0, theme.px(18));
  }
}

}  // namespace

void paintTimeline(QPainter& painter, const TimelineScene& scene, const Theme& theme,
                   SpriteCache& sprites) {
  const qreal ratio = painter.device() != nullptr ? painter.device()->devicePixelRatioF() : 1;
  sprites.prepare(theme, ratio);
  painter.save();
  painter.scale(1 / ratio, 1 / ratio);
  painter.setRenderHint(QPainter::Antialiasing, false);
  Blitter blitter(painter, sprites, ratio);
  blitter.clip(QRectF(QPointF(0, 0), scene.size));
  if (!scene.axis) {
    blitter.fill(QRectF(QPointF(0, 0), scene.size), theme.background);
  }
  for (const LanePane& pane : scene.panes) {
    paintPane(blitter, pane, scene, theme);
  }
  paintOverlay(blitter, scene, theme);
  for (const LanePane& pane : scene.panes) {
    paintHeads(blitter, pane, theme);
  }
  paintAxis(blitter, scene, theme);
  for (const auto& measure : {scene.zoomBand, scene.ruler}) {
    if (measure) {
      paintMeasure(blitter, *measure, scene, theme);
    }
  }
  blitter.clip(QRectF(QPointF(0, 0), scene.size));
  if (scene.hover) {
    paintHover(blitter, *scene.hover, theme);
  }
  if (scene.focused) {
    const qreal w = 2;
    const QRectF all(QPointF(0, 0), scene.size);
    blitter.fill(QRectF(0, 0, all.width(), w), theme.accent);
    blitter.fill(QRectF(0, all.height() - w, all.width(), w), theme.accent);
    blitter.fill(QRectF(0, 0, w, all.height()), theme.accent);
    blitter.fill(QRectF(all.width() - w, 0, w, all.height()), theme.accent);
  }
  painter.restore();
}

void paintTimeline(QPainter& painter, const TimelineScene& scene, const Theme& theme) {
  SpriteCache sprites;
  paintTimeline(painter, scene, theme, sprites);
}

}  // namespace poolscope::ui
