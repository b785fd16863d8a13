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
/// A time of more steps than this has more digits than can be read at a glance.
constexpr TimeNs kMostSteps = 100'000;

/// What labels count from is a whole number of these: more than is in sight, so that it rests while
/// the view moves a little.
TimeNs baseUnit(TimeNs span) {
  for (const TimeNs unit : {TimeNs{1'000}, TimeNs{1'000'000}, kSecond, kMinute, kHour}) {
    if (unit >= span) {
      return unit;
    }
  }
  return kDay;
}

TimeNs stepOf(const TimeAxis& axis, qreal minDistance) {
  return roundTimeStep(axis.nsPerPixel() * std::max(minDistance, 1.0));
}

}  // namespace

TimeAxis::TimeAxis(const FineRange& range, qreal left, qreal right)
    : range_{range.begin, range.begin + static_cast<TimeNs>(std::round(range.length))},
      left_(left),
      right_(std::max(right, left + 1)),
      nsPerPixel_(std::max(1.0, range.length) / (right_ - left_)),
      base_(range.begin),
      offsetNs_(range.fraction) {}

TimeAxis TimeAxis::snapped(const FineRange& range, qreal left, qreal right, TimeNs origin,
                           qreal pixel) {
  TimeAxis axis(range, left, right);
  const double step = axis.nsPerPixel_ * pixel;
  // The remainder is exact where the quotient has more digits than a double: days of nanoseconds.
  const double over = std::remainder(static_cast<double>(range.begin - origin), step);
  axis.offsetNs_ = std::round((over + range.fraction) / step) * step - over;
  const auto whole = static_cast<TimeNs>(std::floor(axis.offsetNs_));
  axis.range_ = {axis.range_.begin + whole, axis.range_.end + whole};
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

std::optional<TickBase> tickBase(const TimeAxis& axis, TimeNs origin, qreal minDistance) {
  const TimeNs step = stepOf(axis, minDistance);
  const TimeNs sinceOrigin = axis.toTime(axis.left()) - origin;
  const TimeNs unit = baseUnit(axis.range().length());
  const TimeNs base = sinceOrigin / unit * unit;
  if (base <= 0 || base / step < kMostSteps) {
    return {};
  }
  return TickBase{base, timeText(base, unit)};
}

QList<TimeTick> timeTicks(const TimeAxis& axis, TimeNs origin, qreal minDistance,
                          const std::optional<TickBase>& base) {
  const TimeNs step = stepOf(axis, minDistance);
  const TimeNs sinceOrigin = axis.toTime(axis.left()) - origin;
  TimeNs tick = sinceOrigin / step * step;
  if (tick < sinceOrigin) {
    tick += step;
  }
  QList<TimeTick> ticks;
  for (; axis.toX(origin + tick) < axis.right(); tick += step) {
    const qreal x = axis.toX(origin + tick);
    if (x >= axis.left()) {
      ticks.append(
          {origin + tick, x,
           base ? QLatin1Char('+') + timeText(tick - base->time, step) : timeText(tick, step)});
    }
  }
  return ticks;
}

}  // namespace poolscope::ui
