// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/current_task.h"

#include <cstdint>
#include <string_view>

namespace poolscope::trace {

/// Tells that the task that runs on this thread does something of `kind` while the scope lives:
/// `PhaseScope scope(PhaseKind::io_wait, "GET /page");`. Outside of a traced task it does nothing.
/// Scopes may nest. Threads: one, and within one task.
class PhaseScope {
 public:
  explicit PhaseScope(PhaseKind kind, std::string_view name = {}) {
    const CurrentTask& now = current_task();
    if (now.tracer == nullptr || !now.tracer->producer().enabled()) {
      return;
    }
    task_ = now;
    detail_ = phase_detail(kind, now.tracer->intern(name));
    tell(EventKind::phase_begin);
  }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;
  ~PhaseScope() {
    if (task_.tracer != nullptr) {
      tell(EventKind::phase_end);
    }
  }

 private:
  void tell(EventKind kind) noexcept {
    Producer& producer = task_.tracer->producer();
    producer.record({.time_ns = now_ns(),
                     .task = task_.task,
                     .thread = producer.thread(),
                     .kind = kind,
                     .pool = task_.pool,
                     .detail = detail_});
  }

  CurrentTask task_ = {};
  std::uint64_t detail_ = 0;
};

}  // namespace poolscope::trace
