// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "core/trace/event.h"

#include <cstdint>
#include <vector>

namespace poolscope::session {

/// A stretch in which nothing but a caller could have helped a pool on.
struct SimulatedDeadlock {
  PoolIndex pool = {};
  TimeNs begin = 0;
  TimeNs end = kForever;
  /// The last cancellation in it, or its begin. Of a wait for several tasks one that kept it may
  /// have been cancelled; that the others keep it, too, may be younger.
  TimeNs settled = 0;
};

/// A random program of a few pools whose tasks wait for each other, as it ran in simulated time.
struct SimulatedProgram {
  std::vector<trace::Event> events = {};
  std::vector<SimulatedDeadlock> deadlocks = {};  ///< of any length; by pool, then by time
  std::vector<TimeNs> cancellations = {};
  TimeNs end = 0;

  /// Those that have lasted for half a second, as they are known then.
  std::vector<SimulatedDeadlock> deadlocked_at(TimeNs time) const;
  /// When to look: all along, and where deadlocks begin and end; never within 1 us of that.
  std::vector<TimeNs> moments() const;
};

/// The seed decides all of it. What is a deadlock is found not by looking at who waits for whom,
/// but by trying: the callers are stopped, all that is not blocked without a timeout ends at once,
/// whatever it wanted to do next, and then it is seen who still does not get on.
SimulatedProgram simulate(std::uint64_t seed);

}  // namespace poolscope::session
