// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/synthetic.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace poolscope::bench {

using trace::EventKind;

namespace {
constexpr std::uint64_t kBurst = 200;  // so many are queued whenever the queue has run dry
constexpr trace::PoolId kPool = 1;
}  // namespace

SyntheticPool::SyntheticPool(Synthetic look)
    : look_(look),
      directory_(std::make_shared<trace::Directory>(trace::ProcessInfo{1, "synthetic"})),
      run_ns_(std::log(look.median_run_ns), 0.5) {
  caller_ = directory_->add_thread({"main", 1});
  for (std::uint32_t i = 0; i < look.workers; ++i) {
    workers_.push_back(directory_->add_thread({"worker_" + std::to_string(i), 2 + i}));
  }
  for (const char* name : {"fetch page", "resize image", "parse answer", "store row"}) {
    names_.push_back(directory_->intern(name));
  }
}

void SyntheticPool::until(std::uint64_t tasks, std::vector<trace::Event>& events) {
  if (!open_) {
    open(events);
  }
  while (started_ < tasks) {
    next(events);
  }
}

void SyntheticPool::end(std::vector<trace::Event>& events) {
  ending_ = true;
  while (!later_.empty()) {
    next(events);
  }
}

void SyntheticPool::open(std::vector<trace::Event>& events) {
  open_ = true;
  events.push_back(now(0, caller_, EventKind::pool_created,
                       trace::pool_detail(look_.workers, directory_->intern("pool"))));
  for (std::uint32_t i = 0; i < look_.workers; ++i) {
    const trace::NameId name = directory_->intern("worker_" + std::to_string(i));
    events.push_back(now(0, workers_[i], EventKind::worker_started, trace::worker_detail(name, i)));
    start(workers_[i], events);
  }
}

void SyntheticPool::start(trace::ThreadId worker, std::vector<trace::Event>& events) {
  if (queued_ == started_) {
    for (std::uint64_t i = 0; i < kBurst; ++i) {
      now_ns_ += 300 + random_() % 1000;
      events.push_back(
          now(++queued_, caller_, EventKind::task_queued, names_[random_() % names_.size()]));
    }
  }
  now_ns_ += 200 + random_() % 500;
  const std::uint64_t task = ++started_;
  events.push_back(now(task, worker, EventKind::task_started));
  const auto length = static_cast<std::uint64_t>(run_ns_(random_)) + 10;
  const std::uint64_t end = now_ns_ + length;
  if (task >= look_.phases_from) {
    const std::uint64_t wait = trace::phase_detail(trace::PhaseKind::io_wait, names_[0]);
    const std::uint64_t compute = trace::phase_detail(trace::PhaseKind::compute, 0);
    const std::uint64_t middle = end - length / 3;
    later(now_ns_, task, worker, EventKind::phase_begin, wait);
    later(middle, task, worker, EventKind::phase_end, wait);
    later(middle, task, worker, EventKind::phase_begin, compute);
    later(end, task, worker, EventKind::phase_end, compute);
  }
  later(end, task, worker, EventKind::task_finished);
}

void SyntheticPool::next(std::vector<trace::Event>& events) {
  trace::Event event = later_.top().event;
  later_.pop();
  // Queueing a burst takes time: what would have happened meanwhile happens after it.
  now_ns_ = std::max(now_ns_, event.time_ns);
  event.time_ns = now_ns_;
  events.push_back(event);
  if (event.kind != EventKind::task_finished) {
    return;
  }
  if (look_.results) {
    events.push_back(now(event.task, caller_, EventKind::result_delivered));
  }
  if (!ending_) {
    start(event.thread, events);
  }
}

void SyntheticPool::later(std::uint64_t time_ns, std::uint64_t task, trace::ThreadId thread,
                          EventKind kind, std::uint64_t detail) {
  trace::Event event = now(task, thread, kind, detail);
  event.time_ns = time_ns;
  later_.push({order_++, event});
}

trace::Event SyntheticPool::now(std::uint64_t task, trace::ThreadId thread, EventKind kind,
                                std::uint64_t detail) const {
  return {.time_ns = now_ns_,
          .task = task,
          .thread = thread,
          .kind = kind,
          .pool = kPool,
          .detail = detail};
}

}  // namespace poolscope::bench
