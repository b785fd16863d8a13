// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/hit_test.h"
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Task;
using session::TaskKey;
using session::TaskState;
using session::TimeNs;

namespace {

/// The x of a moment, not further outside the canvas than a curve to it needs.
qreal nearX(const LayoutContext& c, TimeNs time) {
  return std::clamp(c.axis.toX(time), c.canvas.left() - 400, c.canvas.right() + 400);
}

const TaskBar* barOf(const TimelineScene& scene, session::TaskKey key, bool& pinned) {
  for (std::size_t p = 0; p < scene.panes.size(); ++p) {
    for (const TaskBar& bar : scene.panes[p].bars) {
      if (bar.task == key) {
        pinned = p == 1;
        return &bar;
      }
    }
  }
  return nullptr;
}

/// From the submit on the caller's lane through the queue to `to`, or to the queue itself if it was
/// never picked.
void addWayIn(const LayoutContext& c, const Task& task, TimelineScene& scene) {
  const PlannedRow* caller = task.caller ? c.plan.rowOf(*task.caller) : nullptr;
  const PlannedRow* queue = c.plan.queueOf(task.pool);
  const PlannedRow* worker = task.worker ? c.plan.rowOf(*task.worker) : nullptr;
  if (!task.queued || queue == nullptr) {
    return;
  }
  const qreal queueY = c.middleOf(*queue);
  const QPointF from(nearX(c, *task.queued), caller != nullptr ? c.middleOf(*caller) : queueY);
  const TimeNs left = task.started ? *task.started : task.finished.value_or(c.now);
  const QPointF inQueue(nearX(c, left), queueY);
  const qreal bend = c.theme.px(26);
  Curve curve{.color = c.theme.text, .width = c.theme.px(1.6)};
  curve.path.moveTo(from);
  if (worker == nullptr || !task.started) {
    curve.path.cubicTo(QPointF(from.x() + bend / 2, queueY), QPointF(inQueue.x() - bend, queueY),
                       inQueue);
    if (task.state == TaskState::cancelled) {
      scene.selectionEnd = inQueue;
    }
  } else {
    const QPointF to(nearX(c, *task.started), c.middleOf(*worker));
    const qreal reach = std::min(bend, std::max(4.0, (to.x() - from.x()) / 2));
    curve.path.cubicTo(QPointF(from.x() + reach / 2, queueY + (to.y() - queueY) * 0.25),
                       QPointF(to.x() - reach, to.y()), to);
  }
  scene.selectionPath.append(curve);
}

/// From the task's end to where its result was received, dashed: the result waits, nobody works on
/// it.
void addWayOut(const LayoutContext& c, const Task& task, TimelineScene& scene) {
  const PlannedRow* worker = task.worker ? c.plan.rowOf(*task.worker) : nullptr;
  const PlannedRow* receiver = task.receiver ? c.plan.rowOf(*task.receiver) : nullptr;
  if (worker == nullptr || receiver == nullptr || !task.finished || !task.delivered) {
    return;
  }
  const QPointF from(nearX(c, *task.finished), c.middleOf(*worker));
  const QPointF to(nearX(c, *task.delivered), c.middleOf(*receiver));
  const qreal bend = c.theme.px(24);
  Curve curve{.color = c.theme.text, .width = c.theme.px(1.6), .dashed = true};
  curve.path.moveTo(from);
  curve.path.cubicTo(QPointF(from.x() + bend, from.y()),
                     QPointF(to.x(), to.y() + (from.y() - to.y()) * 0.4), to);
  scene.selectionPath.append(curve);
}

struct Outcome {
  QString text;
  QColor color;
};

Outcome outcomeOf(const LayoutContext& c, const Task& task) {
  if (task.forgotten) {
    return {QObject::tr("its detail is gone"), c.theme.dim};
  }
  switch (task.state) {
    case TaskState::queued:
      return {QObject::tr("waiting"), c.theme.dim};
    case TaskState::running:
      return {QObject::tr("running"), c.theme.accent};
    case TaskState::failed:
      return {QObject::tr("× failed"), c.theme.bad};
    case TaskState::cancelled:
      return {QObject::tr("cancelled"), c.theme.warn};
    case TaskState::finished:
      break;
  }
  return {QObject::tr("finished"), c.theme.ok};
}

QList<HoverBox::Line> hoverLines(const LayoutContext& c, const Task& task) {
  const TimeNs origin = c.snapshot.begin();
  // Where a pixel is less than a millisecond, as exact as the pixels.
  const TimeNs step = std::min<TimeNs>(1'000'000, roundTimeStep(c.axis.nsPerPixel()));
  const auto moment = [&](TimeNs time) { return timeText(time - origin, step); };
  QList<HoverBox::Line> lines;
  if (task.queued) {
    lines.append({QObject::tr("queued at"), moment(*task.queued)});
  }
  if (task.started) {
    lines.append({QObject::tr("started at"), moment(*task.started)});
  }
  if (task.finished) {
    const bool cancelled = task.state == TaskState::cancelled;
    lines.append({cancelled ? QObject::tr("cancelled at") : QObject::tr("finished at"),
                  moment(*task.finished)});
  }
  if (task.queued) {
    const TimeNs until = task.started ? *task.started : task.finished.value_or(c.now);
    lines.append({QObject::tr("waited"), durationText(until - *task.queued)});
  }
  if (task.started) {
    lines.append({QObject::tr("ran"), durationText(task.finished.value_or(c.now) - *task.started)});
  }
  if (task.cpu_time && *task.cpu_time > 0) {
    lines.append({QObject::tr("on the CPU"), durationText(*task.cpu_time)});
  }
  if (task.delivered && task.finished && *task.delivered >= *task.finished) {
    lines.append({QObject::tr("delivered after"), durationText(*task.delivered - *task.finished)});
  }
  if (task.worker) {
    lines.append(
        {QObject::tr("worker"),
         QString::fromUtf8(c.snapshot.lanes()[static_cast<std::size_t>(*task.worker)].name)});
  }
  return lines;
}

}  // namespace

void layOutSelection(const LayoutContext& c, TimelineScene& scene) {
  if (!c.view.selectedTask) {
    return;
  }
  const auto task = taskAt(c.snapshot, c.view.selectedTask, c.now);
  if (!task || !task->queued || *task->queued > c.now) {
    return;
  }
  addWayIn(c, *task, scene);
  addWayOut(c, *task, scene);
  if (const TaskBar* bar = barOf(scene, task->key, scene.selectionInPinned)) {
    scene.selectionOutline = bar->rect;
  } else if (const PlannedRow* row = task->worker ? c.plan.rowOf(*task->worker) : nullptr;
             row != nullptr && task->started) {
    // Too short for a bar of its own: the place where it is.
    const qreal x0 = c.snappedX(*task->started);
    const qreal x1 = std::max(c.snappedX(task->finished.value_or(c.now)), x0 + 4);
    if (x1 > c.canvas.left() && x0 < c.canvas.right()) {
      const qreal inset = row->height * 0.13;
      scene.selectionOutline =
          QRectF(x0, c.screenY(*row) + inset, x1 - x0, row->height - 2 * inset);
      scene.selectionInPinned = row->pinned;
    }
  }
}

void layOutHover(const LayoutContext& c, TimelineScene& scene) {
  const TaskKey below = c.view.pointer ? hitTest(scene, *c.view.pointer).task : TaskKey{};
  const auto task = below ? taskAt(c.snapshot, below, c.now) : std::nullopt;
  if (!task) {
    return;
  }
  const Theme& t = c.theme;
  HoverBox box{.task = task->key};
  const Outcome outcome = outcomeOf(c, *task);
  box.outcome = outcome.text;
  box.outcomeColor = outcome.color;
  box.titleColor = t.text;
  box.lines = hoverLines(c, *task);
  const qreal width = t.px(250);
  const qreal outcomeWidth = c.cache.textWidth(outcome.text, TextRole::flag);
  box.title =
      c.cache.elided(taskTitle(*task), TextRole::box_title, width - outcomeWidth - t.px(34));
  if (!task->error.empty()) {
    box.error = c.cache.elided(QString::fromUtf8(task->error).simplified(), TextRole::box,
                               width - t.px(24));
  }
  const qreal height = t.px(38) + t.px(18) * static_cast<qreal>(box.lines.size()) +
                       (box.error.isEmpty() ? 0 : t.px(20));
  const QPointF at = *c.view.pointer;
  qreal x = at.x() + t.px(14);
  qreal y = at.y() + t.px(16);
  if (x + width > scene.size.width()) {
    x = at.x() - width - t.px(10);
  }
  if (y + height > scene.size.height()) {
    y = at.y() - height - t.px(10);
  }
  box.rect = QRectF(std::round(std::max(x, 2.0)), std::round(std::max(y, 2.0)), width, height);
  scene.hover = box;
}

}  // namespace poolscope::ui
