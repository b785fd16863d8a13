// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace poolscope::ui {

using session::Pick;
using session::TimeNs;

namespace {

// On the screen, at any speed.
constexpr TimeNs kFlight = 250'000'000;
constexpr TimeNs kSlowFlight = 900'000'000;  // in slow motion the eye can follow it
constexpr std::uint32_t kFlightsASecond = 4;
constexpr TimeNs kLull = 100'000'000;  // after that long without a pick nothing flows
constexpr double kLanding = 0.2;       // of the canvas, left of now
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

/// Where a task arrives: at its bar's begin, or where that has moved far away, on the bar nearer to
/// now.
qreal landingX(const LayoutContext& c, const Pick& pick, const std::optional<session::Task>& task,
               qreal side) {
  const bool isOver = task && task->finished && *task->finished <= c.now;
  const qreal end = c.axis.toX(isOver ? *task->finished : c.now) - side / 2;
  const qreal near = c.axis.toX(c.now) - c.canvas.width() * kLanding;
  return std::max({c.axis.toX(pick.time) + side / 2, std::min(near, end), c.canvas.left()});
}

/// Its number above it.
void nameFlight(const LayoutContext& c, Token& token) {
  token.label = QString::number(token.task.task);
  const qreal width = c.cache.textWidth(token.label, TextRole::flag);
  const qreal height = c.theme.px(13);
  const qreal left = std::min(token.rect.center().x() - width / 2, c.canvas.right() - width - 1);
  token.labelRect = QRectF(left, token.rect.top() - height, width, height);
}

/// Tasks on their way from the queue to the bar that has just begun on their worker's lane.
void addFlights(const LayoutContext& c, const PlannedRow& queue, qreal share,
                TimelineScene& scene) {
  const QPointF from = tokenSlot(c, queue, 0).center();
  const qreal side = c.theme.px(11);
  const TimeNs flight = c.lasting(c.view.speed < 1 ? kSlowFlight : kFlight);
  for (const Pick& pick : c.snapshot.picks(*queue.pool, c.now - flight, c.now + 1, kMostFlights)) {
    const PlannedRow* row = c.plan.rowOf(pick.worker);
    const auto& exited = c.snapshot.lanes()[static_cast<std::size_t>(pick.worker)].exited;
    if (row == nullptr ||
        (exited && *exited <= c.now)) {  // at a session's end nothing is in the air
      continue;
    }
    const double age = static_cast<double>(c.now - pick.time) / static_cast<double>(flight);
    const double t = easeInOut(std::clamp(age, 0.0, 1.0));
    const qreal y = c.middleOf(*row);
    if (!isInSight(scene, *row, y)) {
      continue;
    }
    const auto task = c.snapshot.task(pick.task);
    const QPointF to(landingX(c, pick, task, side), y);
    const qreal bulge = c.theme.px(22);
    const QPointF at = onCurve(from, QPointF(from.x() + bulge, from.y() + (y - from.y()) * 0.35),
                               QPointF(to.x() + bulge, to.y() - (y - from.y()) * 0.25), to, t);
    // It arrives by turning into the bar: near the end it fades.
    const double fade = std::clamp((1 - age) / 0.2, 0.0, 1.0);
    scene.flights.append({.task = pick.task,
                          .rect = QRectF(at.x() - side / 2, at.y() - side / 2, side, side),
                          .swatch = tokenSwatch(c, pick.task, pick.worker),
                          .opacity = fade * share,
                          .flying = true});
    if (c.view.speed < 1) {
      nameFlight(c, scene.flights.last());
    }
  }
}

/// How many tasks a lane got while those that it got last would have flown to it.
std::uint32_t pickedLately(const LayoutContext& c, session::LaneId lane) {
  const TimeNs begin = c.now - c.lasting(kFlight);
  const auto lately = c.snapshot.lane_loads(lane, begin, c.now, 1);
  const std::uint32_t touching = lately.empty() ? 0 : lately.front().task_count;
  const std::uint32_t before = c.snapshot.task_at(lane, begin) ? 1 : 0;
  return touching - std::min(touching, before);
}

/// A stream for each lane in sight, as wide as the logarithm of the tasks a second it got lately.
/// They lie in one another like the wires of a harness, the one to the lowest lane outside.
void addStreams(const LayoutContext& c, const PlannedRow& queue, qreal share,
                TimelineScene& scene) {
  struct Target {
    qreal y;
    std::uint32_t tasks;
  };
  std::vector<Target> targets;
  for (const PlannedRow& row : c.plan.rows) {
    const qreal y = c.middleOf(row);
    if (row.kind == LaneRow::Kind::group && row.pool == queue.pool && isInSight(scene, row, y)) {
      const std::uint64_t picked = c.snapshot.pick_count(*row.pool, c.now - kFlight, c.now + 1);
      targets.push_back({y, static_cast<std::uint32_t>(picked) * kFlightsASecond});
      continue;
    }
    if (row.kind != LaneRow::Kind::worker || row.pool != queue.pool || !isInSight(scene, row, y)) {
      continue;
    }
    const session::LaneId lane = row.lanes.back();
    if (c.hasLeft(c.laneOf(lane))) {
      continue;
    }
    if (const std::uint32_t picked = pickedLately(c, lane); picked > 0) {
      targets.push_back({y, picked * kFlightsASecond});
    }
  }
  const qreal nowX = c.axis.toX(c.now);
  const qreal room = c.theme.px(28);
  const qreal spacing =
      targets.empty()
          ? 0
          : std::min(c.theme.px(4), (room - c.theme.px(6)) / static_cast<qreal>(targets.size()));
  const QPointF from(nowX + c.theme.px(2), c.screenY(queue) + queue.height * 0.6);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& [y, tasks] = targets[i];
    const qreal width = std::clamp(std::log2(1.0 + tasks) * 0.45, 0.8, 5.0);
    const qreal trunk = nowX + c.theme.px(6) + spacing * static_cast<qreal>(i);
    const qreal widest = std::max(spacing * 1.2, c.theme.px(0.8));
    scene.streams.append({.from = from,
                          .to = QPointF(nowX + 2, y),
                          .trunkX = trunk,
                          .bend = std::min(c.theme.px(12), std::abs(y - from.y()) / 2),
                          .width = std::clamp(c.theme.px(width), c.theme.px(0.8), widest),
                          .color = mixed(c.theme.accent, c.theme.lane, 0.6 * share)});
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
    const auto& over = c.snapshot.pools()[static_cast<std::size_t>(*row.pool)].shut_down;
    const auto flows = [&] {
      return c.snapshot.pick_count(*row.pool, c.now - c.lasting(kLull), c.now + 1, 0) > 0;
    };
    if (single < 1 && !(over && *over <= c.now) && flows()) {
      addStreams(c, row, 1 - single, scene);
    }
  }
}

}  // namespace poolscope::ui
