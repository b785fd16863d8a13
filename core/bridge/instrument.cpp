// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/instrument.h"

#include "core/trace/clock.h"

#include <string>
#include <utility>

namespace poolscope::bridge {

using trace::EventKind;
using trace::Outcome;

PoolScope::PoolScope(std::string_view name, std::uint32_t max_workers)
    : tracer_(tracer_from_environment()),
      max_workers_(max_workers) {
  if (tracer_ != nullptr) {
    pool_ = tracer_->next_pool_id();
    tell(EventKind::pool_created, 0, trace::pool_detail(max_workers, tracer_->intern(name)));
  }
}

PoolScope::~PoolScope() {
  tell(EventKind::pool_shut_down, 0, 0);
}

void PoolScope::tell(EventKind kind, std::uint64_t task, std::uint64_t detail,
                     Outcome outcome) const {
  if (tracer_ == nullptr) {
    return;
  }
  trace::Producer& producer = tracer_->producer();
  if (producer.enabled()) {
    producer.record({.time_ns = trace::now_ns(),
                     .task = task,
                     .thread = producer.thread(),
                     .kind = kind,
                     .outcome = outcome,
                     .pool = pool_,
                     .detail = detail});
  }
}

std::uint64_t PoolScope::queued(std::string_view name) {
  if (tracer_ == nullptr) {
    return 0;
  }
  const std::uint64_t task = tracer_->next_task_id();
  tell(EventKind::task_queued, task, tracer_->intern(name));
  return task;
}

void PoolScope::cancelled(std::uint64_t task) {
  tell(EventKind::task_finished, task, 0, Outcome::cancelled);
}

void PoolScope::set_max_workers(std::uint32_t count) {
  const std::uint32_t before = max_workers_.exchange(count, std::memory_order_relaxed);
  tell(EventKind::max_workers_changed, 0, trace::max_workers_detail(count, before));
}

void PoolScope::delivered(std::uint64_t task) {
  tell(EventKind::result_delivered, task, 0);
}

WorkerScope::WorkerScope(PoolScope& pool, std::string_view name) : pool_(pool) {
  if (pool_.tracer_ != nullptr) {
    const std::uint32_t index = pool_.next_worker_.fetch_add(1, std::memory_order_relaxed);
    const std::string own = std::string(name) + "-" + std::to_string(index);
    trace::Tracer& tracer = *pool_.tracer_;
    tracer.directory()->set_thread_name(tracer.producer().thread(), own);
    pool_.tell(EventKind::worker_started, 0, trace::worker_detail(tracer.intern(own), index));
  }
}

WorkerScope::~WorkerScope() {
  pool_.tell(EventKind::worker_exited, 0, 0);
}

TaskScope::TaskScope(PoolScope& pool, std::uint64_t task) : pool_(pool), task_(task) {
  if (pool_.tracer_ != nullptr) {
    before_ = std::exchange(trace::t_current_task, {pool_.tracer_, task_, pool_.pool_});
    pool_.tell(EventKind::task_started, task_, 0);
  }
}

TaskScope::~TaskScope() {
  if (pool_.tracer_ != nullptr) {
    const bool failed = failed_ || std::uncaught_exceptions() > exceptions_;
    pool_.tell(EventKind::task_finished, task_, trace::finished_detail(0, error_),
               failed ? Outcome::error : Outcome::ok);
    trace::t_current_task = before_;
  }
}

void TaskScope::fail(std::string_view why) {
  failed_ = true;
  error_ = pool_.tracer_ != nullptr ? pool_.tracer_->intern(why) : 0;
}

WaitScope::WaitScope(PoolScope& pool, std::uint64_t task)
    : blocked_(pool.tracer_ != nullptr ? pool.tracer_->id() : 0, pool.pool_,
               trace::BlockReason::result, task) {}

}  // namespace poolscope::bridge
