// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <QObject>

#include <algorithm>
#include <optional>

namespace poolscope::ui {

using session::Lane;
using session::TimeNs;

namespace {

/// Nearer than this two lines are one.
constexpr qreal kLeastLines = 3;

/// As the pool's other workers are called: PREFIX_7.
QString ghostName(const LayoutContext& c, const PlannedRow& row) {
  for (const Lane& lane : c.snapshot.lanes()) {
    if (lane.kind == session::LaneKind::worker && lane.pool == row.pool) {
      const QString name = workerName(lane);
      const QString suffix = QString::number(lane.index);
      if (name.endsWith(suffix)) {
        return name.chopped(suffix.size()) + QString::number(row.index);
      }
      break;
    }
  }
  return QObject::tr("worker %1").arg(row.index);
}

/// Since when max_workers has allowed more than `others` workers, without a break up to `until`.
std::optional<TimeNs> allowedSince(const LayoutContext& c, const PlannedRow& row,
                                   std::uint32_t others, TimeNs until) {
  std::optional<TimeNs> since;
  for (const auto& step : c.snapshot.max_workers_steps(*row.pool)) {
    if (step.time > until) {
      break;
    }
    if (step.now <= others) {
      since.reset();
    } else if (!since) {
      since = step.time;
    }
  }
  return since;
}

/// Since when so many workers have been gone that max_workers leaves room for one more than
/// `others`: a place that others held was not waiting for anybody.
TimeNs roomSince(const LayoutContext& c, const PlannedRow& row, std::uint32_t others) {
  const auto latest = c.plan.places->latestExit(*row.pool, c.now);
  if (!latest) {
    return c.snapshot.begin();
  }
  // Only the last exit is looked at: before it there was one more, and rarely room for all.
  const std::uint32_t limit = c.snapshot.max_workers_at(*row.pool, *latest - 1);
  return limit > others + 1 ? c.snapshot.begin() : *latest;
}

void addGhost(const LayoutContext& c, const PlannedRow& row, TimeNs begin, TimeNs end,
              LanePane& pane) {
  const qreal inset = c.theme.px(3);
  const qreal left = std::max(c.snappedX(begin), c.canvas.left() - 8) + inset;
  const qreal right = std::min(c.snappedX(end), c.canvas.right() + 8) - inset;
  if (right - left < c.theme.px(8)) {
    return;
  }
  const QRectF body = rowBody(c, row);
  Ghost ghost{.rect = QRectF(left, body.top() + 2, right - left, body.height() - 4)};
  const QRectF seen = ghost.rect.intersected(c.canvas);
  const QString text = QObject::tr("not started: no task has needed it");
  if (c.cache.textWidth(text, TextRole::note) + c.theme.px(16) <= seen.width() &&
      seen.height() >= c.theme.px(11)) {
    ghost.label = TextLabel{seen, text, TextRole::note, c.theme.dim, Qt::AlignCenter};
  }
  pane.ghosts.append(ghost);
}

/// The lines where a worker left and where one came to a place that another had had, and between
/// them, if there is room and nothing else, who it was.
class Leavings {
 public:
  Leavings(const LayoutContext& context, const PlannedRow& row, LanePane& pane)
      : c_(context),
        row_(row),
        pane_(pane) {}

  void addLine(TimeNs time) {
    const qreal x = c_.snappedX(time);
    if (x < c_.canvas.left() || x > c_.canvas.right() || x - lastX_ < kLeastLines) {
      return;
    }
    lastX_ = x;
    pane_.leavings.rects.append(
        QRectF(x, c_.screenY(row_), std::max(1.0, c_.theme.px(1.2)), row_.height - 1));
  }

  void addNames(const Lane& gone, const Lane& next) {
    const qreal margin = c_.theme.px(5);
    const qreal left = std::max(c_.snappedX(*gone.exited), c_.canvas.left()) + margin;
    const qreal right = std::min(c_.snappedX(next.started), c_.canvas.right()) - margin;
    const QString words = gone.retired ? QObject::tr("%1 retired").arg(workerName(gone))
                                       : QObject::tr("%1 ended").arg(workerName(gone));
    const qreal wordsWidth = c_.cache.textWidth(words, TextRole::note);
    if (wordsWidth > right - left) {
      return;
    }
    const qreal y = c_.screenY(row_);
    pane_.labels.append(
        {QRectF(left, y, wordsWidth, row_.height), words, TextRole::note, c_.theme.dim});
    const QString name = workerName(next);
    const qreal nameWidth = c_.cache.textWidth(name, TextRole::note);
    if (wordsWidth + nameWidth + 2 * margin <= right - left) {
      pane_.labels.append({QRectF(right - nameWidth, y, nameWidth, row_.height), name,
                           TextRole::note, c_.theme.dim, Qt::AlignRight | Qt::AlignVCenter});
    }
  }

 private:
  const LayoutContext& c_;
  const PlannedRow& row_;
  LanePane& pane_;
  qreal lastX_ = -1e9;
};

}  // namespace

void layOutVacancies(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  pane.leavings.color = c.theme.dim;
  Leavings leavings(c, row, pane);
  const Lane* before = row.earlier ? &c.laneOf(*row.earlier) : nullptr;
  for (const session::LaneId id : row.lanes) {
    const Lane& lane = c.laneOf(id);
    if (lane.started > c.shown.begin && lane.started <= c.shown.end) {
      auto since = allowedSince(c, row, c.plan.places->othersAtStart(id), lane.started);
      if (since && before != nullptr && before->exited) {
        since = std::max(*since, *before->exited);
      }
      const qsizetype ghosts = pane.ghosts.size();
      if (since && *since < lane.started && lane.start_known) {
        addGhost(c, row, *since, lane.started, pane);
      }
      if (before != nullptr && before->exited) {
        if (pane.ghosts.size() == ghosts) {
          leavings.addNames(*before, lane);
        }
        leavings.addLine(lane.started);
      }
    }
    if (c.hasLeft(lane)) {
      leavings.addLine(*lane.exited);
    }
    before = &lane;
  }
  if (row.awaited && before != nullptr) {
    if (const auto since = allowedSince(c, row, *row.awaited, c.now)) {
      const TimeNs left = std::max(before->exited.value_or(0), roomSince(c, row, *row.awaited));
      addGhost(c, row, std::max(*since, left), c.now, pane);
    }
  }
}

void layOutGhost(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const std::uint32_t others = row.awaited.value_or(0);
  if (const auto since = allowedSince(c, row, others, c.now)) {
    addGhost(c, row, std::max(*since, roomSince(c, row, others)), c.now, pane);
  }
  layOutHead(c, row, ghostName(c, row), true, {QObject::tr("not started")}, c.theme.faint, true,
             true, pane);
}

}  // namespace poolscope::ui
