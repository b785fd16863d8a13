// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"

#include <QObject>

#include <algorithm>

namespace poolscope::ui {

using session::Blocked;
using session::CallerColumn;
using session::LaneId;
using session::TimeNs;

namespace {

constexpr std::size_t kMostBands = 600;
constexpr TimeNs kRecent = 125'000'000;  // on the screen
constexpr qreal kLeastMark = 0.2;        // of the height

QString callerName(const session::Lane& lane) {
  const QString name = nameText(lane.name);
  if (name == QLatin1String("main") || name == QLatin1String("MainThread")) {
    return QObject::tr("Main thread");
  }
  return name.isEmpty() ? QObject::tr("Caller %1").arg(static_cast<uint>(lane.id)) : name;
}

QList<CallerColumn> columnsOf(const LayoutContext& c, LaneId lane) {
  QList<CallerColumn> columns;
  const auto ask = [&](TimeNs begin, TimeNs end, int count, auto append) {
    for (const CallerColumn& column : c.snapshot.caller_columns(lane, begin, end, count)) {
      append(column);
    }
  };
  c.cache.callers.append(static_cast<std::uint32_t>(lane), c.grid, c.settled(), columns, ask);
  if (c.grid.partial) {
    ask(c.grid.end(), c.now, 1, [&](const CallerColumn& column) { columns.append(column); });
  }
  return columns;
}

bool allShutDown(const LayoutContext& c) {
  const auto pools = c.snapshot.pools();
  return !pools.empty() && std::ranges::all_of(pools, [&](const session::Pool& pool) {
    return pool.shut_down && *pool.shut_down <= c.now;
  });
}

struct CallerMarks {
  FillGroup blocked;
  FillGroup submitted;
  FillGroup delivered;
};

/// Which share of a column's height its marks may take. From afar marks stand side by side and
/// would hide all else: there they are as tall as the time that was not blocked.
qreal markShare(const QList<CallerColumn>& columns, qsizetype i) {
  const auto isMarked = [&](qsizetype k) {
    return k >= 0 && k < columns.size() && (columns[k].submitted > 0 || columns[k].delivered > 0);
  };
  return isMarked(i - 1) || isMarked(i + 1)
             ? std::clamp(1 - static_cast<qreal>(columns[i].blocked), kLeastMark, 1.0)
             : 1;
}

/// Submissions stand in the upper half, deliveries in the lower one where both fall into one
/// column, else either has the whole height or its share of it.
void markColumns(const LayoutContext& c, const QList<CallerColumn>& columns, const QRectF& body,
                 CallerMarks& marks) {
  const qreal half = body.height() / 2;
  for (qsizetype i = 0; i < columns.size(); ++i) {
    const bool in = columns[i].submitted > 0;
    const bool out = columns[i].delivered > 0;
    if (!in && !out) {
      continue;
    }
    const qreal x = c.snappedX(c.grid.timeOf(i));
    const qreal height = c.snap((out && in ? half : body.height()) * markShare(columns, i));
    if (in) {
      QRectF rect(x, body.top(), c.columnWidth, height);
      QList<QRectF>& rects = marks.submitted.rects;
      const bool joins = !rects.isEmpty() && rects.last().height() == rect.height() &&
                         rects.last().right() >= x - 0.01;
      if (joins) {
        rects.last().setRight(rect.right());
      } else {
        rects.append(rect);
      }
    }
    if (out) {
      marks.delivered.rects.append(QRectF(x, body.bottom() - height, c.columnWidth, height));
    }
  }
}

QString awaitedText(const Blocked& blocked) {
  return blocked.awaited ? QObject::tr("waits for task %1").arg(blocked.awaited.task)
                         : blockedText(blocked);
}

void addBandLabel(const LayoutContext& c, LaneId lane, const Blocked& blocked, const QRectF& band,
                  LanePane& pane) {
  const qreal margin = c.theme.px(6);
  const auto hasRoom = [&](const QString& text) {
    return c.cache.textWidth(text, TextRole::note) + 2 * margin <= band.width();
  };
  QString text = awaitedText(blocked);
  if (!hasRoom(text)) {
    return;
  }
  // What was held up at the end of a wait that is over, all of it.
  const auto held = blocked.awaited ? heldAt(c, lane, blocked.end - 1) : session::HeldResults{};
  if (!held.tasks.empty()) {
    const QString more = QObject::tr("%1 \u00b7 %2 later done").arg(text, heldCount(held));
    text = hasRoom(more) ? more : text;
  }
  pane.labels.append({band.adjusted(margin, 0, -margin, 0), text, TextRole::note, c.theme.text});
}

void markBlocked(const LayoutContext& c, LaneId lane, const QList<CallerColumn>& columns,
                 const QRectF& body, CallerMarks& marks, LanePane& pane) {
  const qreal inset = c.snap(body.height() * 0.16);
  const qreal top = body.top() + inset;
  const qreal height = body.height() - 2 * inset;
  const auto bands = c.snapshot.blocked(lane, c.shown.begin, c.shown.end, kMostBands);
  const bool areAllThere = c.snapshot.complete_since().value_or(c.shown.begin) <= c.shown.begin;
  if (bands.size() == kMostBands || !areAllThere) {
    for (qsizetype i = 0; i < columns.size(); ++i) {
      const qreal tall = c.snap(height * static_cast<qreal>(columns[i].blocked));
      if (tall > 0) {
        marks.blocked.rects.append(
            QRectF(c.snappedX(c.grid.timeOf(i)), top + height - tall, c.columnWidth, tall));
      }
    }
    return;
  }
  qreal painted = c.canvas.left();
  for (const Blocked& blocked : bands) {
    const qreal left = std::max(c.snappedX(std::max(blocked.begin, c.shown.begin)), painted);
    const qreal right = c.snappedX(std::min(blocked.end, c.shown.end));
    if (right <= left) {
      continue;
    }
    const QRectF band(left, top, right - left, height);
    marks.blocked.rects.append(band);
    addBandLabel(c, lane, blocked, band, pane);
    painted = right;
  }
}

}  // namespace

void layOutCaller(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const LaneId id = row.lanes.front();
  const session::Lane& lane = c.snapshot.lanes()[static_cast<std::size_t>(id)];
  const QRectF body(c.canvas.left(), c.screenY(row) + c.snap(row.height * 0.2), c.canvas.width(),
                    c.snap(row.height * 0.6));
  const auto columns = columnsOf(c, id);
  CallerMarks marks{{c.theme.blockedBand, {}}, {c.theme.accent, {}}, {c.theme.ok, {}}};
  markBlocked(c, id, columns, body, marks, pane);
  markColumns(c, columns, body, marks);
  pane.bands.append(marks.blocked);
  pane.bands.append(marks.submitted);
  pane.bands.append(marks.delivered);

  const session::LaneState state = c.snapshot.lane_state(id, c.now);
  QStringList words{QObject::tr("running")};
  QColor dot = c.theme.ok;
  const auto recent = c.snapshot.caller_columns(id, c.now - c.lasting(kRecent), c.now + 1, 1);
  if (state.blocked) {
    words = heldWords(*state.blocked, heldAt(c, id, c.now));
    dot = c.theme.warn;
  } else if (allShutDown(c)) {
    words = {QObject::tr("pool shut down")};
    dot = c.theme.dim;
  } else if (!recent.empty() && recent.front().submitted > 0) {
    words = {QObject::tr("submitting")};
    dot = c.theme.accent;
  } else if (!recent.empty() && recent.front().delivered > 0) {
    words = {QObject::tr("receiving results")};
  }
  layOutHead(c, row, callerName(lane), true, words, dot, false, false, pane);
}

}  // namespace poolscope::ui
