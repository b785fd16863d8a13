// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/task_kinds.h"

#include "core/session/task_kind.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace poolscope::ui {
namespace {

constexpr std::uint64_t kTasksLookedAt = 96;
constexpr std::uint32_t kProcessesLookedAt = 4;

/// Names are interned: most that are equal are the same, and need not be read.
bool isSame(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

}  // namespace

TaskKinds::TaskKinds(const session::Snapshot& snapshot) {
  const std::uint32_t processes = std::min(snapshot.process_count(), kProcessesLookedAt);
  const std::uint64_t tasks = std::min(snapshot.task_count(), kTasksLookedAt);
  for (std::uint32_t process = 0; process < processes; ++process) {
    for (std::uint64_t id = 1; id <= tasks && size_ < names_.size(); ++id) {
      if (const auto task = snapshot.task({process, id})) {
        see(kindOf(task->name));
      }
    }
  }
  std::vector<session::TaskKind> later = snapshot.kinds();
  std::ranges::sort(later, {}, &session::TaskKind::first);
  for (const session::TaskKind& kind : later) {
    if (size_ < names_.size()) {
      see(kind.name);
    }
  }
}

std::string_view TaskKinds::kindOf(std::string_view name) {
  return session::kind_of(name);
}

void TaskKinds::see(std::string_view name) {
  const auto end = names_.begin() + static_cast<std::ptrdiff_t>(size_);
  if (std::none_of(names_.begin(), end, [&](auto known) { return isSame(known, name); })) {
    names_[size_++] = name;
  }
}

int TaskKinds::operator()(std::string_view name) const {
  const std::string_view kind = kindOf(name);
  for (std::size_t i = 0; i < size_; ++i) {
    if (isSame(names_[i], kind)) {
      return static_cast<int>(i);
    }
  }
  return kOther;
}

}  // namespace poolscope::ui
