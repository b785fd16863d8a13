// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QString>

namespace poolscope::ui {

// What the window shows beyond durationText() and its like, in the user's locale.

QString formatSeconds(double seconds);  ///< as durationText()
QString formatShare(double share);      ///< 0..1: "96 %"
/// A time of the session as a clock, "00:09.41"; with so many decimals, 2 to 9.
QString formatClock(session::TimeNs ns, int decimals = 2);
/// A time of the session: "9.412 307 s", to the nanosecond "9.412 307 999 s".
QString formatInstant(session::TimeNs ns, bool toTheNanosecond = false);
/// "1.9", "0.25", "0.040": how many times as much, in two digits.
QString formatRatio(double ratio);
/// As countText() and rateText(), but never longer than "9,999" or "99.9 k": for large type.
QString formatLargeCount(std::uint64_t count);
QString formatLargeRate(double rate);

}  // namespace poolscope::ui
