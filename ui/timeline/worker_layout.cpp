// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

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

}  // namespace

QRectF rowBody(const LayoutContext& c, const PlannedRow& row) {
  const qreal inset = c.snap(std::min(c.theme.px(5), row.height * 0.13));
  return QRectF(c.canvas.left(), c.screenY(row) + inset, c.canvas.width(),
                row.height - 2 * inset - 1);
}

QString workerName(const Lane& lane) {
  return lane.name.empty() ? QObject::tr("worker %1").arg(lane.index)
                           : QString::fromUtf8(lane.name);
}

void layOutWorker(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  layOutWorkerTasks(c, row, pane);
  layOutVacancies(c, row, pane);
  const Lane& lane = c.laneOf(*row.named);
  if (c.hasLeft(lane)) {
    layOutHead(c, row, workerName(lane), true,
               {lane.retired ? QObject::tr("retired") : QObject::tr("ended")}, c.theme.faint, true,
               true, pane);
    return;
  }
  const Words words = workerWords(c, c.snapshot.lane_state(lane.id, c.now));
  const QString percent = QObject::tr("%1 %").arg(qRound(100 * recentUtilization(c, lane)));
  layOutHead(c, row, workerName(lane), true, words.states, words.dot, false, false, pane, percent);
}

}  // namespace poolscope::ui
