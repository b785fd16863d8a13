// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/usl_fit.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace poolscope::experiment;

class UslFitTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void unsortedAndRepeatedRows_fitAsSortedOnes();
  void repeats_giveBootstrapIntervalsAboutTheCoefficients();
  void oneValueACount_givesLinearisedIntervals();
  void band_holdsTheCurve_andIsThatOfLambdaAtOneWorker_data();
  void band_holdsTheCurve_andIsThatOfLambdaAtOneWorker();
  void exactFit_hasNoError_andNoIntervals();
  void amdahl_isTheCaseWithoutCoherency();
  void noiseAboutALine_hasNoPeak();
  void notes_tellWhatIsNotToBeTrusted_data();
  void notes_tellWhatIsNotToBeTrusted();
  void valuesOfAnySize_giveFiniteCoefficients_data();
  void valuesOfAnySize_giveFiniteCoefficients();
};

namespace {

std::vector<Measurement> curve(const Usl& model, std::initializer_list<std::uint64_t> counts) {
  std::vector<Measurement> points;
  for (const std::uint64_t n : counts) {
    points.push_back({n, model.throughput(static_cast<double>(n))});
  }
  return points;
}

/// Each value also a little above and below.
std::vector<Measurement> repeated(const std::vector<Measurement>& points, double share) {
  std::vector<Measurement> all;
  for (const Measurement& point : points) {
    for (const double factor : {1 - share, 1.0, 1 + share}) {
      all.push_back({point.workers, point.throughput * factor});
    }
  }
  return all;
}

bool within(double value, const Interval& interval) {
  return interval.low <= value && value <= interval.high;
}

}  // namespace

void UslFitTest::unsortedAndRepeatedRows_fitAsSortedOnes() {
  const Usl truth{100, 0.05, 0.001};
  std::vector<Measurement> points = repeated(curve(truth, {1, 2, 4, 8, 16, 32}), 0.02);
  const auto sorted = fit_usl(points);
  std::ranges::reverse(points);
  std::ranges::rotate(points, points.begin() + 5);
  const auto shuffled = fit_usl(points);
  QVERIFY(sorted && shuffled);
  QVERIFY(std::abs(sorted->model.kappa - shuffled->model.kappa) < 1e-9);
  QVERIFY(std::abs(sorted->model.sigma - shuffled->model.sigma) < 1e-7);
  QCOMPARE(shuffled->residuals.size(), points.size());
}

void UslFitTest::repeats_giveBootstrapIntervalsAboutTheCoefficients() {
  const Usl truth{100, 0.05, 0.001};
  const auto fit = fit_usl(repeated(curve(truth, {1, 2, 4, 8, 16, 32}), 0.02));
  QVERIFY(fit && fit->intervals);
  QCOMPARE(fit->intervals->method, UslIntervals::Method::bootstrap);
  QVERIFY(within(truth.lambda, fit->intervals->lambda));
  QVERIFY(within(truth.sigma, fit->intervals->sigma));
  QVERIFY(within(truth.kappa, fit->intervals->kappa));
  QVERIFY(fit->intervals->kappa.low < fit->intervals->kappa.high);
  QVERIFY(fit->has_peak());
}

void UslFitTest::oneValueACount_givesLinearisedIntervals() {
  const auto fit = fit_usl(
      std::vector<Measurement>{{1, 20}, {4, 78}, {8, 130}, {12, 170}, {16, 190}, {20, 200}});
  QVERIFY(fit && fit->intervals);
  QCOMPARE(fit->intervals->method, UslIntervals::Method::linearised);
  // t(0.975, 3) times the standard errors 0.788506, 0.00839066 and 0.000261398, calculated apart.
  QVERIFY(std::abs(fit->intervals->lambda.high - fit->model.lambda - 2.509379) < 1e-4);
  QVERIFY(std::abs(fit->intervals->kappa.high - fit->model.kappa - 0.000831887) < 1e-7);
  QCOMPARE(fit->intervals->sigma.low, 0.0);  // cut at its bound
}

void UslFitTest::band_holdsTheCurve_andIsThatOfLambdaAtOneWorker_data() {
  QTest::addColumn<std::vector<Measurement>>("points");
  QTest::newRow("repeats") << repeated(curve({100, 0.05, 0.001}, {1, 2, 4, 8, 16, 32}), 0.02);
  QTest::newRow("one value a count")
      << std::vector<Measurement>{{1, 20}, {4, 78}, {8, 130}, {12, 170}, {16, 190}, {20, 200}};
}

void UslFitTest::band_holdsTheCurve_andIsThatOfLambdaAtOneWorker() {
  QFETCH(std::vector<Measurement>, points);
  const auto fit = fit_usl(points);
  QVERIFY(fit && fit->intervals && fit->band.size() > 10);
  QCOMPARE(fit->band.front().workers, static_cast<double>(fit->least_workers));
  QVERIFY(std::abs(fit->band.back().workers - static_cast<double>(fit->most_workers)) < 1e-9);
  for (const CurveInterval& place : fit->band) {
    QVERIFY(within(fit->model.throughput(place.workers), place.throughput));
    QVERIFY(place.throughput.low < place.throughput.high);
  }
  // The law at one worker is lambda, whatever the others are.
  QVERIFY(std::abs(fit->band.front().throughput.low - fit->intervals->lambda.low) < 1e-9);
  QVERIFY(std::abs(fit->band.front().throughput.high - fit->intervals->lambda.high) < 1e-9);
  QVERIFY(fit_usl(points, false)->band.empty());
}

void UslFitTest::exactFit_hasNoError_andNoIntervals() {
  const auto fit = fit_usl(curve({100, 0.05, 0.001}, {1, 4, 16}));
  QVERIFY(fit.has_value());
  QVERIFY(!fit->error && !fit->r2 && !fit->intervals);
  QVERIFY(std::abs(fit->model.kappa - 0.001) < 1e-8);
}

void UslFitTest::amdahl_isTheCaseWithoutCoherency() {
  const double parallel = 0.9;
  std::vector<Measurement> points;
  for (const std::uint64_t n : {1, 2, 4, 8, 16}) {
    points.push_back({n, 50 / ((1 - parallel) + parallel / static_cast<double>(n))});
  }
  const auto fit = fit_usl(points);
  QVERIFY(fit.has_value());
  QCOMPARE(fit->model.kappa, 0.0);
  QVERIFY(std::abs(fit->model.sigma - 0.1) < 1e-9);
  QVERIFY(!fit->model.peak_workers());
}

void UslFitTest::noiseAboutALine_hasNoPeak() {
  std::vector<Measurement> points;
  int sign = 1;
  for (const std::uint64_t n : {1, 2, 4, 8, 16, 32}) {
    for (const double size : {0.0, 0.01, 0.03}) {
      sign = -sign;
      points.push_back({n, static_cast<double>(n) * 20 * (1 + sign * size)});
    }
  }
  const auto fit = fit_usl(points);
  QVERIFY(fit.has_value());
  QVERIFY(!fit->has_peak());
}

void UslFitTest::notes_tellWhatIsNotToBeTrusted_data() {
  QTest::addColumn<QList<double>>("values");  // workers, throughput, workers, throughput, ...
  QTest::addColumn<QString>("word");
  QTest::newRow("three values") << QList<double>{1, 10, 2, 18, 4, 30}
                                << QStringLiteral("nothing checks it");
  QTest::newRow("three values each")
      << QList<double>{1, 10, 2, 18, 4, 30, 1, 10.1, 2, 18.2, 4, 30.1}
      << QStringLiteral("nothing checks it");
  QTest::newRow("without one worker")
      << QList<double>{2, 20, 4, 37, 8, 60, 16, 75} << QStringLiteral("extrapolated");
  QTest::newRow("super-linear") << QList<double>{1, 10, 2, 21.5, 4, 46, 8, 99}
                                << QStringLiteral("Faster than linear");
  QTest::newRow("no peak") << QList<double>{1, 10, 2, 20, 4, 40, 8, 80, 16, 160}
                           << QStringLiteral("No peak seen up to 16 workers");
  QTest::newRow("poor") << QList<double>{1, 100, 2, 10, 4, 90, 8, 20, 16, 100}
                        << QStringLiteral("believe the points");
  QTest::newRow("flat top") << QList<double>{1, 50, 2, 100, 4, 200, 8, 396, 16, 401, 32, 400}
                            << QStringLiteral("At 8 workers the points lie 12 %");
  QTest::newRow("a peak") << QList<double>{1, 1,      2, 1.8868, 4,  3.0769,
                                           6, 3.5294, 8, 3.5398, 10, 3.3557}
                          << QStringLiteral("peak at 7.00 workers");
}

void UslFitTest::notes_tellWhatIsNotToBeTrusted() {
  QFETCH(QList<double>, values);
  QFETCH(QString, word);
  std::vector<Measurement> points;
  for (qsizetype i = 0; i < values.size(); i += 2) {
    points.push_back({static_cast<std::uint64_t>(values[i]), values[i + 1]});
  }
  const auto fit = fit_usl(points);
  QVERIFY(fit.has_value());
  QString all;
  for (const std::string& note : fit_notes(*fit)) {
    all += QString::fromStdString(note) + QLatin1Char('\n');
  }
  QVERIFY2(all.contains(word), qPrintable(all));
}

void UslFitTest::valuesOfAnySize_giveFiniteCoefficients_data() {
  QTest::addColumn<QList<double>>("values");
  QTest::newRow("tiny") << QList<double>{1, 1e-300, 2, 2e-300, 4, 3e-300, 8, 3e-300};
  QTest::newRow("huge") << QList<double>{1, 1e300, 2, 1.8e300, 4, 1.7e300, 8, 1e300};
  QTest::newRow("zero among others") << QList<double>{1, 10, 2, 0, 4, 40, 8, 0};
  QTest::newRow("zero but for one") << QList<double>{1, 0, 2, 0, 4, 5, 8, 0};
  QTest::newRow("falling") << QList<double>{1, 100, 2, 50, 4, 25, 8, 12, 16, 6};
  QTest::newRow("equal") << QList<double>{1, 100, 2, 100, 4, 100, 8, 100};
  QTest::newRow("a million workers") << QList<double>{1, 10, 1000, 9000, 1e6, 1e6, 999999, 1e6};
}

void UslFitTest::valuesOfAnySize_giveFiniteCoefficients() {
  QFETCH(QList<double>, values);
  std::vector<Measurement> points;
  for (qsizetype i = 0; i < values.size(); i += 2) {
    points.push_back({static_cast<std::uint64_t>(values[i]), values[i + 1]});
  }
  const auto fit = fit_usl(points);
  QVERIFY(fit.has_value());
  QVERIFY(std::isfinite(fit->model.lambda) && fit->model.lambda > 0);
  QVERIFY(fit->model.sigma >= 0 && fit->model.sigma <= 1);
  QVERIFY(std::isfinite(fit->model.kappa) && fit->model.kappa >= 0);
}

QTEST_APPLESS_MAIN(UslFitTest)
#include "usl_fit_test.moc"
