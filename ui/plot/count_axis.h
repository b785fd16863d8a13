// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <cmath>

namespace poolscope::ui {

/// Number of workers <-> pixel: logarithmic, so that each doubling is as long as the others. A
/// value.
class CountAxis {
 public:
  CountAxis() = default;
  /// `least` < `most`, both 1 or more.
  CountAxis(double least, double most, qreal left, qreal right)
      : least_(least),
        doublings_(std::log2(most / least)),
        left_(left),
        width_(right - left) {}

  qreal toX(double workers) const {
    return left_ + std::log2(workers / least_) / doublings_ * width_;
  }
  double toWorkers(qreal x) const { return least_ * std::exp2((x - left_) / width_ * doublings_); }

 private:
  double least_ = 1;
  double doublings_ = 1;
  qreal left_ = 0;
  qreal width_ = 1;
};

}  // namespace poolscope::ui
