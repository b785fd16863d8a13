// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/future.h"

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

namespace poolscope::detail {

template <typename F, typename... Args>
using TaskResult = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;

/// A callable with its arguments, and room for what it returns: the one allocation of a submit.
template <typename R, typename F, typename... Args>
class Task final : public TypedState<R> {
  static_assert(!std::is_rvalue_reference_v<R>, "a task may not return an rvalue reference");

 public:
  template <typename Callable, typename... Arguments>
  explicit Task(Callable&& callable, Arguments&&... arguments)
      : call_{std::forward<Callable>(callable),
              std::tuple<Args...>(std::forward<Arguments>(arguments)...)} {}
  ~Task() noexcept override { release(); }  // also of captures whose destructors may throw

  bool run() override {
    bool ok = true;
    try {
      this->store([this]() -> R {
        return std::apply(
            [this](Args&... args) -> R {
              return std::invoke(std::move(call_.function), std::move(args)...);
            },
            call_.arguments);
      });
    } catch (...) {
      std::exception_ptr error = std::current_exception();
      if (error == nullptr) {
        // No C++ exception: pthread_exit() in a task. It must go on, or the C library ends the
        // process.
        this->set_error(std::make_exception_ptr(std::runtime_error("the task ended its thread")));
        release();
        throw;
      }
      this->set_error(std::move(error));
      ok = false;
    }
    // Before the outcome is visible: who has the result knows that the captures are gone.
    try {
      destroy_call();
    } catch (...) {
      this->destroy_value();
      this->set_error(std::current_exception());
      ok = false;
    }
    return ok;
  }

  void release() noexcept override {
    try {
      destroy_call();
    } catch (...) {  // of a task that did not run: nobody is there to be told
    }
  }

 private:
  struct Call {
    [[no_unique_address]] F function;
    [[no_unique_address]] std::tuple<Args...> arguments;
  };

  void destroy_call() {
    if (this->has_call_) {
      this->has_call_ = false;
      std::destroy_at(&call_);
    }
  }

  union {
    Call call_;
  };
};

}  // namespace poolscope::detail
