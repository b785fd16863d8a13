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
/// s", "350 ms", "2:05", "1:02:05", "3 d 4:00".
QString timeText(session::TimeNs time, session::TimeNs step);

/// A count with the locale's digit groups.
QString countText(std::uint64_t count);

/// A rate with three figures or so: "0.84", "74.1", "1,240", "1.2 M".
QString rateText(double rate);

}  // namespace poolscope::ui
