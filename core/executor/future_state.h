// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/block_cache.h"
#include "core/executor/deadline.h"
#include "core/trace/event.h"
#include "core/trace/tracer.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace poolscope::detail {

class FutureState;
class PoolCore;
class TaskList;
class TaskQueue;

enum class Phase : std::uint8_t { pending, running, cancelled, value, error };
constexpr bool is_done(Phase phase) {
  return phase >= Phase::cancelled;
}

/// ExecutorOptions::on_callback_error, shared by a pool and its tasks, which may outlive it.
struct CallbackErrors {
  std::function<void(std::exception_ptr)> handler;
  std::atomic<std::uint32_t> refs{1};

  void add() noexcept { refs.fetch_add(1, std::memory_order_relaxed); }
  void drop() noexcept {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }
};

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
  std::unique_ptr<Callback> next_;  // the one added before it; while they run, the one after it
};

/// A task and its outcome, in one allocation: what the queue links, the worker runs and the futures
/// share. This base knows neither the callable nor the result. Threads: any; what is the pool's is
/// guarded by its mutex.
class FutureState {
 public:
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  static void* operator new(std::size_t bytes) { return BlockCache::allocate(bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept {
    BlockCache::free(block, bytes);
  }
  // Of over-aligned callables and results.
  static void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return ::operator new(bytes, alignment);
  }
  static void operator delete(void* block, std::size_t bytes, std::align_val_t alignment) noexcept {
    ::operator delete(block, bytes, alignment);
  }

  // Counting. Futures and the executor are counted apart, so that it can be told whether a result
  // is shared.
  void add_handle() noexcept { word_.fetch_add(kHandle, std::memory_order_relaxed); }
  void drop_handle() noexcept { drop(kHandle); }
  /// Before anybody but its one future knows the state.
  void add_first_executor() noexcept {
    word_.store(kHandle | kExecutor, std::memory_order_relaxed);
  }
  void drop_executor() noexcept { drop(kExecutor); }
  void destroy() noexcept { delete this; }
  /// Only one future knows this state and no callback was ever given one.
  bool sole_handle() const noexcept {
    return word_.load(std::memory_order_acquire) / kHandle == 1 && !had_callbacks_;
  }
  /// No future is left, nor anybody to tell: the outcome can be thrown away.
  bool unobserved() const noexcept {
    return (word_.load(std::memory_order_acquire) & ~kPhaseMask) == kExecutor;
  }

  // The state.
  Phase phase() const noexcept {
    return phase_of(word_.load(std::memory_order_acquire));  // pairs with the release in settle()
  }
  bool done() const noexcept { return is_done(phase()); }
  /// pending -> running; false if it is not pending.
  bool try_start() noexcept { return leave_pending(Phase::running); }
  /// pending -> cancelled; false if it is not pending. Then announce() is due.
  bool try_cancel() noexcept { return leave_pending(Phase::cancelled); }
  /// Publishes the outcome of a running task; gives the callbacks that the caller must run.
  [[nodiscard]] std::unique_ptr<Callback> settle(Phase phase) noexcept;
  /// settle() and drop_executor() in one step; false, and nothing done, if somebody may listen, or
  /// no future is left.
  [[nodiscard]] bool settle_unheard(Phase phase) noexcept;
  /// What is left to do for who settled a task: run the callbacks and drop_executor(), or
  /// destroy().
  struct Rest {
    std::unique_ptr<Callback> callbacks;
    bool destroy = false;
  };
  /// settle(), and drop_executor() unless there are callbacks to run.
  [[nodiscard]] Rest settle_and_leave(Phase phase) noexcept;
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

  /// Of a state that has one.
  const std::exception_ptr& error() const { return error_; }
  /// In place of a value or another error; not while the task is queued.
  void set_error(std::exception_ptr error) noexcept;

  std::uint64_t task_id() const { return task_id_; }
  trace::TracerId tracer() const { return tracer_; }
  trace::PoolId pool() const { return pool_; }
  int priority() const { return priority_; }

 protected:
  /// What the state holds; the last two are the outcome.
  enum class Holds : std::uint8_t { nothing, value, error };

  FutureState() noexcept : links_{} {}
  virtual ~FutureState();

  void drop_error() noexcept;
  /// False if the value was taken before.
  bool claim_value() noexcept {
    return (once_.fetch_or(kTaken, std::memory_order_relaxed) & kTaken) == 0;
  }
  bool value_taken() const noexcept {
    return (once_.load(std::memory_order_relaxed) & kTaken) != 0;
  }

  // Of the derived classes; here because there is room for them.
  Holds holds_ = Holds::nothing;
  bool has_call_ = true;

 private:
  friend class PoolCore;
  friend class TaskList;
  friend class TaskQueue;

  // Phase, listeners and counts share a word: so a worker is done with a task in one step.
  static constexpr std::uint32_t kPhaseMask = 7;
  static constexpr std::uint32_t kListened = 1U
                                             << 3;  // somebody may be, or was, in the lists below
  static constexpr std::uint32_t kExecutor = 1U << 4;  // the pool will come back to the state
  static constexpr std::uint32_t kHandle = 1U << 5;    // from here on the number of futures
  static constexpr std::uint8_t kDelivered = 1;
  static constexpr std::uint8_t kTaken = 2;

  struct Links {
    FutureState* next;
    FutureState* prev;
  };

  static Phase phase_of(std::uint32_t word) noexcept {
    return static_cast<Phase>(word & kPhaseMask);
  }
  /// By how much the word grows where a running task becomes one in `phase`.
  static std::uint32_t from_running(Phase phase) noexcept {
    return static_cast<std::uint32_t>(phase) - static_cast<std::uint32_t>(Phase::running);
  }
  /// Whether the state of this word belongs to nobody.
  static bool orphaned(std::uint32_t word) noexcept {
    return (word & ~(kPhaseMask | kListened)) == 0;
  }
  void drop(std::uint32_t count) noexcept {
    if (orphaned(word_.fetch_sub(count, std::memory_order_acq_rel) - count)) {
      delete this;
    }
  }
  bool leave_pending(Phase phase) noexcept;
  static void tell(Waiter* waiters, Phase phase) noexcept;
  std::unique_ptr<Callback> take_callbacks() noexcept;
  void report_callback_error() noexcept;

  // A pending task is one block of at most 128 bytes, with a small callable in it: each field is
  // counted (and a test counts them).
  bool had_callbacks_ = false;  // written before the last-but-one handle went, read after
  std::atomic<std::uint32_t> word_{kHandle};
  std::atomic<std::uint8_t> once_{0};  // relaxed: kDelivered, kTaken
  // For the trace; written before anybody else knows the state.
  trace::PoolId pool_ = 0;
  trace::TracerId tracer_ = 0;
  std::uint64_t task_id_ = 0;
  union {
    Links links_;               // while queued; guarded by the pool's mutex
    std::exception_ptr error_;  // while holds_ is error
  };
  // The pool; valid while the state is pending and PoolCore's pin is held.
  PoolCore* core_ = nullptr;
  // Guarded by the lock that announce() takes.
  Waiter* waiters_ = nullptr;
  std::unique_ptr<Callback> callbacks_;        // the last added first
  CallbackErrors* callback_errors_ = nullptr;  // null: stderr
  int priority_ = 0;
};

}  // namespace poolscope::detail
