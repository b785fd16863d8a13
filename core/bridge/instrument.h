// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/bridge/client.h"
#include "core/trace/blocked_scope.h"
#include "core/trace/current_task.h"
#include "core/trace/event.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <string_view>

namespace poolscope::bridge {

// For a program with a pool of its own: what Poolscope is to see of it, a line each.
//
//     class Pool {
//       POOLSCOPE_POOL(scope_, "my pool", 4);                  // a member; its end is the pool's
//       void submit(Job job) { job.id = scope_.queued("resize"); ... }
//       void work() {
//         POOLSCOPE_WORKER(scope_, "worker");                  // until the thread leaves the scope
//         while (auto job = take()) {
//           POOLSCOPE_TASK(scope_, job->id);                   // an exception that leaves is an
//           error job->run();
//         }
//       }
//     };
//     POOLSCOPE_WAIT(scope_, id);                              // while a caller waits for that
//     task
//
// All of it does nothing in a program that runs without Poolscope.

/// One pool. Threads: any. It outlives the scopes that name it.
class PoolScope {
 public:
  PoolScope(std::string_view name, std::uint32_t max_workers);
  PoolScope(const PoolScope&) = delete;
  PoolScope& operator=(const PoolScope&) = delete;
  ~PoolScope();

  /// A task has been submitted: its id for what follows, 0 without Poolscope. Call it before others
  /// can take the task.
  std::uint64_t queued(std::string_view name);
  /// A task that has not begun never will.
  void cancelled(std::uint64_t task);
  void set_max_workers(std::uint32_t count);
  /// Somebody has got the result of a task.
  void delivered(std::uint64_t task);

 private:
  friend class WorkerScope;
  friend class TaskScope;
  friend class WaitScope;

  void tell(trace::EventKind kind, std::uint64_t task, std::uint64_t detail,
            trace::Outcome outcome = trace::Outcome::ok) const;

  trace::Tracer* const tracer_;
  trace::PoolId pool_ = 0;
  std::atomic<std::uint32_t> max_workers_;
  std::atomic<std::uint32_t> next_worker_{0};
};

/// The calling thread is a worker of `pool` while the scope lives; it is called `name`-0, -1, ...
class WorkerScope {
 public:
  WorkerScope(PoolScope& pool, std::string_view name);
  WorkerScope(const WorkerScope&) = delete;
  WorkerScope& operator=(const WorkerScope&) = delete;
  ~WorkerScope();

 private:
  PoolScope& pool_;
};

/// The calling worker runs `task` while the scope lives.
class TaskScope {
 public:
  TaskScope(PoolScope& pool, std::uint64_t task);
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope();
  /// The task has failed, where no exception leaves the scope.
  void fail(std::string_view why);

 private:
  PoolScope& pool_;
  const std::uint64_t task_;
  const int exceptions_ = std::uncaught_exceptions();
  trace::CurrentTask before_ = {};
  trace::NameId error_ = 0;
  bool failed_ = false;
};

/// The calling thread waits for `task` (0: for several) while the scope lives.
class WaitScope {
 public:
  WaitScope(PoolScope& pool, std::uint64_t task);

 private:
  trace::BlockedScope blocked_;
};

}  // namespace poolscope::bridge

#define POOLSCOPE_JOINED_(a, b) a##b
#define POOLSCOPE_JOINED(a, b) POOLSCOPE_JOINED_(a, b)
#define POOLSCOPE_POOL(scope, name, max_workers) \
  ::poolscope::bridge::PoolScope scope {         \
    name, max_workers                            \
  }
#define POOLSCOPE_WORKER(pool, name) \
  const ::poolscope::bridge::WorkerScope POOLSCOPE_JOINED(poolscope_worker_, __LINE__)(pool, name)
#define POOLSCOPE_TASK(pool, task) \
  const ::poolscope::bridge::TaskScope POOLSCOPE_JOINED(poolscope_task_, __LINE__)(pool, task)
#define POOLSCOPE_WAIT(pool, task) \
  const ::poolscope::bridge::WaitScope POOLSCOPE_JOINED(poolscope_wait_, __LINE__)(pool, task)
