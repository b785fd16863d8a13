// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/caption.h"

#include "ui/timeline/name_text.h"

namespace poolscope::ui {

using session::TimeNs;

QString captionAt(const session::Snapshot& snapshot, TimeNs now, double speed) {
  constexpr double kReadNs = 5e9;
  const TimeNs since = now - static_cast<TimeNs>(kReadNs * speed);
  QString text;
  for (const session::Marker& marker : snapshot.markers()) {
    if (marker.time > now) {
      break;
    }
    if (marker.kind == session::Marker::Kind::text && marker.time >= since) {
      text = nameText(marker.text);
    }
  }
  return text;
}

}  // namespace poolscope::ui
