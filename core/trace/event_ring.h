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

/// Carries one producer's events to the collector without a lock; refuses when it is full.
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
    if (head - known_tail_ > mask_) {
      // pairs with the release in drain(): the slot has been read
      known_tail_ = tail_.load(std::memory_order_acquire);
      if (head - known_tail_ > mask_) {
        return false;
      }
    }
    std::construct_at(events_ + (head & mask_), event);
    head_.store(head + 1, std::memory_order_release);  // pairs with the acquire in end()
    return true;
  }

  std::size_t free_slots() noexcept {
    known_tail_ = tail_.load(std::memory_order_acquire);
    return capacity() -
           static_cast<std::size_t>(head_.load(std::memory_order_relaxed) - known_tail_);
  }

  /// Where a drain() of now would end.
  std::uint64_t end() const noexcept { return head_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return end() == tail_.load(std::memory_order_relaxed); }
  /// Appends what came before `end` to `out` and frees its slots.
  void drain(std::uint64_t end, std::vector<Event>& out);
  /// Frees all slots unread.
  void discard() noexcept { tail_.store(end(), std::memory_order_release); }

 private:
  // Written once.
  Event* const events_;
  const std::size_t mask_;
  // The producer's line, and the consumer's.
  alignas(kCacheLine) std::atomic<std::uint64_t> head_{0};
  std::uint64_t known_tail_ = 0;  // what the producer last saw of tail_
  alignas(kCacheLine) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace poolscope::trace
