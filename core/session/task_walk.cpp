// SPDX-License-Identifier: Apache-2.0
#include "core/session/task_walk.h"

#include "core/base/cores.h"
#include "core/base/in_parallel.h"
#include "core/session/column_edges.h"
#include "core/session/lane_matches.h"
#include "core/session/run_counts.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <span>

namespace poolscope::session {
namespace {

using Verdict = SummaryTree::Verdict;

/// What is known of a place, from the tasks that are shown to it one by one or in whole blocks.
class Standing {
 public:
  /// `reached`: a length that was found behind the place already, by any thread.
  Standing(const WalkPlace& place, std::atomic<TimeNs>& reached)
      : place_(place),
        reached_(reached) {}

  /// Tasks no longer than `longest` change nothing but the total.
  bool is_beyond(TimeNs longest) const {
    // Only speed depends on what other threads have found, and each makes its own sure of it.
    return longest < place_.length && longest < reached_.load(std::memory_order_relaxed);
  }
  void add(std::uint64_t tasks) { answer_.total += tasks; }
  template <typename Key>
  void show(TimeNs length, TimeNs time, const Key& key) {
    ++answer_.total;
    if (length < place_.length && length < length_of(answer_.next)) {
      return;
    }
    const WalkPlace task{length, time, key()};
    if (task < place_) {
      ++answer_.before;
      answer_.previous = std::max(answer_.previous.value_or(task), task);
    } else if (place_ < task && (!answer_.next || task < *answer_.next)) {
      answer_.next = task;
      raise_reached(length);
    }
  }
  void add(const WalkAnswer& other) {
    answer_.total += other.total;
    answer_.before += other.before;
    if (other.next && (!answer_.next || *other.next < *answer_.next)) {
      answer_.next = other.next;
    }
    if (other.previous && (!answer_.previous || *answer_.previous < *other.previous)) {
      answer_.previous = other.previous;
    }
  }
  const WalkAnswer& answer() const { return answer_; }

 private:
  static TimeNs length_of(const std::optional<WalkPlace>& place) {
    return place ? place->length : std::numeric_limits<TimeNs>::min();
  }
  void raise_reached(TimeNs length) {
    TimeNs known = reached_.load(std::memory_order_relaxed);
    while (known < length &&
           !reached_.compare_exchange_weak(known, length, std::memory_order_relaxed)) {
    }
  }

  const WalkPlace place_;
  std::atomic<TimeNs>& reached_;
  WalkAnswer answer_;
};

/// The runs of a lane that a walk goes through.
class LaneWalk {
 public:
  LaneWalk(const State& state, const LaneData& lane, const TaskWalk& walk, RowSet* kind,
           const std::stop_token& stop)
      : forgets_(state.complete_since.has_value()),
        lane_(lane),
        tasks_(state.processes[lane.process]->tasks),
        walk_(walk),
        kind_(kind),
        stop_(stop) {
    const SpanTrack& runs = lane.runs;
    const bool by_end = walk.order != WalkOrder::longest_queued;
    first_ = !by_end           ? runs.first_from(walk.begin)
             : runs.overlaps() ? 0
                               : runs.ended_before(walk.begin);
    last_ = !by_end           ? runs.first_from(walk.end)
            : runs.overlaps() ? std::min(runs.first_from(walk.end), runs.closed())
                              : runs.ended_before(walk.end);
    first_ = std::max(first_, lane.blurred);
    last_ = std::max(last_, first_);
  }

  std::size_t first() const { return first_; }
  std::size_t last() const { return last_; }

  /// Shows those of [first, last) that failed.
  void show_failed(std::size_t first, std::size_t last, Standing& standing) const {
    const std::size_t end = place_in(lane_.failed_runs, last);
    for (std::size_t i = place_in(lane_.failed_runs, first); i < end; ++i) {
      if (i % SummaryTree::kLeaf == 0 && stop_.stop_requested()) {
        return;
      }
      const std::uint32_t run = lane_.failed_runs[i];
      const Row row = lane_.run_rows[run];
      if (is_told(row) && ended_within(lane_.runs[run].end)) {
        standing.show(0, lane_.runs.begin_of(run), [&] { return key(row); });
      }
    }
  }

  /// Shows those of [first, last), by their length.
  void show_lengths(std::size_t first, std::size_t last, Standing& standing) const {
    const auto whole = [&](const SummaryReader& block, bool /*closest*/) {
      return verdict(block, standing);
    };
    lane_.summaries.visit(first, last, whole, [&](std::size_t from, std::size_t to) {
      if (!stop_.stop_requested()) {
        walk_.order == WalkOrder::slowest ? show_runs(from, to, standing)
                                          : show_waits(from, to, standing);
      }
    });
  }

 private:
  using Values = std::array<PackedColumn::Value, SummaryTree::kLeaf>;

  TaskKey key(Row row) const { return {lane_.process, tasks_.id_of(row)}; }
  bool is_told(Row row) const {
    return (!forgets_ || !tasks_.forgotten(row)) && (kind_ == nullptr || kind_->has(row));
  }
  bool ended_within(TimeNs end) const { return end >= walk_.begin && end < walk_.end; }

  Verdict verdict(const SummaryReader& block, Standing& standing) const {
    if (stop_.stop_requested()) {
      return Verdict::not_concerned;
    }
    bool all = kind_ == nullptr;
    if (!all) {
      const StartedNames names = started_names(block);
      const std::optional<std::uint64_t> matches =
          runs_named(names, walk_.kind->texts(lane_.process));
      if (matches == 0) {
        return Verdict::not_concerned;
      }
      all = matches == names.runs;
    }
    if (!all || forgets_) {
      return Verdict::look_closer;
    }
    const BlockBrief brief = block_brief(block);
    const bool by_end = walk_.order == WalkOrder::slowest;
    if (by_end && (brief.latest_end < walk_.begin || brief.earliest_end >= walk_.end)) {
      return Verdict::not_concerned;
    }
    const DurationTally::Brief& lengths = by_end ? brief.runs : brief.waits;
    if (!standing.is_beyond(lengths.max) ||
        (by_end && (brief.earliest_end < walk_.begin || brief.latest_end >= walk_.end))) {
      return lengths.count == 0 ? Verdict::not_concerned : Verdict::look_closer;
    }
    standing.add(lengths.count);
    return Verdict::taken;
  }

  void show_runs(std::size_t first, std::size_t last, Standing& standing) const {
    const std::size_t count = last - first;
    std::array<Span, SummaryTree::kLeaf> spans;
    Values rows;
    Values results;
    lane_.runs.read(first, std::span(spans).first(count));
    lane_.run_results.read(first, std::span(results).first(count));
    lane_.run_rows.read(first, std::span(rows).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = static_cast<Row>(rows[i]);
      const bool ended = results[i] == PackedColumn::kAbsent ||
                         RunResult::unpack(static_cast<std::uint32_t>(results[i])).ended;
      if (ended && ended_within(spans[i].end) && is_told(row)) {
        standing.show(spans[i].end - spans[i].begin, spans[i].begin, [&] { return key(row); });
      }
    }
  }

  void show_waits(std::size_t first, std::size_t last, Standing& standing) const {
    const std::size_t count = last - first;
    Values begins;
    Values rows;
    lane_.runs.read_begins(first, std::span(begins).first(count));
    lane_.run_rows.read(first, std::span(rows).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = static_cast<Row>(rows[i]);
      if (!is_told(row)) {
        continue;
      }
      if (const TimeNs queued = tasks_.queued(row); queued != PackedColumn::kAbsent) {
        standing.show(std::max<TimeNs>(begins[i] - queued, 0), begins[i], [&] { return key(row); });
      }
    }
  }

  const bool forgets_;
  const LaneData& lane_;
  const TaskTable& tasks_;
  const TaskWalk& walk_;
  RowSet* const kind_;
  const std::stop_token& stop_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

/// Of a process, those that failed and whose start is not known.
void show_loose(std::uint32_t number, const ProcessData& process, const TaskWalk& walk,
                RowSet* kind, Standing& standing) {
  for (std::size_t i = 0; i < process.loose.size(); ++i) {
    const LooseEnd& end = process.loose[i];
    if (end.outcome == trace::Outcome::error && end.row != kNone32 && end.time >= walk.begin &&
        end.time < walk.end && !process.tasks.forgotten(end.row) &&
        (kind == nullptr || kind->has(end.row))) {
      standing.show(0, end.time, [&] { return TaskKey{number, process.tasks.id_of(end.row)}; });
    }
  }
}

}  // namespace

std::optional<WalkPlace> walk_place(const Task& task, WalkOrder order) {
  const bool failed = task.state == TaskState::failed;
  switch (order) {
    case WalkOrder::slowest:
      return task.started && task.finished && (failed || task.state == TaskState::finished)
                 ? std::optional<WalkPlace>(
                       {*task.finished - *task.started, *task.started, task.key})
                 : std::nullopt;
    case WalkOrder::longest_queued:
      return task.queued && task.started
                 ? std::optional<WalkPlace>(
                       {std::max<TimeNs>(*task.started - *task.queued, 0), *task.started, task.key})
                 : std::nullopt;
    case WalkOrder::failed:
      return failed && match_time(task) ? std::optional<WalkPlace>({0, *match_time(task), task.key})
                                        : std::nullopt;
  }
  return {};
}

WalkAnswer StoredSnapshot::walk_tasks(const TaskWalk& asked, const WalkPlace& place,
                                      const std::stop_token& stop) const {
  constexpr std::size_t kStretch = SummaryTree::kLeaf * SummaryTree::kFan * SummaryTree::kFan;
  constexpr std::size_t kWorthAThread = 1 << 16;
  struct Stretch {
    const LaneWalk* lane;
    std::size_t first = 0;
    std::size_t last = 0;
  };
  TaskWalk walk = asked;
  walk.begin = clamp_time(walk.begin);
  walk.end = std::max(walk.begin, clamp_time(walk.end));
  std::atomic<TimeNs> reached = std::numeric_limits<TimeNs>::min();
  Standing whole(place, reached);
  std::deque<RowSet> kinds;    // they stay where they are
  std::deque<LaneWalk> lanes;  // so do they
  std::vector<Stretch> stretches;
  std::size_t runs = 0;
  for (std::uint32_t i = 0; i < state_.processes.size(); ++i) {
    if (walk.kind != nullptr && walk.kind->texts(i).empty()) {
      continue;
    }
    RowSet* const kind = walk.kind == nullptr
                             ? nullptr
                             : &kinds.emplace_back(state_.processes[i]->tasks, walk.kind->texts(i));
    for_lanes_of(i, [&](const LaneData& data) {
      const LaneWalk& lane = lanes.emplace_back(state_, data, walk, kind, stop);
      if (walk.order == WalkOrder::failed) {
        lane.show_failed(lane.first(), lane.last(), whole);
        return;
      }
      runs += lane.last() - lane.first();
      for (std::size_t first = lane.first(); first < lane.last();) {
        const std::size_t end = std::min(lane.last(), (first / kStretch + 1) * kStretch);
        stretches.push_back({&lane, first, end});
        first = end;
      }
    });
    if (walk.order == WalkOrder::failed) {
      show_loose(i, *state_.processes[i], walk, kind, whole);
    }
  }
  const std::size_t threads = runs < kWorthAThread ? 1 : usable_cores();
  const std::size_t parts = std::min(stretches.size(), threads * 4);
  std::vector<Standing> standings(parts, whole);
  in_parallel(parts, threads, [&](std::size_t part) {
    for (std::size_t i = part; i < stretches.size(); i += parts) {
      const Stretch& stretch = stretches[i];
      stretch.lane->show_lengths(stretch.first, stretch.last, standings[part]);
    }
  });
  for (const Standing& standing : standings) {
    whole.add(standing.answer());
  }
  return whole.answer();
}

}  // namespace poolscope::session
