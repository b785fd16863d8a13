// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

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
constexpr qreal kShortGroup = 56;
constexpr qreal kTallGroup = 220;
constexpr qreal kGap = 6;
constexpr qreal kTallWorker = 38;
constexpr qreal kMostGrowth = 1.6;  // where there is room
constexpr qreal kShortWorker = 20;
constexpr double kMostPinned = 0.55;  // of the height
/// A single pool with more places has a header, too: where it is folded.
constexpr std::size_t kManyPlaces = 64;

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

class Planner {
 public:
  Planner(const Snapshot& snapshot, TimeNs now, TimeRange shown, const LaneArrangement& lanes,
          RowPlan& plan)
      : snapshot_(snapshot),
        now_(now),
        shown_(shown),
        lanes_(lanes),
        plan_(plan) {}

  void addCallers() {
    for (const LaneId& caller : plan_.places->callers()) {
      if (isCaller(snapshot_, laneOf(caller), now_)) {
        plan_.rows.push_back(
            {.kind = LaneRow::Kind::caller, .lanes = {&caller, 1}, .named = caller});
      }
    }
  }

  void addPool(const Pool& pool, bool severalPools) {
    const std::size_t count = plan_.places->placeCount(pool.index);
    const bool folded = lanes_.isFolded(pool.index, count);
    if (severalPools || (!folded && count > kManyPlaces)) {
      plan_.rows.push_back({.kind = LaneRow::Kind::pool, .pool = pool.index, .folded = folded});
    }
    plan_.rows.push_back({.kind = LaneRow::Kind::queue, .pool = pool.index});
    lookAtPlaces(pool.index);
    if (folded) {
      const auto used = std::count_if(places_.begin(), places_.end(),
                                      [](const PlaceNow& place) { return place.end > 0; });
      plan_.rows.push_back({.kind = LaneRow::Kind::group,
                            .pool = pool.index,
                            .index = static_cast<std::uint32_t>(used),
                            .folded = true});
      return;
    }
    const std::size_t before = plan_.rows.size();
    const bool over = pool.shut_down && *pool.shut_down <= now_;
    const std::uint32_t limit = over ? 0 : snapshot_.max_workers_at(pool.index, now_);
    std::uint32_t standing = alive_;
    for (std::size_t place = 0; place < places_.size() || standing < limit; ++place) {
      const PlaceNow now = place < places_.size() ? places_[place] : PlaceNow{};
      std::optional<std::uint32_t> awaited;
      if (!now.alive && standing < limit) {
        awaited = standing++;
      }
      addPlace({pool.index, place}, now, awaited);
    }
    const auto first = plan_.rows.begin() + static_cast<std::ptrdiff_t>(before);
    if (lanes_.order != LaneOrder::start) {
      std::stable_sort(first, plan_.rows.end(), [&](const PlannedRow& a, const PlannedRow& b) {
        return lanes_.rankOf({pool.index, a.place}) < lanes_.rankOf({pool.index, b.place});
      });
    }
  }

 private:
  /// A place at now: its lanes [first, end) are in sight or the latest.
  struct PlaceNow {
    std::size_t first = 0;
    std::size_t end = 0;
    bool alive = false;
    bool inSight = false;
  };

  const Lane& laneOf(LaneId lane) const {
    return snapshot_.lanes()[static_cast<std::size_t>(lane)];
  }

  void lookAtPlaces(PoolIndex pool) {
    places_.clear();
    alive_ = 0;
    nextIndex_ = 0;
    const std::size_t count = plan_.places->placeCount(pool);
    for (std::size_t place = 0; place < count; ++place) {
      const auto lanes = plan_.places->at({pool, place});
      const auto indexOf = [&](auto isBefore) {
        return static_cast<std::size_t>(
            std::partition_point(lanes.begin(), lanes.end(),
                                 [&](LaneId lane) { return isBefore(laneOf(lane)); }) -
            lanes.begin());
      };
      PlaceNow at{.end = indexOf([this](const Lane& lane) { return lane.started <= now_; })};
      if (at.end > 0) {
        const std::size_t seen = indexOf([this](const Lane& lane) {
          return lane.exited.value_or(session::kForever) <= shown_.begin;
        });
        at.inSight = seen < at.end && laneOf(lanes[seen]).started < shown_.end;
        at.first = std::min(seen, at.end - 1);
        const Lane& latest = laneOf(lanes[at.end - 1]);
        at.alive = isAlive(latest, now_);
        alive_ += at.alive ? 1 : 0;
        nextIndex_ = std::max(nextIndex_, latest.index + 1);
      }
      places_.push_back(at);
    }
    nextIndex_ = std::max(nextIndex_, alive_);
  }

  LaneId namedOf(std::span<const LaneId> lanes) const {
    const auto later = std::partition_point(lanes.begin(), lanes.end(), [this](LaneId lane) {
      return laneOf(lane).started < shown_.end;
    });
    if (shown_.end >= now_ || later == lanes.begin()) {
      return lanes.back();
    }
    const auto timeInSight = [this](LaneId id) {
      const Lane& lane = laneOf(id);
      return std::min(lane.exited.value_or(session::kForever), shown_.end) -
             std::max(lane.started, shown_.begin);
    };
    return *std::max_element(lanes.begin(), later,
                             [&](LaneId a, LaneId b) { return timeInSight(a) < timeInSight(b); });
  }

  void addPlace(LanePlaces::Place place, const PlaceNow& now,
                std::optional<std::uint32_t> awaited) {
    PlannedRow row{.pool = place.pool, .place = place.index, .awaited = awaited};
    if (now.alive || now.inSight) {
      const auto lanes = plan_.places->at(place);
      row.lanes = lanes.subspan(now.first, now.end - now.first);
      row.named = namedOf(row.lanes);
      row.index = laneOf(*row.named).index;
      if (now.first > 0) {
        row.earlier = lanes[now.first - 1];
      }
    } else if (awaited) {
      row.kind = LaneRow::Kind::ghost;
      row.index = nextIndex_ + *awaited - alive_;
    } else {
      return;
    }
    if (isHidden(row, now)) {
      ++plan_.hidden;
    } else {
      plan_.rows.push_back(row);
    }
  }

  bool isHidden(const PlannedRow& row, const PlaceNow& now) const {
    const bool exited = lanes_.hidesExited && row.kind == LaneRow::Kind::worker && !now.alive;
    return exited || lanes_.hidden.contains({*row.pool, row.place}) ||
           (lanes_.hidesIdle && isIdle(row));
  }

  bool isIdle(const PlannedRow& row) const {
    const TimeNs end = std::max(shown_.end, shown_.begin + 1);
    return std::none_of(row.lanes.begin(), row.lanes.end(), [&](LaneId lane) {
      return snapshot_.lane_columns(lane, shown_.begin, end, 1).front().task_count > 0;
    });
  }

  const Snapshot& snapshot_;
  TimeNs now_;
  TimeRange shown_;
  const LaneArrangement& lanes_;
  RowPlan& plan_;
  std::vector<PlaceNow> places_ = {};
  std::uint32_t alive_ = 0;
  std::uint32_t nextIndex_ = 0;
};

bool isWorker(const PlannedRow& row) {
  return row.kind == LaneRow::Kind::worker || row.kind == LaneRow::Kind::ghost;
}

bool isGroup(const PlannedRow& row) {
  return row.kind == LaneRow::Kind::group;
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

bool mustScroll(const RowPlan& plan, qreal height, const Theme& theme) {
  qreal least = std::round(theme.px(kGap));
  for (const PlannedRow& row : plan.rows) {
    least += isWorker(row)  ? std::floor(theme.px(kShortWorker))
             : isGroup(row) ? theme.px(kShortGroup)
                            : fixedHeight(row, theme) + std::round(theme.px(kGap));
  }
  return least > height;
}

/// Of each pool: who retired must not push those who work out of sight.
void putVacatedLast(const Snapshot& snapshot, TimeNs now, RowPlan& plan) {
  const auto isVacated = [&](const PlannedRow& row) {
    return row.kind == LaneRow::Kind::worker && !row.awaited &&
           !isAlive(snapshot.lanes()[static_cast<std::size_t>(row.lanes.back())], now);
  };
  for (auto row = plan.rows.begin(); row != plan.rows.end();) {
    const auto first = std::find_if(row, plan.rows.end(), isWorker);
    row = std::find_if_not(first, plan.rows.end(), isWorker);
    std::stable_partition(first, row, std::not_fn(isVacated));
  }
}

void placeRows(RowPlan& plan, bool onePool, qreal height, const Theme& theme) {
  const qreal gap = std::round(theme.px(kGap));
  qreal fixed = 0;
  std::size_t workers = 0;
  std::size_t groups = 0;
  for (const PlannedRow& row : plan.rows) {
    fixed += isWorker(row) || isGroup(row) ? 0 : fixedHeight(row, theme) + gap;
    workers += isWorker(row) ? 1 : 0;
    groups += isGroup(row) ? 1 : 0;
  }
  const qreal room =
      height - fixed - gap - static_cast<qreal>(workers) * std::floor(theme.px(kTallWorker));
  const qreal groupHeight =
      groups == 0 ? 0
                  : std::floor(std::clamp(room / static_cast<qreal>(groups) - gap,
                                          theme.px(kShortGroup), theme.px(kTallGroup)));
  const qreal grouped = static_cast<qreal>(groups) * (groupHeight + gap);
  const qreal share =
      workers == 0 ? 0 : (height - fixed - grouped - gap) / static_cast<qreal>(workers);
  plan.workerHeight =
      std::floor(std::clamp(share, theme.px(kShortWorker), theme.px(kTallWorker) * kMostGrowth));
  const bool pin = onePool && fixed <= kMostPinned * height;
  qreal pinnedY = gap;
  qreal y = pin ? 0 : gap;
  for (PlannedRow& row : plan.rows) {
    row.pinned = pin && !isWorker(row) && !isGroup(row);
    row.height = isWorker(row)  ? plan.workerHeight
                 : isGroup(row) ? groupHeight
                                : fixedHeight(row, theme);
    qreal& next = row.pinned ? pinnedY : y;
    row.y = next;
    next += row.height + (isWorker(row) ? 0 : gap);
  }
  plan.pinnedHeight = pin ? pinnedY : 0;
  plan.contentHeight = y;
}

}  // namespace

const PlannedRow* RowPlan::rowOf(LaneId lane) const {
  const auto place = places ? places->placeOf(lane) : std::nullopt;
  if (!place) {
    const auto caller = std::find_if(rows.begin(), rows.end(), [&](const PlannedRow& row) {
      return row.kind == LaneRow::Kind::caller && row.lanes.front() == lane;
    });
    return caller == rows.end() ? nullptr : &*caller;
  }
  const auto pool = static_cast<std::size_t>(place->pool);
  const bool isKnown = pool < rowOfPlace_.size() && place->index < rowOfPlace_[pool].size();
  const std::size_t group = pool < groupOf_.size() ? groupOf_[pool] : 0;
  const std::size_t number = isKnown ? rowOfPlace_[pool][place->index] : group;
  return number == 0 ? nullptr : &rows[number - 1];
}

const PlannedRow* RowPlan::queueOf(std::optional<PoolIndex> pool) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const PlannedRow& row) {
    return row.kind == LaneRow::Kind::queue && row.pool == pool;
  });
  return found == rows.end() ? nullptr : &*found;
}

RowPlan planRows(const Snapshot& snapshot, std::shared_ptr<const LanePlaces> places, TimeNs now,
                 TimeRange shown, const LaneArrangement& arrangement, qreal height,
                 const Theme& theme) {
  RowPlan plan;
  plan.places = std::move(places);
  Planner planner(snapshot, now, shown, arrangement, plan);
  planner.addCallers();
  std::size_t pools = 0;
  for (const Pool& pool : snapshot.pools()) {
    pools += pool.created <= now ? 1 : 0;
  }
  // Those of a process stand together.
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    for (const Pool& pool : snapshot.pools()) {
      if (pool.process == process && pool.created <= now) {
        planner.addPool(pool, pools > 1);
      }
    }
  }
  if (shown.end >= now && arrangement.order == LaneOrder::start &&
      mustScroll(plan, height, theme)) {
    putVacatedLast(snapshot, now, plan);
  }
  placeRows(plan, pools <= 1, height, theme);
  plan.rowOfPlace_.resize(snapshot.pools().size());
  plan.groupOf_.resize(snapshot.pools().size());
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    const PlannedRow& row = plan.rows[i];
    if (isWorker(row)) {
      auto& rowOf = plan.rowOfPlace_[static_cast<std::size_t>(*row.pool)];
      rowOf.resize(std::max(rowOf.size(), row.place + 1));
      rowOf[row.place] = i + 1;
    } else if (isGroup(row)) {
      plan.groupOf_[static_cast<std::size_t>(*row.pool)] = i + 1;
    }
  }
  return plan;
}

}  // namespace poolscope::ui
