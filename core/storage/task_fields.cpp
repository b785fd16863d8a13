// SPDX-License-Identifier: Apache-2.0
#include "core/storage/task_fields.h"

namespace poolscope::storage {

using session::TaskState;
using session::TimeNs;

std::string_view TaskFields::pool(const session::Task& task) const {
  const auto pools = snapshot_.pools();
  const auto index = task.pool ? static_cast<std::size_t>(*task.pool) : pools.size();
  return index < pools.size() ? pools[index].name : std::string_view();
}

std::string_view TaskFields::lane(std::optional<session::LaneId> lane) const {
  const auto lanes = snapshot_.lanes();
  const auto index = lane ? static_cast<std::size_t>(*lane) : lanes.size();
  return index < lanes.size() ? lanes[index].name : std::string_view();
}

std::string_view state_text(const session::Task& task) {
  switch (task.state) {
    case TaskState::queued:
      return "queued";
    case TaskState::running:
      return "running";
    case TaskState::finished:
      return task.finished ? "finished" : "end_lost";
    case TaskState::failed:
      return "failed";
    case TaskState::cancelled:
      return "cancelled";
  }
  return {};
}

std::optional<TimeNs> difference(std::optional<TimeNs> later, std::optional<TimeNs> earlier) {
  return later && earlier && *later >= *earlier ? std::optional(*later - *earlier) : std::nullopt;
}

std::optional<TimeNs> run_time(const session::Task& task) {
  return task.state == TaskState::cancelled ? std::nullopt
                                            : difference(task.finished, task.started);
}

}  // namespace poolscope::storage
