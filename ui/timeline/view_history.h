// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/view_state.h"

#include <QList>

#include <optional>

namespace poolscope::ui {

/// The views that were left, to go back to and forward again, as in a web browser. What follows
/// each other closely, as the notches of a wheel, is one step.
class ViewHistory {
 public:
  static constexpr qsizetype kMost = 100;
  static constexpr session::TimeNs kSeriesNs = 900'000'000;

  enum class Step {
    part,  ///< may be one of a series
    jump,  ///< stands for itself
  };

  /// `place` is being left at `wall`, ns on a monotonic clock.
  void leave(const ViewPlace& place, Step step, session::TimeNs wall);
  bool canGoBack() const { return !back_.isEmpty(); }
  bool canGoForward() const { return !forward_.isEmpty(); }
  /// Where to go from `here`; nothing if there is nowhere.
  std::optional<ViewPlace> goBack(const ViewPlace& here);
  std::optional<ViewPlace> goForward(const ViewPlace& here);
  void clear();

 private:
  QList<ViewPlace> back_ = {};
  QList<ViewPlace> forward_ = {};
  bool inSeries_ = false;
  session::TimeNs last_ = 0;  ///< when the latest step of the series was
};

}  // namespace poolscope::ui
