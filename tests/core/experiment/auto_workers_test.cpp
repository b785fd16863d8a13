// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/auto_workers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>

using namespace poolscope::experiment;

namespace {

using Rate = std::function<double(double workers)>;

/// A pool with this many tasks a second, told in samples of a quarter of a second.
class Pool {
 public:
  Pool(Rate rate, double spread, unsigned seed = 7)
      : rate_(std::move(rate)),
        spread_(spread),
        random_(seed) {}

  void setRate(Rate rate) { rate_ = std::move(rate); }

  AutoSample sample(std::size_t workers) {
    const double mean = rate_(static_cast<double>(workers)) * kAutoPeriodSeconds;
    const double drawn = mean + std::normal_distribution<>(0, spread_ * std::sqrt(mean))(random_);
    const double due = std::max(0.0, drawn) + left_;
    const auto finished = static_cast<std::uint64_t>(due);
    left_ = due - static_cast<double>(finished);
    return {.seconds = kAutoPeriodSeconds, .finished = finished};
  }

  /// Runs for so long; the mean share of the best rate that any count up to `most` has.
  double run(AutoWorkers& controller, double seconds, std::size_t most) {
    double best = 0;
    for (std::size_t n = 1; n <= most; ++n) {
      best = std::max(best, rate_(static_cast<double>(n)));
    }
    double sum = 0;
    const int samples = static_cast<int>(seconds / kAutoPeriodSeconds);
    for (int i = 0; i < samples; ++i) {
      sum += rate_(static_cast<double>(controller.workers()));
      const auto decision = controller.take(sample(controller.workers()));
      if (decision) {
        reasons << QString::fromStdString(decision->reason);
      }
    }
    return sum / samples / best;
  }

  QStringList reasons;

 private:
  Rate rate_;
  double spread_;
  double left_ = 0;
  std::mt19937 random_;
};

Rate limited(double each, double most) {
  return [=](double n) { return std::min(each * n, most); };
}

Rate usl(double lambda, double sigma, double kappa) {
  return [=](double n) { return lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1)); };
}

}  // namespace

class AutoWorkersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void after30Seconds_atLeast90PercentOfTheBest_data() {
    QTest::addColumn<std::function<double(double)>>("rate");
    QTest::addColumn<std::size_t>("start");
    QTest::addColumn<double>("spread");
    QTest::newRow("waits, up to the limit")
        << Rate([](double n) { return 16 * n; }) << std::size_t(8) << 0.3;
    QTest::newRow("a server's limit of ten") << limited(40, 400) << std::size_t(1) << 0.05;
    QTest::newRow("two cores") << limited(100, 200) << std::size_t(4) << 0.05;
    QTest::newRow("two cores, far too many") << limited(100, 200) << std::size_t(32) << 0.05;
    QTest::newRow("one lock") << Rate([](double) { return 100; }) << std::size_t(4) << 0.05;
    QTest::newRow("worse beyond ten") << usl(50, 0.02, 0.009) << std::size_t(1) << 0.2;
    QTest::newRow("a knee") << usl(40, 0.05, 0.0005) << std::size_t(4) << 0.2;
  }
  void after30Seconds_atLeast90PercentOfTheBest() {
    QFETCH(std::function<double(double)>, rate);
    QFETCH(std::size_t, start);
    QFETCH(double, spread);
    constexpr std::size_t kMost = 64;
    AutoWorkers controller(start, {.least = 1, .most = kMost});
    Pool pool(rate, spread);
    pool.run(controller, 30, kMost);
    const double share = pool.run(controller, 30, kMost);
    QVERIFY2(
        share >= 0.9,
        qPrintable(QStringLiteral("%1\n%2").arg(share).arg(pool.reasons.join(QLatin1Char('\n')))));
  }

  /// Where each step down loses a little, and noise hides it, the losses must not add up; and a
  /// curve that rises slowly is climbed nevertheless.
  void littleDifferences_inNoise_doNotAddUp_data() {
    QTest::addColumn<std::function<double(double)>>("rate");
    QTest::addColumn<std::size_t>("start");
    const Rate slow = [](double n) { return 100 * std::pow(n, 0.15); };
    const Rate besideOthers = [](double n) { return 188 * n / (n + 4); };
    QTest::newRow("rises slowly, from few") << slow << std::size_t(4);
    QTest::newRow("rises slowly, from many") << slow << std::size_t(64);
    QTest::newRow("cores shared with other programs, from few") << besideOthers << std::size_t(4);
    QTest::newRow("cores shared with other programs, from many") << besideOthers << std::size_t(64);
  }
  void littleDifferences_inNoise_doNotAddUp() {
    QFETCH(std::function<double(double)>, rate);
    QFETCH(std::size_t, start);
    constexpr std::size_t kMost = 64;
    constexpr unsigned kRuns = 20;
    double sum = 0;
    for (unsigned seed = 1; seed <= kRuns; ++seed) {
      AutoWorkers controller(start, {.least = 1, .most = kMost});
      Pool pool(rate, 0.4, seed);
      pool.run(controller, 30, kMost);
      sum += pool.run(controller, 30, kMost);
    }
    QVERIFY2(sum / kRuns >= 0.9, qPrintable(QString::number(sum / kRuns)));
  }

  /// Noise makes windows longer, but not where twice as many workers get twice as much done.
  void clearDifferences_inNoise_areSoonClimbed() {
    constexpr std::size_t kMost = 256;
    std::size_t fewest = kMost;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      AutoWorkers controller(1, {.least = 1, .most = kMost});
      Pool pool([](double n) { return 16 * n; }, 1, seed);
      pool.run(controller, 15, kMost);
      fewest = std::min(fewest, controller.workers());
    }
    QVERIFY2(fewest >= 64, qPrintable(QString::number(fewest)));
  }

  void whereNothingEnds_oneWorkerMoreEveryFewSeconds_andNoComparison() {
    AutoWorkers controller(4, {.least = 1, .most = 6});
    Pool pool([](double) { return 0.0; }, 0);
    pool.run(controller, 20, 6);
    QCOMPARE(pool.reasons,
             QStringList({QStringLiteral("4 \u2192 5 workers: no task has ended for some seconds; "
                                         "those that run may wait for one in the queue"),
                          QStringLiteral("5 \u2192 6 workers: no task has ended for some seconds; "
                                         "those that run may wait for one in the queue"),
                          QStringLiteral("6 workers: no task has ended for some seconds")}));
  }

  void whereMoreBringNothing_itStaysWithFew() {
    AutoWorkers controller(32, {.least = 1, .most = 64});
    Pool pool(limited(100, 200), 0.05);
    pool.run(controller, 30, 64);
    QVERIFY2(controller.workers() <= 3, qPrintable(QString::number(controller.workers())));
  }

  void decision_tellsItsReason() {
    AutoWorkers controller(8, {.least = 1, .most = 64});
    Pool pool([](double n) { return 100 * n; }, 0);
    pool.run(controller, 3, 64);
    QCOMPARE(pool.reasons,
             QStringList({QStringLiteral("8 \u2192 16 workers: is it better with more?"),
                          QStringLiteral("16 \u2192 32 workers: 100 % more throughput with 16 than "
                                         "with 8")}));
  }

  void emptyQueue_holds_andSaysSoOnce() {
    AutoWorkers controller(8);
    int said = 0;
    for (int i = 0; i < 40; ++i) {
      const auto decision =
          controller.take({.seconds = kAutoPeriodSeconds, .finished = 5, .queue_empty = true});
      if (decision) {
        ++said;
        QVERIFY(!decision->changed);
        QCOMPARE(decision->reason,
                 std::string("8 workers: nothing waits in the queue, so more workers would be "
                             "idle"));
      } else if (i > 3) {
        QCOMPARE(controller.workers(), std::size_t(8));
      }
    }
    QCOMPARE(said, 1);
    // There is work again: it goes on.
    Pool pool([](double n) { return 100 * n; }, 0);
    pool.run(controller, 3, 64);
    QVERIFY(controller.workers() > 8);
  }

  /// Else it would stay with the fewer that were to be tried.
  void emptyQueue_endsALookAtFewer_whereItBegan() {
    AutoWorkers controller(4, {.least = 1, .most = 64});
    Pool pool(limited(100, 400), 0);
    pool.run(controller, 2.5, 64);  // not better with 8: with 3?
    QCOMPARE(controller.workers(), std::size_t(3));
    const AutoSample empty{.seconds = kAutoPeriodSeconds, .finished = 5, .queue_empty = true};
    QStringList reasons;
    for (int i = 0; i < 20; ++i) {
      if (const auto decision = controller.take(empty)) {
        QCOMPARE(decision->changed, reasons.isEmpty());
        reasons << QString::fromStdString(decision->reason);
      }
    }
    QCOMPARE(reasons,
             QStringList({QStringLiteral("3 \u2192 4 workers: nothing waits in the queue, so what "
                                         "gets done says nothing of fewer"),
                          QStringLiteral("4 workers: nothing waits in the queue, so more workers "
                                         "would be idle")}));
    QCOMPARE(controller.workers(), std::size_t(4));
    // There is work again: it stays for a while before it looks again.
    pool.run(controller, 10, 64);
    QCOMPARE(controller.workers(), std::size_t(4));
  }

  void emptyQueue_ofTheCountBefore_doesNotCount() {
    AutoWorkers controller(8);
    const AutoSample busy{.seconds = kAutoPeriodSeconds, .finished = 50};
    const AutoSample empty{.seconds = kAutoPeriodSeconds, .finished = 50, .queue_empty = true};
    QVERIFY(!controller.take(busy));
    QVERIFY(!controller.take(empty));
    QVERIFY(!controller.take(empty));
    QVERIFY(controller.take(empty)->changed);
    for (int i = 0; i < 3; ++i) {
      QVERIFY(!controller.take(empty));
    }
    QVERIFY(controller.take(empty).has_value());
  }

  void pausedPool_isLeftAlone() {
    AutoWorkers controller(8);
    QVERIFY(controller.take({.seconds = kAutoPeriodSeconds, .paused = true}).has_value());
    for (int i = 0; i < 40; ++i) {
      QVERIFY(!controller.take({.seconds = kAutoPeriodSeconds, .paused = true}));
    }
    QCOMPARE(controller.workers(), std::size_t(8));
  }

  /// Its sample begins in the pause, and no worker had a task when it ended.
  void firstSampleAfterAPause_isNotCompared() {
    AutoWorkers controller(8, {.least = 1, .most = 64});
    Pool pool([](double n) { return 400 * (1 + 0.1 * std::log2(n)); }, 0);
    pool.run(controller, 1.75, 64);  // to 16 workers, and some of their samples
    QCOMPARE(controller.workers(), std::size_t(16));
    controller.take({.seconds = kAutoPeriodSeconds, .paused = true});
    controller.take({.seconds = kAutoPeriodSeconds, .finished = 0});
    pool.run(controller, 3, 64);
    QCOMPARE(pool.reasons.value(1),
             QStringLiteral("16 \u2192 32 workers: 7.7 % more throughput with 16 than with 8"));
  }

  void workThatChanges_isLookedAtAgain() {
    AutoWorkers controller(4, {.least = 1, .most = 64});
    Pool pool(limited(100, 200), 0.05);
    pool.run(controller, 25, 64);
    QVERIFY(controller.workers() <= 3);
    pool.setRate([](double n) { return 20 * n; });
    pool.run(controller, 30, 64);
    QVERIFY2(controller.workers() >= 32, qPrintable(QString::number(controller.workers())));
  }

  void samplesOfNoTime_areNoHarm() {
    AutoWorkers controller(8);
    for (int i = 0; i < 20; ++i) {
      QVERIFY(!controller.take({.seconds = 0, .finished = 100}));
    }
    QCOMPARE(controller.workers(), std::size_t(8));
  }
};

QTEST_APPLESS_MAIN(AutoWorkersTest)
#include "auto_workers_test.moc"
