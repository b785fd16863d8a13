// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Lane;
using session::LaneState;
using session::TimeNs;
using trace::PhaseKind;

namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kUtilizationStep = kSecond / 2;
constexpr TimeNs kFirstUtilizationStep = kSecond / 10;
constexpr TimeNs kUtilizationWindow = 5 * kSecond;
constexpr TimeNs kRing = 800'000'000;  // on the screen

struct Words {
  QStringList states;
  QColor dot;
};

Words workerWords(const LayoutContext& c, const LaneState& state) {
  if (!state.task) {
    return {{QObject::tr("idle")}, c.theme.faint};
  }
  if (state.blocked) {
    return {blockedWords(*state.blocked), c.theme.warn};
  }
  if (!state.phase) {
    return {{QObject::tr("running")}, c.theme.ok};
  }
  switch (state.phase->kind) {
    case PhaseKind::lock_wait:
      return {phaseWords(*state.phase), c.theme.warn};
    case PhaseKind::compute:
    case PhaseKind::lock_held:
    case PhaseKind::other:
      return {phaseWords(*state.phase), c.theme.ok};
    default:
      return {phaseWords(*state.phase), c.theme.accent};
  }
}

/// The busy share of the last seconds. It ends at a round time since the worker's start, so that it
/// can be read; that depends on the time alone, not on whether it is live.
double recentUtilization(const LayoutContext& c, const Lane& lane) {
  const TimeNs age = std::max<TimeNs>(c.now - lane.started, 1);
  const TimeNs step = age < 2 * kUtilizationStep ? kFirstUtilizationStep : kUtilizationStep;
  const TimeNs end = lane.started + (age < step ? age : age / step * step);
  return c.snapshot.utilization(lane.id, std::max(lane.started, end - kUtilizationWindow), end);
}

/// A worker that comes is a ring that widens from its dot, one that retires a ring that closes.
void addRing(const LayoutContext& c, const Lane& lane, LaneHead& head) {
  const bool leaves = c.hasLeft(lane);
  // Who ends with the session is not taken away.
  if (c.view.reduceMotion || (leaves && !lane.retired)) {
    return;
  }
  const TimeNs age = c.now - (leaves ? *lane.exited : lane.started);
  const double t = static_cast<double>(age) / static_cast<double>(c.lasting(kRing));
  if (t < 0 || t >= 1) {
    return;
  }
  const double opened = leaves ? 1 - t : t;
  const qreal room = head.dot.width() * opened;
  head.ring = head.dot.adjusted(-room, -room, room, room);
  head.ringColor = translucent(leaves ? c.theme.warn : c.theme.accent, 1 - t * t);
}

}  // namespace

QRectF rowBody(const LayoutContext& c, const PlannedRow& row) {
  const qreal inset = c.snap(std::min(c.theme.px(5), row.height * 0.13));
  return QRectF(c.canvas.left(), c.screenY(row) + inset, c.canvas.width(),
                row.height - 2 * inset - 1);
}

QString workerName(const Lane& lane) {
  return lane.name.empty() ? QObject::tr("worker %1").arg(lane.index) : nameText(lane.name);
}

std::optional<HoverBox> workerBox(const LayoutContext& c, session::LaneId worker) {
  const Lane& lane = c.laneOf(worker);
  if (c.hasLeft(lane)) {
    return std::nullopt;
  }
  const Words words = workerWords(c, c.snapshot.lane_state(worker, c.now));
  HoverBox box{.rect = QRectF(0, 0, hoverWidth(c.theme), 0),
               .titleColor = c.theme.text,
               .outcome = words.states.last(),
               .outcomeColor = c.theme.dim};
  const qreal taken = c.cache.textWidth(box.outcome, TextRole::flag) + c.theme.px(34);
  box.title = c.cache.elided(workerName(lane), TextRole::box_title, box.rect.width() - taken,
                             Qt::ElideMiddle);
  box.lines.append({QObject::tr("busy in the last %1 s").arg(kUtilizationWindow / kSecond),
                    QObject::tr("%1 %").arg(qRound(100 * recentUtilization(c, lane)))});
  return box;
}

void layOutWorker(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  layOutWorkerTasks(c, row, pane);
  layOutVacancies(c, row, pane);
  const Lane& lane = c.laneOf(*row.named);
  if (c.hasLeft(lane)) {
    layOutHead(c, row, workerName(lane), true,
               {lane.retired ? QObject::tr("retired") : QObject::tr("ended")}, c.theme.faint, true,
               true, pane);
    addRing(c, lane, pane.heads.last());
    return;
  }
  const Words words = workerWords(c, c.snapshot.lane_state(lane.id, c.now));
  const QString percent = QObject::tr("%1 %").arg(qRound(100 * recentUtilization(c, lane)));
  layOutHead(c, row, workerName(lane), true, words.states, words.dot, false, false, pane, percent);
  addRing(c, lane, pane.heads.last());
}

}  // namespace poolscope::ui
