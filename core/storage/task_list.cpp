// SPDX-License-Identifier: Apache-2.0
#include "core/storage/task_list.h"

#include <algorithm>
#include <optional>
#include <span>

namespace poolscope::storage {

namespace {

using session::Task;
using session::TimeNs;
using trace::Event;
using trace::EventKind;

/// Ends a replay; caught where it was begun.
struct Stopped {};

class WalkingSink final : public trace::Sink {
 public:
  WalkingSink(const session::Snapshot& snapshot, const ExportOptions& options,
              const std::function<bool(std::uint32_t, const Event&)>& take)
      : total_(std::max<std::uint64_t>(1, snapshot.event_count())),
        options_(options),
        take_(take) {}

  void begin_process(std::uint32_t process) { process_ = process; }

  void consume(std::span<const Event> events) override {
    if (options_.stop.stop_requested()) {
      throw Stopped();
    }
    for (const Event& event : events) {
      if (!take_(process_, event)) {
        throw Stopped();
      }
    }
    walked_ += events.size();
    const double part = std::min(1.0, static_cast<double>(walked_) / static_cast<double>(total_));
    if (options_.progress && part >= told_ + 0.01) {
      options_.progress(told_ = part);
    }
  }

 private:
  std::uint64_t total_;
  const ExportOptions& options_;
  const std::function<bool(std::uint32_t, const Event&)>& take_;
  std::uint32_t process_ = 0;
  std::uint64_t walked_ = 0;
  double told_ = 0;
};

/// The event by which a task is met first: of the times that are known the one that comes first in
/// its life.
std::optional<EventKind> first_kind(const Task& task) {
  if (task.queued) {
    return EventKind::task_queued;
  }
  if (task.started) {
    return EventKind::task_started;
  }
  if (task.finished) {
    return EventKind::task_finished;
  }
  return task.delivered ? std::optional(EventKind::result_delivered) : std::nullopt;
}

TimeNs first_time(const Task& task) {
  return task.queued     ? *task.queued
         : task.started  ? *task.started
         : task.finished ? *task.finished
                         : task.delivered.value_or(0);
}

bool is_of_task(EventKind kind) {
  return kind == EventKind::task_queued || kind == EventKind::task_started ||
         kind == EventKind::task_finished || kind == EventKind::result_delivered;
}

}  // namespace

bool touches(const Task& task, TimeNs begin, TimeNs end) {
  if (first_time(task) >= end) {
    return false;
  }
  if (task.delivered && *task.delivered >= begin) {
    return true;
  }
  const std::optional<TimeNs> over = task.finished ? task.finished : task.over_by;
  return !over || *over >= begin;
}

bool for_each_event(const session::Snapshot& snapshot, const ExportOptions& options,
                    const std::function<bool(std::uint32_t, const Event&)>& take) {
  WalkingSink sink(snapshot, options, take);
  try {
    for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
      sink.begin_process(process);
      snapshot.replay(process, sink);
    }
  } catch (const Stopped&) {
    return false;
  }
  return true;
}

bool for_each_task(const session::Snapshot& snapshot, const ExportOptions& options,
                   const std::function<bool(const Task&)>& take) {
  return for_each_event(snapshot, options, [&](std::uint32_t process, const Event& event) {
    if (!is_of_task(event.kind)) {
      return true;
    }
    const auto task = snapshot.task({process, event.task});
    const bool is_first = task && !task->forgotten && first_kind(*task) == event.kind &&
                          first_time(*task) == static_cast<TimeNs>(event.time_ns);
    return !is_first || !touches(*task, options.begin, options.end) || take(*task);
  });
}

Result<void> conclude(TextFile& file, bool whole, const ExportOptions& options) {
  // What was not taken for another reason than a stop is the file's error, which finish() tells.
  if (!whole && options.stop.stop_requested()) {
    return failure(file.shown().string(), "was not written", "the export was stopped");
  }
  auto finished = file.finish();
  if (finished && options.progress) {
    options.progress(1);
  }
  return finished;
}

}  // namespace poolscope::storage
