// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/panels/code_lines.h"

#include <QString>

namespace poolscope::ui {

/// What the program's main thread, the first that submitted, does at `now`. The same live and in a
/// replay. Cost: O(lanes + log tasks).
CallerStep callerStep(const session::Snapshot& snapshot, session::TimeNs now);

/// The same in words: "blocked in map(): task 95". Empty where nothing is known.
QString callerStepText(const session::Snapshot& snapshot, session::TimeNs now);
/// For where that has no room: "waits for task 95". Empty where there are no shorter words.
QString callerStepShortText(const session::Snapshot& snapshot, session::TimeNs now);

/// Of a program that waits for its tasks where it leaves the pool.
QString leavingText();
QString leavingTextShort();

}  // namespace poolscope::ui
