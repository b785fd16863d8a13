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
/// "12", or "1,000 or more".
QString heldCount(const session::HeldResults& held);
/// Why results that are done are not taken, for who has never heard of it.
QString heldSentence(const session::Blocked& blocked, const session::HeldResults& held);

}  // namespace poolscope::ui
