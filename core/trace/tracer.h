// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/clock.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"
#include "core/trace/producer.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace poolscope::trace {

class Collector;

/// Which tracer, in this process and for ever: 1, 2, ...; 0: none. What may outlive its tracer (a
/// future) keeps this instead of a pointer.
using TracerId = std::uint32_t;

struct TracerOptions {
  /// Events a thread's ring holds; rounded up to a power of two, at least 2. A thread that only
  /// asks for results makes 20 M events/s, and where all cores are busy the collector is let in
  /// only every 5 ms or so, and has a share of one: a burst of a million submits with fifty workers
  /// at work waited for 60 ms. Memory is touched only as it is needed.
  std::size_t ring_slots = 524'288;
  /// The same for threads beyond the first large_rings that live at a time.
  std::size_t small_ring_slots = 16'384;
  std::size_t large_rings = 128;
};

/// Collects the events of one process's pools and hands them to sinks. May serve several pools. The
/// collector thread runs while there is a sink; without one, events are not kept (and not counted
/// as lost: nobody asked for them). Threads: any. The tracer must outlive the pools that it serves;
/// it is destroyed by a thread that is not a sink's. A sink that throws is dropped: it gets nothing
/// more, the others go on. From inside consume(): add_sink() and remove_sink() take effect with the
/// next batch or the next sink, flush() returns at once (it would have to wait for itself).
class Tracer {
 public:
  explicit Tracer(TracerOptions options = {});
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer();

  /// From its next batch on `sink` gets everything; batches are never split between sinks.
  void add_sink(std::shared_ptr<Sink> sink);
  /// Returns when the collector no longer uses `sink`; what was emitted before the call has been
  /// consumed by it.
  void remove_sink(const std::shared_ptr<Sink>& sink);
  /// Returns when all that was emitted before the call has been consumed.
  void flush();
  /// Events that full rings dropped, since the beginning.
  std::uint64_t lost_events() const;

  /// The calling thread's producer, made at its first call (that one allocates). A thread that has
  /// no name yet is called by its OS name. Valid until the thread ends.
  Producer& producer();
  /// Names the calling thread ("main") in this tracer and for the operating system.
  void name_this_thread(std::string_view name);

  const std::shared_ptr<Directory>& directory() const { return directory_; }
  NameId intern(std::string_view text) { return directory_->intern(text); }
  std::uint64_t next_task_id() noexcept {  ///< 1, 2, ...
    return next_task_.fetch_add(1, std::memory_order_relaxed);
  }
  PoolId next_pool_id() noexcept {  ///< 1, 2, ...
    return next_pool_.fetch_add(1, std::memory_order_relaxed);
  }
  TracerId id() const noexcept { return id_; }

  /// A note on the time axis, from the calling thread.
  void marker(std::string_view text);

 private:
  const TracerId id_;
  const std::shared_ptr<Directory> directory_;
  const std::shared_ptr<Collector> collector_;
  // On a line of its own: each submit writes to it, and reads what stands above.
  alignas(kCacheLine) std::atomic<std::uint64_t> next_task_{1};
  std::atomic<PoolId> next_pool_{1};
};

namespace detail {
/// The producer that this thread used last. Without a destructor, so that it may be asked at any
/// time.
struct LastProducer {
  TracerId tracer = 0;
  Producer* producer = nullptr;
};
inline constinit thread_local LastProducer t_last_producer;

Producer& find_producer(TracerId tracer);
}  // namespace detail

/// The calling thread's producer of the tracer with this id; one that keeps nothing if the tracer
/// is gone, or is 0.
inline Producer& producer_of(TracerId tracer) {
  if (tracer != 0 && detail::t_last_producer.tracer == tracer) [[likely]] {
    return *detail::t_last_producer.producer;
  }
  return detail::find_producer(tracer);
}

inline Producer& Tracer::producer() {
  return producer_of(id_);
}

}  // namespace poolscope::trace
