// SPDX-License-Identifier: Apache-2.0
// Head-of-line blocking: results that are done, and wait because their caller wants an earlier one
// first.
#include "ui/timeline/hit_test.h"
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Blocked;
using session::HeldResults;
using session::LaneId;
using session::TaskKey;
using session::TimeNs;

namespace {

constexpr std::size_t kMostCounted = 1000;
constexpr std::size_t kMostMarked = 256;

/// A moment of a wait of a caller, and what is held up by it then.
struct Hold {
  TimeNs time = 0;
  HeldResults results = {};
};

QStringList wrapped(const LayoutContext& c, const QString& text, qreal width) {
  QStringList lines;
  for (const QString& word : text.split(u' ')) {
    const QString longer = lines.isEmpty() ? word : lines.last() + u' ' + word;
    if (!lines.isEmpty() && c.cache.textWidth(longer, TextRole::box) <= width) {
      lines.last() = longer;
    } else {
      lines.append(word);
    }
  }
  return lines;
}

QString whereText(const LayoutContext& c, const session::Task& task) {
  if (task.finished) {
    return QObject::tr("done");
  }
  return task.worker ? QObject::tr("runs on %1").arg(nameText(c.laneOf(*task.worker).name))
                     : QObject::tr("still queued");
}

/// A line below the lane from the end of the task on, for as long as its result waits.
void markHeld(const LayoutContext& c, TaskKey key, TimeNs until, TimelineScene& scene) {
  const auto task = c.snapshot.task(key);
  const PlannedRow* row = task && task->worker ? c.plan.rowOf(*task->worker) : nullptr;
  if (row == nullptr || !task->finished || *task->finished >= c.shown.end ||
      until <= c.shown.begin) {
    return;
  }
  const qreal height = std::max(1.0, c.snap(c.theme.px(2)));
  const qreal tick = std::max(height, c.snap(std::min(c.theme.px(6), row->height * 0.3)));
  const qreal bottom = c.screenY(*row) + row->height - 1;
  const qreal left = std::max(c.snappedX(*task->finished), c.canvas.left());
  const qreal right = std::min(c.snappedX(until), c.canvas.right());
  QList<QRectF>& rects = scene.panes[row->pinned ? 1 : 0].held.rects;
  if (*task->finished >= c.shown.begin) {
    rects.append(QRectF(left, bottom - tick, height, tick));
  }
  rects.append(QRectF(left, bottom - height, std::max(height, right - left), height));
}

/// A frame around the task that all the others wait for.
void markAwaited(const LayoutContext& c, TaskKey key, TimelineScene& scene) {
  const qreal w = std::max(1.0, c.snap(c.theme.px(2)));
  for (LanePane& pane : scene.panes) {
    for (const TaskBar& bar : pane.bars) {
      if (bar.task == key) {
        const QRectF r = bar.rect.adjusted(-w, -w, w, w);
        pane.held.rects << QRectF(r.left(), r.top(), r.width(), w)
                        << QRectF(r.left(), r.bottom() - w, r.width(), w)
                        << QRectF(r.left(), r.top() + w, w, r.height() - 2 * w)
                        << QRectF(r.right() - w, r.top() + w, w, r.height() - 2 * w);
      }
    }
  }
}

void mark(const LayoutContext& c, const Hold& hold, TimelineScene& scene) {
  if (hold.results.tasks.empty()) {
    return;
  }
  for (const TaskKey key : hold.results.tasks) {
    markHeld(c, key, hold.time, scene);
  }
  markAwaited(c, hold.results.awaited, scene);
}

}  // namespace

QString heldCount(const HeldResults& held) {
  const QString count = countText(held.tasks.size());
  return held.complete ? count : QObject::tr("%1 or more").arg(count);
}

QString heldSentence(const Blocked& blocked, const HeldResults& held) {
  const QString task = QString::number(held.awaited.task);
  return blocked.reason == trace::BlockReason::map
             ? QObject::tr(
                   "map() yields results in order: %1 later ones are done, but the loop "
                   "waits for task %2.")
                   .arg(heldCount(held), task)
             : QObject::tr(
                   "result() waits for task %2, while %1 later ones are done and not taken.")
                   .arg(heldCount(held), task);
}

HeldResults heldAt(const LayoutContext& c, LaneId lane, TimeNs time) {
  return c.snapshot.held_results(lane, std::min(time, c.now), kMostCounted);
}

QStringList heldWords(const Blocked& blocked, const HeldResults& held) {
  if (held.tasks.empty()) {
    return blockedWords(blocked);
  }
  const QString done =
      QObject::tr("%1 done behind task %2").arg(heldCount(held)).arg(held.awaited.task);
  return QStringList{blocked.reason == trace::BlockReason::map
                         ? QObject::tr("map(): %1").arg(done)
                         : QObject::tr("result(): %1").arg(done),
                     done} +
         blockedWords(blocked);
}

std::optional<HoverBox> waitBox(const LayoutContext& c, LaneId caller, TimeNs time) {
  time = std::min(time, c.now);
  const auto wait = c.snapshot.lane_state(caller, time).blocked;
  if (!wait) {
    return {};
  }
  const Theme& t = c.theme;
  Blocked unnamed = *wait;
  unnamed.awaited = {};
  HoverBox box{.rect = QRectF(0, 0, hoverWidth(t), 0),
               .title = blockedText(unnamed),
               .titleColor = t.text,
               .outcomeColor = t.warn};
  if (const auto task = wait->awaited ? taskAt(c.snapshot, wait->awaited, time) : std::nullopt) {
    box.lines.append({QObject::tr("waits for"),
                      c.cache.elided(taskTitle(*task), TextRole::box, box.rect.width() * 0.6)});
    box.lines.append({QObject::tr("which"), whereText(c, *task)});
  }
  box.lines.append({QObject::tr("for"), durationText(time - wait->begin)});
  const HeldResults held = heldAt(c, caller, time);
  if (!held.tasks.empty()) {
    box.outcome = QObject::tr("%1 later done").arg(heldCount(held));
    box.note = wrapped(c, heldSentence(*wait, held), box.rect.width() - t.px(24));
  }
  return box;
}

void layOutHeld(const LayoutContext& c, TimelineScene& scene) {
  for (LanePane& pane : scene.panes) {
    pane.held.color = c.theme.warn;
  }
  const Hit below = c.view.pointer ? hitTest(scene, *c.view.pointer) : Hit{};
  if (below.row == LaneRow::Kind::caller && below.area == Hit::Area::canvas && below.lane) {
    const TimeNs time = std::min(c.axis.toTime(c.view.pointer->x()), c.now);
    mark(c, {time, c.snapshot.held_results(*below.lane, time, kMostMarked)}, scene);
    return;
  }
  for (const LanePane& pane : scene.panes) {
    for (const LaneRow& row : pane.rows) {
      if (row.kind == LaneRow::Kind::caller && !row.lanes.isEmpty()) {
        mark(c, {c.now, c.snapshot.held_results(row.lanes.front(), c.now, kMostMarked)}, scene);
      }
    }
  }
}

}  // namespace poolscope::ui
