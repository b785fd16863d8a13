// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/simulation.h"
#include "core/session/session.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace poolscope::test {

inline constexpr session::TimeNs kMs = 1'000'000;

/// A session of one pool, written by hand. `main` is its caller, thread 1; workers follow.
class Script {
 public:
  explicit Script(int workers, const std::string& process = "script")
      : directory_(
            std::make_shared<trace::Directory>(trace::ProcessInfo{.pid = 1, .name = process})),
        sink_(session_.add_process(directory_)),
        max_workers_(workers) {
    main_ = directory_->add_thread({.name = "main"});
    add(0, trace::EventKind::pool_created, 0, main_,
        trace::pool_detail(static_cast<std::uint32_t>(workers), directory_->intern("pool")));
    for (int i = 0; i < workers; ++i) {
      const std::string name = "pool_" + std::to_string(i);
      workers_.push_back(directory_->add_thread({.name = name}));
      add(0, trace::EventKind::worker_started, 0, workers_.back(),
          trace::worker_detail(directory_->intern(name), static_cast<std::uint32_t>(i)));
    }
  }

  /// Waits for I/O, then computes for a tenth of its time.
  std::uint64_t task(session::TimeNs queued, session::TimeNs started, session::TimeNs finished,
                     std::size_t worker) {
    const std::uint64_t id = ++tasks_;
    const session::TimeNs computes = finished - (finished - started) / 10;
    add(queued, trace::EventKind::task_queued, id, main_, directory_->intern("job"));
    add(started, trace::EventKind::task_started, id, workers_[worker], 0);
    phase(id, trace::PhaseKind::io_wait, "page", started, computes, worker);
    phase(id, trace::PhaseKind::compute, "read", computes, finished, worker);
    const auto cpu = static_cast<std::uint64_t>(finished - computes);
    add(finished, trace::EventKind::task_finished, id, workers_[worker],
        trace::finished_detail(cpu, 0));
    return id;
  }
  void phase(std::uint64_t task, trace::PhaseKind kind, const char* name, session::TimeNs begin,
             session::TimeNs end, std::size_t worker) {
    const auto detail = trace::phase_detail(kind, directory_->intern(name));
    add(begin, trace::EventKind::phase_begin, task, workers_[worker], detail);
    add(end, trace::EventKind::phase_end, task, workers_[worker], detail);
  }
  /// Nothing is known of what it did, but how long it computed; 0: not that either.
  void plain_task(session::TimeNs queued, session::TimeNs started, session::TimeNs finished,
                  std::size_t worker, session::TimeNs cpu) {
    const std::uint64_t id = ++tasks_;
    add(queued, trace::EventKind::task_queued, id, main_, directory_->intern("job"));
    add(started, trace::EventKind::task_started, id, workers_[worker], 0);
    add(finished, trace::EventKind::task_finished, id, workers_[worker],
        trace::finished_detail(static_cast<std::uint64_t>(cpu), 0));
  }
  /// Computes from its begin to its end, for which its thread gets `cpu`.
  void computing_task(session::TimeNs queued, session::TimeNs started, session::TimeNs finished,
                      std::size_t worker, session::TimeNs cpu) {
    plain_task(queued, started, finished, worker, cpu);
    phase(tasks_, trace::PhaseKind::compute, "burn", started, finished, worker);
  }
  /// The tasks of a replay on workers of this pool, computing `cpu` each.
  void plain_tasks(const experiment::Replay& run, session::TimeNs cpu) {
    std::vector<session::TimeNs> free(workers_.size(), 0);
    for (const experiment::TaskRecord& task : run.tasks) {
      if (task.finished != experiment::kNever) {
        const auto worker = std::ranges::find_if(
            free, [&](session::TimeNs until) { return until <= task.started; });
        *worker = task.finished;
        plain_task(task.queued, task.started, task.finished,
                   static_cast<std::size_t>(worker - free.begin()), cpu);
      }
    }
  }
  /// A task in its parts, for those that call others.
  std::uint64_t begin_task(session::TimeNs queued, session::TimeNs started, std::size_t worker) {
    const std::uint64_t id = ++tasks_;
    add(queued, trace::EventKind::task_queued, id, main_, directory_->intern("parent"));
    add(started, trace::EventKind::task_started, id, workers_[worker], 0);
    return id;
  }
  /// From the task that `worker` runs.
  std::uint64_t submit_from(std::size_t worker, session::TimeNs time) {
    const std::uint64_t id = ++tasks_;
    add(time, trace::EventKind::task_queued, id, workers_[worker], directory_->intern("child"));
    return id;
  }
  void run_task(std::uint64_t task, session::TimeNs started, session::TimeNs finished,
                std::size_t worker) {
    add(started, trace::EventKind::task_started, task, workers_[worker], 0);
    end_task(task, finished, worker);
  }
  void end_task(std::uint64_t task, session::TimeNs time, std::size_t worker) {
    add(time, trace::EventKind::task_finished, task, workers_[worker],
        trace::finished_detail(100'000, 0));
  }
  void deliver(std::uint64_t task, std::size_t worker, session::TimeNs time) {
    add(time, trace::EventKind::result_delivered, task, workers_[worker], 0);
  }
  /// A task waits for another one; 0: for several, or for none.
  void block_task(std::uint64_t task, std::size_t worker, std::uint64_t awaited,
                  session::TimeNs begin, session::TimeNs end,
                  trace::BlockReason reason = trace::BlockReason::result) {
    const auto detail = trace::blocked_detail(reason, awaited);
    add(begin, trace::EventKind::blocked_begin, task, workers_[worker], detail);
    add(end, trace::EventKind::blocked_end, task, workers_[worker], detail);
  }
  /// The caller waits for results.
  void block_caller(session::TimeNs begin, session::TimeNs end) {
    const auto detail = trace::blocked_detail(trace::BlockReason::map, 0);
    add(begin, trace::EventKind::blocked_begin, 0, main_, detail);
    add(end, trace::EventKind::blocked_end, 0, main_, detail);
  }
  void resize(session::TimeNs time, int workers) {
    add(time, trace::EventKind::max_workers_changed, 0, main_,
        trace::max_workers_detail(static_cast<std::uint32_t>(workers),
                                  static_cast<std::uint32_t>(max_workers_)));
    max_workers_ = workers;
  }

  std::shared_ptr<const session::Snapshot> snapshot() {
    std::ranges::stable_sort(events_, {}, &trace::Event::time_ns);
    sink_->consume(events_);
    sink_->consume({});
    events_.clear();
    return session_.snapshot();
  }

 private:
  void add(session::TimeNs time, trace::EventKind kind, std::uint64_t task, trace::ThreadId thread,
           std::uint64_t detail) {
    events_.push_back({.time_ns = static_cast<std::uint64_t>(time + kMs),
                       .task = task,
                       .thread = thread,
                       .kind = kind,
                       .pool = 1,
                       .detail = detail});
  }

  std::shared_ptr<trace::Directory> directory_;
  session::Session session_;
  std::shared_ptr<trace::Sink> sink_;
  trace::ThreadId main_ = 0;
  std::vector<trace::ThreadId> workers_;
  std::vector<trace::Event> events_;
  std::uint64_t tasks_ = 0;
  int max_workers_;
};

}  // namespace poolscope::test
