// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/time_text.h"

#include <QLocale>
#include <QObject>
#include <QStringList>

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
constexpr TimeNs kHour = 60 * kMinute;
constexpr TimeNs kDay = 24 * kHour;
constexpr int kMostDecimals = 6;
constexpr QChar kGap(0x00a0);  // a number and its unit stay on one line

struct Unit {
  TimeNs length;
  const char* name;
};
constexpr std::array<Unit, 4> kUnits{
    {{1, "ns"}, {kMicrosecond, "µs"}, {kMillisecond, "ms"}, {kSecond, "s"}}};

QString withUnit(double value, int decimals, const Unit& unit) {
  return QLocale().toString(value, 'f', decimals) + kGap + QString::fromUtf8(unit.name);
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

/// Behind the point, as the step needs: ".25", or nothing.
QString fractionText(TimeNs time, TimeNs step) {
  if (step >= kSecond) {
    return {};
  }
  const double fraction = static_cast<double>(time % kSecond) / static_cast<double>(kSecond);
  return QLocale().toString(fraction, 'f', decimalsFor(step, kSecond)).mid(1);
}

/// From a minute on. Two numbers with a colon would be minutes and seconds in one place and hours
/// and minutes in the next: colons stand in "1:02:05" only, units tell all else.
QString clockText(TimeNs time, TimeNs step) {
  const TimeNs days = time / kDay;
  const TimeNs hours = time / kHour % 24;
  const TimeNs minutes = time / kMinute % 60;
  const TimeNs seconds = time / kSecond % 60;
  QStringList parts;
  if (days > 0) {
    parts << QStringLiteral("%1 d").arg(days);
  }
  const bool hasHours = days > 0 || hours > 0;
  if (step % kMinute == 0) {
    if (hasHours && step % kDay != 0) {
      parts << QStringLiteral("%1 h").arg(hours);
    }
    if (!hasHours || step % kHour != 0) {
      parts << QStringLiteral("%1 min").arg(hasHours ? twoDigits(minutes)
                                                     : QString::number(minutes));
    }
  } else if (hasHours) {
    parts << QStringLiteral("%1:%2:%3%4")
                 .arg(QString::number(hours), twoDigits(minutes), twoDigits(seconds),
                      fractionText(time, step));
  } else {
    parts << QStringLiteral("%1 min").arg(minutes)
          << QStringLiteral("%1%2 s").arg(twoDigits(seconds), fractionText(time, step));
  }
  return parts.join(QLatin1Char(' ')).replace(QLatin1Char(' '), kGap);
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
  if (rate != 0 && size < 0.0995) {
    // Two figures, however slow: a task an hour is not none.
    const int zeros = static_cast<int>(std::floor(-std::log10(size)));
    return QLocale().toString(rate, 'f', std::min(zeros + 2, kMostDecimals));
  }
  return QLocale().toString(rate, 'f', size >= 99.95 || rate == 0 ? 0 : size >= 9.995 ? 1 : 2);
}

QString eventsLostText(std::uint64_t count) {
  return count == 1 ? QObject::tr("1 event lost")
                    : QObject::tr("%1 events lost").arg(countText(count));
}

}  // namespace poolscope::ui
