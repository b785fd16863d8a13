// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/live_figures.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using session::TimeNs;

namespace {

constexpr TimeNs kMs = 1'000'000;
constexpr TimeNs kSecond = 1000 * kMs;

/// Each of two workers runs tasks of 100 ms one after another, from 0 to 4 s; from 2 s on four
/// workers do.
std::shared_ptr<const session::Snapshot> steadyThenDoubled() {
  ui::SampleSession sample(2);
  sample.resize(2 * kSecond, 2, 4);
  for (std::uint32_t worker = 0; worker < 4; ++worker) {
    for (TimeNs begin = worker < 2 ? 0 : 2 * kSecond; begin < 4 * kSecond; begin += 100 * kMs) {
      sample.ordinary(std::max<TimeNs>(begin - 50 * kMs, 0), begin + 1, begin + 100 * kMs, worker);
    }
  }
  return sample.snapshot();
}

}  // namespace

class LiveFiguresTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void noPool_hasNoFigures() {
    session::Session empty;
    const auto figures = ui::liveFigures(*empty.snapshot(), 0);
    QCOMPARE(figures.maxWorkers, 0U);
    QVERIFY(!figures.throughput);
    QVERIFY(!figures.utilization);
    QVERIFY(!figures.queueWaitP99S);
  }

  void poolWhoseCreationWasLost_hasFigures() {
    session::Session session;
    const auto directory = std::make_shared<trace::Directory>();
    directory->add_thread({"main", 1});
    const auto sink = session.add_process(directory);
    const trace::Event queued{
        .time_ns = 5, .task = 1, .thread = 1, .kind = trace::EventKind::task_queued, .pool = 1};
    sink->consume({&queued, 1});
    sink->consume({});
    const auto figures = ui::liveFigures(*session.snapshot(), 10);
    QCOMPARE(figures.maxWorkers, 0U);
    QCOMPARE(figures.tasks.waiting, 1U);
    QVERIFY(!figures.effect);
  }

  void throughput_isOfTheWindow_data() {
    QTest::addColumn<qint64>("now");
    QTest::addColumn<double>("tasksPerSecond");
    QTest::addColumn<int>("maxWorkers");
    QTest::addColumn<int>("workers");
    QTest::newRow("two workers") << qint64{2 * kSecond - 50 * kMs} << 19.5 << 2 << 2;
    QTest::newRow("four workers") << qint64{4 * kSecond} << 40.0 << 4 << 4;
    QTest::newRow("half of each") << qint64{3 * kSecond} << 30.0 << 4 << 4;
  }
  void throughput_isOfTheWindow() {
    QFETCH(qint64, now);
    QFETCH(double, tasksPerSecond);
    const auto figures = ui::liveFigures(*steadyThenDoubled(), now);
    QVERIFY(figures.throughput.has_value());
    QVERIFY2(std::abs(*figures.throughput - tasksPerSecond) < 1.6,
             qPrintable(QString::number(*figures.throughput)));
    QTEST(static_cast<int>(figures.maxWorkers), "maxWorkers");
    QTEST(static_cast<int>(figures.workers), "workers");
    QVERIFY(*figures.utilization > 0.95);
  }

  void begin_ofASession_hasAShorterWindow() {
    const auto snapshot = steadyThenDoubled();
    const auto figures = ui::liveFigures(*snapshot, kSecond + 50 * kMs);
    QCOMPARE(figures.windowS, 1.05);
    QVERIFY(std::abs(*figures.throughput - 20) < 2);
    QVERIFY(!ui::liveFigures(*snapshot, 100 * kMs).throughput);  // too early to tell
  }

  void later_events_changeNothing() {
    const auto snapshot = steadyThenDoubled();
    ui::SampleSession early(2);
    for (std::uint32_t worker = 0; worker < 2; ++worker) {
      for (TimeNs begin = 0; begin < kSecond; begin += 100 * kMs) {
        early.ordinary(std::max<TimeNs>(begin - 50 * kMs, 0), begin + 1, begin + 100 * kMs, worker);
      }
    }
    const TimeNs now = kSecond - 60 * kMs;
    const auto replayed = ui::liveFigures(*snapshot, now);
    const auto live = ui::liveFigures(*early.snapshot(), now);
    QCOMPARE(replayed.throughput, live.throughput);
    QCOMPARE(replayed.utilization, live.utilization);
    QCOMPARE(replayed.tasks.waiting, live.tasks.waiting);
    QCOMPARE(replayed.tasks.finished, live.tasks.finished);
    QCOMPARE(replayed.queueWaitP50S, live.queueWaitP50S);
    QCOMPARE(replayed.queueWaitP99S, live.queueWaitP99S);
  }

  void queueWait_isThePercentileOfTasksStarted() {
    ui::SampleSession sample(1);
    for (int i = 0; i < 101; ++i) {
      const TimeNs started = kSecond + i * 5 * kMs;
      sample.ordinary(started - i * kMs, started, started + 4 * kMs,
                      0);  // waits of 0, 1, .. 100 ms
    }
    const auto figures = ui::liveFigures(*sample.snapshot(), 2 * kSecond);
    QVERIFY(std::abs(*figures.queueWaitP99S - 0.099) < 1e-9);
    QVERIFY(std::abs(*figures.queueWaitP50S - 0.050) < 1e-9);
  }

  void tasks_areCountedOnceEach_data() {
    QTest::addColumn<qint64>("nowMs");
    QTest::addColumn<QList<int>>("expected");  // waiting, running, finished, failed, cancelled
    QTest::newRow("before") << qint64{5} << QList<int>{0, 0, 0, 0, 0};
    QTest::newRow("all queued") << qint64{10} << QList<int>{4, 0, 0, 0, 0};
    QTest::newRow("one runs") << qint64{20} << QList<int>{3, 1, 0, 0, 0};
    QTest::newRow("one finished") << qint64{35} << QList<int>{3, 0, 1, 0, 0};
    QTest::newRow("another will fail") << qint64{50} << QList<int>{2, 1, 1, 0, 0};
    QTest::newRow("it failed") << qint64{60} << QList<int>{2, 0, 2, 1, 0};
    QTest::newRow("one cancelled") << qint64{70} << QList<int>{1, 0, 2, 1, 1};
  }
  void tasks_areCountedOnceEach() {
    QFETCH(qint64, nowMs);
    ui::SampleSession sample(1);
    const auto first = sample.queue(10 * kMs, "a");
    const auto second = sample.queue(10 * kMs, "b");
    const auto third = sample.queue(10 * kMs, "c");
    sample.queue(10 * kMs, "d");
    sample.start(first, 20 * kMs, 0);
    sample.finish(first, 30 * kMs);
    sample.start(second, 40 * kMs, 0);
    sample.finish(second, 60 * kMs, "ValueError");
    sample.cancel(third, 70 * kMs);
    const ui::TaskCounts counts = ui::taskCounts(*sample.snapshot(), nowMs * kMs);
    const QList<int> found{static_cast<int>(counts.waiting), static_cast<int>(counts.running),
                           static_cast<int>(counts.finished), static_cast<int>(counts.failed),
                           static_cast<int>(counts.cancelled)};
    QTEST(found, "expected");
  }

  void counts_agreeWithTheStatistics() {
    ui::SampleSession sample(4);
    ui::fillWebScraping(sample, 5);
    const auto snapshot = sample.snapshot();
    const session::Statistics all = snapshot->statistics();
    const ui::TaskCounts counts = ui::taskCounts(*snapshot, snapshot->end());
    QCOMPARE(counts.finished, all.finished);
    QCOMPARE(counts.failed, all.failed);
    QCOMPARE(counts.cancelled, all.cancelled);
    QCOMPARE(counts.waiting + counts.running, std::uint64_t{0});
  }

  void cancelled_isCounted_notReckoned() {
    ui::SampleSession sample(1);
    for (int i = 0; i < 3; ++i) {
      const auto ran = sample.queue(i * kMs, "its start was lost");
      sample.finish(ran, (10 + i) * kMs);
    }
    sample.cancel(sample.queue(20 * kMs, "a"), 30 * kMs);
    const auto snapshot = sample.snapshot();
    QCOMPARE(ui::taskCounts(*snapshot, snapshot->end()).cancelled,
             snapshot->statistics().cancelled);
    QCOMPARE(snapshot->statistics().cancelled, std::uint64_t{1});
  }

  void wholeSession_hasItsThroughput_howeverShort() {
    ui::SampleSession sample(1);
    for (int i = 0; i < 3; ++i) {
      sample.ordinary(0, i * kMs / 2 + 1, (i + 1) * kMs / 2, 0);
    }
    const auto snapshot = sample.snapshot();
    QVERIFY(!ui::liveFigures(*snapshot, snapshot->end()).throughput);
    const auto figures = ui::liveFigures(*snapshot, snapshot->end(), ui::kWholeSession);
    QVERIFY(figures.isWhole);
    QCOMPARE(*figures.throughput, 3 / 0.0015);
    QCOMPARE(figures.tasks.finished, std::uint64_t{3});
  }

  void pausedPool_comparesNothing() {
    const auto build = [](bool resumes) {
      ui::SampleSession sample(2);
      sample.resize(2 * kSecond, 2, 4);
      for (TimeNs begin = 0; begin < 5 * kSecond; begin += 100 * kMs) {
        if (begin < 3 * kSecond || (resumes && begin >= 4 * kSecond)) {
          sample.ordinary(begin, begin + 1, begin + 99 * kMs, 0);
        }
      }
      sample.pause(3 * kSecond);
      if (resumes) {
        sample.resume(4 * kSecond);
      }
      return sample.snapshot();
    };
    const auto paused = ui::liveFigures(*build(false), 5 * kSecond);
    QVERIFY(paused.paused);
    QVERIFY(!paused.effect);
    const auto resumed = ui::liveFigures(*build(true), 5 * kSecond);
    QVERIFY(!resumed.paused);
    QVERIFY(!resumed.effect);  // the pause is still in the window
    QVERIFY(ui::liveFigures(*build(false), 2900 * kMs).effect.has_value());
  }

  void shutDownPool_tellsHowManyWorkersHadStarted() {
    ui::SampleSession sample(4);
    sample.ordinary(0, 1, 100 * kMs, 0);
    sample.ordinary(0, 1, 100 * kMs, 1);
    sample.shutDown(200 * kMs);
    const auto snapshot = sample.snapshot();
    QVERIFY(!ui::liveFigures(*snapshot, 150 * kMs).shutDown);
    const auto figures = ui::liveFigures(*snapshot, 250 * kMs);
    QVERIFY(figures.shutDown);
    QCOMPARE(figures.workers, 0U);
    QCOMPARE(figures.workersStarted, 2U);
  }

  void queue_tellsDepthAndTheLongestWait() {
    ui::SampleSession sample(1);
    sample.ordinary(10 * kMs, 20 * kMs, 900 * kMs, 0);
    sample.queue(100 * kMs, "a");
    sample.queue(300 * kMs, "b");
    const auto figures = ui::liveFigures(*sample.snapshot(), 500 * kMs);
    QCOMPARE(figures.tasks.waiting, std::uint64_t{2});
    QCOMPARE(*figures.oldestWaitS, 0.4);
  }

  void effect_comparesBeforeAndAfterTheLastChange() {
    const auto figures = ui::liveFigures(*steadyThenDoubled(), 4 * kSecond);
    QVERIFY(figures.effect.has_value());
    QCOMPARE(figures.effect->before, 2U);
    QCOMPARE(figures.effect->now, 4U);
    QVERIFY2(std::abs(figures.effect->ratio - 2) < 0.15,
             qPrintable(QString::number(figures.effect->ratio)));
  }

  void effect_waitsUntilThereIsEnoughToCompare() {
    const auto snapshot = steadyThenDoubled();
    const auto early = ui::liveFigures(*snapshot, 2 * kSecond + 300 * kMs);
    QVERIFY(!early.effect);
    QVERIFY(early.measuringEffect);
    const auto unchanged = ui::liveFigures(*snapshot, 1900 * kMs);
    QVERIFY(!unchanged.effect);
    QVERIFY(!unchanged.measuringEffect);
  }

  void effect_ofADrag_comparesItsEndsOnly() {
    ui::SampleSession sample(1);
    for (TimeNs begin = 0; begin < 2 * kSecond; begin += 100 * kMs) {
      sample.ordinary(begin, begin + 1, begin + 99 * kMs, 0);
    }
    for (std::uint32_t workers = 2; workers <= 4; ++workers) {
      sample.resize(2 * kSecond + workers * 20 * kMs, workers - 1, workers);
    }
    for (std::uint32_t worker = 0; worker < 4; ++worker) {
      for (TimeNs begin = 2'100 * kMs; begin < 4 * kSecond; begin += 100 * kMs) {
        sample.ordinary(begin, begin + 1, begin + 99 * kMs, worker);
      }
    }
    const auto figures = ui::liveFigures(*sample.snapshot(), 4 * kSecond);
    QVERIFY(figures.effect.has_value());
    QCOMPARE(figures.effect->before, 1U);
    QCOMPARE(figures.effect->now, 4U);
    QVERIFY2(std::abs(figures.effect->ratio - 4) < 0.3,
             qPrintable(QString::number(figures.effect->ratio)));
  }

  void effect_backWhereItWas_isNone() {
    ui::SampleSession sample(2);
    for (TimeNs begin = 0; begin < 4 * kSecond; begin += 100 * kMs) {
      sample.ordinary(begin, begin + 1, begin + 99 * kMs, 0);
    }
    sample.resize(2 * kSecond, 2, 3);
    sample.resize(2 * kSecond + 30 * kMs, 3, 2);
    QVERIFY(!ui::liveFigures(*sample.snapshot(), 4 * kSecond).effect);
  }
};

QTEST_APPLESS_MAIN(LiveFiguresTest)
#include "live_figures_test.moc"
