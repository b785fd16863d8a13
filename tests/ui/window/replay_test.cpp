// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/message_bar.h"
#include "window_fixture.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class ReplayTest : public QObject {
  Q_OBJECT

  /// Ten seconds with notes at 2 and 5 s, and something else at 3 s.
  static std::shared_ptr<const session::Snapshot> withMarkers() {
    SampleSession sample(2);
    sample.ordinary(0, kSecond / 10, 10 * kSecond, 0);
    sample.marker(2 * kSecond, "first");
    sample.pause(3 * kSecond);
    sample.resume(4 * kSecond);
    sample.marker(5 * kSecond, "second");
    return sample.snapshot();
  }
  static void open(WindowFixture& fixture) {
    fixture.engine.showFile(withMarkers(), QStringLiteral("demo.pftrace"));
  }

 private Q_SLOTS:
  void markerKeys_jumpFromNoteToNote() {
    WindowFixture fixture;
    open(fixture);
    QVERIFY(fixture.showWindow());
    const PlaybackClock& clock = fixture.window.clock();
    QTest::keyClick(&fixture.window, Qt::Key_J, Qt::ShiftModifier);
    QCOMPARE(clock.now(), 5 * kSecond);
    QTest::keyClick(&fixture.window, Qt::Key_J, Qt::ShiftModifier);
    QCOMPARE(clock.now(), 2 * kSecond);
    QTest::keyClick(&fixture.window, Qt::Key_J, Qt::ShiftModifier);
    QCOMPARE(clock.now(), 2 * kSecond);  // there is none before
    QTest::keyClick(&fixture.window, Qt::Key_J);
    QCOMPARE(clock.now(), 5 * kSecond);
    QTest::keyClick(&fixture.window, Qt::Key_J);
    QCOMPARE(clock.now(), 5 * kSecond);
    const TimeRange seen = fixture.view()->viewState().range();
    QVERIFY(seen.begin <= clock.now() && clock.now() < seen.end);
  }

  void markerKeys_whileLive_freezeThere() {
    WindowFixture fixture;
    const auto snapshot = withMarkers();
    fixture.engine.showLive(snapshot, snapshot->end() + PlaybackClock::kLiveLagNs, 2);
    fixture.window.run(Command::previous_marker);
    QCOMPARE(fixture.window.clock().now(), 5 * kSecond);
    QVERIFY(!fixture.window.clock().atPresent());
    fixture.window.run(Command::go_to_end);
    QVERIFY(fixture.window.clock().atPresent());
  }

  void markersMenu_listsTheNotes_andLeadsThere() {
    WindowFixture fixture;
    auto* menu = fixture.find<QMenu>("markersMenu");
    QVERIFY(!menu->isEnabled());
    open(fixture);
    Q_EMIT qobject_cast<QMenu*>(menu->menuAction()->associatedObjects().first())->aboutToShow();
    QCOMPARE(menu->actions().size(), 2);
    QVERIFY(menu->actions().first()->text().contains(QStringLiteral("first")));
    menu->actions().first()->trigger();
    QCOMPARE(fixture.window.clock().now(), 2 * kSecond);
  }

  void loop_playsTheSelectedRange_againAndAgain() {
    WindowFixture fixture;
    open(fixture);
    QVERIFY(fixture.showWindow());
    fixture.view()->selectRange(2 * kSecond, 4 * kSecond);
    QTest::keyClick(&fixture.window, Qt::Key_O);
    const PlaybackClock& clock = fixture.window.clock();
    QVERIFY(clock.isPlaying() && clock.isLooping());
    QCOMPARE(clock.now(), 2 * kSecond);
    const auto pass = [&](session::TimeNs time) {
      fixture.wall += time;
      fixture.window.showNextFrame();
      return clock.now();
    };
    QCOMPARE(pass(kSecond), 3 * kSecond);
    QCOMPARE(pass(3 * kSecond / 2), 5 * kSecond / 2);
    QCOMPARE(pass(20 * kSecond), 5 * kSecond / 2);
    QVERIFY(fixture.find<QLabel>("playbackMode")->text().contains(QStringLiteral("loop")));
    fixture.view()->selectRange(7 * kSecond, 8 * kSecond);  // another one
    QCOMPARE(clock.now(), 7 * kSecond);
    QCOMPARE(pass(3 * kSecond / 2), 15 * kSecond / 2);
    QTest::keyClick(&fixture.window, Qt::Key_O);  // goes on
    QCOMPARE(pass(kSecond), 17 * kSecond / 2);
    QCOMPARE(pass(5 * kSecond), clock.end());
    QVERIFY(!clock.isPlaying());
  }

  void loop_withoutASelection_isWhatIsInSight() {
    WindowFixture fixture;
    open(fixture);
    fixture.view()->showRange(kSecond, 3 * kSecond);
    fixture.window.run(Command::loop_range);
    QCOMPARE(fixture.window.clock().now(), kSecond);
    fixture.wall += 5 * kSecond / 2;
    fixture.window.showNextFrame();
    QCOMPARE(fixture.window.clock().now(), 3 * kSecond / 2);
  }

  void loop_endsWithItsSelection() {
    WindowFixture fixture;
    open(fixture);
    fixture.view()->selectRange(2 * kSecond, 4 * kSecond);
    fixture.window.run(Command::loop_range);
    fixture.view()->clearRange();
    QVERIFY(!fixture.window.clock().isLooping());
    fixture.view()->selectRange(2 * kSecond, 4 * kSecond);
    fixture.window.run(Command::loop_range);
    fixture.window.run(Command::go_to_end);
    QVERIFY(!fixture.window.clock().isLooping());
  }

  void loop_ofARunningPool_pausesAndGoesOn() {
    WindowFixture fixture;
    const auto snapshot = withMarkers();
    fixture.engine.showLive(snapshot, snapshot->end() + PlaybackClock::kLiveLagNs, 2);
    fixture.view()->selectRange(2 * kSecond, 4 * kSecond);
    fixture.window.run(Command::loop_range);
    fixture.wall += 5 * kSecond / 2;
    fixture.window.showNextFrame();
    QCOMPARE(fixture.window.clock().now(), 5 * kSecond / 2);
    fixture.window.run(Command::freeze);
    QVERIFY(!fixture.window.clock().isPlaying());
    fixture.window.run(Command::freeze);
    QVERIFY(fixture.window.clock().isPlaying());
    fixture.window.run(Command::go_to_end);
    QVERIFY(fixture.window.clock().atPresent());
  }
};

QTEST_MAIN(ReplayTest)
#include "replay_test.moc"
