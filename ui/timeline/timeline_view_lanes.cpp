// SPDX-License-Identifier: Apache-2.0
// How TimelineView is told to colour, group, sort, hide and fold.
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/task_words.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_view.h"

#include <QAccessible>
#include <QScrollBar>

#include <algorithm>
#include <vector>

namespace poolscope::ui {

using session::PoolIndex;
using session::Task;
using session::TaskKey;
using session::TimeNs;

namespace {

constexpr qsizetype kMostSampled = 4096;

/// The tasks that are to be seen, at most so many.
QList<TaskKey> tasksInSight(const TimelineScene& scene) {
  QList<TaskKey> tasks;
  for (const LanePane& pane : scene.panes) {
    for (const TaskBar& bar : pane.bars) {
      tasks.append(bar.task);
    }
    for (const DenseStrip& strip : pane.strips) {
      for (const DenseColumn& column : strip.columns) {
        if (column.longest && column.busy() > 0 &&
            (tasks.isEmpty() || tasks.last() != column.longest)) {
          tasks.append(column.longest);
        }
      }
    }
  }
  if (tasks.size() <= kMostSampled) {
    return tasks;
  }
  QList<TaskKey> some;
  for (qsizetype i = 0; i < kMostSampled; ++i) {
    some.append(tasks[i * tasks.size() / kMostSampled]);
  }
  return some;
}

}  // namespace

void TimelineView::colorBy(ColorBy by) {
  state_.coloring.by = by;
  if (state_.coloring.isScaled()) {
    scaleColors();
  }
  lookChanged();
}

/// So that what is in sight takes all of the ramp. It stays as it is until it is asked for again:
/// a colour that changes its meaning by itself could not be read.
void TimelineView::scaleColors() {
  std::vector<TimeNs> times;
  for (const TaskKey key : tasksInSight(scene())) {
    const auto task = taskAt(*frame_.snapshot, key, frame_.now);
    if (!task || !task->started) {
      continue;
    }
    TimeNs time = task->finished.value_or(frame_.now) - *task->started;
    if (state_.coloring.by == ColorBy::queue_wait) {
      if (!task->queued) {
        continue;
      }
      time = *task->started - *task->queued;
    }
    times.push_back(std::max<TimeNs>(time, 1'000));
  }
  std::sort(times.begin(), times.end());
  // A few that took next to no time would else take most of the ramp.
  state_.coloring.scale =
      times.empty() ? ColorScale{} : scaleFor(times[times.size() / 10], times.back());
  lookChanged();
}

void TimelineView::sortLanes(LaneOrder order) {
  if (frame_.snapshot) {
    const TimeRange range = state_.range();
    const TimeNs begin = std::max(range.begin, frame_.snapshot->begin());
    const TimeNs end = std::clamp(range.end, begin, std::max(begin, frame_.now));
    ui::sortLanes(*frame_.snapshot, *layoutCache_->places(frame_.snapshot), begin, end, order,
                  state_.lanes);
  }
  lookChanged();
}

void TimelineView::setHidesIdle(bool hides) {
  state_.lanes.hidesIdle = hides;
  lookChanged();
}

void TimelineView::setHidesExited(bool hides) {
  state_.lanes.hidesExited = hides;
  lookChanged();
}

void TimelineView::hideLane() {
  const auto task = state_.selectedTask && frame_.snapshot
                        ? frame_.snapshot->task(state_.selectedTask)
                        : std::nullopt;
  if (task && task->worker) {
    hideLane(*task->worker);
  }
}

void TimelineView::hideLane(session::LaneId lane) {
  if (const auto place = layoutCache_->places(frame_.snapshot)->placeOf(lane)) {
    state_.lanes.hidden.insert(*place);
    lookChanged();
  }
}

void TimelineView::showAllLanes() {
  state_.lanes.showAll();
  lookChanged();
}

bool TimelineView::isFolded(PoolIndex pool) const {
  return frame_.snapshot &&
         state_.lanes.isFolded(pool, layoutCache_->places(frame_.snapshot)->placeCount(pool));
}

void TimelineView::setFolded(PoolIndex pool, bool folded) {
  state_.lanes.folded[pool] = folded;
  lookChanged();
  tellCurrentPool();
}

/// The pool that the keyboard or the selected task is in; else all of them, folded if one is not.
/// The selected task's row stays in sight: unfolded, it may be hundreds of rows further down.
void TimelineView::toggleFold() {
  if (!frame_.snapshot) {
    return;
  }
  const auto task = state_.selectedTask ? frame_.snapshot->task(state_.selectedTask) : std::nullopt;
  const auto pool = state_.lanes.current ? state_.lanes.current : task ? task->pool : std::nullopt;
  if (pool) {
    setFolded(*pool, !isFolded(*pool));
    revealSelected();
    return;
  }
  const auto pools = frame_.snapshot->pools();
  const bool fold = std::any_of(pools.begin(), pools.end(), [this](const session::Pool& each) {
    return !isFolded(each.index);
  });
  for (const session::Pool& each : pools) {
    state_.lanes.folded[each.index] = fold;
  }
  lookChanged();
  revealSelected();
}

void TimelineView::revealSelected() {
  const auto task = state_.selectedTask ? frame_.snapshot->task(state_.selectedTask) : std::nullopt;
  if (task && task->worker) {
    static_cast<void>(scene());  // how high all rows are now
    updateScrollBar();
    revealLane(*task->worker);
  }
}

/// From head to head of the pools that have one, beside the selected task's or the current one.
bool TimelineView::goToPool(int step) {
  if (!frame_.snapshot) {
    return false;
  }
  const RowPlan plan =
      planFor(frame_, state_, {}, QSizeF(viewport()->size()), theme_, *layoutCache_);
  std::vector<PoolIndex> heads;
  for (const PlannedRow& row : plan.rows) {
    const bool isHead = row.kind == LaneRow::Kind::pool || row.kind == LaneRow::Kind::group;
    if (isHead && (heads.empty() || heads.back() != *row.pool)) {
      heads.push_back(*row.pool);
    }
  }
  if (heads.empty()) {
    return false;
  }
  const auto at = state_.lanes.current
                      ? std::find(heads.begin(), heads.end(), *state_.lanes.current)
                      : heads.end();
  const std::ptrdiff_t last = std::ssize(heads) - 1;
  std::ptrdiff_t next = step > 0 ? 0 : last;
  if (at != heads.end()) {
    next = std::clamp<std::ptrdiff_t>(at - heads.begin() + step, 0, last);
  }
  state_.lanes.current = heads[static_cast<std::size_t>(next)];
  for (const PlannedRow& row : plan.rows) {
    const bool isHead = row.kind == LaneRow::Kind::pool || row.kind == LaneRow::Kind::group;
    if (isHead && row.pool == state_.lanes.current && !row.pinned) {
      const qreal room = scene().viewportHeight;
      verticalScrollBar()->setValue(static_cast<int>(
          std::clamp(state_.scrollY, row.y + row.height - room, std::max(row.y, 0.0))));
      break;
    }
  }
  lookChanged();
  tellCurrentPool();
  return true;
}

void TimelineView::leavePool() {
  state_.lanes.current.reset();
  invalidate();
}

void TimelineView::tellCurrentPool() {
  if (!state_.lanes.current || !frame_.snapshot) {
    return;
  }
  const PoolIndex pool = *state_.lanes.current;
  const QString name = nameText(frame_.snapshot->pools()[static_cast<std::size_t>(pool)].name);
  setAccessibleDescription(isFolded(pool) ? tr("Pool %1, its workers are folded").arg(name)
                                          : tr("Pool %1, its workers are unfolded").arg(name));
  QAccessibleEvent told(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&told);
}

void TimelineView::lookChanged() {
  invalidate();
  Q_EMIT arrangementChanged();
}

}  // namespace poolscope::ui
