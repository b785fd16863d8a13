// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/task_finder.h"

#include "sample_session.h"

#include <QSignalSpy>
#include <QTest>

#include <numeric>
#include <vector>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

constexpr session::TimeNs kMs = 1'000'000;

/// Ten tasks one after the other, 10 ms each: task 3 and 7 are "resize image", 5 failed.
struct Sample {
  Sample() {
    for (int i = 0; i < 10; ++i) {
      const session::TimeNs begin = i * 10 * kMs;
      const auto task = session.queue(begin, i == 2 || i == 6 ? "resize image" : "fetch page");
      session.start(task, begin + 1, 0);
      session.finish(task, begin + 10 * kMs - 1, i == 4 ? "Timeout" : "");
    }
  }
  SampleSession session{1};
};

}  // namespace

class TaskFinderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void text_isCounted_andNoMatchIsChosenUnlessWanted() {
    Sample sample;
    TaskFinder finder;
    QSignalSpy chosen(&finder, &TaskFinder::matchChosen);
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("FETCH"), false);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QStringLiteral("8 tasks"));
    const auto& columns = finder.state().columns;
    QCOMPARE(std::accumulate(columns.begin(), columns.end(), 0U), 8U);
    QCOMPARE(chosen.count(), 0);
    QVERIFY(!finder.currentTime());
  }

  void typing_choosesTheFirstMatchFromWhereOneLooks() {
    Sample sample;
    TaskFinder finder;
    std::vector<session::TaskKey> chosen;
    connect(&finder, &TaskFinder::matchChosen, this, [&](auto task) { chosen.push_back(task); });
    finder.open(sample.session.snapshot(), 35 * kMs);
    for (const char* text : {"r", "re", "res"}) {
      finder.setText(QString::fromLatin1(text), true);
    }
    QTRY_VERIFY(!finder.isBusy());
    QVERIFY(chosen == (std::vector<session::TaskKey>{{0, 7}}));  // of "res" alone
    QCOMPARE(findText(finder.state()), QStringLiteral("2 of 2 tasks"));
    finder.setText(QStringLiteral("page"), true);
    QTRY_VERIFY(!finder.isBusy());
    QVERIFY((chosen.back() == session::TaskKey{0, 8}));  // it goes on from there
  }

  void steps_goFromMatchToMatch_roundAtTheEnds() {
    Sample sample;
    TaskFinder finder;
    std::vector<std::uint64_t> chosen;
    connect(&finder, &TaskFinder::matchChosen, this,
            [&](session::TaskKey task) { chosen.push_back(task.task); });
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("page"), true);
    QTRY_VERIFY(!finder.isBusy());
    for (const bool forward : {true, true, false, false, false}) {
      finder.step(forward);
      QTRY_VERIFY(!finder.isBusy());
    }
    QVERIFY(chosen == (std::vector<std::uint64_t>{1, 2, 4, 2, 1, 10}));
    QCOMPARE(findText(finder.state()), QStringLiteral("8 of 8 tasks"));
    finder.step(true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(chosen.back(), 1U);
    QCOMPARE(finder.state().position, 1U);
  }

  void stepsInARow_areAllMade() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("page"), true);
    for (int i = 0; i < 5; ++i) {
      finder.step(true);
    }
    QTRY_VERIFY(!finder.isBusy());
    // The first of them took the place of what typing would have chosen.
    QCOMPARE(finder.state().position, 5U);
    QCOMPARE(*finder.currentTime(), 50 * kMs + 1);
  }

  void errorAndId_areFound() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("timeout"), true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QStringLiteral("1 of 1 task"));
    QCOMPARE(*finder.currentTime(), 40 * kMs + 1);
    finder.setText(QStringLiteral("#9"), true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(*finder.currentTime(), 80 * kMs + 1);
  }

  void nothingFound_saysSo_andStepsGoNowhere() {
    Sample sample;
    TaskFinder finder;
    QSignalSpy chosen(&finder, &TaskFinder::matchChosen);
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("unheard of"), true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QStringLiteral("No task found"));
    QVERIFY(!findNote(finder.state()).isEmpty());
    finder.step(true);
    finder.step(false);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(chosen.count(), 0);
    finder.setText(QStringLiteral("  "), true);
    QVERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QString());
  }

  void growingSession_isCountedAnew_andTheMatchStaysCurrent() {
    Sample sample;
    TaskFinder finder;
    QSignalSpy chosen(&finder, &TaskFinder::matchChosen);
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("resize"), true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QStringLiteral("1 of 2 tasks"));
    const auto late = sample.session.queue(200 * kMs, "resize image");
    sample.session.start(late, 201 * kMs, 0);
    const auto grown = sample.session.snapshot();
    const auto counted = [&] {
      finder.showSnapshot(
          grown);  // as the window does, each time its panels are brought up to date
      return findText(finder.state()) == QStringLiteral("1 of 3 tasks");
    };
    QTRY_VERIFY(counted());
    QCOMPARE(chosen.count(), 1);
    finder.step(false);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(*finder.currentTime(), 201 * kMs);
  }

  void otherPlace_leadsOnFromThere() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("page"), true);
    QTRY_VERIFY(!finder.isBusy());
    finder.setPlace({60 * kMs + 1, {0, 7}});  // a task that is none of the matches
    QCOMPARE(findText(finder.state()), QStringLiteral("8 tasks"));
    finder.step(true);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(*finder.currentTime(), 70 * kMs + 1);
    QCOMPARE(findText(finder.state()), QStringLiteral("6 of 8 tasks"));
  }

  void otherSession_isLookedThrough() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("resize"), true);
    QTRY_VERIFY(!finder.isBusy());
    SampleSession other(1);
    other.ordinary(0, 1, kMs, 0, "resize thumbnail");
    finder.restart(other.snapshot());
    QVERIFY(!finder.state().counted);
    QTRY_VERIFY(!finder.isBusy());
    QCOMPARE(findText(finder.state()), QStringLiteral("1 task"));
  }

  void closed_isNotAskedAgain() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("resize"), true);
    finder.close();
    QTRY_VERIFY(!finder.isBusy());
    QVERIFY(!finder.state().counted);
    finder.step(true);
    finder.showSnapshot(sample.session.snapshot());
    QVERIFY(!finder.isBusy());
  }

  void words_saySingularAndForgotten() {
    FindState state{.text = QStringLiteral("a"), .counted = true, .total = 1};
    QCOMPARE(findText(state), QStringLiteral("1 task"));
    state.total = 3456;
    state.position = 12;
    QCOMPARE(findText(state), QStringLiteral("12 of 3,456 tasks"));
    state.forgotten = 1000;
    state.completeSince = 12'000'000'000;
    QVERIFY(findNote(state).contains(QStringLiteral("1,000 of them were over before")));
  }

  void destruction_withASearchUnderWay_isClean() {
    Sample sample;
    TaskFinder finder;
    finder.open(sample.session.snapshot(), 0);
    finder.setText(QStringLiteral("page"), true);
  }
};

QTEST_GUILESS_MAIN(TaskFinderTest)
#include "task_finder_test.moc"
