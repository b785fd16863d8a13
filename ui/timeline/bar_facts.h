// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/timeline/timeline_scene.h"

#include <QString>
#include <QVarLengthArray>

#include <optional>

namespace poolscope::ui {

/// A stretch of a task that is not just computing.
struct BarStretch {
  session::TimeNs begin = 0;
  session::TimeNs end = 0;
  BarFill fill = BarFill::bright;
  bool blocked = false;  ///< it waits for another task
  trace::PhaseKind phase = trace::PhaseKind::other;
};

/// Most tasks have one wait, and a frame has thousands of tasks.
using Stretches = QVarLengthArray<BarStretch, 2>;

/// What a bar is made from, wherever it stands.
struct BarFacts {
  session::TaskKey task = {};
  session::TimeNs started = 0;
  session::TimeNs end = 0;  ///< its finish, or now
  int kind = 0;
  std::optional<session::TimeNs> waited = {};
  bool failed = false;
  bool open = false;
  Stretches stretches = {};
  bool hasMore = false;  ///< phases than there are stretches for: columns tell what it did
  QString title = {};
  QString number = {};
  qreal titleWidth = 0;
  qreal numberWidth = 0;
};

}  // namespace poolscope::ui
