// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/trace/directory.h"
#include "core/trace/event.h"

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

  /// The latest published state: at most some 8 ms behind what was consumed, and exactly all of it
  /// after an empty batch (so after Tracer::flush()).
  std::shared_ptr<const Snapshot> snapshot() const;

 private:
  class Store;
  std::shared_ptr<Store> store_;
};

}  // namespace poolscope::session
