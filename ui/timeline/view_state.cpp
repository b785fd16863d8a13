// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/view_state.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

/// Fitting grows in these steps, so that the scale is at rest most of the time.
constexpr double kFitStep = 1.25;
constexpr double kFitRoom = 1.06;

TimeNs clampedSpan(double span) {
  return static_cast<TimeNs>(std::clamp(std::round(span),
                                        static_cast<double>(ViewState::kShortestSpan),
                                        static_cast<double>(ViewState::kLongestSpan)));
}

}  // namespace

void ViewState::advance(TimeNs sessionBegin, TimeNs now) {
  if (begin_ < sessionBegin && sessionBegin_ == 0 && !following_) {
    begin_ = sessionBegin;  // frozen before there was a session
  }
  sessionBegin_ = sessionBegin;
  now_ = std::max(now, sessionBegin);
  if (fitting_) {
    const double needed = static_cast<double>(now_ - sessionBegin_) * kFitRoom;
    if (needed > static_cast<double>(span_)) {
      const double steps =
          std::ceil(std::log(needed / static_cast<double>(span_)) / std::log(kFitStep));
      span_ = clampedSpan(static_cast<double>(span_) * std::pow(kFitStep, steps));
    }
    begin_ = sessionBegin_;
  } else if (following_) {
    follow();
  }
}

void ViewState::follow() {
  const auto lead = static_cast<TimeNs>(static_cast<double>(span_) * kNowAt);
  begin_ = std::max(now_ - lead, sessionBegin_);
}

void ViewState::place(double begin, double span) {
  span_ = clampedSpan(span);
  // Some of the session stays in sight, whatever the user does.
  const double room = static_cast<double>(span_) * 0.9;
  const double first = static_cast<double>(sessionBegin_) - room;
  const double last = static_cast<double>(now_) + room - static_cast<double>(span_);
  begin_ = static_cast<TimeNs>(std::round(std::clamp(begin, first, std::max(first, last))));
}

void ViewState::zoom(double factor, TimeNs anchor) {
  if (!(factor > 0)) {
    return;
  }
  fitting_ = false;
  const double oldSpan = static_cast<double>(span_);
  const TimeNs newSpan = clampedSpan(oldSpan / factor);
  if (following_) {
    span_ = newSpan;
    follow();
    return;
  }
  const double share = static_cast<double>(anchor - begin_) / oldSpan;
  const double before = share * static_cast<double>(newSpan);
  place(static_cast<double>(anchor) - before, static_cast<double>(newSpan));
}

void ViewState::zoom(double factor) {
  zoom(factor, begin_ + span_ / 2);
}

void ViewState::zoomTo(TimeRange range) {
  following_ = false;
  fitting_ = false;
  place(static_cast<double>(range.begin), static_cast<double>(range.length()));
}

void ViewState::pan(double share) {
  panTo(begin_ + static_cast<TimeNs>(static_cast<double>(span_) * share));
}

void ViewState::panTo(TimeNs begin) {
  following_ = false;
  fitting_ = false;
  place(static_cast<double>(begin), static_cast<double>(span_));
}

void ViewState::fit() {
  fitting_ = true;
  following_ = true;
  span_ = clampedSpan(static_cast<double>(now_ - sessionBegin_) * kFitRoom);
  begin_ = sessionBegin_;
}

void ViewState::goToStart() {
  panTo(sessionBegin_);
}

void ViewState::goLive() {
  fitting_ = false;
  following_ = true;
  follow();
}

void ViewState::setFollowing(bool following) {
  if (following == following_) {
    return;
  }
  if (following) {
    goLive();
  } else {
    following_ = false;
    fitting_ = false;
  }
}

void ViewState::reveal(TimeNs time) {
  const TimeNs margin = span_ / 10;
  if (time >= begin_ && time < begin_ + span_) {
    return;
  }
  panTo(time < begin_ ? time - margin : time - span_ + margin);
}

void ViewState::reset() {
  const bool calm = reduceMotion;
  const qreal ratio = devicePixelRatio;
  const ColorBy colors = coloring.by;
  *this = ViewState();
  reduceMotion = calm;
  devicePixelRatio = ratio;
  coloring.by = colors;
}

}  // namespace poolscope::ui
