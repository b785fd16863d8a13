// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/timeline_scene.h"

#include <QPointF>

#include <optional>

namespace poolscope::ui {

/// What is at a place of a scene.
struct Hit {
  enum class Area : std::uint8_t { nothing, axis, head, canvas };
  Area area = Area::nothing;
  session::TaskKey task = {};  ///< of a bar, a token, a mark; of a column the longest
  std::optional<session::LaneId> lane = {};
  std::optional<LaneRow::Kind> row = {};
  std::optional<session::PoolIndex> pool = {};
};

/// Reads only the scene, so what is hit is what was painted there.
Hit hitTest(const TimelineScene& scene, const QPointF& position);

}  // namespace poolscope::ui
