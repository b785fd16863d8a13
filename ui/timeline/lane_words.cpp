// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Blocked;
using session::Phase;
using session::Task;
using session::TaskState;
using session::TimeNs;
using trace::BlockReason;
using trace::PhaseKind;

namespace {

QString withName(const QString& what, std::string_view name) {
  return name.empty() ? what : what + QLatin1Char(' ') + nameText(name);
}

}  // namespace

std::optional<Task> taskAt(const session::Snapshot& snapshot, session::TaskKey key, TimeNs now) {
  auto task = snapshot.task(key);
  if (!task) {
    return task;
  }
  if (task->delivered && *task->delivered > now) {
    task->delivered.reset();
  }
  if (task->finished && *task->finished > now) {
    task->finished.reset();
    task->error = {};
    task->cpu_time.reset();
    task->state = TaskState::running;
  }
  if (task->over_by && *task->over_by > now) {
    task->over_by.reset();
    task->state = TaskState::running;
  }
  if (task->started && *task->started > now) {
    task->started.reset();
    task->worker.reset();
  }
  if (!task->finished && !task->started && !task->forgotten) {
    task->state = TaskState::queued;
  }
  return task;
}

QString taskTitle(const Task& task) {
  const QString number = QString::number(task.key.task);
  const QString name = nameText(task.name);
  if (isBlank(name)) {
    return QObject::tr("task %1").arg(number);
  }
  return TaskKinds::kindOf(task.name) == task.name ? name + QLatin1Char(' ') + number : name;
}

QString phaseText(const Phase& phase) {
  switch (phase.kind) {
    case PhaseKind::io_wait:
      return QObject::tr("waiting for I/O");
    case PhaseKind::compute:
      return QObject::tr("computing");
    case PhaseKind::lock_wait:
      return withName(QObject::tr("waiting for lock"), phase.name);
    case PhaseKind::sleep:
      return QObject::tr("sleeping");
    case PhaseKind::file_io:
      return QObject::tr("file I/O");
    case PhaseKind::command:
      return QObject::tr("waiting for a command");
    case PhaseKind::lock_held:
      return withName(QObject::tr("holding lock"), phase.name);
    case PhaseKind::other:
      break;
  }
  return phase.name.empty() ? QObject::tr("running") : nameText(phase.name);
}

QString blockedText(const Blocked& blocked) {
  const QString task =
      blocked.awaited ? QObject::tr(": task %1").arg(blocked.awaited.task) : QString();
  switch (blocked.reason) {
    case BlockReason::result:
      return QObject::tr("blocked in result()%1").arg(task);
    case BlockReason::map:
      return QObject::tr("blocked in map()%1").arg(task);
    case BlockReason::wait:
      return QObject::tr("blocked in wait()%1").arg(task);
    case BlockReason::as_completed:
      return QObject::tr("blocked in as_completed()");
    case BlockReason::full_queue:
      return QObject::tr("blocked in submit(): queue full");
    case BlockReason::shutdown:
      return QObject::tr("blocked in shutdown()");
    case BlockReason::unknown:
      break;
  }
  return QObject::tr("blocked%1").arg(task);
}

QStringList phaseWords(const Phase& phase) {
  QStringList words{phaseText(phase)};
  switch (phase.kind) {
    case PhaseKind::io_wait:
      words.append(QObject::tr("I/O wait"));
      break;
    case PhaseKind::lock_wait:
      words << QObject::tr("waiting for lock") << QObject::tr("lock wait");
      break;
    case PhaseKind::command:
      words.append(QObject::tr("command"));
      break;
    case PhaseKind::lock_held:
      words << QObject::tr("holding lock") << QObject::tr("has lock");
      break;
    default:
      break;
  }
  return words;
}

QStringList blockedWords(const Blocked& blocked) {
  QStringList words{blockedText(blocked)};
  if (blocked.awaited) {
    Blocked unnamed = blocked;
    unnamed.awaited = {};
    words.append(blockedText(unnamed));
  }
  if (blocked.reason == BlockReason::full_queue) {
    words.append(QObject::tr("blocked: queue full"));
  }
  words.append(QObject::tr("blocked"));
  return words;
}

void layOutHead(const LayoutContext& c, const PlannedRow& row, const QString& name, bool nameIsCode,
                const QStringList& states, const QColor& dot, bool hollow, bool dimmed,
                LanePane& pane, const QString& share) {
  const Theme& t = c.theme;
  const qreal y = c.screenY(row);
  const TextRole role = nameIsCode ? TextRole::lane_name : TextRole::lane_name_words;
  LaneHead head;
  head.rect = QRectF(0, y, c.headWidth, row.height);
  const qreal radius = t.px(4.5);
  head.dot = QRectF(t.px(18) - radius, y + row.height / 2 - radius, 2 * radius, 2 * radius);
  head.dotColor = dot;
  head.hollowDot = hollow;
  const qreal left = t.px(32);
  const qreal right = c.headWidth - t.px(8);
  const QColor nameColor = dimmed ? t.dim : t.text;
  const auto stateFor = [&](qreal room, const QString& end) {
    const QString suffix = end.isEmpty() ? QString() : QStringLiteral("  ") + end;
    const qreal rest =
        room - (suffix.isEmpty() ? 0 : c.cache.textWidth(suffix, TextRole::lane_state));
    const auto fitting = std::find_if(states.begin(), states.end(), [&](const QString& state) {
      return c.cache.textWidth(state, TextRole::lane_state) <= rest;
    });
    return (fitting != states.end() ? *fitting
                                    : c.cache.elided(states.last(), TextRole::lane_state, rest)) +
           suffix;
  };
  // Else "idle  70 %" says that it is idle for so long.
  const QString busy = share.isEmpty() ? QString() : QObject::tr("%1 busy").arg(share);
  const auto shareFor = [&](qreal room) {
    const QString all = states.first() + QStringLiteral("  ") + busy;
    return c.cache.textWidth(all, TextRole::lane_state) <= room ? busy : share;
  };
  // Workers of a pool differ at the end of their names only.
  const auto nameFor = [&](qreal room) {
    return c.cache.elided(name, role, room, nameIsCode ? Qt::ElideMiddle : Qt::ElideRight);
  };
  if (row.height >= t.px(30)) {
    const qreal line = t.px(15);
    const qreal top = y + row.height / 2 - line - t.px(0.5);
    // The share stands at the end of the name's line, where no change of the state moves it. A name
    // that needs the room has it.
    const qreal busyWidth = share.isEmpty() ? 0 : c.cache.textWidth(busy, TextRole::lane_state);
    const bool beside =
        !share.isEmpty() && c.cache.textWidth(name, role) + t.px(8) + busyWidth <= right - left;
    const qreal nameWidth = right - left - (beside ? busyWidth + t.px(8) : 0);
    head.name = {QRectF(left, top, nameWidth, line), nameFor(nameWidth), role, nameColor};
    head.state = {QRectF(left, top + line, right - left, line),
                  stateFor(right - left, beside ? QString() : shareFor(right - left)),
                  TextRole::lane_state, t.dim};
    if (beside) {
      head.share = {QRectF(right - busyWidth, top, busyWidth, line), busy, TextRole::lane_state,
                    t.dim, Qt::AlignRight | Qt::AlignVCenter};
    }
  } else {
    // One line: the name keeps its room, the state gets what is left. One that does not fit is left
    // to the dot: a letter of it says nothing, and the end of the name tells more.
    const qreal gap = t.px(8);
    qreal nameWidth = std::min(c.cache.textWidth(name, role), (right - left) * 0.6);
    const qreal room = right - left - nameWidth - gap;
    QString state = stateFor(room, shareFor(room));
    if (!share.isEmpty() && state.contains(QChar(0x2026))) {
      state = share;
      nameWidth = right - left - c.cache.textWidth(share, TextRole::lane_state) - gap;
    }
    const qreal stateLeft = left + nameWidth + gap;
    head.name = {QRectF(left, y, nameWidth, row.height), nameFor(nameWidth), role, nameColor};
    head.state = {QRectF(stateLeft, y, right - stateLeft, row.height), state, TextRole::lane_state,
                  t.dim, Qt::AlignRight | Qt::AlignVCenter};
  }
  pane.heads.append(head);
}

}  // namespace poolscope::ui
