// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/bar_shelf.h"

#include <algorithm>
#include <utility>

namespace poolscope::ui {

using session::TimeNs;

void BarShelf::clear() {
  lanes_.clear();
  kept_ = 0;
}

BarShelf::Walk BarShelf::walk(session::LaneId lane, TimeRange seen) {
  if (kept_ > kMost) {
    clear();
  }
  std::vector<BarFacts>& known = lanes_[lane];
  if (known.size() > kMostOfALane) {
    kept_ -= std::erase_if(known, [&](const BarFacts& facts) {
      return facts.end <= seen.begin || facts.started >= seen.end;
    });
  }
  return {*this, known, seen.begin};
}

BarShelf::Walk::Walk(BarShelf& shelf, std::vector<BarFacts>& lane, TimeNs from)
    : shelf_(shelf),
      lane_(lane),
      next_(std::partition_point(lane.begin(), lane.end(),
                                 [&](const BarFacts& facts) { return facts.end <= from; })) {}

const BarFacts* BarShelf::Walk::at(TimeNs time) {
  while (next_ != lane_.end() && next_->end <= time) {
    ++next_;
  }
  return next_ != lane_.end() && next_->started <= time ? &*next_ : nullptr;
}

const BarFacts& BarShelf::Walk::put(BarFacts facts) {
  if (next_ != lane_.end() && next_->started < facts.end) {
    *next_ = std::move(facts);  // what was known of the same time
  } else {
    next_ = lane_.insert(next_, std::move(facts));
    ++shelf_.kept_;
  }
  return *next_;
}

}  // namespace poolscope::ui
