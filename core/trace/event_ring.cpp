// SPDX-License-Identifier: Apache-2.0
#include "core/trace/event_ring.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace poolscope::trace {

EventRing::EventRing(std::size_t capacity)
    : events_(static_cast<Event*>(
          ::operator new (capacity * sizeof(Event), std::align_val_t{kCacheLine}))),
      mask_(capacity - 1) {
  assert(std::has_single_bit(capacity));
}

EventRing::~EventRing() {
  ::operator delete (events_, std::align_val_t{kCacheLine});
}

void EventRing::drain(std::uint64_t end, std::vector<Event>& out) {
  const std::uint64_t begin = tail_.load(std::memory_order_relaxed);
  const Event* const first = slot(begin);
  const auto count = static_cast<std::size_t>(end - begin);
  const std::size_t straight =
      std::min(count, static_cast<std::size_t>(events_ + capacity() - first));
  out.insert(out.end(), first, first + straight);
  out.insert(out.end(), events_, events_ + (count - straight));
  tail_.store(end, std::memory_order_release);  // pairs with the acquires of the producer
}

}  // namespace poolscope::trace
