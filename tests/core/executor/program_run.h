// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "random_program.h"
#include "support.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace poolscope::testing {

/// What tasks of random programs return, and throw.
struct Value {
  int number = 0;
  Counted life;
};
class Failure {
 public:
  Failure(int number, const Counted& life) : number_(number), life_(life) {}
  Failure(const Failure&) = default;
  Failure& operator=(const Failure&) = delete;
#if defined(__SANITIZE_THREAD__)
  // Who holds an exception is counted inside libstdc++, where ThreadSanitizer does not see it.
  ~Failure() {
    __tsan_acquire(this);
  }
  int number() const {
    const int read = number_;
    __tsan_release(const_cast<Failure*>(this));
    return read;
  }
#else
  int number() const {
    return number_;
  }
#endif

 private:
  int number_;
  Counted life_;
};

/// A task as the program knows it.
struct TaskRecord {
  int number = 0;
  int priority = 0;
  bool fails = false;
  bool opening = false;
  bool accepted = false;  // guarded by the run's mutex, as the next two
  trace::ThreadId submitter = 0;
  Future<Value> future = {};
  std::atomic<int> runs{0};
  std::atomic<int> callbacks_added{0};
  std::atomic<int> callbacks_called{0};
};

/// A pause() or resume().
struct PauseCall {
  bool pause = false;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
};

/// What a program did, for the checks.
struct Record {
  Program program = {};
  std::deque<TaskRecord> tasks = {};
  std::vector<PauseCall> pause_calls = {};
  std::atomic<std::uint64_t> map_runs{0};
  std::size_t overfull_submits = 0;  // as the pool counts them
  std::vector<trace::Event> events = {};
  std::uint64_t lost = 0;  // as the tracer counts them
  trace::NameId map_name = 0;
  std::string wrong = {};  // what the program itself found; guarded by the run's mutex
};

/// Runs a random program: a pool with a tracer, its threads, its end. Threads: one.
class ProgramRun {
 public:
  explicit ProgramRun(const Program& program);
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;
  ~ProgramRun();

  /// Until the pool is gone.
  void execute();
  const Record& record() const { return record_; }
  /// How often each kind ran.
  std::uint64_t count(Kind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  /// Drops all futures; how many captures, results, errors and callbacks live on.
  int drop_futures();

 private:
  class Picker;

  void count_one(Kind kind) { ++counts_[static_cast<std::size_t>(kind)]; }
  void expect(bool holds, const char* text);
  template <typename Action>
  void guarded(Action action);

  // The phases.
  void open();
  void run_threads();
  bool settled();
  void settle();
  void rendezvous();
  void end();
  Future<Value> submit_at_the_end(const std::function<void()>& body);
  void shutdown_in_a_task();
  void shutdown_in_a_callback();
  void destroy_in_a_task();

  // The operations.
  void act(const Operation& operation);
  void act_on_a_future(const Operation& operation, Picker& pick);
  TaskRecord& new_record(Picker& pick);
  std::optional<Future<Value>> submit(TaskRecord& record, bool try_it, std::function<void()> body);
  std::optional<Future<Value>> submit_random(Picker& pick, bool try_it, int depth);
  void work(Picker pick, int depth);
  void add_callback(TaskRecord& record, const Future<Value>& future, Picker& pick, int depth);
  void call_back(const Future<Value>& future, Picker pick, int depth);
  TaskRecord* pick_task(Picker& pick, Future<Value>& future);
  std::vector<Future<Value>> pick_some(Picker& pick);
  void read_result(const TaskRecord& record, const Future<Value>& future,
                   std::optional<std::chrono::microseconds> timeout);
  void wait_for_some(Picker& pick);
  void as_some_complete(Picker& pick);
  void map(Kind kind, Picker& pick);
  void set_paused(bool pause);
  void shutdown(bool wait, bool cancel_futures);

  std::array<std::atomic<std::uint64_t>, kKinds> counts_{};
  std::atomic<int> living_{0};
  std::atomic<int> callbacks_left_{0};
  std::atomic<int> callback_errors_{0};  // thrown and not yet reported
  std::atomic<bool> closing_{false};     // a shutdown may have begun
  std::atomic<bool> refusing_{false};    // the system may have refused a thread
  std::mutex mutex_;                     // guards what says so
  Record record_;
  trace::Tracer tracer_;
  std::shared_ptr<EventLog> log_ = std::make_shared<EventLog>();
  std::size_t threads_before_ = 0;
  std::unique_ptr<ThreadPoolExecutor> owner_;
  ThreadPoolExecutor* pool_ = nullptr;  // good until its destructor has ended
};

}  // namespace poolscope::testing
