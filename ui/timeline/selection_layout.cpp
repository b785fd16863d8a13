// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/hit_test.h"
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Task;
using session::TaskState;
using session::TimeNs;

namespace {

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
  return task.over_by ? Outcome{QObject::tr("end was lost"), c.theme.warn}
                      : Outcome{QObject::tr("finished"), c.theme.ok};
}

std::optional<TimeNs> firstKnown(const Task& task) {
  return task.queued ? task.queued : task.started ? task.started : task.finished;
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
    lines.append({task.over_by ? QObject::tr("ran at most") : QObject::tr("ran"),
                  durationText(endOf(task, c.now) - *task.started)});
  }
  if (task.cpu_time && *task.cpu_time > 0) {
    lines.append({QObject::tr("CPU time"), durationText(*task.cpu_time)});
  }
  if (task.delivered && task.finished && *task.delivered >= *task.finished) {
    lines.append({QObject::tr("delivered after"), durationText(*task.delivered - *task.finished)});
  }
  if (task.worker) {
    lines.append({QObject::tr("worker"),
                  nameText(c.snapshot.lanes()[static_cast<std::size_t>(*task.worker)].name)});
  }
  return lines;
}

HoverBox taskBox(const LayoutContext& c, const Task& task) {
  const Theme& t = c.theme;
  const Outcome outcome = outcomeOf(c, task);
  HoverBox box{.task = task.key,
               .rect = QRectF(0, 0, hoverWidth(t), 0),
               .titleColor = t.text,
               .outcome = outcome.text,
               .outcomeColor = outcome.color,
               .lines = hoverLines(c, task)};
  const qreal outcomeWidth = c.cache.textWidth(outcome.text, TextRole::flag);
  box.title = c.cache.elided(taskTitle(task), TextRole::box_title,
                             box.rect.width() - outcomeWidth - t.px(34));
  if (!task.error.empty()) {
    box.error = c.cache.elided(nameText(task.error), TextRole::box, box.rect.width() - t.px(24));
  }
  return box;
}

/// What came with the session may be of any length; of names the end tells one from the next.
void shortenLines(const LayoutContext& c, HoverBox& box) {
  const qreal room = box.rect.width() - c.theme.px(24);
  for (HoverBox::Line& line : box.lines) {
    const qreal taken = c.cache.textWidth(line.name, TextRole::box) + c.theme.px(10);
    line.value = c.cache.elided(line.value, TextRole::box, room - taken, Qt::ElideMiddle);
  }
}

/// As high as its content, beside the pointer, within the picture.
void placeBox(const LayoutContext& c, HoverBox& box, const QSizeF& size) {
  const Theme& t = c.theme;
  const qsizetype lines = box.lines.size() + box.note.size();
  const qreal width = box.rect.width();
  const qreal height =
      t.px(38) + t.px(18) * static_cast<qreal>(lines) + (box.error.isEmpty() ? 0 : t.px(20));
  const QPointF at = *c.view.pointer;
  qreal x = at.x() + t.px(14);
  qreal y = at.y() + t.px(16);
  if (x + width > size.width()) {
    x = at.x() - width - t.px(10);
  }
  if (y + height > size.height()) {
    y = at.y() - height - t.px(10);
  }
  box.rect = QRectF(std::round(std::max(x, 2.0)), std::round(std::max(y, 2.0)), width, height);
}

}  // namespace

void layOutSelection(const LayoutContext& c, TimelineScene& scene) {
  if (!c.view.selectedTask) {
    return;
  }
  const auto task = taskAt(c.snapshot, c.view.selectedTask, c.now);
  // Its begin may be lost: from what is known on it is shown.
  const auto known = task ? firstKnown(*task) : std::nullopt;
  if (!known || *known > c.now) {
    return;
  }
  layOutPath(c, *task, scene);
  if (const TaskBar* bar = barOf(scene, task->key, scene.selectionInPinned)) {
    scene.selectionOutline = bar->rect;
  } else if (const PlannedRow* row = task->worker ? c.plan.rowOf(*task->worker) : nullptr;
             row != nullptr && task->started) {
    // Too short for a bar of its own: the place where it is.
    const qreal x0 = c.snappedX(*task->started);
    const qreal x1 = std::max(c.snappedX(endOf(*task, c.now)), x0 + 4);
    if (x1 > c.canvas.left() && x0 < c.canvas.right()) {
      const qreal inset = row->height * 0.13;
      scene.selectionOutline =
          QRectF(x0, c.screenY(*row) + inset, x1 - x0, row->height - 2 * inset);
      scene.selectionInPinned = row->pinned;
    }
  }
}

void layOutHover(const LayoutContext& c, TimelineScene& scene) {
  if (!c.view.pointer) {
    return;
  }
  const Hit below = hitTest(scene, *c.view.pointer);
  if (const auto task = below.task ? taskAt(c.snapshot, below.task, c.now) : std::nullopt) {
    scene.hover = taskBox(c, *task);
  } else if (below.row == LaneRow::Kind::caller && below.area == Hit::Area::canvas && below.lane) {
    scene.hover = waitBox(c, *below.lane, c.axis.toTime(c.view.pointer->x()));
  } else if (below.row == LaneRow::Kind::worker && below.area == Hit::Area::head && below.lane) {
    scene.hover = workerBox(c, *below.lane);
  }
  if (scene.hover) {
    shortenLines(c, *scene.hover);
    placeBox(c, *scene.hover, scene.size);
  }
}

}  // namespace poolscope::ui
