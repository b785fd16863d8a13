// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QString>

#include <optional>

namespace poolscope::ui {

/// A task as it was at `now`: what came later has not happened.
std::optional<session::Task> taskAt(const session::Snapshot& snapshot, session::TaskKey key,
                                    session::TimeNs now);
/// When it ended, as far as that is known; `now` if it runs.
inline session::TimeNs endOf(const session::Task& task, session::TimeNs now) {
  return task.finished.value_or(task.over_by.value_or(now));
}
/// "fetch page 49": the name with the task's number, unless the name ends in one already.
QString taskTitle(const session::Task& task);

}  // namespace poolscope::ui
