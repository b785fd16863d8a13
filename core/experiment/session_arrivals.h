// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace poolscope::experiment {

/// A part of a session: of one pool, what was picked in [begin, end].
struct SessionStretch {
  session::PoolIndex pool = {};
  session::TimeNs begin = 0;
  session::TimeNs end = 0;
};

/// A task's time in the pool.
struct Stay {
  session::TimeNs queued = 0;
  session::TimeNs started = 0;
  session::TimeNs finished = 0;
  std::optional<session::LaneId> caller = {};  ///< who submitted it
};

/// How tasks come to a pool.
enum class Arrivals : std::uint8_t {
  always,         ///< there are always some in the queue
  batches,        ///< as many at once, whenever the last of them is done
  by_themselves,  ///< whatever the pool does
};

struct SessionArrivals {
  Arrivals kind = Arrivals::always;
  /// Tasks that come at once: when those before are done, or when the queue is empty (always).
  std::uint64_t batch = 1;
  /// Of batches that are not alike: how many in each, in their order; `batch` is the largest.
  std::vector<std::uint64_t> batches = {};
  double pause = 0;  ///< seconds from the end of a batch until the next one comes
  /// Of always: who submits waits while so many are in the pool; 0: no such limit is seen.
  std::uint64_t most_at_once = 0;
  /// ... until any of them is done, as with a semaphore; else until the first of them is, as with
  /// map() and a buffer.
  bool any_order = false;
  std::vector<float> gaps = {};  ///< of by_themselves: seconds from each arrival to the next
  float gap_at_end = 0;          ///< and after the last, until they come again
};

/// How the tasks of `stays` came, which are those of the stretch, or the latest of them, in the
/// order in which they were queued; at least one. Batches: all of one come within a small part of
/// the time, and nobody idles between them, or who submits was blocked until each was done. By
/// themselves: the queue is empty for a tenth of the time or more, or grows and grows, but not
/// where what ends brings more. Threads: any.
SessionArrivals arrivals_of(const session::Snapshot& snapshot, const SessionStretch& stretch,
                            std::span<const Stay> stays);

/// The same of a pool whose tasks submit others: of those that come from outside. What keeps the
/// queue at a depth (most_at_once) is not looked for there.
SessionArrivals arrivals_of_roots(const session::Snapshot& snapshot, const SessionStretch& stretch,
                                  std::span<const Stay> roots);

}  // namespace poolscope::experiment
