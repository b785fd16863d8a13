// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <optional>
#include <string_view>

namespace poolscope::storage {

/// What of a task is a word in a table. Threads: any; views live as long as the snapshot.
class TaskFields {
 public:
  explicit TaskFields(const session::Snapshot& snapshot) : snapshot_(snapshot) {}

  std::string_view pool(const session::Task& task) const;
  std::string_view lane(std::optional<session::LaneId> lane) const;

 private:
  const session::Snapshot& snapshot_;
};

/// queued, running, finished, failed, cancelled; end_lost where a task is over, but nobody knows
/// since when, nor how it ended.
std::string_view state_text(const session::Task& task);

/// Absent where they are not in order: of a clock that jumped, or of a time that belongs to
/// something else.
std::optional<session::TimeNs> difference(std::optional<session::TimeNs> later,
                                          std::optional<session::TimeNs> earlier);
/// Of a task that has run to its end.
std::optional<session::TimeNs> run_time(const session::Task& task);

}  // namespace poolscope::storage
