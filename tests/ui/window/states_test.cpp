// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/format.h"
#include "ui/timeline/time_text.h"
#include "window_fixture.h"

#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class StatesTest : public QObject {
  Q_OBJECT

  static QString text(WindowFixture& fixture, const char* name) {
    const auto* label = fixture.find<QLabel>(name);
    return label != nullptr && label->isVisibleTo(&fixture.window)
               ? label->text().replace(QChar(0x00a0), u' ')
               : QString();
  }

 private Q_SLOTS:
  void noSession_offersOne() {
    WindowFixture fixture;
    QCOMPARE(text(fixture, "welcomeTitle"), QStringLiteral("See a thread pool at work"));
    QCOMPARE(fixture.window.windowTitle(), QStringLiteral("Poolscope"));
    fixture.find<QPushButton>("welcomeStart")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"start web-scraping"});
  }

  void noTaskYet_saysThatThePoolWaits() {
    WindowFixture fixture;
    SampleSession sample(8);
    fixture.engine.showLive(sample.snapshot(), kSecond, 8);
    QVERIFY(text(fixture, "coachText").contains(QStringLiteral("waits for its first task")));
  }

  void running_tellsFigures_andWhatToTry() {
    WindowFixture fixture;
    fixture.showLive();
    QCOMPARE(fixture.window.windowTitle(), QStringLiteral("Web scraping \u2014 Poolscope"));
    QVERIFY(text(fixture, "coachText")
                .startsWith(QStringLiteral("8 workers take tasks from the queue")));
    QCOMPARE(text(fixture, "workersLine"), QStringLiteral("Pool: 8 of 8 workers started"));
    QCOMPARE(text(fixture, "lostLine"), QStringLiteral("0 events lost"));
    QVERIFY(text(fixture, "throughputFigure").toDouble() > 10);
    QCOMPARE(text(fixture, "throughputWindow"), QStringLiteral("last 2.0 s"));
    QVERIFY(fixture.find("figureTiles")
                ->accessibleDescription()
                .contains(QStringLiteral("queue wait p99")));
    QCOMPARE(text(fixture, "playbackMode"), QStringLiteral("LIVE"));
  }

  void taskCounts_areOfTheFrameShown() {
    WindowFixture fixture;
    SampleSession sample(1);
    sample.ordinary(kSecond, kSecond, 2 * kSecond, 0);
    fixture.engine.showLive(sample.snapshot(), 3 * kSecond / 2, 1);
    fixture.window.grabPicture();
    const auto* tiles = fixture.find("figureTiles");
    QVERIFY(tiles->accessibleDescription().contains(QStringLiteral("running 1, finished 0")));
    fixture.engine.setNow(3 * kSecond);
    fixture.window.showNextFrame();  // right after the figures' last turn
    QVERIFY2(tiles->accessibleDescription().contains(QStringLiteral("running 0, finished 1")),
             qPrintable(tiles->accessibleDescription()));
  }

  void replay_asksForNoChangeOfMaxWorkers() {
    WindowFixture fixture;
    SampleSession sample(1);
    sample.ordinary(kSecond, kSecond, 2 * kSecond, 0);
    fixture.engine.showLive(sample.snapshot(), 3 * kSecond, 1);
    QCOMPARE(text(fixture, "resizeEffect"), QStringLiteral("change max_workers to compare"));
    fixture.engine.showFile(sample.snapshot(), QStringLiteral("cut.pftrace"));
    QCOMPARE(text(fixture, "resizeEffect"), QString());
  }

  void firstStart_saysWhatComes() {
    WindowFixture fixture;
    fixture.engine.change([&](EngineState& state) {
      state.activity = EngineState::Activity::starting;
      state.scenario = fixture.engine.scenarios().first();
    });
    QCOMPARE(text(fixture, "welcomeTitle"), QStringLiteral("Starting Web scraping\u2026"));
    QCOMPARE(text(fixture, "workersLine"), QStringLiteral("Pool: starting"));
    QCOMPARE(fixture.find<QComboBox>("scenario")->currentText(), QStringLiteral("Web scraping"));
    QVERIFY(!fixture.find("welcomeStart")->isVisibleTo(&fixture.window));
    fixture.engine.change([](EngineState& state) { state = {}; });
    QCOMPARE(text(fixture, "workersLine"), QStringLiteral("No pool yet"));
  }

  void frozen_offersTheWayBack() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::freeze);
    QCOMPARE(text(fixture, "playbackMode"), QStringLiteral("frozen"));
    auto* back = fixture.find<QPushButton>("backToLive");
    QVERIFY(back->isVisibleTo(&fixture.window));
    back->click();
    QCOMPARE(text(fixture, "playbackMode"), QStringLiteral("LIVE"));
    QVERIFY(!back->isVisibleTo(&fixture.window));
  }

  void lookedBack_offersTheWayBack() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::pan_left);
    QCOMPARE(text(fixture, "playbackMode"), QStringLiteral("view stands"));
    QVERIFY(fixture.find<QPushButton>("backToLive")->isVisibleTo(&fixture.window));
  }

  void deadlock_isTold_asLongAsItLasts() {
    WindowFixture fixture;
    SampleSession sample(1);
    const auto parent = sample.queue(kSecond, "parent");
    sample.start(parent, kSecond, 0);
    sample.blockWorker(parent, sample.queue(kSecond, "child"), kSecond);
    fixture.engine.showLive(sample.snapshot(), 3 * kSecond / 2, 1);
    fixture.window.grabPicture();
    QVERIFY(text(fixture, "messageText").isEmpty());  // not yet for half a second
    fixture.engine.setNow(2 * kSecond);
    fixture.window.grabPicture();
    QVERIFY2(text(fixture, "messageText").startsWith(QStringLiteral("Nothing can run any more")),
             qPrintable(text(fixture, "messageText")));
    // Told once: who dismissed it knows.
    fixture.find<QPushButton>("dismissMessage")->click();
    fixture.window.grabPicture();
    QVERIFY(text(fixture, "messageText").isEmpty());
    // Helped, and stuck again.
    sample.resize(3 * kSecond, 1, 2);
    fixture.engine.showLive(sample.snapshot(), 5 * kSecond, 2);
    fixture.window.grabPicture();
    QVERIFY(text(fixture, "messageText").isEmpty());
    sample.resize(6 * kSecond, 2, 1);
    fixture.engine.showLive(sample.snapshot(), 9 * kSecond, 1);
    fixture.window.grabPicture();
    QVERIFY(!text(fixture, "messageText").isEmpty());
    fixture.engine.showLive(SampleSession(1).snapshot(), kSecond, 1);
    fixture.window.grabPicture();
    QVERIFY(text(fixture, "messageText").isEmpty());
  }

  void finished_saysWhatNext() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::finished; });
    const auto all = fixture.engine.snapshot()->statistics();
    QVERIFY(all.failed > 0);
    QVERIFY2(text(fixture, "coachText")
                 .startsWith(QStringLiteral("Done: %1 tasks finished, %2 of them failed. ")
                                 .arg(all.finished)
                                 .arg(all.failed)),
             qPrintable(text(fixture, "coachText")));
  }

  void finished_showsAllOfAShortSession() {
    WindowFixture fixture;
    SampleSession sample(5);
    for (std::uint32_t i = 0; i < 3; ++i) {
      sample.ordinary(0, 1 + i * 100'000, 2'300'000 + i * 100'000, i);
    }
    sample.shutDown(2'600'000);
    fixture.engine.showLive(sample.snapshot(), kSecond, 5);
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::finished; });
    const TimeRange range = fixture.view()->viewState().range();
    QCOMPARE(range.begin, fixture.engine.snapshot()->begin());
    QVERIFY2(range.length() < 4'000'000, qPrintable(QString::number(range.length())));
    QCOMPARE(text(fixture, "throughputFigure"), countText(1154));  // 3 in 2.6 ms
    QCOMPARE(text(fixture, "throughputWindow"), QStringLiteral("over 2.60 ms"));
    QCOMPARE(text(fixture, "workersLine"),
             QStringLiteral("Pool: shut down, 3 workers had started"));
  }

  void finished_leavesAViewAlone_thatTheUserChose() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::pan_left);
    const TimeRange range = fixture.view()->viewState().range();
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::finished; });
    QCOMPARE(fixture.view()->viewState().range(), range);
  }

  void finished_queueWait_isOfTheWholeSession() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::finished; });
    const auto all = fixture.engine.snapshot()->statistics();
    const QString expected =
        QStringLiteral("queue wait p50 %1").arg(formatSeconds(all.queue_wait->p50));
    QTRY_VERIFY(fixture.find("figureTiles")->accessibleDescription().contains(expected));
  }

  void opened_queueWait_isOfTheWholeSession_orNotYetTold() {
    // The last 2,000, which is as many as a live view looks at, waited far longer than the others.
    constexpr int kTasks = 6'000;
    SampleSession sample(1);
    for (int i = 0; i < kTasks; ++i) {
      const session::TimeNs begin = session::TimeNs{i} * kSecond / 1'000;
      const session::TimeNs wait = i < kTasks - 2'000 ? 1'000 : 900'000;
      sample.ordinary(begin, begin + wait, begin + wait + 10'000, 0);
    }
    const auto snapshot = sample.snapshot();
    const QString expected = QStringLiteral("queue wait p50 %1")
                                 .arg(formatSeconds(snapshot->statistics().queue_wait->p50));
    WindowFixture fixture;
    const auto words = [&] { return fixture.find("figureTiles")->accessibleDescription(); };
    fixture.engine.showFile(snapshot, QStringLiteral("long.pftrace"));
    fixture.view()->selectRange(0, kSecond);
    QVERIFY2(
        words().contains(QStringLiteral("queue wait p50 \u2013")) || words().contains(expected),
        qPrintable(words()));
    QTRY_VERIFY(words().contains(expected));
  }

  void noNetwork_doesNotClaimThatWorkersWork() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change(
        [](EngineState& state) { state.trouble = QStringLiteral("No network: nothing answers"); });
    QCOMPARE(text(fixture, "coachText"), QString());
  }

  void saved_isSeen_alsoAfterAFailure() {
    WindowFixture fixture;
    fixture.showLive();
    Q_EMIT fixture.engine.failed(QStringLiteral("a.pftrace: disk full"));
    Q_EMIT fixture.engine.saved(QStringLiteral("b.pftrace"));
    QCOMPARE(text(fixture, "messageText"), QStringLiteral("Saved to b.pftrace"));
    Q_EMIT fixture.engine.failed(QStringLiteral("c.pftrace: not a trace"));
    QCOMPARE(text(fixture, "messageText"), QStringLiteral("c.pftrace: not a trace"));
  }

  void wrongMaxWorkers_isToldInALine() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* field = fixture.find<QSpinBox>("maxWorkers");
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("5000"));
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(text(fixture, "messageText"),
             QStringLiteral("max_workers must be 1 to 4096; it stays 8."));
    QCOMPARE(fixture.engine.takeOrders(), QStringList{});
    QVERIFY(field->hasFocus());
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("50"));
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(text(fixture, "messageText"), QString());
    QVERIFY(fixture.view()->hasFocus());  // single keys work again
    fixture.window.showNextFrame();
    QCOMPARE(fixture.engine.takeOrders(), QStringList{"workers 50"});
  }

  void newestChoice_isInspected() {
    WindowFixture fixture;
    fixture.showLive();
    const auto begin = fixture.engine.snapshot()->begin();
    fixture.view()->selectTask({0, 7});
    fixture.view()->selectRange(begin, begin + kSecond);
    QCOMPARE(text(fixture, "inspectorTitle"), QStringLiteral("Selected range"));
    fixture.view()->selectTask({0, 8});
    QVERIFY(text(fixture, "inspectorTitle").endsWith(QStringLiteral("#8")));
    fixture.view()->selectRange(begin, begin + kSecond / 2);
    QCOMPARE(text(fixture, "inspectorTitle"), QStringLiteral("Selected range"));
  }

  void opening_showsHowFar() {
    WindowFixture fixture;
    fixture.engine.change([](EngineState& state) {
      state.source = EngineState::Source::file;
      state.activity = EngineState::Activity::opening;
      state.opening = QStringLiteral("/tmp/big.pftrace");
      state.openProgress = 0.42;
    });
    QCOMPARE(text(fixture, "welcomeTitle"), QStringLiteral("Opening big.pftrace"));
    QCOMPARE(fixture.find<QProgressBar>("openProgress")->value(), 42);
  }

  void opening_whatIsReadAlready_isShown_andGrows() {
    SampleSession sample(1);
    sample.ordinary(0, 1'000, 10'000'000, 0);
    WindowFixture fixture;
    fixture.engine.showOpening(sample.snapshot(), QStringLiteral("/tmp/big.pftrace"), 0.1);
    QVERIFY(fixture.view()->isVisibleTo(&fixture.window));
    const TimeRange before = fixture.view()->viewState().range();
    sample.ordinary(0, 10'000'000, kSecond, 0);
    fixture.engine.showMore(sample.snapshot(), 0.42);
    QVERIFY(text(fixture, "scenarioSummary").contains(QStringLiteral("big.pftrace: 42")));
    QVERIFY(before.length() < kSecond / 2);
    QVERIFY(fixture.view()->viewState().range().length() >= kSecond);
  }

  void failure_isTold_andTheSessionStays() {
    WindowFixture fixture;
    fixture.showLive();
    Q_EMIT fixture.engine.failed(QStringLiteral("a.pftrace: not a trace; open a recording"));
    QCOMPARE(text(fixture, "messageText"),
             QStringLiteral("a.pftrace: not a trace; open a recording"));
    QVERIFY(fixture.view()->isVisibleTo(&fixture.window));
    fixture.find<QPushButton>("dismissMessage")->click();
    QCOMPARE(text(fixture, "messageText"), QString());
  }

  void trouble_isToldWhileItLasts() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change(
        [](EngineState& state) { state.trouble = QStringLiteral("No network: nothing answers"); });
    QCOMPARE(text(fixture, "messageText"), QStringLiteral("No network: nothing answers"));
    fixture.engine.change([](EngineState& state) { state.trouble.clear(); });
    QCOMPARE(text(fixture, "messageText"), QString());
  }

  void whatIsMissingOfAFile_isTold() {
    WindowFixture fixture;
    fixture.showFile(QStringLiteral("a part of it is missing"));
    QCOMPARE(text(fixture, "messageText"),
             QStringLiteral("demo.pftrace: a part of it is missing. The rest of it is shown."));
    QVERIFY(text(fixture, "coachText").startsWith(QStringLiteral("A recorded session")));
    QCOMPARE(fixture.window.windowTitle(), QStringLiteral("demo.pftrace \u2014 Poolscope"));
  }

  void lostEvents_areToldOnce() {
    WindowFixture fixture;
    SampleSession sample(2);
    sample.ordinary(0, kSecond, 2 * kSecond, 0);
    sample.lose(2 * kSecond, 17);
    fixture.engine.showLive(sample.snapshot(), 3 * kSecond, 2);
    QVERIFY(text(fixture, "messageText").startsWith(QStringLiteral("17 events were lost")));
    QCOMPARE(text(fixture, "lostLine"), QStringLiteral("17 events lost"));
    fixture.find<QPushButton>("dismissMessage")->click();
    fixture.engine.change([](EngineState&) {});
    QCOMPARE(text(fixture, "messageText"), QString());
  }

  void eventsThatDoNotFit_areToldOnce() {
    WindowFixture fixture;
    SampleSession sample(2);
    const auto task = sample.ordinary(0, kSecond, 2 * kSecond, 0);
    for (int i = 1; i <= 3; ++i) {
      sample.finish(task, (2 + i) * kSecond);  // it had ended
    }
    const auto snapshot = sample.snapshot();
    QCOMPARE(snapshot->anomalies(), 3U);
    QCOMPARE(snapshot->statistics().finished, 1U);
    fixture.engine.showLive(snapshot, 6 * kSecond, 2);
    QVERIFY(text(fixture, "messageText")
                .startsWith(QStringLiteral("Events that did not fit what came before: 3.")));
    QCOMPARE(text(fixture, "lostLine"), QStringLiteral("0 events lost, 3 did not fit"));
    fixture.find<QPushButton>("dismissMessage")->click();
    fixture.engine.change([](EngineState&) {});
    QCOMPARE(text(fixture, "messageText"), QString());
  }

  void selectedTask_isInspected() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.view()->selectTask({0, 7});
    QVERIFY(text(fixture, "inspectorTitle").endsWith(QStringLiteral("#7")));
    QCOMPARE(text(fixture, "inspectorOutcome"), QStringLiteral("finished"));
    QCOMPARE(text(fixture, "inspectorName0"), QStringLiteral("waited"));
    fixture.find<QPushButton>("closeInspector")->click();
    QVERIFY(!text(fixture, "inspectorHintTitle").isEmpty());
  }

  void selectedRange_getsItsFigures() {
    WindowFixture fixture;
    fixture.showLive();
    const auto begin = fixture.engine.snapshot()->begin();
    fixture.view()->selectRange(begin, begin + kSecond);
    QCOMPARE(text(fixture, "inspectorTitle"), QStringLiteral("Selected range"));
    const auto expected = fixture.engine.snapshot()->statistics(begin, begin + kSecond).finished;
    QTRY_COMPARE(text(fixture, "inspectorName2"), QStringLiteral("tasks finished"));
    QCOMPARE(text(fixture, "inspectorValue2"), QString::number(expected));
  }

  void selectedRange_aheadOfTheReplay_hasNothingYet_andIsCountedAgainWhenItIsThere() {
    WindowFixture fixture;
    fixture.showFile();
    const auto snapshot = fixture.engine.snapshot();
    fixture.window.run(Command::go_to_start);
    const auto begin = snapshot->begin() + kSecond;
    fixture.view()->selectRange(begin, begin + kSecond);
    QTRY_COMPARE(text(fixture, "inspectorName2"), QStringLiteral("tasks finished"));
    QCOMPARE(text(fixture, "inspectorValue2"), QStringLiteral("0"));
    fixture.window.run(Command::go_to_end);
    const auto expected = QString::number(snapshot->statistics(begin, begin + kSecond).finished);
    QVERIFY(expected != QStringLiteral("0"));
    QTRY_VERIFY([&] {
      fixture.wall += kSecond;
      fixture.window.showNextFrame();
      return text(fixture, "inspectorValue2") == expected;
    }());
  }

  void introduction_dismissed_staysAway() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.find<QPushButton>("dismissCoach")->click();
    QCOMPARE(text(fixture, "coachText"), QString());
    QVERIFY(fixture.settings.introductionDone());
    fixture.showLive();
    QCOMPARE(text(fixture, "coachText"), QString());
  }
};

QTEST_MAIN(StatesTest)
#include "states_test.moc"
