// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/lane_arrangement.h"
#include "ui/timeline/lane_places.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/view_state.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::ui {

/// A row before it is laid out: which lanes, where.
struct PlannedRow {
  LaneRow::Kind kind = LaneRow::Kind::worker;
  std::optional<session::PoolIndex> pool = {};
  std::size_t place = 0;    ///< of workers and ghosts, see LanePlaces
  std::uint32_t index = 0;  ///< of the named worker; of a group: most workers at once until now
  bool folded = false;      ///< of a pool
  /// Of a ghost, and of a place that others have left and the next worker will take: how many
  /// workers stand before it.
  std::optional<std::uint32_t> awaited = {};
  /// Who is in sight, and the latest; oldest first.
  std::span<const session::LaneId> lanes = {};
  /// Of those the one whose name and state the row has: who stands there now, or, where now is out
  /// of sight, who stood there for the most of what is in sight.
  std::optional<session::LaneId> named = {};
  std::optional<session::LaneId> earlier = {};  ///< who stood there before them
  qreal y = 0;                                  ///< of a scrolling row: in the content
  qreal height = 0;
  bool pinned = false;
};

/// The rows of a session at one moment, from the top: callers, then of each pool its queue and its
/// places. A place has a row if a worker stands there, if max_workers allows one, or if something
/// of an earlier one is in sight, unless it is hidden. A folded pool has one row for all of them.
struct RowPlan {
  std::shared_ptr<const LanePlaces> places = {};
  std::vector<PlannedRow> rows = {};
  qreal pinnedHeight = 0;
  qreal contentHeight = 0;
  qreal workerHeight = 0;
  std::size_t hidden = 0;  ///< rows

  /// The row of a lane, also one out of sight; of a worker whose pool is folded its group.
  const PlannedRow* rowOf(session::LaneId lane) const;
  const PlannedRow* queueOf(std::optional<session::PoolIndex> pool) const;

 private:
  friend RowPlan planRows(const session::Snapshot&, std::shared_ptr<const LanePlaces>,
                          session::TimeNs, TimeRange, const LaneArrangement&, qreal, const Theme&);
  std::vector<std::vector<std::size_t>> rowOfPlace_ = {};  ///< by pool and place, from 1; 0: none
  std::vector<std::size_t> groupOf_ = {};                  ///< by pool, from 1; 0: not folded
};

/// Plans the rows as they are at `now` for `height` logical pixels, of which `shown` is in sight.
/// Workers' rows grow while there is room, then shrink before they scroll. If they scroll and the
/// present is in sight, places that were left stand below those where someone works. Callers and
/// the queue stay at the top if there is one pool and room enough. Cost O(places); where idle rows
/// are hidden, times log tasks.
RowPlan planRows(const session::Snapshot& snapshot, std::shared_ptr<const LanePlaces> places,
                 session::TimeNs now, TimeRange shown, const LaneArrangement& arrangement,
                 qreal height, const Theme& theme);

}  // namespace poolscope::ui
