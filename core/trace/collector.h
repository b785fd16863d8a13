// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/event.h"
#include "core/trace/producer.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace poolscope::trace {

/// Merges sorted runs of events into one, in place: [ends[k-1], ends[k]) are the runs. Keeps the
/// order within a run, and of runs where times are equal. `scratch` is reused memory.
void merge_runs(std::vector<Event>& events, std::vector<std::size_t> ends,
                std::vector<Event>& scratch);

/// Drains the rings of all producers on a thread of its own and hands the events to sinks.
/// Threads: any; the thread runs from the first sink to the last.
class Collector {
 public:
  Collector() = default;
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector();

  void add_producer(std::shared_ptr<Producer> producer);
  std::size_t producer_count() const;
  bool enabled() const;

  void add_sink(std::shared_ptr<Sink> sink);
  void remove_sink(const std::shared_ptr<Sink>& sink);
  void flush();
  std::uint64_t dropped() const;
  /// Flushes and ends the thread; the sinks get nothing more. Nobody else may be in a call.
  void close();

 private:
  void loop();
  bool pass();
  void deliver(std::span<const Event> events);
  void drop_ended(const std::vector<Producer*>& ended);
  void enable_locked(bool enabled);
  bool on_collector_thread() const;
  void stop_and_join();

  // Held while the thread is started or joined; taken before mutex_, never by the collector itself.
  std::mutex control_;
  std::thread thread_;

  mutable std::mutex mutex_;      // guards what follows
  std::condition_variable wake_;  // the collector: something to do
  std::condition_variable
      progress_;  // callers: a flush is done, a sink is free, the collector ended
  std::vector<std::shared_ptr<Producer>> producers_;
  std::uint64_t producers_version_ = 0;
  std::vector<std::shared_ptr<Sink>> sinks_;
  std::thread::id thread_id_ = {};
  const Sink* in_use_ = nullptr;  // consume() of this one is running
  std::uint64_t flush_asked_ = 0;
  std::uint64_t flush_done_ = 0;
  bool running_ = false;
  bool stop_ = false;
  bool enabled_ = false;
  std::uint64_t dropped_by_ended_ = 0;

  // The collector thread's own.
  std::vector<std::shared_ptr<Producer>> drained_;
  std::uint64_t drained_version_ = 0;
  std::vector<std::uint64_t> ring_ends_;
  std::vector<Event> batch_;
  std::vector<Event> scratch_;
  bool rush_ = false;  // a ring was rather full
};

}  // namespace poolscope::trace
