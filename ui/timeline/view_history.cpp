// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/view_history.h"

namespace poolscope::ui {

void ViewHistory::leave(const ViewPlace& place, Step step, session::TimeNs wall) {
  const bool goesOn = step == Step::part && inSeries_ && wall - last_ < kSeriesNs;
  inSeries_ = step == Step::part;
  last_ = wall;
  if (goesOn) {
    return;
  }
  forward_.clear();
  back_.append(place);
  if (back_.size() > kMost) {
    back_.removeFirst();
  }
}

std::optional<ViewPlace> ViewHistory::goBack(const ViewPlace& here) {
  if (back_.isEmpty()) {
    return {};
  }
  inSeries_ = false;
  forward_.append(here);
  return back_.takeLast();
}

std::optional<ViewPlace> ViewHistory::goForward(const ViewPlace& here) {
  if (forward_.isEmpty()) {
    return {};
  }
  inSeries_ = false;
  back_.append(here);
  return forward_.takeLast();
}

void ViewHistory::clear() {
  *this = {};
}

}  // namespace poolscope::ui
