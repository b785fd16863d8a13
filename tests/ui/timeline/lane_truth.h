// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference_model.h"
#include "ui/timeline/timeline_scene.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <vector>

namespace poolscope::test {

/// What a stretch of a row is made of, in ns, found by going through all its tasks.
struct StretchTruth {
  double busy = 0;
  double shade = 0;   ///< waits for I/O, sleep, a command, a file
  double lock = 0;    ///< waits for a lock
  double failed = 0;  ///< of busy, by the share of tasks that failed
  double loose = 0;   ///< phases while nothing is known to have run: ends or begins were lost
  int tasks = 0;

  double bright() const { return std::max(0.0, busy - shade - lock); }
};

/// One worker's tasks, as slow and obvious as can be.
class LaneTruth {
 public:
  using Run = session::ReferenceModel::Run;
  using Phase = session::ReferenceModel::PhaseSpan;

  /// Of `thread` what touches [begin, end).
  LaneTruth(const session::ReferenceModel::Thread& thread, session::TimeNs begin,
            session::TimeNs end) {
    std::copy_if(thread.runs.begin(), thread.runs.end(), std::back_inserter(runs_),
                 [&](const Run& run) { return run.begin < end && run.end >= begin; });
    std::copy_if(thread.phases.begin(), thread.phases.end(), std::back_inserter(phases_),
                 [&](const Phase& phase) { return phase.begin < end && phase.end > begin; });
  }

  const std::vector<Run>& runs() const { return runs_; }

  /// Adds [begin, end) to `sum`. What ends after `now` has not ended.
  void addTo(StretchTruth& sum, session::TimeNs begin, session::TimeNs end,
             session::TimeNs now) const {
    int tasks = 0;
    int failed = 0;
    for (const Run& run : runs_) {
      if (run.begin >= end || (run.end <= begin && run.begin < begin)) {
        continue;
      }
      ++tasks;
      failed += run.ended && run.outcome == trace::Outcome::error && run.end <= now ? 1 : 0;
    }
    double busy = 0;
    for (const auto& [from, to] : cut(begin, end)) {
      const auto length = static_cast<double>(to - from);
      busy += runsAt(from) ? length : 0;
      if (const Phase* phase = innermost(from, 0)) {
        const ui::BarFill fill = fillOf(*phase);
        sum.loose += runsAt(from) ? 0 : length;
        sum.lock += fill == ui::BarFill::thin ? length : 0;
        sum.shade += isShade(fill) ? length : 0;
      }
    }
    sum.busy += busy;
    sum.tasks += tasks;
    sum.failed += tasks > 0 ? busy * failed / tasks : 0;
  }

  /// Who ran longest of those that touch [begin, end), as far as is known at `known`.
  std::set<std::uint64_t> longest(session::TimeNs begin, session::TimeNs end,
                                  session::TimeNs known) const {
    session::TimeNs most = -1;
    std::set<std::uint64_t> found;
    for (const Run& run : runs_) {
      if (run.begin >= end || (run.end <= begin && run.begin < begin)) {
        continue;
      }
      const session::TimeNs length = run.length(known);
      if (length > most) {
        most = length;
        found.clear();
      }
      if (length == most) {
        found.insert(run.task);
      }
    }
    return found;
  }

  /// What `task` did at some moment of [begin, end).
  std::set<ui::BarFill> fills(std::uint64_t task, session::TimeNs begin,
                              session::TimeNs end) const {
    std::set<ui::BarFill> found;
    for (const auto& [from, to] : cut(begin, end)) {
      const Phase* phase = innermost(from, task);
      found.insert(phase == nullptr ? ui::BarFill::bright : fillOf(*phase));
    }
    return found;
  }

  static bool isShade(ui::BarFill fill) {
    return fill == ui::BarFill::hatch || fill == ui::BarFill::back_hatch ||
           fill == ui::BarFill::dots || fill == ui::BarFill::stripes;
  }

 private:
  static ui::BarFill fillOf(const Phase& phase) {
    using ui::BarFill;
    // compute, io_wait, sleep, lock_wait, lock_held, file_io, command, other
    static const std::map<trace::PhaseKind, BarFill> fills{
        {trace::PhaseKind::compute, BarFill::bright},
        {trace::PhaseKind::io_wait, BarFill::hatch},
        {trace::PhaseKind::sleep, BarFill::dots},
        {trace::PhaseKind::lock_wait, BarFill::thin},
        {trace::PhaseKind::lock_held, BarFill::held},
        {trace::PhaseKind::file_io, BarFill::back_hatch},
        {trace::PhaseKind::command, BarFill::stripes},
        {trace::PhaseKind::other, BarFill::bright}};
    return fills.at(trace::phase_kind(phase.event.detail));
  }

  bool runsAt(session::TimeNs time) const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [&](const Run& run) { return run.begin <= time && time < run.end; });
  }

  /// The latest begun, of `task` or of any.
  const Phase* innermost(session::TimeNs time, std::uint64_t task) const {
    const Phase* found = nullptr;
    for (const Phase& phase : phases_) {
      if (phase.begin <= time && time < phase.end && (task == 0 || phase.event.task == task)) {
        found = &phase;
      }
    }
    return found;
  }

  struct Piece {
    session::TimeNs from;
    session::TimeNs to;
  };
  /// [begin, end) in pieces in which nothing changes.
  std::vector<Piece> cut(session::TimeNs begin, session::TimeNs end) const {
    std::set<session::TimeNs> edges{begin, end};
    const auto add = [&](session::TimeNs edge) {
      if (edge > begin && edge < end) {
        edges.insert(edge);
      }
    };
    for (const Run& run : runs_) {
      add(run.begin);
      add(run.end);
    }
    for (const Phase& phase : phases_) {
      add(phase.begin);
      add(phase.end);
    }
    std::vector<Piece> pieces;
    for (auto edge = edges.begin(); std::next(edge) != edges.end(); ++edge) {
      pieces.push_back({*edge, *std::next(edge)});
    }
    return pieces;
  }

  std::vector<Run> runs_ = {};
  std::vector<Phase> phases_ = {};
};

}  // namespace poolscope::test
