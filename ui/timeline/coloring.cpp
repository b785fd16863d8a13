// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/coloring.h"

#include "ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr double kLeastSpan = 10;

/// 1, 2 or 5 times a power of ten, not above `time`.
double roundDown(double time) {
  const double power = std::pow(10.0, std::floor(std::log10(time)));
  const double digits = time / power;
  return power * (digits >= 5 ? 5 : digits >= 2 ? 2 : 1);
}

double roundUp(double time) {
  const double below = roundDown(time);
  if (below >= time) {
    return below;
  }
  return roundDown(below * 2.5);  // 1 to 2, 2 to 5, 5 to 10
}

}  // namespace

int rampSwatch(const ColorScale& scale, TimeNs time) {
  const double span = std::log(static_cast<double>(scale.most) / static_cast<double>(scale.least));
  const double at =
      std::log(static_cast<double>(std::max<TimeNs>(time, 1)) / static_cast<double>(scale.least));
  const double step = std::floor(at / span * swatch::kRampSteps);
  return swatch::kRamp + static_cast<int>(std::clamp(step, 0.0, swatch::kRampSteps - 1.0));
}

int swatchOf(const Coloring& coloring, const ColorFacts& facts) {
  if (facts.failed && coloring.showsFailure()) {
    return swatch::kFailed;
  }
  switch (coloring.by) {
    case ColorBy::kind:
      return facts.kind < static_cast<int>(Theme::kKinds) ? swatch::kKinds + facts.kind
                                                          : swatch::kNeutral;
    case ColorBy::outcome:
      return facts.open ? swatch::kRunning : swatch::kFinished;
    case ColorBy::worker:
      return swatch::kKinds + static_cast<int>(facts.worker % Theme::kKinds);
    case ColorBy::queue_wait:
      return facts.waited ? rampSwatch(coloring.scale, *facts.waited) : swatch::kNeutral;
    case ColorBy::duration:
      return rampSwatch(coloring.scale, facts.ran);
    case ColorBy::phase:
      break;
  }
  return swatch::kPhases;  // outside any phase
}

ColorScale scaleFor(TimeNs least, TimeNs most) {
  const double from = roundDown(static_cast<double>(std::max<TimeNs>(least, 1)));
  const double to = roundUp(std::max(static_cast<double>(most), from * kLeastSpan));
  return {static_cast<TimeNs>(from), static_cast<TimeNs>(to)};
}

}  // namespace poolscope::ui
