// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_layout.h"

#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"

#include <QObject>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::PoolIndex;
using session::TimeNs;

namespace {

constexpr qreal kAxisHeight = 28;
constexpr qreal kHeadWidth = 196;
constexpr qreal kColumnWidth = 2;

qreal headWidthFor(qreal width, const Theme& theme) {
  return std::round(std::min(theme.px(kHeadWidth), width * 0.3));
}

ColumnGrid gridFor(const TimeAxis& axis, TimeRange shown, TimeNs origin, TimeNs now,
                   qreal columnWidth) {
  ColumnGrid grid;
  grid.origin = origin;
  grid.cellNs =
      std::max<TimeNs>(1, static_cast<TimeNs>(std::round(axis.nsPerPixel() * columnWidth)));
  grid.first = std::max<TimeNs>(0, shown.begin - origin) / grid.cellNs;
  // The column at the right edge is whole, too, unless now is in it: a column is the same wherever
  // the view ends.
  const std::int64_t shownEnd =
      (std::max<TimeNs>(0, shown.end - origin) + grid.cellNs - 1) / grid.cellNs;
  const std::int64_t over = std::max<TimeNs>(0, now - origin) / grid.cellNs;
  grid.count = std::max<std::int64_t>(0, std::min(shownEnd, over) - grid.first);
  grid.partial = shownEnd > over && now > origin + over * grid.cellNs && over >= grid.first;
  return grid;
}

/// As wide as its cell, where a whole number of nanoseconds is not two pixels.
qreal columnWidthOf(const ColumnGrid& grid, const TimeAxis& axis) {
  constexpr TimeNs kExact = 4'096;  // from here on the difference is less than a pixel
  return grid.cellNs >= kExact ? kColumnWidth : static_cast<qreal>(grid.cellNs) / axis.nsPerPixel();
}

QRectF canvasFor(const QSizeF& size, const Theme& theme) {
  const qreal headWidth = headWidthFor(size.width(), theme);
  const qreal top = std::round(theme.px(kAxisHeight));
  return {headWidth, top, std::max(1.0, size.width() - headWidth),
          std::max(1.0, size.height() - top)};
}

TimeAxis axisFor(const Frame& frame, const ViewState& view, const QRectF& canvas) {
  return TimeAxis::snapped(view.fineRange(), canvas.left(), canvas.right(),
                           view.zero.value_or(frame.snapshot->begin()), 1 / view.devicePixelRatio);
}

/// What is in sight and not after now.
TimeRange shownOn(const TimeAxis& axis, const Frame& frame) {
  // One pixel more at the left: the view's begin was moved by less than that.
  const TimeNs begin = std::max(axis.toTime(axis.left() - 1), frame.snapshot->begin());
  const TimeNs end = std::min(axis.toTime(axis.right()) + 1, frame.now);
  return {begin, std::max(begin, end)};
}

LayoutContext makeContext(const Frame& frame, const ViewState& view, const QSizeF& size,
                          const Theme& theme, LayoutCache& cache, const TaskKinds& kinds) {
  const session::Snapshot& snapshot = *frame.snapshot;
  const QRectF canvas = canvasFor(size, theme);
  const TimeAxis axis = axisFor(frame, view, canvas);
  const TimeRange shown = shownOn(axis, frame);
  const ColumnGrid grid = gridFor(axis, shown, snapshot.begin(), frame.now, kColumnWidth);
  return LayoutContext{.snapshot = snapshot,
                       .view = view,
                       .theme = theme,
                       .cache = cache,
                       .axis = axis,
                       .now = frame.now,
                       .shown = shown,
                       .grid = grid,
                       .columnWidth = columnWidthOf(grid, axis),
                       .kinds = kinds,
                       .plan = planRows(snapshot, cache.places(frame.snapshot), frame.now, shown,
                                        view.lanes, canvas.height(), theme),
                       .canvas = canvas,
                       .headWidth = canvas.left()};
}

QString poolName(const session::Snapshot& snapshot, PoolIndex index) {
  const session::Pool& pool = snapshot.pools()[static_cast<std::size_t>(index)];
  const QString name = nameText(pool.name);
  return name.isEmpty() ? QObject::tr("Pool %1").arg(static_cast<uint>(index) + 1) : name;
}

/// Processes are told where there are several.
QString poolTitle(const session::Snapshot& snapshot, PoolIndex index) {
  const QString name = poolName(snapshot, index);
  const auto directory =
      snapshot.directory(snapshot.pools()[static_cast<std::size_t>(index)].process);
  const QString process = directory ? QString::fromStdString(directory->process().name) : QString();
  return snapshot.process_count() > 1 && !process.isEmpty()
             ? QObject::tr("%1 · %2").arg(process, name)
             : name;
}

bool hasHeader(const RowPlan& plan, PoolIndex pool) {
  return std::any_of(plan.rows.begin(), plan.rows.end(), [&](const PlannedRow& row) {
    return row.kind == LaneRow::Kind::pool && row.pool == pool;
  });
}

void layOutPoolHeader(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const QRectF rect(c.theme.px(12), c.screenY(row), c.canvas.right() - c.theme.px(24), row.height);
  const uint limit = c.snapshot.max_workers_at(*row.pool, c.now);
  const QString text =
      foldSign(row.folded) + QObject::tr("%1 · max_workers %2")
                                 .arg(poolTitle(c.snapshot, *row.pool), QString::number(limit));
  pane.labels.append({rect, c.cache.elided(text, TextRole::pool, rect.width()), TextRole::pool,
                      c.theme.text, Qt::AlignLeft | Qt::AlignVCenter});
}

LaneRow sceneRow(const LayoutContext& c, const PlannedRow& row) {
  LaneRow result{.kind = row.kind,
                 .rect = QRectF(0, c.screenY(row), c.canvas.right(), row.height),
                 .pool = row.pool,
                 .index = row.index,
                 .named = row.named};
  for (const session::LaneId lane : row.lanes) {
    result.lanes.append(lane);
    result.starts.append(c.axis.toX(c.snapshot.lanes()[static_cast<std::size_t>(lane)].started));
  }
  return result;
}

void layOutRow(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  pane.rows.append(sceneRow(c, row));
  const qsizetype heads = pane.heads.size();
  switch (row.kind) {
    case LaneRow::Kind::pool:
      layOutPoolHeader(c, row, pane);
      break;
    case LaneRow::Kind::caller:
      layOutCaller(c, row, pane);
      break;
    case LaneRow::Kind::queue:
      layOutQueue(c, row, pane);
      break;
    case LaneRow::Kind::group:
      layOutGroup(c, row, pane);
      break;
    case LaneRow::Kind::worker:
      layOutWorker(c, row, pane);
      break;
    case LaneRow::Kind::ghost:
      layOutGhost(c, row, pane);
      break;
  }
  const bool isHead = row.kind == LaneRow::Kind::pool ||
                      (row.kind == LaneRow::Kind::group && !hasHeader(c.plan, *row.pool));
  if (isHead && row.pool == c.view.lanes.current) {
    pane.current = QRectF(0, c.screenY(row), c.theme.px(4), row.height);
  }
  if (pane.heads.size() > heads) {
    pane.rows.last().name = pane.heads.last().name.text;
  }
}

/// Grounds that do not overlap: painting pixels twice is what costs most in a large window.
void layOutGrounds(const LayoutContext& c, LanePane& pane) {
  const QColor line = mixed(c.theme.line, c.theme.lane, 0.6);
  const qreal hairline = 1 / c.view.devicePixelRatio;
  qreal done = pane.clip.top();
  const auto between = [&](qreal bottom) {
    if (bottom > done) {
      pane.grounds.append({QRectF(0, done, c.canvas.right(), bottom - done), c.theme.background});
    }
  };
  for (const LaneRow& row : pane.rows) {
    if (row.kind == LaneRow::Kind::pool) {
      continue;
    }
    const QRectF& r = row.rect;
    between(r.top());
    const qreal height = r.height() - hairline;
    pane.grounds.append({QRectF(c.canvas.left(), r.top(), c.canvas.width(), height), c.theme.lane});
    pane.grounds.append({QRectF(0, r.top(), c.headWidth, height), c.theme.surface});
    pane.grounds.append({QRectF(0, r.bottom() - hairline, c.canvas.right(), hairline), line});
    done = r.bottom();
  }
  between(pane.clip.bottom());
}

}  // namespace

TimelineScene layOutTimeline(const Frame& frame, const ViewState& view, const QSizeF& size,
                             const Theme& theme, LayoutCache& cache) {
  TimelineScene scene;
  scene.size = size;
  scene.axisRow = QRectF(0, 0, size.width(), std::round(theme.px(kAxisHeight)));
  scene.headWidth = headWidthFor(size.width(), theme);
  scene.focused = view.focused;
  if (!frame.snapshot || frame.snapshot->empty() || size.isEmpty()) {
    scene.canvas = QRectF(QPointF(scene.headWidth, scene.axisRow.height()),
                          QPointF(size.width(), size.height()));
    return scene;
  }
  const TaskKinds kinds(*frame.snapshot);
  cache.prepare(*frame.snapshot, kinds, theme, view.coloring);
  const LayoutContext c = makeContext(frame, view, size, theme, cache, kinds);
  scene.canvas = c.canvas;
  scene.axis = c.axis;
  scene.contentHeight = c.plan.contentHeight;
  scene.hiddenLanes = c.plan.hidden;
  scene.hasFoldedRows = std::ranges::any_of(
      c.plan.rows, [](const PlannedRow& row) { return row.kind == LaneRow::Kind::group; });
  const qreal split = c.canvas.top() + c.plan.pinnedHeight;
  scene.viewportHeight = std::max(0.0, size.height() - split);
  scene.panes[0].clip = QRectF(0, split, size.width(), scene.viewportHeight);
  scene.panes[1].clip = QRectF(0, c.canvas.top(), size.width(), c.plan.pinnedHeight);
  for (std::size_t i = 0; i < scene.panes.size(); ++i) {
    scene.panes[i].bars.reserve(cache.barsBefore[i]);
  }
  for (const PlannedRow& row : c.plan.rows) {
    LanePane& pane = scene.panes[row.pinned ? 1 : 0];
    const qreal y = c.screenY(row);
    if (y < pane.clip.bottom() && y + row.height > pane.clip.top()) {
      layOutRow(c, row, pane);
    }
  }
  for (std::size_t i = 0; i < scene.panes.size(); ++i) {
    layOutGrounds(c, scene.panes[i]);
    cache.barsBefore[i] = scene.panes[i].bars.size();
  }
  layOutAxis(c, frame.live, scene);
  layOutMeasures(c, scene);
  layOutFlow(c, scene);
  layOutHeld(c, scene);
  layOutSelection(c, scene);
  layOutHover(c, scene);
  return scene;
}

TimelineScene layOutTimeline(const Frame& frame, const ViewState& view, const QSizeF& size,
                             const Theme& theme) {
  LayoutCache cache;
  return layOutTimeline(frame, view, size, theme, cache);
}

RowPlan planFor(const Frame& frame, const ViewState& view, TimeRange also, const QSizeF& size,
                const Theme& theme, LayoutCache& cache) {
  const QRectF canvas = canvasFor(size, theme);
  TimeRange shown = shownOn(axisFor(frame, view, canvas), frame);
  if (also.length() > 0) {
    shown = {std::min(shown.begin, also.begin), std::max(shown.end, also.end)};
  }
  return planRows(*frame.snapshot, cache.places(frame.snapshot), frame.now, shown, view.lanes,
                  canvas.height(), theme);
}

std::optional<ScrollSpan> scrollSpanOf(const Frame& frame, const ViewState& view,
                                       session::LaneId lane, const QSizeF& size, const Theme& theme,
                                       LayoutCache& cache) {
  if (!frame.snapshot) {
    return {};
  }
  const RowPlan plan = planFor(frame, view, {}, size, theme, cache);
  const PlannedRow* row = plan.rowOf(lane);
  if (row == nullptr || row->pinned) {
    return {};
  }
  const qreal height = canvasFor(size, theme).height();
  return ScrollSpan{row->y + row->height - (height - plan.pinnedHeight), row->y};
}

}  // namespace poolscope::ui
