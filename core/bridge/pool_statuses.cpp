// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/pool_statuses.h"

namespace poolscope::bridge {

using trace::Event;
using trace::EventKind;

void PoolStatuses::consume(std::uint32_t process, std::span<const Event> events) {
  for (const Event& event : events) {
    switch (event.kind) {
      case EventKind::pool_created:
      case EventKind::max_workers_changed:
      case EventKind::paused:
      case EventKind::resumed:
      case EventKind::pool_shut_down:
        break;
      default:
        continue;  // nearly all
    }
    const std::lock_guard lock(mutex_);
    const PoolKey key{process, event.pool};
    if (event.kind == EventKind::pool_created) {
      pools_[key] = {key, trace::pool_max_workers(event.detail), false};
      continue;
    }
    const auto found = pools_.find(key);
    if (found == pools_.end()) {
      continue;
    }
    if (event.kind == EventKind::max_workers_changed) {
      found->second.max_workers = trace::max_workers_now(event.detail);
    } else if (event.kind == EventKind::pool_shut_down) {
      pools_.erase(found);
    } else {
      found->second.paused = event.kind == EventKind::paused;
    }
  }
}

void PoolStatuses::forget(std::uint32_t process) {
  const std::lock_guard lock(mutex_);
  pools_.erase(pools_.lower_bound({process, 0}), pools_.upper_bound({process, 0xffff}));
}

std::vector<PoolStatus> PoolStatuses::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<PoolStatus> all;
  all.reserve(pools_.size());
  for (const auto& [key, status] : pools_) {
    all.push_back(status);
  }
  return all;
}

}  // namespace poolscope::bridge
