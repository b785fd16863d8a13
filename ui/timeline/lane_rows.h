// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/timeline_scene.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace poolscope::ui {

/// A row before it is laid out: which lanes, where.
struct PlannedRow {
  LaneRow::Kind kind = LaneRow::Kind::worker;
  std::optional<session::PoolIndex> pool = {};
  std::uint32_t index = 0;
  std::uint32_t ordinal = 0;  ///< of a ghost: how many workers stand before it
  std::size_t firstLane = 0;  ///< into RowPlan::lanes
  std::size_t laneCount = 0;
  qreal y = 0;  ///< of a scrolling row: in the content
  qreal height = 0;
  bool pinned = false;
};

/// The rows of a session at one moment, from the top: callers, then of each pool its queue, its
/// workers by index and the workers that max_workers allows beyond them.
struct RowPlan {
  std::vector<PlannedRow> rows = {};
  std::vector<session::LaneId> lanes = {};
  qreal pinnedHeight = 0;
  qreal contentHeight = 0;
  qreal workerHeight = 0;

  /// The row of a lane, also one out of sight.
  const PlannedRow* rowOf(session::LaneId lane) const;
  const PlannedRow* queueOf(std::optional<session::PoolIndex> pool) const;

 private:
  friend RowPlan planRows(const session::Snapshot&, session::TimeNs, qreal, const Theme&);
  std::unordered_map<std::uint32_t, std::size_t> byLane_ = {};
};

/// Plans the rows as they are at `now` for `height` logical pixels. Workers' rows shrink before
/// they scroll. Callers and the queue stay at the top if there is one pool and room enough. Cost
/// O(lanes).
RowPlan planRows(const session::Snapshot& snapshot, session::TimeNs now, qreal height,
                 const Theme& theme);

}  // namespace poolscope::ui
