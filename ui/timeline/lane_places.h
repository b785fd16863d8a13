// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::ui {

/// Where a session's workers stand: each has a place of its pool, from 0, and a place has one
/// worker at a time. A worker takes the lowest place that is free when it starts, so there are as
/// many places as there were workers alive at once, however often workers retired. What happened
/// later never moves a worker. A value; valid as long as the snapshot's lanes are the same.
class LanePlaces {
 public:
  struct Place {
    session::PoolIndex pool = {};
    std::size_t index = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  /// Cost O(lanes log lanes).
  explicit LanePlaces(const session::Snapshot& snapshot);

  const std::vector<session::LaneId>& callers() const { return callers_; }
  std::size_t placeCount(session::PoolIndex pool) const;
  /// Who stood at a place, in the order in which they came.
  std::span<const session::LaneId> at(Place place) const;
  /// Nothing for a caller.
  std::optional<Place> placeOf(session::LaneId worker) const;
  /// How many other workers of its pool were there when `worker` started.
  std::uint32_t othersAtStart(session::LaneId worker) const;
  /// When the latest of those workers of a pool left that had left at `now`.
  std::optional<session::TimeNs> latestExit(session::PoolIndex pool, session::TimeNs now) const;

 private:
  struct PoolPlaces {
    std::vector<session::LaneId> lanes = {};  ///< place by place
    std::vector<std::size_t> firstOf = {0};   ///< of a place into `lanes`; one more for the end
    std::vector<session::TimeNs> exits = {};  ///< sorted
  };
  struct Entry {
    std::optional<Place> place = {};
    std::uint32_t others = 0;
  };

  const PoolPlaces* poolAt(session::PoolIndex pool) const;
  void assign(const session::Snapshot& snapshot, session::PoolIndex pool,
              std::vector<session::LaneId> workers);
  void collect(const session::Snapshot& snapshot, std::size_t count,
               std::vector<session::LaneId> workers, PoolPlaces& pool) const;

  std::vector<session::LaneId> callers_ = {};
  std::vector<PoolPlaces> pools_ = {};
  std::vector<Entry> lanes_ = {};
};

}  // namespace poolscope::ui
