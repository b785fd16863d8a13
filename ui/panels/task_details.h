// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QString>

#include <optional>
#include <vector>

namespace poolscope::ui {

/// What a stretch of a task's life went into; in the order in which the inspector shows them.
enum class TimeUse {
  queued,
  io_wait,
  lock_wait,
  sleep,
  file_io,
  command,
  lock_held,
  compute,
  other,     ///< in a phase of its own kind
  unphased,  ///< ran, outside any phase: all of the run where there is none
  delivery,  ///< done, and nobody has taken the result yet
};

struct TimeShare {
  TimeUse use = TimeUse::queued;
  QString name = {};  ///< of a lock or of an own phase
  session::TimeNs ns = 0;
};

/// One task as it stood at a moment: where its time went, and its exact times.
struct TaskDetails {
  session::TaskKey key = {};
  session::TaskState state = session::TaskState::queued;
  QString name = {};
  QString error = {};
  QString worker = {};
  QString caller = {};
  QString receiver = {};
  QString note = {};  ///< head-of-line blocking: why its result waits, or what waits for it
  std::vector<TimeShare> shares = {};
  session::TimeNs totalNs = 0;  ///< of the shares
  /// All of its run, phases and what lies between them; absent: not started.
  std::optional<session::TimeNs> ranNs = {};
  bool hasPhases = false;
  // On the session's time, from its first event; absent: not yet.
  std::optional<session::TimeNs> queuedAt = {};
  std::optional<session::TimeNs> startedAt = {};
  std::optional<session::TimeNs> finishedAt = {};
  std::optional<session::TimeNs> overBy = {};  ///< its end was lost, but it was over then
  std::optional<session::TimeNs> deliveredAt = {};
  std::optional<session::TimeNs> cpuNs = {};
};

/// What was known of a task at `now`. Time inside nested phases belongs to the innermost. Phases
/// beyond 512 count as unphased. Empty if the task was not heard of by then.
std::optional<TaskDetails> taskDetails(const session::Snapshot& snapshot, session::TaskKey key,
                                       session::TimeNs now);

/// "waited for lock db": what the row of a share is called. "waited" and "ran" are what the hover
/// calls so; a remainder beside phases is "other".
QString timeUseText(const TimeShare& share, bool hasPhases);

}  // namespace poolscope::ui
