// SPDX-License-Identifier: Apache-2.0
#include "core/trace/event_ring.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

namespace poolscope::trace {
namespace {

/// A block is a page, but small rings have blocks enough, too: one cannot be filled anew before all
/// of it was read.
unsigned block_bits(std::size_t capacity) {
  constexpr unsigned kMostBits = 7;
  constexpr unsigned kBlocksBits = 6;
  const auto bits = static_cast<unsigned>(std::countr_zero(capacity));
  return bits > kBlocksBits ? std::min(bits - kBlocksBits, kMostBits) : 0;
}

}  // namespace

EventRing::EventRing(std::size_t capacity)
    : block_bits_(block_bits(capacity)),
      events_(static_cast<Event*>(
          ::operator new (capacity * sizeof(Event), std::align_val_t{kCacheLine}))),
      blocks_(capacity >> block_bits_),
      spare_(blocks_.size()) {
  assert(std::has_single_bit(capacity));
  std::iota(spare_.rbegin(), spare_.rend(), 0U);  // the first one is used first
}

EventRing::~EventRing() {
  ::operator delete (events_, std::align_val_t{kCacheLine});
}

/// Makes the blocks that were read wholly spare again.
void EventRing::take_back() noexcept {
  // pairs with the releases of the consumer: the slots have been read
  const std::uint64_t read = tail_.load(std::memory_order_acquire) >> block_bits_;
  for (; taken_back_ < read; ++taken_back_) {
    spare_.push_back(block_at(taken_back_));
  }
}

bool EventRing::begin_block() noexcept {
  take_back();
  if (spare_.empty()) {
    return false;
  }
  const std::uint32_t block = spare_.back();
  spare_.pop_back();
  block_at(begun_++) = block;
  next_ = events_ + (std::size_t{block} << block_bits_);
  block_end_ = next_ + (std::size_t{1} << block_bits_);
  return true;
}

std::size_t EventRing::free_slots() noexcept {
  take_back();
  return static_cast<std::size_t>(block_end_ - next_) + (spare_.size() << block_bits_);
}

void EventRing::drain(std::uint64_t end, std::vector<Event>& out) {
  const std::uint64_t mask = (std::uint64_t{1} << block_bits_) - 1;
  std::uint64_t at = tail_.load(std::memory_order_relaxed);
  while (at < end) {
    const std::uint64_t until = std::min(end, (at | mask) + 1);
    const Event* const first =
        events_ + (std::size_t{block_at(at >> block_bits_)} << block_bits_) + (at & mask);
    out.insert(out.end(), first, first + (until - at));
    at = until;
  }
  tail_.store(end, std::memory_order_release);  // pairs with the acquire in take_back()
}

}  // namespace poolscope::trace
