// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/column_tiles.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/lane_rows.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/task_kinds.h"
#include "ui/timeline/task_words.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/view_state.h"

#include <QRectF>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// What all parts of the layout of one frame share.
struct LayoutContext {
  const session::Snapshot& snapshot;
  const ViewState& view;
  const Theme& theme;
  LayoutCache& cache;
  TimeAxis axis;
  session::TimeNs now;
  TimeRange shown;  ///< what is in sight and not after now
  ColumnGrid grid;
  qreal columnWidth;
  TaskKinds kinds;
  RowPlan plan;
  QRectF canvas;
  qreal headWidth;

  qreal snap(qreal v) const {
    return std::round(v * view.devicePixelRatio) / view.devicePixelRatio;
  }
  qreal snappedX(session::TimeNs time) const { return snap(axis.toX(time)); }
  /// y of a row's top on the screen.
  qreal screenY(const PlannedRow& row) const {
    return canvas.top() + (row.pinned ? row.y : plan.pinnedHeight + row.y - view.scrollY);
  }
  qreal middleOf(const PlannedRow& row) const { return screenY(row) + row.height / 2; }
  /// Events of other threads may come late by some rounds of the collector: columns that are older
  /// than this are over.
  session::TimeNs settled() const {
    constexpr session::TimeNs kLateness = 30'000'000;
    return std::min(snapshot.end(), now) - kLateness;
  }
  /// What takes so long on the screen, in the session's time: motion is as quick at any speed.
  session::TimeNs lasting(session::TimeNs onScreen) const {
    return std::max<session::TimeNs>(
        1, static_cast<session::TimeNs>(static_cast<double>(onScreen) * view.speed));
  }
  const session::Lane& laneOf(session::LaneId lane) const {
    return snapshot.lanes()[static_cast<std::size_t>(lane)];
  }
  bool hasLeft(const session::Lane& lane) const { return lane.exited && *lane.exited <= now; }
};

/// What a lane does, in words: "waiting for I/O", "computing", "blocked in map(): task 95".
QString phaseText(const session::Phase& phase);
QString blockedText(const session::Blocked& blocked);
/// The same, then in ever fewer words for where that has no room.
QStringList phaseWords(const session::Phase& phase);
QStringList blockedWords(const session::Blocked& blocked);
QStringList heldWords(const session::Blocked& blocked, const session::HeldResults& held);

void layOutCaller(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
void layOutQueue(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// Crosses above the queue where waiting tasks were cancelled; their number where there are
/// several.
void layOutCancellations(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// All workers of a folded pool in one row: how many were busy, stacked by what they did.
void layOutGroup(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// In front of what can be folded: a triangle.
QString foldSign(bool folded);
void layOutWorker(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// The tasks of all who stood at a row's place.
void layOutWorkerTasks(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// How a bar shows a phase.
BarFill fillOf(trace::PhaseKind kind);
/// What a bar of `task` is made from, as it is at now.
BarFacts barFacts(const LayoutContext& context, session::LaneId lane, const session::Task& task);
/// Appends a task's bar, as tall as `body`; false if nothing of it would be seen.
bool layOutBar(const LayoutContext& context, const QRectF& body, session::LaneId lane,
               const BarFacts& facts, QList<TaskBar>& bars);
/// Shares of `running` (of 1) by phase, as DenseColumn has them.
std::array<std::uint8_t, trace::kPhaseKinds> phaseShares(
    float running, const std::array<float, trace::kPhaseKinds>& phases);
/// The colour of a task that waits, or that flies to `worker`; a kind is told of any.
int tokenSwatch(const LayoutContext& context, session::TaskKey task,
                std::optional<session::LaneId> worker = {});
/// Where a row's place was free: dashed frames where max_workers allowed a worker, and lines where
/// one left and the next one came.
void layOutVacancies(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
QString workerName(const session::Lane& lane);
/// Where the content of a worker's row stands.
QRectF rowBody(const LayoutContext& context, const PlannedRow& row);
void layOutGhost(const LayoutContext& context, const PlannedRow& row, LanePane& pane);
/// Dot, name and state at the left of a row: the first of `states` that has room. `share` keeps its
/// room.
void layOutHead(const LayoutContext& context, const PlannedRow& row, const QString& name,
                bool nameIsCode, const QStringList& states, const QColor& dot, bool hollow,
                bool dimmed, LanePane& pane, const QString& share = {});
/// Where the `index`-th waiting task stands, the next to be picked being 0; fractions while it
/// moves up.
QRectF tokenSlot(const LayoutContext& context, const PlannedRow& queue, qreal index);
int tokenCapacity(const LayoutContext& context, const PlannedRow& queue);
/// 1 where single picks are shown, 0 where a stream stands for them.
qreal singlePickShare(const LayoutContext& context, session::PoolIndex pool);

void layOutAxis(const LayoutContext& context, bool live, TimelineScene& scene);
/// The ruler, and what a drag will zoom into.
void layOutMeasures(const LayoutContext& context, TimelineScene& scene);
void layOutFlow(const LayoutContext& context, TimelineScene& scene);
void layOutSelection(const LayoutContext& context, TimelineScene& scene);
/// Arrows from a task's submit to the delivery of its result.
void layOutPath(const LayoutContext& context, const session::Task& task, TimelineScene& scene);
/// What is held up by the wait that the pointer is at, else by those of this moment.
void layOutHeld(const LayoutContext& context, TimelineScene& scene);
/// What is told where the pointer is at a caller at `time`: what it waits for, if it does.
std::optional<HoverBox> waitBox(const LayoutContext& context, session::LaneId caller,
                                session::TimeNs time);
/// What is told where the pointer is at the head of a worker: its whole name, and of what time its
/// share is. Nothing of one that has left.
std::optional<HoverBox> workerBox(const LayoutContext& context, session::LaneId worker);
inline qreal hoverWidth(const Theme& theme) {
  return theme.px(250);
}
session::HeldResults heldAt(const LayoutContext& context, session::LaneId lane,
                            session::TimeNs time);
/// What is below the pointer; last, because it reads what the scene has there.
void layOutHover(const LayoutContext& context, TimelineScene& scene);

}  // namespace poolscope::ui
