// SPDX-License-Identifier: Apache-2.0
// Which tasks a query means: each task is on a lane, or ended without a run, or still waits.
#include "core/base/cores.h"
#include "core/base/in_parallel.h"
#include "core/session/column_edges.h"
#include "core/session/lane_matches.h"
#include "core/session/queue_steps.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

namespace poolscope::session {
namespace {

/// Counts times into columns; those that rise cost least.
class ColumnCounter {
 public:
  ColumnCounter(const ColumnEdges& edges, std::vector<std::uint32_t>& counts)
      : edges_(edges),
        counts_(counts) {}

  bool covers(TimeNs time) const {
    return !edges_.nothing() && time >= edges_.edge(0) && time < edges_.end();
  }
  /// Of one that it covers.
  std::size_t column(TimeNs time) {
    if (time < from_ || time >= until_) {
      const auto span = static_cast<Area>(edges_.end() - edges_.edge(0));
      const auto part = static_cast<Area>(time - edges_.edge(0));
      column_ = static_cast<std::size_t>(part * static_cast<Area>(edges_.size()) / span);
      for (; edges_.edge(column_) > time; --column_) {
      }
      for (; edges_.edge(column_ + 1) <= time; ++column_) {
      }
      from_ = edges_.edge(column_);
      until_ = edges_.edge(column_ + 1);
    }
    return column_;
  }
  void add(TimeNs time) {
    if (covers(time)) {
      ++counts_[column(time)];
    }
  }
  /// All runs of [first, last), if that costs less than one by one.
  bool add_runs(const SpanTrack& runs, std::size_t first, std::size_t last) {
    constexpr std::size_t kSearch = 32;  // costs as much as reading so many runs
    const TimeNs begin = runs.begin_of(first);
    const TimeNs end = runs.begin_of(last - 1);
    if (!covers(begin) || !covers(end)) {
      return edges_.nothing();
    }
    std::size_t from = column(begin);
    const std::size_t to = column(end);
    if ((to - from) * kSearch > last - first) {
      return false;
    }
    for (; from < to; ++from) {
      const std::size_t next =
          std::clamp(runs.first_from(edges_.edge(from + 1), first), first, last);
      counts_[from] += static_cast<std::uint32_t>(next - first);
      first = next;
    }
    counts_[to] += static_cast<std::uint32_t>(last - first);
    return true;
  }

 private:
  const ColumnEdges& edges_;
  std::vector<std::uint32_t>& counts_;
  std::size_t column_ = 0;
  TimeNs from_ = 0;  // of column_
  TimeNs until_ = 0;
};

class Counter {
 public:
  Counter(const ColumnEdges& edges, const TaskMatch& place)
      : place_(place),
        columns_(edges, found_.columns) {
    found_.columns.assign(edges.size(), 0);
  }

  void count(TimeNs time, const TaskKey& key, bool forgotten) {
    ++found_.total;
    columns_.add(time);
    if (forgotten) {
      ++found_.forgotten;
    } else {
      found_.before += TaskMatch{time, key} < place_ ? 1U : 0U;
    }
  }
  void count_uncertain() {
    ++found_.total;
    ++found_.forgotten;
  }

  void count_runs(const LaneMatches& matches, std::size_t from, std::size_t to) {
    const SpanTrack& runs = matches.lane().runs;
    const auto whole = [&](std::size_t first, std::size_t last, bool forgotten) {
      const bool straddles =
          place_.time >= runs.begin_of(first) && place_.time <= runs.begin_of(last - 1);
      if (straddles || !columns_.add_runs(runs, first, last)) {
        return false;
      }
      const std::uint64_t count = last - first;
      found_.total += count;
      found_.forgotten += forgotten ? count : 0;
      found_.before += !forgotten && runs.begin_of(first) < place_.time ? count : 0;
      return true;
    };
    matches.visit_named(from, to, whole, [&](std::size_t run, Row row, TimeNs begin) {
      count(begin, place_.time == begin ? matches.key(row) : TaskKey{},
            matches.forgotten(run, row));
    });
    matches.visit_failed(from, to, [&](std::size_t /*run*/, Row row, TimeNs begin) {
      if (!matches.named(row)) {
        count(begin, matches.key(row), false);
      }
      return true;
    });
  }

  void add(const Counter& other) {
    found_.total += other.found_.total;
    found_.forgotten += other.found_.forgotten;
    found_.before += other.found_.before;
    std::ranges::transform(found_.columns, other.found_.columns, found_.columns.begin(),
                           std::plus());
  }
  FoundTasks take() { return std::move(found_); }

 private:
  const TaskMatch place_;
  FoundTasks found_;
  ColumnCounter columns_;
};

/// Finds the match that is nearest to a place, on one side of it.
template <bool kForward>
class Seeker {
 public:
  explicit Seeker(const TaskMatch& place) : place_(place) {}

  void count(TimeNs time, const TaskKey& key, bool forgotten) {
    const TaskMatch match{time, key};
    if (!forgotten && (kForward ? match > place_ : match < place_) &&
        (!best_ || nearer(match, *best_))) {
      best_ = match;
    }
  }
  void count_uncertain() {}

  void seek_on(const LaneMatches& matches) {
    const LaneData& lane = matches.lane();
    const TimeNs time = clamp_time(place_.time);
    // All runs of the place's time are looked at: what comes first of them their ids decide.
    const std::size_t first =
        kForward ? std::max(lane.runs.first_from(time), lane.blurred) : lane.blurred;
    const std::size_t last = kForward ? lane.runs.size() : lane.runs.first_from(time + 1);
    const auto offer = [&](std::size_t run, Row row, TimeNs begin) {
      count(begin, matches.key(row), matches.forgotten(run, row));
    };
    const auto until_one_is = [&](std::size_t run, Row row, TimeNs begin) {
      offer(run, row, begin);
      return !beyond(begin);
    };
    const auto never = [](std::size_t, std::size_t, bool) { return false; };
    // Windows that grow: a match near by is found at once, one far away by its blocks' summaries.
    std::size_t from = first;
    std::size_t to = last;
    for (int level = 0; from < to && !beyond(lane.runs.begin_of(kForward ? from : to - 1));
         ++level) {
      const std::size_t width = level == 0 ? SummaryTree::kLeaf
                                : level == 1
                                    ? SummaryTree::kLeaf * SummaryTree::kFan
                                    : SummaryTree::kLeaf * SummaryTree::kFan * SummaryTree::kFan;
      if constexpr (kForward) {
        const std::size_t end = std::min(to, (from / width + 1) * width);
        matches.visit_named(from, end, never, offer);
        from = end;
      } else {
        const std::size_t begin = std::max(from, (to - 1) / width * width);
        matches.visit_named(begin, to, never, offer);
        to = begin;
      }
    }
    if constexpr (kForward) {
      const std::size_t end = best_ ? lane.runs.first_from(best_->time + 1) : last;
      matches.visit_failed(first, std::min(last, end), until_one_is);
    } else {
      const std::size_t begin = best_ ? lane.runs.first_from(best_->time) : first;
      matches.visit_failed_backwards(std::max(first, begin), last, until_one_is);
    }
  }

  std::optional<TaskMatch> take() const { return best_; }

 private:
  static bool nearer(const TaskMatch& a, const TaskMatch& b) { return kForward ? a < b : a > b; }
  /// What begins there is farther away than what was found.
  bool beyond(TimeNs time) const {
    return best_ && (kForward ? time > best_->time : time < best_->time);
  }

  const TaskMatch place_;
  std::optional<TaskMatch> best_;
};

/// Of a process, the tasks without a run.
template <typename Taker>
void take_runless(std::uint32_t number, const ProcessData& process, const TaskQuery& query,
                  const std::stop_token& stop, Taker& taker) {
  const TaskTable& tasks = process.tasks;
  const TextSet& texts = query.texts(number);
  for (std::size_t i = 0; i < process.loose.size() && !stop.stop_requested(); ++i) {
    const LooseEnd& end = process.loose[i];
    if (end.row == kNone32) {
      continue;
    }
    const bool forgotten = tasks.forgotten(end.row);
    const bool failed = end.outcome == trace::Outcome::error && !forgotten &&
                        query.errors(number).has(trace::finished_error(end.detail));
    if (failed || texts.has(tasks.name(end.row))) {
      taker.count(end.time, {number, tasks.id_of(end.row)}, forgotten);
    }
  }
  tasks.visit_still_queued([&](Row row, TimeNs queued) {
    if (texts.has(tasks.name(row))) {
      taker.count(queued, {number, tasks.id_of(row)}, false);
    }
  });
}

}  // namespace

std::vector<Task> StoredSnapshot::meant_by_id(const TaskQuery& query) const {
  std::vector<Task> tasks;
  for (std::uint32_t i = 0; query.id() && i < state_.processes.size(); ++i) {
    const std::optional<Task> task = this->task({i, *query.id()});
    if (task && query.means_id_of(task->name) && !query.found_in(task->name) &&
        !(task->state == TaskState::failed && query.found_in(task->error))) {
      tasks.push_back(*task);
    }
  }
  return tasks;
}

/// Shows the matches that have no run on a lane to `taker`.
template <typename Taker>
void StoredSnapshot::take_runless(const TaskQuery& query, const std::stop_token& stop,
                                  Taker& taker) const {
  for (const Task& task : meant_by_id(query)) {
    if (const std::optional<TimeNs> time = match_time(task)) {
      taker.count(*time, task.key, false);
    } else {
      taker.count_uncertain();
    }
  }
  for (std::uint32_t i = 0; i < state_.processes.size(); ++i) {
    if (!query.texts(i).empty()) {
      session::take_runless(i, *state_.processes[i], query, stop, taker);
    }
  }
}

FoundTasks StoredSnapshot::find_tasks(const TaskQuery& query, TimeNs begin, TimeNs end, int columns,
                                      const TaskMatch& place, const std::stop_token& stop) const {
  constexpr std::size_t kStretch = SummaryTree::kLeaf * SummaryTree::kFan * SummaryTree::kFan;
  constexpr std::size_t kWorthAThread = 1 << 16;
  struct Stretch {
    LaneMatches matches;
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::deque<RowSet> rows;  // they stay where they are
  std::vector<Stretch> stretches;
  std::size_t runs = 0;
  for (std::uint32_t i = 0; i < state_.processes.size(); ++i) {
    if (query.texts(i).empty()) {
      continue;
    }
    rows.emplace_back(state_.processes[i]->tasks, query.texts(i));
    for_lanes_of(i, [&](const LaneData& lane) {
      runs += lane.runs.size();
      for (std::size_t first = 0; first < lane.runs.size(); first += kStretch) {
        stretches.push_back({LaneMatches(state_, lane, query, rows.back(), stop), first,
                             std::min(first + kStretch, lane.runs.size())});
      }
    });
  }
  const ColumnEdges edges(begin, end, columns);
  const std::size_t threads = runs < kWorthAThread ? 1 : usable_cores();
  // Lanes take turns: what they ask for is of the same tasks, and of the same memory.
  std::deque<Counter> counters;
  const std::size_t parts = std::min(stretches.size(), threads * 4);
  for (std::size_t i = 0; i < std::max<std::size_t>(parts, 1); ++i) {
    counters.emplace_back(edges, place);
  }
  in_parallel(parts, threads, [&](std::size_t part) {
    for (std::size_t i = part; i < stretches.size(); i += parts) {
      counters[part].count_runs(stretches[i].matches, stretches[i].first, stretches[i].last);
    }
  });
  take_runless(query, stop, counters.front());
  for (std::size_t i = 1; i < counters.size(); ++i) {
    counters.front().add(counters[i]);
  }
  return counters.front().take();
}

template <typename Seeker>
std::optional<TaskMatch> StoredSnapshot::seek(const TaskQuery& query, const std::stop_token& stop,
                                              Seeker seeker) const {
  take_runless(query, stop, seeker);
  for (std::uint32_t i = 0; i < state_.processes.size(); ++i) {
    if (!query.texts(i).empty()) {
      RowSet rows(state_.processes[i]->tasks, query.texts(i));
      for_lanes_of(i, [&](const LaneData& lane) {
        seeker.seek_on(LaneMatches(state_, lane, query, rows, stop));
      });
    }
  }
  return seeker.take();
}

std::optional<TaskMatch> StoredSnapshot::next_match(const TaskQuery& query, const TaskMatch& place,
                                                    const std::stop_token& stop) const {
  return seek(query, stop, Seeker<true>(place));
}

std::optional<TaskMatch> StoredSnapshot::previous_match(const TaskQuery& query,
                                                        const TaskMatch& place,
                                                        const std::stop_token& stop) const {
  return seek(query, stop, Seeker<false>(place));
}

}  // namespace poolscope::session
