// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/cache_line.h"
#include "core/trace/event.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace poolscope::trace {

/// Carries one producer's events to the collector without a lock; refuses when it is full. Its
/// memory is a heap of blocks: the producer fills the one that was read last, so that it touches
/// only as many as events wait at a time, however large the ring, and finds them in the caches.
/// Threads: push() and free_slots() from its producer only, the rest from one consumer at a time.
class EventRing {
 public:
  /// `capacity`: a power of two. The memory is touched only as it is used.
  explicit EventRing(std::size_t capacity);
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;
  ~EventRing();

  std::size_t capacity() const { return blocks_.size() << block_bits_; }

  bool push(const Event& event) noexcept {
    if (next_ == block_end_ && !begin_block()) [[unlikely]] {
      return false;
    }
    prefetch_for_write(next_ + kAhead);  // the collector's core has the line
    std::construct_at(next_++, event);
    // pairs with the acquire in end()
    head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return true;
  }

  /// How many events push() takes in any case; slots of a block that is read in part do not count.
  std::size_t free_slots() noexcept;

  /// Where a drain() of now would end.
  std::uint64_t end() const noexcept { return head_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return end() == tail_.load(std::memory_order_relaxed); }
  /// Appends what came before `end` to `out` and frees its slots.
  void drain(std::uint64_t end, std::vector<Event>& out);
  /// Frees all slots unread.
  void discard() noexcept { tail_.store(end(), std::memory_order_release); }

 private:
  static constexpr int kAhead = 8;  // events, four lines

  bool begin_block() noexcept;
  void take_back() noexcept;
  /// Which block of the memory the `number`th block that was ever begun is. Written before head_
  /// tells of an event in it, and again only after tail_ told that all in it were read.
  std::uint32_t& block_at(std::uint64_t number) noexcept {
    return blocks_[static_cast<std::size_t>(number) & (blocks_.size() - 1)];
  }

  // Written once.
  const unsigned block_bits_;
  Event* const events_;
  std::vector<std::uint32_t> blocks_;
  // The producer's line: what the consumer reads of it, and its own.
  alignas(kCacheLine) std::atomic<std::uint64_t> head_{0};
  Event* next_ = nullptr;
  Event* block_end_ = nullptr;
  std::uint64_t begun_ = 0;           // blocks
  std::uint64_t taken_back_ = 0;      // blocks
  std::vector<std::uint32_t> spare_;  // the one taken back last is last; never grows
  // The consumer's line.
  alignas(kCacheLine) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace poolscope::trace
