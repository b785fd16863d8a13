// SPDX-License-Identifier: Apache-2.0
#include "core/executor/native_thread.h"

#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

namespace poolscope::detail {
namespace {

constinit std::atomic<std::size_t> starts_to_refuse{0};

void* run(void* argument) {
  const std::unique_ptr<std::function<void()>> function(
      static_cast<std::function<void()>*>(argument));
  (*function)();
  return nullptr;
}

bool refused() {
  std::size_t left = starts_to_refuse.load(std::memory_order_relaxed);
  while (left != 0) {
    if (starts_to_refuse.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

}  // namespace

int start_thread(pthread_t& thread, std::function<void()> function) {
  if (refused()) {
    return EAGAIN;
  }
  auto argument = std::make_unique<std::function<void()>>(std::move(function));
  const int error = pthread_create(&thread, nullptr, run, argument.get());
  if (error == 0) {
    static_cast<void>(argument.release());
  }
  return error;
}

void refuse_thread_starts(std::size_t count) {
  starts_to_refuse.store(count, std::memory_order_relaxed);
}

}  // namespace poolscope::detail
