// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/format.h"

#include "ui/timeline/time_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

namespace {

using session::TimeNs;

constexpr TimeNs kNsPerS = 1'000'000'000;
// A number and its unit stay on one line.
constexpr QChar kGap(0x00a0);

QString number(double value, int decimals) {
  return QLocale().toString(value, 'f', decimals);
}

}  // namespace

QString formatSeconds(double seconds) {
  return durationText(static_cast<TimeNs>(std::llround(seconds * 1e9)));
}

QString formatShare(double share) {
  return number(share * 100, 0) + kGap + QStringLiteral("%");
}

QString formatClock(TimeNs ns) {
  const TimeNs centis = std::max<TimeNs>(ns, 0) / 10'000'000;
  const TimeNs total = centis / 100;
  const QString tail = QStringLiteral("%1:%2%3%4")
                           .arg(total / 60 % 60, 2, 10, QChar(u'0'))
                           .arg(total % 60, 2, 10, QChar(u'0'))
                           .arg(QLocale().decimalPoint())
                           .arg(centis % 100, 2, 10, QChar(u'0'));
  return total < 3600 ? tail : QStringLiteral("%1:%2").arg(total / 3600).arg(tail);
}

QString formatInstant(TimeNs ns) {
  const QString micros =
      QStringLiteral("%1").arg(std::abs(ns) % kNsPerS / 1000, 6, 10, QChar(u'0'));
  return QLocale().toString(static_cast<qlonglong>(ns / kNsPerS)) + QLocale().decimalPoint() +
         micros.left(3) + QChar(0x2009) + micros.mid(3) + kGap + QStringLiteral("s");
}

QString formatRatio(double ratio) {
  return ratio < 9.95 ? number(ratio, ratio < 0.095 ? 2 : 1) : number(ratio, 0);
}

}  // namespace poolscope::ui
