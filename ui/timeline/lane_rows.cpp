// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_rows.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::Lane;
using session::LaneId;
using session::LaneKind;
using session::Pool;
using session::PoolIndex;
using session::Snapshot;
using session::TimeNs;

namespace {

constexpr qreal kCallerHeight = 40;
constexpr qreal kQueueHeight = 56;
constexpr qreal kPoolHeight = 26;
constexpr qreal kGap = 6;
constexpr qreal kTallWorker = 38;
constexpr qreal kShortWorker = 20;
constexpr double kMostPinned = 0.55;  // of the height

struct WorkerPlace {
  std::uint32_t index;
  TimeNs started;
  LaneId lane;
};

bool isAlive(const Lane& lane, TimeNs now) {
  return lane.started <= now && !(lane.exited && *lane.exited <= now);
}

/// Threads that only changed a setting have no lane of their own.
bool isCaller(const Snapshot& snapshot, const Lane& lane, TimeNs now) {
  if (lane.kind != LaneKind::caller || lane.started > now) {
    return false;
  }
  const auto whole = snapshot.caller_columns(lane.id, snapshot.begin(), now + 1, 1);
  return !whole.empty() &&
         (whole.front().submitted > 0 || whole.front().delivered > 0 || whole.front().blocked > 0);
}

std::vector<WorkerPlace> placesOf(const Snapshot& snapshot, PoolIndex pool, TimeNs now) {
  std::vector<WorkerPlace> places;
  for (const Lane& lane : snapshot.lanes()) {
    if (lane.kind == LaneKind::worker && lane.pool == pool && lane.started <= now) {
      places.push_back({lane.index, lane.started, lane.id});
    }
  }
  const auto before = [](const WorkerPlace& a, const WorkerPlace& b) {
    return a.index != b.index ? a.index < b.index : a.started < b.started;
  };
  if (!std::is_sorted(places.begin(), places.end(), before)) {
    std::sort(places.begin(), places.end(), before);
  }
  return places;
}

class Planner {
 public:
  Planner(const Snapshot& snapshot, TimeNs now, RowPlan& plan)
      : snapshot_(snapshot),
        now_(now),
        plan_(plan) {}

  void addCallers() {
    for (const Lane& lane : snapshot_.lanes()) {
      if (isCaller(snapshot_, lane, now_)) {
        plan_.lanes.push_back(lane.id);
        plan_.rows.push_back(
            {.kind = LaneRow::Kind::caller, .firstLane = plan_.lanes.size() - 1, .laneCount = 1});
      }
    }
  }

  void addPool(const Pool& pool, bool withHeader) {
    if (withHeader) {
      plan_.rows.push_back({.kind = LaneRow::Kind::pool, .pool = pool.index});
    }
    plan_.rows.push_back({.kind = LaneRow::Kind::queue, .pool = pool.index});
    const auto places = placesOf(snapshot_, pool.index, now_);
    const std::uint32_t limit = snapshot_.max_workers_at(pool.index, now_);
    std::uint32_t alive = 0;
    std::uint32_t nextIndex = 0;
    for (std::size_t i = 0; i < places.size();) {
      PlannedRow row{.kind = LaneRow::Kind::worker,
                     .pool = pool.index,
                     .index = places[i].index,
                     .firstLane = plan_.lanes.size()};
      for (; i < places.size() && places[i].index == row.index; ++i, ++row.laneCount) {
        plan_.lanes.push_back(places[i].lane);
        alive += isAlive(snapshot_.lanes()[static_cast<std::size_t>(places[i].lane)], now_) ? 1 : 0;
      }
      nextIndex = row.index + 1;
      plan_.rows.push_back(row);
    }
    const bool over = pool.shut_down && *pool.shut_down <= now_;
    for (; !over && alive < limit; ++alive, ++nextIndex) {
      plan_.rows.push_back(
          {.kind = LaneRow::Kind::ghost, .pool = pool.index, .index = nextIndex, .ordinal = alive});
    }
  }

 private:
  const Snapshot& snapshot_;
  TimeNs now_;
  RowPlan& plan_;
};

bool isWorker(const PlannedRow& row) {
  return row.kind == LaneRow::Kind::worker || row.kind == LaneRow::Kind::ghost;
}

qreal fixedHeight(const PlannedRow& row, const Theme& theme) {
  switch (row.kind) {
    case LaneRow::Kind::caller:
      return std::round(theme.px(kCallerHeight));
    case LaneRow::Kind::queue:
      return std::round(theme.px(kQueueHeight));
    case LaneRow::Kind::pool:
      return std::round(theme.px(kPoolHeight));
    default:
      return 0;
  }
}

void placeRows(RowPlan& plan, bool onePool, qreal height, const Theme& theme) {
  const qreal gap = std::round(theme.px(kGap));
  qreal fixed = 0;
  std::size_t workers = 0;
  for (const PlannedRow& row : plan.rows) {
    fixed += isWorker(row) ? 0 : fixedHeight(row, theme) + gap;
    workers += isWorker(row) ? 1 : 0;
  }
  const qreal share = workers == 0 ? 0 : (height - fixed - gap) / static_cast<qreal>(workers);
  plan.workerHeight = std::floor(std::clamp(share, theme.px(kShortWorker), theme.px(kTallWorker)));
  const bool pin = onePool && fixed <= kMostPinned * height;
  qreal pinnedY = gap;
  qreal y = pin ? 0 : gap;
  for (PlannedRow& row : plan.rows) {
    row.pinned = pin && !isWorker(row);
    row.height = isWorker(row) ? plan.workerHeight : fixedHeight(row, theme);
    qreal& next = row.pinned ? pinnedY : y;
    row.y = next;
    next += row.height + (isWorker(row) ? 0 : gap);
  }
  plan.pinnedHeight = pin ? pinnedY : 0;
  plan.contentHeight = y;
}

}  // namespace

const PlannedRow* RowPlan::rowOf(LaneId lane) const {
  const auto found = byLane_.find(static_cast<std::uint32_t>(lane));
  return found == byLane_.end() ? nullptr : &rows[found->second];
}

const PlannedRow* RowPlan::queueOf(std::optional<PoolIndex> pool) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const PlannedRow& row) {
    return row.kind == LaneRow::Kind::queue && row.pool == pool;
  });
  return found == rows.end() ? nullptr : &*found;
}

RowPlan planRows(const Snapshot& snapshot, TimeNs now, qreal height, const Theme& theme) {
  RowPlan plan;
  Planner planner(snapshot, now, plan);
  planner.addCallers();
  std::size_t pools = 0;
  for (const Pool& pool : snapshot.pools()) {
    pools += pool.created <= now ? 1 : 0;
  }
  for (const Pool& pool : snapshot.pools()) {
    if (pool.created <= now) {
      planner.addPool(pool, pools > 1);
    }
  }
  placeRows(plan, pools <= 1, height, theme);
  for (std::size_t r = 0; r < plan.rows.size(); ++r) {
    for (std::size_t i = 0; i < plan.rows[r].laneCount; ++i) {
      plan.byLane_.emplace(static_cast<std::uint32_t>(plan.lanes[plan.rows[r].firstLane + i]), r);
    }
  }
  return plan;
}

}  // namespace poolscope::ui
