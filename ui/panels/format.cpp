// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/format.h"

#include "ui/timeline/time_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace poolscope::ui {

namespace {

using session::TimeNs;

constexpr TimeNs kNsPerS = 1'000'000'000;
// A number and its unit stay on one line.
constexpr QChar kGap(0x00a0);
constexpr QChar kThinGap(0x2009);

QString number(double value, int decimals) {
  return QLocale().toString(value, 'f', decimals);
}

/// `value` is 10,000 or more: "12.3 k", "1.24 M", "310 G".
QString shortened(double value) {
  static constexpr const char* kPrefixes[] = {"k", "M", "G", "T"};
  std::size_t prefix = 0;
  value /= 1000;
  while (value >= 999.5 && prefix + 1 < std::size(kPrefixes)) {
    value /= 1000;
    ++prefix;
  }
  return number(value, value < 9.995   ? 2
                       : value < 99.95 ? 1
                                       : 0) +
         kGap + QString::fromLatin1(kPrefixes[prefix]);
}

}  // namespace

QString formatSeconds(double seconds) {
  return durationText(static_cast<TimeNs>(std::llround(seconds * 1e9)));
}

QString formatShare(double share) {
  return number(share * 100, 0) + kGap + QStringLiteral("%");
}

QString formatClock(TimeNs ns, int decimals) {
  ns = std::max<TimeNs>(ns, 0);
  const TimeNs total = ns / kNsPerS;
  const QString tail = QStringLiteral("%1:%2%3%4")
                           .arg(total / 60 % 60, 2, 10, QChar(u'0'))
                           .arg(total % 60, 2, 10, QChar(u'0'))
                           .arg(QLocale().decimalPoint())
                           .arg(QStringLiteral("%1")
                                    .arg(ns % kNsPerS, 9, 10, QChar(u'0'))
                                    .left(std::clamp(decimals, 2, 9)));
  return total < 3600 ? tail : QStringLiteral("%1:%2").arg(total / 3600).arg(tail);
}

QString formatInstant(TimeNs ns, bool toTheNanosecond) {
  const QString decimals = QStringLiteral("%1").arg(std::abs(ns) % kNsPerS, 9, 10, QChar(u'0'));
  QString text = QLocale().toString(static_cast<qlonglong>(ns / kNsPerS)) +
                 QLocale().decimalPoint() + decimals.left(3) + kThinGap + decimals.mid(3, 3);
  if (toTheNanosecond) {
    text += kThinGap + decimals.mid(6);
  }
  return text + kGap + QStringLiteral("s");
}

QString formatRatio(double ratio) {
  return number(ratio, ratio >= 9.95 || ratio < 0.0005 ? 0
                       : ratio >= 0.995                ? 1
                       : ratio >= 0.0995               ? 2
                                                       : 3);
}

QString formatLargeCount(std::uint64_t count) {
  return count < 10'000 ? countText(count) : shortened(static_cast<double>(count));
}

QString formatLargeRate(double rate) {
  return rate < 9'999.5 ? rateText(rate) : shortened(rate);
}

}  // namespace poolscope::ui
