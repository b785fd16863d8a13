// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace poolscope::trace {

inline constexpr std::size_t kCacheLine = 64;

/// Carries one producer's events to the collector without a lock; refuses when it is full. Whenever
/// it is empty it begins anew at its first slot: a thread that tells little touches little memory,
/// however large the ring.
/// Threads: push() and free_slots() from its producer only, the rest from one consumer at a time.
class EventRing {
 public:
  /// `capacity`: a power of two. The memory is touched only as it is used.
  explicit EventRing(std::size_t capacity);
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;
  ~EventRing();

  std::size_t capacity() const { return mask_ + 1; }

  bool push(const Event& event) noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    // pairs with the release in drain(): the slots have been read
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    if (head - tail > mask_) {
      return false;
    }
    if (head == tail) {
      first_.store(head, std::memory_order_relaxed);  // told by head_; nobody reads it until then
    }
    std::construct_at(slot(head), event);
    head_.store(head + 1, std::memory_order_release);  // pairs with the acquire in end()
    return true;
  }

  std::size_t free_slots() const noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    return capacity() - static_cast<std::size_t>(head_.load(std::memory_order_relaxed) - tail);
  }

  /// Where a drain() of now would end.
  std::uint64_t end() const noexcept { return head_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return end() == tail_.load(std::memory_order_relaxed); }
  /// Appends what came before `end` to `out` and frees its slots.
  void drain(std::uint64_t end, std::vector<Event>& out);
  /// Frees all slots unread.
  void discard() noexcept { tail_.store(end(), std::memory_order_release); }

 private:
  Event* slot(std::uint64_t number) const noexcept {
    return events_ + ((number - first_.load(std::memory_order_relaxed)) & mask_);
  }

  // Written once.
  Event* const events_;
  const std::size_t mask_;
  // The producer's line, and the consumer's.
  alignas(kCacheLine) std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> first_{0};  // the event in the first slot; changes while it is empty
  alignas(kCacheLine) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace poolscope::trace
