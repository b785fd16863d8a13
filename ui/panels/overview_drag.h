// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/view_state.h"

#include <QPointF>
#include <QtGlobal>

#include <optional>

namespace poolscope::ui {

/// The session on the overview's width.
struct OverviewMap {
  TimeRange session = {};
  qreal width = 1;

  qreal toX(session::TimeNs time) const;  ///< within the strip, whatever the time
  session::TimeNs toTime(qreal x) const;  ///< within the session
  session::TimeNs lengthOf(qreal pixels) const;
};

/// What there is to take on the overview.
enum class OverviewPart { outside, frame, begin, end, now };

/// The part at a place. The frame's ends can be taken where it is wide enough, the frame where it
/// does not cover all; `now` is where a replay's position has its knob, at the top.
OverviewPart overviewPartAt(const OverviewMap& map, const TimeRange& view,
                            std::optional<session::TimeNs> now, const QPointF& at);

/// A press on the overview and the drag that may come of it. A value; knows no widget.
class OverviewDrag {
 public:
  OverviewDrag(OverviewPart part, const OverviewMap& map, const TimeRange& view, qreal x);

  OverviewPart part() const { return part_; }
  /// Moves to `x`; the map may have grown meanwhile. What the view is to show then; nothing as long
  /// as the pointer has hardly moved.
  std::optional<TimeRange> moveTo(const OverviewMap& map, qreal x);
  /// What the view is to show if it was a click: the same length, around the place.
  std::optional<TimeRange> release(const OverviewMap& map) const;

 private:
  OverviewPart part_;
  TimeRange view_;
  qreal pressedX_;
  session::TimeNs pressedTime_;
  bool isDrag_ = false;
};

}  // namespace poolscope::ui
