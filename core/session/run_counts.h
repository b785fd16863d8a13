// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/lane_data.h"
#include "core/session/summary_tree.h"
#include "core/session/tally.h"
#include "core/session/task_table.h"
#include "core/session/types.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope::session {

/// What the runs of a lane add to a tally, one by one or by the summaries of its blocks. Threads:
/// sealing is the writer's; counting is for any thread once the lane is published.

/// How long a task waited for the run; nothing if it is not known when it was queued.
std::optional<TimeNs> queue_wait(const LaneData& lane, const TaskTable& tasks, std::size_t run);

void count_start(const LaneData& lane, const TaskTable& tasks, std::size_t run, TaskTally& tally);
/// Nothing, if no event told the end.
void count_end(const LaneData& lane, const TaskTable& tasks, std::size_t run, TaskTally& tally);

/// Brings lane.summaries up to date. Cost O(runs closed or spoiled since the last call).
void seal_runs(LaneData& lane, const TaskTable& tasks);

/// Runs [first, last), as those that start.
void count_starts(const LaneData& lane, const TaskTable& tasks, std::size_t first, std::size_t last,
                  TaskTally& tally);
/// Runs that end in [begin, end). Cost of both: O(log runs + a block), for each kind of task.
void count_ends(const LaneData& lane, const TaskTable& tasks, TimeNs begin, TimeNs end,
                TaskTally& tally);

/// The names of the tasks of a block of LaneData::summaries.
struct StartedNames {
  std::uint64_t runs = 0;
  std::uint64_t distinct = 0;
  SummaryReader names;  ///< `distinct` times a name, and how many runs have it
};
StartedNames started_names(SummaryReader block);

/// The lengths in a block, and when its runs ended.
struct BlockBrief {
  TimeNs earliest_end = kForever;  ///< past latest_end, if none did
  TimeNs latest_end = 0;
  DurationTally::Brief waits = {};
  DurationTally::Brief runs = {};
};
BlockBrief block_brief(SummaryReader block);

}  // namespace poolscope::session
