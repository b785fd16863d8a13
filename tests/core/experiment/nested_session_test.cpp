// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/pick_order.h"
#include "core/experiment/session_prediction.h"
#include "core/experiment/session_work.h"
#include "session_script.h"

#include <QTest>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;
using poolscope::test::kMs;
using poolscope::test::Script;

namespace {

constexpr session::TimeNs kUs = 1000;
constexpr int kBatches = 8;
constexpr session::TimeNs kBatch = 40 * kMs + 100 * kUs;  // until the next begins

/// How a parent learns of its child's result.
enum class Taking {
  named,    ///< it waits in result()
  unnamed,  ///< in wait()
  at_once,  ///< it does not wait: it is there
};

/// Four parents of 10 ms with a child of 10 ms each, on five workers: one child is done, then two,
/// then one.
struct Family {
  std::size_t child_worker = 0;
  session::TimeNs child_begin = 0;
};
constexpr std::array<Family, 4> kFamilies{
    {{4, 10 * kMs}, {4, 20 * kMs}, {0, 20 * kMs}, {1, 30 * kMs}}};

void add_batch(Script& script, session::TimeNs begin, Taking taking) {
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    const auto [worker, child_begin] = kFamilies[i];
    const session::TimeNs child_end = begin + child_begin + 10 * kMs;
    const session::TimeNs submitted = begin + 10 * kMs - 10 * kUs;
    const std::uint64_t parent = script.begin_task(begin, begin, i);
    script.phase(parent, trace::PhaseKind::sleep, "sleep", begin, submitted, i);
    const std::uint64_t child = script.submit_from(i, submitted);
    script.run_task(child, begin + child_begin, child_end, worker);
    script.phase(child, trace::PhaseKind::sleep, "sleep", begin + child_begin, child_end, worker);
    if (taking != Taking::at_once) {
      script.block_task(parent, i, taking == Taking::named ? child : 0, submitted + kUs, child_end);
    }
    script.deliver(child, i, child_end);
    script.end_task(parent, child_end, i);
  }
}

std::shared_ptr<const session::Snapshot> batches(Taking taking, int workers = 5) {
  Script script(workers);
  for (int k = 0; k < kBatches; ++k) {
    add_batch(script, k * kBatch, taking);
  }
  return script.snapshot();
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

/// Predictions from sessions whose tasks submit others to their own pool and wait for them.
class NestedSessionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatItDoesWithOtherWorkers_isPredicted_data() {
    QTest::addColumn<int>("taking");
    QTest::newRow("result()") << static_cast<int>(Taking::named);
    QTest::newRow("wait()") << static_cast<int>(Taking::unnamed);
  }
  void whatItDoesWithOtherWorkers_isPredicted() {
    QFETCH(int, taking);
    const auto work = work_of(*batches(static_cast<Taking>(taking)), 100, 2);
    QVERIFY(work);
    QVERIFY(work->tasks.is_nested());
    QCOMPARE(work->tasks.roots.size(), std::size_t{4 * kBatches});
    QCOMPARE(work->arrivals, Arrivals::batches);
    QCOMPARE(work->tasks.batch, std::uint64_t{4});
    for (const std::uint64_t workers : {1U, 3U, 4U}) {
      QVERIFY(predict(*work, workers).stands_still);
      QVERIFY(!predict(*work, workers).queue_wait_p99);
    }
    const PredictedFigures own = predict(*work, 5);
    QVERIFY(!own.stands_still);
    QVERIFY2(near(own.throughput, 200, 0.02), qPrintable(QString::number(own.throughput)));
    QVERIFY(near(*own.queue_wait_p99, 0.02, 0.02));
    QVERIFY(near(predict(*work, 6).throughput, 8 / 0.03, 0.02));
    QVERIFY(near(predict(*work, 8).throughput, 8 / 0.02, 0.02));
  }

  /// With as many workers as it had the children were done when the parents asked for them; with
  /// fewer they will not be.
  void aResultThatIsTakenWithoutWaiting_isNeededYet() {
    Script script(8);
    for (int k = 0; k < kBatches; ++k) {
      const session::TimeNs begin = k * 30 * kMs;
      for (std::size_t i = 0; i < 4; ++i) {
        const std::uint64_t parent = script.begin_task(begin, begin, i);
        const std::uint64_t child = script.submit_from(i, begin + kUs);
        const std::uint64_t other = script.submit_from(i, begin + kUs);
        script.run_task(child, begin + 2 * kUs, begin + 10 * kMs, 4 + i);
        script.run_task(other, begin + 10 * kMs, begin + 20 * kMs, 4 + i);
        script.phase(parent, trace::PhaseKind::sleep, "sleep", begin + 2 * kUs, begin + 15 * kMs,
                     i);
        script.deliver(child, i, begin + 15 * kMs);
        script.block_task(parent, i, other, begin + 15 * kMs, begin + 20 * kMs);
        script.deliver(other, i, begin + 20 * kMs);
        script.end_task(parent, begin + 20 * kMs, i);
      }
    }
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    std::size_t awaits = 0;
    for (const Segment& segment : work->tasks.segments) {
      awaits += segment.kind == Segment::Kind::await ? 1 : 0;
    }
    QVERIFY(awaits >= std::size_t{8 * kBatches});
    QVERIFY(predict(*work, 4).stands_still);
  }

  void theOrderOfTheQueue_isTheScenarios() {
    const auto snapshot = batches(Taking::named);
    workload::PoolSettings pool;
    pool.queue_discipline = workload::Discipline::work_stealing;
    const auto stealing = work_of(*snapshot, 100, 2, {.order = pick_order(pool)});
    QVERIFY(stealing);
    QCOMPARE(stealing->tasks.order, PickOrder::work_stealing);
    pool.queue_discipline = workload::Discipline::priority;
    const auto by_priority = work_of(*snapshot, 100, 2, {.order = pick_order(pool)});
    QVERIFY(!by_priority);
    QCOMPARE(by_priority.error(), NoWork::waits_for_itself);
    QVERIFY(!pick_order({.queue_capacity = 8}));
  }

  /// A parent that gave up on a child which is never picked: how long that takes is not known.
  void familiesThatAreNotWhole_areLeftOut() {
    Script script(5);
    for (int k = 0; k < kBatches; ++k) {
      add_batch(script, k * kBatch, Taking::named);
    }
    const std::uint64_t parent = script.begin_task(kBatches * kBatch, kBatches * kBatch, 0);
    const std::uint64_t child = script.submit_from(0, kBatches * kBatch + kMs);
    script.block_task(parent, 0, child, kBatches * kBatch + kMs, kBatches * kBatch + 5 * kMs);
    script.end_task(parent, kBatches * kBatch + 5 * kMs, 0);
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QCOMPARE(work->tasks.roots.size(), std::size_t{4 * kBatches});
  }

  /// Of another task's child, or in a queue that is full.
  void aWaitForWhatATaskHasNotSubmitted_cannotBeTold_data() {
    QTest::addColumn<bool>("full");
    QTest::newRow("another's child") << false;
    QTest::newRow("a full queue") << true;
  }
  void aWaitForWhatATaskHasNotSubmitted_cannotBeTold() {
    QFETCH(bool, full);
    Script script(5);
    for (int k = 0; k < kBatches; ++k) {
      add_batch(script, k * kBatch, Taking::named);
    }
    const session::TimeNs begin = kBatches * kBatch;
    const std::uint64_t task = script.begin_task(begin, begin, 0);
    const auto reason = full ? trace::BlockReason::full_queue : trace::BlockReason::result;
    script.block_task(task, 0, full ? 0 : 1, begin + kMs, begin + 2 * kMs, reason);
    script.end_task(task, begin + 3 * kMs, 0);
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(!work);
    QCOMPARE(work.error(), NoWork::waits_for_itself);
  }

  void theSentence_namesTheDeadlock() {
    const auto snapshot = batches(Taking::named);
    const auto prediction =
        predict_session(*snapshot, *last_stretch(*snapshot, 100),
                        {.workers = {2, 4, 6, 8}, .cores = 2, .exact_cores = 2});
    QVERIFY(prediction);
    QVERIFY(!prediction->is_doubtful());
    QCOMPARE(prediction->recorded_workers, std::uint64_t{5});
    const std::string text = prediction_text(*prediction);
    QVERIFY2(text.find("With 4 workers or fewer all would come to wait for tasks in their own "
                       "queue: a deadlock.") != std::string::npos,
             text.c_str());
  }

  void chosenByItself_theNumbersTellWhereItBegins() {
    const auto snapshot = batches(Taking::named);
    const auto prediction =
        predict_session(*snapshot, *last_stretch(*snapshot, 100), {.cores = 2, .exact_cores = 2});
    QVERIFY(prediction);
    std::vector<std::uint64_t> deadlocked;
    for (const PredictedPoint& point : prediction->points) {
      if (point.predicted.stands_still) {
        deadlocked.push_back(point.workers);
      }
    }
    QCOMPARE(deadlocked, (std::vector<std::uint64_t>{1, 2, 4}));
    QCOMPARE(prediction->points[3].workers, std::uint64_t{5});
    Script script(20);  // nine parents at once
    for (int k = 0; k < kBatches; ++k) {
      const session::TimeNs begin = k * (20 * kMs + 100 * kUs);
      for (std::size_t i = 0; i < 9; ++i) {
        const std::uint64_t parent = script.begin_task(begin, begin, i);
        const std::uint64_t child = script.submit_from(i, begin + 10 * kMs);
        script.phase(parent, trace::PhaseKind::sleep, "sleep", begin, begin + 10 * kMs, i);
        script.run_task(child, begin + 10 * kMs + kUs, begin + 20 * kMs, 9 + i);
        script.block_task(parent, i, child, begin + 10 * kMs, begin + 20 * kMs);
        script.deliver(child, i, begin + 20 * kMs);
        script.end_task(parent, begin + 20 * kMs, i);
      }
    }
    const auto nine = script.snapshot();
    const auto of_nine =
        predict_session(*nine, *last_stretch(*nine, 100), {.cores = 2, .exact_cores = 2});
    QVERIFY(of_nine);
    const std::string text = prediction_text(*of_nine);
    QVERIFY2(text.find("With 9 workers or fewer") != std::string::npos, text.c_str());
  }

  /// One parent at a time: two workers are enough, one is not.
  void parentsThatComeByThemselves_areRoots() {
    Script script(2);
    for (int k = 0; k < 40; ++k) {  // at times of their own
      const session::TimeNs begin = k * 100 * kMs + (k * 37 % 60) * kMs;
      const std::uint64_t parent = script.begin_task(begin, begin, 0);
      const std::uint64_t child = script.submit_from(0, begin + kUs);
      script.run_task(child, begin + 2 * kUs, begin + 30 * kMs, 1);
      script.phase(child, trace::PhaseKind::sleep, "sleep", begin + 2 * kUs, begin + 30 * kMs, 1);
      script.block_task(parent, 0, child, begin + 2 * kUs, begin + 30 * kMs);
      script.deliver(child, 0, begin + 30 * kMs);
      script.end_task(parent, begin + 30 * kMs, 0);
    }
    const auto snapshot = script.snapshot();
    const auto prediction = predict_session(*snapshot, *last_stretch(*snapshot, 100),
                                            {.workers = {1, 2, 4}, .cores = 2, .exact_cores = 2});
    QVERIFY(prediction);
    QVERIFY(!prediction->is_doubtful());
    QVERIFY(prediction->points[0].predicted.stands_still);
    QVERIFY(!prediction->points[1].predicted.stands_still);
  }
};

QTEST_APPLESS_MAIN(NestedSessionTest)
#include "nested_session_test.moc"
