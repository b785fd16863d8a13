// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace poolscope::bridge {

/// Which pool of which process that has connected: 0, 1, ... in the order of their first events.
struct PoolKey {
  std::uint32_t process = 0;
  trace::PoolId pool = 0;
  friend auto operator<=>(const PoolKey&, const PoolKey&) = default;
};

/// A pool that has not been shut down.
struct PoolStatus {
  PoolKey key = {};
  std::uint32_t max_workers = 0;
  bool paused = false;
};

/// What can be commanded now, by the events of all processes. Threads: any.
class PoolStatuses {
 public:
  void consume(std::uint32_t process, std::span<const trace::Event> events);
  /// Its connection has ended: nothing of it can be commanded.
  void forget(std::uint32_t process);
  std::vector<PoolStatus> list() const;

 private:
  mutable std::mutex mutex_;  // guards pools_
  std::map<PoolKey, PoolStatus> pools_;
};

}  // namespace poolscope::bridge
