// SPDX-License-Identifier: Apache-2.0
// The phases of a random program; its operations are in program_operations.cpp.
#include "program_run.h"

#include "core/executor/native_thread.h"
#include "program_picker.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <thread>

namespace poolscope::testing {
namespace {

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator entries("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

trace::TracerOptions rings(bool tiny) {
  const std::size_t slots = tiny ? 4 : 2'048;
  return {.ring_slots = slots, .small_ring_slots = slots};
}

}  // namespace

ProgramRun::ProgramRun(const Program& program) : tracer_(rings(program.tiny_rings)) {
  record_.program = program;
  record_.map_name = tracer_.intern("map");
  tracer_.add_sink(log_);
  // A thread that was joined may be listed for a moment yet, so the fewest ever seen are right.
  static std::size_t fewest = threads_of_this_process();
  threads_before_ = fewest = std::min(fewest, threads_of_this_process());
}

ProgramRun::~ProgramRun() = default;

void ProgramRun::execute() {
  const Program& program = record_.program;
  owner_ = std::make_unique<ThreadPoolExecutor>(ExecutorOptions{
      .max_workers = program.opening.empty() ? program.max_workers : 1,
      .queue_discipline = program.discipline,
      .queue_capacity = program.queue_capacity,
      .on_callback_error = [this](const std::exception_ptr&) { --callback_errors_; },
      .tracer = &tracer_});
  pool_ = owner_.get();
  open();
  run_threads();
  detail::refuse_thread_starts(0);
  refusing_ = false;
  if (program.rendezvous) {
    rendezvous();
  }
  end();
  tracer_.flush();
  record_.events = log_->sorted();
  record_.lost = tracer_.lost_events();
  expect(callback_errors_ == 0, "S42: what callbacks threw was not reported once each");
  expect(callbacks_left_ == 0, "I9: a callback was not called");
}

int ProgramRun::drop_futures() {
  record_.tasks.clear();
  return living_;
}

void ProgramRun::expect(bool holds, const char* text) {
  if (!holds) {
    const std::lock_guard lock(mutex_);
    if (record_.wrong.empty()) {
      record_.wrong = text;
    }
  }
}

/// Queues tasks in a paused pool of one worker, some of which it cancels, and lets them run.
void ProgramRun::open() {
  const Program& program = record_.program;
  if (program.opening.empty()) {
    return;
  }
  set_paused(true);
  Picker pick(program.seed);
  std::vector<Future<Value>> futures;
  for (const int priority : program.opening) {
    TaskRecord& record = new_record(pick);
    record.priority = priority;
    record.opening = true;
    futures.push_back(*submit(record, false, [] {}));
    count_one(Kind::submit);
    if (pick(5) == 0) {
      count_one(Kind::cancel);
      expect(futures.back().cancel(), "S28: a task in a paused pool could not be cancelled");
    }
  }
  set_paused(false);
  static_cast<void>(poolscope::wait(futures));
  pool_->set_max_workers(program.max_workers);
}

/// Lets the threads go, and resumes the pool again and again: else all might wait for a paused one.
void ProgramRun::run_threads() {
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t left = record_.program.threads.size();  // guarded by mutex
  std::vector<std::jthread> threads;
  for (const auto& operations : record_.program.threads) {
    threads.emplace_back([&] {
      for (const Operation& each : operations) {
        act(each);
      }
      const std::lock_guard lock(mutex);
      --left;
      ended.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  while (!ended.wait_for(lock, std::chrono::microseconds(200), [&] { return left == 0; })) {
    lock.unlock();
    set_paused(false);
    lock.lock();
  }
}

/// Whether all that the program knows of is done.
bool ProgramRun::settled() {
  std::size_t known = 0;
  {
    const std::lock_guard lock(mutex_);
    known = record_.tasks.size();
    for (const TaskRecord& each : record_.tasks) {
      if (each.accepted && !each.future.done()) {
        return false;
      }
    }
  }
  if (callbacks_left_ != 0 || pool_->queue_depth() != 0) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  return known == record_.tasks.size();  // no callback added one meanwhile
}

void ProgramRun::settle() {
  set_paused(false);
  expect(eventually([this] {
           if (settled()) {
             return true;
           }
           pool_->resume();  // a task may have paused it
           return false;
         }),
         "I8: a task is queued and nobody takes it");
  pool_->resume();
}

/// As many tasks as there may be workers meet: each idle worker must take one.
void ProgramRun::rendezvous() {
  settle();
  count_one(Kind::rendezvous);
  const std::size_t workers = record_.program.max_workers;
  pool_->set_max_workers(workers);
  expect(eventually([&] { return pool_->worker_count() <= workers; }), "P3: surplus workers stay");
  Gate gate;
  Picker pick(record_.program.seed);
  std::vector<Future<Value>> futures;
  for (std::size_t i = 0; i < workers; ++i) {
    futures.push_back(*submit(new_record(pick), false, [&] { gate.pass(); }));
  }
  expect(eventually([&] { return gate.arrived() == workers; }),
         "I8: a worker is idle while a task is queued");
  gate.open();
  static_cast<void>(poolscope::wait(futures));
}

void ProgramRun::end() {
  count_one(record_.program.end);
  switch (record_.program.end) {
    case Kind::shutdown:
      shutdown(true, false);
      break;
    case Kind::shutdown_and_cancel:
      shutdown(true, true);
      break;
    case Kind::shutdown_without_wait:
      shutdown(false, false);
      break;
    case Kind::shutdown_without_wait_and_cancel:
      shutdown(false, true);
      break;
    case Kind::shutdown_in_a_task:
      shutdown_in_a_task();
      break;
    case Kind::shutdown_in_a_callback:
      shutdown_in_a_callback();
      break;
    case Kind::destructor_in_a_task:
      destroy_in_a_task();
      return;
    default:
      break;
  }
  record_.overfull_submits = pool_->overfull_submits();
  closing_ = true;  // tasks that still run may find it so
  owner_.reset();
}

/// Tasks that still run may pause the pool, so this must not block.
Future<Value> ProgramRun::submit_at_the_end(const std::function<void()>& body) {
  Picker pick(record_.program.seed);
  TaskRecord& record = new_record(pick);
  for (;;) {
    if (auto future = submit(record, true, body)) {
      return std::move(*future);
    }
    pool_->resume();
    std::this_thread::yield();
  }
}

void ProgramRun::shutdown_in_a_task() {
  guarded([this] {
    static_cast<void>(submit_at_the_end([this] {
      try {
        shutdown(true, false);
        expect(false, "S67: a worker waited for itself");
      } catch (const std::logic_error&) {
      }
    }));
  });
  shutdown(true, false);
  expect(pool_->worker_count() == 0, "S64: a worker lives after shutdown()");
  expect(pool_->queue_depth() == 0, "S64: a task is queued after shutdown()");
}

void ProgramRun::shutdown_in_a_callback() {
  guarded([this] {
    const auto future = submit_at_the_end([] {});
    ++callbacks_left_;
    future.add_done_callback([this](const Future<Value>&) {
      shutdown(false, true);
      --callbacks_left_;
    });
  });
}

/// The pool goes on one of its own workers, while others are queued; its threads end on their own.
void ProgramRun::destroy_in_a_task() {
  settle();  // nothing that still runs may touch the pool
  record_.overfull_submits = pool_->overfull_submits();
  Gate gate;
  Picker pick(record_.program.seed);
  guarded([&] {
    const auto destroyer = submit(new_record(pick), false, [&] {
      gate.pass();
      owner_.reset();
    });
    gate.await();
    const auto later = pool_->try_submit({.name = "map"}, [this] { ++record_.map_runs; });
    gate.open();
    static_cast<void>(destroyer->exception());
    if (later) {
      later->result();
    }
  });
  gate.open();
  if (owner_ != nullptr) {
    owner_.reset();  // it was shut down before
  }
  // The list of threads may leave one out while another ends; so each must have said, too, that it
  // leaves.
  const auto told = [this](trace::EventKind kind) {
    return std::ranges::count(log_->sorted(), kind, &trace::Event::kind);
  };
  expect(eventually([&] {
           tracer_.flush();
           return (tracer_.lost_events() != 0 || told(trace::EventKind::worker_exited) ==
                                                     told(trace::EventKind::worker_started)) &&
                  threads_of_this_process() <= threads_before_;
         }),
         "S69: a worker of a destroyed pool does not end");
}

}  // namespace poolscope::testing
