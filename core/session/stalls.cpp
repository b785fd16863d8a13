// SPDX-License-Identifier: Apache-2.0
#include "core/session/stalls.h"

#include "core/session/wait_graph.h"

#include <algorithm>
#include <cstddef>

namespace poolscope::session {
namespace {

constexpr std::size_t kPicksLookedAt = 64;
constexpr std::size_t kLeastPassed = 16;
constexpr TimeNs kTimesShorter = 10;

bool lost_before(const Snapshot& snapshot, TimeNs time) {
  return snapshot.lost_events() != 0 &&
         std::ranges::any_of(snapshot.markers(), [&](const Marker& marker) {
           return marker.kind == Marker::Kind::lost && marker.time <= time;
         });
}

bool paused(const Snapshot& snapshot, PoolIndex pool, TimeNs time) {
  const auto latest = latest_pause(snapshot, pool, time);
  return latest && latest->kind == Marker::Kind::paused;
}

/// Whether most of what is picked came after the task and waited far less long.
bool passed_over(const Snapshot& snapshot, PoolIndex pool, TimeNs queued, TimeNs time) {
  const std::vector<Pick> picks = snapshot.picks(pool, queued, time + 1, kPicksLookedAt);
  const auto passed = std::ranges::count_if(picks, [&](const Pick& pick) {
    return pick.queued > queued && (pick.time - pick.queued) * kTimesShorter < time - queued;
  });
  const auto count = static_cast<std::size_t>(passed);
  return count >= kLeastPassed && 2 * count >= picks.size();
}

std::optional<StarvedQueue> starved_queue(const Snapshot& snapshot, const WaitGraph& graph,
                                          PoolIndex pool, TimeNs time) {
  const std::vector<TaskKey> waiting = snapshot.waiting(pool, time, 1);
  const auto oldest = waiting.empty() ? std::nullopt : snapshot.task(waiting.front());
  if (!oldest || !oldest->queued || time - *oldest->queued < kStarvedAfter ||
      paused(snapshot, pool, time)) {
    return {};
  }
  StarvedQueue starved{.pool = pool, .oldest = oldest->key, .queued = *oldest->queued};
  if (passed_over(snapshot, pool, starved.queued, time)) {
    return starved;
  }
  const auto held_up = graph.all_wait_since(pool);
  if (held_up && time - std::max(*held_up, starved.queued) >= kHeldUpAfter) {
    starved.cause = StarvedQueue::Cause::held_up;
    return starved;
  }
  return {};
}

}  // namespace

Stalls find_stalls(const Snapshot& snapshot, TimeNs time, TimeNs lasting) {
  WaitGraph graph(snapshot, time, lasting);
  Stalls stalls{.deadlocks = graph.deadlocks()};
  for (const Pool& pool : snapshot.pools()) {
    const bool deadlocked = std::ranges::any_of(
        stalls.deadlocks, [&](const Deadlock& deadlock) { return deadlock.pool == pool.index; });
    const auto starved =
        deadlocked ? std::nullopt : starved_queue(snapshot, graph, pool.index, time);
    if (starved) {
      stalls.starved.push_back(*starved);
    }
  }
  const bool found = !stalls.deadlocks.empty() || !stalls.starved.empty();
  return found && lost_before(snapshot, time) ? Stalls{} : stalls;
}

}  // namespace poolscope::session
