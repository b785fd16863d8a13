// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace poolscope::workload {

/// One lock for all that computes, handed over as CPython's global interpreter lock is
/// (Python/ceval_gil.c): who waits for 5 ms without seeing it change hands asks for it; the holder
/// sees that between two pieces of work, lets go, and does not take it back before another one has
/// had it. Threads: any.
class InterpreterLock {
 public:
  void acquire();
  void release();
  /// Whether the holder should hand_over(). A relaxed load.
  bool wanted() const { return wanted_.load(std::memory_order_relaxed); }
  /// By the holder: lets another thread have the lock and takes it again.
  void hand_over();
  /// How often the lock went to another holder.
  std::uint64_t switches() const;

 private:
  void take(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::condition_variable taken_;
  bool held_ = false;           // guarded by mutex_
  std::uint64_t switches_ = 0;  // guarded by mutex_
  std::uint64_t waiting_ = 0;   // guarded by mutex_
  std::atomic<bool> wanted_ =
      false;  // written under mutex_; a hint, what it leads to is checked there
};

}  // namespace poolscope::workload
