// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/round_step.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::PoolIndex;
using session::QueueColumn;
using session::TaskKey;
using session::TimeNs;

namespace {

constexpr TimeNs kSecond = 1'000'000'000;
// On the screen, at any speed.
constexpr TimeNs kMoveUp = 140'000'000;
constexpr TimeNs kAppear = 120'000'000;
// Between these rates, in tasks a second on the screen, single tokens give way to a stream.
constexpr double kAllSingle = 26;
constexpr int kAllStream = 40;
constexpr qreal kToken = 10;
constexpr qreal kTokenPitch = 13;
constexpr int kTokenRows = 2;
// Tokens lie over the depth of the time before now: of more than this they hide little.
constexpr double kMostCovered = 0.5e9;  // ns

double easeOut(double t) {
  return 1 - (1 - t) * (1 - t) * (1 - t);
}

QList<QueueColumn> columnsOf(const LayoutContext& c, PoolIndex pool) {
  QList<QueueColumn> columns;
  const auto ask = [&](TimeNs begin, TimeNs end, int count, auto append) {
    for (const QueueColumn& column : c.snapshot.queue_columns(pool, begin, end, count)) {
      append(column);
    }
  };
  c.cache.queues.append(static_cast<std::uint32_t>(pool), c.grid, c.settled(), columns, ask);
  if (c.grid.partial) {
    ask(c.grid.end(), c.now, 1, [&](const QueueColumn& column) { columns.append(column); });
  }
  return columns;
}

void layOutArea(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const auto columns = columnsOf(c, *row.pool);
  if (columns.empty()) {
    return;
  }
  std::uint32_t deepest = 0;
  for (const QueueColumn& column : columns) {
    deepest = std::max(deepest, column.max);
  }
  const double scale = roundCeiling(std::max<double>(deepest, 4));
  const qreal bottom = c.screenY(row) + row.height - c.theme.px(2);
  const qreal height = row.height - c.theme.px(16);
  QueueShape shape;
  shape.rect = QRectF(c.snappedX(c.grid.begin()), bottom - height,
                      static_cast<qreal>(columns.size()) * c.columnWidth, height);
  shape.columnWidth = c.columnWidth;
  shape.mean.reserve(columns.size());
  shape.max.reserve(columns.size());
  for (const QueueColumn& column : columns) {
    shape.mean.append(c.snap(bottom - height * column.mean / scale));
    shape.max.append(c.snap(bottom - height * column.max / scale));
  }
  pane.queues.append(shape);
  // What the area's whole height stands for.
  const qreal line = c.theme.px(14);
  pane.labels.append(
      {QRectF(c.canvas.left() + c.theme.px(4), bottom - height - line, c.theme.px(80), line),
       countText(static_cast<std::uint64_t>(scale)), TextRole::note, c.theme.dim});
}

/// How far the waiting tasks still have to move up after the latest picks, in slots.
double movingUp(const LayoutContext& c, PoolIndex pool, qreal single) {
  if (c.view.reduceMotion || single <= 0) {
    return 0;
  }
  double offset = 0;
  const TimeNs moving = c.lasting(kMoveUp);
  for (const auto& pick : c.snapshot.picks(pool, c.now - moving, c.now + 1, 8)) {
    offset += 1 - easeOut(static_cast<double>(c.now - pick.time) / static_cast<double>(moving));
  }
  return std::min(offset, 3.0) * single;
}

void layOutTokens(const LayoutContext& c, const PlannedRow& row, std::uint64_t depth,
                  LanePane& pane) {
  const qreal nowX = c.axis.toX(c.now);
  if (nowX < c.canvas.left() || nowX > c.canvas.right() + 1 || depth == 0) {
    return;
  }
  const int capacity = tokenCapacity(c, row);
  const auto waiting = c.snapshot.waiting(*row.pool, c.now, static_cast<std::size_t>(capacity));
  const double offset = movingUp(c, *row.pool, singlePickShare(c, *row.pool));
  qreal left = nowX;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto task = c.snapshot.task(waiting[i]);
    Token token{.task = waiting[i],
                .rect = tokenSlot(c, row, static_cast<qreal>(i) + offset),
                .swatch = tokenSwatch(c, waiting[i])};
    if (task && task->queued && !c.view.reduceMotion) {
      const double age =
          static_cast<double>(c.now - *task->queued) / static_cast<double>(c.lasting(kAppear));
      token.opacity = std::clamp(0.25 + age, 0.25, 1.0);
    }
    left = std::min(left, token.rect.left());
    pane.tokens.append(token);
  }
  if (depth > waiting.size()) {
    const QString more = QObject::tr("+ %1").arg(countText(depth - waiting.size()));
    const qreal width = c.cache.textWidth(more, TextRole::flag);
    const qreal x = std::max(left - width - c.theme.px(8), c.canvas.left());
    pane.labels.append({QRectF(x, tokenSlot(c, row, kTokenRows > 1 ? capacity - 1 : 0).top(), width,
                               c.theme.px(kToken)),
                        more, TextRole::flag, c.theme.text});
  }
}

/// Rounded down to what can be read while it grows.
TimeNs calmAge(TimeNs age) {
  constexpr TimeNs kMillisecond = 1'000'000;
  const TimeNs step = age < 100 * kMillisecond ? 10 * kMillisecond
                      : age < kSecond          ? 50 * kMillisecond
                                               : 100 * kMillisecond;
  return age < step ? age : age / step * step;
}

QStringList queueWords(const LayoutContext& c, PoolIndex pool, std::uint64_t depth) {
  if (depth == 0) {
    return {QObject::tr("empty")};
  }
  const QString count = QObject::tr("%1 waiting").arg(countText(depth));
  const auto oldest = c.snapshot.waiting(pool, c.now, 1);
  const auto task = oldest.empty() ? std::nullopt : c.snapshot.task(oldest.front());
  if (!task || !task->queued) {
    return {count};
  }
  return {QObject::tr("%1, oldest %2").arg(count, durationText(calmAge(c.now - *task->queued))),
          count};
}

}  // namespace

int tokenSwatch(const LayoutContext& c, TaskKey key, std::optional<session::LaneId> worker) {
  const auto task = c.snapshot.task(key);
  if (!task) {
    return swatch::kNeutral;
  }
  switch (c.view.coloring.by) {
    case ColorBy::kind:
      return swatchOf(c.view.coloring, {.kind = c.kinds(task->name)});
    case ColorBy::queue_wait: {
      const TimeNs until = std::min(task->started.value_or(c.now), c.now);
      return task->queued ? rampSwatch(c.view.coloring.scale, until - *task->queued)
                          : swatch::kNeutral;
    }
    case ColorBy::worker:
      return worker ? swatchOf(c.view.coloring, {.worker = c.laneOf(*worker).index})
                    : swatch::kNeutral;
    default:
      return swatch::kNeutral;  // it has not run yet
  }
}

int tokenCapacity(const LayoutContext& c, const PlannedRow& queue) {
  Q_UNUSED(queue);
  const qreal room = std::min(c.axis.toX(c.now), c.canvas.right()) - c.canvas.left();
  const qreal covered = std::min(room * 0.3, kMostCovered / c.axis.nsPerPixel());
  return kTokenRows * static_cast<int>(std::clamp(covered / c.theme.px(kTokenPitch), 2.0, 14.0));
}

QRectF tokenSlot(const LayoutContext& c, const PlannedRow& queue, qreal index) {
  const int perRow = tokenCapacity(c, queue) / kTokenRows;
  const qreal pitch = c.theme.px(kTokenPitch);
  const auto at = [&](int slot) { return QPointF(slot % perRow, slot / perRow); };
  // Between two slots: straight from the one to the other, also where the row ends.
  const int slot = static_cast<int>(std::floor(index));
  const QPointF from = at(slot);
  const QPointF to = at(slot + 1);
  const QPointF cell = from + (to - from) * (index - slot);
  const qreal side = c.theme.px(kToken);
  const qreal right = c.axis.toX(c.now) - c.theme.px(4) - cell.x() * pitch;
  const qreal bottom =
      c.screenY(queue) + queue.height - c.theme.px(8) - cell.y() * (pitch + c.theme.px(2));
  return QRectF(right - side, bottom - side, side, side);
}

qreal singlePickShare(const LayoutContext& c, PoolIndex pool) {
  const auto perSecond = static_cast<double>(
      c.snapshot.pick_count(pool, c.now - c.lasting(kSecond), c.now + 1, kAllStream));
  return std::clamp((kAllStream - perSecond) / (kAllStream - kAllSingle), 0.0, 1.0);
}

void layOutQueue(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  layOutArea(c, row, pane);
  layOutCancellations(c, row, pane);
  const std::uint64_t depth = c.snapshot.queue_depth(*row.pool, c.now);
  layOutTokens(c, row, depth, pane);
  layOutHead(c, row, QObject::tr("Queue"), true, queueWords(c, *row.pool, depth),
             depth > 0 ? c.theme.accent : c.theme.faint, depth == 0, false, pane);
}

}  // namespace poolscope::ui
