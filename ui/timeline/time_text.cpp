// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/time_text.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr TimeNs kMicrosecond = 1'000;
constexpr TimeNs kMillisecond = 1'000'000;
constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kMinute = 60 * kSecond;

struct Unit {
  TimeNs length;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits{
    {{1, "ns"}, {kMicrosecond, "µs"}, {kMillisecond, "ms"}, {kSecond, "s"}}};

QString withUnit(double value, int decimals, const Unit& unit) {
  return QLocale().toString(value, 'f', decimals) + QChar(0x00a0) + QString::fromUtf8(unit.name);
}

QString twoDigits(TimeNs value) {
  return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0'));
}

/// Places behind the point that tell steps of `step` apart in `unit`.
int decimalsFor(TimeNs step, TimeNs unit) {
  int decimals = 0;
  for (TimeNs resolution = unit; resolution > step && decimals < 9; resolution /= 10) {
    ++decimals;
  }
  return decimals;
}

/// From a minute on: "2:05", "1:02:05", "3 d 4:00"; fractions of a second as the step needs.
QString clockText(TimeNs time, TimeNs step) {
  const TimeNs seconds = time / kSecond;
  const TimeNs days = seconds / 86'400;
  const TimeNs hours = seconds / 3'600 % 24;
  const TimeNs minutes = seconds / 60 % 60;
  QString text;
  if (days > 0) {
    text = QStringLiteral("%1 d").arg(days);
    if (step % (86'400 * kSecond) == 0) {
      return text;
    }
    text += QLatin1Char(' ');
  }
  if (days > 0 || hours > 0) {
    text += QString::number(hours) + QLatin1Char(':') + twoDigits(minutes);
  } else {
    text += QString::number(minutes);
  }
  if (step % kMinute != 0 || (days == 0 && hours == 0)) {
    text += QLatin1Char(':') + twoDigits(seconds % 60);
  }
  if (step < kSecond) {
    const double fraction = static_cast<double>(time % kSecond) / static_cast<double>(kSecond);
    text += QLocale().toString(fraction, 'f', decimalsFor(step, kSecond)).mid(1);
  }
  return text;
}

/// With so many figures below a minute.
QString durationWith(int figures, TimeNs duration) {
  const TimeNs size = duration < 0 ? -duration : duration;
  if (size >= kMinute) {
    const TimeNs seconds = size / kSecond;
    const QString sign = duration < 0 ? QStringLiteral("-") : QString();
    if (seconds >= 86'400) {
      return sign + QStringLiteral("%1 d %2 h").arg(seconds / 86'400).arg(seconds / 3'600 % 24);
    }
    if (seconds >= 3'600) {
      return sign +
             QStringLiteral("%1 h %2 min").arg(seconds / 3'600).arg(twoDigits(seconds / 60 % 60));
    }
    return sign + QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(twoDigits(seconds % 60));
  }
  std::size_t unit = 0;
  // 999.96 of a unit would be written as 1000.0: the next unit begins a little early.
  const double nearly = 1 - 0.5 * std::pow(10.0, -figures);
  while (unit + 1 < kUnits.size() &&
         static_cast<double>(size) >= nearly * static_cast<double>(kUnits[unit + 1].length)) {
    ++unit;
  }
  const double value = static_cast<double>(duration) / static_cast<double>(kUnits[unit].length);
  const double magnitude = std::abs(value);
  const double rounding = 0.5 * std::pow(10.0, 1 - figures);
  const int digits = magnitude >= 100 - 10 * rounding ? 3 : magnitude >= 10 - rounding ? 2 : 1;
  return withUnit(value, unit == 0 ? 0 : figures - digits, kUnits[unit]);
}

}  // namespace

QString durationText(TimeNs duration) {
  return durationWith(3, duration);
}

QString exactDurationText(TimeNs duration) {
  return durationWith(5, duration);
}

QString timeText(TimeNs time, TimeNs step) {
  if (time < 0) {
    return QStringLiteral("-") + timeText(-time, step);
  }
  if (time == 0) {
    return QStringLiteral("0");
  }
  if (time >= kMinute) {
    return clockText(time, step);
  }
  // The unit of the step where it writes short numbers, else that of the time: "350 ms", but "12.35
  // s".
  std::size_t unit = kUnits.size() - 1;
  while (unit > 0 && kUnits[unit].length > time) {
    --unit;
  }
  return withUnit(static_cast<double>(time) / static_cast<double>(kUnits[unit].length),
                  decimalsFor(step, kUnits[unit].length), kUnits[unit]);
}

QString countText(std::uint64_t count) {
  return QLocale().toString(qulonglong{count});
}

QString rateText(double rate) {
  const double size = std::abs(rate);
  if (size >= 999'500) {
    return QLocale().toString(rate / 1e6, 'f', size >= 99.95e6 ? 0 : 1) + QStringLiteral(" M");
  }
  return QLocale().toString(rate, 'f', size >= 99.95 || rate == 0 ? 0 : size >= 9.995 ? 1 : 2);
}

}  // namespace poolscope::ui
