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
    WorkersAnswer answer;
    int asked = 0;
    connect(&predictor, &WorkersPredictor::predicted, this,
            [&](int workers, const WorkersAnswer& prediction) {
              asked = workers;
              answer = prediction;
            });
    const auto snapshot = busy(100);
    predictor.ask({.snapshot = snapshot, .cores = 64, .workers = 2});
    QTRY_COMPARE(asked, 2);
    QVERIFY(answer);
    QVERIFY2(near(answer->figures.throughput, 100),
             qPrintable(QString::number(answer->figures.throughput)));
    QCOMPARE(answer->fromTasks, std::size_t{100});
    const double wait = *answer->figures.queue_wait_mean;
    predictor.ask({.snapshot = snapshot, .cores = 64, .workers = 8});
    QTRY_COMPARE(asked, 8);
    QVERIFY(near(answer->figures.throughput, 400));
    QVERIFY(*answer->figures.queue_wait_mean < wait / 2);
    QVERIFY(answer->figures.queue_wait_p99 >= *answer->figures.queue_wait_mean);
  }

  void ofFewTasks_nothingIsPredicted() {
    WorkersPredictor predictor;
    bool told = false;
    WorkersAnswer answer;
    connect(&predictor, &WorkersPredictor::predicted, this,
            [&](int, const WorkersAnswer& prediction) {
              told = true;
              answer = prediction;
            });
    predictor.ask({.snapshot = busy(10), .workers = 4});
    QTRY_VERIFY(told);
    QVERIFY(!answer);
    QCOMPARE(answer.error(), experiment::NoWork::too_few_tasks);
  }

  void ofASessionThatIsOver_aPartIsAskedFor() {
    SampleSession sample(2);
    for (int i = 0; i < 100; ++i) {  // 20 ms each, then 40
      const session::TimeNs started = (5 + i / 2 * 20) * kMs;
      sample.ordinary(kMs, started, started + 20 * kMs, static_cast<std::uint32_t>(i % 2));
    }
    for (int i = 0; i < 100; ++i) {
      const session::TimeNs started = (1005 + i / 2 * 40) * kMs;
      sample.ordinary(kMs, started, started + 40 * kMs, static_cast<std::uint32_t>(i % 2));
    }
    const auto snapshot = sample.snapshot();
    WorkersPredictor predictor;
    std::optional<WorkersAnswer> answer;
    connect(&predictor, &WorkersPredictor::predicted, this,
            [&](int, const WorkersAnswer& given) { answer = given; });
    const auto throughput = [&](session::TimeNs begin, session::TimeNs end) {
      answer.reset();
      predictor.ask(
          {.snapshot = snapshot, .part = std::pair(begin, end), .cores = 64, .workers = 4});
      return QTest::qWaitFor([&] { return answer.has_value(); }) && *answer
                 ? (*answer)->figures.throughput
                 : 0;
    };
    QVERIFY(near(throughput(0, 1000 * kMs), 200));
    QVERIFY(near(throughput(1010 * kMs, 3000 * kMs), 100));
    QVERIFY(!(*answer)->isDoubtful);
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
