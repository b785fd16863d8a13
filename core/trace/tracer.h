// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/trace/clock.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

namespace poolscope::trace {

class Tracer;

/// A thread's own way into a tracer: stamps nothing, copies the event into the thread's ring, drops and counts when the
/// ring is full. No lock, no allocation, no system call.
/// Threads: only the one that got it from Tracer::producer().
class Producer {
 public:
  void record(const Event& event) noexcept;
  ThreadId thread() const noexcept;
  // The rest is the trace's own; see producer.cpp.
 private:
  friend class Tracer;
  Producer() = default;
};

/// Collects the events of one process's pools and hands them to sinks. May serve several pools. The collector thread
/// runs while there is a sink; without one, events are not kept (and not counted as lost: nobody asked for them).
/// Threads: any. The tracer must outlive the pools that it serves; it is destroyed by a thread that is not a sink's.
class Tracer {
 public:
  Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer();

  /// From its next batch on `sink` gets everything; batches are never split between sinks.
  void add_sink(std::shared_ptr<Sink> sink);
  /// Returns when the collector no longer uses `sink`; what was emitted before the call has been consumed by it.
  void remove_sink(const std::shared_ptr<Sink>& sink);
  /// Returns when all that was emitted before the call has been consumed.
  void flush();
  /// Events that full rings dropped, since the beginning.
  std::uint64_t lost_events() const;

  /// The calling thread's producer, made at its first call (that one allocates). A thread that has no name yet is
  /// called by its OS name. Valid until the thread ends.
  Producer& producer();
  /// Names the calling thread ("main") in this tracer and for the operating system.
  void name_this_thread(std::string_view name);

  const std::shared_ptr<Directory>& directory() const;
  NameId intern(std::string_view text);
  std::uint64_t next_task_id() noexcept;  ///< 1, 2, ...
  PoolId next_pool_id() noexcept;         ///< 1, 2, ...

  /// A note on the time axis, from the calling thread.
  void marker(std::string_view text);
};

}  // namespace poolscope::trace
