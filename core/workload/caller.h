// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/thread_pool_executor.h"
#include "core/trace/event.h"
#include "core/workload/failures.h"
#include "core/workload/scenario.h"
#include "core/workload/task_plan.h"
#include "core/workload/task_runner.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

namespace poolscope::workload {

/// What the program's main thread does in a scenario: hands batch after batch of tasks to the pool,
/// in the load's pattern, and asks for their results as the Python code would. A task that failed
/// or was cancelled does not end it: as Python 3.15's map(), it goes on with the next result.
/// Threads: run() by one; the rest by any.
class Caller {
 public:
  struct Options {
    std::optional<std::uint64_t> most_tasks = {};  ///< in all; none: until `close`
    bool steady = false;                           ///< as RunOptions::steady
  };
  /// `close`: submit no more; what was submitted still gives its results.
  Caller(ThreadPoolExecutor& pool, const Scenario& scenario, const Planner& planner,
         TaskRunner& runner, Options options, std::stop_token close);

  /// Returns when the last result is there. Throws std::system_error if the pool can start no
  /// worker.
  void run();
  /// Cancels what waits in the queue.
  void cancel_queued();
  /// Tasks that come by themselves come no more, until they go on where they were.
  void hold_arrivals(bool hold);
  Failures failures() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t tasks_of_batch() const;
  void run_batch(std::uint64_t batch, std::uint64_t count);
  void results_in_order(std::uint64_t batch, std::uint64_t count);
  void results_as_completed(std::uint64_t batch, std::uint64_t count);
  void parents(std::uint64_t batch, std::uint64_t count);
  void run_open_load();
  Nanoseconds gap(std::uint64_t batch, std::uint64_t position) const;

  bool submit(std::uint64_t batch, std::uint64_t position);
  bool submit(const TaskPlan& plan, std::function<void()> work);
  std::function<void()> counted(std::function<void()> work);
  void submit_children(std::uint64_t batch, std::uint64_t position, std::uint64_t children,
                       std::vector<Future<void>>& futures);
  void run_parent(std::uint64_t batch, std::uint64_t position, std::uint64_t children);
  void take_next(trace::BlockReason reason);
  void take_done();
  void finish_batch(trace::BlockReason reason);
  void end_batch(trace::BlockReason reason);
  void leave_queue(std::uint64_t count);
  void wait_for_empty_queue();
  std::size_t outstanding() const;
  bool wait_until(Clock::time_point time) const;
  Clock::time_point arrivals_now();
  bool wait_for_arrival(Clock::time_point arrival);

  ThreadPoolExecutor& pool_;
  const Scenario& scenario_;
  const Planner& planner_;
  TaskRunner& runner_;
  const std::optional<std::uint64_t> most_tasks_;
  const bool steady_;
  const std::stop_token close_;

  mutable std::mutex mutex_;
  std::deque<Future<void>> outstanding_;       // guarded by mutex_; in order of submission
  std::unordered_set<Future<void>> children_;  // guarded by mutex_; of parents that wait for them

  std::mutex queue_mutex_;
  std::condition_variable_any queue_empty_;
  std::uint64_t submitted_ = 0;   // guarded by queue_mutex_, as the next; kept if steady_
  std::uint64_t left_queue_ = 0;  // started or cancelled

  std::mutex hold_mutex_;
  std::condition_variable_any hold_changed_;
  std::optional<Clock::time_point> held_since_ = {};  // guarded by hold_mutex_, as the next
  Clock::duration held_for_ = {};                     // before, in all

  mutable std::mutex failures_mutex_;
  std::map<std::string, std::uint64_t> failures_;  // guarded by failures_mutex_; how often, by text
};

}  // namespace poolscope::workload
