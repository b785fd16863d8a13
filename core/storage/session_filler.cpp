// SPDX-License-Identifier: Apache-2.0
#include "core/storage/session_filler.h"

#include "core/base/thread_name.h"

#include <utility>

namespace poolscope::storage {

SessionFiller::~SessionFiller() {
  thread_.request_stop();
}

void SessionFiller::put(std::shared_ptr<trace::Sink> sink, std::vector<trace::Event>& events) {
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return batches_.size() < kMostBatches; });
  check();
  batches_.push_back({std::move(sink), std::move(events)});
  events.clear();
  if (!spare_.empty()) {
    events = std::move(spare_.back());
    spare_.pop_back();
  }
  added_.notify_one();
}

void SessionFiller::wait() {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return batches_.empty(); });
  check();
}

/// Under mutex_.
void SessionFiller::check() {
  if (error_) {
    std::rethrow_exception(std::exchange(error_, {}));
  }
}

void SessionFiller::run(const std::stop_token& stop) {
  set_current_thread_name("filler");
  std::unique_lock lock(mutex_);
  while (added_.wait(lock, stop, [this] { return !batches_.empty(); }) && !stop.stop_requested()) {
    Batch& batch = batches_.front();
    lock.unlock();
    std::exception_ptr error;
    try {
      batch.sink->consume(batch.events);
    } catch (...) {
      error = std::current_exception();
    }
    batch.events.clear();
    lock.lock();
    error_ = error ? error : error_;
    spare_.push_back(std::move(batch.events));
    batches_.pop_front();
    taken_.notify_one();
  }
}

}  // namespace poolscope::storage
