// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/timeline/lane_places.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace poolscope::ui {

/// What the rows of workers are sorted by.
enum class LaneOrder : std::uint8_t { start, name, utilization, busy_time, tasks };

/// How the lanes are grouped, sorted and hidden: a part of what the view shows.
/// Rows are meant by pool and place: a place stays where it is, whoever takes it.
struct LaneArrangement {
  /// Pools with more places than this are one row until somebody unfolds them.
  static constexpr std::size_t kFoldedBeyond = 256;

  std::map<session::PoolIndex, bool> folded = {};  ///< as was asked for
  std::set<LanePlaces::Place> hidden = {};
  bool hidesIdle = false;    ///< rows without a task in what is in sight
  bool hidesExited = false;  ///< rows whose worker has left
  LaneOrder order = LaneOrder::start;
  /// The rank of each place, as it was when the order was asked for; places that came later stand
  /// behind. Empty: in the order in which they started.
  std::map<session::PoolIndex, std::vector<std::size_t>> ranks = {};
  /// The pool that the keyboard is at.
  std::optional<session::PoolIndex> current = {};

  bool isFolded(session::PoolIndex pool, std::size_t places) const;
  bool hidesAny() const { return hidesIdle || hidesExited || !hidden.empty(); }
  void showAll();
  std::size_t rankOf(LanePlaces::Place place) const;
  friend bool operator==(const LaneArrangement&, const LaneArrangement&) = default;
};

/// Sorts the rows of all pools by what they did in [begin, end): more comes first, names rise.
/// Equals stand as they started. Cost O(lanes log lanes).
void sortLanes(const session::Snapshot& snapshot, const LanePlaces& places, session::TimeNs begin,
               session::TimeNs end, LaneOrder order, LaneArrangement& arrangement);

}  // namespace poolscope::ui
