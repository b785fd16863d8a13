// SPDX-License-Identifier: Apache-2.0
// What the workers of a pool did together: from sums where the columns fit them, else from each
// lane.
#include "core/session/column_edges.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <array>
#include <span>

namespace poolscope::session {
namespace {

constexpr std::size_t kAtOnce = 64;   // runs that are read together
constexpr std::size_t kManyRuns = 8;  // a column: then the lane's sums are the shorter way

/// Times of several things at once, column by column.
class Coverage {
 public:
  explicit Coverage(const ColumnEdges& edges)
      : edges_(edges),
        whole_(edges.size() + 1),
        parts_(edges.size()) {}

  /// Adds `change` times [begin, end).
  void add(TimeNs begin, TimeNs end, std::int64_t change = 1) {
    begin = std::max(begin, edges_.edge(0));
    end = std::min(end, edges_.end());
    if (begin >= end) {
      return;
    }
    const std::size_t first = edges_.column_of(begin);
    const std::size_t last = edges_.column_of(end - 1);
    if (first == last) {
      parts_[first] += change * (end - begin);
      return;
    }
    parts_[first] += change * (edges_.edge(first + 1) - begin);
    parts_[last] += change * (end - edges_.edge(last));
    whole_[first + 1] += change;
    whole_[last] -= change;
  }
  void add_to(std::size_t column, TimeNs time) { parts_[column] += time; }

  /// Calls use(column, mean) for each column.
  template <typename Use>
  void means(Use use) const {
    std::int64_t whole = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      whole += whole_[i];
      if (const TimeNs width = edges_.edge(i + 1) - edges_.edge(i); width > 0) {
        use(i, static_cast<float>(static_cast<double>(whole) +
                                  static_cast<double>(parts_[i]) / static_cast<double>(width)));
      }
    }
  }

 private:
  const ColumnEdges& edges_;
  std::vector<std::int64_t> whole_;  // how many more cover all of the columns from this one on
  std::vector<TimeNs> parts_;
};

/// Sums up the runs [first, last) of one lane, those for which `belongs` says so.
template <typename Belongs>
void add_runs(const LaneData& lane, const ColumnEdges& edges, std::size_t first, std::size_t last,
              const Belongs& belongs, Coverage& running, std::vector<PoolColumn>& columns) {
  std::array<Span, kAtOnce> spans;
  for (std::size_t done = first; done < last; done += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, last - done);
    lane.runs.read(done, std::span(spans).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const Span& span = spans[i];
      if (!belongs(done + i)) {
        continue;
      }
      running.add(span.begin, span.end);
      if (span.end >= edges.edge(0) && span.end < edges.end() && lane.ended(done + i)) {
        PoolColumn& column = columns[edges.column_of(span.end)];
        ++column.finished;
        column.failed += lane.failed_in(done + i, done + i + 1);
      }
    }
  }
}

/// The same for a lane with very many runs, all of the pool and none at the same time.
void add_sums(const LaneData& lane, const ColumnEdges& edges, Coverage& running,
              std::vector<PoolColumn>& columns) {
  SpanTrack::Edge before = lane.runs.edge(edges.edge(0));
  std::size_t ended = lane.runs.ended_before(edges.edge(0));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const SpanTrack::Edge after = lane.runs.edge(edges.edge(i + 1), before.next);
    const std::size_t ended_now = lane.runs.ended_before(edges.edge(i + 1), ended);
    running.add_to(i, std::max<TimeNs>(after.covered - before.covered, 0));
    const auto endless =
        place_in(lane.endless_runs, ended_now) - place_in(lane.endless_runs, ended);
    columns[i].finished += static_cast<std::uint32_t>(ended_now - ended - endless);
    columns[i].failed += lane.failed_in(ended, ended_now);
    before = after;
    ended = ended_now;
  }
}

void add_phases(const LaneData& lane, const Pool& pool, const ColumnEdges& edges,
                std::array<std::optional<Coverage>, trace::kPhaseKinds>& phases) {
  const PhaseTrack& track = lane.phases;
  if (track.change_time(track.changes() - 1) <= edges.edge(0) && !track.top()) {
    return;  // all were over
  }
  std::size_t change = track.first_change_from(edges.edge(0) + 1);
  change -= change > 0 ? 1U : 0U;
  for (; change < track.changes() && track.change_time(change) < edges.end(); ++change) {
    const std::optional<PhaseTrack::Top> top = track.top_from(change);
    if (top && top->pool == pool.id) {
      std::optional<Coverage>& phase = phases[static_cast<std::size_t>(top->kind)];
      if (!phase) {
        phase.emplace(edges);
      }
      const bool is_last = change + 1 == track.changes();
      phase->add(track.change_time(change), is_last ? kForever : track.change_time(change + 1));
    }
  }
}

/// Whether every edge is one of the track's.
bool fits(const ActivityTrack& track, const ColumnEdges& edges) {
  const TimeNs cell = track.cell();
  const auto count = static_cast<TimeNs>(edges.size());
  const TimeNs span = edges.end() - edges.edge(0);
  return edges.edge(0) >= 0 && edges.edge(0) % cell == 0 && span % count == 0 &&
         span / count % cell == 0;
}

void add_cells(const ActivityTrack& track, const ColumnEdges& edges,
               std::vector<PoolColumn>& columns) {
  const auto walk = [&](std::size_t channel, auto use) {
    ActivityTrack::Walk at(track, channel);
    at.go_to(edges.edge(0));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Area area = at.area();
      const std::int64_t count = at.count();
      at.go_to(edges.edge(i + 1));
      use(columns[i],
          static_cast<float>(static_cast<double>(at.area() - area) /
                             static_cast<double>(edges.edge(i + 1) - edges.edge(i))),
          static_cast<std::uint32_t>(at.count() - count));
    }
  };
  walk(ActivityTrack::running,
       [](PoolColumn& column, float mean, std::uint32_t) { column.running = mean; });
  walk(ActivityTrack::ended,
       [](PoolColumn& column, float, std::uint32_t count) { column.finished = count; });
  walk(ActivityTrack::failed,
       [](PoolColumn& column, float, std::uint32_t count) { column.failed = count; });
  for (std::size_t kind = 0; kind < trace::kPhaseKinds; ++kind) {
    walk(ActivityTrack::phases + kind,
         [kind](PoolColumn& column, float mean, std::uint32_t) { column.phases[kind] = mean; });
  }
}

}  // namespace

TimeNs StoredSnapshot::pool_column_unit(PoolIndex id) const {
  const PoolData* pool = pool_data(id);
  return pool == nullptr ? 1 : pool->activity.cell();
}

std::vector<PoolColumn> StoredSnapshot::pool_columns(PoolIndex id, TimeNs begin, TimeNs end,
                                                     int count) const {
  const ColumnEdges edges(begin, end, count);
  std::vector<PoolColumn> columns(edges.size());
  const PoolData* pool = pool_data(id);
  if (pool == nullptr || edges.nothing()) {
    return columns;
  }
  Coverage workers(edges);
  for (const Lane& lane : *state_.lanes) {
    if (lane.kind == LaneKind::worker && lane.pool == id) {
      workers.add(lane.started, lane.exited.value_or(kForever));
    }
  }
  workers.means([&](std::size_t i, float mean) { columns[i].workers = mean; });
  if (fits(pool->activity, edges)) {
    add_cells(pool->activity, edges, columns);
    return columns;
  }
  Coverage running(edges);
  std::array<std::optional<Coverage>, trace::kPhaseKinds> phases;
  const Pool& info = (*state_.pools)[static_cast<std::size_t>(id)];
  visit_lanes(id, [&](const LaneData& lane, bool whole) {
    const bool simple = whole && !lane.runs.overlaps();
    const std::size_t begun = lane.runs.first_from(edges.edge(0));
    const std::size_t last = lane.runs.first_from(edges.end(), begun);
    if (simple && last - begun > kManyRuns * edges.size()) {
      add_sums(lane, edges, running, columns);
    } else {
      // One that ends at the first edge touches nothing, but ends in the first column.
      const std::size_t first =
          lane.runs.overlaps() ? 0 : lane.runs.ended_before(edges.edge(0), begun);
      add_runs(
          lane, edges, first, last,
          [&](std::size_t run) { return whole || belongs(lane, run, id); }, running, columns);
    }
  });
  running.means([&](std::size_t i, float mean) { columns[i].running = mean; });
  for (const Lane& lane : *state_.lanes) {
    const LaneData& data = *lane_data(lane.id);
    if (data.process == info.process && !data.phases.empty()) {
      add_phases(data, info, edges, phases);
    }
  }
  for (std::size_t kind = 0; kind < phases.size(); ++kind) {
    if (phases[kind]) {
      phases[kind]->means([&](std::size_t i, float mean) { columns[i].phases[kind] = mean; });
    }
  }
  return columns;
}

}  // namespace poolscope::session
