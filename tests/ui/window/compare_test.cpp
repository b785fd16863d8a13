// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "ui/panels/message_bar.h"
#include "ui/window/compare_page.h"
#include "window_fixture.h"

#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QTest>
#include <QToolButton>

using namespace poolscope;
using namespace poolscope::ui;

class CompareTest : public QObject {
  Q_OBJECT

  /// `count` tasks one after another, of `length` each; the first is queued at `first`.
  static std::shared_ptr<const session::Snapshot> inARow(session::TimeNs first, int count,
                                                         session::TimeNs length) {
    SampleSession sample(1);
    session::TimeNs time = first;
    for (int i = 0; i < count; ++i) {
      sample.ordinary(time, time + kSecond / 1000, time + length, 0);
      time += length;
    }
    return sample.snapshot();
  }
  /// The page, with A of ten tasks of 1 s and B of ten tasks of 500 ms that begin 2 s later.
  static ComparePage* compared(WindowFixture& fixture) {
    fixture.engine.showFile(inARow(kSecond, 10, kSecond), QStringLiteral("slow.pftrace"));
    const QString other = fixture.folder.filePath(QStringLiteral("quick.pftrace"));
    if (!storage::save_recording(*inARow(3 * kSecond, 10, kSecond / 2), other.toStdString(), {})
             .has_value() ||
        !fixture.showWindow()) {
      return nullptr;
    }
    choose(fixture, other);
    if (!fixture.showWindow()) {  // again: the dialog was in front
      return nullptr;
    }
    return fixture.find<ComparePage>("comparePage");
  }
  static void choose(WindowFixture& fixture, const QString& file) {
    fixture.window.run(Command::compare_recording);
    auto* dialog = fixture.window.findChild<QFileDialog*>();
    Q_EMIT dialog->fileSelected(file);
    dialog->close();
    QTRY_VERIFY(fixture.find("comparePage") != nullptr ||
                fixture.find<MessageBar>("messageBar")->text().contains(QStringLiteral("choose")));
  }
  static TimeRange shared(const ComparePage& page, std::size_t index, session::TimeNs zero) {
    const TimeRange range = page.view(index)->viewState().range();
    return {range.begin - zero, range.end - zero};
  }

 private Q_SLOTS:
  void chosenRecording_standsBelowTheSession_withWords() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr && page->isVisible());
    QVERIFY(!fixture.view()->isVisible());
    QCOMPARE(page->findChild<QLabel*>("compareAName")->text(), QStringLiteral("A: slow.pftrace"));
    QCOMPARE(page->findChild<QLabel*>("compareBName")->text(), QStringLiteral("B: quick.pftrace"));
    const QString words = page->findChild<QLabel*>("compareWords")->text();
    QVERIFY2(words.contains(QStringLiteral("times the throughput of A")), qPrintable(words));
    QVERIFY2(words.contains(QStringLiteral("Run time")), qPrintable(words));
    QVERIFY(page->view(0)->y() < page->view(1)->y());
    QCOMPARE(page->view(0)->width(), page->view(1)->width());
  }

  void axis_beginsAtTheFirstTaskOfEach_andIsShared() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    QCOMPARE(shared(*page, 0, kSecond), shared(*page, 1, 3 * kSecond));
    const TimelineScene a = page->view(0)->scene();
    const TimelineScene b = page->view(1)->scene();
    QCOMPARE(a.ticks.size(), b.ticks.size());
    QVERIFY(a.ticks.size() > 2);
    for (qsizetype i = 0; i < a.ticks.size(); ++i) {
      QCOMPARE(a.ticks[i].x, b.ticks[i].x);
      QCOMPARE(a.ticks[i].label, b.ticks[i].label);
    }
  }

  void axis_isShared_whereOnlyOneOfThemScrolls() {
    WindowFixture fixture;
    SampleSession sample(24);  // workers
    for (int i = 0; i < 24; ++i) {
      sample.ordinary(kSecond, kSecond + kSecond / 1000, 2 * kSecond, static_cast<std::size_t>(i));
    }
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    page->showSessions({.name = QStringLiteral("a"), .snapshot = inARow(kSecond, 10, kSecond)},
                       {.name = QStringLiteral("b"), .snapshot = sample.snapshot()}, {});
    QTRY_VERIFY(page->view(1)->verticalScrollBar()->isVisible());
    QVERIFY(!page->view(0)->verticalScrollBar()->isVisible());
    QTRY_COMPARE(page->view(0)->scene().canvas.right(), page->view(1)->scene().canvas.right());
  }

  void shorterSession_standsAtItsEnd_whatRanThenRunsNoLonger() {
    WindowFixture fixture;
    fixture.engine.showFile(inARow(kSecond, 10, kSecond), QStringLiteral("slow.pftrace"));
    SampleSession killed(1);
    killed.ordinary(kSecond, kSecond + 1, 2 * kSecond, 0);
    killed.start(killed.queue(kSecond, "fetch page"), 2 * kSecond + 1, 0);
    killed.queue(3 * kSecond, "fetch page");
    const QString other = fixture.folder.filePath(QStringLiteral("killed.pftrace"));
    QVERIFY(storage::save_recording(*killed.snapshot(), other.toStdString(), {}).has_value());
    QVERIFY(fixture.showWindow());
    choose(fixture, other);
    auto* page = fixture.find<ComparePage>("comparePage");
    QVERIFY(page != nullptr);
    QCOMPARE(page->clock().now(), page->clock().end());
    QCOMPARE(page->view(0)->frame().now, page->clock().now() + kSecond);
    QCOMPARE(page->view(1)->frame().now, 3 * kSecond + 1);
    const TimelineScene scene = page->view(1)->scene();
    QVERIFY(scene.nowX.has_value());
    QVERIFY(*scene.nowX < *page->view(0)->scene().nowX);
    QCOMPARE(scene.panes[0].bars.size(), 2);
    for (const TaskBar& bar : scene.panes[0].bars) {
      QVERIFY(bar.rect.right() <= *scene.nowX + 1);
    }
  }

  void zoomAndPan_ofOne_moveTheOther() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    const auto before = shared(*page, 0, kSecond);
    QTest::keyClick(&fixture.window, Qt::Key_W);
    QVERIFY(shared(*page, 0, kSecond).length() < before.length());
    QCOMPARE(shared(*page, 0, kSecond), shared(*page, 1, 3 * kSecond));
    page->view(1)->panRight();
    QCOMPARE(shared(*page, 0, kSecond), shared(*page, 1, 3 * kSecond));
    page->view(1)->showRange(4 * kSecond, 5 * kSecond);
    QCOMPARE(shared(*page, 0, kSecond), (TimeRange{kSecond, 2 * kSecond}));
    QTest::keyClick(&fixture.window, Qt::Key_F);
    QCOMPARE(shared(*page, 0, kSecond), before);
    QCOMPARE(shared(*page, 1, 3 * kSecond), before);
  }

  void replay_movesBoth_beyondTheEndOfTheShorter() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    QTest::keyClick(&fixture.window, Qt::Key_Home);
    QTest::keyClick(&fixture.window, Qt::Key_Space);
    QVERIFY(page->clock().isPlaying());
    QVERIFY(!fixture.window.clock().isPlaying());
    const session::TimeNs begin = page->clock().begin();
    fixture.wall += 4 * kSecond;
    page->showNextFrame();
    QCOMPARE(page->clock().now(), begin + 4 * kSecond);
    QCOMPARE(page->view(0)->frame().now - kSecond, page->clock().now());
    QCOMPARE(page->view(1)->frame().now - 3 * kSecond, page->clock().now());
    fixture.wall += 5 * kSecond;
    page->showNextFrame();
    QVERIFY(page->clock().isPlaying());
    QCOMPARE(page->view(0)->frame().now - kSecond, page->clock().now());
    QCOMPARE(page->view(1)->frame().now, page->view(1)->frame().snapshot->end() + 1);
    fixture.wall += 60 * kSecond;
    page->showNextFrame();
    QVERIFY(!page->clock().isPlaying());
    QCOMPARE(page->clock().now(), page->clock().end());
    QTest::keyClick(&fixture.window, Qt::Key_Comma);
    QVERIFY(page->clock().now() < page->clock().end());
    page->findChild<QSlider*>("comparePosition")->setValue(500);
    QVERIFY(qAbs(page->clock().now() - (begin + page->clock().end()) / 2) < kSecond / 10);
  }

  void escape_showsTheSessionAgain_asItWas() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    const TimeRange seen = fixture.view()->viewState().range();
    QTest::keyClick(&fixture.window, Qt::Key_W);
    QTest::keyClick(page->view(0), Qt::Key_Escape);
    QVERIFY(!page->isVisible());
    QVERIFY(fixture.view()->isVisible());
    QCOMPARE(fixture.view()->viewState().range(), seen);
    QTest::keyClick(&fixture.window, Qt::Key_W);
    QVERIFY(fixture.view()->viewState().range().length() < seen.length());
  }

  void anotherSession_closesTheComparison() {
    WindowFixture fixture;
    ComparePage* page = compared(fixture);
    QVERIFY(page != nullptr);
    fixture.showFile();
    QVERIFY(!page->isVisible());
    QVERIFY(fixture.view()->isVisible());
  }

  void whatIsNoRecording_isSaid() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    const QString file = fixture.folder.filePath(QStringLiteral("rubbish.pftrace"));
    QFile rubbish(file);
    QVERIFY(rubbish.open(QIODevice::WriteOnly));
    rubbish.write("rubbish");
    rubbish.close();
    fixture.window.run(Command::compare_recording);
    auto* dialog = fixture.window.findChild<QFileDialog*>();
    Q_EMIT dialog->fileSelected(file);
    dialog->close();
    auto* messages = fixture.find<MessageBar>("messageBar");
    QTRY_VERIFY(messages->text().contains(QStringLiteral("rubbish.pftrace")) &&
                !messages->text().startsWith(QStringLiteral("Reading")));
    QVERIFY(fixture.find("comparePage") == nullptr);
  }
};

QTEST_MAIN(CompareTest)
#include "compare_test.moc"
