// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/deadline.h"
#include "core/trace/event.h"
#include "core/trace/tracer.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace poolscope::detail {

class FutureState;
class PoolCore;
class TaskList;

enum class Phase : std::uint8_t { pending, running, cancelled, value, error };
constexpr bool is_done(Phase phase) {
  return phase >= Phase::cancelled;
}

using CallbackErrorHandler = std::function<void(std::exception_ptr)>;

/// Somebody who waits for a state: told once, when it is done, under a lock of the state. Lives on
/// the waiter's side and must be removed before it goes.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual void on_done(Phase phase) noexcept = 0;

 protected:
  ~Waiter() = default;

 private:
  friend class FutureState;
  Waiter* next_ = nullptr;
  Waiter* prev_ = nullptr;
  bool linked_ = false;
};

/// A done-callback in its list.
class Callback {
 public:
  Callback() = default;
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  virtual ~Callback() = default;
  virtual void call(FutureState& state) = 0;

 private:
  friend class FutureState;
  std::unique_ptr<Callback> next_;
};

/// A task and its outcome, in one allocation: what the queue links, the worker runs and the futures
/// share. This base knows neither the callable nor the result. Threads: any; what is the pool's is
/// guarded by its mutex.
class FutureState {
 public:
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  // Counting. Futures and the executor are counted apart, so that it can be told whether a result
  // is shared.
  void add_handle() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
  void drop_handle() noexcept { drop(1); }
  void add_executor() noexcept { refs_.fetch_add(kExecutor, std::memory_order_relaxed); }
  void drop_executor() noexcept { drop(kExecutor); }
  /// Only one future knows this state and no callback was ever given one.
  bool sole_handle() const noexcept {
    return (refs_.load(std::memory_order_acquire) & (kExecutor - 1)) == 1 && !had_callbacks_;
  }
  /// No future is left, nor anybody to tell: the outcome can be thrown away.
  bool unobserved() const noexcept {
    return refs_.load(std::memory_order_acquire) == kExecutor &&
           (word_.load(std::memory_order_relaxed) & kListened) == 0;
  }

  // The state.
  Phase phase() const noexcept {
    // pairs with the release in settle()
    return static_cast<Phase>(word_.load(std::memory_order_acquire) & kPhaseMask);
  }
  bool done() const noexcept { return is_done(phase()); }
  /// pending -> running; false if it is not pending.
  bool try_start() noexcept { return leave_pending(Phase::running); }
  /// pending -> cancelled; false if it is not pending. Then announce() is due.
  bool try_cancel() noexcept { return leave_pending(Phase::cancelled); }
  /// Publishes the outcome; gives the callbacks that the caller must run.
  [[nodiscard]] std::unique_ptr<Callback> settle(Phase phase) noexcept;
  /// Tells those who wait; gives the callbacks that the caller must run.
  [[nodiscard]] std::unique_ptr<Callback> announce() noexcept;
  void run_callbacks(std::unique_ptr<Callback> callbacks) noexcept;

  /// As Future::cancel().
  bool cancel();
  /// Runs the callback now if the state is done, else when it is.
  void add_callback(std::unique_ptr<Callback> callback);
  /// False if the state is done: then the waiter is not told.
  [[nodiscard]] bool add_waiter(Waiter& waiter) noexcept;
  void remove_waiter(Waiter& waiter) noexcept;
  /// Whether the state is done by the deadline; blocks until then.
  bool wait(const Deadline& deadline, trace::BlockReason reason);
  /// wait(), then throws TimeoutError or CancelledError where there is no outcome; tells the trace
  /// of the delivery.
  void await_outcome(const Deadline& deadline, trace::BlockReason reason);
  /// Tells the trace that the calling thread got the outcome; once a task, never if cancelled.
  void deliver() noexcept;

  /// Calls the task. True: the value is stored; false: the error is. The callable and its arguments
  /// are gone then.
  virtual bool run() { return true; }
  /// Destroys the callable and its arguments, if they are still there.
  virtual void release() noexcept {}

  const std::exception_ptr& error() const { return error_; }
  void set_error(std::exception_ptr error) { error_ = std::move(error); }
  void set_error_handler(std::shared_ptr<const CallbackErrorHandler> handler) {
    on_callback_error_ = std::move(handler);
  }

  std::uint64_t task_id() const { return task_id_; }
  trace::TracerId tracer() const { return tracer_; }
  trace::PoolId pool() const { return pool_; }
  int priority() const { return priority_; }

 protected:
  FutureState() = default;
  virtual ~FutureState() = default;

 private:
  friend class PoolCore;
  friend class TaskList;

  static constexpr std::uint32_t kExecutor = 1U << 31;
  static constexpr std::uint8_t kPhaseMask = 7;
  static constexpr std::uint8_t kListened = 8;  // somebody may be in the lists below

  void drop(std::uint32_t count) noexcept {
    if (refs_.fetch_sub(count, std::memory_order_acq_rel) == count) {
      delete this;
    }
  }
  bool leave_pending(Phase phase) noexcept;
  void report_callback_error() noexcept;

  std::atomic<std::uint32_t> refs_{1};
  std::atomic<std::uint8_t> word_{0};
  std::atomic<bool> delivered_{false};
  bool had_callbacks_ = false;  // written before the last-but-one handle went, read after
  trace::PoolId pool_ = 0;
  // In the queue; guarded by the pool's mutex.
  FutureState* next_ = nullptr;
  FutureState* prev_ = nullptr;
  TaskList* list_ = nullptr;
  // The pool; valid while the state is pending and PoolCore's pin is held.
  PoolCore* core_ = nullptr;
  // For the trace; written before anybody else knows the state.
  std::uint64_t task_id_ = 0;
  trace::TracerId tracer_ = 0;
  int priority_ = 0;
  std::exception_ptr error_;
  // Guarded by the lock that announce() takes.
  Waiter* waiters_ = nullptr;
  std::unique_ptr<Callback> callbacks_;
  Callback* last_callback_ = nullptr;
  std::shared_ptr<const CallbackErrorHandler> on_callback_error_;  // null: stderr
};

}  // namespace poolscope::detail
