// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_arrangement.h"

#include "ui/timeline/name_text.h"

#include <QString>
#include <QStringView>

#include <algorithm>
#include <limits>
#include <numeric>

namespace poolscope::ui {

using session::Lane;
using session::LaneColumn;
using session::LaneId;
using session::PoolIndex;
using session::Snapshot;
using session::TimeNs;

namespace {

/// What one row did in a stretch.
struct RowFigures {
  QString name = {};  ///< of the first who stood there: a row keeps it
  double busyNs = 0;
  double existedNs = 0;
  std::uint64_t tasks = 0;

  double of(LaneOrder order) const {
    switch (order) {
      case LaneOrder::utilization:
        return existedNs > 0 ? busyNs / existedNs : 0;
      case LaneOrder::busy_time:
        return busyNs;
      case LaneOrder::tasks:
        return static_cast<double>(tasks);
      case LaneOrder::start:
      case LaneOrder::name:
        break;
    }
    return 0;
  }
};

/// Where the run of digits, or of other characters, that begins at `from` ends.
qsizetype runEnd(QStringView text, qsizetype from) {
  qsizetype end = from;
  while (end < text.size() && text[end].isDigit() == text[from].isDigit()) {
    ++end;
  }
  return end;
}

/// web_9 before web_10, in any locale. (QCollator counts numbers in some locales only.)
bool isNamedBefore(QStringView a, QStringView b) {
  qsizetype i = 0;
  qsizetype j = 0;
  while (i < a.size() && j < b.size()) {
    const QStringView x = a.sliced(i, runEnd(a, i) - i);
    const QStringView y = b.sliced(j, runEnd(b, j) - j);
    i += x.size();
    j += y.size();
    if (x == y) {
      continue;
    }
    const bool numbers = x[0].isDigit() && y[0].isDigit();
    return numbers && x.size() != y.size() ? x.size() < y.size() : x < y;
  }
  return a.size() - i < b.size() - j;
}

RowFigures figuresOf(const Snapshot& snapshot, const LanePlaces& places, LanePlaces::Place place,
                     TimeNs begin, TimeNs end) {
  RowFigures figures;
  for (const LaneId id : places.at(place)) {
    const Lane& lane = snapshot.lanes()[static_cast<std::size_t>(id)];
    if (figures.name.isEmpty()) {
      figures.name = nameText(lane.name);
    }
    const TimeNs from = std::max(begin, lane.started);
    const TimeNs to = std::min(end, lane.exited.value_or(session::kForever));
    if (from >= to) {
      continue;
    }
    const LaneColumn column = snapshot.lane_columns(id, from, to, 1).front();
    figures.busyNs += static_cast<double>(column.busy) * static_cast<double>(to - from);
    figures.existedNs += static_cast<double>(to - from);
    figures.tasks += column.task_count;
  }
  return figures;
}

}  // namespace

bool LaneArrangement::isFolded(PoolIndex pool, std::size_t places) const {
  const auto asked = folded.find(pool);
  return asked != folded.end() ? asked->second : places > kFoldedBeyond;
}

void LaneArrangement::showAll() {
  hidden.clear();
  hidesIdle = hidesExited = false;
}

std::size_t LaneArrangement::rankOf(LanePlaces::Place place) const {
  const auto pool = ranks.find(place.pool);
  return pool != ranks.end() && place.index < pool->second.size()
             ? pool->second[place.index]
             : std::numeric_limits<std::size_t>::max();
}

void sortLanes(const Snapshot& snapshot, const LanePlaces& places, TimeNs begin, TimeNs end,
               LaneOrder order, LaneArrangement& arrangement) {
  arrangement.order = order;
  arrangement.ranks.clear();
  if (order == LaneOrder::start) {
    return;
  }
  for (const session::Pool& pool : snapshot.pools()) {
    const std::size_t count = places.placeCount(pool.index);
    std::vector<RowFigures> figures;
    for (std::size_t place = 0; place < count; ++place) {
      figures.push_back(figuresOf(snapshot, places, {pool.index, place}, begin, end));
    }
    std::vector<std::size_t> sorted(count);
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
      return order == LaneOrder::name ? isNamedBefore(figures[a].name, figures[b].name)
                                      : figures[a].of(order) > figures[b].of(order);
    });
    std::vector<std::size_t>& ranks = arrangement.ranks[pool.index];
    ranks.resize(count);
    for (std::size_t rank = 0; rank < count; ++rank) {
      ranks[sorted[rank]] = rank;
    }
  }
}

}  // namespace poolscope::ui
