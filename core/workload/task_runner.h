// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/http_client.h"
#include "core/workload/interpreter_lock.h"
#include "core/workload/scenario.h"
#include "core/workload/task_plan.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

namespace poolscope::workload {

/// Does what a task's plan says, step by step, with what the tasks of one run share: HTTP
/// connections, named locks, the interpreter's lock. Threads: run() by the pool's workers at once,
/// network_trouble() by any. Refers to the scenario, which must outlive it.
class TaskRunner {
 public:
  /// `server_port`: of the local server; 0 where no step needs it.
  TaskRunner(const Scenario& scenario, std::uint16_t server_port, std::stop_token stop,
             HttpLimits limits);

  /// Throws TaskFailed, and TaskStopped soon after a stop.
  void run(TaskPlan plan);

  /// As ScenarioRun::network_trouble(): empty again once something answered.
  std::string network_trouble() const;
  std::uint64_t unanswered() const { return unanswered_.load(std::memory_order_relaxed); }
  const InterpreterLock& interpreter() const { return interpreter_; }

 private:
  void fetch(const HttpStep& step, TaskPlan& plan, std::size_t step_number);
  HttpRequest request_of(const HttpStep& step, TaskPlan& plan, std::size_t step_number) const;
  void hold_lock(const LockStep& step, Nanoseconds hold);
  void note(const HttpResult& result);

  const Scenario& scenario_;
  const std::uint16_t server_port_;
  const std::stop_token stop_;
  HttpClients clients_;
  InterpreterLock interpreter_;
  std::map<std::string, std::mutex> locks_;  // filled by the constructor, then only looked up
  mutable std::mutex trouble_mutex_;
  std::string trouble_;                        // guarded by trouble_mutex_
  std::atomic<bool> in_trouble_ = false;       // relaxed: whether to look at trouble_
  std::atomic<std::uint64_t> unanswered_ = 0;  // relaxed: a count
};

}  // namespace poolscope::workload
