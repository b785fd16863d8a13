// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QString>

namespace poolscope::ui {

/// A duration in the unit that reads best, with three figures or so: "860 ns", "12.3 ms", "1.84 s",
/// "2 min 05 s".
QString durationText(session::TimeNs duration);

/// The same with five figures, as a measurement gives it: "12.346 ms", "1.8402 s", "2 min 05 s".
QString exactDurationText(session::TimeNs duration);

/// A time since the session's begin as an axis writes it: as exact as steps of `step` need, "1.4
/// s", "350 ms", "2 min 05 s", "1:02:05"; in steps of minutes "40 min", "1 h 10 min", "3 d 4 h".
QString timeText(session::TimeNs time, session::TimeNs step);

/// A count with the locale's digit groups.
QString countText(std::uint64_t count);

/// A rate with three figures or so: "0.015", "0.84", "74.1", "1,240", "1.2 M".
QString rateText(double rate);

/// "1 event lost", "1,240 events lost".
QString eventsLostText(std::uint64_t count);

}  // namespace poolscope::ui
