// SPDX-License-Identifier: Apache-2.0
#include "core/workload/interpreter_lock.h"

#include <chrono>

namespace poolscope::workload {
namespace {
constexpr auto kSwitchInterval = std::chrono::milliseconds(5);  // sys.getswitchinterval()
}  // namespace

void InterpreterLock::take(std::unique_lock<std::mutex>& lock) {
  ++waiting_;
  while (held_) {
    const std::uint64_t seen = switches_;
    const bool timed_out = freed_.wait_for(lock, kSwitchInterval) == std::cv_status::timeout;
    if (timed_out && held_ && switches_ == seen) {
      wanted_.store(true, std::memory_order_relaxed);
    }
  }
  --waiting_;
  held_ = true;
  ++switches_;
  wanted_.store(false, std::memory_order_relaxed);
  taken_.notify_all();
}

void InterpreterLock::acquire() {
  std::unique_lock lock(mutex_);
  take(lock);
}

void InterpreterLock::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  freed_.notify_one();
}

void InterpreterLock::hand_over() {
  std::unique_lock lock(mutex_);
  if (waiting_ == 0) {
    return;
  }
  const std::uint64_t mine = switches_;
  held_ = false;
  freed_.notify_one();
  taken_.wait(lock, [&] { return switches_ != mine; });
  take(lock);
}

std::uint64_t InterpreterLock::switches() const {
  const std::lock_guard lock(mutex_);
  return switches_;
}

}  // namespace poolscope::workload
