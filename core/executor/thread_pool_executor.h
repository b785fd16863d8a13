// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/errors.h"
#include "core/executor/future.h"
#include "core/executor/map.h"
#include "core/executor/options.h"
#include "core/executor/submit.h"
#include "core/executor/wait.h"

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace poolscope {

namespace detail {
class ScheduleAwaiter;

template <typename F, typename... Args>
concept Submittable = std::invocable<std::decay_t<F>, std::decay_t<Args>...>;
template <typename F, typename... Ranges>
concept Mappable = sizeof...(Ranges) > 0 && (std::ranges::input_range<Ranges> && ...) &&
                   (std::ranges::viewable_range<Ranges> && ...) &&
                   std::invocable<MapCallable<F>, Element<Ranges>...>;
}  // namespace detail

/// Runs callables on a pool of threads; submit(), map() and shutdown() as Python's
/// concurrent.futures.ThreadPoolExecutor. Beyond it: named and prioritised tasks, a bounded queue,
/// other queue disciplines, max_workers that changes while it works, pause and resume, events for a
/// tracer. A worker counts as idle before its result is visible, so that submit(f).result() in a
/// loop uses one thread; while it runs done-callbacks it does not. Threads: any, tasks and
/// callbacks included. Not for objects of static lifetime: at exit nobody joins the workers.
class ThreadPoolExecutor {
 public:
  /// No thread starts before it is needed.
  ThreadPoolExecutor() : ThreadPoolExecutor(ExecutorOptions{}) {}
  explicit ThreadPoolExecutor(ExecutorOptions options)
      : core_(std::make_shared<detail::PoolCore>(std::move(options))) {}
  ThreadPoolExecutor(const ThreadPoolExecutor&) = delete;
  ThreadPoolExecutor& operator=(const ThreadPoolExecutor&) = delete;
  /// shutdown(): what is queued still runs, and this waits for it, also if the pool is paused. On a
  /// worker of this pool it does not wait: the workers end on their own.
  ~ThreadPoolExecutor() { core_->finish(); }

  /// Queues a call of copies of the arguments (std::ref to share, move-only ones are moved); they
  /// are destroyed before the result is visible. Blocks only if the queue is bounded and full; a
  /// worker of this pool is let through. Throws BrokenThreadPool; std::runtime_error after
  /// shutdown(); std::system_error if not one worker can be started.
  template <typename F, typename... Args>
  requires detail::Submittable<F, Args...> Future<detail::TaskResult<F, Args...>> submit(
      F&& function, Args&&... arguments) {
    return submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(arguments)...);
  }
  template <typename F, typename... Args>
  requires detail::Submittable<F, Args...> Future<detail::TaskResult<F, Args...>> submit(
      TaskOptions options, F&& function, Args&&... arguments) {
    auto place = core_->wait_for_place();
    return detail::submit_to(*core_, std::move(place), options, std::forward<F>(function),
                             std::forward<Args>(arguments)...);
  }

  /// As submit(), but empty when a bounded queue is full; then nothing was moved from.
  template <typename F, typename... Args>
  requires detail::Submittable<F, Args...> std::optional<Future<detail::TaskResult<F, Args...>>>
  try_submit(F&& function, Args&&... arguments) {
    return try_submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(arguments)...);
  }
  template <typename F, typename... Args>
  requires detail::Submittable<F, Args...> std::optional<Future<detail::TaskResult<F, Args...>>>
  try_submit(TaskOptions options, F&& function, Args&&... arguments) {
    auto place = core_->try_place();
    if (!place) {
      return std::nullopt;
    }
    return detail::submit_to(*core_, std::move(*place), options, std::forward<F>(function),
                             std::forward<Args>(arguments)...);
  }

  /// Calls `function` with the elements of the ranges, side by side, until the shortest ends. Reads
  /// and submits now, all or MapOptions::buffer_size of them, in this thread; later ones as results
  /// are taken. lvalue ranges must outlive the results; rvalue ranges are kept, their elements
  /// moved. The function is copied for each task, or shared by them if it cannot be copied.
  template <typename F, typename... Ranges>
  requires detail::Mappable<F, Ranges...> MapResults<detail::MapResult<F, Ranges...>> map(
      F&& function, Ranges&&... ranges) {
    return map(MapOptions{}, std::forward<F>(function), std::forward<Ranges>(ranges)...);
  }
  template <typename F, typename... Ranges>
  requires detail::Mappable<F, Ranges...> MapResults<detail::MapResult<F, Ranges...>> map(
      MapOptions options, F&& function, Ranges&&... ranges) {
    using R = detail::MapResult<F, Ranges...>;
    using Callable = detail::MapCallable<F>;
    if (options.buffer_size == std::size_t{0}) {
      throw std::invalid_argument("buffer_size must be greater than 0");
    }
    const detail::Deadline deadline =
        options.timeout ? detail::Deadline::after(*options.timeout) : detail::Deadline{};
    auto source = std::make_unique<detail::ZipSource<R, Callable, Ranges...>>(
        core_, options.task, Callable(std::forward<F>(function)), std::forward<Ranges>(ranges)...);
    return MapResults<R>(std::move(source), options.buffer_size, deadline,
                         options.continue_after_error);
  }

  /// Takes no more work; what is queued still runs, or is cancelled. Waits until all workers have
  /// ended; on a worker of this pool that would be for ever, so it throws std::logic_error, having
  /// stopped the intake.
  void shutdown(bool wait = true, bool cancel_futures = false) {
    core_->shutdown(wait, cancel_futures);
  }

  /// Live, up and down; limits as of ExecutorOptions. Starts workers for what is queued; surplus
  /// workers end when they next are idle, no task is interrupted. Does not wait.
  void set_max_workers(std::size_t count) { core_->set_max_workers(count); }
  std::size_t max_workers() const { return core_->max_workers(); }
  /// Threads that were started and have not ended.
  std::size_t worker_count() const { return core_->worker_count(); }
  /// Tasks that wait for a worker; cancelled ones do not.
  std::size_t queue_depth() const { return core_->queue_depth(); }
  /// How often a worker's submit to its own pool went beyond the queue's capacity.
  std::size_t overfull_submits() const { return core_->overfull_submits(); }
  /// The prefix of the workers' names.
  const std::string& thread_name_prefix() const { return core_->prefix(); }

  /// When it returns no task starts any more; running ones finish. After shutdown() it does
  /// nothing.
  void pause() { core_->pause(); }
  void resume() { core_->resume(); }

 private:
  friend class detail::ScheduleAwaiter;

  std::shared_ptr<detail::PoolCore> core_;
};

}  // namespace poolscope
