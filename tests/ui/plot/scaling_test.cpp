// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/scaling.h"

#include <QImage>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace poolscope;
using namespace poolscope::experiment;
using namespace poolscope::ui;

namespace {

constexpr QSizeF kSize(800, 420);

/// `repeats` values of each count, that follow the law but for `spread`.
SweepResult sweepOf(const std::vector<std::uint64_t>& counts, double spread, int repeats = 4) {
  const Usl law{.lambda = 16, .sigma = 0.05, .kappa = 0.004};
  SweepResult result{.scenario = "web-scraping", .rule_of_thumb = 6, .end = SweepEnd::decided};
  std::vector<Measurement> measurements;
  std::vector<RepeatedPoint> repeated;
  for (const std::uint64_t workers : counts) {
    std::vector<double> values;
    for (int i = 0; i < repeats; ++i) {
      const double off = repeats == 1 ? 0 : 2.0 * i / (repeats - 1) - 1;
      values.push_back(law.throughput(static_cast<double>(workers)) * (1 + spread * off));
      measurements.push_back({workers, values.back()});
    }
    result.points.push_back({.workers = workers, .throughput = mean_interval(values)});
    repeated.push_back({.workers = workers, .throughputs = values});
  }
  result.fit = fit_usl(measurements);
  result.recommendation = recommend(repeated);
  result.reason = reason_text(result.recommendation, 6);
  return result;
}

const std::vector<std::uint64_t> kCounts{1, 2, 4, 8, 16, 32};

/// The wait of a batch: 4 s at one worker, which the runs at one and two were too short to see.
SweepResult withWaits(SweepResult result) {
  for (SweepPoint& point : result.points) {
    const double wait = 4 / static_cast<double>(point.workers);
    point.queue_wait_at_least = point.workers <= 2;
    point.queue_wait_p99 = point.queue_wait_at_least ? 0.5 : wait;
    point.predicted_queue_wait_p99 = 1.1 * wait;
  }
  return result;
}

ScalingScene laidOut(const ScalingData& data, QSizeF size = kSize,
                     const ScalingOptions& options = {}) {
  return layOutScaling(data, size, Theme::dark(), options);
}

const ScalingReference* referenceOf(const ScalingScene& scene, ScalingReference::Kind kind) {
  const auto found = std::ranges::find(scene.references, kind, &ScalingReference::kind);
  return found == scene.references.end() ? nullptr : &*found;
}

bool hasLegend(const ScalingScene& scene, ScalingLegendEntry::Kind kind) {
  return std::ranges::find(scene.legend, kind, &ScalingLegendEntry::kind) != scene.legend.end();
}

bool overlap(const QList<QRectF>& rects) {
  for (qsizetype i = 0; i < rects.size(); ++i) {
    for (qsizetype k = i + 1; k < rects.size(); ++k) {
      if (rects[i].intersects(rects[k])) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

class ScalingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void points_standAtTheirCountAndThroughput_withTheirIntervals() {
    const SweepResult result = sweepOf(kCounts, 0.02);
    const ScalingScene scene = laidOut(scalingData(result));
    QCOMPARE(scene.marks.size(), qsizetype{6});
    for (qsizetype i = 0; i < scene.marks.size(); ++i) {
      const ScalingMark& mark = scene.marks[i];
      const MeanInterval& measured = result.points[static_cast<std::size_t>(i)].throughput;
      QCOMPARE(std::round(scene.count.toWorkers(mark.at.x())),
               static_cast<double>(kCounts[static_cast<std::size_t>(i)]));
      QVERIFY(std::abs(scene.value.toValue(mark.at.y()) - measured.mean) < 0.01);
      QVERIFY(mark.low && mark.high);
      QVERIFY(std::abs(scene.value.toValue(*mark.low) - measured.low()) < 0.01);
      QVERIFY(std::abs(scene.value.toValue(*mark.high) - measured.high()) < 0.01);
      QVERIFY(scene.plot.contains(mark.at));
    }
    // Each doubling is as wide as the others.
    QVERIFY(std::abs((scene.marks[1].at.x() - scene.marks[0].at.x()) -
                     (scene.marks[5].at.x() - scene.marks[4].at.x())) < 0.01);
  }

  void curveAndBand_areThoseOfTheFit() {
    const SweepResult result = sweepOf(kCounts, 0.02);
    const ScalingScene scene = laidOut(scalingData(result));
    QVERIFY(scene.curve.points.size() > 50);
    for (const QPointF& at : scene.curve.points) {
      const double workers = scene.count.toWorkers(at.x());
      QVERIFY(std::abs(scene.value.toValue(at.y()) - result.fit->model.throughput(workers)) < 0.1);
      QVERIFY(scene.band.containsPoint(at, Qt::OddEvenFill) || at == scene.curve.points.first() ||
              at == scene.curve.points.last());
    }
    QVERIFY(hasLegend(scene, ScalingLegendEntry::Kind::curve));
    QVERIFY(hasLegend(scene, ScalingLegendEntry::Kind::band));
  }

  void whatIsNotThere_isNotInTheLegend() {
    const ScalingScene scene = laidOut(scalingData(sweepOf({1, 2}, 0.02, 1)));
    QVERIFY(scene.curve.points.isEmpty());
    QVERIFY(scene.band.isEmpty());
    QVERIFY(scene.predicted.isEmpty());
    QCOMPARE(scene.legend.size(), qsizetype{1});
    QVERIFY(!scene.marks.first().low);
  }

  void predictedPoints_areApartFromMeasuredOnes_andSaySo() {
    SweepResult result = sweepOf(kCounts, 0.02);
    result.calibrated_at = 8;
    for (SweepPoint& point : result.points) {
      point.predicted = point.throughput.mean * 1.2;
    }
    const ScalingScene scene = laidOut(scalingData(result));
    QCOMPARE(scene.predicted.size(), qsizetype{6});
    QVERIFY(scene.predicted.last().y() < scene.marks.last().at.y());
    QCOMPARE(scene.predictedLine.style, SeriesStyle::dashed);
    QVERIFY(scene.predictedLine.color != scene.curve.color);
    const auto entry = std::ranges::find(scene.legend, ScalingLegendEntry::Kind::predicted,
                                         &ScalingLegendEntry::kind);
    QVERIFY(entry != scene.legend.end());
    QVERIFY(entry->label.startsWith(QLatin1String("predicted")));
    QVERIFY(entry->label.contains(QLatin1String("8")));
  }

  void waits_standBelow_overTheSameCounts() {
    SweepResult result = withWaits(sweepOf(kCounts, 0.02));
    result.calibrated_at = 8;
    const ScalingScene scene = laidOut(scalingData(result));
    const ScalingWaitScene& waits = scene.waits;
    QCOMPARE(waits.measured.size(), qsizetype{6});
    QCOMPARE(waits.predicted.size(), qsizetype{6});
    QCOMPARE(waits.plot.left(), scene.plot.left());
    QCOMPARE(waits.plot.right(), scene.plot.right());
    QVERIFY(waits.plot.top() > scene.plot.bottom());
    for (qsizetype i = 0; i < 6; ++i) {
      const SweepPoint& point = result.points[static_cast<std::size_t>(i)];
      QCOMPARE(waits.measured[i].at.x(), scene.marks[i].at.x());
      QCOMPARE(waits.predicted[i].at.x(), scene.marks[i].at.x());
      const double measured = waits.value.toSeconds(waits.measured[i].at.y());
      const double predicted = waits.value.toSeconds(waits.predicted[i].at.y());
      QVERIFY(std::abs(measured / *point.queue_wait_p99 - 1) < 1e-6);
      QVERIFY(std::abs(predicted / *point.predicted_queue_wait_p99 - 1) < 1e-6);
      QCOMPARE(waits.measured[i].atLeast, point.queue_wait_at_least);
      QVERIFY(!waits.predicted[i].atLeast);
      QVERIFY(waits.plot.contains(waits.measured[i].at));
      QVERIFY(waits.plot.contains(waits.predicted[i].at));
    }
    QCOMPARE(waits.predictedLine.style, SeriesStyle::dashed);
    QCOMPARE(waits.predictedLine.color, scene.predictedLine.color);
    QVERIFY(hasLegend(scene, ScalingLegendEntry::Kind::at_least));
  }

  void waits_areLeftOut_whereThereAreNone_orNoRoom() {
    const ScalingScene none = laidOut(scalingData(sweepOf(kCounts, 0.02)));
    QVERIFY(none.waits.plot.isEmpty());
    QVERIFY(!hasLegend(none, ScalingLegendEntry::Kind::at_least));
    const ScalingData data = scalingData(withWaits(sweepOf(kCounts, 0.02)));
    QVERIFY(!laidOut(data).waits.plot.isEmpty());
    const ScalingScene small = laidOut(data, QSizeF(700, 220));
    QVERIFY(small.empty.isEmpty());
    QVERIFY(hasLegend(small, ScalingLegendEntry::Kind::measured));
    QVERIFY(small.waits.plot.isEmpty());
    QVERIFY(!hasLegend(small, ScalingLegendEntry::Kind::at_least));
  }

  void recommendation_andRuleOfThumb_haveTheirLines() {
    const SweepResult result = sweepOf(kCounts, 0.004);
    QVERIFY(result.recommendation.workers);
    ScalingData data = scalingData(result);
    data.pythonDefault = 6;
    const ScalingScene scene = laidOut(data);
    const auto* recommended = referenceOf(scene, ScalingReference::Kind::recommended);
    QVERIFY(recommended != nullptr);
    QCOMPARE(recommended->workers, *result.recommendation.workers);
    QCOMPARE(recommended->x, scene.count.toX(static_cast<double>(recommended->workers)));
    const auto* thumb = referenceOf(scene, ScalingReference::Kind::rule_of_thumb);
    QVERIFY(thumb != nullptr);
    QVERIFY(thumb->label.contains(QLatin1String("cores + 4")));
    QVERIFY(thumb->label.contains(QLatin1String("Python")));
    QVERIFY(scene.isSure);
  }

  void ruleOfThumb_andPythonsDefault_areTwoLinesWhereTheyDiffer() {
    ScalingData data = scalingData(sweepOf({1, 2, 4, 8, 16, 32, 64}, 0.004));
    data.ruleOfThumb = 36;
    data.pythonDefault = 32;
    const ScalingScene scene = laidOut(data);
    QList<QString> labels;
    QList<QRectF> rects;
    for (const ScalingReference& reference : scene.references) {
      labels << reference.label;
      rects << reference.labelRect;
    }
    QVERIFY(labels.contains(QStringLiteral("36 = cores + 4")));
    QVERIFY(labels.contains(QStringLiteral("32 = Python's default")));
    QVERIFY(!overlap(rects));
  }

  void labels_standAboveThePlot_clearOfAllLines() {
    ScalingData data = scalingData(sweepOf({1, 2, 4, 8, 16, 32}, 0.004));
    for (std::uint64_t recommended = 2; recommended <= 16; ++recommended) {
      data.recommended = recommended;
      data.ruleOfThumb = 8;
      data.pythonDefault = 7;
      const ScalingScene scene = laidOut(data);
      QCOMPARE(scene.references.size(), qsizetype{3});
      for (const ScalingReference& reference : scene.references) {
        QVERIFY(reference.labelRect.bottom() <= scene.plot.top());
      }
    }
  }

  void noise_isCannotTell_andNoNumberIsMarked() {
    const SweepResult result = sweepOf(kCounts, 0.4);
    QVERIFY(!result.recommendation.workers);
    const ScalingScene scene = laidOut(scalingData(result));
    QVERIFY(referenceOf(scene, ScalingReference::Kind::recommended) == nullptr);
    QCOMPARE(scene.verdict, QStringLiteral("can't tell"));
    QVERIFY(!scene.isSure);
  }

  void whileItRuns_nothingIsRecommendedYet() {
    SweepResult result = sweepOf(kCounts, 0.004);
    result.end = SweepEnd::running;
    QVERIFY(laidOut(scalingData(result)).verdict.contains(QLatin1String("so far")));
    result.recommendation = {};
    QCOMPARE(laidOut(scalingData(result)).verdict, QStringLiteral("measuring"));
  }

  void nothing_onePoint_andZeros_areDrawn() {
    QVERIFY(!laidOut({}).empty.isEmpty());
    const ScalingScene one = laidOut(scalingData(sweepOf({8}, 0, 1)));
    QVERIFY(one.plot.contains(one.marks.first().at));
    SweepResult zeros{.scenario = "zeros", .end = SweepEnd::decided};
    for (const std::uint64_t workers : kCounts) {
      const std::vector<double> values{0, 0, 0};
      zeros.points.push_back({.workers = workers, .throughput = mean_interval(values)});
    }
    const ScalingScene flat = laidOut(scalingData(zeros));
    QCOMPARE(flat.marks.first().at.y(), flat.plot.bottom());
  }

  void texts_doNotOverlap_atAnySize_data() {
    QTest::addColumn<qreal>("pointSize");
    QTest::addColumn<QSizeF>("size");
    QTest::newRow("ordinary") << 10.0 << QSizeF(800, 420);
    QTest::newRow("narrow") << 10.0 << QSizeF(360, 300);
    QTest::newRow("large fonts") << 16.0 << QSizeF(800, 420);
    QTest::newRow("large fonts, narrow") << 16.0 << QSizeF(420, 380);
  }
  void texts_doNotOverlap_atAnySize() {
    QFETCH(qreal, pointSize);
    QFETCH(QSizeF, size);
    SweepResult result = withWaits(sweepOf({1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32}, 0.01));
    result.calibrated_at = 8;
    ScalingData data = scalingData(result);
    data.ruleOfThumb = 7;
    data.pythonDefault = 8;
    const Theme theme = Theme::light(pointSize);
    const ScalingScene scene = layOutScaling(data, size, theme);
    QVERIFY2(scene.empty.isEmpty(), qPrintable(scene.empty));
    QList<QRectF> rects{scene.valueCaptionRect, scene.plot};
    if (!scene.waits.plot.isEmpty()) {
      rects << scene.waits.captionRect << scene.waits.plot;
      const qreal room = scene.plot.left();
      for (const ValueTick& tick : scene.waits.value.ticks()) {
        QVERIFY(QFontMetricsF(theme.fonts.tiny).horizontalAdvance(tick.label) < room);
      }
    }
    for (const ScalingReference& reference : scene.references) {
      rects << reference.labelRect;
      QVERIFY(reference.labelRect.left() >= 0 && reference.labelRect.right() <= size.width());
    }
    for (const ScalingLegendEntry& entry : scene.legend) {
      rects << entry.rect;
      QVERIFY(entry.rect.bottom() <= size.height() + 0.01);
    }
    QVERIFY(!overlap(rects));
    const QFontMetricsF metrics(theme.fonts.tiny);
    for (const ScalingTick& a : scene.ticks) {
      for (const ScalingTick& b : scene.ticks) {
        QVERIFY(a.label == b.label ||
                std::abs(a.x - b.x) >
                    (metrics.horizontalAdvance(a.label) + metrics.horizontalAdvance(b.label)) / 2);
      }
    }
  }

  void reason_standsBelow_whereItIsWanted() {
    const ScalingData data = scalingData(sweepOf(kCounts, 0.004));
    const ScalingScene scene = laidOut(data, kSize, {.withReason = true});
    QCOMPARE(scene.reason, data.reason);
    QVERIFY(scene.reasonRect.top() > scene.plot.bottom());
    QVERIFY(scene.reasonRect.bottom() <= kSize.height());
    QVERIFY(laidOut(data).reason.isEmpty());
  }

  void pointAt_isTheNearest_andNothingFarFromAll() {
    const ScalingScene scene = laidOut(scalingData(sweepOf(kCounts, 0.02)));
    const Theme theme = Theme::dark();
    const QPointF at = scene.marks[3].at + QPointF(5, 30);
    QCOMPARE(scalingPointAt(scene, at, theme)->workers, std::uint64_t{8});
    const QPointF between = (scene.marks[3].at + scene.marks[4].at) / 2;
    QVERIFY(!scalingPointAt(scene, between, theme));
    const ScalingScene both = laidOut(scalingData(withWaits(sweepOf(kCounts, 0.02))));
    QCOMPARE(scalingPointAt(both, both.waits.measured[3].at, theme)->workers, std::uint64_t{8});
    QVERIFY(!scalingPointAt(scene, QPointF(-5, -5), theme));
  }

  void picture_isAlikeInLightAndDark_atOneAndTwo() {
    const ScalingData data = scalingData(withWaits(sweepOf(kCounts, 0.02)));
    for (const bool dark : {false, true}) {
      for (const int ratio : {1, 2}) {
        const Theme theme = Theme::make(dark);
        QImage image(kSize.toSize() * ratio, QImage::Format_RGB32);
        image.setDevicePixelRatio(ratio);
        image.fill(theme.surface);
        QPainter painter(&image);
        const ScalingScene scene = layOutScaling(data, kSize, theme);
        paintScaling(painter, scene, theme);
        painter.end();
        const QPointF at = scene.marks[2].at * ratio;
        QCOMPARE(image.pixelColor(at.toPoint()), theme.accent);
        const QPointF wait = scene.waits.measured[2].at * ratio;
        QCOMPARE(image.pixelColor(wait.toPoint()), theme.accent);
        const QPointF ground = scene.plot.topLeft() + QPointF(3, 5);
        QCOMPARE(image.pixelColor((ground * ratio).toPoint()), theme.lane);
      }
    }
  }
};

QTEST_MAIN(ScalingTest)
#include "scaling_test.moc"
