// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace poolscope::storage {

/// Hands batches of events to their sinks, in order, on a thread of its own, while the next ones
/// are decoded. What a sink throws comes out of the next call. Threads: all calls by one thread.
class SessionFiller {
 public:
  SessionFiller() = default;
  SessionFiller(const SessionFiller&) = delete;
  SessionFiller& operator=(const SessionFiller&) = delete;
  ~SessionFiller();

  /// Takes the events and leaves an empty vector. Waits while many are on their way.
  void put(std::shared_ptr<trace::Sink> sink, std::vector<trace::Event>& events);
  /// Until the sinks have had all of them.
  void wait();

 private:
  struct Batch {
    std::shared_ptr<trace::Sink> sink = {};
    std::vector<trace::Event> events = {};
  };
  static constexpr std::size_t kMostBatches = 4;
  void run(const std::stop_token& stop);
  void check();

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any added_;
  std::condition_variable_any taken_;
  std::deque<Batch> batches_;  // the first is under way
  std::vector<std::vector<trace::Event>> spare_;
  std::exception_ptr error_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poolscope::storage
