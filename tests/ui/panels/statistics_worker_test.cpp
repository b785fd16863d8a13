// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/statistics_worker.h"

#include "sample_session.h"

#include <QTest>
#include <QThread>

#include <algorithm>
#include <utility>
#include <vector>

using namespace poolscope;
using ui::StatisticsWorker;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

}  // namespace

class StatisticsWorkerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void answer_isThatOfTheStretch() {
    ui::SampleSession sample(1);
    for (int i = 0; i < 10; ++i) {
      sample.ordinary(i * 10 * kMs, i * 10 * kMs + 1, (i + 1) * 10 * kMs, 0);
    }
    std::vector<std::pair<session::TimeNs, std::uint64_t>> answers;
    StatisticsWorker worker;
    connect(&worker, &StatisticsWorker::ready, this,
            [&](const auto& request, const auto& statistics) {
              QCOMPARE(QThread::currentThread(), qApp->thread());
              answers.emplace_back(request.end, statistics.finished);
            });
    worker.ask({sample.snapshot(), 0, 55 * kMs});
    QVERIFY(worker.isBusy());
    QTRY_VERIFY(!worker.isBusy());
    QCOMPARE(answers.size(), std::size_t{1});
    QCOMPARE(answers.front().second, std::uint64_t{5});
  }

  void manyQuestions_theLastIsAnswered_notAll() {
    ui::SampleSession sample(1);
    for (int i = 0; i < 2000; ++i) {
      sample.ordinary(i * kMs, i * kMs + 1, (i + 1) * kMs, 0);
    }
    const auto snapshot = sample.snapshot();
    std::vector<session::TimeNs> answered;
    StatisticsWorker worker;
    connect(&worker, &StatisticsWorker::ready, this,
            [&](const auto& request, const auto&) { answered.push_back(request.end); });
    for (int i = 1; i <= 1000; ++i) {
      worker.ask({snapshot, 0, i * 2 * kMs});
    }
    QTRY_VERIFY(!worker.isBusy());
    QCOMPARE(answered.back(), 2000 * kMs);
    QVERIFY(std::is_sorted(answered.begin(), answered.end()));
    QVERIFY(answered.size() < 1000);
  }

  void destruction_withAQuestionUnderWay_isClean() {
    ui::SampleSession sample(1);
    sample.ordinary(0, 1, 10 * kMs, 0);
    const auto snapshot = sample.snapshot();
    int answers = 0;
    {
      StatisticsWorker worker;
      connect(&worker, &StatisticsWorker::ready, this, [&] { ++answers; });
      worker.ask({snapshot, 0, 10 * kMs});
    }
    QCoreApplication::processEvents();
    QCOMPARE(answers, 0);
  }
};

QTEST_GUILESS_MAIN(StatisticsWorkerTest)
#include "statistics_worker_test.moc"
