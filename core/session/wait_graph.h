// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "core/session/stalls.h"
#include "core/session/types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::session {

/// The latest pause or resume of the pool until `time`.
std::optional<Marker> latest_pause(const Snapshot& snapshot, PoolIndex pool, TimeNs time);

/// Who waits for whom at one moment, and who of these waits for ever: all that has been so for
/// `lasting` is taken to be stuck at first, and then let go one by one as something is found that
/// may help. Threads: one; the snapshot outlives it.
class WaitGraph {
 public:
  WaitGraph(const Snapshot& snapshot, TimeNs time, TimeNs lasting);

  std::vector<Deadlock> deadlocks();
  /// Since when all workers of the pool have waited for something, timeouts or not, and there are
  /// as many as may be; empty if it is not so.
  std::optional<TimeNs> all_wait_since(PoolIndex index) const;

 private:
  /// What a wait needs: a place in workers_ or pools_; or nothing known, so that it may end.
  struct Need {
    enum class Of : std::uint8_t { nothing_known, worker, pool };
    Of of = Of::nothing_known;
    std::size_t place = 0;
    TaskKey task = {};
  };
  struct Worker {
    LaneId lane = {};
    TaskKey task = {};
    Blocked wait = {};
    std::vector<Need> needs = {};
    bool any = false;  // of the needs is enough
    bool stuck = false;
    TimeNs since = 0;
  };
  /// A pool is stuck if it picks no task any more: if as many of its workers are stuck as there may
  /// be. Those beyond leave once they have ended what they run.
  struct Pool {
    PoolIndex index = {};
    std::vector<std::size_t> workers = {};  // those alive
    TimeNs last_exit = 0;
    TimeNs resumed = 0;
    std::size_t most_workers = 0;  // that were allowed in all the time looked at; 0: not known
    bool stuck = false;
    TimeNs since = 0;
  };

  void add_lane(const Lane& lane);
  bool blocks(const LaneState& state) const;
  bool enough_block(const Pool& pool) const;
  void look_at_workers();
  void find_needs(Worker& worker) const;
  Need need_of(TaskKey key) const;
  void look_at_pool(Pool& pool) const;
  bool is_stuck(const Need& need) const;
  bool let_go();
  bool put_off();
  TimeNs picks_nothing_since(const Pool& pool) const;
  std::optional<Deadlock> describe(const Pool& pool) const;

  const Snapshot& snapshot_;
  const TimeNs time_;
  const TimeNs latest_;  // what began later does not count
  std::vector<Pool> pools_;
  std::vector<Worker> workers_;      // those alive
  std::vector<std::size_t> places_;  // in workers_, by lane; past its end: none
};

}  // namespace poolscope::session
