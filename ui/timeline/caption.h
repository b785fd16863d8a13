// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QString>

namespace poolscope::ui {

/// The words for an audience at `now`: the last note on the time axis, for five seconds of whoever
/// watches at `speed` (seconds of the session a second); empty if there is none. The same in the
/// window and in a video. Cost: O(markers).
QString captionAt(const session::Snapshot& snapshot, session::TimeNs now, double speed);

/// Whether there is one at any moment of [begin, end].
bool hasCaptions(const session::Snapshot& snapshot, session::TimeNs begin, session::TimeNs end,
                 double speed);

}  // namespace poolscope::ui
