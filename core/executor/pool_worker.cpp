// SPDX-License-Identifier: Apache-2.0
// What the workers of a pool do: their coming and going, and the way of a task through one of them.
#include "core/base/thread_name.h"
#include "core/executor/errors.h"
#include "core/executor/native_thread.h"
#include "core/executor/pool_core.h"
#include "core/executor/spin.h"
#include "core/trace/clock.h"
#include "core/trace/current_task.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace poolscope::detail {
namespace {

/// How long an idle worker looks for work before it sleeps; a wake-up from sleep costs about as
/// much.
constexpr std::chrono::microseconds kSearch{50};

std::string describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return *known.what() != '\0' ? known.what() : "error";
  } catch (...) {
    return "unknown error";
  }
}

}  // namespace

/// Starts one more thread; it counts as idle from here on. False if the system refuses it. With the
/// mutex held.
bool PoolCore::start_worker() {
  if (!launch_worker()) {
    try {
      say_refused();
    } catch (const std::bad_alloc&) {  // so it is not said
    }
    return false;
  }
  refused_ = false;
  return true;
}

/// False if the system has no thread for it, or no memory: then nothing has changed.
bool PoolCore::launch_worker() {
  reap();  // of tasks that end their threads, there may be any number
  Worker* worker = nullptr;
  int error = ENOMEM;
  try {
    worker = free_slot();
    queue_.add_worker(worker->slot);
    worker->index = next_index_;
    worker->woken = false;
    worker->searcher = false;
    worker->joined = let_go_;
    worker->preparing = options_.initializer != nullptr;
    worker->ready_ns = 0;
    error =
        start_thread(worker->thread, [self = shared_from_this(), worker] { self->work(*worker); });
  } catch (const std::bad_alloc&) {
  }
  if (error != 0) {
    if (worker != nullptr) {
      queue_.remove_worker(worker->slot);
    }
    return false;
  }
  free_slots_.pop_back();
  live_.push_back(worker);
  if (let_go_) {
    pthread_detach(worker->thread);
  }
  ++next_index_;
  ++workers_;
  preparing_ += worker->preparing ? 1 : 0;
  publish();
  return true;
}

/// The last of free_slots_, where there is room then for all that a worker puts somewhere: it must
/// not lack memory when it sleeps or leaves. With the mutex held.
PoolCore::Worker* PoolCore::free_slot() {
  left_.reserve(left_.size() + live_.size() + 1);
  if (free_slots_.empty()) {
    const std::size_t count = slots_.size() + 1;
    free_slots_.reserve(count);
    live_.reserve(count);
    sleepers_.reserve(count);
    slots_.push_back(std::make_unique<Worker>());
    Worker* const fresh = slots_.back().get();
    fresh->slot = slots_.size() - 1;
    fresh->next_slot = last_slot_.load(std::memory_order_relaxed);
    last_slot_.store(fresh, std::memory_order_release);  // pairs with the acquire in unfinished()
    free_slots_.push_back(fresh);
  }
  return free_slots_.back();
}

/// Says, once until a thread starts again, that the pool goes on with the workers it has: in the
/// trace, or on stderr. With the mutex held.
void PoolCore::say_refused() {
  if (workers_ == 0 || std::exchange(refused_, true)) {
    return;  // who submits is told by an exception
  }
  const std::string text = prefix_ + ": the system refuses another thread; " +
                           std::to_string(workers_) + " of " + std::to_string(max_workers_) +
                           " workers go on";
  trace::Producer* const mine = producer();
  if (mine != nullptr && mine->enabled()) {
    tell(mine, trace::EventKind::marker, tracer_->intern(text));
  } else {
    std::fprintf(stderr, "poolscope: %s\n", text.c_str());
  }
}

/// Starts the workers that what is queued asks for and max_workers allows; false if the system
/// refuses one: then those that are there will do the work. With the mutex held.
bool PoolCore::staff() {
  while (short_of_workers()) {
    if (!start_worker()) {
      return false;
    }
  }
  return true;
}

/// Whom to wake because of what is queued, null for nobody; nobody either while a worker looks for
/// work, unless that is `overdue`. With the mutex held.
PoolCore::Worker* PoolCore::pick_wake(bool overdue) {
  if (paused_ || sleepers_.empty() || (somebody_looks() && !overdue)) {
    return nullptr;
  }
  const std::size_t awake = workers_ - sleepers_.size() - preparing_;
  const std::size_t waiting = queued();
  // The first look spares the count where the queue is long.
  if (waiting == 0 || (waiting <= awake && unfinished() <= awake)) {
    return nullptr;
  }
  Worker* const worker = take_sleeper();
  worker->woken = true;
  worker->searcher = !std::exchange(searching_, true);
  publish();
  return worker;
}

/// The sleeper to wake: of the last ones one that fell asleep on another core than this thread's,
/// which is at work, and keeps its core for milliseconds more. With the mutex held.
PoolCore::Worker* PoolCore::take_sleeper() {
  constexpr std::ptrdiff_t kLooks = 8;
  const int here = sched_getcpu();
  const auto found =
      std::find_if(sleepers_.rbegin(), sleepers_.rbegin() + std::min(kLooks, std::ssize(sleepers_)),
                   [here](const Worker* each) { return each->core != here; });
  const auto chosen =
      found == sleepers_.rend() || (*found)->core == here ? sleepers_.rbegin() : found;
  Worker* const worker = *chosen;
  sleepers_.erase(std::next(chosen).base());
  return worker;
}

/// Without the mutex held, for which the woken one would have to wait. The worker may be gone by
/// now, its memory is not.
void PoolCore::wake(Worker* worker) {
  if (worker != nullptr) {
    worker->wake.notify_one();
  }
}

/// Takes up to `count` sleepers out of their sleep, for other reasons than work. With the mutex
/// held.
std::vector<PoolCore::Worker*> PoolCore::wake_sleepers(std::size_t count) {
  std::vector<Worker*> woken;
  while (woken.size() < count && !sleepers_.empty()) {
    woken.push_back(sleepers_.back());
    sleepers_.pop_back();
    woken.back()->woken = true;
  }
  publish();
  return woken;
}

/// A worker's whole life. An exception passes through only where a task called pthread_exit().
void PoolCore::work(Worker& worker) {
  struct Leave {  // unless it was counted out where it was decided: then its slot may be another's
    PoolCore& core;
    Worker& worker;
    bool counted_out = false;
    ~Leave() {
      if (!counted_out) {
        Lock lock(core.mutex_);
        core.count_out(worker, lock);
      }
      t_current = {};
    }
  };
  t_current = {this, &worker};
  const std::string name = prefix_ + "_" + std::to_string(worker.index);
  set_current_thread_name(name);
  worker.producer = producer();
  if (tracer_ != nullptr) {
    tracer_->directory()->set_thread_name(worker.producer->thread(), name);
  }
  Leave at_end{*this, worker};
  if (!begin_work(worker)) {
    at_end.counted_out = true;
    return;
  }
  if (options_.initializer) {
    try {
      options_.initializer();
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      break_pool(error != nullptr ? error
                                  : std::make_exception_ptr(
                                        std::runtime_error("the initializer ended its thread")),
                 "A thread initializer failed, the thread pool is not usable anymore: ");
      if (error == nullptr) {
        throw;  // pthread_exit() must go on, as in Task::run()
      }
      return;
    }
  }
  loop(worker);
  at_end.counted_out = true;
}

/// Says that the worker is there. False if max_workers fell before it was: then it never was, and
/// is counted out.
bool PoolCore::begin_work(Worker& worker) {
  const trace::NameId name =
      tracer_ != nullptr ? tracer_->intern(prefix_ + "_" + std::to_string(worker.index)) : 0;
  Lock lock(mutex_);
  if (workers_ > max_workers_) {
    count_out(worker, lock);
    return false;
  }
  worker.begun = true;
  tell(worker.producer, trace::EventKind::worker_started, trace::worker_detail(name, worker.index));
  return true;
}

/// The worker's initializer is over: from here on it takes tasks. With the mutex held.
void PoolCore::end_preparing(Worker& worker) {
  preparing_ -= std::exchange(worker.preparing, false) ? 1 : 0;
}

/// Counts the worker out, in the same stretch of the lock in which its end was decided, so that no
/// other one leaves for the same reason. Its slot may be reused as soon as the lock, which this
/// gives up, is free. The mutex also makes its last event earlier than the first one of who takes
/// its place.
void PoolCore::count_out(Worker& worker, Lock& lock) {
  if (std::exchange(worker.begun, false)) {
    tell(worker.producer, trace::EventKind::worker_exited, workers_ > max_workers_ ? 1 : 0);
  }
  end_preparing(worker);
  --workers_;
  publish();
  queue_.remove_worker(worker.slot);
  std::erase(live_, &worker);
  if (!worker.joined) {
    left_.push_back(worker.thread);
  }
  free_slots_.push_back(&worker);
  const bool stranded = !staff() && workers_ == 0;
  Worker* const to_wake = pick_wake();
  lock.unlock();
  wake(to_wake);
  if (stranded) {
    strand();
  }
}

/// There is work and no worker, nor will be one: threads ended, and others cannot start. What waits
/// must not do so for ever.
void PoolCore::strand() {
  break_pool(std::make_exception_ptr(std::system_error(EAGAIN, std::generic_category(),
                                                       "cannot start a worker thread")),
             "No worker is left, the thread pool is not usable anymore: ");
}

/// Works until the worker is surplus or the pool has ended; then it is counted out.
void PoolCore::loop(Worker& worker) {
  bool searched = false;
  int collisions = 0;
  Lock lock = lock_soon(mutex_);
  end_preparing(worker);
  while (workers_ <= max_workers_) {
    if (FutureState* const task = paused_ ? nullptr : next_task(worker)) {
      Worker* const to_wake = pick_wake();
      lock.unlock();
      wake(to_wake);
      run(worker, *task);
      searched = false;
      if (!lock_again(lock, collisions)) {
        stand_back(worker, lock);
      }
    } else if (shut_down_ && queued() == 0) {
      break;
    } else {
      sleep_or_search(worker, searched, lock);
    }
  }
  count_out(worker, lock);
}

/// Takes the next task and makes it run, under the mutex: so none starts after pause() returned.
/// The clock is not read again if the worker comes straight from another task, or from the intake,
/// and the task was waiting by then.
FutureState* PoolCore::next_task(Worker& worker) {
  FutureState* const task = take(&worker);
  if (task != nullptr) {
    task->leave_pending(Phase::running);
  }
  if (task != nullptr && worker.producer != nullptr && worker.producer->enabled()) {
    const std::uint64_t ready = worker.ready_ns;
    const bool known = ready != 0 && ready >= startable_ns_;
    tell_at(known ? ready : trace::now_ns(), worker.producer, trace::EventKind::task_started, 0,
            task->task_id_, trace::Outcome::ok);
  }
  if (options_.queue_capacity != 0) {
    grant_places();
  }
  return task;
}

/// One worker at a time looks for work before it sleeps, and nobody is woken while it does: a
/// wake-up costs its caller more than many tasks do.
void PoolCore::sleep_or_search(Worker& worker, bool& searched, Lock& lock) {
  worker.ready_ns = 0;
  if (!searched && !searching_ && !paused_ && may_spin()) {
    searched = true;
    search(lock, [this] { spin_until([this] { return queued() != 0; }, kSearch); });
    return;
  }
  searched = true;
  sleep(worker, lock);
}

/// Locks the mutex again after a task; false, without it, if that worker had better stand back: it
/// found the mutex taken time after time, or could not get it soon.
bool PoolCore::lock_again(Lock& lock, int& collisions) {
  constexpr int kMostCollisions = 2;  // in a row
  if (lock.try_lock()) {
    collisions = 0;
    return true;
  }
  if (++collisions < kMostCollisions) {
    lock = try_lock_soon(mutex_);
    if (lock.owns_lock()) {
      return true;
    }
  }
  collisions = 0;
  return false;
}

/// Two workers that empty the queue by turns are slower than one of them: each takes the lock and
/// what it guards from the other, and one that loses its core while it holds the lock stops all. So
/// one of them stays away from both while the other one is fast. It counts as one who looks for
/// work, which it does in the end. If there is such a one already, this one sleeps.
void PoolCore::stand_back(Worker& worker, Lock& lock) {
  worker.ready_ns = 0;
  if (standing_back_.exchange(true)) {
    lock.lock();
    // A surplus worker leaves, nobody would wake it to do so.
    if (!paused_ && !shut_down_ && workers_ <= max_workers_ && somebody_looks()) {
      sleep(worker, lock);
    }
    return;
  }
  constexpr int kPauses = 16;         // of about a microsecond
  constexpr std::uint64_t kFast = 3;  // tasks in the meantime
  const auto end = std::chrono::steady_clock::now() + kSearch;
  std::uint64_t before = 0;
  std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  do {
    before = taken;
    std::this_thread::yield();
    for (int i = 0; i < kPauses; ++i) {
      relax_cpu();
    }
    taken = taken_.load(std::memory_order_relaxed);
  } while (taken - before >= kFast && std::chrono::steady_clock::now() < end);
  // Before the lock: who submitted and saw it set is seen in what follows.
  standing_back_.store(false);
  lock = lock_soon(mutex_);
}

/// Looks for work in the way of `look`, with the mutex free; nobody is woken meanwhile.
void PoolCore::search(Lock& lock, const auto& look) {
  searching_ = true;
  publish();
  lock.unlock();
  look();
  lock.lock();
  searching_ = false;
  publish();
}

void PoolCore::sleep(Worker& worker, Lock& lock) {
  sleepers_.push_back(&worker);
  worker.woken = false;
  worker.core = sched_getcpu();
  publish();
  // Submitted before it could be seen that this worker sleeps?
  if (!paused_ && !somebody_looks() && queued() != 0) {
    sleepers_.pop_back();
    publish();
    return;
  }
  worker.wake.wait(lock, [&] { return worker.woken; });
  if (std::exchange(worker.searcher, false)) {
    searching_ = false;
    publish();
  }
}

void PoolCore::run(Worker& worker, FutureState& task) {
  struct Finish {  // also where the task ends its thread
    PoolCore& core;
    Worker& worker;
    FutureState& task;
    const bool measure;
    const std::uint64_t cpu_before;
    bool ok = false;
    ~Finish() {
      core.finish_task(worker, task, ok, measure ? trace::thread_cpu_ns() - cpu_before : 0);
    }
  };
  if (tracer_ != nullptr) {
    trace::t_current_task = {tracer_, task.task_id_, pool_id_};
  }
  const bool measure =
      options_.measure_cpu_time && worker.producer != nullptr && worker.producer->enabled();
  Finish finish{*this, worker, task, measure, measure ? trace::thread_cpu_ns() : 0};
  finish.ok = task.run();
}

void PoolCore::finish_task(Worker& worker, FutureState& task, bool ok, std::uint64_t cpu_ns) {
  const std::uint64_t id = task.task_id_;
  const bool told = worker.producer != nullptr && worker.producer->enabled();
  const trace::NameId error = told && !ok ? tracer_->intern(describe(task.error())) : 0;
  const bool unobserved = task.unobserved();
  if (unobserved) {
    task.drop_executor();  // first of all: the value's destructor may take its time
  }
  if (worker.producer != nullptr) {
    trace::t_current_task = {};
    worker.ready_ns = tell(worker.producer, trace::EventKind::task_finished,
                           trace::finished_detail(cpu_ns, error), id,
                           ok ? trace::Outcome::ok : trace::Outcome::error);
  }
  // Before the result is visible: who then submits finds this worker idle.
  const std::uint64_t finished = worker.finished.load(std::memory_order_relaxed);
  worker.finished.store(finished + 1, std::memory_order_release);
  const Phase phase = ok ? Phase::value : Phase::error;
  if (unobserved || task.settle_unheard(phase)) {
    return;
  }
  auto [callbacks, destroy] = task.settle_and_leave(phase);
  if (callbacks == nullptr && !destroy) {
    return;
  }
  // Not so where there are callbacks to run, or a value to destroy: that may take long, or wait for
  // what others submit.
  Worker* to_wake = nullptr;
  {
    const Lock lock(mutex_);
    worker.finished.store(finished, std::memory_order_release);
    staff();
    to_wake = pick_wake();
  }
  wake(to_wake);
  if (callbacks != nullptr) {
    task.run_callbacks(std::move(callbacks));
    task.drop_executor();
  } else {
    task.destroy();
  }
  worker.ready_ns = 0;
  worker.finished.store(finished + 1, std::memory_order_release);
}

/// The initializer failed, or no worker is left: nothing that waits will run, nor will anything
/// come. `what` comes before the words of the cause.
void PoolCore::break_pool(std::exception_ptr cause, const char* what) {
  std::exception_ptr broken;
  const std::string reason = describe(cause);
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(BrokenThreadPool(what + reason));
    }
  } catch (...) {
    broken = std::current_exception();
  }
  trace::Producer* const mine = producer();
  const trace::NameId reason_id = mine != nullptr ? tracer_->intern(reason) : trace::NameId{0};
  std::vector<FutureState*> orphans;
  {
    const Lock lock(mutex_);
    if (broken_ == nullptr) {
      broken_ = broken;
      close_intake();
      tell(mine, trace::EventKind::pool_broken, reason_id);
    }
    while (FutureState* task = take(nullptr)) {
      task->leave_pending(Phase::running);
      task->set_error(broken_);
      tell(mine, trace::EventKind::task_finished, trace::finished_detail(0, reason_id),
           task->task_id_, trace::Outcome::error);
      orphans.push_back(task);
    }
    for (BlockedSubmit* each : blocked_) {
      each->granted_or_refused.notify_one();
    }
  }
  for (FutureState* task : orphans) {
    task->release();
    task->run_callbacks(task->settle(Phase::error));
    task->drop_executor();
  }
}

}  // namespace poolscope::detail
