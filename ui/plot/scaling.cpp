// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling.h"

#include "ui/plot/scaling_legend.h"

#include <QFontMetricsF>
#include <QObject>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

constexpr qreal kLeastPlot = 40;     // logical pixels, at the base size
constexpr qreal kTickDistance = 36;  // of values
constexpr qreal kLabelGap = 8;       // between labels of one row
constexpr double kBeyond = 2;        // a rule of thumb is in sight up to so many times the most
constexpr double kBesideOne = 1.6;   // of a single count, to both sides
constexpr int kCurveSteps = 96;
constexpr qreal kNear = 24;            // of the pointer to a point
constexpr qreal kWaitsShare = 0.34;    // of the height, for the waits below
constexpr qreal kLeastForWaits = 170;  // of both plots together

/// Lays out one picture from top to bottom.
class Layout {
 public:
  Layout(const ScalingData& data, const QSizeF& size, const Theme& theme,
         const ScalingOptions& options)
      : data_(data),
        theme_(theme),
        options_(options) {
    scene_.size = size;
  }

  ScalingScene run();

 private:
  qreal line() const { return QFontMetricsF(theme_.fonts.tiny).height(); }
  qreal width(const QString& text) const {
    return QFontMetricsF(theme_.fonts.tiny).horizontalAdvance(text);
  }
  double highest() const;
  void placeTexts();
  void placeReason();
  void placeLegend(bool withWaits);
  void placeAll(bool withLegend, bool withWaits);
  void placeAxes(bool withWaits);
  void placeWaits();
  void addReferences();
  qreal placeReferences();
  void addTicks();
  void addMarks();
  void addCurve();
  void addPredicted();
  QList<ScalingWaitPoint> waits() const;
  qreal widestTick(bool withWaits) const;

  const ScalingData& data_;
  const Theme& theme_;
  const ScalingOptions& options_;
  ScalingScene scene_;
  qreal top_ = 0;     ///< of what is free yet
  qreal bottom_ = 0;  ///< of what is free yet
};

double Layout::highest() const {
  double most = 0;
  for (const ScalingPoint& point : data_.points) {
    // An interval from two runs may reach very far: it is cut before the points become flat.
    most = std::max({most, std::min(point.throughput.high(), 1.5 * point.throughput.mean),
                     point.predicted.value_or(0)});
  }
  return most;
}

void Layout::placeTexts() {
  top_ = 0;
  bottom_ = scene_.size.height();
  if (options_.withTitle) {
    scene_.title = data_.title;
    scene_.verdict = scalingVerdict(data_);
    scene_.isSure = data_.recommended.has_value() && !data_.isMeasuring && !data_.isPrediction;
    top_ = QFontMetricsF(theme_.fonts.strong).height() + theme_.px(6);
  }
}

void Layout::placeReason() {
  if (!options_.withReason || data_.reason.isEmpty()) {
    return;
  }
  scene_.reason = data_.reason;
  const QRectF room(0, 0, scene_.size.width(), scene_.size.height());
  const qreal height = QFontMetricsF(theme_.fonts.small)
                           .boundingRect(room, Qt::TextWordWrap, scene_.reason)
                           .height();
  scene_.reasonRect = QRectF(0, bottom_ - height, scene_.size.width(), height);
  bottom_ = scene_.reasonRect.top() - theme_.px(10);
}

void Layout::placeLegend(bool withWaits) {
  scene_.legend = layOutScalingLegend(data_, withWaits, scene_.size.width(), theme_);
  const qreal height = scene_.legend.last().rect.bottom();
  for (ScalingLegendEntry& entry : scene_.legend) {
    entry.rect.translate(0, bottom_ - height);
  }
  bottom_ -= height + theme_.px(6);
}

void Layout::placeAxes(bool withWaits) {
  scene_.valueCaption = QObject::tr("tasks/s");
  scene_.countCaption = QObject::tr("max_workers");
  bottom_ -= 2 * line() + theme_.px(4);  // the counts, and what they are
  const qreal left = widestTick(withWaits) + theme_.px(10);
  const qreal right = scene_.size.width() - theme_.px(12);
  auto least = static_cast<double>(data_.points.front().workers);
  auto most = static_cast<double>(data_.points.back().workers);
  if (least == most) {
    least = std::max(1.0, least / kBesideOne);
    most *= kBesideOne;
  }
  for (const std::uint64_t workers : {data_.ruleOfThumb, data_.pythonDefault}) {
    const auto count = static_cast<double>(workers);
    if (count >= least && count <= kBeyond * most) {
      most = std::max(most, count);
    }
  }
  const qreal inset = theme_.px(14);
  scene_.count = CountAxis(least, most, left + inset, right - inset);
  scene_.plot = QRectF(left, top_, right - left, bottom_ - top_);
  addReferences();
  top_ += placeReferences();
  scene_.plot.setTop(top_);
  if (withWaits && scene_.plot.height() >= theme_.px(kLeastForWaits)) {
    placeWaits();
  }
  scene_.value = ValueAxis(highest(), scene_.plot.bottom(), top_, theme_.px(kTickDistance));
}

/// Of both charts, as they would be with all the height: with less of it there are fewer ticks.
qreal Layout::widestTick(bool withWaits) const {
  qreal widest = 0;
  for (const ValueTick& tick :
       ValueAxis(highest(), bottom_, top_, theme_.px(kTickDistance)).ticks()) {
    widest = std::max(widest, width(tick.label));
  }
  const ScalingWaitScene below =
      layOutScalingWaits(waits(), QRectF(0, top_, 1, bottom_ - top_), {}, theme_);
  if (withWaits && !below.plot.isEmpty()) {
    for (const ValueTick& tick : below.value.ticks()) {
      widest = std::max(widest, width(tick.label));
    }
  }
  return widest;
}

QList<ScalingWaitPoint> Layout::waits() const {
  QList<ScalingWaitPoint> points;
  for (const ScalingPoint& point : data_.points) {
    points.append({point.workers, point.wait});
  }
  return points;
}

/// Takes the lower part of the plot.
void Layout::placeWaits() {
  QRectF area = scene_.plot;
  area.setTop(area.bottom() - kWaitsShare * area.height());
  scene_.waits = layOutScalingWaits(waits(), area, scene_.count, theme_);
  if (!scene_.waits.plot.isEmpty()) {
    scene_.plot.setBottom(area.top() - line() / 2);  // the 0 stands half below the plot
  }
}

void Layout::addReferences() {
  using Kind = ScalingReference::Kind;
  const auto add = [&](Kind kind, std::uint64_t workers, const QString& label) {
    const qreal x = workers > 0 ? scene_.count.toX(static_cast<double>(workers)) : -1;
    if (workers > 0 && x >= scene_.plot.left() && x <= scene_.plot.right()) {
      scene_.references.append({kind, workers, x, label});
    }
  };
  const auto number = [](std::uint64_t count) { return static_cast<qulonglong>(count); };
  if (data_.recommended) {
    add(data_.isPrediction ? Kind::predicted : Kind::recommended, *data_.recommended,
        scalingVerdict(data_));
  }
  if (data_.ruleOfThumb == data_.pythonDefault) {
    add(Kind::rule_of_thumb, data_.ruleOfThumb,
        QObject::tr("%1 = cores + 4, Python's default").arg(number(data_.ruleOfThumb)));
    return;
  }
  add(Kind::rule_of_thumb, data_.ruleOfThumb,
      QObject::tr("%1 = cores + 4").arg(number(data_.ruleOfThumb)));
  add(Kind::rule_of_thumb, data_.pythonDefault,
      QObject::tr("%1 = Python's default").arg(number(data_.pythonDefault)));
}

/// Above the plot, beside the axis's unit, each in the first row that has room for it. Returns what
/// height they take.
qreal Layout::placeReferences() {
  const qreal row = line() + theme_.px(2);
  const qreal gap = theme_.px(kLabelGap);
  scene_.valueCaptionRect = QRectF(0, top_, width(scene_.valueCaption) + 2, line());
  QList<QRectF> placed{scene_.valueCaptionRect};
  const auto touches = [&](const QRectF& rect) {
    return std::ranges::any_of(placed, [&](const QRectF& other) {
      return other.adjusted(-gap, 0, gap, 0).intersects(rect);
    });
  };
  qreal height = line();
  for (ScalingReference& reference : scene_.references) {
    const qreal wide = width(reference.label) + 2;
    const qreal last = std::max<qreal>(0, scene_.size.width() - wide);
    QRectF rect(std::clamp<qreal>(reference.x - wide / 2, 0, last), top_, wide, line());
    while (touches(rect)) {
      rect.translate(0, row);
    }
    reference.labelRect = rect;
    placed.append(rect);
    height = std::max(height, rect.bottom() - top_);
  }
  return height + line() / 2;  // the highest value stands half above the plot
}

/// The counts that were measured, the more telling ones first where not all have room.
void Layout::addTicks() {
  std::vector<std::uint64_t> wanted;
  if (data_.recommended) {
    wanted.push_back(*data_.recommended);
  }
  wanted.push_back(data_.points.front().workers);
  wanted.push_back(data_.points.back().workers);
  for (const ScalingPoint& point : data_.points) {
    wanted.push_back(point.workers);
  }
  for (const std::uint64_t workers : wanted) {
    const qreal x = scene_.count.toX(static_cast<double>(workers));
    const QString label = QString::number(workers);
    const bool fits = std::ranges::none_of(scene_.ticks, [&](const ScalingTick& other) {
      return std::abs(other.x - x) < (width(label) + width(other.label)) / 2 + theme_.px(kLabelGap);
    });
    if (fits) {
      scene_.ticks.append({x, label});
    }
  }
}

void Layout::addMarks() {
  for (const ScalingPoint& point : data_.points) {
    const double shown = point.isMeasured ? point.throughput.mean : point.predicted.value_or(0);
    ScalingMark mark{.point = point,
                     .at = QPointF(scene_.count.toX(static_cast<double>(point.workers)),
                                   scene_.value.toY(shown))};
    if (point.throughput.half_width) {
      mark.low = scene_.value.toY(point.throughput.low_rate());
      mark.high = std::max(scene_.plot.top(), scene_.value.toY(point.throughput.high()));
    }
    scene_.marks.append(mark);
  }
}

void Layout::addCurve() {
  if (!data_.fit) {
    return;
  }
  const experiment::UslFit& fit = *data_.fit;
  scene_.curve = {.style = fit.poor() ? SeriesStyle::dashed : SeriesStyle::line,
                  .color = theme_.accent,
                  .width = theme_.px(2)};
  const auto least = static_cast<double>(fit.least_workers);
  const auto most = static_cast<double>(fit.most_workers);
  for (int i = 0; i <= kCurveSteps; ++i) {
    const double workers = least * std::pow(most / least, i / static_cast<double>(kCurveSteps));
    scene_.curve.points.append(
        {scene_.count.toX(workers), scene_.value.toY(fit.model.throughput(workers))});
  }
  const auto cut = [&](double throughput) {
    return std::max(scene_.plot.top(), scene_.value.toY(throughput));
  };
  for (const experiment::CurveInterval& place : fit.band) {
    scene_.band.append({scene_.count.toX(place.workers), cut(place.throughput.high)});
  }
  for (auto place = fit.band.rbegin(); place != fit.band.rend(); ++place) {
    scene_.band.append({scene_.count.toX(place->workers), cut(place->throughput.low)});
  }
}

void Layout::addPredicted() {
  scene_.predictedLine = {
      .style = SeriesStyle::dashed, .color = theme_.warn, .width = theme_.px(1.4)};
  for (const ScalingPoint& point : data_.points) {
    if (point.predicted) {
      scene_.predicted.append({scene_.count.toX(static_cast<double>(point.workers)),
                               scene_.value.toY(*point.predicted)});
    }
  }
  scene_.predictedLine.points = scene_.predicted;
}

/// Where there is hardly any room the points come first: what they mean is known by then.
void Layout::placeAll(bool withLegend, bool withWaits) {
  scene_.legend.clear();
  scene_.references.clear();
  scene_.waits = {};
  placeTexts();
  placeReason();
  if (withLegend) {
    placeLegend(withWaits);
  }
  placeAxes(withWaits);
}

ScalingScene Layout::run() {
  placeTexts();
  if (data_.points.empty()) {
    scene_.plot = QRectF(0, top_, scene_.size.width(), bottom_ - top_);
    scene_.empty = data_.isMeasuring ? QObject::tr("The first points are being measured.")
                                     : QObject::tr("No points were measured.");
    return std::move(scene_);
  }
  placeAll(true, true);
  if (scene_.waits.plot.isEmpty()) {
    placeAll(true, false);
  }
  if (scene_.plot.height() < theme_.px(kLeastPlot)) {
    placeAll(false, false);
  }
  if (scene_.plot.height() < theme_.px(kLeastPlot)) {
    scene_.empty = QObject::tr("Too small to be drawn.");
    return std::move(scene_);
  }
  addTicks();
  addMarks();
  addCurve();
  addPredicted();
  return std::move(scene_);
}

}  // namespace

ScalingScene layOutScaling(const ScalingData& data, const QSizeF& size, const Theme& theme,
                           const ScalingOptions& options) {
  return Layout(data, size, theme, options).run();
}

std::optional<ScalingPoint> scalingPointAt(const ScalingScene& scene, const QPointF& at,
                                           const Theme& theme) {
  const ScalingMark* nearest = nullptr;
  for (const ScalingMark& mark : scene.marks) {
    if (nearest == nullptr || std::abs(mark.at.x() - at.x()) < std::abs(nearest->at.x() - at.x())) {
      nearest = &mark;
    }
  }
  const bool inside = scene.plot.contains(at) || scene.waits.plot.contains(at);
  const bool near =
      nearest != nullptr && inside && std::abs(nearest->at.x() - at.x()) <= theme.px(kNear);
  return near ? std::optional(nearest->point) : std::nullopt;
}

}  // namespace poolscope::ui
