// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_prediction.h"

#include "session_script.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stop_token>

using namespace poolscope;
using namespace poolscope::experiment;
using poolscope::test::kMs;
using poolscope::test::Script;
using session::TimeNs;

namespace {

/// Tasks of 20 ms, as many at a time as there are workers, from `begin` on.
void fill(Script& script, int tasks, int workers, TimeNs begin) {
  for (int i = 0; i < tasks; ++i) {
    const TimeNs started = begin + i / workers * 20 * kMs;
    script.task(0, started, started + 20 * kMs, static_cast<std::size_t>(i % workers));
  }
}

tl::expected<SessionPrediction, NoWork> predict_all(
    const std::shared_ptr<const session::Snapshot>& snapshot,
    const SessionPredictionOptions& options) {
  const auto stretch = busiest_stretch(*snapshot, snapshot->begin(), snapshot->end());
  return predict_session(*snapshot, *stretch, options);
}

const PredictedPoint* at(const SessionPrediction& prediction, std::uint64_t workers) {
  const auto found = std::ranges::find(prediction.points, workers, &PredictedPoint::workers);
  return found == prediction.points.end() ? nullptr : &*found;
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

class SessionPredictionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void recordedNumber_isPredictedAsItWas_andOthersBesideIt() {
    Script script(2);
    fill(script, 400, 2, 0);
    const auto prediction = predict_all(script.snapshot(), {.workers = {1, 8}, .cores = 64});
    QVERIFY(prediction);
    QCOMPARE(prediction->recorded_workers, std::uint64_t{2});
    QCOMPARE(prediction->points.size(), std::size_t{3});
    const PredictedPoint* own = at(*prediction, 2);
    QVERIFY(own != nullptr && own->seen);
    QVERIFY(near(own->seen->throughput, 100, 0.02));
    QVERIFY(near(own->predicted.throughput, 100, 0.02));
    QVERIFY(own->seen->queue_wait_p99 && own->predicted.queue_wait_p99);
    QVERIFY(near(*own->predicted.queue_wait_p99, *own->seen->queue_wait_p99, 0.05));
    QVERIFY(!at(*prediction, 8)->seen);
    QVERIFY(near(at(*prediction, 8)->predicted.throughput, 400, 0.03));
    QVERIFY(std::abs(*prediction->error_there) < 0.02);
  }

  void eachNumberThatWasRecorded_standsBesideItsPrediction() {
    Script script(8);
    script.resize(1, 2);
    fill(script, 200, 2, 2);  // two seconds
    script.resize(2000 * kMs, 8);
    fill(script, 1600, 8, 2000 * kMs + 1);  // four seconds
    const auto prediction = predict_all(script.snapshot(), {.workers = {4}, .cores = 64});
    QVERIFY(prediction);
    QCOMPARE(prediction->recorded_workers, std::uint64_t{8});
    for (const std::uint64_t workers : {2, 8}) {
      const PredictedPoint* point = at(*prediction, workers);
      QVERIFY(point != nullptr && point->seen);
      QVERIFY(near(point->seen->throughput, 50.0 * static_cast<double>(workers), 0.02));
      QVERIFY(near(point->predicted.throughput, point->seen->throughput, 0.03));
      QVERIFY(!point->seen->queue_wait_p99);  // its tasks had waited before
    }
  }

  void numbersChosenByItself_goOnAsLongAsItRises() {
    Script script(2);
    fill(script, 400, 2, 0);
    const auto free = predict_all(script.snapshot(), {.cores = 64});
    QVERIFY(free);
    QCOMPARE(free->points.front().workers, std::uint64_t{1});
    QCOMPARE(free->points.back().workers, std::uint64_t{256});
    QVERIFY(free->still_rises);
    QVERIFY(prediction_text(*free).find("might do more") != std::string::npos);
    // 2 ms of computing each on one core: no more than 500 a second.
    const auto bound = predict_all(script.snapshot(), {.cores = 1});
    QVERIFY(bound);
    QVERIFY(!bound->still_rises);
    QCOMPARE(bound->enough_workers, std::uint64_t{16});
    QVERIFY(prediction_text(*bound).starts_with("By simulation 16 workers would do "));
  }

  void moreWorkersThanABatchHasTasks_bringNoMore() {
    Script script(2);
    fill(script, 60, 2, 0);
    const auto prediction =
        predict_all(script.snapshot(), {.workers = {1, 20, 60, 200}, .cores = 64});
    QVERIFY(prediction);
    QCOMPARE(prediction->enough_workers, std::uint64_t{60});
    QVERIFY(!prediction->still_rises);
    QVERIFY(prediction_text(*prediction).find("might do more") == std::string::npos);
  }

  /// The end of a batch: the queue was long before the part that is looked at.
  void waitsThatAreNotThoseThatWereSeen_areNotToBeBelieved() {
    Script script(2);
    fill(script, 400, 2, 0);
    const auto snapshot = script.snapshot();
    const auto of = [&](TimeNs begin) {
      const auto stretch = busiest_stretch(*snapshot, begin, snapshot->end());
      return prediction_text(*predict_session(*snapshot, *stretch, {.workers = {4}, .cores = 64}));
    };
    QVERIFY(of(snapshot->begin()).find("Don't believe the waits") == std::string::npos);
    const std::string text = of(3000 * kMs);
    QVERIFY2(text.find("Don't believe the waits: for the recorded number p99 would be ") !=
                 std::string::npos,
             text.c_str());
  }

  void whereItDoesNotEvenGiveWhatWasSeen_nothingIsSaid() {
    Script script(8);
    // Eight workers, of which something lets only one begin at a time; it is in no phase.
    for (int i = 0; i < 200; ++i) {
      script.task(0, i * 20 * kMs, (i + 1) * 20 * kMs, static_cast<std::size_t>(i % 8));
    }
    const auto prediction = predict_all(script.snapshot(), {.cores = 64});
    QVERIFY(prediction);
    QVERIFY(prediction->is_doubtful());
    QCOMPARE(prediction->points.size(), std::size_t{1});  // of the others no number is made up
    QVERIFY(*prediction->error_there > 5);
    QVERIFY(prediction_text(*prediction).starts_with("Can't tell: for the 8 workers"));
  }

  void whatIsKnownOfTheCores_isTaken() {
    SimulatedWork truth;
    truth.add_task({{Segment::Kind::cpu, 0, 0.01F}});
    truth.batch = 200;
    Script script(1, "python3 a.py");
    script.plain_tasks(replay(truth, {.workers = 1, .seconds = 2}), 10 * kMs);
    const auto snapshot = script.snapshot();
    QVERIFY(near(at(*predict_all(snapshot, {.workers = {4}, .cores = 4}), 4)->predicted.throughput,
                 100, 0.03));
    QVERIFY(near(at(*predict_all(snapshot, {.workers = {4}, .cores = 4, .exact_cores = 4}), 4)
                     ->predicted.throughput,
                 400, 0.03));
  }

  void stopped_itSaysSo() {
    Script script(2);
    fill(script, 400, 2, 0);
    std::stop_source stop;
    stop.request_stop();
    const auto prediction = predict_all(script.snapshot(), {.stop = stop.get_token()});
    QVERIFY(!prediction);
    QCOMPARE(prediction.error(), NoWork::stopped);
  }

  void whatTheSimulationCannotKnow_isNoNumber() {
    QCOMPARE(wait_text(0), std::string("< 1.00 ms"));
    QCOMPARE(wait_text(0.25), std::string("250 ms"));
  }

  void everyReason_hasItsWords() {
    for (const NoWork why : {NoWork::no_pool, NoWork::too_few_tasks, NoWork::waits_for_itself,
                             NoWork::cpu_unknown, NoWork::cores_full, NoWork::held_up}) {
      QVERIFY(!text_of(why).empty());
      QVERIFY(!advice_of(why).empty());
    }
  }
};

QTEST_APPLESS_MAIN(SessionPredictionTest)
#include "session_prediction_test.moc"
