// SPDX-License-Identifier: Apache-2.0
#include "event_checker.h"

#include <algorithm>

namespace poolscope::testing {

using trace::Event;
using trace::EventKind;
using trace::Outcome;

std::string EventChecker::check() {
  find_outcomes();
  for (const Event& event : record_.events) {
    take(event);
  }
  check_end();
  check_order();
  check_pauses();
  return wrong_;
}

Life& EventChecker::life(std::uint64_t task) {
  if (lives_.size() <= task) {
    lives_.resize(task + 1);
  }
  return lives_[task];
}

/// Which tasks will have been cancelled: they count for nothing in the order of a queue.
void EventChecker::find_outcomes() {
  for (const Event& event : record_.events) {
    if (event.kind == EventKind::task_finished) {
      expect(!life(event.task).outcome, "I2: a task ended twice");
      life(event.task).outcome = event.outcome;
    }
  }
}

void EventChecker::take(const Event& event) {
  switch (event.kind) {
    case EventKind::task_queued:
      queue(event);
      break;
    case EventKind::task_started:
      start(event);
      break;
    case EventKind::task_finished:
      finish(event);
      break;
    case EventKind::worker_started:
      expect(alive_.size() < max_, "I4: a worker started though there were max_workers");
      expect(alive_.emplace(event.thread, 0).second, "I3: a worker started twice");
      expect(alive_.size() <= bound_, "I4: more workers than any max_workers allowed");
      most_alive_ = std::max(most_alive_, alive_.size());
      break;
    case EventKind::worker_exited:
      expect(alive_.contains(event.thread) && alive_[event.thread] == 0,
             "P4: a worker ended that was not there, or left its task");
      expect(event.detail == 1 || shut_down_, "P3: a worker ended that was not surplus");
      alive_.erase(event.thread);
      break;
    case EventKind::max_workers_changed:
      expect(trace::max_workers_before(event.detail) == max_, "P1: the old number is wrong");
      max_ = trace::max_workers_now(event.detail);
      break;
    case EventKind::pool_shut_down:
      expect(!std::exchange(shut_down_, true), "S65: a pool was shut down twice");
      shut_down_ns_ = event.time_ns;
      break;
    case EventKind::paused:
    case EventKind::resumed:
      expect(paused_ != (event.kind == EventKind::paused), "P5: paused or resumed twice");
      paused_ = event.kind == EventKind::paused;
      pauses_.emplace_back(event.time_ns, paused_);
      break;
    case EventKind::blocked_begin:
      expect(blocked_.emplace(event.thread, event.detail).second,
             "I10: a thread is blocked twice at a time");
      break;
    case EventKind::blocked_end:
      expect(blocked_.contains(event.thread) && blocked_[event.thread] == event.detail,
             "I10: the end of a wait that did not begin");
      blocked_.erase(event.thread);
      break;
    case EventKind::result_delivered:
      expect(finished_.size() > event.task && finished_[event.task],
             "I10: a result was delivered before its task finished");
      expect(!std::exchange(life(event.task).delivered, true), "I10: delivered twice");
      break;
    default:
      break;
  }
  bound_ = alive_.size() <= max_ ? max_ : std::max(bound_, max_);
  expect(started_ + cancelled_ <= queued_, "I1: more tasks started or cancelled than were queued");
}

void EventChecker::queue(const Event& event) {
  Life& task = life(event.task);
  expect(!std::exchange(task.queued, true), "I1: a task was queued twice");
  task.submitter = event.thread;
  task.of_map = event.detail == record_.map_name;
  task.by_worker = alive_.contains(event.thread);
  task.queue_place = ++queued_;
  if (task.outcome != Outcome::cancelled) {
    ++waiting_;
    overfull_ += task.by_worker ? 1 : 0;
    const std::size_t capacity = record_.program.queue_capacity;
    expect(capacity == 0 || waiting_ <= capacity + overfull_, "P6: a bounded queue is too long");
  }
}

void EventChecker::start(const Event& event) {
  Life& task = life(event.task);
  expect(task.queued, "I1: a task started before it was queued");
  expect(task.start_place == 0, "I2: a task started twice");
  expect(!paused_, "I7: a task started in a paused pool");
  expect(alive_.contains(event.thread), "I3: a task started on what is no worker");
  expect(alive_[event.thread] == 0, "I3: tasks of one worker overlap");
  alive_[event.thread] = event.task;
  task.start_place = ++started_;
  task.worker = event.thread;
  --waiting_;
  ++running_;
  expect(running_ <= alive_.size(), "I4: more tasks run than there are workers");
}

void EventChecker::finish(const Event& event) {
  if (finished_.size() <= event.task) {
    finished_.resize(event.task + 1);
  }
  finished_[event.task] = true;
  const Life& task = life(event.task);
  if (event.outcome == Outcome::cancelled) {
    expect(task.queued && task.start_place == 0, "P9: a task that started was cancelled");
    ++cancelled_;
    return;
  }
  expect(task.start_place != 0 && task.worker == event.thread,
         "I2: a task ended on another worker, or without a start");
  expect(alive_.contains(event.thread) && alive_[event.thread] == event.task,
         "I3: a task ended that did not run");
  alive_[event.thread] = 0;
  --running_;
}

void EventChecker::check_end() {
  expect(queued_ == started_ + cancelled_, "I1: tasks are left in the queue");
  expect(running_ == 0, "I2: a task has no end");
  expect(alive_.empty(), "I3: a worker has no end");
  expect(blocked_.empty(), "I10: a thread is blocked for ever");
  expect(shut_down_, "S69: the pool was never shut down");
}

/// I5. With several workers one may be between taking a task and saying so: then one task of each
/// other worker may come first.
void EventChecker::check_order() {
  if (record_.program.discipline != QueueDiscipline::fifo) {
    return;
  }
  std::map<trace::ThreadId, std::vector<const Life*>> by_submitter;
  for (const Life& each : lives_) {
    if (each.start_place != 0) {
      by_submitter[most_alive_ == 1 ? 0 : each.submitter].push_back(&each);
    }
  }
  for (auto& [submitter, tasks] : by_submitter) {
    std::sort(tasks.begin(), tasks.end(),
              [](const Life* a, const Life* b) { return a->queue_place < b->queue_place; });
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      std::map<trace::ThreadId, int> overtaken;
      for (std::size_t k = i + 1; k < tasks.size(); ++k) {
        if (tasks[k]->start_place < tasks[i]->start_place) {
          expect(tasks[k]->worker != tasks[i]->worker && ++overtaken[tasks[k]->worker] == 1,
                 "I5: a task started before an older one of the same thread");
        }
      }
    }
  }
}

/// When a pause() or resume() returns, the pool is, or was meanwhile, what was asked for.
void EventChecker::check_pauses() {
  for (const PauseCall& call : record_.pause_calls) {
    bool at_begin = false;
    bool seen = false;
    for (const auto& [time_ns, paused] : pauses_) {
      if (time_ns > call.end_ns) {
        break;
      }
      at_begin = time_ns < call.begin_ns ? paused : at_begin;
      seen = seen || (time_ns >= call.begin_ns && paused == call.pause);
    }
    expect(seen || at_begin == call.pause || (shut_down_ && shut_down_ns_ <= call.end_ns),
           call.pause ? "P5: pause() did not pause" : "P5: resume() did not resume");
  }
}

}  // namespace poolscope::testing
