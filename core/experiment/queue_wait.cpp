// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/queue_wait.h"

#include "core/experiment/interval.h"

#include <utility>

namespace poolscope::experiment {
namespace {

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

}  // namespace

QueueWait queue_wait_of(const std::vector<TaskRecord>& tasks, TimeNs run_begin, TimeNs begin,
                        TimeNs end) {
  QueueWait wait;
  std::vector<double> all;
  double sum = 0;
  std::size_t left = 0;
  for (const TaskRecord& task : tasks) {
    if (task.queued == kNever) {
      continue;
    }
    if (task.started >= begin && task.started <= end) {
      all.push_back(seconds(task.started - task.queued));
      sum += all.back();
      ++left;
    } else if (task.queued < end && task.started > end) {
      all.push_back(seconds(end - task.queued));  // it waits still
    }
  }
  wait.mean = left > 0 ? sum / static_cast<double>(left) : 0;
  if (all.empty()) {
    return wait;
  }
  const auto waiting = static_cast<double>(all.size() - left);
  const bool many = waiting > 0.01 * static_cast<double>(all.size());
  wait.p99 = quantile(std::move(all), 0.99);
  // Waits that are about as long as the run was were cut by its end.
  wait.at_least = many && *wait.p99 > 0.5 * seconds(end - run_begin);
  return wait;
}

}  // namespace poolscope::experiment
