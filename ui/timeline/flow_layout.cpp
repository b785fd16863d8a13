// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::Pick;
using session::TimeNs;

namespace {

constexpr TimeNs kFlight = 250'000'000;
constexpr TimeNs kSecond = 1'000'000'000;
constexpr std::size_t kMostFlights = 24;

double easeInOut(double t) {
  return t * t * (3 - 2 * t);
}

QPointF onCurve(const QPointF& a, const QPointF& b, const QPointF& p, const QPointF& q, double t) {
  const double u = 1 - t;
  return a * (u * u * u) + b * (3 * u * u * t) + p * (3 * u * t * t) + q * (t * t * t);
}

bool isInSight(const TimelineScene& scene, const PlannedRow& row, qreal middle) {
  return row.pinned || scene.panes[0].clip.contains(QPointF(scene.canvas.left() + 1, middle));
}

/// Tasks on their way from the queue to the bar that has just begun on their worker's lane.
void addFlights(const LayoutContext& c, const PlannedRow& queue, qreal share,
                TimelineScene& scene) {
  const QPointF from = tokenSlot(c, queue, 0).center();
  const qreal side = c.theme.px(11);
  for (const Pick& pick : c.snapshot.picks(*queue.pool, c.now - kFlight, c.now + 1, kMostFlights)) {
    const PlannedRow* row = c.plan.rowOf(pick.worker);
    if (row == nullptr) {
      continue;
    }
    const double age = static_cast<double>(c.now - pick.time) / static_cast<double>(kFlight);
    const double t = easeInOut(std::clamp(age, 0.0, 1.0));
    const qreal y = c.middleOf(*row);
    if (!isInSight(scene, *row, y)) {
      continue;
    }
    const QPointF to(std::max(c.axis.toX(pick.time) + side / 2, scene.canvas.left()), y);
    const qreal bulge = c.theme.px(22);
    const QPointF at = onCurve(from, QPointF(from.x() + bulge, from.y() + (y - from.y()) * 0.35),
                               QPointF(to.x() + bulge, to.y() - (y - from.y()) * 0.25), to, t);
    const auto task = c.snapshot.task(pick.task);
    // It arrives by turning into the bar: near the end it fades.
    const double fade = std::clamp((1 - age) / 0.2, 0.0, 1.0);
    scene.flights.append({.task = pick.task,
                          .rect = QRectF(at.x() - side / 2, at.y() - side / 2, side, side),
                          .kind = task ? c.kinds(task->name) : 0,
                          .opacity = fade * share,
                          .flying = true});
  }
}

/// A stream for each lane in sight, as wide as the logarithm of the tasks it got in the last
/// second.
void addStreams(const LayoutContext& c, const PlannedRow& queue, qreal share,
                TimelineScene& scene) {
  const qreal nowX = c.axis.toX(c.now);
  const QPointF from(nowX + c.theme.px(3), c.screenY(queue) + queue.height * 0.6);
  for (const PlannedRow& row : c.plan.rows) {
    const qreal y = c.middleOf(row);
    if (row.kind != LaneRow::Kind::worker || row.pool != queue.pool || !isInSight(scene, row, y)) {
      continue;
    }
    const session::LaneId lane = c.plan.lanes[row.firstLane + row.laneCount - 1];
    const auto second = c.snapshot.lane_columns(lane, c.now - kSecond, c.now, 1);
    if (second.empty() || second.front().task_count == 0) {
      continue;
    }
    const qreal width = std::min(1 + std::log2(1.0 + second.front().task_count) * 0.55, 7.0);
    const qreal reach = c.theme.px(26);
    Curve curve{.color = translucent(c.theme.accent, 0.45 * share), .width = c.theme.px(width)};
    curve.path.moveTo(from);
    curve.path.cubicTo(QPointF(from.x() + reach, from.y() + (y - from.y()) * 0.2),
                       QPointF(nowX + reach, y), QPointF(nowX + 1, y));
    scene.streams.append(curve);
  }
}

}  // namespace

void layOutFlow(const LayoutContext& c, TimelineScene& scene) {
  if (!scene.nowX) {
    return;
  }
  for (const PlannedRow& row : c.plan.rows) {
    if (row.kind != LaneRow::Kind::queue || !isInSight(scene, row, c.middleOf(row))) {
      continue;
    }
    const qreal single = singlePickShare(c, *row.pool);
    if (single > 0 && !c.view.reduceMotion) {
      addFlights(c, row, single, scene);
    }
    if (single < 1) {
      addStreams(c, row, 1 - single, scene);
    }
  }
}

}  // namespace poolscope::ui
