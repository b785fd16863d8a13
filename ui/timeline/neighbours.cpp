// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/neighbours.h"

#include "ui/timeline/task_words.h"

#include <algorithm>
#include <optional>
#include <span>

namespace poolscope::ui {

using session::LaneColumn;
using session::LaneId;
using session::Snapshot;
using session::TaskKey;
using session::TimeNs;

namespace {

constexpr int kParts = 64;

/// The first (or last) task that touches [begin, end) on the lane: halves the stretch by columns
/// until it is found, so the cost is O(log of the stretch).
std::optional<TaskKey> firstIn(const Snapshot& snapshot, LaneId lane, TimeNs begin, TimeNs end,
                               bool fromEnd) {
  while (end - begin > 0) {
    const TimeNs length = end - begin;
    const int parts = static_cast<int>(std::min<TimeNs>(kParts, length));
    // Equal spans of whole nanoseconds; the rest is looked at when nothing else is there.
    const TimeNs span = length / parts;
    const TimeNs from = fromEnd ? end - span * parts : begin;
    const auto columns = snapshot.lane_columns(lane, from, from + span * parts, parts);
    int found = -1;
    for (int i = 0; i < parts && found < 0; ++i) {
      const int index = fromEnd ? parts - 1 - i : i;
      found = columns[static_cast<std::size_t>(index)].task_count > 0 ? index : -1;
    }
    if (found < 0) {
      const TimeNs restBegin = fromEnd ? begin : from + span * parts;
      const TimeNs restEnd = fromEnd ? from : end;
      begin = restBegin;
      end = restEnd;
      continue;
    }
    const LaneColumn& column = columns[static_cast<std::size_t>(found)];
    if (column.task_count == 1 || span <= 1) {
      return column.longest;
    }
    begin = from + span * found;
    end = begin + span;
  }
  return {};
}

}  // namespace

TaskKey taskBeside(const Snapshot& snapshot, const LanePlaces& places, TaskKey key, int step,
                   TimeNs now) {
  const auto task = snapshot.task(key);
  if (!task || !task->worker || !task->started || *task->started > now) {
    return {};
  }
  const bool back = step < 0;
  const TimeNs begin = back ? snapshot.begin() : endOf(*task, now);
  const TimeNs end = back ? *task->started : now;
  if (const auto found = firstIn(snapshot, *task->worker, begin, end, back)) {
    return *found;
  }
  // Nothing more of this worker: on with who stood at its place before or after it.
  const auto place = places.placeOf(*task->worker);
  const auto lanes = place ? places.at(*place) : std::span<const LaneId>();
  const auto count = static_cast<std::ptrdiff_t>(lanes.size());
  auto i = std::find(lanes.begin(), lanes.end(), *task->worker) - lanes.begin();
  for (i += step; i >= 0 && i < count; i += step) {
    const LaneId lane = lanes[static_cast<std::size_t>(i)];
    const TimeNs started = snapshot.lanes()[static_cast<std::size_t>(lane)].started;
    if (const auto found =
            started <= now ? firstIn(snapshot, lane, started, now, back) : std::nullopt) {
      return *found;
    }
  }
  return {};
}

TaskKey taskOnNeighbour(const Snapshot& snapshot, const RowPlan& plan, TaskKey key, int step,
                        TimeNs now) {
  const auto task = snapshot.task(key);
  const PlannedRow* row = task && task->worker ? plan.rowOf(*task->worker) : nullptr;
  if (row == nullptr || !task->started) {
    return {};
  }
  const TimeNs end = std::min(endOf(*task, now), now);
  const TimeNs middle = *task->started + (end - *task->started) / 2;
  const auto count = static_cast<std::ptrdiff_t>(plan.rows.size());
  std::ptrdiff_t index = row - plan.rows.data();
  TaskKey fallback = {};
  for (index += step; index >= 0 && index < count; index += step) {
    const PlannedRow& other = plan.rows[static_cast<std::size_t>(index)];
    if (other.kind != LaneRow::Kind::worker) {
      continue;
    }
    for (auto lane = other.lanes.rbegin(); lane != other.lanes.rend(); ++lane) {
      if (const auto running = snapshot.task_at(*lane, middle)) {
        return *running;
      }
      if (!fallback) {
        fallback = firstIn(snapshot, *lane, snapshot.begin(), middle, true).value_or(TaskKey{});
      }
    }
  }
  return fallback;
}

}  // namespace poolscope::ui
