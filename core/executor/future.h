// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/errors.h"
#include "core/executor/future_state.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace poolscope {

template <typename R>
class Future;

namespace detail {

/// The state of a future of R: a task's, or a promise's.
template <typename R>
class TypedState : public FutureState {
  using Stored = std::conditional_t<
      std::is_void_v<R>, std::monostate,
      std::conditional_t<std::is_reference_v<R>, std::add_pointer_t<R>, std::remove_cv_t<R>>>;

 public:
  TypedState() {}  // NOLINT(modernize-use-equals-default): the union has no default
  ~TypedState() noexcept override { destroy_value(); }  // also of values whose own may throw

  /// Stores what `make()` returns, without a copy; before settle() and by one thread only.
  template <typename Make>
  void store(Make&& make) {
    if constexpr (std::is_void_v<R>) {
      std::forward<Make>(make)();
      std::construct_at(&value_);
    } else if constexpr (std::is_reference_v<R>) {
      std::construct_at(&value_, std::addressof(std::forward<Make>(make)()));
    } else {
      ::new (static_cast<void*>(std::addressof(value_))) Stored(std::forward<Make>(make)());
    }
    holds_ = Holds::value;
  }
  void destroy_value() noexcept {
    if (holds_ == Holds::value) {
      holds_ = Holds::nothing;
      try {
        std::destroy_at(std::addressof(value_));
      } catch (...) {  // nobody is there to be told
      }
    }
  }

  /// The outcome of a done state: the value, or throws.
  std::add_lvalue_reference_t<const R> get() {
    if (phase() == Phase::error) {
      std::rethrow_exception(error());
    }
    if (value_taken()) {
      throw_taken();
    }
    if constexpr (std::is_reference_v<R>) {
      return *value_;
    } else if constexpr (!std::is_void_v<R>) {
      return value_;
    }
  }
  R take() {
    if (phase() == Phase::error) {
      std::rethrow_exception(error());
    }
    if (!claim_value()) {
      throw_taken();
    }
    if constexpr (std::is_reference_v<R>) {
      return static_cast<R>(*value_);
    } else if constexpr (!std::is_void_v<R>) {
      return std::move(value_);
    }
  }

 private:
  [[noreturn]] static void throw_taken() {
    throw InvalidStateError("the result was already taken");
  }

  union {
    Stored value_;
  };
};

struct FutureAccess;

}  // namespace detail

/// What a task will give: a cheap handle, copied and compared by identity. Dropping it neither
/// cancels nor waits. As Python's concurrent.futures.Future, but a cancelled future counts as done
/// for everybody at once. Threads: any number of them may use the same task's futures, one future
/// object as any value. A default-constructed future belongs to no task: every use throws
/// InvalidStateError.
template <typename R>
class Future {
 public:
  using value_type = R;

  Future() = default;
  Future(const Future& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) {
      state_->add_handle();
    }
  }
  Future(Future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Future& operator=(Future other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Future() {
    if (state_ != nullptr) {
      state_->drop_handle();
    }
  }

  /// Whether it belongs to a task.
  bool valid() const noexcept { return state_ != nullptr; }

  /// True: the task never runs (its callbacks have run, here, unless it was cancelled before).
  /// False: it runs or ran.
  bool cancel() const { return state().cancel(); }
  bool cancelled() const { return state().phase() == detail::Phase::cancelled; }
  bool running() const { return state().phase() == detail::Phase::running; }
  bool done() const { return state().done(); }

  /// Waits and gives the value, as a reference that lives as long as a future of this task; or
  /// throws what the task threw, CancelledError or (with a time) TimeoutError. Never runs another
  /// task meanwhile.
  std::add_lvalue_reference_t<const R> result() const& { return get({}); }
  template <typename Rep, typename Period>
  std::add_lvalue_reference_t<const R> result(std::chrono::duration<Rep, Period> timeout) const& {
    return get(detail::Deadline::after(timeout));
  }
  /// Of a temporary: by value, moved if no other future shares it or R cannot be copied.
  R result() && { return pass_on({}); }
  template <typename Rep, typename Period>
  R result(std::chrono::duration<Rep, Period> timeout) && {
    return pass_on(detail::Deadline::after(timeout));
  }
  /// Waits and moves the value out, once: after it take() and result() throw InvalidStateError. Not
  /// together with a result() of another thread, which would read what moves.
  R take() const {
    state().await_outcome({}, trace::BlockReason::result);
    return state().take();
  }

  /// Waits; null if the task did not fail. Throws CancelledError and TimeoutError as result() does.
  std::exception_ptr exception() const { return error({}); }
  template <typename Rep, typename Period>
  std::exception_ptr exception(std::chrono::duration<Rep, Period> timeout) const {
    return error(detail::Deadline::after(timeout));
  }

  /// Calls `callback` once the task is done or cancelled: in the worker, in the cancelling thread,
  /// or here and now. What it throws goes to ExecutorOptions::on_callback_error. In the order
  /// added, with no lock held.
  void add_done_callback(std::function<void(Future<R>)> callback) const;

  friend bool operator==(const Future& a, const Future& b) noexcept { return a.state_ == b.state_; }

 private:
  friend struct detail::FutureAccess;

  explicit Future(detail::TypedState<R>* state) noexcept : state_(state) {}

  detail::TypedState<R>& state() const {
    if (state_ == nullptr) {
      throw InvalidStateError("the future belongs to no task");
    }
    return *state_;
  }
  std::add_lvalue_reference_t<const R> get(const detail::Deadline& deadline) const {
    state().await_outcome(deadline, trace::BlockReason::result);
    return state().get();
  }
  R pass_on(const detail::Deadline& deadline) {
    state().await_outcome(deadline, trace::BlockReason::result);
    if constexpr (std::is_void_v<R> || std::is_reference_v<R>) {
      return static_cast<R>(state().get());
    } else if constexpr (std::is_copy_constructible_v<R>) {
      return state().sole_handle() ? state().take() : R(state().get());
    } else {
      return state().take();
    }
  }
  std::exception_ptr error(const detail::Deadline& deadline) const {
    state().await_outcome(deadline, trace::BlockReason::result);
    return state().phase() == detail::Phase::error ? state().error() : nullptr;
  }

  detail::TypedState<R>* state_ = nullptr;
};

namespace detail {

struct FutureAccess {
  /// A future of `state`, which counts it already.
  template <typename R>
  static Future<R> adopt(TypedState<R>* state) {
    return Future<R>(state);
  }
  template <typename R>
  static Future<R> share(TypedState<R>& state) {
    state.add_handle();
    return Future<R>(&state);
  }
  /// Throws InvalidStateError for a future of no task.
  template <typename R>
  static TypedState<R>& state(const Future<R>& future) {
    return future.state();
  }
  template <typename R>
  static const void* identity(const Future<R>& future) {
    return future.state_;
  }
};

template <typename R>
class FutureCallback final : public Callback {
 public:
  explicit FutureCallback(std::function<void(Future<R>)> function)
      : function_(std::move(function)) {}
  void call(FutureState& state) override {
    function_(FutureAccess::share(static_cast<TypedState<R>&>(state)));
  }

 private:
  std::function<void(Future<R>)> function_;
};

}  // namespace detail

template <typename R>
void Future<R>::add_done_callback(std::function<void(Future<R>)> callback) const {
  state().add_callback(std::make_unique<detail::FutureCallback<R>>(std::move(callback)));
}

}  // namespace poolscope

template <typename R>
struct std::hash<poolscope::Future<R>> {
  std::size_t operator()(const poolscope::Future<R>& future) const noexcept {
    return std::hash<const void*>{}(poolscope::detail::FutureAccess::identity(future));
  }
};
