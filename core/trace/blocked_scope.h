// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/current_task.h"

#include <cstdint>
#include <span>

namespace poolscope::trace {

/// Tells that the calling thread is blocked while the scope lives, and for which task it waits (0:
/// several, or none). `timed`: it waits for a time at most. `since_ns` is where the wait began (0:
/// now). Does nothing for tracer 0 or one that is gone.
class BlockedScope {
 public:
  BlockedScope(TracerId tracer, PoolId pool, BlockReason reason, std::uint64_t awaited,
               bool timed = false, std::uint64_t since_ns = 0)
      : tracer_(tracer),
        pool_(pool),
        detail_(blocked_detail(reason, awaited, timed)) {
    Producer& producer = producer_of(tracer_);
    told_ = producer.enabled();
    if (told_) {
      tell(producer, EventKind::blocked_begin, since_ns != 0 ? since_ns : now_ns());
    }
  }
  BlockedScope(const BlockedScope&) = delete;
  BlockedScope& operator=(const BlockedScope&) = delete;
  ~BlockedScope() {
    if (told_) {
      tell(producer_of(tracer_), EventKind::blocked_end, now_ns());
    }
  }

  /// Names several tasks that the thread waits for: `any` of them, or each.
  void tell_awaited(std::span<const std::uint64_t> tasks, bool any) const noexcept {
    if (!told_) {
      return;
    }
    Producer& producer = producer_of(tracer_);
    const std::uint64_t time_ns = now_ns();
    for (const std::uint64_t task : tasks) {
      producer.record({.time_ns = time_ns,
                       .task = task,
                       .thread = producer.thread(),
                       .kind = EventKind::awaits,
                       .pool = pool_,
                       .detail = awaits_detail(any, static_cast<std::uint32_t>(tasks.size()))});
    }
  }

 private:
  void tell(Producer& producer, EventKind kind, std::uint64_t time_ns) const noexcept {
    const CurrentTask& mine = current_task();
    // A task that runs for another tracer has no meaning in this one.
    const bool same = mine.tracer != nullptr && mine.tracer->id() == tracer_;
    producer.record({.time_ns = time_ns,
                     .task = same ? mine.task : 0,
                     .thread = producer.thread(),
                     .kind = kind,
                     .pool = pool_,
                     .detail = detail_});
  }

  const TracerId tracer_;
  const PoolId pool_;
  const std::uint64_t detail_;
  bool told_ = false;
};

}  // namespace poolscope::trace
