// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/lane_data.h"
#include "core/session/state.h"
#include "core/session/task_table.h"
#include "core/trace/event.h"

#include <cstddef>
#include <span>
#include <vector>

namespace poolscope::session {

/// Tells the runs, phases and waits of a lane again as the events they were made from, in an order
/// that gives the same lane. Events that stand in the log are left out, and those of forgotten
/// tasks. Threads: one; the lane and
/// its tasks must not change meanwhile.
class LaneEvents {
 public:
  LaneEvents(const LaneData& lane, const TaskTable& tasks, std::span<const Pool> pools);

  bool next(trace::Event& event);

 private:
  enum class Source { phase_end, wait_end, run_end, run_begin, phase_begin, wait_begin, awaits };

  TimeNs time_of(Source source) const;
  bool comes_first(Source a, Source b) const;
  bool take(Source source, trace::Event& event);
  bool of_forgotten(std::size_t phase) const;
  void skip_untold();
  trace::Event run_event(std::size_t run, bool end) const;
  trace::Event phase_event(std::size_t phase, bool end) const;
  trace::Event wait_event(std::size_t wait, bool end) const;

  const LaneData& lane_;
  const TaskTable& tasks_;
  std::span<const Pool> pools_;
  std::vector<std::uint32_t> run_ends_;    // runs in order of their ends, if they overlap
  std::vector<std::uint32_t> phase_ends_;  // phases in order of their ends
  std::size_t run_begin_ = 0, run_end_ = 0;
  std::size_t phase_begin_ = 0, phase_end_ = 0;
  std::size_t wait_begin_ = 0, wait_end_ = 0;
  std::size_t awaits_ = 0;
};

}  // namespace poolscope::session
