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
/// What is left of a glide shrinks to 1/e in this time.
constexpr double kGlideDecayNs = 260e6;
/// Of the view: a glide that would go no further than this, or has no more to go, is none.
constexpr double kLeastGlide = 0.02;
constexpr double kGlideRest = 0.0005;

double clampedSpan(double span) {
  return std::clamp(span, static_cast<double>(ViewState::kShortestSpan),
                    static_cast<double>(ViewState::kLongestSpan));
}

}  // namespace

TimeRange ViewState::range() const {
  return {begin_, begin_ + static_cast<TimeNs>(std::round(span_))};
}

void ViewState::advance(TimeNs sessionBegin, TimeNs now) {
  if (begin_ < sessionBegin && sessionBegin_ == 0 && !following_) {
    begin_ = sessionBegin;  // frozen before there was a session
  }
  sessionBegin_ = sessionBegin;
  now_ = std::max(now, sessionBegin);
  if (fitting_) {
    const double needed = static_cast<double>(now_ - sessionBegin_) * kFitRoom;
    if (needed > span_) {
      const double steps = std::ceil(std::log(needed / span_) / std::log(kFitStep));
      span_ = clampedSpan(span_ * std::pow(kFitStep, steps));
    }
    setBegin(sessionBegin_, 0);
  } else if (following_) {
    follow();
  }
}

void ViewState::follow() {
  setBegin(now_, -span_ * kNowAt);
  if (begin_ < sessionBegin_) {
    setBegin(sessionBegin_, 0);
  }
}

/// Whole and fraction apart: a double cannot tell ns apart on the clock of a long uptime.
void ViewState::setBegin(TimeNs begin, double offset) {
  const double whole = std::floor(offset);
  begin_ = begin + static_cast<TimeNs>(whole);
  fraction_ = offset - whole;
}

void ViewState::moveTo(TimeNs begin, double offset, double span) {
  span_ = clampedSpan(span);
  setBegin(begin, offset);
  // Some of the session stays in sight, whatever the user does.
  const auto room = static_cast<TimeNs>(span_ * 0.9);
  const TimeNs first = sessionBegin_ - room;
  const TimeNs last = std::max(first, now_ + room - static_cast<TimeNs>(span_));
  if (begin_ < first || begin_ >= last) {
    setBegin(std::clamp(begin_, first, last), 0);
  }
}

void ViewState::zoom(double factor, TimeNs anchor) {
  if (!(factor > 0)) {
    return;
  }
  stopGliding();
  fitting_ = false;
  const double newSpan = clampedSpan(span_ / factor);
  if (following_) {
    span_ = newSpan;
    follow();
    return;
  }
  const double share = (static_cast<double>(anchor - begin_) - fraction_) / span_;
  moveTo(anchor, -share * newSpan, newSpan);
}

void ViewState::zoom(double factor) {
  zoom(factor, begin_ + static_cast<TimeNs>(std::round(fraction_ + span_ / 2)));
}

void ViewState::zoomTo(TimeRange range) {
  stopGliding();
  following_ = false;
  fitting_ = false;
  moveTo(range.begin, 0, static_cast<double>(range.length()));
}

void ViewState::pan(double share) {
  panTo(begin_, fraction_ + span_ * share);
}

void ViewState::panTo(TimeNs begin, double offsetNs) {
  stopGliding();
  following_ = false;
  fitting_ = false;
  moveTo(begin, offsetNs, span_);
}

void ViewState::fit() {
  stopGliding();
  fitting_ = true;
  following_ = true;
  span_ = clampedSpan(static_cast<double>(now_ - sessionBegin_) * kFitRoom);
  setBegin(sessionBegin_, 0);
}

void ViewState::goToStart() {
  panTo(sessionBegin_);
}

void ViewState::goLive() {
  stopGliding();
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
  const TimeRange seen = range();
  const TimeNs margin = seen.length() / 10;
  if (time >= seen.begin && time < seen.end) {
    return;
  }
  panTo(time < seen.begin ? time - margin : time - seen.length() + margin);
}

void ViewState::restore(const ViewPlace& place) {
  if (place.fitting) {
    fit();
    return;
  }
  stopGliding();
  fitting_ = false;
  following_ = place.following;
  moveTo(place.range.begin, place.range.fraction, place.range.length);
  if (following_) {
    follow();
  }
}

void ViewState::glide(double nsPerNs, TimeNs wall) {
  stopGliding();
  if (!reduceMotion && std::abs(nsPerNs) * kGlideDecayNs > span_ * kLeastGlide) {
    glide_ = Glide{wall, fineRange(), nsPerNs};
  }
}

void ViewState::glideOn(TimeNs wall) {
  if (!glide_) {
    return;
  }
  const Glide glide = *glide_;
  const double left = std::exp(-static_cast<double>(wall - glide.since) / kGlideDecayNs);
  const double whole = glide.nsPerNs * kGlideDecayNs;
  moveTo(glide.from.begin, glide.from.fraction + whole * (1 - left), span_);
  if (reduceMotion || std::abs(whole) * left < span_ * kGlideRest) {
    stopGliding();
  }
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
