// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../trace/event_log.h"
#include "core/executor/thread_pool_executor.h"
#include "core/trace/tracer.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>

namespace poolscope::testing {

/// Holds tasks until it is opened, for a minute at most, so that a test that fails comes to its
/// end.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// For tasks: says that it is here and waits.
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::minutes(1), [this] { return open_; });
  }
  /// For the test: until `count` tasks are here.
  void await(std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  std::size_t arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::size_t arrived_ = 0;
};

/// Looks until `condition` is true, for half a minute at most. For what comes by itself and tells
/// nobody.
template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

/// A pool whose only worker is busy until the gate opens.
struct BusyPool {
  explicit BusyPool(ExecutorOptions options = {.max_workers = 1}) : pool(std::move(options)) {
    running = pool.submit([this] { gate.pass(); });
    gate.await();
  }
  BusyPool(const BusyPool&) = delete;
  BusyPool& operator=(const BusyPool&) = delete;
  ~BusyPool() { gate.open(); }
  Gate gate;
  ThreadPoolExecutor pool;
  Future<void> running;
};

/// Counts the living objects of a test.
struct Counted {
  explicit Counted(std::atomic<int>& living) : count(&living) { ++*count; }
  Counted(const Counted& other) : count(other.count) { ++*count; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count; }
  std::atomic<int>* count;
};

/// A tracer with a log.
struct Traced {
  Traced() { tracer.add_sink(log); }
  std::vector<trace::Event> events() {
    tracer.flush();
    return log->sorted();
  }
  std::vector<trace::Event> of(trace::EventKind kind) {
    tracer.flush();
    return log->of(kind);
  }
  trace::Tracer tracer;
  std::shared_ptr<EventLog> log = std::make_shared<EventLog>();
};

}  // namespace poolscope::testing
