// SPDX-License-Identifier: Apache-2.0
#include "sample_session.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

namespace poolscope::ui {

namespace {

using session::TaskKey;
using session::TimeNs;
using trace::EventKind;

constexpr trace::PoolId kPool = 1;
constexpr TimeNs kMs = 1'000'000;

}  // namespace

SampleSession::SampleSession(std::uint32_t maxWorkers, TimeNs created)
    : directory_(
          std::make_shared<trace::Directory>(trace::ProcessInfo{.pid = 1, .name = "sample"})),
      sink_(session_.add_process(directory_)),
      main_(directory_->add_thread({.name = "main"})) {
  add(created, EventKind::pool_created, 0, main_,
      trace::pool_detail(maxWorkers, directory_->intern("web")));
}

TaskKey SampleSession::queue(TimeNs time, std::string_view name) {
  workerOfTask_.push_back(0);
  add(time, EventKind::task_queued, ++tasks_, main_, directory_->intern(name));
  return {0, tasks_};
}

void SampleSession::start(TaskKey task, TimeNs time, std::uint32_t index) {
  workerOfTask_[task.task - 1] = worker(index, time);
  add(time, EventKind::task_started, task.task, workerOfTask_[task.task - 1], 0);
}

void SampleSession::phase(TaskKey task, trace::PhaseKind kind, std::string_view name, TimeNs begin,
                          TimeNs end) {
  const auto detail = trace::phase_detail(kind, directory_->intern(name));
  add(begin, EventKind::phase_begin, task.task, workerOfTask_[task.task - 1], detail);
  add(end, EventKind::phase_end, task.task, workerOfTask_[task.task - 1], detail);
}

void SampleSession::finish(TaskKey task, TimeNs time, std::string_view error) {
  add(time, EventKind::task_finished, task.task, workerOfTask_[task.task - 1],
      trace::finished_detail(0, directory_->intern(error)),
      error.empty() ? trace::Outcome::ok : trace::Outcome::error);
}

void SampleSession::cancel(TaskKey task, TimeNs time) {
  add(time, EventKind::task_finished, task.task, main_, 0, trace::Outcome::cancelled);
}

void SampleSession::deliver(TaskKey task, TimeNs time) {
  add(time, EventKind::result_delivered, task.task, main_, 0);
}

void SampleSession::resize(TimeNs time, std::uint32_t before, std::uint32_t now) {
  add(time, EventKind::max_workers_changed, 0, main_, trace::max_workers_detail(now, before));
}

void SampleSession::marker(TimeNs time, std::string_view text) {
  add(time, EventKind::marker, 0, main_, directory_->intern(text));
}

void SampleSession::pause(TimeNs time) {
  add(time, EventKind::paused, 0, main_, 0);
}

void SampleSession::resume(TimeNs time) {
  add(time, EventKind::resumed, 0, main_, 0);
}

void SampleSession::shutDown(TimeNs time) {
  add(time, EventKind::pool_shut_down, 0, main_, 0);
  for (const trace::ThreadId worker : workers_) {
    add(time, EventKind::worker_exited, 0, worker, 0);
  }
}

void SampleSession::lose(TimeNs time, std::uint64_t count) {
  add(time, EventKind::lost, 0, main_, count);
}

void SampleSession::block(TaskKey awaited, TimeNs begin, TimeNs end) {
  const auto detail = trace::blocked_detail(trace::BlockReason::map, awaited.task);
  add(begin, EventKind::blocked_begin, 0, main_, detail);
  add(end, EventKind::blocked_end, 0, main_, detail);
}

void SampleSession::blockWorker(TaskKey task, TaskKey awaited, TimeNs begin) {
  add(begin, EventKind::blocked_begin, task.task, workerOfTask_[task.task - 1],
      trace::blocked_detail(trace::BlockReason::result, awaited.task));
}

TaskKey SampleSession::ordinary(TimeNs queued, TimeNs started, TimeNs finished, std::uint32_t index,
                                std::string_view name) {
  const TaskKey task = queue(queued, name);
  const TimeNs waited = finished - (finished - started) / 10;
  start(task, started, index);
  phase(task, trace::PhaseKind::io_wait, "GET /page", started, waited);
  phase(task, trace::PhaseKind::compute, "", waited, finished);
  finish(task, finished);
  return task;
}

std::shared_ptr<const session::Snapshot> SampleSession::snapshot() {
  std::stable_sort(
      events_.begin(), events_.end(),
      [](const trace::Event& a, const trace::Event& b) { return a.time_ns < b.time_ns; });
  sink_->consume(events_);
  events_.clear();
  sink_->consume({});
  return session_.snapshot();
}

void SampleSession::add(TimeNs time, EventKind kind, std::uint64_t task, trace::ThreadId thread,
                        std::uint64_t detail, trace::Outcome outcome) {
  events_.push_back({.time_ns = static_cast<std::uint64_t>(time),
                     .task = task,
                     .thread = thread,
                     .kind = kind,
                     .outcome = outcome,
                     .pool = kPool,
                     .detail = detail});
}

trace::ThreadId SampleSession::worker(std::uint32_t index, TimeNs time) {
  while (workers_.size() <= index) {
    const std::string name = "web_" + std::to_string(workers_.size());
    const trace::ThreadId thread = directory_->add_thread({.name = name});
    add(time, EventKind::worker_started, 0, thread,
        trace::worker_detail(directory_->intern(name),
                             static_cast<std::uint32_t>(workers_.size())));
    workers_.push_back(thread);
  }
  return workers_[index];
}

void fillWebScraping(SampleSession& sample, int batches) {
  constexpr int kBatch = 40;
  constexpr int kFirstWorkers = 4;
  constexpr int kWorkers = 8;
  std::mt19937 random(3);  // NOLINT: the same picture every time
  std::normal_distribution<double> spread(0, 0.45);
  std::uniform_real_distribution<double> share(0, 1);
  const char* const names[] = {"fetch page", "fetch page", "parse page", "fetch image"};
  std::vector<TimeNs> freeAt(kWorkers, 0);
  TimeNs time = 5 * kMs;
  for (int batch = 0; batch < batches; ++batch) {
    const bool resized = batch >= batches / 2;
    if (batch == batches / 2) {
      sample.resize(time, kFirstWorkers, kWorkers);
    }
    TimeNs last = time;
    std::vector<std::pair<TaskKey, TimeNs>> ends;
    for (int i = 0; i < kBatch; ++i) {
      const TimeNs queued = time + i * kMs / 2;
      const auto next =
          std::min_element(freeAt.begin(), freeAt.begin() + (resized ? kWorkers : kFirstWorkers));
      const TimeNs begin = std::max(queued + kMs / 10, *next);
      const auto io = static_cast<TimeNs>(90e6 * std::exp(spread(random)));
      const auto lock = share(random) < 0.2 ? static_cast<TimeNs>(20e6 * share(random)) : TimeNs{0};
      const auto cpu = static_cast<TimeNs>(12e6 + 20e6 * share(random));
      const TimeNs end = begin + io + lock + cpu;
      const TaskKey task = sample.queue(queued, names[random() % 4]);
      sample.start(task, begin, static_cast<std::uint32_t>(next - freeAt.begin()));
      sample.phase(task, trace::PhaseKind::io_wait, "GET /page", begin, begin + io);
      if (lock > 0) {
        sample.phase(task, trace::PhaseKind::lock_wait, "db", begin + io, begin + io + lock);
      }
      sample.phase(task, trace::PhaseKind::compute, "", begin + io + lock, end);
      sample.finish(task, end, share(random) < 0.03 ? "TimeoutError: no answer within 2 s" : "");
      *next = end + kMs / 5;
      last = std::max(last, end);
      ends.emplace_back(task, end);
    }
    TimeNs taken = time + kBatch * kMs / 2;
    for (const auto& [task, end] : ends) {  // map() hands results over in order
      if (end > taken) {
        sample.block(task, taken, end);
      }
      taken = std::max(taken, end) + kMs / 10;
      sample.deliver(task, taken);
    }
    time = last + 30 * kMs;
  }
}

}  // namespace poolscope::ui
