// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/time_axis.h"

#include "ui/timeline/time_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kMinute = 60 * kSecond;
constexpr TimeNs kHour = 60 * kMinute;
constexpr TimeNs kDay = 24 * kHour;

}  // namespace

TimeAxis::TimeAxis(TimeRange range, qreal left, qreal right)
    : range_(range),
      left_(left),
      right_(std::max(right, left + 1)),
      nsPerPixel_(static_cast<double>(std::max<TimeNs>(1, range.length())) / (right_ - left_)),
      base_(range.begin) {}

TimeAxis TimeAxis::snapped(TimeRange range, qreal left, qreal right, TimeNs origin, qreal pixel) {
  TimeAxis axis(range, left, right);
  const double step = axis.nsPerPixel_ * pixel;
  const double sinceOrigin = static_cast<double>(range.begin - origin);
  const double moved = std::round(sinceOrigin / step) * step - sinceOrigin;
  axis.offsetNs_ = moved;
  const auto whole = static_cast<TimeNs>(std::floor(moved));
  axis.range_ = {range.begin + whole, range.end + whole};
  return axis;
}

TimeNs TimeAxis::toTime(qreal x) const {
  return base_ + static_cast<TimeNs>(std::floor((x - left_) * nsPerPixel_ + offsetNs_));
}

TimeNs roundTimeStep(double least) {
  if (least <= static_cast<double>(30 * kSecond)) {
    for (TimeNs power = 1; power <= 10 * kSecond; power *= 10) {
      for (const TimeNs digit : {1, 2, 5}) {
        if (static_cast<double>(power * digit) >= least && power * digit <= 20 * kSecond) {
          return power * digit;
        }
      }
    }
  }
  constexpr std::array kSteps{30 * kSecond, kMinute,      2 * kMinute, 5 * kMinute,
                              10 * kMinute, 30 * kMinute, kHour,       2 * kHour,
                              6 * kHour,    12 * kHour,   kDay};
  for (const TimeNs step : kSteps) {
    if (static_cast<double>(step) >= least) {
      return step;
    }
  }
  for (TimeNs power = kDay;; power *= 10) {
    for (const TimeNs digit : {1, 2, 5}) {
      if (static_cast<double>(power * digit) >= least || power > 100'000 * kDay) {
        return power * digit;
      }
    }
  }
}

QList<TimeTick> timeTicks(const TimeAxis& axis, TimeNs origin, qreal minDistance) {
  const TimeNs step = roundTimeStep(axis.nsPerPixel() * std::max(minDistance, 1.0));
  const TimeNs sinceOrigin = axis.toTime(axis.left()) - origin;
  TimeNs tick = sinceOrigin / step * step;
  if (tick < sinceOrigin) {
    tick += step;
  }
  QList<TimeTick> ticks;
  for (; axis.toX(origin + tick) < axis.right(); tick += step) {
    const qreal x = axis.toX(origin + tick);
    if (x >= axis.left()) {
      ticks.append({origin + tick, x, timeText(tick, step)});
    }
  }
  return ticks;
}

}  // namespace poolscope::ui
