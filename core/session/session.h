// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

#include <cstddef>
#include <memory>

namespace poolscope::session {

/// Holds what happened, for the window, statistics and files: columns that only grow, in chunks;
/// several processes and pools. Filled through a sink for each process. Threads: each sink from one
/// thread at a time (its collector or reader), different sinks concurrently; snapshot() from any
/// thread, cheap enough for every frame, never waiting for a consume() that is under way.
class Session {
 public:
  Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// A sink for the events of one more process, whose ids `directory` explains.
  std::shared_ptr<trace::Sink> add_process(std::shared_ptr<const trace::Directory> directory);

  /// Counts what a reader of a file found not to fit among its events: see Snapshot::anomalies().
  /// Threads: as a sink.
  void add_anomalies(std::uint64_t count);

  /// The latest published state: at most some 8 ms behind what was consumed, and exactly all of it
  /// after an empty batch (so after Tracer::flush()).
  std::shared_ptr<const Snapshot> snapshot() const;

  /// How much memory the session's columns may take, in bytes, about; 0, as it is at first: any
  /// amount. Beyond it the oldest detail goes and its sums stay: see Snapshot::complete_since().
  /// The sums grow, too, by somewhat less than half of what the detail took. Takes effect bit by
  /// bit, with what is consumed from then on; snapshots taken before keep what they have. Threads:
  /// any.
  void set_memory_limit(std::size_t bytes);

 private:
  class Store;
  std::shared_ptr<Store> store_;
};

}  // namespace poolscope::session
