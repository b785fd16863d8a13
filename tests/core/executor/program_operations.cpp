// SPDX-License-Identifier: Apache-2.0
// What the threads, tasks and callbacks of a random program do, but for its waits.
#include "core/executor/native_thread.h"
#include "program_picker.h"
#include "program_run.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace poolscope::testing {

void ProgramRun::act(const Operation& operation) {
  count_one(operation.kind);
  Picker pick(operation.random);
  guarded([&] {
    switch (operation.kind) {
      case Kind::submit:
      case Kind::try_submit:
        static_cast<void>(submit_random(pick, operation.kind == Kind::try_submit, 0));
        break;
      case Kind::map:
      case Kind::map_buffered:
      case Kind::map_abandoned:
        map(operation.kind, pick);
        break;
      case Kind::set_max_workers:
        pool_->set_max_workers(1 + pick(5));
        break;
      case Kind::pause:
      case Kind::resume:
        set_paused(operation.kind == Kind::pause);
        break;
      case Kind::wait:
        wait_for_some(pick);
        break;
      case Kind::as_completed:
        as_some_complete(pick);
        break;
      case Kind::refuse_a_thread:
        refusing_ = true;
        detail::refuse_thread_starts(1 + pick(2));
        break;
      case Kind::early_shutdown:
        shutdown(pick(2) == 0, pick(2) == 0);
        break;
      default:
        act_on_a_future(operation, pick);
    }
  });
}

void ProgramRun::act_on_a_future(const Operation& operation, Picker& pick) {
  Future<Value> future;
  TaskRecord* const record = pick_task(pick, future);
  if (record == nullptr) {
    return;
  }
  switch (operation.kind) {
    case Kind::cancel:
      expect(!future.cancel() || future.cancelled(), "S28: a cancelled future does not say so");
      break;
    case Kind::result:
      read_result(*record, future, std::nullopt);
      break;
    case Kind::result_with_timeout:
      read_result(*record, future, std::chrono::microseconds(pick(3) * 50));
      break;
    default:
      add_callback(*record, future, pick, 0);
  }
}

TaskRecord& ProgramRun::new_record(Picker& pick) {
  const std::lock_guard lock(mutex_);
  TaskRecord& record = record_.tasks.emplace_back();
  record.number = static_cast<int>(record_.tasks.size());
  record.priority = static_cast<int>(pick(3)) - 1;
  record.fails = pick(5) == 0;
  return record;
}

std::optional<Future<Value>> ProgramRun::submit(TaskRecord& record, bool try_it,
                                                std::function<void()> body) {
  auto task = [this, &record, body = std::move(body), life = Counted(living_)]() -> Value {
    ++record.runs;
    body();
    if (record.fails) {
      throw Failure{record.number, life};
    }
    return {record.number, life};
  };
  const TaskOptions options{.name = "task", .priority = record.priority};
  std::optional<Future<Value>> future;
  if (try_it) {
    future = pool_->try_submit(options, std::move(task));
  } else {
    future = pool_->submit(options, std::move(task));
  }
  if (future) {
    const std::lock_guard lock(mutex_);
    record.submitter = tracer_.producer().thread();
    record.future = *future;
    record.accepted = true;
  }
  return future;
}

std::optional<Future<Value>> ProgramRun::submit_random(Picker& pick, bool try_it, int depth) {
  TaskRecord& record = new_record(pick);
  auto future = submit(record, try_it, [this, inner = pick.fork(), depth] { work(inner, depth); });
  for (auto n = pick(3); future && n > 0; --n) {
    add_callback(record, *future, pick, depth);
  }
  return future;
}

/// The inside of a task.
void ProgramRun::work(Picker pick, int depth) {
  const std::uint32_t what = pick(12);
  if (what < 3 && depth < 2) {
    guarded([&] {
      count_one(Kind::submit_in_a_task);
      const auto child = submit_random(pick, false, depth + 1);
      if (what == 0) {
        count_one(Kind::wait_in_a_task);
        try {
          static_cast<void>(child->exception(std::chrono::microseconds(pick(2) * 50)));
        } catch (const TimeoutError&) {  // it may be queued behind this one
        } catch (const CancelledError&) {
        }
      }
    });
  } else if (what == 3) {
    count_one(Kind::resize_in_a_task);
    pool_->set_max_workers(1 + pick(5));
  } else if (what == 4 && pick(3) == 0) {
    count_one(Kind::pause_in_a_task);
    set_paused(true);
  } else if (what < 7) {
    for (auto n = pick(8); n > 0; --n) {
      std::this_thread::yield();
    }
  }
}

void ProgramRun::add_callback(TaskRecord& record, const Future<Value>& future, Picker& pick,
                              int depth) {
  ++record.callbacks_added;
  ++callbacks_left_;
  future.add_done_callback([this, &record, inner = pick.fork(), depth,
                            life = Counted(living_)](const Future<Value>& done) {
    ++record.callbacks_called;
    const std::unique_ptr<std::atomic<int>, void (*)(std::atomic<int>*)> at_end(
        &callbacks_left_, [](std::atomic<int>* left) { --*left; });
    call_back(done, inner, depth);
  });
}

/// The inside of a callback.
void ProgramRun::call_back(const Future<Value>& future, Picker pick, int depth) {
  expect(future.done(), "S23: a callback of a future that is not done");
  switch (pick(8)) {
    case 0:
      if (depth < 2) {
        count_one(Kind::submit_in_a_callback);
        guarded([&] { static_cast<void>(submit_random(pick, false, depth + 1)); });
      }
      break;
    case 1: {
      Future<Value> other;
      if (pick_task(pick, other) != nullptr) {
        count_one(Kind::cancel_in_a_callback);
        other.cancel();
      }
      break;
    }
    case 2:
      count_one(Kind::throw_in_a_callback);
      ++callback_errors_;
      throw Failure{0, Counted(living_)};
    default:
      break;
  }
}

TaskRecord* ProgramRun::pick_task(Picker& pick, Future<Value>& future) {
  const std::lock_guard lock(mutex_);
  if (record_.tasks.empty()) {
    return nullptr;
  }
  // Rather a new one, that may not be done yet.
  const auto back = std::min<std::size_t>(pick(6), record_.tasks.size() - 1);
  TaskRecord& record = record_.tasks[record_.tasks.size() - 1 - back];
  future = record.future;
  return record.accepted ? &record : nullptr;
}

std::vector<Future<Value>> ProgramRun::pick_some(Picker& pick) {
  std::vector<Future<Value>> futures;
  for (auto n = pick(5); n > 0; --n) {
    Future<Value> future;
    if (pick_task(pick, future) != nullptr) {
      futures.push_back(std::move(future));
    }
  }
  return futures;
}

void ProgramRun::set_paused(bool pause) {
  PauseCall call{.pause = pause, .begin_ns = trace::now_ns()};
  if (pause) {
    pool_->pause();
  } else {
    pool_->resume();
  }
  call.end_ns = trace::now_ns();
  const std::lock_guard lock(mutex_);
  record_.pause_calls.push_back(call);
}

void ProgramRun::shutdown(bool wait, bool cancel_futures) {
  closing_ = true;
  pool_->shutdown(wait, cancel_futures);
}

}  // namespace poolscope::testing
