// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/task_records.h"

#include <algorithm>

namespace poolscope::experiment {

using trace::Event;
using trace::EventKind;

std::size_t TaskRecords::place_of(std::uint64_t task) {
  const auto [found, is_new] = places_.try_emplace(task, tasks_.size());
  if (is_new) {
    tasks_.emplace_back();
  }
  return found->second;
}

void TaskRecords::set_queued(const Event& event) {
  TaskRecord& record = tasks_[place_of(event.task)];
  record.queued = static_cast<TimeNs>(event.time_ns);
  record.caller = event.thread;
}

void TaskRecords::set_started(const Event& event) {
  TaskRecord& record = tasks_[place_of(event.task)];
  record.started = static_cast<TimeNs>(event.time_ns);
  record.worker = event.thread;
}

/// For the first time.
void TaskRecords::set_delivered(const Event& event) {
  TaskRecord& record = tasks_[place_of(event.task)];
  if (record.delivered == kNever) {
    record.delivered = static_cast<TimeNs>(event.time_ns);
    record.receiver = event.thread;
  }
}

void TaskRecords::finish(const Event& event) {
  TaskRecord& record = tasks_[place_of(event.task)];
  if (event.outcome == trace::Outcome::cancelled) {
    record.cancelled = true;
    return;
  }
  record.finished = static_cast<TimeNs>(event.time_ns);
  record.failed = event.outcome == trace::Outcome::error;
  record.cpu = static_cast<TimeNs>(trace::finished_cpu_ns(event.detail));
  // Relaxed: a count that nothing else is read by.
  finished_.store(finished_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void TaskRecords::end_phase(const Event& event) {
  std::vector<std::size_t>& open = open_[event.thread];
  if (open.empty()) {
    return;  // its begin was lost
  }
  phases_[open.back()].end = static_cast<TimeNs>(event.time_ns);
  open.pop_back();
}

void TaskRecords::begin_wait(const Event& event) {
  if (event.task == 0) {
    return;
  }
  const std::uint64_t awaited = trace::blocked_awaited(event.detail);
  waiting_[event.thread] = waits_.size();
  waits_.push_back({.task = place_of(event.task),
                    .awaited = awaited != 0 ? std::optional(place_of(awaited)) : std::nullopt,
                    .reason = trace::blocked_reason(event.detail),
                    .begin = static_cast<TimeNs>(event.time_ns)});
}

void TaskRecords::end_wait(const Event& event) {
  if (const auto found = waiting_.find(event.thread); found != waiting_.end()) {
    waits_[found->second].end = static_cast<TimeNs>(event.time_ns);
    waiting_.erase(found);
  }
}

void TaskRecords::consume(std::span<const Event> events) {
  for (const Event& event : events) {
    const auto time = static_cast<TimeNs>(event.time_ns);
    switch (event.kind) {
      case EventKind::task_queued:
        set_queued(event);
        break;
      case EventKind::task_started:
        set_started(event);
        break;
      case EventKind::task_finished:
        finish(event);
        break;
      case EventKind::phase_begin:
        open_[event.thread].push_back(phases_.size());
        phases_.push_back({.task = place_of(event.task),
                           .kind = trace::phase_kind(event.detail),
                           .name = trace::phase_name(event.detail),
                           .begin = time});
        break;
      case EventKind::phase_end:
        end_phase(event);
        break;
      case EventKind::result_delivered:
        set_delivered(event);
        break;
      case EventKind::blocked_begin:
        begin_wait(event);
        break;
      case EventKind::blocked_end:
        end_wait(event);
        break;
      case EventKind::worker_started:
        workers_.push_back({.thread = event.thread, .started = time});
        break;
      case EventKind::worker_exited: {
        const auto found =
            std::find_if(workers_.rbegin(), workers_.rend(),
                         [&](const WorkerRecord& worker) { return worker.thread == event.thread; });
        if (found != workers_.rend()) {
          found->exited = time;
        }
        break;
      }
      default:
        break;
    }
  }
}

}  // namespace poolscope::experiment
