// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/lane_rows.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/view_state.h"

#include <QSizeF>

namespace poolscope::ui {

/// Decides what a frame of the timeline consists of. A pure function: `cache` only makes it faster.
/// Cost O(pixels), whatever the session's length.
TimelineScene layOutTimeline(const Frame& frame, const ViewState& view, const QSizeF& size,
                             const Theme& theme, LayoutCache& cache);
TimelineScene layOutTimeline(const Frame& frame, const ViewState& view, const QSizeF& size,
                             const Theme& theme);

/// The rows of a frame, and those of what is in sight in `also`, too, if that is not empty.
RowPlan planFor(const Frame& frame, const ViewState& view, TimeRange also, const QSizeF& size,
                const Theme& theme, LayoutCache& cache);

/// How far the worker lanes must be scrolled at least and at most to show `lane`; nothing if it has
/// no row that scrolls.
struct ScrollSpan {
  qreal least = 0;
  qreal most = 0;
};
std::optional<ScrollSpan> scrollSpanOf(const Frame& frame, const ViewState& view,
                                       session::LaneId lane, const QSizeF& size, const Theme& theme,
                                       LayoutCache& cache);

}  // namespace poolscope::ui
