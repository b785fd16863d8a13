// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QtGlobal>

namespace poolscope::ui {

struct ValueTick {
  double value = 0;
  qreal y = 0;
  QString label = {};
};

/// Value <-> pixel of a chart that begins at 0 and grows upwards. A value.
class ValueAxis {
 public:
  ValueAxis() = default;
  /// Reaches from 0 at `bottom` to at least `highest` at `top`, a round number with ticks at 1-2-5
  /// steps that are at least `minDistance` pixels apart.
  ValueAxis(double highest, qreal bottom, qreal top, qreal minDistance);

  double maximum() const { return maximum_; }
  double step() const { return step_; }
  qreal toY(double value) const { return bottom_ - value / maximum_ * (bottom_ - top_); }
  double toValue(qreal y) const { return (bottom_ - y) / (bottom_ - top_) * maximum_; }
  /// From 0 upwards.
  QList<ValueTick> ticks() const;

 private:
  double maximum_ = 1;
  double step_ = 1;
  qreal bottom_ = 1;
  qreal top_ = 0;
};

}  // namespace poolscope::ui
