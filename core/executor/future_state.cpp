// SPDX-License-Identifier: Apache-2.0
#include "core/executor/future_state.h"

#include "core/executor/errors.h"
#include "core/executor/pool_core.h"
#include "core/executor/spin.h"
#include "core/trace/blocked_scope.h"

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <shared_mutex>

namespace poolscope::detail {
namespace {

constexpr std::chrono::microseconds kResultSpin{5};

/// Few states have waiters at a time, so they share locks instead of having one each.
std::mutex& lock_of(const FutureState* state) {
  struct alignas(trace::kCacheLine) Padded {
    std::mutex mutex;
  };
  static constinit std::array<Padded, 64> locks;
  const auto address = reinterpret_cast<std::uintptr_t>(state);
  return locks[((address >> 6) ^ (address >> 12)) % locks.size()].mutex;
}

class Signal final : public Waiter {
 public:
  void on_done(Phase /*phase*/) noexcept override {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_one();  // with the mutex held: the waiter destroys this as soon as it may
  }

  bool wait(const Deadline& deadline) {
    std::unique_lock lock(mutex_);
    const auto set = [this] { return set_; };
    if (deadline.never()) {
      changed_.wait(lock, set);
      return true;
    }
    return changed_.wait_until(lock, deadline.at, set);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;  // guarded by mutex_
};

}  // namespace

FutureState::~FutureState() {
  drop_error();
  while (callbacks_ != nullptr) {  // of a promise that was given up: each would destroy the next
    callbacks_ = std::move(callbacks_->next_);
  }
  if (callback_errors_ != nullptr) {
    callback_errors_->drop();
  }
}

void FutureState::drop_error() noexcept {
  if (holds_ == Holds::error) {
    holds_ = Holds::nothing;
    std::destroy_at(&error_);
  }
}

void FutureState::set_error(std::exception_ptr error) noexcept {
  drop_error();
  std::construct_at(&error_, std::move(error));
  holds_ = Holds::error;
}

bool FutureState::leave_pending(Phase phase) noexcept {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  while (phase_of(word) == Phase::pending) {
    const std::uint32_t wanted = word | static_cast<std::uint32_t>(phase);
    if (word_.compare_exchange_weak(word, wanted, std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

std::unique_ptr<Callback> FutureState::settle(Phase phase) noexcept {
  // pairs with the acquire in phase() and with that of whoever sets kListened
  const std::uint32_t before = word_.fetch_add(from_running(phase), std::memory_order_acq_rel);
  return (before & kListened) != 0 ? announce() : nullptr;
}

bool FutureState::settle_unheard(Phase phase) noexcept {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  while ((word & kListened) == 0 && word >= kHandle) {
    const std::uint32_t wanted = word + from_running(phase) - kExecutor;
    // The orders of settle() and of drop().
    if (word_.compare_exchange_weak(word, wanted, std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

FutureState::Rest FutureState::settle_and_leave(Phase phase) noexcept {
  // as settle()
  word_.fetch_add(from_running(phase), std::memory_order_acq_rel);
  const std::lock_guard lock(lock_of(this));
  Rest rest = {.callbacks = take_callbacks()};
  Waiter* const waiters = std::exchange(waiters_, nullptr);
  if (rest.callbacks == nullptr) {
    // Before the waiters are told, while each has a future: who was told may let go of it at once,
    // and must not leave the value to this thread. From here on the state may be gone.
    rest.destroy = orphaned(word_.fetch_sub(kExecutor, std::memory_order_acq_rel) - kExecutor);
  }
  tell(waiters, phase);
  return rest;
}

std::unique_ptr<Callback> FutureState::announce() noexcept {
  const std::lock_guard lock(lock_of(this));
  tell(std::exchange(waiters_, nullptr), phase());
  return take_callbacks();
}

/// With the lock of their state held.
void FutureState::tell(Waiter* waiter, Phase phase) noexcept {
  while (waiter != nullptr) {
    Waiter* const next = waiter->next_;  // the waiter may be gone after it was told
    waiter->linked_ = false;
    waiter->on_done(phase);
    waiter = next;
  }
}

/// In the order in which they were added. With the lock of this state held.
std::unique_ptr<Callback> FutureState::take_callbacks() noexcept {
  std::unique_ptr<Callback> ordered;
  while (callbacks_ != nullptr) {
    std::unique_ptr<Callback> last = std::move(callbacks_);
    callbacks_ = std::move(last->next_);
    last->next_ = std::move(ordered);
    ordered = std::move(last);
  }
  return ordered;
}

void FutureState::run_callbacks(std::unique_ptr<Callback> callbacks) noexcept {
  while (callbacks != nullptr) {
    try {
      callbacks->call(*this);
    } catch (...) {
      report_callback_error();
    }
    callbacks = std::move(callbacks->next_);
  }
}

void FutureState::report_callback_error() noexcept {
  try {
    if (callback_errors_ != nullptr) {
      callback_errors_->handler(std::current_exception());
      return;
    }
    throw;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "poolscope: a done-callback failed: %s\n", error.what());
  } catch (...) {
    std::fputs("poolscope: a done-callback failed\n", stderr);
  }
}

bool FutureState::cancel() {
  {
    // A pool cannot go while a task of it is pending and this is held: see PoolCore::pin().
    const std::shared_lock pinned(PoolCore::pin());
    if (phase() != Phase::pending || !(core_ != nullptr ? core_->cancel(*this) : try_cancel())) {
      return phase() == Phase::cancelled;
    }
  }
  release();
  run_callbacks(announce());
  return true;
}

void FutureState::add_callback(std::unique_ptr<Callback> callback) {
  if (!done()) {
    const std::lock_guard lock(lock_of(this));
    callback->next_ = std::move(callbacks_);
    callbacks_ = std::move(callback);
    had_callbacks_ = true;
    // pairs with settle(): either it sees the flag and comes for the list, or this sees that it is
    // done
    const std::uint32_t before = word_.fetch_or(kListened, std::memory_order_acq_rel);
    if (!is_done(phase_of(before))) {
      return;
    }
    callback = std::move(callbacks_);
    callbacks_ = std::move(callback->next_);
  }
  run_callbacks(std::move(callback));
}

bool FutureState::add_waiter(Waiter& waiter) noexcept {
  const std::lock_guard lock(lock_of(this));
  const std::uint32_t before = word_.fetch_or(kListened, std::memory_order_acq_rel);
  if (is_done(phase_of(before))) {
    return false;
  }
  waiter.prev_ = nullptr;
  waiter.next_ = waiters_;
  if (waiters_ != nullptr) {
    waiters_->prev_ = &waiter;
  }
  waiters_ = &waiter;
  waiter.linked_ = true;
  return true;
}

void FutureState::remove_waiter(Waiter& waiter) noexcept {
  const std::lock_guard lock(lock_of(this));
  if (!waiter.linked_) {
    return;
  }
  (waiter.prev_ != nullptr ? waiter.prev_->next_ : waiters_) = waiter.next_;
  if (waiter.next_ != nullptr) {
    waiter.next_->prev_ = waiter.prev_;
  }
  waiter.linked_ = false;
}

bool FutureState::wait(const Deadline& deadline, trace::BlockReason reason) {
  if (done()) {
    return true;
  }
  if (deadline.passed()) {
    return done();
  }
  const std::uint64_t since_ns = trace::producer_of(tracer_).enabled() ? trace::now_ns() : 0;
  if (spin_until([this] { return done(); }, kResultSpin)) {
    return true;
  }
  Signal signal;
  if (!add_waiter(signal)) {
    return true;
  }
  const trace::BlockedScope blocked(tracer_, pool_, reason, task_id_, !deadline.never(), since_ns);
  if (signal.wait(deadline)) {
    return true;
  }
  remove_waiter(signal);
  return done();
}

void FutureState::await_outcome(const Deadline& deadline, trace::BlockReason reason) {
  if (!wait(deadline, reason)) {
    throw TimeoutError();
  }
  if (phase() == Phase::cancelled) {
    throw CancelledError();
  }
  deliver();
}

void FutureState::deliver() noexcept {
  if (tracer_ == 0 || (once_.load(std::memory_order_relaxed) & kDelivered) != 0 ||
      phase() == Phase::cancelled) {
    return;
  }
  trace::Producer& producer = trace::producer_of(tracer_);
  if (!producer.enabled() ||
      (once_.fetch_or(kDelivered, std::memory_order_relaxed) & kDelivered) != 0) {
    return;
  }
  producer.record({.time_ns = trace::now_ns(),
                   .task = task_id_,
                   .thread = producer.thread(),
                   .kind = trace::EventKind::result_delivered,
                   .pool = pool_});
}

}  // namespace poolscope::detail
