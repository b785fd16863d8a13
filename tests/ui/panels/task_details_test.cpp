// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_details.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using session::TimeNs;
using trace::PhaseKind;
using ui::TimeUse;

namespace {

constexpr TimeNs kMs = 1'000'000;

}  // namespace

class TaskDetailsTest : public QObject {
  Q_OBJECT

  std::shared_ptr<const session::Snapshot> snapshot_;
  session::TaskKey task_;
  session::TaskKey failed_;
  session::TaskKey cancelled_;

  QStringList rows(session::TaskKey key, TimeNs now) const {
    QStringList texts;
    const auto details = ui::taskDetails(*snapshot_, key, now);
    for (const ui::TimeShare& share : details ? details->shares : std::vector<ui::TimeShare>{}) {
      texts << QStringLiteral("%1 %2")
                   .arg(ui::timeUseText(share, details->hasPhases))
                   .arg(share.ns / kMs);
    }
    return texts;
  }

 private Q_SLOTS:
  void initTestCase() {
    ui::SampleSession sample(2);
    task_ = sample.queue(10 * kMs, "fetch page");
    sample.start(task_, 30 * kMs, 0);
    sample.phase(task_, PhaseKind::io_wait, "GET /", 30 * kMs, 60 * kMs);
    sample.phase(task_, PhaseKind::compute, "", 60 * kMs, 90 * kMs);
    sample.phase(task_, PhaseKind::lock_wait, "db", 70 * kMs, 75 * kMs);  // inside the computation
    sample.phase(task_, PhaseKind::io_wait, "GET /", 90 * kMs, 92 * kMs);
    sample.finish(task_, 100 * kMs);
    sample.deliver(task_, 140 * kMs);
    failed_ = sample.queue(20 * kMs, "parse");
    sample.start(failed_, 25 * kMs, 1);
    sample.finish(failed_, 45 * kMs, "ValueError: no title");
    cancelled_ = sample.queue(50 * kMs, "late");
    sample.cancel(cancelled_, 80 * kMs);
    snapshot_ = sample.snapshot();
  }

  void time_isSplitByUse_data() {
    QTest::addColumn<qint64>("nowMs");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("in the queue") << qint64{25} << QStringList{"waited 15"};
    QTest::newRow("in its first wait")
        << qint64{50} << QStringList{"waited 20", "waited for I/O 20"};
    QTest::newRow("in the lock") << qint64{72}
                                 << QStringList{"waited 20", "waited for I/O 30",
                                                "waited for lock db 2", "computed 10"};
    QTest::newRow("done") << qint64{120}
                          << QStringList{"waited 20", "waited for I/O 32", "waited for lock db 5",
                                         "computed 25", "other 8"};
    QTest::newRow("delivered") << qint64{200}
                               << QStringList{
                                      "waited 20",   "waited for I/O 32", "waited for lock db 5",
                                      "computed 25", "other 8",           "waited for delivery 40"};
  }
  void time_isSplitByUse() {
    QFETCH(qint64, nowMs);
    QTEST(rows(task_, nowMs * kMs), "expected");
  }

  void shares_addUpToTheWholeLife() {
    const auto details = ui::taskDetails(*snapshot_, task_, 1000 * kMs);
    QVERIFY(details.has_value());
    QCOMPARE(details->totalNs, 130 * kMs);
    QCOMPARE(details->worker, QStringLiteral("web_0"));
    QCOMPARE(details->caller, QStringLiteral("main"));
    QCOMPARE(*details->startedAt, 30 * kMs);
    QCOMPARE(*details->ranNs, 70 * kMs);  // as the hover says
    const auto plain = ui::taskDetails(*snapshot_, failed_, 1000 * kMs);
    QCOMPARE(*plain->ranNs, 20 * kMs);
    QCOMPARE(rows(failed_, 1000 * kMs), (QStringList{"waited 5", "ran 20"}));
  }

  void state_isThatOfTheMoment_data() {
    QTest::addColumn<qint64>("nowMs");
    QTest::addColumn<int>("state");
    QTest::newRow("queued") << qint64{20} << static_cast<int>(session::TaskState::queued);
    QTest::newRow("running") << qint64{30} << static_cast<int>(session::TaskState::running);
    QTest::newRow("finished") << qint64{100} << static_cast<int>(session::TaskState::finished);
  }
  void state_isThatOfTheMoment() {
    QFETCH(qint64, nowMs);
    QTEST(static_cast<int>(ui::taskDetails(*snapshot_, task_, nowMs * kMs)->state), "state");
  }

  void failure_hasItsText_onceItHappened() {
    QVERIFY(ui::taskDetails(*snapshot_, failed_, 40 * kMs)->error.isEmpty());
    const auto details = ui::taskDetails(*snapshot_, failed_, 45 * kMs);
    QCOMPARE(details->error, QStringLiteral("ValueError: no title"));
    QVERIFY(details->state == session::TaskState::failed);
  }

  void cancelled_onlyWaited() {
    QCOMPARE(rows(cancelled_, 200 * kMs), QStringList{"waited 30"});
    QVERIFY(ui::taskDetails(*snapshot_, cancelled_, 200 * kMs)->worker.isEmpty());
  }

  void unknown_orLater_isNothing() {
    QVERIFY(!ui::taskDetails(*snapshot_, {0, 999}, 200 * kMs));
    QVERIFY(!ui::taskDetails(*snapshot_, task_, 5 * kMs));
  }
};

QTEST_APPLESS_MAIN(TaskDetailsTest)
#include "task_details_test.moc"
