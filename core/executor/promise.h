// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/future.h"

#include <atomic>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace poolscope {

/// The side of a future that gives the outcome, for who runs tasks by other means than our pool
/// (and for tests). As set_result(), set_exception() and set_running_or_notify_cancel() of Python's
/// Future. Threads: any; of several outcomes the first stays, the others throw InvalidStateError.
template <typename R>
class Promise {
 public:
  Promise() : future_(detail::FutureAccess::adopt(new State)) {}

  Future<R> future() const { return future_; }

  /// True: the task is running now. False: it was cancelled, do not run it. Throws
  /// InvalidStateError otherwise.
  bool set_running_or_notify_cancel() const {
    if (state().try_start()) {
      return true;
    }
    if (state().phase() == detail::Phase::cancelled) {
      return false;
    }
    throw InvalidStateError("the task is already running or done");
  }

  template <typename... Value>
  requires(std::is_void_v<R> ? sizeof...(Value) == 0
                             : sizeof...(Value) == 1) void set_result(Value&&... value) const {
    claim();
    if constexpr (std::is_void_v<R>) {
      state().store([] {});
    } else {
      try {
        state().store([&]() -> R { return static_cast<R>((std::forward<Value>(value), ...)); });
      } catch (...) {
        state().claimed = false;  // its copy failed: another outcome may still be set
        throw;
      }
    }
    state().run_callbacks(state().settle(detail::Phase::value));
  }

  void set_exception(std::exception_ptr error) const {
    claim();
    state().set_error(std::move(error));
    state().run_callbacks(state().settle(detail::Phase::error));
  }

 private:
  struct State final : detail::TypedState<R> {
    std::atomic<bool> claimed{false};
  };

  State& state() const { return static_cast<State&>(detail::FutureAccess::state(future_)); }
  /// Makes the caller the one who sets the outcome.
  void claim() const {
    state().try_start();
    if (state().phase() == detail::Phase::cancelled || state().claimed.exchange(true)) {
      throw InvalidStateError("the future is already done");
    }
  }

  Future<R> future_;
};

}  // namespace poolscope
