// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/packed_column.h"
#include "core/session/packed_vector.h"
#include "core/session/phase_track.h"
#include "core/session/shared_vector.h"
#include "core/session/span_track.h"
#include "core/session/summary_tree.h"
#include "core/session/task_table.h"
#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolscope::session {

/// How a run ended, and which of its events stand word by word in the process's log because they
/// say more than the columns hold.
struct RunResult {
  bool ended = false;  ///< by an event; else by the lane's next run or its exit, and the task's end
                       ///< is not known
  bool start_in_log = false;
  bool end_in_log = false;
  std::uint8_t outcome = 0;
  std::uint32_t error = 0;  ///< name id

  static constexpr std::uint32_t kEndedWell = 1;
  std::uint32_t pack() const {
    return (ended ? 1U : 0U) | (start_in_log ? 2U : 0U) | (end_in_log ? 4U : 0U) |
           (std::uint32_t{outcome} << 3) | (error << 11);
  }
  static RunResult unpack(std::uint32_t bits) {
    return {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0,
            static_cast<std::uint8_t>(bits >> 3), bits >> 11};
  }
  bool failed() const {
    return ended && outcome == static_cast<std::uint8_t>(trace::Outcome::error);
  }
};

/// What happened on one lane.
/// Threads: as SharedVector.
struct LaneData {
  struct BlockInfo {
    std::uint64_t task = 0;
    std::uint64_t detail = 0;
    trace::PoolId pool = 0;
    trace::Outcome outcome = trace::Outcome::ok;
    bool end_seen = false;
  };

  std::uint32_t process = 0;
  trace::ThreadId thread = 0;
  TimeNs first_event = kForever;
  TimeNs last_event = PackedColumn::kAbsent;  ///< of those in order: runs, phases, waits
  bool mixed_pools = false;                   ///< ran tasks of several pools
  bool open_start_in_log = false;             ///< of the open run

  SpanTrack runs;
  PackedVector<Row> run_rows;
  PackedVector<std::uint32_t> run_results;   ///< sparse, absent: RunResult::kEndedWell
  PackedVector<std::uint64_t> cpu_times;     ///< sparse, absent: 0
  PackedVector<std::uint32_t> failed_runs;   ///< rising indices of runs
  PackedVector<std::uint32_t> endless_runs;  ///< closed, but not by an event; rising indices
  PhaseTrack phases;
  SpanTrack waits;
  SharedVector<BlockInfo, 64> wait_infos;
  SharedVector<trace::Event> awaits;  ///< which tasks the waits for several wait for; in time order
  PackedVector<Row> submits;          ///< by time queued
  PackedVector<Row> deliveries;       ///< by time delivered
  SummaryTree summaries;              ///< of runs: see run_counts.h
  std::size_t blurred = 0;            ///< runs of which only sums are left
  PackedColumn queued_before;         ///< sparse: when tasks were queued that are forgotten, by run
  PackedColumn submitted_before;      ///< when the first of submits were queued
  PackedColumn delivered_before;      ///< when the first of deliveries were delivered
  PackedColumn redeliveries;          ///< of results that had been received before; in order

  RunResult result(std::size_t run) const {
    return RunResult::unpack(run_results.get_or(run, RunResult::kEndedWell));
  }
  std::uint64_t cpu_time(std::size_t run) const { return cpu_times.get_or(run, 0); }
  /// Whether an event told the end of a run.
  bool ended(std::size_t run) const;
  std::optional<TimeNs> finished(std::size_t run) const {
    return ended(run) ? std::optional(runs[run].end) : std::nullopt;
  }
  /// Failed runs in [first, last).
  std::uint32_t failed_in(std::size_t first, std::size_t last) const;
  /// Runs that ended by an event in [begin, end).
  std::uint64_t finished_in(TimeNs begin, TimeNs end) const;
  void freeze();
  /// Keeps sums of what was over before `time`, for good; see Writer::forget_before().
  void blur_before(TimeNs time);
  std::size_t bytes() const;
};

/// The place of `value` among rising ones.
std::size_t place_in(const PackedVector<std::uint32_t>& rising, std::size_t value);

/// Where `rows` (sorted by `time_of`) reach `time`: the first index not before it. The times of the
/// first of them stand in `before`.
template <typename TimeOf>
std::size_t first_row_from(const PackedVector<Row>& rows, const PackedColumn& before, TimeNs time,
                           const TimeOf& time_of) {
  if (!before.empty() && time <= before.back()) {
    return before.lower_bound(time);
  }
  std::size_t low = before.size();
  std::size_t high = rows.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (time_of(rows[middle]) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace poolscope::session
