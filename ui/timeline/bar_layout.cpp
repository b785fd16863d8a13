// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <QVarLengthArray>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

using session::LaneId;
using session::Phase;
using session::Task;
using session::TaskState;
using session::TimeNs;
using trace::PhaseKind;

namespace {

constexpr std::size_t kMostPhases = 48;
constexpr std::size_t kMostBlocked = 64;

}  // namespace

BarFill fillOf(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::io_wait:
      return BarFill::hatch;
    case PhaseKind::file_io:
      return BarFill::back_hatch;
    case PhaseKind::sleep:
      return BarFill::dots;
    case PhaseKind::command:
      return BarFill::stripes;
    case PhaseKind::lock_wait:
      return BarFill::thin;
    case PhaseKind::lock_held:
      return BarFill::held;
    default:
      return BarFill::bright;
  }
}

namespace {

/// Cuts a task's time into parts of one fill: of nested phases the innermost, else the task
/// computes.
void cutIntoParts(const LayoutContext& c, TimeNs begin, TimeNs end, const Stretches& stretches,
                  int color, TaskBar& bar) {
  const bool byPhase = c.view.coloring.by == ColorBy::phase;
  QVarLengthArray<TimeNs, 24> cuts{begin, end};
  for (const BarStretch& s : stretches) {
    for (const TimeNs cut : {s.begin, s.end}) {
      if (cut > begin && cut < end) {
        cuts.append(cut);
      }
    }
  }
  std::sort(cuts.begin(), cuts.end());
  qreal left = bar.rect.left();
  for (qsizetype i = 0; i + 1 < cuts.size(); ++i) {
    const qreal right = cuts[i + 1] == end
                            ? bar.rect.right()
                            : std::clamp(c.snappedX(cuts[i + 1]), left, bar.rect.right());
    if (right <= left) {
      continue;
    }
    BarFill fill = BarFill::bright;
    int partColor = color;
    for (const BarStretch& s : stretches) {
      if (s.begin <= cuts[i] && s.end >= cuts[i + 1]) {
        fill = s.fill;
        partColor = byPhase ? swatch::kPhases + static_cast<int>(s.phase) : color;
      }
    }
    if (!bar.parts.isEmpty() && bar.parts.last().fill == fill &&
        bar.parts.last().swatch == partColor) {
      bar.parts.last().rect.setRight(right);
    } else {
      bar.parts.append(
          {QRectF(left, bar.rect.top(), right - left, bar.rect.height()), fill, partColor});
    }
    left = right;
  }
}

/// Where the task itself waits for another one: a line along the bar's top.
void addBlocked(const LayoutContext& c, const BarFacts& facts, TaskBar& bar) {
  for (const BarStretch& stretch : facts.stretches) {
    if (!stretch.blocked) {
      continue;
    }
    const qreal from = std::max(c.snappedX(stretch.begin), bar.rect.left());
    const qreal to = std::min(c.snappedX(stretch.end), bar.rect.right());
    if (to > from) {
      bar.blocked.append(
          QRectF(from, bar.rect.top(), to - from, std::max(3.0, bar.rect.height() * 0.14)));
    }
  }
}

void addLabel(const LayoutContext& c, const BarFacts& facts, TaskBar& bar) {
  const QRectF seen = bar.rect.intersected(c.canvas);
  const qreal margin = c.theme.px(6);
  const qreal tight = c.theme.px(3);  // for the mere number
  if (bar.rect.height() < c.theme.px(12)) {
    return;
  }
  qreal left = margin;
  if (facts.titleWidth + 2 * margin - tight <= seen.width()) {
    bar.label = facts.title;
  } else if (facts.numberWidth + 2 * tight <= seen.width()) {
    bar.label = facts.number;
    left = std::min(margin, (seen.width() - facts.numberWidth) / 2);
  } else if (facts.failed && seen.width() >= c.theme.px(13)) {
    bar.label = QStringLiteral("×");
    left = tight;
  } else {
    return;
  }
  bar.labelAt = QPointF(c.snap(seen.left() + left), c.snap(seen.center().y()));
}

}  // namespace

BarFacts barFacts(const LayoutContext& c, LaneId lane, const Task& task) {
  BarFacts facts;
  facts.task = task.key;
  facts.started = task.started.value_or(0);
  facts.open = !task.finished && !task.over_by;
  facts.end = endOf(task, c.now);
  facts.kind = c.kinds(task.name);
  facts.failed = task.state == TaskState::failed;
  if (task.queued && task.started) {
    facts.waited = std::max<TimeNs>(*task.started - *task.queued, 0);
  }
  const std::vector<Phase> phases = c.snapshot.phases(task.key, kMostPhases + 1);
  facts.hasMore = phases.size() > kMostPhases;
  for (const Phase& phase : phases) {
    if (phase.begin < c.now) {
      facts.stretches.push_back({.begin = phase.begin,
                                 .end = std::min(phase.end, facts.end),
                                 .fill = fillOf(phase.kind),
                                 .phase = phase.kind});
    }
  }
  for (const auto& blocked : c.snapshot.blocked(lane, facts.started, facts.end, kMostBlocked)) {
    if (blocked.begin < c.now) {
      facts.stretches.push_back({.begin = blocked.begin,
                                 .end = std::min(blocked.end, facts.end),
                                 .fill = BarFill::stripes,
                                 .blocked = true});
    }
  }
  const QString cross = facts.failed ? QStringLiteral("× ") : QString();
  facts.number = cross + QString::number(task.key.task);
  facts.title = cross + taskTitle(task);
  facts.titleWidth = c.cache.numberedWidth(facts.title, TextRole::bar);
  facts.numberWidth = c.cache.numberedWidth(facts.number, TextRole::bar);
  return facts;
}

bool layOutBar(const LayoutContext& c, const QRectF& body, LaneId lane, const BarFacts& facts,
               QList<TaskBar>& bars) {
  const qreal x0 = c.snappedX(facts.started);
  const qreal x1 = c.snappedX(facts.end);
  // Far outside the canvas, where pixels no longer count, the bar is cut; a hatch keeps its phase
  // to the bar's begin.
  const qreal left = std::max(x0, c.canvas.left() - 16);
  const qreal right = std::min(x1, c.canvas.right() + 16);
  const qreal width = right - left - (facts.open ? 0 : kBarGap);
  if (width < 1) {
    return false;
  }
  TaskBar& bar = bars.emplaceBack();
  bar.task = facts.task;
  bar.lane = lane;
  bar.failed = facts.failed;
  bar.open = facts.open;
  bar.roundLeft = x0 >= c.canvas.left() - 8;
  bar.roundRight = !bar.open && x1 <= c.canvas.right() + 8;
  bar.patternX = x0;
  bar.rect = QRectF(left, body.top(), width, body.height());
  addBlocked(c, facts, bar);
  const TimeNs seenBegin = std::max(facts.started, c.axis.toTime(left));
  // An end that was rounded to the left is still the end: its last phase is not cut off.
  const TimeNs seenEnd = right >= x1
                             ? std::max(seenBegin + 1, facts.end)
                             : std::max(seenBegin + 1, std::min(facts.end, c.axis.toTime(right)));
  const int color = swatchOf(c.view.coloring, {.kind = facts.kind,
                                               .failed = facts.failed,
                                               .open = facts.open,
                                               .worker = c.laneOf(lane).index,
                                               .waited = facts.waited,
                                               .ran = facts.end - facts.started});
  cutIntoParts(c, seenBegin, seenEnd, facts.stretches, color, bar);
  addLabel(c, facts, bar);
  return true;
}

}  // namespace poolscope::ui
