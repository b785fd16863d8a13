// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

namespace poolscope::testing {

/// Keeps all that it gets, for tests to read.
class EventLog final : public trace::Sink {
 public:
  void consume(std::span<const trace::Event> events) override {
    const std::lock_guard lock(mutex_);
    empty_batches_ += events.empty() ? 1 : 0;
    events_.insert(events_.end(), events.begin(), events.end());
  }

  std::vector<trace::Event> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  /// In order of time; of equal times as they came.
  std::vector<trace::Event> sorted() const {
    auto all = events();
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    return all;
  }
  std::vector<trace::Event> of(trace::EventKind kind) const {
    auto all = sorted();
    std::erase_if(all, [&](const auto& event) { return event.kind != kind; });
    return all;
  }
  std::size_t empty_batches() const {
    const std::lock_guard lock(mutex_);
    return empty_batches_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<trace::Event> events_;
  std::size_t empty_batches_ = 0;
};

}  // namespace poolscope::testing
