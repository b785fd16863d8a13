// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/axis.h"

#include "ui/timeline/round_step.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

/// Of an axis up to `most`: all its ticks have one unit, so that seven digits need no room.
QString tickText(double value, double step, double most) {
  const double unit = most >= 1e6 ? 1e6 : 1;
  const double rest = step / unit;
  const int decimals = rest >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(rest) - 1e-9));
  const QString text = QLocale().toString(value / unit, 'f', decimals);
  return unit > 1 ? text + QStringLiteral(" M") : text;
}

}  // namespace

ValueAxis::ValueAxis(double highest, qreal bottom, qreal top, qreal minDistance)
    : bottom_(bottom),
      top_(std::min(top, bottom - 1)) {
  const double wanted = std::isfinite(highest) && highest > 0 ? highest : 1;
  const double most = std::max(1.0, std::floor((bottom_ - top_) / std::max(minDistance, 1.0)));
  step_ = roundStep(wanted / most);
  maximum_ = std::ceil(wanted / step_ - 1e-9) * step_;
}

QList<ValueTick> ValueAxis::ticks() const {
  QList<ValueTick> ticks;
  const int count = static_cast<int>(std::lround(maximum_ / step_));
  for (int i = 0; i <= count; ++i) {
    const double value = i * step_;
    ticks.append({value, toY(value), tickText(value, step_, maximum_)});
  }
  return ticks;
}

}  // namespace poolscope::ui
