// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../trace/event_log.h"
#include "core/executor/thread_pool_executor.h"
#include "core/trace/tracer.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace poolscope::testing {

/// Holds tasks until it is opened, for a minute at most, so that a test that fails comes to its
/// end. As all that tasks refer to: declared before their pool, which is then gone before it.
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

/// Until so much time is over since this was made. For timeouts that must have passed; orders
/// nothing.
struct Passed {
  explicit Passed(std::chrono::steady_clock::duration time)
      : end(std::chrono::steady_clock::now() + time) {}
  void await() const {
    while (std::chrono::steady_clock::now() < end) {
    }
  }
  std::chrono::steady_clock::time_point end;
};

/// Counts the living objects of a test.
struct Counted {
  explicit Counted(std::atomic<int>& living) : count(&living) { ++*count; }
  Counted(const Counted& other) : count(other.count) { ++*count; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count; }
  std::atomic<int>* count;
};

/// What the process writes to stderr meanwhile.
class CapturedStderr {
 public:
  CapturedStderr() : file_(std::tmpfile()), before_(dup(STDERR_FILENO)) {
    dup2(fileno(file_), STDERR_FILENO);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    std::fclose(file_);
  }
  std::string text() const {
    std::string all(4'096, '\0');
    const auto size = pread(fileno(file_), all.data(), all.size(), 0);
    all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return all;
  }

 private:
  std::FILE* file_;
  int before_;
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
