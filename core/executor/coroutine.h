// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/errors.h"
#include "core/executor/future.h"
#include "core/executor/promise.h"
#include "core/executor/thread_pool_executor.h"

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

// Coroutines on a pool. No thread is blocked by what a coroutine waits for:
//
//   Future<Page> fetch_twice(ThreadPoolExecutor& pool, Url url) {
//     co_await schedule(pool);                                 // from here on a worker of the pool
//     const Page first = co_await pool.submit(fetch, url);     // the worker does other tasks
//     co_return merge(first, co_await pool.submit(fetch, next(first)));
//   }
//
// g++ (12 at least) destroys twice what a lambda captured that is written inside a co_await
// expression. So `auto task = [page] { ... };` first, or pass arguments to submit() instead.

namespace poolscope {

namespace detail {

/// Resumes a coroutine once: when it is called, or when it goes without having been called (its
/// task was cancelled, or the pool broke), so that no coroutine is lost.
class Resumption {
 public:
  Resumption(std::coroutine_handle<> coroutine, const PoolCore& pool, std::exception_ptr* error)
      : coroutine_(coroutine),
        pool_(pool),
        error_(error) {}
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;
  ~Resumption() {
    if (coroutine_ != nullptr) {
      *error_ = pool_.broken();
      if (*error_ == nullptr) {
        *error_ = std::make_exception_ptr(CancelledError());
      }
      try {
        std::exchange(coroutine_, nullptr).resume();
      } catch (...) {  // of a coroutine that lets its errors through: nobody is there to be told
      }
    }
  }
  void operator()() { std::exchange(coroutine_, nullptr).resume(); }
  void release() { coroutine_ = nullptr; }

 private:
  std::coroutine_handle<> coroutine_;
  const PoolCore& pool_;
  std::exception_ptr* error_;  // of the awaiter, which lives until the coroutine is resumed
};

class ScheduleAwaiter {
 public:
  ScheduleAwaiter(ThreadPoolExecutor& pool, const TaskOptions& options)
      : pool_(pool),
        options_(options) {}

  bool await_ready() const noexcept { return false; }
  /// What submit() throws is thrown by the co_await, in the calling thread.
  void await_suspend(std::coroutine_handle<> coroutine) {
    // Shared with this frame until submit() has it, so that a submit that throws resumes nothing.
    auto resumption = std::make_shared<Resumption>(coroutine, *pool_.core_, &error_);
    struct Call {
      std::shared_ptr<Resumption> resumption;
      void operator()() const { (*resumption)(); }
    };
    try {
      pool_.submit(options_, Call{resumption});
    } catch (...) {
      resumption->release();
      throw;
    }
  }
  void await_resume() const {
    if (error_ != nullptr) {
      std::rethrow_exception(error_);
    }
  }

 private:
  ThreadPoolExecutor& pool_;
  const TaskOptions options_;
  std::exception_ptr error_;  // why it was resumed without the task
};

template <typename R>
class FutureAwaiter {
 public:
  explicit FutureAwaiter(Future<R> future) : future_(std::move(future)) {}

  bool await_ready() const { return future_.done(); }
  void await_suspend(std::coroutine_handle<> coroutine) const {
    // A copy: the coroutine, and this with it, may be gone before add_done_callback() returns.
    const Future<R> future = future_;
    future.add_done_callback([coroutine](const Future<R>&) { coroutine.resume(); });
  }

 protected:
  Future<R> future_;
};

template <typename R>
struct ValueAwaiter final : FutureAwaiter<R> {
  using FutureAwaiter<R>::FutureAwaiter;
  R await_resume() { return std::move(this->future_).result(); }
};

template <typename R>
struct ReferenceAwaiter final : FutureAwaiter<R> {
  using FutureAwaiter<R>::FutureAwaiter;
  std::add_lvalue_reference_t<const R> await_resume() const { return this->future_.result(); }
};

/// `error`, or what destructors in the frame of a coroutine that has returned throw.
inline std::exception_ptr destroy_frame(std::coroutine_handle<> coroutine,
                                        std::exception_ptr error) noexcept {
  try {
    coroutine.destroy();
  } catch (...) {
    error = std::current_exception();
  }
  return error;
}

/// The promise of a coroutine that returns Future<R>. The outcome is published when the coroutine's
/// frame is gone, as that of a task is when its captures are.
template <typename R>
class CoroutinePromiseBase {
 public:
  Future<R> get_return_object() {
    promise_.set_running_or_notify_cancel();
    return promise_.future();
  }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

 protected:
  std::exception_ptr error_;
  Promise<R> promise_;
};

template <typename R>
class CoroutinePromise final : public CoroutinePromiseBase<R> {
  using Stored =
      std::conditional_t<std::is_reference_v<R>, std::add_pointer_t<R>, std::remove_cv_t<R>>;

 public:
  template <typename Value>
  void return_value(Value&& value) {
    if constexpr (std::is_reference_v<R>) {
      value_ = std::addressof(value);
    } else {
      value_.emplace(std::forward<Value>(value));
    }
  }
  auto final_suspend() noexcept {
    struct Publish : std::suspend_always {
      void await_suspend(std::coroutine_handle<CoroutinePromise> coroutine) const noexcept {
        const Promise<R> promise = std::move(coroutine.promise().promise_);
        std::optional<Stored> value;
        std::exception_ptr error = coroutine.promise().error_;
        try {
          if (std::optional<Stored>& returned = coroutine.promise().value_) {
            value.emplace(std::move(*returned));
          }
        } catch (...) {  // the value's own move
          error = std::current_exception();
        }
        error = destroy_frame(coroutine, std::move(error));
        if (error != nullptr) {
          promise.set_exception(std::move(error));
          return;
        }
        try {
          if constexpr (std::is_reference_v<R>) {
            promise.set_result(static_cast<R>(**value));
          } else {
            promise.set_result(std::move(*value));
          }
        } catch (...) {
          promise.set_exception(std::current_exception());
        }
      }
    };
    return Publish{};
  }

 private:
  std::optional<Stored> value_;
};

template <>
class CoroutinePromise<void> final : public CoroutinePromiseBase<void> {
 public:
  void return_void() const noexcept {}
  auto final_suspend() noexcept {
    struct Publish : std::suspend_always {
      void await_suspend(std::coroutine_handle<CoroutinePromise> coroutine) const noexcept {
        const Promise<void> promise = std::move(coroutine.promise().promise_);
        std::exception_ptr error = destroy_frame(coroutine, coroutine.promise().error_);
        if (error != nullptr) {
          promise.set_exception(std::move(error));
        } else {
          promise.set_result();
        }
      }
    };
    return Publish{};
  }
};

}  // namespace detail

/// `co_await schedule(pool)`: the rest of the coroutine runs as a task of the pool (until it waits
/// again), named and prioritised as any. Throws there and then what submit() throws; CancelledError
/// if the task was cancelled before it started, in the thread that cancelled it; BrokenThreadPool
/// if the pool breaks. The pool must outlive the wait. A bounded queue that is full blocks.
inline detail::ScheduleAwaiter schedule(ThreadPoolExecutor& pool, const TaskOptions& options = {}) {
  return {pool, options};
}

/// `co_await future`: goes on when the task is done, in the thread that ended it (or at once, if it
/// was done before); then gives or throws what result() does. Of a temporary the result comes by
/// value.
template <typename R>
detail::ValueAwaiter<R> operator co_await(Future<R>&& future) {
  return detail::ValueAwaiter<R>(std::move(future));
}
template <typename R>
detail::ReferenceAwaiter<R> operator co_await(const Future<R>& future) {
  return detail::ReferenceAwaiter<R>(future);
}

}  // namespace poolscope

/// A coroutine may return a Future: it begins in the caller's thread, and its future is done when
/// it has returned. As a running task it cannot be cancelled.
template <typename R, typename... Args>
struct std::coroutine_traits<poolscope::Future<R>, Args...> {
  using promise_type = poolscope::detail::CoroutinePromise<R>;
};
