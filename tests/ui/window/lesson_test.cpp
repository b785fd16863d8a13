// SPDX-License-Identifier: Apache-2.0
#include "sweep_samples.h"
#include "ui/panels/code_view.h"
#include "ui/panels/side_tabs.h"
#include "window_fixture.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>

using namespace poolscope;
using namespace poolscope::ui;
using Activity = EngineState::Activity;

class LessonTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tryButton_isCarriedOutByTheEngine() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.takeOrders();
    fixture.find<QPushButton>("try1")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList(QStringLiteral("try 1")));
    fixture.engine.change([](EngineState& state) {
      state.trial = {
          .index = 1, .stage = TrialInfo::Stage::kept, .text = QStringLiteral("16 tasks/s.")};
    });
    QCOMPARE(fixture.find<QLabel>("tryText1")->text(),
             QStringLiteral("An eighth\n\u2713 Seen: 16 tasks/s."));
  }

  void runThatIsOver_canOnlyBeStartedAgain() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.change([](EngineState& state) { state.activity = Activity::finished; });
    QVERIFY(!fixture.find<QPushButton>("try0")->isEnabled());
    QVERIFY(fixture.find<QPushButton>("try2")->isEnabled());
  }

  void pausedForASweep_showsNothingOfATry() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.fakeSweeps().show(
        sampleState(SweepState::Activity::running, sampleSweep({1, 2}, 0.01, 1)));
    QVERIFY(!fixture.find<QPushButton>("try0")->isEnabled());
    QVERIFY(fixture.find<QPushButton>("try0")->toolTip().contains(QStringLiteral("measured")));
    QVERIFY(fixture.find<QPushButton>("try2")->isEnabled());  // it starts again, and ends the sweep
    fixture.engine.fakeSweeps().show(
        sampleState(SweepState::Activity::ended, sampleSweep({1, 2}, 0.01, 1)));
    QVERIFY(fixture.find<QPushButton>("try0")->isEnabled());
  }

  void recording_hasNothingToPress() {
    WindowFixture fixture;
    fixture.showFile();
    fixture.engine.change(
        [&](EngineState& state) { state.scenario = fixture.engine.scenarios().first(); });
    QVERIFY(!fixture.find<QPushButton>("try0")->isEnabled());
    QVERIFY(!fixture.find<QPushButton>("try2")->isEnabled());
  }

  void changedScenario_canBeStartedAsItWas() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.find<QPushButton>("undoTry")->isHidden());
    fixture.engine.change([](EngineState& state) { state.scenario.isChanged = true; });
    fixture.engine.takeOrders();
    fixture.find<QPushButton>("undoTry")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList(QStringLiteral("undo try")));
  }

  void chosenScenario_showsItsLesson_unlessAnotherPageWasTurnedTo() {
    WindowFixture fixture;
    fixture.showLive();
    const auto* tabs = fixture.find<SideTabs>("sideTabs");
    auto* list = fixture.find<QComboBox>("scenario");
    QVERIFY(!tabs->lessonShown());
    Q_EMIT list->activated(1);
    QVERIFY(tabs->lessonShown());
    fixture.find<QTabWidget>("tabs")->setCurrentIndex(0);
    Q_EMIT list->activated(0);
    QVERIFY(!tabs->lessonShown());
  }

  void linkToALesson_startsOneOfTheGalleryOnly() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.engine.takeOrders();
    auto* text = fixture.find<QLabel>("lessonText");
    Q_EMIT text->linkActivated(QStringLiteral("scenario:/tmp/mine.toml"));
    QVERIFY(fixture.engine.takeOrders().isEmpty());
    Q_EMIT text->linkActivated(QStringLiteral("scenario:cpu-bound"));
    QCOMPARE(fixture.engine.takeOrders(), QStringList(QStringLiteral("start cpu-bound")));
  }

  void litLine_isThatOfTheTimeShown() {
    SampleSession sample(1, kSecond);
    const auto task = sample.queue(kSecond + 1'000'000, "fetch");
    sample.start(task, kSecond + 2'000'000, 0);
    sample.block(task, kSecond + 3'000'000, 2 * kSecond);
    sample.finish(task, 2 * kSecond);
    sample.deliver(task, 2 * kSecond + 1'000'000);
    sample.queue(3 * kSecond, "fetch");
    WindowFixture fixture;
    fixture.engine.showFile(sample.snapshot(), QStringLiteral("a.pftrace"));
    fixture.engine.change(
        [&](EngineState& state) { state.scenario = fixture.engine.scenarios().first(); });
    const auto* code = fixture.find<CodeView>("code");
    const auto* words = fixture.find<QLabel>("codeStep");
    fixture.window.run(Command::go_to_start);
    while (fixture.window.clock().now() < kSecond + 3'000'000) {
      fixture.window.run(Command::next_event);
    }
    QCOMPARE(code->lit(), (std::optional<LineRange>({1, 2})));
    QVERIFY(words->text().startsWith(QStringLiteral("blocked in map()")));
    while (fixture.window.clock().now() < 2 * kSecond + 1'000'000) {
      fixture.window.run(Command::next_event);
    }
    QCOMPARE(words->text(), QStringLiteral("takes a result"));
    QCOMPARE(code->lit(), (std::optional<LineRange>({2, 3})));
  }
};

QTEST_MAIN(LessonTest)
#include "lesson_test.moc"
