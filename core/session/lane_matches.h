// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/row_set.h"
#include "core/session/run_counts.h"
#include "core/session/state.h"
#include "core/session/summary_tree.h"
#include "core/session/task_query.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

namespace poolscope::session {

/// How many runs of a block have a name of the set. Nothing where that costs more than to look at
/// the runs: of many names to a block.
inline std::optional<std::uint64_t> runs_named(const StartedNames& block, const TextSet& names) {
  constexpr std::uint64_t kRunsOfAName = 8;
  if (block.distinct * kRunsOfAName > block.runs) {
    return {};
  }
  std::uint64_t matches = 0;
  SummaryReader reader = block.names;
  for (std::uint64_t i = 0; i < block.distinct; ++i) {
    const auto name = static_cast<trace::NameId>(reader.take());
    const std::uint64_t runs = reader.take();
    matches += names.has(name) ? runs : 0;
  }
  return matches;
}

/// The runs of a lane whose task has a name, or whose failure has a text, of a set. Told to stop,
/// it visits no more. Threads: any, of a lane that is published.
class LaneMatches {
 public:
  /// `rows`: those that have a name of `query`.
  LaneMatches(const State& state, const LaneData& lane, const TaskQuery& query, RowSet& rows,
              const std::stop_token& stop)
      : forgets_(state.complete_since.has_value()),
        lane_(lane),
        tasks_(state.processes[lane.process]->tasks),
        texts_(query.texts(lane.process)),
        errors_(query.errors(lane.process)),
        rows_(rows),
        stop_(stop) {}

  const LaneData& lane() const { return lane_; }
  TaskKey key(Row row) const { return {lane_.process, tasks_.id_of(row)}; }
  /// Only counted: it was over before State::complete_since.
  bool forgotten(std::size_t run, Row row) const {
    return forgets_ && (run < lane_.blurred || tasks_.forgotten(row));
  }

  /// Those of [first, last) that have such a name, in order: each(run, row, begin), or at once a
  /// block of nothing else, where whole(first, last, forgotten) takes it.
  template <typename Whole, typename Each>
  void visit_named(std::size_t first, std::size_t last, const Whole& whole, const Each& each) const;

  /// Those of [first, last) that failed with such a text, in order: each(run, row, begin) until it
  /// answers false.
  template <typename Each>
  void visit_failed(std::size_t first, std::size_t last, const Each& each) const {
    const std::size_t end = place_in(lane_.failed_runs, last);
    for (std::size_t i = place_in(lane_.failed_runs, first); i < end; ++i) {
      if (!visit_failure(i, each)) {
        return;
      }
    }
  }
  template <typename Each>
  void visit_failed_backwards(std::size_t first, std::size_t last, const Each& each) const {
    const std::size_t end = place_in(lane_.failed_runs, first);
    for (std::size_t i = place_in(lane_.failed_runs, last); i > end; --i) {
      if (!visit_failure(i - 1, each)) {
        return;
      }
    }
  }
  bool named(Row row) const { return rows_.has(row); }

 private:
  using Verdict = SummaryTree::Verdict;

  Verdict verdict(const StartedNames& block, bool& all) const {
    const std::optional<std::uint64_t> matches = runs_named(block, texts_);
    all = matches == block.runs;
    return matches == 0 ? Verdict::not_concerned : Verdict::look_closer;
  }
  template <typename Each>
  void visit_runs(std::size_t first, std::size_t last, const Each& each) const;
  template <typename Each>
  bool visit_failure(std::size_t place, const Each& each) const {
    constexpr std::size_t kBetweenLooks = 256;
    const std::uint32_t run = lane_.failed_runs[place];
    const Row row = lane_.run_rows[run];
    if (place % kBetweenLooks == 0 && stop_.stop_requested()) {
      return false;
    }
    return !errors_.has(lane_.result(run).error) || forgotten(run, row) ||
           each(run, row, lane_.runs.begin_of(run));
  }

  const bool forgets_;
  const LaneData& lane_;
  const TaskTable& tasks_;
  const TextSet& texts_;
  const TextSet& errors_;
  RowSet& rows_;
  const std::stop_token& stop_;
};

template <typename Whole, typename Each>
void LaneMatches::visit_named(std::size_t first, std::size_t last, const Whole& whole,
                              const Each& each) const {
  std::size_t at = first;
  const auto block = [&](SummaryReader reader, bool /*closest*/) {
    if (stop_.stop_requested()) {
      return Verdict::not_concerned;
    }
    const StartedNames names = started_names(reader);
    const std::size_t end = at + static_cast<std::size_t>(names.runs);
    bool all = false;
    Verdict what = verdict(names, all);
    const bool blurred = end <= lane_.blurred;
    if (all && (blurred || !forgets_) && whole(at, end, blurred)) {
      what = Verdict::taken;
    }
    at = what == Verdict::look_closer ? at : end;
    return what;
  };
  lane_.summaries.visit(first, last, block, [&](std::size_t from, std::size_t to) {
    at = to;
    if (!stop_.stop_requested()) {
      visit_runs(from, to, each);
    }
  });
}

template <typename Each>
void LaneMatches::visit_runs(std::size_t first, std::size_t last, const Each& each) const {
  const std::size_t count = last - first;
  std::array<PackedColumn::Value, SummaryTree::kLeaf> rows;
  std::array<TimeNs, SummaryTree::kLeaf> begins;
  lane_.run_rows.read(first, std::span(rows).first(count));
  bool read = false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = static_cast<Row>(rows[i]);
    if (!named(row)) {
      continue;
    }
    if (!read) {
      lane_.runs.read_begins(first, std::span(begins).first(count));
      read = true;
    }
    each(first + i, row, begins[i]);
  }
}

}  // namespace poolscope::session
