// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/current_task.h"

#include <cstdint>

namespace poolscope::trace {

/// Tells that the calling thread is blocked while the scope lives, and for which task it waits (0:
/// several, or none). `since_ns` is where the wait began (0: now). Does nothing for tracer 0 or one
/// that is gone.
class BlockedScope {
 public:
  BlockedScope(TracerId tracer, PoolId pool, BlockReason reason, std::uint64_t awaited,
               std::uint64_t since_ns = 0)
      : tracer_(tracer),
        pool_(pool),
        detail_(blocked_detail(reason, awaited)) {
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
