// SPDX-License-Identifier: Apache-2.0
#include "core/trace/producer.h"

namespace poolscope::trace {
namespace {

Event lost_event(std::uint64_t time_ns, ThreadId thread, std::uint64_t count) {
  return {.time_ns = time_ns, .thread = thread, .kind = EventKind::lost, .detail = count};
}

}  // namespace

Producer::Producer(ThreadId thread, std::size_t capacity, bool enabled)
    : thread_(thread),
      enabled_(enabled),
      ring_(capacity) {}

void Producer::drop() noexcept {
  dropping_ = true;
  dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  untold_.fetch_add(1, std::memory_order_relaxed);
}

void Producer::resume(const Event& event) noexcept {
  if (ring_.free_slots() < 2) {
    drop();
    return;
  }
  dropping_ = false;
  // Whoever exchanges tells: the count itself is all that passes, so relaxed will do.
  if (const std::uint64_t count = untold_.exchange(0, std::memory_order_relaxed); count != 0) {
    ring_.push(lost_event(event.time_ns, thread_, count));
  }
  ring_.push(event);
}

void Producer::discard() noexcept {
  ring_.discard();
  untold_.store(0, std::memory_order_relaxed);
}

void Producer::drain(std::uint64_t end, std::vector<Event>& out) {
  const std::size_t before = out.size();
  ring_.drain(end, out);
  if (out.size() > before) {
    last_time_ns_ = out.back().time_ns;
  }
  if (untold_.load(std::memory_order_relaxed) != 0 && ring_.empty()) {
    if (const std::uint64_t count = untold_.exchange(0, std::memory_order_relaxed); count != 0) {
      out.push_back(lost_event(last_time_ns_, thread_, count));
    }
  }
}

}  // namespace poolscope::trace
