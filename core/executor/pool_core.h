// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/executor/future_state.h"
#include "core/executor/options.h"
#include "core/executor/spin.h"
#include "core/executor/task_queue.h"
#include "core/trace/tracer.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <shared_mutex>
#include <string>
#include <vector>

namespace poolscope::detail {

/// The pool behind an executor: its queue, its workers and who may run. Shared by the executor, its
/// workers and lazy maps, so that workers may outlive the executor.
///
/// How nobody misses work. A worker is *idle* from just before the outcome of its task is visible
/// until it pops the next one; it is *asleep* for a part of that time. Idle workers that are not
/// asleep, nor in their initializer, will look at the queue under the mutex before they sleep. So
/// under the mutex, always: a queued task has an idle worker that is awake, or a worker is on its
/// way (`searching_`, or `standing_back_`) that will wake the next one when it has found work, or
/// nobody is asleep, or the pool is paused. A thread is started when there are more queued tasks
/// than idle workers. Both are told by counting what is *unfinished*, queued or at work: more than
/// there are workers means that there is more queued than idle, and no worker has to say when it
/// takes a task.
///
/// A plain pool (fifo, unbounded) takes tasks in without the mutex: submit() puts them into the
/// intake, and a worker that finds the queue empty moves all of them over. What a submit has to do
/// for the rule above it reads from attention_. Nothing is missed, because both sides write first
/// and then look, with the total order of seq_cst: submit() writes pushed_ and looks at attention_
/// (and workers_), a worker that is about to sleep or to leave writes these and looks at pushed_.
/// Threads: any.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
 public:
  explicit PoolCore(ExecutorOptions options);
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;
  ~PoolCore();

  /// A place in a bounded queue, given back unless submit() uses it.
  class Place {
   public:
    Place() = default;
    explicit Place(PoolCore* core) : core_(core) {}
    Place(Place&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (core_ != nullptr) {
        core_->give_back_place();
      }
    }

   private:
    friend class PoolCore;
    PoolCore* core_ = nullptr;
  };
  /// Waits for room in a bounded queue. Throws as submit() does. A worker of this pool is let
  /// through.
  Place wait_for_place();
  /// The same without waiting; empty if the queue is full.
  std::optional<Place> try_place();

  /// Queues a new task, which must have one future. Throws BrokenThreadPool, std::runtime_error
  /// after shutdown, or std::system_error if it would be the first worker and no thread can be
  /// started; then the task is not queued.
  void submit(FutureState& task, const TaskOptions& options, Place place);

  /// Throws as submit() does where no work is taken any more. For who may outlive the executor:
  /// submit() needs the tracer.
  void refuse_if_closed() const;
  /// What the pool broke of; null: it did not.
  std::exception_ptr broken() const;

  void shutdown(bool wait, bool cancel_futures);
  /// shutdown(true) of a destructor: on a worker of this pool, where nobody may wait, the workers
  /// are let go instead.
  void finish() noexcept;
  void set_max_workers(std::size_t count);
  std::size_t max_workers() const;
  std::size_t worker_count() const;
  std::size_t queue_depth() const { return queued(); }
  std::size_t overfull_submits() const;
  void pause();
  void resume();
  const std::string& prefix() const { return prefix_; }

  /// Called by FutureState::cancel() with the pin held, of a task that was pending then: takes it
  /// out of the queue and tells the trace, before it is seen to be cancelled. False if it is not
  /// pending any more.
  bool cancel(FutureState& task);
  /// Held shared while a pending task's pool is used; taken alone before a pool goes. Costs nothing
  /// but where tasks are cancelled, and spares every task a count of its pool.
  static std::shared_mutex& pin();

 private:
  struct Worker {
    std::condition_variable wake;
    bool woken = false;      // guarded by mutex_, as the rest until the thread runs
    bool searcher = false;   // was woken to look for work: searching_ is its
    bool joined = false;     // somebody joins it, or it was let go
    bool begun = false;      // its worker_started was told
    bool preparing = false;  // is before or in its initializer
    int core = -1;           // where it fell asleep last
    std::size_t slot = 0;
    std::uint32_t index = 0;
    pthread_t thread = {};
    Worker* next_slot = nullptr;          // never changes
    trace::Producer* producer = nullptr;  // its own
    // Tasks that ended in this slot, callbacks included: written by its worker only.
    std::atomic<std::uint64_t> finished{0};
    // When it was ready for its next task, if that was just now: its next started may have this
    // time. Its own; 0: not known.
    std::uint64_t ready_ns = 0;
  };
  struct BlockedSubmit {
    std::condition_variable granted_or_refused;
    bool granted = false;
  };
  struct CurrentWorker {
    PoolCore* core = nullptr;
    Worker* worker = nullptr;
  };
  using Lock = std::unique_lock<std::mutex>;

  static constexpr std::uint8_t kGrow = 1;    // max_workers allows one more worker
  static constexpr std::uint8_t kWake = 2;    // somebody sleeps, and nobody looks for work
  static constexpr std::uint8_t kFirst = 4;   // there is no worker yet
  static constexpr std::uint8_t kAsleep = 8;  // somebody sleeps

  // Submitting.
  bool own_worker() const { return t_current.core == this; }
  void throw_if_closed() const;
  bool take_place_locked();
  void give_back_place();
  void grant_places();

  /// The intake of a plain pool, on lines that only those who submit write to.
  struct alignas(trace::kCacheLine) Intake {
    SpinLock lock;                    // taken below mutex_ where both are
    std::atomic<bool> closed{false};  // written with the lock held
    TaskList tasks;                   // guarded by lock, as the rest; newest last
    std::size_t count = 0;
  };

  struct Enqueued {
    bool accepted = false;
    bool overdue = false;  // many lie in the intake, and nobody has taken them
  };
  Enqueued enqueue(FutureState& task, trace::Producer* mine, trace::NameId name);
  void attend(bool overdue);
  bool refill();
  FutureState* take(Worker* worker);
  void count_taken();
  void count_unrun();
  void start_only_after(std::uint64_t time_ns);
  void close_intake();
  std::size_t queued() const;
  std::uint64_t unfinished() const;
  bool short_of_workers(std::uint64_t coming = 0);
  void publish();

  // Workers.
  bool start_worker();
  bool launch_worker();
  Worker* free_slot();
  void say_refused();
  bool staff();
  Worker* pick_wake(bool overdue = false);
  Worker* take_sleeper();
  static void wake(Worker* worker);
  std::vector<Worker*> wake_sleepers(std::size_t count);
  void work(Worker& worker);
  bool begin_work(Worker& worker);
  void end_preparing(Worker& worker);
  void loop(Worker& worker);
  FutureState* next_task(Worker& worker);
  void sleep_or_search(Worker& worker, bool& searched, Lock& lock);
  bool lock_again(Lock& lock, int& collisions);
  void stand_back(Worker& worker, Lock& lock);
  void search(Lock& lock, const auto& look);
  /// Whether a worker looks for work, or will do so in a moment: then nobody need be woken. With
  /// the mutex held.
  bool somebody_looks() const { return searching_ || standing_back_.load(); }
  void sleep(Worker& worker, Lock& lock);
  void run(Worker& worker, FutureState& task);
  void finish_task(Worker& worker, FutureState& task, bool ok, std::uint64_t cpu_ns);
  void count_out(Worker& worker, Lock& lock);
  void strand();
  void break_pool(std::exception_ptr cause, const char* what);
  void join_all();
  void reap();

  // The trace.
  trace::Producer* producer() const;
  std::uint64_t tell(trace::Producer* producer, trace::EventKind kind, std::uint64_t detail,
                     std::uint64_t task = 0, trace::Outcome outcome = trace::Outcome::ok) const;
  void tell_at(std::uint64_t time_ns, trace::Producer* producer, trace::EventKind kind,
               std::uint64_t detail, std::uint64_t task, trace::Outcome outcome) const;

  static constinit thread_local CurrentWorker t_current;

  const ExecutorOptions options_;
  const std::string prefix_;
  CallbackErrors* const callback_errors_;  // null: stderr; counted
  trace::Tracer* const tracer_;
  const trace::PoolId pool_id_;

  const bool plain_;

  Intake intake_;
  // Tasks ever queued: written with the intake's lock held (of a plain pool), or with the mutex.
  alignas(trace::kCacheLine) std::atomic<std::uint64_t> pushed_{0};
  // What a submit must look after: kGrow, kWake, kFirst. Written with the mutex held, seldom.
  alignas(trace::kCacheLine) std::atomic<std::uint8_t> attention_{kGrow | kFirst};

  // A worker waits until the lock is less in demand, and looks for work then. Before it looks it
  // says false; so who sees true after a submit may leave the task to it.
  std::atomic<bool> standing_back_{false};

  alignas(trace::kCacheLine) mutable std::mutex
      mutex_;  // guards what follows, but for the atomics' own words
  TaskQueue queue_;
  // Tasks ever taken out, to run or cancelled; of these, those that no worker ran. Written with the
  // mutex held.
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<std::uint64_t> unrun_{0};
  // When a task that starts now can have started at the earliest: all in the queue were queued
  // before, and the pool resumed. For the trace.
  std::uint64_t startable_ns_ = 0;
  std::size_t max_workers_;
  std::atomic<std::size_t> workers_{0};  // started, or being started, and not yet left; read by any
  std::vector<Worker*> sleepers_;        // the last one slept least and is woken first
  std::size_t preparing_ = 0;            // workers that take no task before their initializer ends
  bool searching_ = false;
  bool paused_ = false;
  bool shut_down_ = false;
  std::exception_ptr broken_;
  std::list<BlockedSubmit*> blocked_;  // the first came first
  std::size_t places_ = 0;             // given and not yet used
  std::size_t overfull_ = 0;
  std::uint32_t next_index_ = 0;
  bool refused_ = false;  // the last start of a thread failed, and was told
  std::vector<std::unique_ptr<Worker>>
      slots_;  // every worker there was; reused, so that a late wake() is harmless
  std::atomic<Worker*> last_slot_{nullptr};  // the same for who has no mutex, by next_slot
  std::vector<Worker*> free_slots_;
  std::vector<Worker*> live_;
  std::vector<pthread_t> left_;  // threads that ended, or are about to, and are not joined
  bool let_go_ = false;          // nobody will join

  std::mutex join_mutex_;  // held by who joins; taken before mutex_
};

}  // namespace poolscope::detail
