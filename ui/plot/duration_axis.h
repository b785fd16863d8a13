// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/axis.h"

#include <QList>
#include <QtGlobal>

namespace poolscope::ui {

/// Seconds <-> pixel of a chart whose durations span magnitudes: logarithmic, each tenfold as high
/// as the others. A value.
class DurationAxis {
 public:
  DurationAxis() = default;
  /// Reaches from a round duration below `least`, but no shorter than 0.1 ms, at `bottom` to one
  /// above `most` at `top`; ticks are at least `minDistance` pixels apart.
  DurationAxis(double least, double most, qreal bottom, qreal top, qreal minDistance);

  /// What is shorter than the axis's least lies at the bottom.
  qreal toY(double seconds) const;
  double toSeconds(qreal y) const;
  /// From the shortest upwards.
  QList<ValueTick> ticks() const;

 private:
  qreal perTenfold() const;

  double least_ = 0.1;
  double most_ = 1;
  qreal bottom_ = 1;
  qreal top_ = 0;
  qreal minDistance_ = 1;
};

}  // namespace poolscope::ui
