// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

namespace poolscope::ui {

/// The least of 1, 2, 5, 10, 20, ... that is not below `least` (fractions too); 1 for what is not
/// positive.
inline double roundStep(double least) {
  if (!(least > 0) || !std::isfinite(least)) {
    return 1;
  }
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (power * digit >= least * (1 - 1e-9)) {
      return power * digit;
    }
  }
  return power * 10;
}

/// The end of an axis that shows `value`: a multiple of a fifth of its magnitude, so that little of
/// the height is lost.
inline double roundCeiling(double value) {
  const double step = roundStep(value / 5);
  return std::ceil(value / step - 1e-9) * step;
}

}  // namespace poolscope::ui
