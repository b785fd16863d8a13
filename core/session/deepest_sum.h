// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/queue_steps.h"
#include "core/session/types.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace poolscope::session {

/// Finds the largest depth of several queues together: stretches in which all of them at their
/// deepest are no deeper than what was found already are passed over. Threads: one; the queues must
/// not change meanwhile.
class DeepestSum {
 public:
  explicit DeepestSum(const std::vector<const QueueSteps*>& queues) : queues_(queues) {}

  std::uint64_t find(TimeNs begin, TimeNs end) {
    search(begin, end, bound(begin, end));
    return static_cast<std::uint64_t>(most_);
  }

 private:
  static constexpr std::size_t kFew = 256;  // steps that are rather gone through

  std::int64_t bound(TimeNs begin, TimeNs end) const {
    std::int64_t sum = 0;
    for (const QueueSteps* queue : queues_) {
      sum += static_cast<std::int64_t>(queue->extremes(begin, end).max);
    }
    return sum;
  }

  void search(TimeNs begin, TimeNs end, std::int64_t bound_here) {
    if (bound_here <= most_) {
      return;
    }
    std::size_t steps = 0;
    for (const QueueSteps* queue : queues_) {
      steps += queue->edge(end).before - queue->edge(begin).until;
    }
    if (steps <= kFew) {
      go_through(begin, end);
      return;
    }
    const TimeNs middle = begin + (end - begin) / 2;
    const std::int64_t before = bound(begin, middle);
    const std::int64_t after = bound(middle, end);
    if (before >= after) {
      search(begin, middle, before);
      search(middle, end, after);
    } else {
      search(middle, end, after);
      search(begin, middle, before);
    }
  }

  void go_through(TimeNs begin, TimeNs end) {
    std::vector<QueueSteps::Step> steps;
    std::int64_t depth = 0;
    for (const QueueSteps* queue : queues_) {
      depth += static_cast<std::int64_t>(queue->depth(begin));
      const std::vector<QueueSteps::Step> some = queue->steps(begin, end);
      steps.insert(steps.end(), some.begin(), some.end());
    }
    std::sort(steps.begin(), steps.end(),
              [](const auto& a, const auto& b) { return a.time < b.time; });
    most_ = std::max(most_, depth);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      depth += steps[i].change;
      if (i + 1 == steps.size() || steps[i].time != steps[i + 1].time) {
        most_ = std::max(most_, depth);
      }
    }
  }

  const std::vector<const QueueSteps*>& queues_;
  std::int64_t most_ = 0;
};

}  // namespace poolscope::session
