// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/queue_steps.h"
#include "core/session/tally.h"
#include "core/session/types.h"

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace poolscope::session {

inline double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

/// What one pass over pools and lanes gathers about a stretch.
struct StatisticsPass {
  Statistics figures = {};
  TimeNs begin = 0, end = 0;            // of events: half-open
  TimeNs clip_begin = 0, clip_end = 0;  // of the time in which the session was
  std::vector<TaskTally> tallies = {};  // of each process
  std::vector<std::pair<TimeNs, int>> alive = {};
  Area busy = 0, existed = 0;  // of all workers

  /// Adds what another pass over the same stretch gathered about lanes that come after.
  void take_lanes(StatisticsPass&& later) {
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      tallies[i].add(later.tallies[i]);
    }
    alive.insert(alive.end(), later.alive.begin(), later.alive.end());
    busy += later.busy;
    existed += later.existed;
    figures.workers.insert(figures.workers.end(),
                           std::make_move_iterator(later.figures.workers.begin()),
                           std::make_move_iterator(later.figures.workers.end()));
  }
};

}  // namespace poolscope::session
