// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_walker.h"

#include "sample_session.h"

#include <QSignalSpy>
#include <QTest>

#include <vector>

using namespace poolscope;
using namespace poolscope::ui;
using session::TaskKey;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

/// Ten tasks one after the other; task n runs for n ms (10 is as long as 9), and waits (11 - n) ms.
/// 3 and 7 are "resize image", 5 and 8 fail.
struct Sample {
  explicit Sample(bool named = true) {
    session::TimeNs time = 20 * kMs;
    for (int n = 1; n <= 10; ++n) {
      const char* const name = !named ? "" : n == 3 || n == 7 ? "resize image 2" : "fetch page";
      const TaskKey task = session.queue(time - (11 - n) * kMs, name);
      session.start(task, time, 0);
      time += std::min(n, 9) * kMs;
      session.finish(task, time, n == 5 || n == 8 ? "Timeout" : "");
      begins.push_back(time - std::min(n, 9) * kMs);
    }
  }
  WalkFrom from(std::uint64_t task = 0) {
    return {.snapshot = session.snapshot(), .task = {0, task}};
  }
  SampleSession session{1};
  std::vector<session::TimeNs> begins = {};
};

/// A walker, and a user who selects where it leads.
struct Walked {
  explicit Walked(TaskWalker& walker) {
    QObject::connect(&walker, &TaskWalker::taskChosen, &walker,
                     [this](TaskKey task) { tasks.push_back(task.task); });
    QObject::connect(&walker, &TaskWalker::noteChanged, &walker,
                     [this](const QString&) { ++notes; });
  }
  std::uint64_t last() const { return tasks.empty() ? 0 : tasks.back(); }
  std::vector<std::uint64_t> tasks = {};
  int notes = 0;
};

QString plain(QString text) {
  return text.replace(QChar(0x00a0), u' ');
}

}  // namespace

class TaskWalkerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void slowest_beginsAtTheHead_andGoesOn() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::slowest, true, sample.from(4));
    QTRY_COMPARE(walked.tasks.size(), std::size_t{1});
    QCOMPARE(walked.last(), 9U);
    QCOMPARE(plain(walker.note()), QStringLiteral("The slowest of 10 tasks"));
    for (const std::uint64_t expected : {10U, 8U, 7U}) {
      walker.step(WalkBy::slowest, true, sample.from(walked.last()));
      QTRY_COMPARE(walked.last(), std::uint64_t{expected});
    }
    QCOMPARE(plain(walker.note()), QStringLiteral("4th slowest of 10 tasks"));
    walker.step(WalkBy::slowest, false, sample.from(7));
    QTRY_COMPARE(walked.last(), 8U);
    QCOMPARE(plain(walker.note()), QStringLiteral("3rd slowest of 10 tasks"));
  }

  void slower_goesFromAnyTask_andStaysAtTheHead() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::slowest, false, sample.from(4));
    QTRY_COMPARE(walked.last(), 5U);
    walker.step(WalkBy::slowest, false, sample.from(9));
    QTRY_COMPARE(walked.last(), 9U);
    QCOMPARE(plain(walker.note()), QStringLiteral("The slowest of 10 tasks"));
  }

  void longestQueued_isAWalkOfItsOwn() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::longest_queued, true, sample.from());
    QTRY_COMPARE(walked.last(), 1U);
    walker.step(WalkBy::longest_queued, true, sample.from(1));
    QTRY_COMPARE(walked.last(), 2U);
    QCOMPARE(plain(walker.note()), QStringLiteral("2nd longest queued of 10 tasks"));
  }

  void failed_goesRound() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::failed, true, sample.from(6));
    QTRY_COMPARE(walked.last(), 8U);
    QCOMPARE(plain(walker.note()), QStringLiteral("2 of 2 that failed"));
    walker.step(WalkBy::failed, true, sample.from(8));
    QTRY_COMPARE(walked.last(), 5U);
    QCOMPARE(plain(walker.note()), QStringLiteral("1 of 2 that failed"));
    walker.step(WalkBy::failed, false, sample.from(5));
    QTRY_COMPARE(walked.last(), 8U);
  }

  void sameKind_isByNameWithoutItsNumber() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::same_kind, true, sample.from(3));
    QTRY_COMPARE(walked.last(), 7U);
    QCOMPARE(plain(walker.note()), QStringLiteral("resize image: 2 of 2"));
    walker.step(WalkBy::same_kind, true, sample.from(7));
    QTRY_COMPARE(walked.last(), 3U);
    walker.step(WalkBy::same_kind, true, sample.from());
    QTRY_VERIFY(walker.note().startsWith(QStringLiteral("Select a task first")));
  }

  void stepsInARow_areAllMade() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    const WalkFrom from = sample.from(1);
    for (int i = 0; i < 4; ++i) {
      walker.step(WalkBy::same_kind, true, from);
    }
    QTRY_COMPARE(walked.last(), 6U);  // 2, 4, 5, 6
  }

  void range_isKeptTo() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    WalkFrom from = sample.from();
    from.hasRange = true;
    from.begin = sample.begins[2];
    from.end = sample.begins[6];  // tasks 2 to 5 end in it, 3 to 6 begin in it
    walker.step(WalkBy::slowest, true, from);
    QTRY_COMPARE(walked.last(), 5U);
    QCOMPARE(plain(walker.note()), QStringLiteral("The slowest of 4 tasks of the selected range"));
    walker.step(WalkBy::failed, true, from);
    QTRY_COMPARE(plain(walker.note()), QStringLiteral("1 of 1 that failed of the selected range"));
    from.task = {0, 6};
    walker.step(WalkBy::same_kind, true, from);
    QTRY_COMPARE(plain(walker.note()), QStringLiteral("fetch page: 1 of 3 of the selected range"));
    QCOMPARE(walked.last(), 4U);
    from.end = from.begin;
    walker.step(WalkBy::failed, true, from);
    QTRY_COMPARE(plain(walker.note()), QStringLiteral("No task of the selected range has failed."));
  }

  void note_goesWithTheSelection() {
    Sample sample;
    TaskWalker walker;
    Walked walked(walker);
    walker.step(WalkBy::slowest, true, sample.from());
    QTRY_COMPARE(walked.last(), 9U);
    walker.showTask(sample.from(9));
    QVERIFY(!walker.note().isEmpty());
    walker.showTask(sample.from(2));
    QVERIFY(walker.note().isEmpty());
    SampleSession empty;
    walker.step(WalkBy::failed, true, {.snapshot = empty.snapshot(), .task = {0, 2}});
    QTRY_COMPARE(walker.note(), QStringLiteral("No task has failed."));
    walker.showTask(sample.from(2));
    QVERIFY(!walker.note().isEmpty());
    walker.reset();
    QVERIFY(walker.note().isEmpty());
  }

  void standing_isAmongItsKind_elseAmongAll_data() {
    QTest::addColumn<bool>("named");
    QTest::addColumn<quint64>("task");
    QTest::addColumn<QString>("text");
    QTest::newRow("of its kind") << true << quint64(6) << "57 % of fetch page";  // 1, 2, 4, 5 of 7
    QTest::newRow("the slowest") << true << quint64(7) << "all others of resize image";
    QTest::newRow("the fastest") << true << quint64(1) << "0 % of fetch page";
    QTest::newRow("nameless") << false << quint64(4) << "33 % of all tasks";
  }
  void standing_isAmongItsKind_elseAmongAll() {
    QFETCH(bool, named);
    QFETCH(quint64, task);
    QFETCH(QString, text);
    Sample sample(named);
    TaskWalker walker;
    walker.showTask(sample.from(task));
    QTRY_VERIFY(walker.standing().has_value());
    QCOMPARE(plain(standingText(*walker.standing())), text);
    walker.showTask({});
    QVERIFY(!walker.standing());
  }

  void standing_ofOneThatRuns_isNotKnown() {
    SampleSession session{1};
    const TaskKey task = session.queue(1, "fetch");
    session.start(task, 2, 0);
    TaskWalker walker;
    QSignalSpy changed(&walker, &TaskWalker::standingChanged);
    walker.showTask({.snapshot = session.snapshot(), .task = task});
    QTRY_COMPARE(changed.count(), 1);
    QVERIFY(!walker.standing());
  }

  void almostAll_isNotShownAsAll() {
    WalkStanding standing{.kind = QStringLiteral("fetch"), .faster = 99'999, .others = 100'000};
    QVERIFY(plain(standingText(standing)).startsWith(QStringLiteral("99.9 %")));
    standing.faster = 100;
    QVERIFY(plain(standingText(standing)).startsWith(QStringLiteral("0.1 %")));
    standing.others = 0;
    QVERIFY(standingText(standing).isEmpty());
  }

  void ordinals_endAsTheyAreSpoken_data() {
    QTest::addColumn<int>("position");
    QTest::addColumn<QString>("begin");
    for (const auto& [position, begin] : {std::pair(2, "2nd"),
                                          {3, "3rd"},
                                          {4, "4th"},
                                          {11, "11th"},
                                          {12, "12th"},
                                          {21, "21st"},
                                          {112, "112th"},
                                          {1003, "1,003rd"}}) {
      QTest::addRow("%d", position) << position << QString::fromLatin1(begin);
    }
  }
  void ordinals_endAsTheyAreSpoken() {
    QFETCH(int, position);
    QFETCH(QString, begin);
    const WalkStep step{
        .task = {0, 1}, .position = static_cast<std::uint64_t>(position), .total = 5000};
    QVERIFY(walkText(step).startsWith(begin + QStringLiteral(" slowest of ")));
  }
};

QTEST_MAIN(TaskWalkerTest)
#include "task_walker_test.moc"
