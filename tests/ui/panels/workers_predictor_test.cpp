// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_predictor.h"

#include "sample_session.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

/// Two workers that always have tasks of 20 ms.
std::shared_ptr<const session::Snapshot> busy(int tasks) {
  SampleSession sample(2);
  for (int i = 0; i < tasks; ++i) {
    const session::TimeNs started = (5 + i / 2 * 20) * kMs;
    sample.ordinary(kMs, started, started + 20 * kMs, static_cast<std::uint32_t>(i % 2));
  }
  return sample.snapshot();
}

bool near(double value, double expected) {
  return std::abs(value / expected - 1) < 0.05;
}

}  // namespace

class WorkersPredictorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void answer_isOfTheNumberThatWasAsked() {
    WorkersPredictor predictor;
    std::optional<WorkersPrediction> answer;
    int asked = 0;
    connect(&predictor, &WorkersPredictor::predicted, this,
            [&](int workers, const std::optional<WorkersPrediction>& prediction) {
              asked = workers;
              answer = prediction;
            });
    const auto snapshot = busy(100);
    predictor.ask({.snapshot = snapshot, .cores = 64, .workers = 2});
    QTRY_COMPARE(asked, 2);
    QVERIFY(answer);
    QVERIFY2(near(answer->throughput, 100), qPrintable(QString::number(answer->throughput)));
    QCOMPARE(answer->fromTasks, std::size_t{100});
    const double wait = answer->queueWaitMean;
    predictor.ask({.snapshot = snapshot, .cores = 64, .workers = 8});
    QTRY_COMPARE(asked, 8);
    QVERIFY(near(answer->throughput, 400));
    QVERIFY(answer->queueWaitMean < wait / 2);
    QVERIFY(answer->queueWaitP99 >= answer->queueWaitMean);
  }

  void ofFewTasks_nothingIsPredicted() {
    WorkersPredictor predictor;
    bool told = false;
    bool isKnown = true;
    connect(&predictor, &WorkersPredictor::predicted, this,
            [&](int, const std::optional<WorkersPrediction>& prediction) {
              told = true;
              isKnown = prediction.has_value();
            });
    predictor.ask({.snapshot = busy(10), .workers = 4});
    QTRY_VERIFY(told);
    QVERIFY(!isKnown);
  }

  void ofManyQuestions_theLastIsAnswered_andNoneAfterReset() {
    WorkersPredictor predictor;
    int last = 0;
    connect(&predictor, &WorkersPredictor::predicted, this, [&](int workers) { last = workers; });
    const auto snapshot = busy(100);
    for (int workers = 1; workers <= 64; ++workers) {
      predictor.ask({.snapshot = snapshot, .cores = 2, .workers = workers});
    }
    QTRY_COMPARE(last, 64);
    predictor.ask({.snapshot = snapshot, .cores = 2, .workers = 3});
    predictor.reset();
    predictor.ask({.snapshot = busy(40), .cores = 2, .workers = 5});
    QTRY_COMPARE(last, 5);
  }
};

QTEST_MAIN(WorkersPredictorTest)
#include "workers_predictor_test.moc"
