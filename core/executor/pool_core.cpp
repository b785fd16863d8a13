// SPDX-License-Identifier: Apache-2.0
#include "core/executor/pool_core.h"

#include "core/executor/errors.h"
#include "core/executor/native_thread.h"
#include "core/executor/spin.h"
#include "core/trace/blocked_scope.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace poolscope::detail {
namespace {

std::string prefix_or_default(const std::string& prefix) {
  static constinit std::atomic<std::uint64_t> count{0};
  if (!prefix.empty()) {
    return prefix;
  }
  return "ThreadPoolExecutor-" + std::to_string(count.fetch_add(1, std::memory_order_relaxed));
}

std::size_t checked_max_workers(std::size_t count) {
  if (count == 0) {
    throw std::invalid_argument("max_workers must be greater than 0");
  }
  if (count > kMaxWorkersLimit) {
    throw std::invalid_argument("max_workers must not be greater than " +
                                std::to_string(kMaxWorkersLimit));
  }
  return count;
}

/// Before anything is made of them.
ExecutorOptions checked(ExecutorOptions options) {
  checked_max_workers(options.max_workers);
  return options;
}

}  // namespace

bool may_spin() {
  static const bool several = usable_cores() > 1;
  return several;
}

constinit thread_local PoolCore::CurrentWorker PoolCore::t_current;

PoolCore::PoolCore(ExecutorOptions options)
    : options_(checked(std::move(options))),
      prefix_(prefix_or_default(options_.thread_name_prefix)),
      callback_errors_(options_.on_callback_error ? new CallbackErrors{options_.on_callback_error}
                                                  : nullptr),
      tracer_(options_.tracer),
      pool_id_(tracer_ != nullptr ? tracer_->next_pool_id() : trace::PoolId{0}),
      plain_(options_.queue_discipline == QueueDiscipline::fifo && options_.queue_capacity == 0),
      queue_(options_.queue_discipline),
      max_workers_(options_.max_workers) {
  if (tracer_ != nullptr) {
    tell(producer(), trace::EventKind::pool_created,
         trace::pool_detail(static_cast<std::uint32_t>(max_workers_), tracer_->intern(prefix_)));
  }
}

PoolCore::~PoolCore() {
  {  // Whoever found a task of ours pending may still be in cancel().
    const std::lock_guard nobody_in_use(pin());
  }
  if (callback_errors_ != nullptr) {  // not under the lock: what it captured may cancel a task
    callback_errors_->drop();
  }
}

std::shared_mutex& PoolCore::pin() {
  static std::shared_mutex mutex;
  return mutex;
}

trace::Producer* PoolCore::producer() const {
  return tracer_ != nullptr ? &tracer_->producer() : nullptr;
}

/// Records what happens now; gives the time, 0 if nobody listens.
std::uint64_t PoolCore::tell(trace::Producer* producer, trace::EventKind kind, std::uint64_t detail,
                             std::uint64_t task, trace::Outcome outcome) const {
  if (producer == nullptr || !producer->enabled()) {
    return 0;
  }
  const std::uint64_t now = trace::now_ns();
  tell_at(now, producer, kind, detail, task, outcome);
  return now;
}

void PoolCore::tell_at(std::uint64_t time_ns, trace::Producer* producer, trace::EventKind kind,
                       std::uint64_t detail, std::uint64_t task, trace::Outcome outcome) const {
  producer->record({.time_ns = time_ns,
                    .task = task,
                    .thread = producer->thread(),
                    .kind = kind,
                    .outcome = outcome,
                    .pool = pool_id_,
                    .detail = detail});
}

// --- Submitting

void PoolCore::throw_if_closed() const {
  if (broken_ != nullptr) {  // first, as in CPython: also after a shutdown
    std::rethrow_exception(broken_);
  }
  if (shut_down_) {
    throw std::runtime_error("cannot schedule new futures after shutdown");
  }
}

void PoolCore::refuse_if_closed() const {
  if (intake_.closed.load(std::memory_order_acquire)) {  // pairs with the release in close_intake()
    const Lock lock(mutex_);
    throw_if_closed();
  }
}

/// Whether a place was free, and is taken now.
bool PoolCore::take_place_locked() {
  const bool full = queued() + places_ >= options_.queue_capacity || !blocked_.empty();
  if (full && !own_worker()) {
    return false;
  }
  overfull_ += full ? 1 : 0;
  ++places_;
  return true;
}

PoolCore::Place PoolCore::wait_for_place() {
  if (options_.queue_capacity == 0) {
    return {};
  }
  trace::Producer* const mine =
      producer();  // before the mutex: the first one of a thread allocates
  Lock lock(mutex_);
  throw_if_closed();
  if (take_place_locked()) {
    return Place(this);
  }
  BlockedSubmit self;
  blocked_.push_back(&self);
  {
    const trace::BlockedScope blocked(mine != nullptr ? tracer_->id() : 0, pool_id_,
                                      trace::BlockReason::full_queue, 0);
    self.granted_or_refused.wait(lock,
                                 [&] { return self.granted || shut_down_ || broken_ != nullptr; });
  }
  if (!self.granted) {
    blocked_.remove(&self);
    throw_if_closed();
  }
  return Place(this);
}

std::optional<PoolCore::Place> PoolCore::try_place() {
  if (options_.queue_capacity == 0) {
    return Place();
  }
  const Lock lock(mutex_);
  throw_if_closed();
  if (!take_place_locked()) {
    return std::nullopt;
  }
  return Place(this);
}

void PoolCore::give_back_place() {
  const Lock lock(mutex_);
  --places_;
  grant_places();
}

/// Lets blocked submitters in, the oldest first, as far as there is room. With the mutex held.
void PoolCore::grant_places() {
  while (!blocked_.empty() && queued() + places_ < options_.queue_capacity) {
    BlockedSubmit* const first = blocked_.front();
    blocked_.pop_front();
    ++places_;
    first->granted = true;
    first->granted_or_refused.notify_one();  // with the mutex held: it lives on that thread's stack
  }
}

void PoolCore::submit(FutureState& task, const TaskOptions& options, Place place) {
  trace::Producer* const mine = producer();
  const bool told = mine != nullptr && mine->enabled();
  const trace::NameId name = told ? tracer_->intern(options.name) : trace::NameId{0};
  task.core_ = this;
  task.priority_ = options.priority;
  if (callback_errors_ != nullptr) {
    callback_errors_->add();
    task.callback_errors_ = callback_errors_;
  }
  if (mine != nullptr) {
    task.task_id_ = tracer_->next_task_id();
    task.tracer_ = tracer_->id();
    task.pool_ = pool_id_;
  }
  if (plain_ && (attention_.load(std::memory_order_relaxed) & kFirst) == 0) {
    const Enqueued enqueued = enqueue(task, mine, name);
    if (enqueued.accepted) {
      // seq_cst, after pushed_ was written: see the class
      const std::uint8_t attention = attention_.load(std::memory_order_seq_cst);
      const bool overdue = enqueued.overdue && (attention & kAsleep) != 0;
      if (((attention & kWake) != 0 && !standing_back_.load()) || overdue ||
          ((attention & kGrow) != 0 && unfinished() > workers_.load())) {
        attend(overdue);
      }
      return;
    }
  }
  Worker* to_wake = nullptr;
  {
    const Lock lock = lock_soon(mutex_);
    throw_if_closed();
    if (short_of_workers(1) && !start_worker() && workers_ == 0) {
      throw std::system_error(EAGAIN, std::generic_category(), "cannot start a worker thread");
    }
    // With the mutex held, so that the order of these events is that of the queue.
    if (plain_) {
      enqueue(task, mine, name);
    } else {
      queue_.push(task, own_worker() ? std::optional(t_current.worker->slot) : std::nullopt);
      task.add_first_executor();
      start_only_after(tell(mine, trace::EventKind::task_queued, name, task.task_id_));
      pushed_.store(pushed_.load(std::memory_order_relaxed) + 1);
    }
    if (place.core_ != nullptr) {
      place.core_ = nullptr;
      --places_;
    }
    to_wake = pick_wake();
  }
  wake(to_wake);
}

/// Puts a task into the intake, unless that is closed. A worker that looks for work finds it within
/// a microsecond, one that was woken to do so within fifty; if many tasks later it has not, another
/// thread runs on its core, perhaps the very one that submits, and will for milliseconds.
PoolCore::Enqueued PoolCore::enqueue(FutureState& task, trace::Producer* mine, trace::NameId name) {
  const std::lock_guard lock(intake_.lock);
  if (intake_.closed.load(std::memory_order_relaxed)) {
    return {};
  }
  // Before anybody can start the task, and with the lock held, so that the order of these events is
  // that of the queue.
  tell(mine, trace::EventKind::task_queued, name, task.task_id_);
  task.add_first_executor();
  intake_.tasks.push_back(task);
  ++intake_.count;
  pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  constexpr std::size_t kMany = 1024;
  return {.accepted = true, .overdue = intake_.count % kMany == 0};
}

/// What a submit to the intake leaves to do: one more worker, or one to be woken.
void PoolCore::attend(bool overdue) {
  Worker* to_wake = nullptr;
  bool stranded = false;
  {
    const Lock lock = lock_soon(mutex_);
    // Refused: those that are there will do the work.
    stranded = short_of_workers() && !start_worker() && workers_ == 0;
    to_wake = pick_wake(overdue);
  }
  wake(to_wake);
  if (stranded) {
    strand();
  }
}

/// Moves what was submitted into the queue; whether there was anything. With the mutex held.
bool PoolCore::refill() {
  if (!plain_) {
    return false;
  }
  TaskList tasks;
  std::size_t count = 0;
  {
    const std::lock_guard lock(intake_.lock);
    tasks.append(intake_.tasks);
    count = std::exchange(intake_.count, 0);
  }
  queue_.append(tasks, count);
  if (count != 0 && tracer_ != nullptr) {
    startable_ns_ = std::max(startable_ns_, trace::now_ns());
  }
  return count != 0;
}

/// No task starts at the time of this event or before; 0: it was not told. With the mutex held.
void PoolCore::start_only_after(std::uint64_t time_ns) {
  startable_ns_ = std::max(startable_ns_, time_ns + 1);
}

/// Takes the next task, which is still pending, out of the queue, for `worker` to run or (null) for
/// nobody; null if there is none. With the mutex held.
FutureState* PoolCore::take(Worker* worker) {
  if (queue_.empty() && refill() && worker != nullptr) {
    worker->ready_ns = startable_ns_;
  }
  FutureState* const task = worker != nullptr ? queue_.pop(worker->slot) : queue_.pop_any();
  if (task == nullptr) {
    return nullptr;
  }
  if (worker == nullptr) {
    count_unrun();
  }
  count_taken();
  return task;
}

/// With the mutex held. Who reads taken_ without it may see it late, and the queue too long.
void PoolCore::count_taken() {
  taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// One was taken out that no worker runs. With the mutex held.
void PoolCore::count_unrun() {
  unrun_.store(unrun_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// With the mutex held.
void PoolCore::close_intake() {
  const std::lock_guard lock(intake_.lock);
  intake_.closed.store(true, std::memory_order_release);
}

/// Tasks that wait. Exact with the mutex and the intake's lock held; else never less than what
/// waited all the time.
std::size_t PoolCore::queued() const {
  // taken_ first: what is pushed and taken meanwhile makes the number too large, not too small.
  const std::uint64_t taken = taken_.load(std::memory_order_acquire);
  return static_cast<std::size_t>(pushed_.load(std::memory_order_seq_cst) - taken);
}

/// Tasks that wait or are at work. Never less than these were all the time; what the calling thread
/// knows to be done is left out, as a worker counts its task before it shows the outcome.
std::uint64_t PoolCore::unfinished() const {
  std::uint64_t ended = unrun_.load(std::memory_order_acquire);
  for (const Worker* each = last_slot_.load(std::memory_order_acquire); each != nullptr;
       each = each->next_slot) {
    ended += each->finished.load(std::memory_order_acquire);
  }
  return pushed_.load(std::memory_order_seq_cst) - ended;
}

/// Whether one more worker should be there, for what is unfinished and `coming` tasks more. With
/// the mutex held. The intake is locked, too, while it counts: so what is submitted and done
/// meanwhile does not count as waiting, and who submits afterwards sees all that was written
/// before: also that a worker is at work again, as in finish_task().
bool PoolCore::short_of_workers(std::uint64_t coming) {
  if (workers_ >= max_workers_) {
    return false;
  }
  const std::lock_guard lock(intake_.lock);
  return unfinished() + coming > workers_;
}

/// Tells those who submit what to look after. With the mutex held, after each change of what it is
/// made of.
void PoolCore::publish() {
  const auto attention = static_cast<std::uint8_t>(
      (workers_ < max_workers_ ? kGrow : 0) | (workers_ == 0 ? kFirst : 0) |
      (!paused_ && !searching_ && !sleepers_.empty() ? kWake : 0) |
      (!paused_ && !sleepers_.empty() ? kAsleep : 0));
  if (attention_.load(std::memory_order_relaxed) != attention) {
    attention_.store(attention, std::memory_order_seq_cst);
  }
}

bool PoolCore::cancel(FutureState& task) {
  trace::Producer* const mine = producer();
  Worker* to_wake = nullptr;
  {
    const Lock lock(mutex_);
    if (task.phase() != Phase::pending) {
      return false;
    }
    refill();
    queue_.erase(task);
    count_unrun();
    count_taken();
    tell(mine, trace::EventKind::task_finished, 0, task.task_id_, trace::Outcome::cancelled);
    task.leave_pending(Phase::cancelled);
    grant_places();
    to_wake = pick_wake();
  }
  wake(to_wake);
  task.drop_executor();  // never the last: who cancels has a future
  return true;
}

// --- Commands

void PoolCore::set_max_workers(std::size_t count) {
  checked_max_workers(count);
  trace::Producer* const mine = producer();
  std::vector<Worker*> to_wake;
  {
    const Lock lock(mutex_);
    if (count == max_workers_) {
      return;
    }
    tell(mine, trace::EventKind::max_workers_changed,
         trace::max_workers_detail(static_cast<std::uint32_t>(count),
                                   static_cast<std::uint32_t>(max_workers_)));
    max_workers_ = count;
    publish();
    staff();
    if (workers_ > max_workers_) {
      to_wake = wake_sleepers(workers_ - max_workers_);
    }
    reap();
  }
  for (Worker* each : to_wake) {
    wake(each);
  }
}

std::exception_ptr PoolCore::broken() const {
  const Lock lock(mutex_);
  return broken_;
}

std::size_t PoolCore::max_workers() const {
  const Lock lock(mutex_);
  return max_workers_;
}

std::size_t PoolCore::worker_count() const {
  const Lock lock(mutex_);
  return workers_;
}

std::size_t PoolCore::overfull_submits() const {
  const Lock lock(mutex_);
  return overfull_;
}

void PoolCore::pause() {
  trace::Producer* const mine = producer();
  const Lock lock(mutex_);
  if (!paused_ && !shut_down_) {  // a pool that ends must come to its end
    paused_ = true;
    publish();
    tell(mine, trace::EventKind::paused, 0);
  }
}

void PoolCore::resume() {
  trace::Producer* const mine = producer();
  Worker* to_wake = nullptr;
  {
    const Lock lock(mutex_);
    if (!paused_) {
      return;
    }
    paused_ = false;
    publish();
    start_only_after(tell(mine, trace::EventKind::resumed, 0));
    staff();
    to_wake = pick_wake();
  }
  wake(to_wake);
}

void PoolCore::shutdown(bool wait, bool cancel_futures) {
  const auto self = shared_from_this();  // a callback, or what a task captured, may own the pool
  trace::Producer* const mine = producer();
  std::vector<FutureState*> cancelled;
  std::vector<Worker*> to_wake;
  {
    const Lock lock(mutex_);
    if (!shut_down_) {
      shut_down_ = true;
      close_intake();
      tell(mine, trace::EventKind::pool_shut_down, 0);
    }
    while (FutureState* task = cancel_futures ? take(nullptr) : nullptr) {
      tell(mine, trace::EventKind::task_finished, 0, task->task_id_, trace::Outcome::cancelled);
      task->leave_pending(Phase::cancelled);
      cancelled.push_back(task);
    }
    if (paused_) {
      paused_ = false;
      publish();
      start_only_after(tell(mine, trace::EventKind::resumed, 0));
    }
    for (BlockedSubmit* each : blocked_) {
      each->granted_or_refused.notify_one();
    }
    to_wake = wake_sleepers(sleepers_.size());
  }
  for (Worker* each : to_wake) {
    wake(each);
  }
  for (FutureState* task : cancelled) {
    task->release();
    task->run_callbacks(task->announce());
    task->drop_executor();
  }
  if (!wait) {
    return;
  }
  if (own_worker()) {
    throw std::logic_error("cannot join current thread");
  }
  join_all();
}

void PoolCore::finish() noexcept {
  if (!own_worker()) {
    shutdown(true, false);
    return;
  }
  shutdown(false, false);
  const Lock lock(mutex_);
  let_go_ = true;
  for (Worker* each : live_) {
    if (!std::exchange(each->joined, true)) {
      pthread_detach(each->thread);
    }
  }
  for (const pthread_t thread : std::exchange(left_, {})) {
    pthread_detach(thread);
  }
}

void PoolCore::join_all() {
  std::optional<trace::BlockedScope> blocked;
  const std::lock_guard joining(join_mutex_);
  for (;;) {
    std::vector<pthread_t> threads;
    {
      const Lock lock(mutex_);
      threads = std::exchange(left_, {});
      for (Worker* each : live_) {
        if (!std::exchange(each->joined, true)) {
          threads.push_back(each->thread);
        }
      }
      if (threads.empty()) {
        return;
      }
    }
    if (tracer_ != nullptr && !blocked) {
      blocked.emplace(tracer_->id(), pool_id_, trace::BlockReason::shutdown, 0);
    }
    for (const pthread_t thread : threads) {
      pthread_join(thread, nullptr);
    }
  }
}

/// Joins threads that have ended, as far as that does not wait. With the mutex held.
void PoolCore::reap() {
  std::erase_if(left_,
                [](const pthread_t thread) { return pthread_tryjoin_np(thread, nullptr) == 0; });
}

}  // namespace poolscope::detail
