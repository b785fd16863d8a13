// SPDX-License-Identifier: Apache-2.0
#include "core/session/column_edges.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>

namespace poolscope::session {
namespace {

// Of runs that are blurred a part may be less than nothing, by a nanosecond.
float share(TimeNs part, TimeNs whole) {
  return static_cast<float>(static_cast<double>(std::max<TimeNs>(part, 0)) /
                            static_cast<double>(whole));
}

struct LongestRun {
  TimeNs length = -1;
  std::size_t run = 0;
};

// The run times as they were known at `known`: what ended later was still running.
LongestRun longest_of(const SpanTrack& runs, std::size_t first, const SpanTrack::Edge& end,
                      TimeNs known) {
  LongestRun best;
  std::size_t ended = end.next;
  if (end.previous_end > known) {
    --ended;
    best = {known - runs.begin_of(ended), ended};
  }
  if (first < ended) {
    if (first + 1 == ended && best.length < 0) {
      return {0, first};
    }
    const SpanTrack::Longest over = runs.longest(first, ended);
    if (over.length >= best.length) {
      best = {over.length, static_cast<std::size_t>(over.index)};
    }
  }
  return best;
}

void add_phases(const LaneData& lane, const ColumnEdges& edges, std::vector<LaneColumn>& columns) {
  if (lane.phases.empty()) {
    return;
  }
  std::size_t hint = 0;
  TimeNs reached = edges.edge(0);
  PhaseTrack::Sums before = lane.phases.sums_until(reached, hint);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const TimeNs begin = edges.edge(i);
    const TimeNs end = edges.shown_until(i);
    if (reached != begin) {
      before = lane.phases.sums_until(begin, hint);
    }
    const PhaseTrack::Sums after = lane.phases.sums_until(end, hint);
    for (std::size_t kind = 0; kind < after.size(); ++kind) {
      columns[i].phases[kind] = share(after[kind] - before[kind], end - begin);
    }
    before = after;
    reached = end;
  }
}

// Through all runs, since those of a lane that did two things at once have no order by their ends.
// The lane is busy while one of them runs.
template <typename KeyOf>
void add_overlapping(const LaneData& lane, const ColumnEdges& edges, TimeNs known,
                     const KeyOf& key_of, std::vector<LaneColumn>& columns) {
  std::vector<TimeNs> longest(columns.size(), -1);
  std::vector<TimeNs> reached(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    reached[i] = edges.edge(i);
  }
  std::vector<TimeNs> busy(columns.size(), 0);
  for (std::size_t run = 0; run < lane.runs.size(); ++run) {
    const Span span = lane.runs[run];
    if (span.begin >= edges.end()) {
      break;
    }
    const TimeNs length = std::min(span.end, known) - span.begin;
    for (std::size_t i = 0; i < columns.size() && edges.edge(i) <= span.end; ++i) {
      const TimeNs begin = edges.edge(i);
      const TimeNs end = edges.shown_until(i);
      if (span.begin >= end || (span.end <= begin && span.begin < begin)) {
        continue;
      }
      ++columns[i].task_count;
      columns[i].failed_count +=
          run < lane.runs.closed() && lane.result(run).failed() && span.end <= known ? 1U : 0U;
      if (length > longest[i]) {
        longest[i] = length;
        columns[i].longest = key_of(run);
      }
      const TimeNs from = std::max(span.begin, reached[i]);
      const TimeNs to = std::min(span.end, end);
      if (to > from) {
        busy[i] += to - from;
        reached[i] = to;
      }
      columns[i].busy = share(busy[i], end - begin);
    }
  }
}

// Goes through the columns. `edge_after` tells how things stood at a time, and may search from an
// edge that is near. A column begins where the one before ended, but for those that are narrower
// than a nanosecond.
template <typename Edge, typename EdgeAfter, typename Use>
void walk_columns(const ColumnEdges& edges, const EdgeAfter& edge_after, const Use& use) {
  Edge before = edge_after(edges.edge(0), Edge());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (before.time != edges.edge(i)) {
      before = edge_after(edges.edge(i), before);
    }
    const Edge after = edge_after(edges.shown_until(i), before);
    use(i, before, after);
    before = after;
  }
}

template <typename Use>
void walk_columns(const SpanTrack& spans, const ColumnEdges& edges, const Use& use) {
  using Edge = SpanTrack::Edge;
  walk_columns<Edge>(
      edges, [&](TimeNs time, const Edge& near) { return spans.edge(time, near.next); }, use);
}

template <typename Use>
void walk_columns(const QueueSteps& queue, const ColumnEdges& edges, const Use& use) {
  using Edge = QueueSteps::Edge;
  walk_columns<Edge>(
      edges, [&](TimeNs time, const Edge& near) { return queue.edge(time, near.before); }, use);
}

}  // namespace

std::vector<LaneColumn> StoredSnapshot::lane_columns(LaneId id, TimeNs begin, TimeNs end, int count,
                                                     TimeNs known) const {
  const ColumnEdges edges(begin, end, count);
  known = std::max(known, edges.end());
  std::vector<LaneColumn> columns(edges.size());
  const LaneData* lane = lane_data(id);
  if (lane == nullptr || edges.nothing()) {
    return columns;
  }
  add_phases(*lane, edges, columns);
  const SpanTrack& runs = lane->runs;
  if (runs.overlaps()) {
    add_overlapping(
        *lane, edges, known, [&](std::size_t run) { return key_of(*lane, run); }, columns);
    return columns;
  }
  walk_columns(runs, edges, [&](std::size_t i, const auto& before, const auto& after) {
    const std::size_t first = before.first_touching();
    const std::size_t last = after.next;
    if (first >= last) {
      return;
    }
    LaneColumn& column = columns[i];
    column.task_count = static_cast<std::uint32_t>(last - first);
    column.busy = share(after.covered - before.covered, after.time - before.time);
    column.failed_count = lane->failed_in(first, last);
    if (column.failed_count > 0 && last <= runs.closed() && after.previous_end > known &&
        lane->result(last - 1).failed()) {
      --column.failed_count;  // it had not failed yet
    }
    column.longest = key_of(*lane, longest_of(runs, first, after, known).run);
  });
  return columns;
}

std::vector<LaneLoad> StoredSnapshot::lane_loads(LaneId id, TimeNs begin, TimeNs end,
                                                 int count) const {
  const LaneData* lane = lane_data(id);
  if (lane != nullptr && lane->runs.overlaps()) {
    return Snapshot::lane_loads(id, begin, end, count);
  }
  const ColumnEdges edges(begin, end, count);
  std::vector<LaneLoad> loads(edges.size());
  if (lane == nullptr || edges.nothing()) {
    return loads;
  }
  walk_columns(lane->runs, edges, [&](std::size_t i, const auto& before, const auto& after) {
    const std::size_t first = std::min(before.first_touching(), after.next);
    loads[i].task_count = static_cast<std::uint32_t>(after.next - first);
    loads[i].busy = share(after.covered - before.covered, after.time - before.time);
  });
  return loads;
}

std::vector<CallerColumn> StoredSnapshot::caller_columns(LaneId id, TimeNs begin, TimeNs end,
                                                         int count) const {
  const ColumnEdges edges(begin, end, count);
  std::vector<CallerColumn> columns(edges.size());
  const LaneData* lane = lane_data(id);
  if (lane == nullptr || edges.nothing()) {
    return columns;
  }
  const TaskTable& tasks = process_of(*lane).tasks;
  const auto submitted_before = [&](TimeNs time) {
    return first_row_from(lane->submits, lane->submitted_before, time,
                          [&](Row row) { return tasks.queued(row); });
  };
  const auto delivered_before = [&](TimeNs time) {
    return first_row_from(lane->deliveries, lane->delivered_before, time,
                          [&](Row row) { return tasks.delivered(row); }) +
           lane->redeliveries.lower_bound(time);
  };
  std::size_t submitted = submitted_before(edges.edge(0));
  std::size_t delivered = delivered_before(edges.edge(0));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const TimeNs to = edges.edge(i + 1);
    const TimeNs shown = edges.shown_until(i) - edges.edge(i);
    columns[i].blocked = share(lane->waits.covered(edges.edge(i), edges.shown_until(i)), shown);
    const std::size_t submitted_now = submitted_before(to);
    const std::size_t delivered_now = delivered_before(to);
    columns[i].submitted = static_cast<std::uint32_t>(submitted_now - submitted);
    columns[i].delivered = static_cast<std::uint32_t>(delivered_now - delivered);
    submitted = submitted_now;
    delivered = delivered_now;
  }
  return columns;
}

std::vector<QueueColumn> StoredSnapshot::queue_columns(PoolIndex id, TimeNs begin, TimeNs end,
                                                       int count) const {
  const ColumnEdges edges(begin, end, count);
  std::vector<QueueColumn> columns(edges.size());
  const PoolData* pool = pool_data(id);
  if (pool == nullptr || edges.nothing()) {
    return columns;
  }
  walk_columns(pool->queue, edges, [&](std::size_t i, const auto& before, const auto& after) {
    const QueueSteps::Extremes extremes = pool->queue.extremes(before, after);
    columns[i].min = static_cast<std::uint32_t>(extremes.min);
    columns[i].max = static_cast<std::uint32_t>(extremes.max);
    columns[i].mean = static_cast<double>(after.area - before.area) /
                      static_cast<double>(after.time - before.time);
  });
  return columns;
}

std::vector<std::uint32_t> StoredSnapshot::finished_columns(PoolIndex id, TimeNs begin, TimeNs end,
                                                            int count) const {
  const ColumnEdges edges(begin, end, count);
  std::vector<std::uint32_t> columns(edges.size());
  const PoolData* pool = pool_data(id);
  if (pool == nullptr || edges.nothing()) {
    return columns;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i] += static_cast<std::uint32_t>(pool->loose_ends.lower_bound(edges.edge(i + 1)) -
                                             pool->loose_ends.lower_bound(edges.edge(i)));
  }
  visit_lanes(id, [&](const LaneData& lane, bool whole) {
    if (!whole || lane.runs.overlaps()) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        columns[i] +=
            static_cast<std::uint32_t>(finished_on(lane, id, edges.edge(i), edges.edge(i + 1)));
      }
      return;
    }
    std::size_t ended = lane.runs.ended_before(edges.edge(0));
    std::size_t endless = place_in(lane.endless_runs, ended);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::size_t ended_now = lane.runs.ended_before(edges.edge(i + 1), ended);
      const std::size_t endless_now = place_in(lane.endless_runs, ended_now);
      columns[i] += static_cast<std::uint32_t>((ended_now - ended) - (endless_now - endless));
      ended = ended_now;
      endless = endless_now;
    }
  });
  return columns;
}

}  // namespace poolscope::session
