// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/submit.h"

#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace poolscope {

namespace detail {

/// An element of a range as map() passes it on: moved, where the range was given away with what it
/// holds. What stands for an element without being a reference (vector<bool>'s) becomes the element
/// itself: a task must not look into a range that may be gone by then.
template <typename Range>
decltype(auto) pass_element(std::ranges::iterator_t<std::views::all_t<Range>>& it) {
  using It = std::ranges::iterator_t<std::views::all_t<Range>>;
  constexpr bool kOwned =
      !std::is_lvalue_reference_v<Range> && !std::ranges::view<std::remove_cvref_t<Range>>;
  if constexpr (!std::is_reference_v<std::iter_reference_t<It>> &&
                std::constructible_from<std::iter_value_t<It>, std::iter_reference_t<It>>) {
    return std::iter_value_t<It>(*it);
  } else if constexpr (kOwned) {
    return std::ranges::iter_move(it);
  } else {
    return *it;
  }
}
template <typename Range>
using Element = std::decay_t<decltype(pass_element<Range>(
    std::declval<std::ranges::iterator_t<std::views::all_t<Range>>&>()))>;

/// What a task of map() calls: a copy of the function, as submit() would take it; a function that
/// cannot be copied is shared by all tasks.
template <typename F>
class MapFunction {
 public:
  explicit MapFunction(F function) : function_(std::make_shared<F>(std::move(function))) {}
  template <typename... Args>
  decltype(auto) operator()(Args&&... args) const {
    return std::invoke(*function_, std::forward<Args>(args)...);
  }

 private:
  std::shared_ptr<F> function_;
};
template <typename F>
using MapCallable = std::conditional_t<std::is_copy_constructible_v<std::decay_t<F>>,
                                       std::decay_t<F>, MapFunction<std::decay_t<F>>>;

template <typename F, typename... Ranges>
using MapResult = TaskResult<MapCallable<F>, Element<Ranges>...>;

/// The inputs of a map() that are not yet submitted.
template <typename R>
struct MapSource {
  MapSource() = default;
  MapSource(const MapSource&) = delete;
  MapSource& operator=(const MapSource&) = delete;
  virtual ~MapSource() = default;
  /// Reads one input of each range and submits the call; empty when a range has ended.
  virtual std::optional<Future<R>> submit_next() = 0;
};

template <typename R, typename F, typename... Ranges>
class ZipSource final : public MapSource<R> {
 public:
  ZipSource(std::shared_ptr<PoolCore> core, const TaskOptions& task, F function, Ranges&&... ranges)
      : core_(std::move(core)),
        name_(task.name),
        priority_(task.priority),
        function_(std::move(function)),
        views_(std::views::all(std::forward<Ranges>(ranges))...),
        iterators_(std::apply(
            [](auto&... views) { return std::tuple(std::ranges::begin(views)...); }, views_)) {}

  std::optional<Future<R>> submit_next() override {
    return next(std::index_sequence_for<Ranges...>());
  }

 private:
  template <std::size_t... I>
  std::optional<Future<R>> next(std::index_sequence<I...> /*places*/) {
    // Steps before it reads, not after: an input may block, and is read only when its turn has
    // come.
    if (started_) {
      (++std::get<I>(iterators_), ...);
    }
    started_ = true;
    if (((std::get<I>(iterators_) == std::ranges::end(std::get<I>(views_))) || ...)) {
      return std::nullopt;
    }
    core_->refuse_if_closed();
    auto place = core_->wait_for_place();
    return submit_to(*core_, std::move(place), {.name = name_, .priority = priority_}, function_,
                     pass_element<Ranges>(std::get<I>(iterators_))...);
  }

  const std::shared_ptr<PoolCore> core_;
  const std::string name_;
  const int priority_;
  F function_;
  std::tuple<std::views::all_t<Ranges>...> views_;
  std::tuple<std::ranges::iterator_t<std::views::all_t<Ranges>>...> iterators_;
  bool started_ = false;
};

}  // namespace detail

/// The results of map(), in the order of the input: an input range, one pass, by one thread.
/// begin() and each ++ wait for the next result, throw what its task threw, or TimeoutError; either
/// ends the iteration and cancels the rest, unless MapOptions::continue_after_error: then another
/// ++ (or begin(), if that threw) gives the next result. Steps give R&& (std::monostate&& for
/// void). Once begun, going away cancels what was not handed out, without waiting; never begun, all
/// tasks run.
template <typename R>
class MapResults {
  using Value = std::conditional_t<
      std::is_void_v<R>, std::monostate,
      std::conditional_t<std::is_reference_v<R>, std::add_pointer_t<R>, std::remove_cv_t<R>>>;
  using Step = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

 public:
  class Iterator {
   public:
    using value_type = std::remove_cvref_t<Step>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(MapResults* range) : range_(range) {}
    Step&& operator*() const {
      if constexpr (std::is_reference_v<R>) {
        return static_cast<Step&&>(**range_->current_);
      } else {
        return std::move(*range_->current_);
      }
    }
    Iterator& operator++() {
      range_->step();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t /*end*/) const { return range_->ended(); }

   private:
    MapResults* range_ = nullptr;
  };

  /// Submits `ahead` calls, or all.
  MapResults(std::unique_ptr<detail::MapSource<R>> source, std::optional<std::size_t> ahead,
             const detail::Deadline& deadline, bool continue_after_error)
      : source_(std::move(source)),
        deadline_(deadline),
        continue_(continue_after_error) {
    const std::size_t count = ahead.value_or(std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < count && source_ != nullptr; ++i) {
      submit_next();
    }
  }
  MapResults(MapResults&& other) noexcept
      : source_(std::move(other.source_)),
        deadline_(other.deadline_),
        continue_(other.continue_),
        started_(std::exchange(other.started_, false)),
        futures_(std::exchange(other.futures_, {})),
        refused_(std::move(other.refused_)),
        current_(std::move(other.current_)) {}
  MapResults& operator=(MapResults&&) = delete;
  ~MapResults() {
    if (started_) {
      cancel_rest();
    }
  }

  /// Waits for the first result.
  Iterator begin() {
    if (!current_) {
      step();
    }
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool ended() const { return !current_; }

  void submit_next() {
    if (std::optional<Future<R>> future = source_->submit_next()) {
      futures_.push_back(std::move(*future));
    } else {
      source_.reset();
    }
  }

  void step() {
    started_ = true;
    current_.reset();
    if (futures_.empty()) {
      if (refused_ != nullptr) {
        std::rethrow_exception(std::exchange(refused_, nullptr));
      }
      return;
    }
    try {
      detail::FutureAccess::state(futures_.front())
          .await_outcome(deadline_, trace::BlockReason::map);
    } catch (const TimeoutError&) {
      cancel_rest();
      throw;
    } catch (const CancelledError&) {
      hand_out_error();
      throw;
    }
    try {
      take(detail::FutureAccess::state(futures_.front()));
    } catch (...) {
      hand_out_error();
      throw;
    }
    hand_out();
  }

  void take(detail::TypedState<R>& state) {
    if constexpr (std::is_void_v<R>) {
      state.take();
      current_.emplace();
    } else if constexpr (std::is_reference_v<R>) {
      current_.emplace(std::addressof(static_cast<std::remove_reference_t<R>&>(state.take())));
    } else {
      current_.emplace(state.take());
    }
  }

  /// The first future is done with; the next input may go. What refuses it comes after the results
  /// that are there.
  void hand_out() {
    futures_.pop_front();
    if (source_ == nullptr) {
      return;
    }
    try {
      submit_next();
    } catch (...) {
      refused_ = std::current_exception();
      source_.reset();
    }
  }

  void hand_out_error() {
    if (continue_) {
      hand_out();
    } else {
      cancel_rest();
    }
  }

  void cancel_rest() {
    source_.reset();
    refused_ = nullptr;
    for (const Future<R>& future : std::exchange(futures_, {})) {
      future.cancel();
    }
  }

  std::unique_ptr<detail::MapSource<R>> source_;  // null: no more input
  detail::Deadline deadline_;
  bool continue_;
  bool started_ = false;
  std::deque<Future<R>> futures_;  // submitted, not handed out
  std::exception_ptr refused_;     // why there is no more input, if it has not ended
  std::optional<Value> current_;
};

}  // namespace poolscope
