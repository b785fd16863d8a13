// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/overview_drag.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr qreal kReach = 5;
constexpr qreal kLeastForEnds = 24;  // a narrower frame is taken as a whole
constexpr qreal kKnobHeight = 10;
constexpr qreal kDragThreshold = 3;
constexpr double kAll = 0.97;  // of the strip: such a frame has nowhere to go

}  // namespace

qreal OverviewMap::toX(TimeNs time) const {
  const auto length = static_cast<qreal>(std::max<TimeNs>(1, session.length()));
  return width * std::clamp(static_cast<qreal>(time - session.begin) / length, 0.0, 1.0);
}

TimeNs OverviewMap::toTime(qreal x) const {
  return session.begin + lengthOf(std::clamp(x, 0.0, width));
}

TimeNs OverviewMap::lengthOf(qreal pixels) const {
  return static_cast<TimeNs>(static_cast<double>(session.length()) * pixels / std::max(width, 1.0));
}

OverviewPart overviewPartAt(const OverviewMap& map, const TimeRange& view,
                            std::optional<TimeNs> now, const QPointF& at) {
  if (now && at.y() <= kKnobHeight && std::abs(at.x() - map.toX(*now)) <= kReach) {
    return OverviewPart::now;
  }
  const qreal left = map.toX(view.begin);
  const qreal right = map.toX(view.end);
  if (right - left >= kLeastForEnds) {
    if (std::abs(at.x() - left) <= kReach) {
      return OverviewPart::begin;
    }
    if (std::abs(at.x() - right) <= kReach) {
      return OverviewPart::end;
    }
  }
  const qreal room = right - left >= kLeastForEnds ? 0 : kReach;
  const bool isInside = at.x() >= left - room && at.x() <= right + room;
  return isInside && right - left < map.width * kAll ? OverviewPart::frame : OverviewPart::outside;
}

OverviewDrag::OverviewDrag(OverviewPart part, const OverviewMap& map, const TimeRange& view,
                           qreal x)
    : part_(part),
      view_(view),
      pressedX_(x),
      pressedTime_(map.toTime(x)) {}

std::optional<TimeRange> OverviewDrag::moveTo(const OverviewMap& map, qreal x) {
  isDrag_ = isDrag_ || std::abs(x - pressedX_) >= kDragThreshold;
  if (!isDrag_ || part_ == OverviewPart::now) {
    return {};
  }
  const TimeNs time = map.toTime(x);
  switch (part_) {
    case OverviewPart::begin:
      return TimeRange{std::min(time, view_.end - ViewState::kShortestSpan), view_.end};
    case OverviewPart::end:
      return TimeRange{view_.begin, std::max(time, view_.begin + ViewState::kShortestSpan)};
    case OverviewPart::frame: {
      const TimeNs moved = time - pressedTime_;
      return TimeRange{view_.begin + moved, view_.end + moved};
    }
    default:
      return TimeRange{std::min(time, pressedTime_), std::max(time, pressedTime_)};
  }
}

std::optional<TimeRange> OverviewDrag::release(const OverviewMap& map) const {
  if (isDrag_ || part_ == OverviewPart::now) {
    return {};
  }
  const TimeNs begin = map.toTime(pressedX_) - view_.length() / 2;
  return TimeRange{begin, begin + view_.length()};
}

}  // namespace poolscope::ui
