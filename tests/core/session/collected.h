// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/trace/event.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace poolscope::session {

/// All events that it was ever given, in their order.
struct Collected final : trace::Sink {
  std::vector<trace::Event> events;
  void consume(std::span<const trace::Event> batch) override {
    events.insert(events.end(), batch.begin(), batch.end());
  }
};

inline auto fields(const trace::Event& event) {
  return std::tuple(event.time_ns, event.thread, event.kind, event.task, event.outcome, event.pool,
                    event.detail);
}

/// So that events which came in different orders can be compared.
inline std::vector<trace::Event> sorted(std::vector<trace::Event> events) {
  std::ranges::sort(events, {}, fields);
  return events;
}

inline std::vector<trace::Event> replayed(const Snapshot& snapshot) {
  Collected collected;
  snapshot.replay(0, collected);
  return std::move(collected.events);
}

}  // namespace poolscope::session
