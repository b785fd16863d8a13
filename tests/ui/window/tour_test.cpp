// SPDX-License-Identifier: Apache-2.0
#include "ui/window/tour.h"

#include "ui/panels/side_tabs.h"
#include "ui/panels/workers_control.h"
#include "window_fixture.h"

#include <QLabel>
#include <QPushButton>

using namespace poolscope;
using namespace poolscope::ui;

class TourTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tour_startsItsScenarioAndSaysASentence() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.engine.takeOrders();
    fixture.find<QPushButton>("welcomeTour")->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList(QStringLiteral("start web-scraping")));
    QVERIFY(fixture.find("tourStrip")->isVisible());
    QCOMPARE(fixture.find<QLabel>("tourText")->text(), tourSteps().first().text);
    QVERIFY(!fixture.find<QPushButton>("tourBack")->isEnabled());
    QVERIFY(fixture.find<QPushButton>("tourNext")->hasFocus());
    QVERIFY(fixture.find<SideTabs>("sideTabs")->lessonShown());
  }

  void keyboard_walksThroughAllOfIt_data() {
    QTest::addColumn<Qt::Key>("key");
    QTest::newRow("space") << Qt::Key_Space;
    QTest::newRow("enter") << Qt::Key_Return;
  }
  void keyboard_walksThroughAllOfIt() {
    QFETCH(Qt::Key, key);
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    fixture.engine.takeOrders();
    const qsizetype steps = tourSteps().size();
    QStringList started;
    for (qsizetype i = 1; i < steps; ++i) {
      QTest::keyClick(fixture.window.focusWidget(), key);
      started << fixture.engine.takeOrders();
      fixture.engine.change(
          [&](EngineState& state) { state.scenario.name = tourSteps()[i].scenario; });
      QCOMPARE(fixture.find<QLabel>("tourText")->text(), tourSteps()[i].text);
    }
    QCOMPARE(
        started,
        QStringList({QStringLiteral("start submit-vs-map"), QStringLiteral("start cpu-bound"),
                     QStringLiteral("start failing-tasks"), QStringLiteral("start deadlock")}));
    QTest::keyClick(fixture.window.focusWidget(), key);
    QVERIFY(fixture.find("tourStrip")->isHidden());
    QVERIFY(fixture.view()->hasFocus());
  }

  void focus_staysInTheTour_whenItsScenarioStarts() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.find<QPushButton>("welcomeTour")->click();
    fixture.engine.showLive(session::Session().snapshot(), 0, 8);  // it starts: no task yet
    fixture.window.showNextFrame();
    fixture.showLive();
    fixture.window.showNextFrame();
    QVERIFY(fixture.view()->isVisible());
    QVERIFY(fixture.find<QPushButton>("tourNext")->hasFocus());
  }

  void focus_goesOnToNext_whenItsButtonStartsTheScenarioAgain() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    fixture.find<QPushButton>("tourNext")->click();
    fixture.find<QPushButton>("tourNext")->click();
    auto* button = fixture.find<QPushButton>("tourTry");
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Return);
    fixture.engine.change(
        [](EngineState& state) { state.activity = EngineState::Activity::starting; });
    QVERIFY(!button->isEnabled());
    QVERIFY(fixture.find<QPushButton>("tourNext")->hasFocus());
  }

  void buttons_stayWhereTheyAre_whenAMessageComes() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    auto* next = fixture.find<QPushButton>("tourNext");
    const auto place = [&] { return next->mapTo(&fixture.window, QPoint()); };
    QCoreApplication::processEvents();
    const QPoint before = place();
    fixture.find<WorkersControl>("workersControl")->refused();
    QCoreApplication::processEvents();
    QVERIFY(fixture.find("messageBar")->isVisible());
    QCOMPARE(place(), before);
  }

  void step_isSeenOnTheTimeline_whateverPageCoversIt() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    fixture.window.run(Command::find_workers);
    QVERIFY(!fixture.view()->isVisible());
    fixture.find<QPushButton>("tourNext")->click();
    QVERIFY(fixture.view()->isVisible());
    fixture.find<QPushButton>("tourNext")->click();
    fixture.window.run(Command::find_workers);
    auto* button = fixture.find<QPushButton>("tourTry");
    QVERIFY(button->isVisible() && button->isEnabled());
    button->click();
    QVERIFY(fixture.view()->isVisible());
    QVERIFY(fixture.view()->hasFocus());  // which was on the page
  }

  void back_leadsToTheStepBefore() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    fixture.find<QPushButton>("tourNext")->click();
    fixture.find<QPushButton>("tourBack")->click();
    QCOMPARE(fixture.find<QLabel>("tourText")->text(), tourSteps().first().text);
  }

  void button_triesWhatTheSentenceSays_andTellsWhatCameOfIt() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    QVERIFY(fixture.find<QPushButton>("tourTry")->isHidden());
    fixture.find<QPushButton>("tourNext")->click();
    fixture.find<QPushButton>("tourNext")->click();
    auto* button = fixture.find<QPushButton>("tourTry");
    QVERIFY(!button->isHidden());
    QCOMPARE(button->text(), QStringLiteral("1 worker"));
    fixture.engine.takeOrders();
    button->click();
    QCOMPARE(fixture.engine.takeOrders(), QStringList(QStringLiteral("try 1")));
    fixture.engine.change([](EngineState& state) {
      state.trial = {
          .index = 1, .stage = TrialInfo::Stage::kept, .text = QStringLiteral("16 tasks/s.")};
    });
    QCOMPARE(fixture.find<QLabel>("tourSeen")->text(), QStringLiteral("\u2713 Seen: 16 tasks/s."));
  }

  void leaving_remembersNothing() {
    WindowFixture fixture;
    fixture.showLive();
    fixture.window.run(Command::guided_tour);
    fixture.find<QPushButton>("tourNext")->click();
    fixture.find<QPushButton>("leaveTour")->click();
    QVERIFY(fixture.find("tourStrip")->isHidden());
    QVERIFY(!fixture.settings.introductionDone());
    fixture.window.run(Command::guided_tour);
    QCOMPARE(fixture.find<QLabel>("tourText")->text(), tourSteps().first().text);
  }

  void hints_areSilentMeanwhile_andOfferTheTour() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(!fixture.find("coachStrip")->isHidden());
    fixture.find<QPushButton>("coachTour")->click();
    QVERIFY(!fixture.find("tourStrip")->isHidden());
    fixture.window.showNextFrame();
    QVERIFY(fixture.find("coachStrip")->isHidden());
    fixture.find<QPushButton>("leaveTour")->click();
    QVERIFY(!fixture.find("coachStrip")->isHidden());
  }
};

QTEST_MAIN(TourTest)
#include "tour_test.moc"
