// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/completion_group.h"
#include "core/executor/future.h"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace poolscope {

namespace detail {

template <typename T>
inline constexpr bool kIsFuture = false;
template <typename R>
inline constexpr bool kIsFuture<Future<R>> = true;

template <typename T>
concept FutureRange = std::ranges::input_range<T> &&
    kIsFuture<std::remove_cvref_t<std::ranges::range_reference_t<T>>>;

template <FutureRange Range>
using FutureOf = std::remove_cvref_t<std::ranges::range_reference_t<Range>>;

/// The futures of `range`, each once, in the order of their first appearance.
template <FutureRange Range>
std::vector<FutureOf<Range>> distinct(Range&& range) {
  std::vector<FutureOf<Range>> futures;
  std::unordered_set<FutureOf<Range>> seen;
  for (auto&& future : range) {
    if (seen.insert(future).second) {
      futures.push_back(future);
    }
  }
  return futures;
}

template <typename R>
std::vector<FutureState*> states_of(const std::vector<Future<R>>& futures) {
  std::vector<FutureState*> states;
  states.reserve(futures.size());
  for (const Future<R>& future : futures) {
    states.push_back(&FutureAccess::state(future));
  }
  return states;
}

}  // namespace detail

/// What wait() gives: each future once, in the order of the input.
template <typename R>
struct WaitResult {
  std::vector<Future<R>> done;
  std::vector<Future<R>> not_done;
};

namespace detail {

template <FutureRange Range>
auto wait_until(Range&& range, const Deadline& deadline, ReturnWhen until) {
  auto futures = distinct(std::forward<Range>(range));
  const std::vector<FutureState*> states = states_of(futures);
  CompletionGroup(states).wait(deadline, until);
  WaitResult<typename FutureOf<Range>::value_type> result;
  for (auto& future : futures) {
    auto& side = future.done() ? result.done : result.not_done;
    side.push_back(std::move(future));
  }
  return result;
}

}  // namespace detail

/// Waits until all futures are done, one is, or one has failed (a cancelled one has not). Futures
/// of several pools may be mixed. Nothing given: returns at once.
template <detail::FutureRange Range>
auto wait(Range&& futures, ReturnWhen until = ReturnWhen::all_completed) {
  return detail::wait_until(std::forward<Range>(futures), {}, until);
}
/// The same for `timeout` at most, which is no error: what is not done by then is in not_done.
template <detail::FutureRange Range, typename Rep, typename Period>
auto wait(Range&& futures, std::chrono::duration<Rep, Period> timeout,
          ReturnWhen until = ReturnWhen::all_completed) {
  return detail::wait_until(std::forward<Range>(futures), detail::Deadline::after(timeout), until);
}

/// Futures as they are done; what as_completed() gives. An input range: one pass, by one thread.
/// Each step gives the future as an rvalue; once moved from there it is held here no longer.
template <typename R>
class AsCompleted {
 public:
  class Iterator {
   public:
    using value_type = Future<R>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(AsCompleted* range) : range_(range) {}
    Future<R>&& operator*() const { return std::move(range_->current_); }
    Iterator& operator++() {
      range_->step();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t /*end*/) const { return range_->ended_; }

   private:
    AsCompleted* range_ = nullptr;
  };

  AsCompleted(std::vector<Future<R>> futures, const detail::Deadline& deadline)
      : futures_(std::move(futures)),
        group_(std::make_unique<detail::CompletionGroup>(detail::states_of(futures_))),
        deadline_(deadline) {}
  AsCompleted(AsCompleted&&) noexcept = default;
  AsCompleted& operator=(AsCompleted&&) = delete;
  ~AsCompleted() = default;

  /// Waits for the first one; call it once.
  Iterator begin() {
    step();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  void step() {
    current_ = {};
    const std::optional<std::size_t> place = group_->next(deadline_);
    ended_ = !place;
    if (place) {
      current_ = std::move(futures_[*place]);
      detail::FutureAccess::state(current_).deliver();
    }
  }

  std::vector<Future<R>> futures_;
  std::unique_ptr<detail::CompletionGroup> group_;  // after futures_: it goes first
  detail::Deadline deadline_;
  Future<R> current_;
  bool ended_ = false;
};

/// The futures of a range, each once, as they are done: first those that are done already.
template <detail::FutureRange Range>
auto as_completed(Range&& futures) {
  using R = typename detail::FutureOf<Range>::value_type;
  return AsCompleted<R>(detail::distinct(std::forward<Range>(futures)), {});
}
/// The same for `timeout` at most, counted from this call. Then the step that would wait throws
/// TimeoutError "2 (of 4) futures unfinished"; what is done is given first.
template <detail::FutureRange Range, typename Rep, typename Period>
auto as_completed(Range&& futures, std::chrono::duration<Rep, Period> timeout) {
  using R = typename detail::FutureOf<Range>::value_type;
  const detail::Deadline deadline = detail::Deadline::after(timeout);
  return AsCompleted<R>(detail::distinct(std::forward<Range>(futures)), deadline);
}

}  // namespace poolscope
