// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/throughput.h"

#include "ui/timeline/time_text.h"

#include <QFontMetricsF>
#include <QObject>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace poolscope::ui {

using session::PoolIndex;
using session::Snapshot;
using session::TimeNs;

namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr qreal kPointEvery = 3;     // logical pixels
constexpr int kCellsPerWindow = 20;  // at most
constexpr qreal kLeastStrip = 2;     // logical pixels
constexpr qreal kReadableStrip = 24;

/// A second, or less where the whole picture shows only a few of them.
TimeNs windowFor(TimeNs range) {
  return std::min(kSecond, roundTimeStep(static_cast<double>(range) / 12));
}

/// Adds up what all asked-for pools finished in equal spans.
std::vector<double> finishedCells(const Snapshot& snapshot, std::optional<PoolIndex> only,
                                  TimeNs begin, TimeNs cell, std::int64_t count) {
  std::vector<double> sums(static_cast<std::size_t>(count), 0.0);
  for (const auto& pool : snapshot.pools()) {
    if (only && *only != pool.index) {
      continue;
    }
    const auto counts =
        snapshot.finished_columns(pool.index, begin, begin + count * cell, static_cast<int>(count));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sums[i] += counts[i];
    }
  }
  return sums;
}

/// Points at the ends of cells that are aligned to the session's time, so that the curve does not
/// tremble while the view moves; each is the mean rate of the cells in the window before it.
void measure(const Snapshot& snapshot, const ThroughputOptions& options, TimeRange range,
             TimeNs now, double nsPerPixel, ThroughputScene& scene) {
  const TimeNs origin = snapshot.begin();
  const TimeNs wanted = windowFor(range.length());
  // Whole cells to a window; where not even one fits, the picture is so wide that a window is a
  // point.
  const auto leastCell = std::max<TimeNs>(
      {1, wanted / kCellsPerWindow, static_cast<TimeNs>(std::ceil(nsPerPixel * kPointEvery))});
  const std::int64_t perWindow = std::max<std::int64_t>(1, wanted / leastCell);
  const TimeNs cell =
      leastCell <= wanted ? wanted / perWindow : roundTimeStep(static_cast<double>(leastCell));
  scene.window = perWindow * cell;
  const std::int64_t first = std::max<TimeNs>(0, range.begin - origin) / cell;
  const std::int64_t end = std::max<TimeNs>(0, std::min(range.end, now) - origin) / cell;
  const std::int64_t from = std::max<std::int64_t>(0, first - perWindow);
  if (end <= from) {
    return;
  }
  const auto cells = finishedCells(snapshot, options.pool, origin + from * cell, cell, end - from);
  double sum = 0;
  for (std::int64_t i = from; i < end; ++i) {
    sum += cells[static_cast<std::size_t>(i - from)];
    if (i - perWindow >= from) {
      sum -= cells[static_cast<std::size_t>(i - perWindow - from)];
    }
    if (i + 1 < first) {
      continue;
    }
    // At the session's begin there is less than a window to look back on.
    const std::int64_t covered = std::min(i + 1, perWindow);
    scene.times.append(origin + (i + 1) * cell);
    scene.rates.append(sum / (static_cast<double>(covered * cell) / 1e9));
  }
}

/// The mean rate in the window before the last moment, which is seldom a cell's end: what finished
/// last is not left out.
void measureEnd(const Snapshot& snapshot, const ThroughputOptions& options, TimeNs last,
                ThroughputScene& scene) {
  const TimeNs span = std::min(scene.window, last - snapshot.begin());
  if (span <= 0) {
    return;
  }
  // A session's last event counts, too: it is usually the end of a task.
  const TimeNs length = span + 1;
  const double finished =
      finishedCells(snapshot, options.pool, last + 1 - length, length, 1).front();
  if (!scene.times.isEmpty() && scene.times.last() >= last) {
    scene.times.removeLast();
    scene.rates.removeLast();
  }
  scene.times.append(last);
  scene.rates.append(finished / (static_cast<double>(span) / 1e9));
}

/// Steps of max_workers that are closer than can be read, as when a slider is dragged: all but the
/// last of them are on the way only.
struct LimitBurst {
  qreal first = 0;  ///< x of the first step
  qreal last = 0;
  int maxWorkers = 0;  ///< from the last on
  int lowest = 0;      ///< on the way, the ends included
  int highest = 0;
  bool isChange = false;
};

std::vector<LimitBurst> limitBursts(std::span<const session::MaxWorkersStep> steps, TimeNs now,
                                    qreal readable, const ThroughputScene& scene) {
  std::vector<LimitBurst> bursts;
  for (const auto& step : steps) {
    if (step.time > now) {
      break;
    }
    const qreal x = scene.time->toX(step.time);
    if (bursts.empty() || x - bursts.back().last >= readable) {
      const int before = static_cast<int>(step.before != 0 ? step.before : step.now);
      bursts.push_back({.first = x, .lowest = before, .highest = before});
    }
    bursts.back().last = x;
    bursts.back().maxWorkers = static_cast<int>(step.now);
    bursts.back().lowest = std::min(bursts.back().lowest, bursts.back().maxWorkers);
    bursts.back().highest = std::max(bursts.back().highest, bursts.back().maxWorkers);
    bursts.back().isChange = step.before != 0;
  }
  return bursts;
}

void layOutLimits(const Snapshot& snapshot, const ThroughputOptions& options, TimeNs now,
                  const QRectF& strip, const Theme& theme, ThroughputScene& scene) {
  const auto pools = snapshot.pools();
  if (pools.empty()) {
    return;
  }
  const PoolIndex pool = options.pool.value_or(pools.front().index);
  const auto steps = snapshot.max_workers_steps(pool);
  for (const auto& step : steps) {
    if (step.time <= now) {
      scene.limitSteps.append({step.time, static_cast<int>(step.now)});
    }
  }
  const QFontMetricsF metrics(theme.fonts.monoSmall);
  const auto addStrip = [&](qreal from, qreal to, int maxWorkers, const QString& number) {
    const qreal left = std::max(from, scene.plot.left());
    const qreal right = std::min(to, scene.plot.right());
    if (right - left < kLeastStrip) {
      return;
    }
    LimitStrip limit{.rect = QRectF(left + 1, strip.top(), right - left - 2, strip.height()),
                     .maxWorkers = maxWorkers};
    for (const QString& text : {QObject::tr("max_workers %1").arg(number), number}) {
      if (metrics.horizontalAdvance(text) + theme.px(8) <= limit.rect.width()) {
        limit.label = text;
        break;
      }
    }
    scene.limits.append(limit);
  };
  const auto bursts = limitBursts(steps, now, theme.px(kReadableStrip), scene);
  const qreal nowX = scene.time->toX(now);
  for (std::size_t i = 0; i < bursts.size(); ++i) {
    const LimitBurst& burst = bursts[i];
    // What was before a burst ends where it begins: throughput on the way belongs to neither
    // number.
    addStrip(burst.first, burst.last, 0,
             QObject::tr("%1 to %2").arg(burst.lowest).arg(burst.highest));
    addStrip(burst.last, i + 1 == bursts.size() ? nowX : bursts[i + 1].first, burst.maxWorkers,
             QString::number(burst.maxWorkers));
    if (burst.isChange && burst.last > scene.plot.left() && burst.last < scene.plot.right()) {
      scene.limitLines.append(burst.last);
    }
  }
}

qreal leftMargin(const Theme& theme) {
  return theme.px(52);
}

}  // namespace

ThroughputScene layOutThroughput(const Frame& frame, TimeNs begin, TimeNs end, const QSizeF& size,
                                 const Theme& theme, const ThroughputOptions& options) {
  ThroughputScene scene;
  scene.size = size;
  const qreal captionHeight = theme.px(30);
  const qreal stripHeight = theme.px(18);
  const qreal tickHeight = size.height() >= theme.px(130) ? theme.px(18) : 0;
  const qreal bottom = size.height() - tickHeight - stripHeight - theme.px(8);
  scene.plot = QRectF(QPointF(leftMargin(theme), captionHeight),
                      QPointF(size.width() - theme.px(10), bottom));
  if (!frame.snapshot || frame.snapshot->empty() || end <= begin || scene.plot.width() < 8 ||
      scene.plot.height() < 8) {
    return scene;
  }
  scene.time = TimeAxis(TimeRange{begin, end}, scene.plot.left(), scene.plot.right());
  measure(*frame.snapshot, options, {begin, end}, frame.now, scene.time->nsPerPixel(), scene);
  if (!frame.live && frame.now > begin) {  // live, the next cell is not over yet
    measureEnd(*frame.snapshot, options, std::min(frame.now, end), scene);
  }
  double highest = options.predicted.value_or(0);
  for (const double rate : scene.rates) {
    highest = std::max(highest, rate);
  }
  scene.value = ValueAxis(highest * 1.05, scene.plot.bottom(), scene.plot.top(), theme.px(24));
  scene.curve = Series{.style = SeriesStyle::area,
                       .color = theme.accent,
                       .width = theme.px(2),
                       .baseline = scene.plot.bottom()};
  for (qsizetype i = 0; i < scene.rates.size(); ++i) {
    scene.curve.points.append(
        QPointF(scene.time->toX(scene.times[i]), scene.value.toY(scene.rates[i])));
  }
  scene.caption = QObject::tr("tasks/s over %1").arg(durationText(scene.window));
  if (tickHeight > 0) {
    scene.timeTicks = timeTicks(*scene.time, frame.snapshot->begin(), theme.px(90));
  }
  const QRectF strip(scene.plot.left(), bottom + theme.px(6), scene.plot.width(), stripHeight);
  layOutLimits(*frame.snapshot, options, std::min(frame.now, end), strip, theme, scene);
  if (options.predicted) {
    scene.predictedY = scene.value.toY(*options.predicted);
    scene.predictedLabel = options.predictedLabel;
  }
  return scene;
}

std::optional<ThroughputValue> throughputAt(const ThroughputScene& scene, qreal x) {
  const auto& points = scene.curve.points;
  if (points.isEmpty() || !scene.time || x < scene.plot.left() ||
      x > points.last().x() + kPointEvery) {
    return {};
  }
  const auto found =
      std::lower_bound(points.begin(), points.end(), x,
                       [](const QPointF& point, qreal at) { return point.x() < at; });
  qsizetype i = std::min<qsizetype>(found - points.begin(), points.size() - 1);
  if (i > 0 && x - points[i - 1].x() < points[i].x() - x) {
    --i;
  }
  ThroughputValue value{
      .time = scene.times[i], .tasksPerSecond = scene.rates[i], .point = points[i]};
  for (const auto& [time, maxWorkers] : scene.limitSteps) {
    if (time <= value.time) {
      value.maxWorkers = maxWorkers;
    }
  }
  return value;
}

}  // namespace poolscope::ui
