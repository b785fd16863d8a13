// SPDX-License-Identifier: Apache-2.0
// The find bar in its window, by keyboard.
#include "ui/panels/overview_strip.h"
#include "window_fixture.h"

#include <QLabel>
#include <QLineEdit>
#include <QTest>
#include <QToolButton>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

struct FindFixture : WindowFixture {
  QLineEdit* field() { return find<QLineEdit>("findText"); }
  QString count() { return find<QLabel>("findCount")->text(); }
  session::TaskKey selected() { return view()->viewState().selectedTask; }
  OverviewStrip::Marks marks() { return find<OverviewStrip>("overview")->marks(); }
  void open() { QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier); }
  QString nameOfSelected() {
    const auto task = view()->frame().snapshot->task(selected());
    return task ? QString::fromUtf8(task->name) : QString();
  }
};

}  // namespace

class FindTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ctrlF_opens_typingCountsAndMarks_enterLeadsThere() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    QVERIFY(fixture.find<>("findBar")->isHidden());
    fixture.open();
    QTRY_VERIFY(fixture.field()->hasFocus());
    QTest::keyClicks(fixture.field(), QStringLiteral("IMAGE"));
    QTRY_VERIFY(fixture.count().startsWith(QStringLiteral("1 of ")));
    QVERIFY(fixture.nameOfSelected().contains(QStringLiteral("image")));
    QVERIFY(!fixture.marks().found.empty());
    QVERIFY(fixture.marks().current.has_value());
    const session::TaskKey first = fixture.selected();
    QTest::keyClick(fixture.field(), Qt::Key_Return);
    QTRY_VERIFY(fixture.count().startsWith(QStringLiteral("2 of ")));
    QVERIFY(fixture.selected() != first);
    QTest::keyClick(fixture.field(), Qt::Key_Return, Qt::ShiftModifier);
    QTRY_VERIFY(fixture.selected() == first);
    QTest::keyClick(&fixture.window, Qt::Key_F3);
    QTRY_VERIFY(fixture.count().startsWith(QStringLiteral("2 of ")));
    QTest::keyClick(&fixture.window, Qt::Key_F3, Qt::ShiftModifier);
    QTRY_VERIFY(fixture.selected() == first);
    QVERIFY(fixture.field()->hasFocus());
    QVERIFY(fixture.field()->accessibleDescription().startsWith(QStringLiteral("1 of ")));
  }

  void match_isRevealed() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.view()->showRange(fixture.window.clock().begin(),
                              fixture.window.clock().begin() + 1'000'000);
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("#200"));
    QTRY_VERIFY((fixture.selected() == session::TaskKey{0, 200}));
    const auto started = fixture.view()->frame().snapshot->task({0, 200})->started;
    const TimeRange range = fixture.view()->viewState().range();
    QVERIFY(started && *started >= range.begin && *started < range.end);
  }

  void match_afterTheMomentShown_movesTheReplayThere() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_Home);
    QCOMPARE(fixture.window.clock().now(), fixture.window.clock().begin());
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("#200"));
    QTRY_VERIFY((fixture.selected() == session::TaskKey{0, 200}));
    QVERIFY(fixture.window.clock().now() >=
            *fixture.view()->frame().snapshot->task({0, 200})->finished);
  }

  void typing_whileFollowingThePresent_staysThere() {
    FindFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("page"));
    QTRY_VERIFY(fixture.count().endsWith(QStringLiteral(" tasks")));
    QVERIFY(!fixture.selected());
    QVERIFY(fixture.view()->viewState().following());
    QTest::keyClick(fixture.field(), Qt::Key_Return);
    QTRY_VERIFY(fixture.nameOfSelected().contains(QStringLiteral("page")));
  }

  void escape_closes_keepsTheSelection_andGivesTheFocusBack() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("image"));
    QTRY_VERIFY(fixture.selected());
    const session::TaskKey selected = fixture.selected();
    QTest::keyClick(fixture.field(), Qt::Key_Escape);
    QVERIFY(fixture.find<>("findBar")->isHidden());
    QTRY_VERIFY(fixture.view()->hasFocus());
    QCOMPARE(fixture.selected().task, selected.task);
    QVERIFY(fixture.marks().found.empty());
    fixture.open();  // what was looked for last is there, to be typed over
    QCOMPARE(fixture.field()->selectedText(), QStringLiteral("image"));
    QTRY_VERIFY(!fixture.marks().found.empty());
  }

  void escape_onAButtonOfTheBar_closesIt() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.open();
    auto* button = fixture.find<QToolButton>("findNextButton");
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Escape);
    QVERIFY(fixture.find<>("findBar")->isHidden());
    fixture.open();
    QTest::keyClick(fixture.find<QToolButton>("findClose"), Qt::Key_Space);
    QVERIFY(fixture.find<>("findBar")->isHidden());
  }

  void singleKeys_areLetters() {
    FindFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.engine.takeOrders();
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("p w?+ m"));
    QCOMPARE(fixture.field()->text(), QStringLiteral("p w?+ m"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    QVERIFY(fixture.view()->viewState().following());
  }

  void nothingFound_isSaid_andTheSelectionStays() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.view()->selectTask({0, 3});
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("unheard of"));
    QTRY_COMPARE(fixture.count(), QStringLiteral("No task found"));
    QVERIFY(fixture.marks().found.empty());
    QTest::keyClick(fixture.field(), Qt::Key_Return);
    fixture.field()->clear();
    QTRY_COMPARE(fixture.count(), QString());
    QCOMPARE(fixture.view()->viewState().following(), true);
  }

  void next_goesOnFromTheTaskThatWasClicked() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("page"));
    QTRY_VERIFY(fixture.count().startsWith(QStringLiteral("1 of ")));
    fixture.view()->selectTask({0, 150}, false);
    QTest::keyClick(fixture.field(), Qt::Key_Return);
    QTRY_VERIFY((fixture.selected() != session::TaskKey{0, 150}));
    const session::Snapshot& snapshot = *fixture.view()->frame().snapshot;
    QVERIFY(*snapshot.task(fixture.selected())->started >= *snapshot.task({0, 150})->started);
  }

  void otherSession_isLookedThroughForTheSameText() {
    FindFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    fixture.open();
    QTest::keyClicks(fixture.field(), QStringLiteral("image"));
    QTRY_VERIFY(!fixture.count().isEmpty());
    SampleSession other(1);
    other.ordinary(0, 1, kSecond, 0, "image thumbnail");
    fixture.engine.showFile(other.snapshot(), QStringLiteral("other.pftrace"));
    QTRY_COMPARE(fixture.count(), QStringLiteral("1 task"));
  }

  void withoutASession_thereIsNothingToFind() {
    FindFixture fixture;
    QVERIFY(fixture.showWindow());
    QVERIFY(!fixture.find<QToolButton>("findButton")->isEnabled());
    fixture.open();
    QVERIFY(fixture.find<>("findBar")->isHidden());
  }

  void bar_leavesTheSmallestWindowWhole() {
    FindFixture fixture;
    fixture.window.resize(950, 530);
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.open();
    QCoreApplication::processEvents();
    QCOMPARE(fixture.window.size(), QSize(950, 530));
  }
};

QTEST_MAIN(FindTest)
#include "find_test.moc"
