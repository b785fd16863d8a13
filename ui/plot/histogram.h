// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QPainter>
#include <QRectF>
#include <QSizeF>
#include <QString>

#include <cstdint>
#include <optional>

namespace poolscope::ui {

/// Durations of [begin, end), one bucket or several that share a bar's width.
struct HistogramBar {
  QRectF rect = {};
  session::TimeNs begin = 0;
  session::TimeNs end = 0;
  std::uint64_t count = 0;
};

struct HistogramTick {
  qreal x = 0;
  QString label = {};
};

struct HistogramMark {
  qreal x = 0;
  QString label = {};
  QRectF labelRect = {};
};

/// How many tasks took how long: bars over a logarithmic time axis, as high as they are many.
struct HistogramScene {
  QSizeF size = {};
  QRectF plot = {};               ///< where the bars stand
  QList<HistogramBar> bars = {};  ///< from left to right; empty ones left out
  QList<HistogramTick> ticks = {};
  QList<HistogramMark> marks = {};  ///< p50 and p99; one for both where they are the same
};

/// Pure; cost O(buckets). A distribution of nothing is an empty scene.
HistogramScene layOutHistogram(const std::optional<session::Distribution>& distribution,
                               const QSizeF& size, const Theme& theme);
void paintHistogram(QPainter& painter, const HistogramScene& scene, const Theme& theme);

/// The bar at or next to `x`; nothing outside the plot.
std::optional<HistogramBar> histogramBarAt(const HistogramScene& scene, qreal x);

}  // namespace poolscope::ui
