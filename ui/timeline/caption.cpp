// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/caption.h"

#include "ui/timeline/name_text.h"

#include <algorithm>

namespace poolscope::ui {

using session::Marker;
using session::TimeNs;

namespace {

/// When the first was that is still to be read at `now`.
TimeNs readSince(TimeNs now, double speed) {
  constexpr double kReadNs = 5e9;
  return now - static_cast<TimeNs>(kReadNs * speed);
}

}  // namespace

QString captionAt(const session::Snapshot& snapshot, TimeNs now, double speed) {
  const TimeNs since = readSince(now, speed);
  QString text;
  for (const Marker& marker : snapshot.markers()) {
    if (marker.time > now) {
      break;
    }
    if (marker.kind == Marker::Kind::text && marker.time >= since) {
      text = nameText(marker.text);
    }
  }
  return text;
}

bool hasCaptions(const session::Snapshot& snapshot, TimeNs begin, TimeNs end, double speed) {
  const TimeNs since = readSince(begin, speed);
  return std::ranges::any_of(snapshot.markers(), [&](const Marker& marker) {
    return marker.kind == Marker::Kind::text && marker.time >= since && marker.time <= end;
  });
}

}  // namespace poolscope::ui
