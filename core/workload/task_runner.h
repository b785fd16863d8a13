// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workload/host_gate.h"
#include "core/workload/http_client.h"
#include "core/workload/interpreter_lock.h"
#include "core/workload/scenario.h"
#include "core/workload/task_plan.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace poolscope::workload {

/// Does what a task's plan says, step by step, with what the tasks of one run share: HTTP
/// connections, named locks, the interpreter's lock. Threads: run() by the pool's workers at once,
/// network_trouble() by any. Refers to the scenario, which must outlive it.
class TaskRunner {
 public:
  struct Options {
    std::uint16_t server_port = 0;  ///< of the local server; 0 where no step needs it
    HttpLimits limits = {};
    bool trusted = false;  ///< redirects may lead from this machine to the network
  };
  TaskRunner(const Scenario& scenario, std::stop_token stop, Options options);

  /// Throws TaskFailed, and TaskStopped soon after a stop.
  void run(TaskPlan plan);

  /// As ScenarioRun::network_trouble(): nothing again once a page came as it should.
  std::optional<Error> network_trouble() const;
  /// Requests that nothing answered, and those to the scenario's URLs that were answered with an
  /// error.
  std::uint64_t fruitless() const { return fruitless_.load(std::memory_order_relaxed); }
  const InterpreterLock& interpreter() const { return interpreter_; }

 private:
  void fetch(const HttpStep& step, TaskPlan& plan, std::size_t step_number);
  HttpRequest request_of(const HttpStep& step, TaskPlan& plan, std::size_t step_number) const;
  std::optional<HostGate::Pass> wait_for_host(const std::string& url);
  void hold_lock(const LockStep& step, Nanoseconds hold);
  void note(const HttpResult& result);

  const Scenario& scenario_;
  const std::stop_token stop_;
  const Options options_;
  HttpClients clients_;
  HostGate gate_;
  InterpreterLock interpreter_;
  std::map<std::string, std::mutex> locks_;  // filled by the constructor, then only looked up
  mutable std::mutex trouble_mutex_;
  std::optional<Error> trouble_ = {};                          // guarded by trouble_mutex_
  HttpResult::Fault trouble_fault_ = HttpResult::Fault::none;  // the same: what trouble_ tells
  std::uint64_t errors_in_a_row_ = 0;                          // the same
  bool answered_ = false;                                      // the same: some page came
  std::atomic<bool> all_well_ = false;        // relaxed: a good answer has nothing to change
  std::atomic<std::uint64_t> fruitless_ = 0;  // relaxed: a count
};

}  // namespace poolscope::workload
