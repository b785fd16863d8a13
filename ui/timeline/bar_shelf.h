// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/bar_facts.h"
#include "ui/timeline/view_state.h"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace poolscope::ui {

/// Remembers facts of tasks that are over, by lane and in time order: whoever lays a lane out comes
/// by its tasks in that order, too, and so need not search. Bounded: of a lane that has many, those
/// out of sight are forgotten; all when it is full.
class BarShelf {
 public:
  void clear();

  /// The tasks of one lane, from some time on.
  class Walk {
   public:
    /// What is remembered of the task that runs at `time`, which never is before that of the last
    /// call; null if nothing is. Valid until the next put().
    const BarFacts* at(session::TimeNs time);
    /// Remembers a task that runs at the time of the last call.
    const BarFacts& put(BarFacts facts);

   private:
    friend class BarShelf;
    Walk(BarShelf& shelf, std::vector<BarFacts>& lane, session::TimeNs from);

    BarShelf& shelf_;
    std::vector<BarFacts>& lane_;
    std::vector<BarFacts>::iterator next_;
  };

  /// `seen` is what is in sight. Only one walk at a time.
  Walk walk(session::LaneId lane, TimeRange seen);

 private:
  static constexpr std::size_t kMost = 65'536;
  static constexpr std::size_t kMostOfALane = 1'024;

  std::unordered_map<session::LaneId, std::vector<BarFacts>> lanes_ = {};
  std::size_t kept_ = 0;  ///< tasks of all lanes
};

}  // namespace poolscope::ui
