// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_places.h"

#include <queue>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace poolscope::ui {

using session::Lane;
using session::LaneId;
using session::LaneKind;
using session::PoolIndex;
using session::Snapshot;
using session::TimeNs;

namespace {

const Lane& laneOf(const Snapshot& snapshot, LaneId lane) {
  return snapshot.lanes()[static_cast<std::size_t>(lane)];
}

TimeNs exitOf(const Lane& lane) {
  return std::max(lane.exited.value_or(session::kForever), lane.started);
}

template <typename T>
using Lowest = std::priority_queue<T, std::vector<T>, std::greater<>>;

}  // namespace

LanePlaces::LanePlaces(const Snapshot& snapshot)
    : pools_(snapshot.pools().size()),
      lanes_(snapshot.lanes().size()) {
  std::vector<std::vector<LaneId>> workers(pools_.size());
  for (const Lane& lane : snapshot.lanes()) {
    if (lane.kind == LaneKind::caller) {
      callers_.push_back(lane.id);
    } else if (lane.pool && static_cast<std::size_t>(*lane.pool) < workers.size()) {
      workers[static_cast<std::size_t>(*lane.pool)].push_back(lane.id);
    }
  }
  for (std::size_t pool = 0; pool < workers.size(); ++pool) {
    assign(snapshot, static_cast<PoolIndex>(pool), std::move(workers[pool]));
  }
}

void LanePlaces::assign(const Snapshot& snapshot, PoolIndex pool, std::vector<LaneId> workers) {
  const auto startsBefore = [&](LaneId a, LaneId b) {
    const Lane& left = laneOf(snapshot, a);
    const Lane& right = laneOf(snapshot, b);
    return std::pair(left.started, left.index) < std::pair(right.started, right.index);
  };
  if (!std::is_sorted(workers.begin(), workers.end(), startsBefore)) {
    std::stable_sort(workers.begin(), workers.end(), startsBefore);
  }
  Lowest<std::pair<TimeNs, std::size_t>> leaving;
  Lowest<std::size_t> free;
  std::vector<std::size_t> taken(workers.size());
  std::size_t count = 0;
  // Threads that were made at once come to life in any order. Those who came while nobody left may
  // swap their places: they stand in the order of their names.
  std::size_t batch = 0;
  TimeNs batchExit = session::kForever;
  const auto closeBatch = [&](std::size_t end) {
    const auto iterator = [&](std::size_t i) {
      return workers.begin() + static_cast<std::ptrdiff_t>(i);
    };
    std::stable_sort(iterator(batch), iterator(end), [&](LaneId a, LaneId b) {
      return laneOf(snapshot, a).index < laneOf(snapshot, b).index;
    });
    const auto already = static_cast<std::uint32_t>(leaving.size());
    for (std::size_t i = batch; i < end; ++i) {
      lanes_[static_cast<std::size_t>(workers[i])] = {
          Place{pool, taken[i]}, already + static_cast<std::uint32_t>(i - batch)};
      leaving.emplace(exitOf(laneOf(snapshot, workers[i])), taken[i]);
    }
    batch = end;
    batchExit = session::kForever;
  };
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const Lane& lane = laneOf(snapshot, workers[i]);
    if (batchExit <= lane.started || (!leaving.empty() && leaving.top().first <= lane.started)) {
      closeBatch(i);
      for (; !leaving.empty() && leaving.top().first <= lane.started; leaving.pop()) {
        free.push(leaving.top().second);
      }
    }
    if (free.empty()) {
      free.push(count++);
    }
    taken[i] = free.top();
    free.pop();
    batchExit = std::min(batchExit, exitOf(lane));
  }
  closeBatch(workers.size());
  collect(snapshot, count, std::move(workers), pools_[static_cast<std::size_t>(pool)]);
}

/// Sorts the workers by their places; at a place in the order of their starts.
void LanePlaces::collect(const Snapshot& snapshot, std::size_t count, std::vector<LaneId> workers,
                         PoolPlaces& pool) const {
  const auto placeIndex = [&](LaneId lane) {
    return lanes_[static_cast<std::size_t>(lane)].place->index;
  };
  pool.firstOf.assign(count + 1, 0);
  for (const LaneId lane : workers) {
    ++pool.firstOf[placeIndex(lane) + 1];
    if (const auto& exited = laneOf(snapshot, lane).exited) {
      pool.exits.push_back(*exited);
    }
  }
  std::partial_sum(pool.firstOf.begin(), pool.firstOf.end(), pool.firstOf.begin());
  std::vector<std::size_t> next(pool.firstOf.begin(), pool.firstOf.end() - 1);
  // Batches follow one another in time and have one worker a place at most.
  pool.lanes.resize(workers.size());
  for (const LaneId lane : workers) {
    pool.lanes[next[placeIndex(lane)]++] = lane;
  }
  std::sort(pool.exits.begin(), pool.exits.end());
}

const LanePlaces::PoolPlaces* LanePlaces::poolAt(PoolIndex pool) const {
  const auto index = static_cast<std::size_t>(pool);
  return index < pools_.size() ? &pools_[index] : nullptr;
}

std::size_t LanePlaces::placeCount(PoolIndex pool) const {
  const PoolPlaces* places = poolAt(pool);
  return places == nullptr ? 0 : places->firstOf.size() - 1;
}

std::span<const LaneId> LanePlaces::at(Place place) const {
  if (place.index >= placeCount(place.pool)) {
    return {};
  }
  const PoolPlaces& pool = *poolAt(place.pool);
  const std::size_t first = pool.firstOf[place.index];
  return std::span(pool.lanes).subspan(first, pool.firstOf[place.index + 1] - first);
}

std::optional<LanePlaces::Place> LanePlaces::placeOf(LaneId worker) const {
  const auto index = static_cast<std::size_t>(worker);
  return index < lanes_.size() ? lanes_[index].place : std::nullopt;
}

std::uint32_t LanePlaces::othersAtStart(LaneId worker) const {
  const auto index = static_cast<std::size_t>(worker);
  return index < lanes_.size() ? lanes_[index].others : 0;
}

std::optional<TimeNs> LanePlaces::latestExit(PoolIndex pool, TimeNs now) const {
  const PoolPlaces* places = poolAt(pool);
  if (places == nullptr) {
    return {};
  }
  const auto after = std::upper_bound(places->exits.begin(), places->exits.end(), now);
  return after == places->exits.begin() ? std::nullopt : std::optional(*(after - 1));
}

}  // namespace poolscope::ui
