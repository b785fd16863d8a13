// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/stalls.h"

#include <QMap>
#include <QString>

namespace poolscope::ui {

/// What stands still at `now`, why, and what to do about it: a text for each pool, by an id that
/// stays the same. The texts do not change as time goes on, so that who has dismissed one is not
/// told again.
QMap<QString, QString> stallTexts(const session::Snapshot& snapshot, session::TimeNs now);

}  // namespace poolscope::ui
