// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QList>
#include <QtGlobal>

namespace poolscope::ui {

/// How fast the pointer went when it let go. Fed with its places on the wall clock.
class PanSpeed {
 public:
  void start(session::TimeNs wall, qreal x) { places_ = {{wall, x}}; }
  void add(session::TimeNs wall, qreal x) {
    while (places_.size() > 1 && wall - places_.first().wall > kWindow) {
      places_.removeFirst();
    }
    places_.append({wall, x});
  }
  /// Pixels a ns; 0 if the pointer rested before it let go at `wall`.
  double at(session::TimeNs wall) const {
    if (places_.size() < 2 || wall - places_.last().wall > kRest) {
      return 0;
    }
    const auto elapsed = places_.last().wall - places_.first().wall;
    return elapsed <= 0 ? 0 : (places_.last().x - places_.first().x) / static_cast<double>(elapsed);
  }

 private:
  static constexpr session::TimeNs kWindow = 100'000'000;
  static constexpr session::TimeNs kRest = 60'000'000;

  struct Place {
    session::TimeNs wall = 0;
    qreal x = 0;
  };
  QList<Place> places_ = {};
};

}  // namespace poolscope::ui
