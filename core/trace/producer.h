// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"
#include "core/trace/event_ring.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::trace {

/// A thread's own way into a tracer: stamps nothing, copies the event into the thread's ring, drops
/// and counts when the ring is full. No lock, no allocation, no system call. Threads: only the one
/// that got it from Tracer::producer(), but for what is the collector's.
class Producer {
 public:
  Producer(ThreadId thread, std::size_t capacity, bool enabled);

  void record(const Event& event) noexcept {
    if (!enabled()) {
      return;
    }
    if (dropping_) [[unlikely]] {
      resume(event);
    } else if (!ring_.push(event)) [[unlikely]] {
      drop();
    }
  }

  /// Whether anybody listens: what is recorded now is kept. Else spare yourself the clock.
  bool enabled() const noexcept { return enabled_.load(std::memory_order_relaxed); }
  ThreadId thread() const noexcept { return thread_; }

 private:
  friend class Collector;
  friend class ThreadProducers;

  void drop() noexcept;
  void resume(const Event& event) noexcept;

  // The collector's.
  void set_enabled(bool enabled) noexcept { enabled_.store(enabled, std::memory_order_relaxed); }
  void discard() noexcept;
  void drain(std::uint64_t end, std::vector<Event>& out);
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  const ThreadId thread_;
  std::atomic<bool> enabled_;
  std::atomic<bool> ended_{false};      // its thread: nothing more will come
  std::atomic<bool> abandoned_{false};  // its tracer: nobody drains it any more
  EventRing ring_;
  bool dropping_ = false;                  // the producer's own
  std::atomic<std::uint64_t> dropped_{0};  // ever; written by the producer only
  // Dropped and not yet told by a `lost` event. The producer tells with its next event, so that the
  // gap stands where it is; the collector tells if no next event comes.
  std::atomic<std::uint64_t> untold_{0};
  std::uint64_t last_time_ns_ = 0;  // of the last event drained; the collector's own
};

}  // namespace poolscope::trace
