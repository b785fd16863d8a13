// SPDX-License-Identifier: Apache-2.0
// What the workers of a pool do together, told from what each of them does.
#include "core/session/writer.h"

namespace poolscope::session {

void Writer::note_activity(std::uint32_t pool, std::size_t channel, TimeNs time, int change) {
  if (pool != kNone32) {
    pool_data(pools_[pool].info.process, pool).activity.add(channel, time, change);
  }
}

std::uint32_t Writer::pool_of_run(const LaneData& lane, std::size_t run) const {
  return processes_[lane.process].data.tasks.origin(lane.run_rows[run])->pool;
}

std::uint32_t Writer::pool_of_phase(const LaneData& lane, const PhaseTrack::Top& top) const {
  const std::vector<std::uint32_t>& pools = processes_[lane.process].pools;
  return top.pool == 0 || top.pool >= pools.size() ? kNone32 : pools[top.pool] - 1;
}

/// A run with its end, if it has one; `change` -1 takes it back.
void Writer::note_run(const LaneData& lane, std::size_t run, int change) {
  const std::uint32_t pool = pool_of_run(lane, run);
  note_activity(pool, ActivityTrack::running, lane.runs.begin_of(run), change);
  if (run < lane.runs.closed()) {
    note_activity(pool, ActivityTrack::running, lane.runs[run].end, -change);
    if (const RunResult result = lane.result(run); result.ended) {
      note_end(pool, lane.runs[run].end, result.failed(), change);
    }
  }
}

/// That an event told the end of a run.
void Writer::note_end(std::uint32_t pool, TimeNs time, bool failed, int change) {
  note_activity(pool, ActivityTrack::ended, time, change);
  if (failed) {
    note_activity(pool, ActivityTrack::failed, time, change);
  }
}

/// All phases that were told of a lane.
void Writer::note_phases(const LaneData& lane, int change) {
  std::optional<PhaseTrack::Top> before;
  for (std::size_t i = 0; i < lane.phases.changes(); ++i) {
    const TimeNs time = lane.phases.change_time(i);
    const std::optional<PhaseTrack::Top> after = lane.phases.top_from(i);
    note_phase(lane, before, time, -change);
    note_phase(lane, after, time, change);
    before = after;
  }
}

void Writer::note_phase(const LaneData& lane, const std::optional<PhaseTrack::Top>& top,
                        TimeNs time, int change) {
  if (top) {
    note_activity(pool_of_phase(lane, *top), ActivityTrack::phase(top->kind), time, change);
  }
}

/// The lane had `known` changes before what happened at `time`.
void Writer::note_phase_changes(const LaneData& lane, std::size_t known, TimeNs time) {
  const std::size_t changes = lane.phases.changes();
  if (changes == known) {
    return;
  }
  const auto before = known == 0 ? std::nullopt : lane.phases.top_from(known - 1);
  if (const auto after = lane.phases.top_from(changes - 1); after != before) {
    note_phase(lane, before, time, -1);
    note_phase(lane, after, time, 1);
  }
}

}  // namespace poolscope::session
