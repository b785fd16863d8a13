// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/stall_words.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using session::TaskKey;
using session::TimeNs;

namespace {

constexpr TimeNs kMs = 1'000'000;

/// `workers` parents that wait for as many children, since 100 ms.
void fillStuck(ui::SampleSession& sample, std::uint32_t workers) {
  std::vector<TaskKey> parents;
  for (std::uint32_t i = 0; i < workers; ++i) {
    parents.push_back(sample.queue(1 * kMs, "parent"));
    sample.start(parents.back(), 2 * kMs, i);
  }
  for (const TaskKey parent : parents) {
    sample.blockWorker(parent, sample.queue(100 * kMs, "child"), 100 * kMs);
  }
}

QString only(const QMap<QString, QString>& texts) {
  return texts.size() == 1 ? texts.first() : QString();
}

}  // namespace

class StallWordsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void poolAtWork_hasNone() {
    QVERIFY(ui::stallTexts(*session::Session().snapshot(), 0).isEmpty());
    ui::SampleSession sample(4);
    fillWebScraping(sample, 2);
    const auto snapshot = sample.snapshot();
    for (TimeNs time = snapshot->begin(); time < snapshot->end(); time += 10 * kMs) {
      QVERIFY(ui::stallTexts(*snapshot, time).isEmpty());
    }
  }

  void deadlock_namesTheTasks_andWhatToDo_data() {
    QTest::addColumn<int>("workers");
    QTest::addColumn<QString>("begin");
    QTest::newRow("one") << 1
                         << QStringLiteral(
                                "Nothing can run any more: the only worker waits for a task that "
                                "is still in this queue (parent 1 waits for child 2). Raise "
                                "max_workers, or do not wait in a task");
    QTest::newRow("two") << 2
                         << QStringLiteral(
                                "Nothing can run any more: all 2 workers wait for tasks that are "
                                "still in this queue (parent 1 waits for child 3; parent 2 waits "
                                "for child 4). Raise max_workers");
    QTest::newRow("many") << 9
                          << QStringLiteral(
                                 "Nothing can run any more: all 9 workers wait for tasks that are "
                                 "still in this queue (parent 1 waits for child 10; parent 2 waits "
                                 "for child 11; parent 3 waits for child 12; 6 more wait).");
  }
  void deadlock_namesTheTasks_andWhatToDo() {
    QFETCH(int, workers);
    QFETCH(QString, begin);
    const auto count = static_cast<std::uint32_t>(workers);
    ui::SampleSession sample(count, 1);
    fillStuck(sample, count);
    const auto snapshot = sample.snapshot();
    QVERIFY(ui::stallTexts(*snapshot, 599 * kMs).isEmpty());
    const QString text = only(ui::stallTexts(*snapshot, 600 * kMs));
    QVERIFY2(text.startsWith(begin), qPrintable(text));
    QCOMPARE(only(ui::stallTexts(*snapshot, 900 * kMs)), text);
  }

  void tasksThatWaitForEachOther_areToldAsSuch() {
    ui::SampleSession sample(2, 1);
    const TaskKey one = sample.queue(1 * kMs, "one");
    const TaskKey other = sample.queue(1 * kMs, "other");
    sample.start(one, 2 * kMs, 0);
    sample.start(other, 2 * kMs, 1);
    sample.blockWorker(one, other, 100 * kMs);
    sample.blockWorker(other, one, 100 * kMs);
    const QString text = only(ui::stallTexts(*sample.snapshot(), 600 * kMs));
    QVERIFY2(
        text.contains(QStringLiteral(
            "wait for what waits for them (one 1 waits for other 2; other 2 waits for one 1)")),
        qPrintable(text));
  }

  void starvedQueue_namesItsOldestTask_andSinceWhen() {
    ui::SampleSession sample(1, 1);
    sample.queue(1 * kMs, "report");
    for (int i = 0; i < 40; ++i) {
      const TimeNs begin = (10 + 50 * i) * kMs;
      sample.ordinary(begin, begin + 2 * kMs, begin + 40 * kMs, 0);
    }
    const QString text = only(ui::stallTexts(*sample.snapshot(), 1'500 * kMs));
    QVERIFY2(text.startsWith(QStringLiteral("report 1 has been in the queue since ")),
             qPrintable(text));
    QVERIFY(text.contains(QStringLiteral("tasks that came later are picked before it")));
  }
};

QTEST_APPLESS_MAIN(StallWordsTest)
#include "stall_words_test.moc"
