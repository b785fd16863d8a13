// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/time_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::PoolColumn;
using session::PoolIndex;
using session::TimeNs;
using trace::PhaseKind;

namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kBusyStep = kSecond / 2;
constexpr TimeNs kBusyWindow = 5 * kSecond;

/// The view's columns, or wider ones for which the session has sums: at most half as many.
ColumnGrid groupGrid(const LayoutContext& c, PoolIndex pool) {
  const TimeNs unit = c.snapshot.pool_column_unit(pool);
  ColumnGrid grid;
  grid.cellNs = c.grid.cellNs;
  if (2 * grid.cellNs >= unit) {
    grid.cellNs = (grid.cellNs + unit - 1) / unit * unit;
  }
  grid.origin = c.snapshot.begin() / grid.cellNs * grid.cellNs;
  grid.first = std::max<TimeNs>(0, c.shown.begin - grid.origin) / grid.cellNs;
  const std::int64_t end = (c.shown.end - grid.origin + grid.cellNs - 1) / grid.cellNs;
  const std::int64_t over = std::max<TimeNs>(0, c.now - grid.origin) / grid.cellNs;
  grid.count = std::max<std::int64_t>(0, std::min(end, over) - grid.first);
  grid.partial = end > over && c.now > grid.timeOf(over - grid.first) && over >= grid.first;
  return grid;
}

QList<PoolColumn> columnsOf(const LayoutContext& c, PoolIndex pool, const ColumnGrid& grid) {
  QList<PoolColumn> columns;
  const auto ask = [&](TimeNs begin, TimeNs end, int count, auto append) {
    for (const PoolColumn& column : c.snapshot.pool_columns(pool, begin, end, count)) {
      append(column);
    }
  };
  c.cache.groups.append(static_cast<std::uint32_t>(pool), grid, c.settled(), columns, ask);
  // The present column, as far as it is summed up. Nearer than that it is two pixels wide, and not
  // worth going through all lanes for: it is shown when it is over.
  const TimeNs unit = c.snapshot.pool_column_unit(pool);
  const TimeNs known = c.now / unit * unit;
  if (grid.partial && grid.cellNs % unit == 0 && known > grid.end()) {
    ask(grid.end(), known, 1, [&](const PoolColumn& column) { columns.append(column); });
  }
  return columns;
}

/// A column stands for the tasks of many workers: a colour of one kind, worker or outcome would be
/// wrong for the others.
int groupSwatch(const LayoutContext& c) {
  return c.view.coloring.by == ColorBy::kind && c.kinds.size() == 1 ? swatch::kKinds
                                                                    : swatch::kNeutral;
}

/// Shares of the row's height, which stands for `most` workers.
DenseColumn denseColumn(const LayoutContext& c, const PoolColumn& column, float most) {
  const auto share = [&](PhaseKind kind) {
    return column.phases[static_cast<std::size_t>(kind)] / most;
  };
  DenseColumn dense;
  dense.swatch = static_cast<std::int16_t>(groupSwatch(c));
  const float running = column.running / most;
  dense.lock = share(PhaseKind::lock_wait);
  dense.shade = share(PhaseKind::io_wait) + share(PhaseKind::sleep) + share(PhaseKind::file_io) +
                share(PhaseKind::command);
  dense.bright = std::max(0.0F, running - dense.lock - dense.shade);
  if (c.view.coloring.showsFailure() && column.finished > 0) {
    dense.failed =
        running * static_cast<float>(column.failed) / static_cast<float>(column.finished);
  }
  if (c.view.coloring.by == ColorBy::phase) {
    auto phases = column.phases;
    for (float& phase : phases) {
      phase /= most;
    }
    dense.phases = phaseShares(running, phases);
  }
  return dense;
}

/// A line as high as there were workers: what is below it and empty was idle.
void addWorkersLine(const LayoutContext& c, const DenseStrip& strip,
                    const QList<PoolColumn>& columns, float most, LanePane& pane) {
  FillGroup line{.color = c.theme.dim};
  const auto y = [&](const PoolColumn& column) {
    const auto share = static_cast<qreal>(std::min(column.workers / most, 1.0F));
    return c.snap(strip.rect.bottom() - share * strip.rect.height());
  };
  for (qsizetype i = 0; i < columns.size();) {
    qsizetype end = i + 1;
    while (end < columns.size() && y(columns[end]) == y(columns[i])) {
      ++end;
    }
    if (columns[i].workers > 0) {
      const qreal left = strip.rect.left() + static_cast<qreal>(i) * strip.columnWidth;
      line.rects.append(
          QRectF(left, y(columns[i]) - 1, static_cast<qreal>(end - i) * strip.columnWidth, 1));
    }
    i = end;
  }
  pane.bands.append(line);
}

QStringList groupWords(const LayoutContext& c, PoolIndex pool) {
  const TimeNs created = c.snapshot.pools()[static_cast<std::size_t>(pool)].created;
  const TimeNs age = std::max<TimeNs>(c.now - created, 1);
  // As each worker's share: it ends at a round time, so that it can be read.
  const TimeNs step = created + (age < kBusyStep ? age : age / kBusyStep * kBusyStep);
  const TimeNs unit = c.snapshot.pool_column_unit(pool);
  const auto known = [&](TimeNs time) { return unit < kBusyStep ? time / unit * unit : time; };
  const TimeNs end = known(step);
  const TimeNs begin = std::max(created, known(step - kBusyWindow));
  const auto recent = c.snapshot.pool_columns(pool, begin, std::max(end, begin + 1), 1);
  if (recent.empty() || recent.front().workers <= 0) {
    return {QObject::tr("no worker")};
  }
  const QString share = QObject::tr("%1 %").arg(
      qRound(100 * static_cast<double>(recent.front().running / recent.front().workers)));
  return {QObject::tr("%1 busy of late").arg(share), QObject::tr("%1 busy").arg(share), share};
}

}  // namespace

QString foldSign(bool folded) {
  return folded ? QStringLiteral("\u25b8 ") : QStringLiteral("\u25be ");
}

void layOutGroup(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const float most = std::max(1.0F, static_cast<float>(row.index));
  const ColumnGrid grid = groupGrid(c, *row.pool);
  const QList<PoolColumn> columns = columnsOf(c, *row.pool, grid);
  const QRectF body = rowBody(c, row);
  const qreal note = c.theme.px(14);
  DenseStrip strip;
  strip.byPhase = c.view.coloring.by == ColorBy::phase;
  strip.columnWidth = static_cast<qreal>(grid.cellNs) / c.axis.nsPerPixel();
  strip.rect = QRectF(c.snappedX(grid.begin()), body.top() + note,
                      static_cast<qreal>(columns.size()) * strip.columnWidth, body.height() - note);
  for (const PoolColumn& column : columns) {
    strip.columns.append(denseColumn(c, column, most));
  }
  addWorkersLine(c, strip, columns, most, pane);
  pane.strips.append(std::move(strip));
  pane.labels.append({QRectF(c.canvas.left() + c.theme.px(4), body.top(), c.theme.px(160), note),
                      QObject::tr("%1 workers").arg(countText(row.index)), TextRole::note,
                      c.theme.dim});
  std::uint32_t alive = 0;
  for (const session::Lane& lane : c.snapshot.lanes()) {
    alive += lane.pool == row.pool && lane.kind == session::LaneKind::worker &&
             lane.started <= c.now && !c.hasLeft(lane);
  }
  const QString name =
      alive == 1 ? QObject::tr("1 worker") : QObject::tr("%1 workers").arg(countText(alive));
  layOutHead(c, row, foldSign(true) + name, false, groupWords(c, *row.pool),
             alive > 0 ? c.theme.ok : c.theme.faint, alive == 0, alive == 0, pane);
}

}  // namespace poolscope::ui
