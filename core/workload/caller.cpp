// SPDX-License-Identifier: Apache-2.0
#include "core/workload/caller.h"

#include "core/workload/steps.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace poolscope::workload {
namespace {

constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();
// A batch of which no page came is not repeated at once: it would fail as fast as it can be
// submitted, and real servers would have to refuse it as fast.
constexpr auto kPauseAfterNoPage = std::chrono::seconds(1);

/// Waits for the outcome, which is told to the trace as delivered, and drops it: an error is the
/// task's affair.
void await_outcome(const Future<void>& future, trace::BlockReason reason) {
  try {
    detail::FutureAccess::state(future).await_outcome({}, reason);
  } catch (const CancelledError&) {
    return;  // there will be no result, the caller goes on
  }
}

}  // namespace

Caller::Caller(ThreadPoolExecutor& pool, const Scenario& scenario, const Planner& planner,
               TaskRunner& runner, Options options, std::stop_token close)
    : pool_(pool),
      scenario_(scenario),
      planner_(planner),
      runner_(runner),
      most_tasks_(options.most_tasks),
      steady_(options.steady),
      close_(std::move(close)) {}

std::uint64_t Caller::tasks_of_batch() const {
  const Load& load = scenario_.load;
  return load.pattern == LoadPattern::nested ? load.tasks * (load.children + 1) : load.tasks;
}

void Caller::run() {
  const LoadPattern pattern = scenario_.load.pattern;
  if (pattern == LoadPattern::poisson || pattern == LoadPattern::burst) {
    run_open_load();
    return;
  }
  std::uint64_t left = most_tasks_.value_or(kEndless);
  for (std::uint64_t batch = 0; left > 0 && !close_.stop_requested(); ++batch) {
    const std::uint64_t count = std::min(left, tasks_of_batch());
    const std::uint64_t fruitless = runner_.fruitless();
    run_batch(batch, count);
    left -= most_tasks_ ? count : 0;
    if (left == 0 || close_.stop_requested()) {
      break;
    }
    if (runner_.fruitless() - fruitless >= count) {
      wait_until(Clock::now() + kPauseAfterNoPage);
    }
  }
  finish_batch(trace::BlockReason::result);  // of a steady load; else there is nothing left
}

void Caller::run_batch(std::uint64_t batch, std::uint64_t count) {
  switch (scenario_.load.pattern) {
    case LoadPattern::as_completed:
      results_as_completed(batch, count);
      break;
    case LoadPattern::nested:
      parents(batch, count);
      break;
    default:
      results_in_order(batch, count);
      break;
  }
}

/// map() and submit(): as many ahead as the buffer allows, then result, submit, result, submit, ...
void Caller::results_in_order(std::uint64_t batch, std::uint64_t count) {
  const Load& load = scenario_.load;
  const bool map = load.pattern == LoadPattern::map;
  const auto reason = map ? trace::BlockReason::map : trace::BlockReason::result;
  const bool buffered = map && load.buffer_size != 0 && load.results;
  for (std::uint64_t position = 0; position < count; ++position) {
    if (buffered && outstanding() >= load.buffer_size) {
      take_next(reason);
    }
    if (close_.stop_requested() || !submit(batch, position)) {
      break;
    }
  }
  if (!buffered || !steady_) {  // a buffer is refilled across batches
    end_batch(reason);
  }
}

void Caller::results_as_completed(std::uint64_t batch, std::uint64_t count) {
  for (std::uint64_t position = 0; position < count; ++position) {
    if (close_.stop_requested() || !submit(batch, position)) {
      break;
    }
  }
  if (scenario_.load.results && !steady_) {
    std::vector<Future<void>> futures;
    {
      const std::lock_guard lock(mutex_);
      futures.assign(outstanding_.begin(), outstanding_.end());
    }
    for (const Future<void>& future : poolscope::as_completed(std::move(futures))) {
      await_outcome(future, trace::BlockReason::result);  // done: this only takes it
    }
    const std::lock_guard lock(mutex_);
    outstanding_.clear();
  }
  end_batch(trace::BlockReason::wait);
}

/// A parent and its children count as tasks alike; the last parent of a short batch has fewer
/// children.
void Caller::parents(std::uint64_t batch, std::uint64_t count) {
  for (std::uint64_t position = 0; count > 0 && !close_.stop_requested(); ++position) {
    const std::uint64_t children = std::min(scenario_.load.children, count - 1);
    count -= children + 1;
    const TaskPlan plan = planner_.task(batch, position);
    if (!submit(plan,
                [this, batch, position, children] { run_parent(batch, position, children); })) {
      break;
    }
  }
  finish_batch(trace::BlockReason::result);
}

/// On a worker: submits its children to the same pool and waits for them there. If all workers do
/// so, nobody is left for the children: that is the lesson. A stop cancels them, which ends the
/// wait.
void Caller::run_parent(std::uint64_t batch, std::uint64_t position, std::uint64_t children) {
  runner_.run(planner_.task(batch, position));
  std::vector<Future<void>> futures;
  submit_children(batch, position, children, futures);
  // An exception of its own with the same words: a child's belongs to the child's future.
  std::optional<TaskFailed> error;
  for (const Future<void>& future : futures) {
    try {
      future.result();
    } catch (const std::exception& failure) {
      if (!error) {
        error.emplace(failure.what());
      }
    }
    const std::lock_guard lock(mutex_);
    children_.erase(future);
  }
  if (error && close_.stop_requested()) {
    throw TaskStopped();  // its children were taken from it
  }
  if (error) {
    throw TaskFailed(*error);
  }
}

void Caller::submit_children(std::uint64_t batch, std::uint64_t position, std::uint64_t children,
                             std::vector<Future<void>>& futures) {
  for (std::uint64_t child = 0; child < children; ++child) {
    const TaskPlan plan = planner_.child(batch, position, child);
    auto work = counted(
        [this, batch, position, child] { runner_.run(planner_.child(batch, position, child)); });
    try {
      futures.push_back(pool_.submit({.name = plan.kind->name, .priority = plan.kind->priority},
                                     std::move(work)));
    } catch (const std::runtime_error&) {
      if (close_.stop_requested()) {
        throw TaskStopped();  // the pool takes no more; those it took are cancelled
      }
      throw;
    }
    const std::lock_guard lock(mutex_);
    children_.insert(futures.back());
  }
}

/// Poisson arrivals and bursts: tasks come when their time has come, whether the pool keeps up or
/// not. Times are added up from the start, so that a late submit does not put off the ones after
/// it.
void Caller::run_open_load() {
  const std::uint64_t in_batch = tasks_of_batch();
  Clock::time_point arrival = arrivals_now();
  for (std::uint64_t n = 0; n < most_tasks_.value_or(kEndless); ++n) {
    arrival += gap(n / in_batch, n % in_batch);
    take_done();
    if (!wait_for_arrival(arrival) || !submit(n / in_batch, n % in_batch)) {
      break;
    }
  }
  finish_batch(trace::BlockReason::result);
}

Nanoseconds Caller::gap(std::uint64_t batch, std::uint64_t position) const {
  const Load& load = scenario_.load;
  if (load.pattern == LoadPattern::poisson) {
    return planner_.gap(batch, position);
  }
  const bool at_once =
      position == 0 ? batch == 0
                    : position > load.first && (position - load.first) % load.burst_size != 0;
  return at_once ? Nanoseconds(0) : load.interval;
}

bool Caller::submit(std::uint64_t batch, std::uint64_t position) {
  return submit(planner_.task(batch, position),
                [this, batch, position] { runner_.run(planner_.task(batch, position)); });
}

/// False once the pool takes no more.
bool Caller::submit(const TaskPlan& plan, std::function<void()> work) {
  if (steady_) {
    const std::lock_guard lock(queue_mutex_);
    ++submitted_;
  }
  try {
    Future<void> future = pool_.submit({.name = plan.kind->name, .priority = plan.kind->priority},
                                       counted(std::move(work)));
    const std::lock_guard lock(mutex_);
    outstanding_.push_back(std::move(future));
    return true;
  } catch (const std::system_error&) {
    throw;  // not one thread could be started
  } catch (const std::runtime_error&) {
    return false;  // the run was stopped
  }
}

/// `work` whose failure is counted by its text, on the worker and before anybody can see it.
std::function<void()> Caller::counted(std::function<void()> work) {
  return [this, work = std::move(work)] {
    leave_queue(1);
    try {
      work();
    } catch (const std::exception& error) {
      const std::lock_guard lock(failures_mutex_);
      ++failures_[error.what()];
      throw;
    }
  };
}

Failures Caller::failures() const {
  const std::lock_guard lock(failures_mutex_);
  Failures sum;
  for (const auto& [text, times] : failures_) {
    sum.count += times;
    if (times > sum.times) {
      sum.most_often = text;
      sum.times = times;
    }
  }
  return sum;
}

void Caller::take_next(trace::BlockReason reason) {
  Future<void> next;
  {
    const std::lock_guard lock(mutex_);
    if (outstanding_.empty()) {
      return;
    }
    next = outstanding_.front();  // stays in the list: it may still be cancelled while we wait
  }
  await_outcome(next, reason);
  const std::lock_guard lock(mutex_);
  outstanding_.pop_front();
}

/// Takes the results that are there already, in order, without waiting; forgets them where nobody
/// asks for results.
void Caller::take_done() {
  while (true) {
    Future<void> next;
    {
      const std::lock_guard lock(mutex_);
      if (outstanding_.empty() || !outstanding_.front().done()) {
        return;
      }
      next = std::move(outstanding_.front());
      outstanding_.pop_front();
    }
    if (scenario_.load.results) {
      await_outcome(next, trace::BlockReason::result);
    }
  }
}

/// Takes what is left. Where results are never asked for it only waits for the tasks' end, or
/// batches would pile up.
void Caller::finish_batch(trace::BlockReason reason) {
  if (scenario_.load.results) {
    while (outstanding() > 0) {
      take_next(reason);
    }
    return;
  }
  std::vector<Future<void>> futures;
  {
    const std::lock_guard lock(mutex_);
    futures.assign(outstanding_.begin(), outstanding_.end());
  }
  poolscope::wait(futures);
  const std::lock_guard lock(mutex_);
  outstanding_.clear();
}

/// Where the load is steady, a batch ends with its queue; its last tasks run beside the next one.
void Caller::end_batch(trace::BlockReason reason) {
  if (!steady_) {
    finish_batch(reason);
    return;
  }
  wait_for_empty_queue();
  take_done();
}

void Caller::leave_queue(std::uint64_t count) {
  if (!steady_ || count == 0) {
    return;
  }
  const std::lock_guard lock(queue_mutex_);
  left_queue_ += count;
  if (left_queue_ >= submitted_) {
    queue_empty_.notify_one();
  }
}

/// Or until the load is closed.
void Caller::wait_for_empty_queue() {
  std::unique_lock lock(queue_mutex_);
  queue_empty_.wait(lock, close_, [this] { return left_queue_ >= submitted_; });
}

std::size_t Caller::outstanding() const {
  const std::lock_guard lock(mutex_);
  return outstanding_.size();
}

/// False if the load was closed before.
bool Caller::wait_until(Clock::time_point time) const {
  std::mutex mutex;
  std::condition_variable_any alarm;
  std::unique_lock lock(mutex);
  alarm.wait_until(lock, close_, time, [] { return false; });
  return !close_.stop_requested();
}

void Caller::hold_arrivals(bool hold) {
  {
    const std::lock_guard lock(hold_mutex_);
    if (hold && !held_since_) {
      held_since_ = Clock::now();
    } else if (!hold && held_since_) {
      held_for_ += Clock::now() - *std::exchange(held_since_, std::nullopt);
    }
  }
  hold_changed_.notify_all();
}

/// The arrivals' own clock, which stands still while they are held: so much later come all that
/// were to come then, also where the caller was busy and saw the hold late or not at all.
Caller::Clock::time_point Caller::arrivals_now() {
  const std::lock_guard lock(hold_mutex_);
  return held_since_.value_or(Clock::now()) - held_for_;
}

/// `arrival` by the arrivals' own clock. False if the load was closed before.
bool Caller::wait_for_arrival(Clock::time_point arrival) {
  std::unique_lock lock(hold_mutex_);
  while (!close_.stop_requested()) {
    if (held_since_) {
      hold_changed_.wait(lock, close_, [this] { return !held_since_; });
      continue;
    }
    const Clock::time_point due = arrival + held_for_;
    if (Clock::now() >= due) {
      return true;
    }
    hold_changed_.wait_until(lock, close_, due, [this] { return held_since_.has_value(); });
  }
  return false;
}

void Caller::cancel_queued() {
  std::vector<Future<void>> futures;
  {
    const std::lock_guard lock(mutex_);
    futures.assign(outstanding_.begin(), outstanding_.end());
    futures.insert(futures.end(), children_.begin(), children_.end());
  }
  // Outside of the lock, the last first: a worker that becomes free meanwhile takes one that was to
  // be cancelled anyway.
  std::uint64_t cancelled = 0;
  for (auto future = futures.rbegin(); future != futures.rend(); ++future) {
    // One that was cancelled before says yes again.
    cancelled += !future->cancelled() && future->cancel() ? 1 : 0;
  }
  leave_queue(cancelled);
}

}  // namespace poolscope::workload
