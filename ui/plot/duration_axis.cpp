// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/duration_axis.h"

#include "ui/timeline/round_step.h"

#include <QLocale>
#include <QObject>

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope::ui {
namespace {

constexpr double kShortest = 1e-4;  // seconds: shorter waits matter to nobody
constexpr double kExact = 1e-6;     // of a product of round numbers

/// The largest of 1, 2, 5, 10, ... that is not above `most`.
double roundBelow(double most) {
  const double above = roundStep(most);
  if (above <= most * (1 + kExact)) {
    return above;
  }
  const double power = std::pow(10.0, std::floor(std::log10(most)));
  return most >= 5 * power ? 5 * power : most >= 2 * power ? 2 * power : power;
}

/// A round number of one unit: "200 µs", "50 ms", "10 s".
QString roundText(double seconds) {
  const QLocale locale;
  const auto number = [&](double value) { return locale.toString(value, 'f', 0); };
  if (seconds < 1e-3 * (1 - kExact)) {
    return QObject::tr("%1 µs").arg(number(seconds * 1e6));
  }
  return seconds < 1 - kExact ? QObject::tr("%1 ms").arg(number(seconds * 1e3))
                              : QObject::tr("%1 s").arg(number(seconds));
}

}  // namespace

DurationAxis::DurationAxis(double least, double most, qreal bottom, qreal top, qreal minDistance)
    : bottom_(bottom),
      top_(std::min(top, bottom - 1)),
      minDistance_(std::max(minDistance, 1.0)) {
  const auto usable = [](double seconds) {
    return std::isfinite(seconds) ? std::max(seconds, kShortest) : kShortest;
  };
  least_ = roundBelow(usable(least));
  most_ = std::max(roundStep(usable(most)), roundStep(2 * least_));
}

qreal DurationAxis::perTenfold() const {
  return (bottom_ - top_) / std::log10(most_ / least_);
}

qreal DurationAxis::toY(double seconds) const {
  return bottom_ - std::log10(std::max(seconds, least_) / least_) * perTenfold();
}

double DurationAxis::toSeconds(qreal y) const {
  return least_ * std::pow(10.0, (bottom_ - y) / perTenfold());
}

/// At 1, 2, 5, 10, ...; where they stand too close, at powers of ten, or of a hundred, ...; at both
/// ends where that leaves one or none: alone, it would say nothing of what a height means.
QList<ValueTick> DurationAxis::ticks() const {
  const qreal tenfold = perTenfold();
  const bool allDigits = std::log10(2.0) * tenfold >= minDistance_;
  const int step = std::max(1, static_cast<int>(std::ceil(minDistance_ / tenfold)));
  const int last = static_cast<int>(std::ceil(std::log10(most_)));
  QList<ValueTick> ticks;
  for (int power = static_cast<int>(std::floor(std::log10(least_) + kExact)); power <= last;
       ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double value = digit * std::pow(10.0, power);
      const bool wanted = allDigits || (digit == 1 && power % step == 0);
      if (wanted && value >= least_ * (1 - kExact) && value <= most_ * (1 + kExact)) {
        ticks.append({value, toY(value), roundText(value)});
      }
    }
  }
  if (ticks.size() < 2) {
    ticks = {{least_, toY(least_), roundText(least_)}, {most_, toY(most_), roundText(most_)}};
  }
  return ticks;
}

}  // namespace poolscope::ui
