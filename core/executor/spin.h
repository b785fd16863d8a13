// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

namespace poolscope::detail {

/// Whether it makes sense to wait for another thread without sleeping: it can run only if there is
/// a second core.
bool may_spin();

inline void relax_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Looks for `condition` for up to `limit`; says whether it came true. It looks less and less
/// often, because each look takes the line away from who writes it; after a microsecond or so it
/// lets others run between its looks: who could make it true may wait for this very core.
template <typename Condition>
bool spin_until(Condition condition, std::chrono::nanoseconds limit) {
  if (!may_spin()) {
    return condition();
  }
  constexpr int kMostPauses = 4;
  for (int pauses = 1; pauses <= kMostPauses; pauses *= 2) {
    if (condition()) {
      return true;
    }
    for (int i = 0; i < pauses; ++i) {
      relax_cpu();
    }
  }
  const auto end = std::chrono::steady_clock::now() + limit;
  do {
    if (condition()) {
      return true;
    }
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return condition();
}

/// For a handful of instructions: taken by an exchange, not by a system call, and the core is let
/// go where its holder seems to be off it.
class SpinLock {
 public:
  void lock() noexcept {
    constexpr int kLooks = 64;
    while (
        taken_.exchange(true, std::memory_order_acquire)) {  // pairs with the release in unlock()
      for (int i = 0; taken_.load(std::memory_order_relaxed); ++i) {
        if (i < kLooks) {
          relax_cpu();
        } else {
          std::this_thread::yield();
        }
      }
    }
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

/// Locks a mutex that is held for a moment only, as a rule; not if it is held for longer, a
/// microsecond or so.
template <typename Mutex>
std::unique_lock<Mutex> try_lock_soon(Mutex& mutex) {
  constexpr int kLooks = 20;
  std::unique_lock<Mutex> lock(mutex, std::try_to_lock);
  for (int i = 1; i < kLooks && !lock.owns_lock(); ++i) {
    relax_cpu();
    lock.try_lock();
  }
  return lock;
}

/// Locks such a mutex: to sleep and be woken costs more than to look again.
template <typename Mutex>
std::unique_lock<Mutex> lock_soon(Mutex& mutex) {
  std::unique_lock<Mutex> lock = try_lock_soon(mutex);
  if (!lock.owns_lock()) {
    lock.lock();
  }
  return lock;
}

}  // namespace poolscope::detail
