// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/histogram.h"

#include "ui/timeline/time_text.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

using session::DurationHistogram;
using session::TimeNs;

constexpr std::size_t kLeastBuckets = 2 * DurationHistogram::kPerOctave;
constexpr qreal kLeastBar = 3;  // logical pixels

/// Buckets <-> pixels: the axis is logarithmic because the buckets are.
struct BucketAxis {
  std::size_t first = 0;
  std::size_t count = 1;
  qreal left = 0;
  qreal width = 1;

  qreal toX(qreal bucket) const {
    return left + (bucket - static_cast<qreal>(first)) / static_cast<qreal>(count) * width;
  }
  /// A bucket's number with its fraction.
  static qreal bucketOf(double ns) {
    return ns < 1 ? 0 : 1 + std::log2(ns) * static_cast<qreal>(DurationHistogram::kPerOctave);
  }
};

/// All that hold any, and some more on both sides where they are few.
BucketAxis axisFor(const DurationHistogram& histogram, const QRectF& plot) {
  std::size_t first = 0;
  while (histogram[first] == 0) {
    ++first;
  }
  std::size_t last = histogram.size();
  const std::size_t missing = kLeastBuckets - std::min(kLeastBuckets, last - first);
  first -= std::min(first, missing / 2 + 1);
  last += missing / 2 + 1;
  return {first, last - first, plot.left(), plot.width()};
}

void addBars(const DurationHistogram& histogram, const BucketAxis& axis, HistogramScene& scene) {
  const auto together = static_cast<std::size_t>(std::max<qreal>(
      1, std::ceil(kLeastBar * static_cast<qreal>(axis.count) / std::max<qreal>(axis.width, 1))));
  std::uint64_t most = 0;
  for (std::size_t from = axis.first; from < axis.first + axis.count; from += together) {
    const std::size_t to = std::min(from + together, histogram.size());
    std::uint64_t count = 0;
    for (std::size_t bucket = from; bucket < to; ++bucket) {
      count += histogram[bucket];
    }
    if (count > 0) {
      const qreal left = axis.toX(static_cast<qreal>(from));
      const qreal right =
          std::min(axis.toX(static_cast<qreal>(from + together)), scene.plot.right());
      scene.bars.append({QRectF(left, 0, std::max<qreal>(right - left - 1, 1), 0),
                         DurationHistogram::begin_of(from),
                         DurationHistogram::begin_of(from + together), count});
      most = std::max(most, count);
    }
  }
  for (HistogramBar& bar : scene.bars) {
    // One of a million is still to be seen.
    const qreal height = std::max<qreal>(
        1, scene.plot.height() * static_cast<qreal>(bar.count) / static_cast<qreal>(most));
    bar.rect.setTop(scene.plot.bottom() - height);
    bar.rect.setHeight(height);
  }
}

void addTicks(const BucketAxis& axis, const Theme& theme, HistogramScene& scene) {
  const QFontMetricsF metrics(theme.fonts.tiny);
  // Powers of ten; with less than two of them in sight, 1-2-5.
  for (const bool fine : {false, true}) {
    scene.ticks.clear();
    qreal free = scene.plot.left();
    double decade = 1;
    for (int i = 0; i < 19; ++i, decade *= 10) {
      for (const double step : {1.0, 2.0, 5.0}) {
        const qreal x = axis.toX(BucketAxis::bucketOf(decade * step));
        const QString label = durationText(static_cast<TimeNs>(decade * step));
        const qreal half = metrics.horizontalAdvance(label) / 2;
        if ((fine || step == 1.0) && x - half >= free && x + half <= scene.plot.right()) {
          scene.ticks.append({x, label});
          free = x + half + theme.px(8);
        }
      }
    }
    if (scene.ticks.size() >= 2) {
      return;
    }
  }
}

/// Each word above its line, or beside the other word where they are too near to one another.
void addMarks(qreal p50, qreal p99, const Theme& theme, HistogramScene& scene) {
  if (std::abs(p99 - p50) < 1) {
    scene.marks = {{p50, QStringLiteral("p50 \u00b7 p99")}};
  } else {
    scene.marks = {{p50, QStringLiteral("p50")}, {p99, QStringLiteral("p99")}};
  }
  for (HistogramMark& mark : scene.marks) {
    const qreal width = QFontMetricsF(theme.fonts.tiny).horizontalAdvance(mark.label) + 2;
    const qreal last = std::max<qreal>(0, scene.size.width() - width);
    mark.labelRect =
        QRectF(std::clamp<qreal>(mark.x - width / 2, 0, last), 0, width, scene.plot.top());
  }
  QRectF& left = scene.marks.first().labelRect;
  QRectF& right = scene.marks.last().labelRect;
  const qreal missing = left.right() + theme.px(4) - right.left();
  if (scene.marks.size() == 2 && missing > 0) {
    const qreal free = scene.size.width() - right.right();
    right.translate(std::min(std::max(missing / 2, missing - left.left()), free), 0);
    left.moveRight(right.left() - theme.px(4));
  }
}

}  // namespace

HistogramScene layOutHistogram(const std::optional<session::Distribution>& distribution,
                               const QSizeF& size, const Theme& theme) {
  const qreal line = QFontMetricsF(theme.fonts.tiny).height();
  HistogramScene scene{.size = size,
                       .plot = QRectF(0, line, size.width(), size.height() - 2 * line)};
  if (!distribution || distribution->histogram.count() == 0 || scene.plot.height() < 1) {
    return scene;
  }
  const BucketAxis axis = axisFor(distribution->histogram, scene.plot);
  addBars(distribution->histogram, axis, scene);
  addTicks(axis, theme, scene);
  const auto toX = [&](double seconds) { return axis.toX(BucketAxis::bucketOf(seconds * 1e9)); };
  addMarks(toX(distribution->p50), toX(distribution->p99), theme, scene);
  return scene;
}

void paintHistogram(QPainter& painter, const HistogramScene& scene, const Theme& theme) {
  painter.save();
  painter.fillRect(QRectF(scene.plot.left(), scene.plot.bottom(), scene.plot.width(), 1),
                   theme.line);
  for (const HistogramBar& bar : scene.bars) {
    painter.fillRect(bar.rect, theme.accent);
  }
  painter.setFont(theme.fonts.tiny);
  const qreal line = scene.plot.top();
  const auto label = [&](const HistogramTick& tick, qreal y) {
    const qreal width = QFontMetricsF(theme.fonts.tiny).horizontalAdvance(tick.label) + 2;
    const qreal left =
        std::clamp<qreal>(tick.x - width / 2, 0, std::max<qreal>(0, scene.size.width() - width));
    painter.drawText(QRectF(left, y, width, line), Qt::AlignCenter, tick.label);
  };
  painter.setPen(theme.dim);
  for (const HistogramTick& tick : scene.ticks) {
    label(tick, scene.plot.bottom());
  }
  for (const HistogramMark& mark : scene.marks) {
    painter.fillRect(QRectF(qRound(mark.x), scene.plot.top(), 1, scene.plot.height()), theme.text);
    painter.setPen(theme.text);
    painter.drawText(mark.labelRect, Qt::AlignCenter, mark.label);
  }
  painter.restore();
}

std::optional<HistogramBar> histogramBarAt(const HistogramScene& scene, qreal x) {
  if (scene.bars.isEmpty() || x < scene.plot.left() || x > scene.plot.right()) {
    return {};
  }
  const auto distance = [x](const HistogramBar& bar) {
    return std::abs(bar.rect.center().x() - x);
  };
  return *std::ranges::min_element(scene.bars, {}, distance);
}

}  // namespace poolscope::ui
