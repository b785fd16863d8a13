// SPDX-License-Identifier: Apache-2.0
#include "ui/playback/playback_clock.h"

#include "sample_session.h"

#include <QTest>

using namespace poolscope;
using ui::PlaybackClock;

namespace {

constexpr session::TimeNs kSecond = 1'000'000'000;

}  // namespace

class PlaybackClockTest : public QObject {
  Q_OBJECT

  session::TimeNs wall_ = 50 * kSecond;
  PlaybackClock clock_{[this] { return wall_; }};

  void passLive(session::TimeNs present) {
    clock_.setBounds(kSecond, present);
    clock_.advance();
  }
  void passReplay(session::TimeNs wall) {
    wall_ += wall;
    clock_.advance();
  }

 private Q_SLOTS:
  void init() {
    clock_ = PlaybackClock([this] { return wall_; });
  }

  void live_followsThePresent() {
    clock_.startLive();
    passLive(3 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond);
    passLive(4 * kSecond);
    QCOMPARE(clock_.now(), 4 * kSecond);
    QVERIFY(clock_.atPresent());
  }

  void freeze_whileLive_standsAndGoesBackToThePresent() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.toggle();
    passLive(9 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond);
    QVERIFY(!clock_.isMoving());
    clock_.toggle();
    QCOMPARE(clock_.now(), 9 * kSecond);
    QVERIFY(clock_.atPresent());
  }

  void slower_whileLive_isSlowMotionFromHere() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.slower();
    QCOMPARE(clock_.speedText(), QStringLiteral("1/2x"));
    wall_ += kSecond;
    passLive(4 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond + kSecond / 2);
    QVERIFY(!clock_.atPresent());
    QVERIFY(clock_.isMoving());
  }

  void slowMotion_thatCatchesUp_isLiveAgain() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.slower();
    for (int i = 0; i < 3; ++i) {
      clock_.faster();
    }
    QCOMPARE(clock_.speedText(), QStringLiteral("5x"));
    wall_ += kSecond;
    passLive(4 * kSecond);
    QVERIFY(clock_.atPresent());
    QCOMPARE(clock_.now(), 4 * kSecond);
  }

  void slowMotion_thatCaughtUp_isForgotten() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.slower();
    for (int i = 0; i < 3; ++i) {
      clock_.faster();
    }
    wall_ += kSecond;
    passLive(4 * kSecond);
    QCOMPARE(clock_.speedText(), QStringLiteral("1x"));
    clock_.slower();
    QCOMPARE(clock_.speedText(), QStringLiteral("1/2x"));
  }

  void toggle_inSlowMotion_pausesIt_andGoesOn() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.slower();
    clock_.toggle();
    wall_ += kSecond;
    passLive(4 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond);
    QVERIFY(clock_.isSlowed());
    clock_.toggle();
    wall_ += kSecond;
    passLive(5 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond + kSecond / 2);
    QCOMPARE(clock_.speedText(), QStringLiteral("1/2x"));
    clock_.goToEnd();
    QVERIFY(clock_.atPresent());
    QVERIFY(!clock_.isSlowed());
  }

  void slowMotion_atTenThousandth_runsForHoursBehind() {
    clock_.startLive();
    passLive(3 * kSecond);
    for (int i = 0; i < 12; ++i) {
      clock_.slower();
    }
    for (int minute = 1; minute <= 240; ++minute) {
      wall_ += 60 * kSecond;
      passLive((3 + minute * 60) * kSecond);
      QCOMPARE(clock_.now(), 3 * kSecond + minute * 60 * kSecond / 10'000);
    }
  }

  void faster_atThePresent_doesNothing() {
    clock_.startLive();
    passLive(3 * kSecond);
    clock_.faster();
    QVERIFY(clock_.atPresent());
    QCOMPARE(clock_.speedText(), QStringLiteral("1x"));
  }

  void replay_plays_data() {
    QTest::addColumn<int>("speedSteps");
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("afterOneSecond");
    QTest::newRow("real time") << 0 << "1x" << qint64{kSecond};
    QTest::newRow("half") << -1 << "1/2x" << qint64{kSecond / 2};
    QTest::newRow("tenth") << -3 << "1/10x" << qint64{kSecond / 10};
    QTest::newRow("slowest") << -12 << "1/10000x" << qint64{kSecond / 10000};
    QTest::newRow("no slower than that") << -20 << "1/10000x" << qint64{kSecond / 10000};
    QTest::newRow("double") << 1 << "2x" << qint64{2 * kSecond};
    QTest::newRow("fastest") << 6 << "100x" << qint64{100 * kSecond};
    QTest::newRow("no faster than that") << 20 << "100x" << qint64{100 * kSecond};
  }
  void replay_plays() {
    QFETCH(int, speedSteps);
    QFETCH(QString, text);
    QFETCH(qint64, afterOneSecond);
    clock_.startReplay(kSecond, 1000 * kSecond, kSecond);
    for (int i = 0; i < std::abs(speedSteps); ++i) {
      speedSteps < 0 ? clock_.slower() : clock_.faster();
    }
    QVERIFY(!clock_.isPlaying());  // another speed alone does not play
    clock_.toggle();
    passReplay(kSecond);
    QCOMPARE(clock_.speedText(), text);
    QCOMPARE(qint64{clock_.now()} - kSecond, afterOneSecond);
  }

  void replay_inManySmallFrames_losesNoTime() {
    clock_.startReplay(0, 1000 * kSecond, 0);
    for (int i = 0; i < 12; ++i) {
      clock_.slower();
    }
    clock_.toggle();
    for (int i = 0; i < 6000; ++i) {
      passReplay(1'666);  // 1/10000 of it is less than a nanosecond
    }
    QCOMPARE(clock_.now(), session::TimeNs{6000 * 1'666 / 10000});
  }

  void replay_speedChangedWhilePlaying_goesOnFromWhereItIs() {
    clock_.startReplay(0, 1000 * kSecond, 0);
    clock_.toggle();
    passReplay(2 * kSecond);
    clock_.faster();
    QCOMPARE(clock_.now(), 2 * kSecond);
    passReplay(kSecond);
    QCOMPARE(clock_.now(), 4 * kSecond);
  }

  void replay_atItsEnd_stopsAndPlaysFromTheBeginning() {
    clock_.startReplay(kSecond, 3 * kSecond, 2 * kSecond);
    clock_.toggle();
    passReplay(5 * kSecond);
    QCOMPARE(clock_.now(), 3 * kSecond);
    QVERIFY(!clock_.isMoving());
    clock_.toggle();
    QCOMPARE(clock_.now(), kSecond);
    QVERIFY(clock_.isPlaying());
  }

  void seek_isClampedToTheSession_data() {
    QTest::addColumn<qint64>("wanted");
    QTest::addColumn<qint64>("got");
    QTest::newRow("inside") << qint64{2 * kSecond} << qint64{2 * kSecond};
    QTest::newRow("before") << qint64{0} << qint64{kSecond};
    QTest::newRow("after") << qint64{9 * kSecond} << qint64{3 * kSecond};
  }
  void seek_isClampedToTheSession() {
    QFETCH(qint64, wanted);
    QFETCH(qint64, got);
    clock_.startReplay(kSecond, 3 * kSecond, kSecond);
    clock_.toggle();
    clock_.seek(wanted);
    QCOMPARE(qint64{clock_.now()}, got);
    QVERIFY(!clock_.isPlaying());
  }

  void homeAndEnd_inReplay() {
    clock_.startReplay(kSecond, 3 * kSecond, 2 * kSecond);
    clock_.goToEnd();
    QCOMPARE(clock_.now(), 3 * kSecond);
    clock_.goToBegin();
    QCOMPARE(clock_.now(), kSecond);
  }

  void step_goesFromEventToEvent() {
    ui::SampleSession sample(1, 100);
    const auto task = sample.queue(200, "t");
    sample.start(task, 300, 0);
    sample.finish(task, 700);
    const auto snapshot = sample.snapshot();
    clock_.startReplay(100, 700, 250);
    clock_.stepForward(*snapshot);
    QCOMPARE(clock_.now(), session::TimeNs{300});
    clock_.stepForward(*snapshot);
    QCOMPARE(clock_.now(), session::TimeNs{700});
    clock_.stepForward(*snapshot);
    QCOMPARE(clock_.now(), session::TimeNs{700});
    clock_.stepBack(*snapshot);
    clock_.stepBack(*snapshot);
    QCOMPARE(clock_.now(), session::TimeNs{200});
  }
};

QTEST_APPLESS_MAIN(PlaybackClockTest)
#include "playback_clock_test.moc"
