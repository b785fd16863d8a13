// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_inspector.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace poolscope;
using ui::TaskInspector;

class TaskInspectorTest : public QObject {
  Q_OBJECT

  static QString text(const TaskInspector& inspector, const char* name) {
    const auto* label = inspector.findChild<QLabel*>(QString::fromLatin1(name));
    return label != nullptr && label->isVisibleTo(&inspector) ? label->text() : QString();
  }
  static QStringList rows(const TaskInspector& inspector) {
    QStringList all;
    for (int i = 0;; ++i) {
      const QString name = text(inspector, qPrintable(QStringLiteral("inspectorName%1").arg(i)));
      if (name.isEmpty()) {
        return all;
      }
      all << name + QStringLiteral(": ") +
                 text(inspector, qPrintable(QStringLiteral("inspectorValue%1").arg(i)))
                     .replace(QChar(0x00a0), u' ');
    }
  }
  static ui::TaskDetails details() {
    ui::TaskDetails task;
    task.key = {0, 49};
    task.state = session::TaskState::finished;
    task.name = QStringLiteral("fetch page");
    task.worker = QStringLiteral("web_3");
    task.shares = {{ui::TimeUse::queued, {}, 262'000'000},
                   {ui::TimeUse::io_wait, {}, 78'000'000},
                   {ui::TimeUse::lock_wait, QStringLiteral("db"), 1'500'000}};
    task.ranNs = 80'000'000;
    task.hasPhases = true;
    task.queuedAt = 1'000'000'000;
    task.startedAt = 1'262'000'000;
    return task;
  }

 private Q_SLOTS:
  void nothingSelected_saysWhatToClick() {
    TaskInspector inspector;
    inspector.show();
    const auto* hint = inspector.findChild<QLabel*>(QStringLiteral("inspectorHintTitle"));
    QVERIFY(hint->isVisible());
    QCOMPARE(hint->text(), QStringLiteral("Click a task"));
  }

  void task_hasItsRows() {
    TaskInspector inspector;
    inspector.showTask(details());
    QCOMPARE(text(inspector, "inspectorTitle"), QStringLiteral("fetch page #49"));
    QCOMPARE(text(inspector, "inspectorOutcome"), QStringLiteral("finished"));
    const QStringList expected{"waited: 262 ms",
                               "ran: 80.0 ms",
                               "waited for I/O: 78.0 ms",
                               "waited for lock db: 1.50 ms",
                               QStringLiteral("queued at: 1.000\u2009000 s"),
                               QStringLiteral("started at: 1.262\u2009000 s"),
                               "worker: web_3"};
    QCOMPARE(rows(inspector), expected);
  }

  void shorterTask_leavesNoOldRows() {
    TaskInspector inspector;
    inspector.showTask(details());
    ui::TaskDetails queued;
    queued.key = {0, 50};
    queued.shares = {{ui::TimeUse::queued, {}, 5'000'000}};
    inspector.showTask(queued);
    QCOMPARE(text(inspector, "inspectorTitle"), QStringLiteral("Task 50"));
    QCOMPARE(rows(inspector), QStringList{"waited: 5.00 ms"});
  }

  void longWorkerName_cutsNoLabel() {
    TaskInspector inspector;
    ui::TaskDetails task = details();
    task.worker = QStringLiteral("ThreadPoolExecutor-0_11");
    task.caller = QString(80, u'x');
    inspector.showTask(task);
    inspector.resize(290, 500);
    inspector.show();
    QVERIFY(QTest::qWaitForWindowExposed(&inspector));
    for (int i = 0; i < 8; ++i) {
      const auto* name = inspector.findChild<QLabel*>(QStringLiteral("inspectorName%1").arg(i));
      QVERIFY(name != nullptr);
      QVERIFY2(name->width() >= name->sizeHint().width(), qPrintable(name->text()));
    }
    const auto* value = inspector.findChild<QLabel*>(QStringLiteral("inspectorValue7"));
    QCOMPARE(value->text(), task.caller);
    QVERIFY(value->width() < inspector.width());
    QVERIFY(!value->toolTip().isEmpty());
  }

  void failure_isTold() {
    TaskInspector inspector;
    ui::TaskDetails task = details();
    task.state = session::TaskState::failed;
    task.error = QStringLiteral("TimeoutError: no answer");
    inspector.showTask(task);
    QCOMPARE(text(inspector, "inspectorOutcome"), QStringLiteral("failed"));
    QCOMPARE(text(inspector, "inspectorError"), QStringLiteral("TimeoutError: no answer"));
  }

  void range_saysThatItComputes_thenItsFigures() {
    TaskInspector inspector;
    inspector.showRange(0, 2'000'000'000, {});
    QVERIFY(rows(inspector).join(u'|').contains(QStringLiteral("computing")));
    session::Statistics figures;
    figures.finished = 148;
    figures.throughput = 74.1;
    inspector.showRange(0, 2'000'000'000, figures);
    QVERIFY(rows(inspector).contains(QStringLiteral("tasks finished: 148")));
    QVERIFY(rows(inspector).contains(QStringLiteral("throughput: 74.1 tasks/s")));
  }

  void close_asksToClearTheSelection() {
    TaskInspector inspector;
    inspector.showTask(details());
    QSignalSpy closed(&inspector, &TaskInspector::closed);
    inspector.findChild<QPushButton*>(QStringLiteral("closeInspector"))->click();
    QCOMPARE(closed.count(), 1);
  }
};

QTEST_MAIN(TaskInspectorTest)
#include "task_inspector_test.moc"
