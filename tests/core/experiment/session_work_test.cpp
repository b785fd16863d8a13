// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_work.h"

#include "core/session/session.h"
#include "core/workload/random.h"
#include "session_script.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;
using session::TimeNs;
using trace::Event;
using trace::EventKind;
using trace::PhaseKind;

namespace {

using poolscope::test::kMs;
using poolscope::test::Script;

/// `batches` of ten tasks of 20 ms on two workers, each batch when the last one is done.
void fill_batches(Script& script, int batches) {
  for (int batch = 0; batch < batches; ++batch) {
    const TimeNs begin = batch * 101 * kMs;
    for (int i = 0; i < 10; ++i) {
      const TimeNs started = begin + i / 2 * 20 * kMs;
      script.task(begin, started, started + 20 * kMs, static_cast<std::size_t>(i % 2));
    }
  }
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

class SessionWorkTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tasks_areWaitingAndComputing_asTheirPhasesSay() {
    Script script(2);
    fill_batches(script, 4);
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QCOMPARE(work->tasks.task_count(), std::size_t{40});
    QCOMPARE(work->tasks.cores, std::size_t{2});
    for (std::size_t i = 0; i < work->tasks.task_count(); ++i) {
      double waits = 0;
      double computes = 0;
      for (std::uint32_t k = work->tasks.tasks[i]; k < work->tasks.tasks[i + 1]; ++k) {
        const Segment& segment = work->tasks.segments[k];
        (segment.kind == Segment::Kind::cpu ? computes : waits) +=
            static_cast<double>(segment.seconds);
      }
      QVERIFY(near(waits, 0.018, 0.01));
      QVERIFY(near(computes, 0.002, 0.01));
    }
  }

  void batchAfterBatch_isSeen_andPredictedWithItsEnds() {
    Script script(2);
    fill_batches(script, 8);
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QVERIFY(work->tasks.gaps.empty());
    QCOMPARE(work->tasks.batch, std::uint64_t{10});
    QVERIFY(work->tasks.batch_waits);
    // What was, and what four would do: ten tasks in three rounds.
    QVERIFY(near(simulate(work->tasks, {.workers = 2}).throughput, 10 / 0.1, 0.03));
    QVERIFY(near(simulate(work->tasks, {.workers = 4}).throughput, 10 / 0.06, 0.03));
    QVERIFY(near(simulate(work->tasks, {.workers = 64}).throughput, 10 / 0.02, 0.25));
  }

  /// `list(pool.map(f, pages))`, then 50 ms with what it gave, and again.
  void whatACallerDoesBetweenBatches_isAPause_whereItWaitedForThem() {
    constexpr TimeNs kPeriod = 150 * kMs;
    for (const bool waits : {true, false}) {
      Script script(2);
      for (TimeNs begin = 0; begin < 12 * kPeriod; begin += kPeriod) {
        for (int i = 0; i < 10; ++i) {
          const TimeNs started = begin + i / 2 * 20 * kMs;
          script.task(begin, started, started + 20 * kMs, static_cast<std::size_t>(i % 2));
        }
        if (waits) {
          script.block_caller(begin + kMs, begin + 100 * kMs);
        }
      }
      const auto work = work_of(*script.snapshot(), 100, 64);
      QVERIFY(work);
      QCOMPARE(work->arrivals, waits ? Arrivals::batches : Arrivals::by_themselves);
      // What was; and of ten workers a batch takes 20 ms, so that the next one is there sooner, or
      // not.
      const double others = waits ? 10 / 0.07 : 10 / 0.15;
      QVERIFY(near(predict(*work, 2).throughput, 10 / 0.15, 0.03));
      QVERIFY2(near(predict(*work, 10).throughput, others, 0.03),
               qPrintable(QString::number(predict(*work, 10).throughput)));
    }
  }

  /// Two bursts, half a second apart: after the second one there is as long nothing.
  void afterTheLastBurst_thereIsSilenceToo() {
    Script script(20);
    for (const TimeNs begin : {0 * kMs, 500 * kMs, 1000 * kMs}) {
      for (int i = 0; i < 40; ++i) {
        const TimeNs started = begin + i / 20 * 20 * kMs;
        script.task(begin + i, started + 50, started + 20 * kMs, static_cast<std::size_t>(i % 20));
      }
    }
    script.resize(1499 * kMs, 20);
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::by_themselves);
    const PredictedFigures figures = predict(*work, 20);
    QVERIFY2(near(figures.throughput, 80, 0.03), qPrintable(QString::number(figures.throughput)));
    QVERIFY(*figures.queue_wait_p99 < 0.025);  // two bursts at once would wait three times as long
  }

  void aHostThatIsAskedOnlySoOften_cannotBeTold() {
    Script script(4);
    fill_batches(script, 8);
    for (std::uint64_t task = 1; task <= 10; ++task) {
      const TimeNs begin = static_cast<TimeNs>(task - 1) / 2 * 20 * kMs;
      script.phase(task, PhaseKind::sleep, "pause for example.org", begin + 2 * kMs,
                   begin + 15 * kMs, (task - 1) % 2);
    }
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(!work);
    QCOMPARE(work.error(), NoWork::held_up);
  }

  void aQueueThatIsNeverEmpty_hasWorkAtAnyTime() {
    Script script(2);
    for (int i = 0; i < 200; ++i) {
      const TimeNs started = i / 2 * 20 * kMs;
      script.task(0, started, started + 20 * kMs, static_cast<std::size_t>(i % 2));
    }
    const auto work = work_of(*script.snapshot(), 1, 64);
    QVERIFY(work);
    QVERIFY(work->tasks.gaps.empty());
    QVERIFY(!work->tasks.batch_waits);
    QVERIFY(work->tasks.batch > 50);
    QVERIFY(near(simulate(work->tasks, {.workers = 4}).throughput, 200, 0.02));
  }

  void tasksThatComeByThemselves_bringNoMoreThanTheyAre() {
    Script script(4);
    workload::Random random(3);
    std::vector<TimeNs> free(4, 0);
    TimeNs now = 0;
    for (int i = 0; i < 400; ++i) {
      now += static_cast<TimeNs>(-10.0 * std::log(random.uniform()) * kMs);
      const auto worker = std::ranges::min_element(free);
      const TimeNs started = std::max(now, *worker);
      *worker = started + 20 * kMs;
      script.task(now, started, *worker, static_cast<std::size_t>(worker - free.begin()));
    }
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QVERIFY(!work->tasks.gaps.empty());
    const double arrivals = 400.0 / (static_cast<double>(now) * 1e-9);
    const auto as_it_was = simulate(work->tasks, {.workers = 4});
    const auto many = simulate(work->tasks, {.workers = 32});
    QVERIFY(near(as_it_was.throughput, arrivals, 0.03));
    QVERIFY(near(many.throughput, arrivals, 0.03));
    QVERIFY(many.queue_wait_mean < as_it_was.queue_wait_mean / 10);
    QVERIFY(near(simulate(work->tasks, {.workers = 1}).throughput, 50, 0.02));
  }

  void onlyTheLastSeconds_count() {
    Script script(1);
    for (int i = 0; i < 100; ++i) {  // slow at first
      script.task(0, i * 50 * kMs, (i + 1) * 50 * kMs, 0);
    }
    for (int i = 0; i < 100; ++i) {
      script.task(0, (5000 + i * 10) * kMs, (5000 + (i + 1) * 10) * kMs, 0);
    }
    const auto work = work_of(*script.snapshot(), 0.9, 2);
    QVERIFY(work);
    QVERIFY(near(simulate(work->tasks, {.workers = 1}).throughput, 100, 0.02));
  }

  void whatIsKnownBeside_isUsed() {
    Script script(2);
    fill_batches(script, 8);
    const auto snapshot = script.snapshot();
    const auto served = work_of(*snapshot, 100, 2, {.batch = 1000, .server_capacity = 4});
    QVERIFY(served);
    QCOMPARE(served->tasks.batch, std::uint64_t{1000});
    // Four requests of 18 ms at a time, however many workers ask.
    QVERIFY(near(simulate(served->tasks, {.workers = 64}).throughput, 4 / 0.018, 0.03));
    const auto busy = work_of(*snapshot, 100, 1, {.batch = 1000, .other_cpu = 0.008});
    // 2 ms of its own and 8 ms beside on one core.
    QVERIFY(near(simulate(busy->tasks, {.workers = 64}).throughput, 100, 0.03));
  }

  void oneBatch_isPredictedWithItsEnd() {
    Script script(4);
    for (int i = 0; i < 22; ++i) {  // in six rounds, the last half empty
      const TimeNs started = i / 4 * 20 * kMs;
      script.task(0, started, started + 20 * kMs, static_cast<std::size_t>(i % 4));
    }
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::batches);
    QCOMPARE(work->tasks.batch, std::uint64_t{22});
    QVERIFY(near(predict(*work, 4).throughput, 22 / 0.12, 0.03));
    QVERIFY(near(predict(*work, 11).throughput, 22 / 0.04, 0.06));
  }

  void aQueueThatGrows_bringsNoMoreThanWhatComes() {
    Script script(1);
    for (int i = 0; i < 300; ++i) {  // one comes every 10 ms, and takes 20
      script.task(i * 10 * kMs, i * 20 * kMs, (i + 1) * 20 * kMs, 0);
    }
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::by_themselves);
    const PredictedFigures one = predict(*work, 1);
    QVERIFY(near(one.throughput, 50, 0.02));
    QVERIFY(!one.queue_wait_p99);  // it grows: any number would be made up
    const PredictedFigures many = predict(*work, 16);
    QVERIFY(near(many.throughput, 100, 0.02));
    QVERIFY(many.queue_wait_p99 && *many.queue_wait_p99 < 0.005);
  }

  /// Pages name others: two come for each of the first 150 that is done, then none. Submitted by
  /// who waits for the pages, or by the tasks just before they end.
  void whatIsFoundOnTheWay_comesSoonerWithMoreWorkers_data() {
    QTest::addColumn<int>("microseconds");
    QTest::newRow("by who waits") << 200;
    QTest::newRow("by the tasks") << -100;
  }
  void whatIsFoundOnTheWay_comesSoonerWithMoreWorkers() {
    QFETCH(int, microseconds);
    Script script(2);
    workload::Random random(7);
    std::vector<TimeNs> queued{0, 0};
    std::vector<TimeNs> free(2, 0);
    for (std::size_t i = 0; i < 300; ++i) {
      const auto worker = std::ranges::min_element(free);
      const TimeNs started = std::max(queued[i], *worker);
      *worker = started + static_cast<TimeNs>((20 + 20 * random.uniform()) * kMs);
      script.task(queued[i], started, *worker, static_cast<std::size_t>(worker - free.begin()));
      queued.resize(queued.size() + (i < 150 ? 2 : 0), *worker + microseconds * 1000);
    }
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::always);
    QVERIFY(near(predict(*work, 2).throughput, 2 / 0.03, 0.05));
    QVERIFY(near(predict(*work, 8).throughput, 8 / 0.03, 0.05));
  }

  void whoSubmitsNoMoreThanSoMany_keepsNoMoreWorkersBusy() {
    Script script(4);
    for (int i = 0; i < 400; ++i) {  // twelve in the pool at any time: eight wait
      const TimeNs started = i / 4 * 20 * kMs;
      script.task(std::max<TimeNs>(0, started - 40 * kMs), started, started + 20 * kMs,
                  static_cast<std::size_t>(i % 4));
    }
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::always);
    QCOMPARE(work->tasks.ahead, std::uint64_t{12});
    QVERIFY(near(predict(*work, 4).throughput, 200, 0.02));
    const PredictedFigures many = predict(*work, 48);
    QVERIFY(near(many.throughput, 600, 0.03));
    QVERIFY(near(many.utilization, 0.25, 0.05));
  }

  /// A page, the 20 that it names, and the 400 that those name: no batches of 20.
  void batchesOfAllSizes_arePredictedWithTheEndOfEach() {
    SimulatedWork truth;
    workload::Random random(5);
    for (int i = 0; i < 421; ++i) {
      truth.add_task(
          {{Segment::Kind::delay, 0, static_cast<float>(0.01 + 0.04 * random.uniform())}});
    }
    truth.batch = 400;
    truth.batches = {1, 20, 400};
    truth.batch_waits = true;
    const Replay run = replay(truth, {.workers = 4, .seconds = 100, .most_tasks = 421});
    Script script(4);
    script.plain_tasks(run, kMs / 100);
    const auto work = work_of(*script.snapshot(), 100, 1);
    QVERIFY(work);
    QCOMPARE(work->arrivals, Arrivals::batches);
    // The replay ends while the last four run.
    QCOMPARE(work->tasks.batch, std::uint64_t{396});
    QCOMPARE(work->tasks.batches, (std::vector<std::uint64_t>{1, 20, 396}));
    for (const std::uint64_t workers : {1, 4, 32, 128}) {
      const double expected = simulate(truth, {.workers = workers, .tasks = 40 * 421}).throughput;
      QVERIFY(near(predict(*work, workers).throughput, expected, 0.05));
    }
  }

  /// A caller that submits its third task when the first two are done, and then all the others.
  void aFewThatCameAlone_areNoBatches() {
    Script script(2);
    for (int i = 0; i < 100; ++i) {
      const TimeNs started = i / 2 * 20 * kMs;
      script.task(i < 4 ? started : 40 * kMs, started, started + 20 * kMs,
                  static_cast<std::size_t>(i % 2));
    }
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QCOMPARE(work->tasks.batch, std::uint64_t{96});
    QVERIFY(near(predict(*work, 8).throughput, 100 / 0.28, 0.05));
  }

  void whatCameBefore_isNotHeldBackByWhoSubmits() {
    Script script(4);
    for (int i = 0; i < 800; ++i) {
      const TimeNs started = i / 4 * 20 * kMs;
      script.task(0, started, started + 20 * kMs, static_cast<std::size_t>(i % 4));
    }
    const auto work = work_of(*script.snapshot(), 1, 256);  // the last 200 of the queue
    QVERIFY(work);
    QCOMPARE(work->tasks.ahead, std::uint64_t{0});
    SessionStretch begin{.pool = session::PoolIndex{0}, .begin = 0, .end = 500 * kMs};
    const auto first = work_of(*script.snapshot(), begin, 256);
    QVERIFY(first);
    QCOMPARE(first->arrivals, Arrivals::always);
    QCOMPARE(first->tasks.ahead, std::uint64_t{0});
  }

  void aSemaphore_letsInWhenAnyIsDone_aBufferWhenTheFirstIs_data() {
    QTest::addColumn<bool>("anyOrder");
    QTest::newRow("a semaphore") << true;
    QTest::newRow("map() with a buffer") << false;
  }
  void aSemaphore_letsInWhenAnyIsDone_aBufferWhenTheFirstIs() {
    QFETCH(bool, anyOrder);
    SimulatedWork truth;
    workload::Random random(5);
    for (int i = 0; i < 1000; ++i) {
      truth.add_task(
          {{Segment::Kind::delay, 0, static_cast<float>(0.01 + 0.04 * random.uniform())}});
    }
    truth.ahead = 20;
    truth.any_order = anyOrder;
    Script script(4);
    script.plain_tasks(replay(truth, {.workers = 4, .seconds = 100, .most_tasks = 1000}),
                       kMs / 100);
    const auto work = work_of(*script.snapshot(), 100, 1);
    QVERIFY(work);
    QVERIFY(work->tasks.ahead >= 19 && work->tasks.ahead <= 21);
    QCOMPARE(work->tasks.any_order, anyOrder);
    for (const std::uint64_t workers : {4, 16, 32}) {
      const double expected = simulate(truth, {.workers = workers}).throughput;
      QVERIFY(near(predict(*work, workers).throughput, expected, 0.05));
    }
  }

  /// As of a Python program: nothing tells where in a task it computed, or waited for the
  /// interpreter's lock.
  void waitsForTheInterpreter_areNoWaitsForTheWorld() {
    SimulatedWork truth;
    workload::Random random(5);
    for (int i = 0; i < 2000; ++i) {
      truth.add_task({{Segment::Kind::delay, 0, static_cast<float>(0.03 + 0.02 * random.uniform())},
                      {Segment::Kind::cpu, 0, 0.004F}});
    }
    truth.batch = 2000;
    const Replay run = replay(truth, {.workers = 8, .seconds = 100, .most_tasks = 2000});
    Script script(8, "python3 pages.py");
    script.plain_tasks(run, 4 * kMs);
    const auto snapshot = script.snapshot();
    const auto stretch = last_stretch(*snapshot, 100);
    QVERIFY(stretch);
    const std::size_t cores = computing_cores(*snapshot, stretch->pool, 64);
    QCOMPARE(cores, std::size_t{1});
    const auto work = work_of(*snapshot, *stretch, cores);
    QVERIFY(work);
    for (const std::uint64_t workers : {1, 2, 8, 64}) {
      const double expected = simulate(truth, {.workers = workers}).throughput;
      const double predicted = predict(*work, workers).throughput;
      QVERIFY2(
          near(predicted, expected, 0.05),
          qPrintable(
              QStringLiteral("%1 workers: %2 of %3").arg(workers).arg(predicted).arg(expected)));
    }
  }

  void computingAllTheTime_hidesTheRest() {
    SimulatedWork truth;
    truth.add_task({{Segment::Kind::delay, 0, 0.03F}, {Segment::Kind::cpu, 0, 0.004F}});
    truth.batch = 1000;
    Script script(32);
    script.plain_tasks(replay(truth, {.workers = 32, .seconds = 2}), 4 * kMs);
    const auto work = work_of(*script.snapshot(), 100, 1);
    QVERIFY(!work);
    QCOMPARE(work.error(), NoWork::cores_full);
  }

  /// Tasks of a Python program that compute, and other programs that take an eighth of the core:
  /// they may as well wait for the world, and then one worker would do a quarter of what it does.
  void computingNearlyAllTheTime_hidesTheRestToo_data() {
    QTest::addColumn<int>("workers");
    QTest::newRow("two") << 2;
    QTest::newRow("four") << 4;
  }
  void computingNearlyAllTheTime_hidesTheRestToo() {
    QFETCH(int, workers);
    Script script(workers, "python3 burn.py");
    for (int i = 0; i < 100; ++i) {
      const TimeNs started = i / workers * workers * 8 * kMs;
      script.plain_task(0, started, started + workers * 8 * kMs,
                        static_cast<std::size_t>(i % workers), 7 * kMs);
    }
    const auto work = work_of(*script.snapshot(), 100, 1);
    QVERIFY(!work);
    QCOMPARE(work.error(), NoWork::cores_full);
  }

  void whatWasNotMeasured_isNotGuessed() {
    SimulatedWork truth;
    truth.add_task({{Segment::Kind::delay, 0, 0.03F}});
    truth.batch = 100;
    Script script(4);
    script.plain_tasks(replay(truth, {.workers = 4, .seconds = 1}), 0);
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(!work);
    QCOMPARE(work.error(), NoWork::cpu_unknown);
  }

  /// Two workers on two cores take 40 ms for what a core alone does in 20: half of each is
  /// somebody else's.
  void otherProgramsOnTheCores_areThereWithOtherNumbersToo() {
    Script script(2);
    for (int i = 0; i < 200; ++i) {
      const TimeNs started = i / 2 * 40 * kMs;
      script.computing_task(0, started, started + 40 * kMs, static_cast<std::size_t>(i % 2),
                            20 * kMs);
    }
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QVERIFY(near(work->tasks.speed, 0.5, 0.03));
    QVERIFY(near(predict(*work, 1).throughput, 25, 0.05));
    QVERIFY(near(predict(*work, 8).throughput, 50, 0.05));
  }

  void interpretersLock_isToldByTheProcessesName_data() {
    QTest::addColumn<QString>("process");
    QTest::addColumn<int>("cores");
    QTest::newRow("Python") << "python3 a.py" << 1;
    QTest::newRow("a version") << "python3.11 -m app" << 1;
    QTest::newRow("nothing but Python") << "python" << 1;
    QTest::newRow("free-threaded") << "python3.13t a.py" << 8;
    QTest::newRow("like Python") << "pythonista a.py" << 8;
    QTest::newRow("C++") << "scraper --all" << 8;
  }
  void interpretersLock_isToldByTheProcessesName() {
    QFETCH(QString, process);
    QFETCH(int, cores);
    Script script(2, process.toStdString());
    const auto snapshot = script.snapshot();
    QCOMPARE(computing_cores(*snapshot, session::PoolIndex{0}, 8), static_cast<std::size_t>(cores));
  }

  void whatCannotBeTold_isNothing() {
    QVERIFY(!work_of(*session::Session().snapshot(), 10, 2));
    Script few(2);
    fill_batches(few, 1);
    QVERIFY(!work_of(*few.snapshot(), 100, 2));
  }
};

QTEST_APPLESS_MAIN(SessionWorkTest)
#include "session_work_test.moc"
