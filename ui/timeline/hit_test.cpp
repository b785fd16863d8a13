// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/hit_test.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::LaneId;
using session::TaskKey;

namespace {

constexpr qreal kMarkReach = 7;

TaskKey tokenAt(const QList<Token>& tokens, const QPointF& at) {
  for (qsizetype i = tokens.size(); i-- > 0;) {
    if (tokens[i].opacity > 0 && tokens[i].rect.contains(at)) {
      return tokens[i].task;
    }
  }
  return {};
}

/// Who stood in the row at `x`.
LaneId laneOf(const LaneRow& row, qreal x) {
  qsizetype i = row.lanes.size() - 1;
  while (i > 0 && row.starts[i] > x) {
    --i;
  }
  return row.lanes[i];
}

TaskKey taskInPane(const LanePane& pane, const QPointF& at) {
  if (const TaskKey token = tokenAt(pane.tokens, at)) {
    return token;
  }
  for (const CancelMark& mark : pane.cancels) {
    if (std::hypot(mark.center.x() - at.x(), mark.center.y() - at.y()) <= kMarkReach) {
      return mark.task;
    }
  }
  TaskKey beside;  // in the gap that keeps a bar from the next one
  for (const TaskBar& bar : pane.bars) {
    if (bar.rect.contains(at)) {
      return bar.task;
    }
    if (bar.rect.adjusted(0, 0, kBarGap, 0).contains(at)) {
      beside = bar.task;
    }
  }
  for (const DenseStrip& strip : pane.strips) {
    if (!strip.rect.contains(at)) {
      continue;
    }
    const auto column = static_cast<qsizetype>((at.x() - strip.rect.left()) / strip.columnWidth);
    if (column >= 0 && column < strip.columns.size() && strip.columns[column].longest) {
      return strip.columns[column].longest;
    }
  }
  return beside;
}

}  // namespace

Hit hitTest(const TimelineScene& scene, const QPointF& at) {
  Hit hit;
  if (!QRectF(QPointF(0, 0), scene.size).contains(at)) {
    return hit;
  }
  if (scene.axisRow.contains(at)) {
    hit.area = Hit::Area::axis;
    return hit;
  }
  hit.area = at.x() < scene.headWidth ? Hit::Area::head : Hit::Area::canvas;
  for (const LanePane& pane : scene.panes) {
    if (!pane.clip.contains(at)) {
      continue;
    }
    for (const LaneRow& row : pane.rows) {
      if (row.rect.contains(at)) {
        hit.row = row.kind;
        hit.pool = row.pool;
        if (!row.lanes.isEmpty()) {
          hit.lane = hit.area == Hit::Area::head ? row.named : laneOf(row, at.x());
        }
      }
    }
    if (hit.area == Hit::Area::canvas) {
      hit.task = taskInPane(pane, at);
    }
  }
  if (hit.area == Hit::Area::canvas) {
    if (const TaskKey flying = tokenAt(scene.flights, at)) {
      hit.task = flying;
    }
  }
  return hit;
}

}  // namespace poolscope::ui
