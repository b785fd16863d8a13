// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario.h"
#include "ui/panels/code_panel.h"
#include "ui/panels/code_view.h"
#include "ui/panels/side_tabs.h"
#include "window_fixture.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabWidget>
#include <QToolButton>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

ScenarioInfo infoOf(const workload::Scenario& scenario) {
  ScenarioInfo info{.name = QString::fromStdString(scenario.name),
                    .title = QString::fromStdString(scenario.title),
                    .lesson = QString::fromStdString(scenario.lesson),
                    .code = QString::fromStdString(scenario.code),
                    .codeCpp = QString::fromStdString(scenario.code_cpp)};
  for (const workload::Try& one : scenario.tries) {
    info.tries.append({.label = QString::fromStdString(one.label),
                       .promise = QString::fromStdString(one.say),
                       .startsAgain = !one.with.empty()});
  }
  return info;
}

/// The window that Poolscope opens with, with the scenario running.
struct OpenedScenario {
  explicit OpenedScenario(const QString& name)
      : scenario(*workload::find_scenario(name.toStdString())),
        fixture(QSize(1280, 800)),
        isShown(fixture.showWindow()) {
    fixture.showLive();
    fixture.engine.change([&](EngineState& state) { state.scenario = infoOf(scenario); });
  }
  workload::Scenario scenario;
  WindowFixture fixture;
  bool isShown;
};

}  // namespace

/// A lesson is one screen: nothing of the gallery's has to be scrolled to in the window that
/// Poolscope opens with.
class LessonRoomTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void lesson_fitsTheWindow_data() {
    QTest::addColumn<QString>("name");
    for (const workload::Scenario& scenario : workload::gallery()) {
      QTest::newRow(scenario.name.c_str()) << QString::fromStdString(scenario.name);
    }
  }

  void lesson_fitsTheWindow() {
    QFETCH(QString, name);
    OpenedScenario opened(name);
    QVERIFY(opened.isShown);
    WindowFixture& fixture = opened.fixture;
    fixture.find<SideTabs>("sideTabs")->showLessonTab();
    fixture.window.showNextFrame();
    const auto* bar = fixture.find<QScrollArea>("lesson")->verticalScrollBar();
    const auto overflow = [&] {
      QCoreApplication::processEvents();
      return bar->maximum();
    };
    QCOMPARE(overflow(), 0);
    // Nor when one was tried, and what was seen stands below it.
    for (int i = 0; i < static_cast<int>(opened.scenario.tries.size()); ++i) {
      fixture.engine.change([&](EngineState& state) {
        state.scenario.isChanged = !opened.scenario.tries[static_cast<std::size_t>(i)].with.empty();
        state.trial = {.index = i,
                       .stage = TrialInfo::Stage::kept,
                       .text = QStringLiteral("69.5 ms run time (p50), 2.64 times as much as "
                                              "before.")};
      });
      QVERIFY2(overflow() == 0,
               qPrintable(QStringLiteral("try %1: %2 px too much").arg(i).arg(bar->maximum())));
    }
  }

  void highWindow_showsTheCodeBelowTheLesson_data() { lesson_fitsTheWindow_data(); }

  void highWindow_showsTheCodeBelowTheLesson() {
    QFETCH(QString, name);
    OpenedScenario opened(name);
    QVERIFY(opened.isShown);
    WindowFixture& fixture = opened.fixture;
    auto* tabs = fixture.find<SideTabs>("sideTabs");
    auto* lesson = fixture.find<QScrollArea>("lesson");
    auto* code = fixture.find<CodeView>("code");
    tabs->showLessonTab();
    QVERIFY(!tabs->codeShown());
    fixture.window.resize(1920, 1080);
    fixture.window.showNextFrame();
    QCoreApplication::processEvents();
    QVERIFY(tabs->lessonShown() && tabs->codeShown());
    QCOMPARE(lesson->verticalScrollBar()->maximum(), 0);
    QVERIFY(code->mapTo(tabs, QPoint()).y() > lesson->mapTo(tabs, lesson->rect().bottomLeft()).y());
    // Nothing between them is left empty.
    QVERIFY(lesson->height() <= lesson->sizeHint().height() + 2);
    fixture.find<QTabWidget>("tabs")->setCurrentIndex(0);
    QVERIFY(!tabs->lessonShown() && tabs->codeShown());
    tabs->showLessonTab();
    fixture.window.resize(1280, 800);
    QCoreApplication::processEvents();
    QVERIFY(!tabs->codeShown());
  }

  void code_isNowhereWiderThanItsCard_data() { lesson_fitsTheWindow_data(); }

  void code_isNowhereWiderThanItsCard() {
    QFETCH(QString, name);
    OpenedScenario opened(name);
    QVERIFY(opened.isShown);
    WindowFixture& fixture = opened.fixture;
    fixture.window.showNextFrame();
    const auto* bar = fixture.find<CodeView>("code")->horizontalScrollBar();
    for (const char* language : {"codePython", "codeCpp"}) {
      fixture.find<QToolButton>(language)->click();
      QCoreApplication::processEvents();
      QVERIFY2(bar->maximum() == 0, language);
    }
  }

  /// Which call, of which task: what is lit in the code is said beside it, uncut.
  void words_besideTheCode_haveRoom() {
    WindowFixture fixture(QSize(1280, 800));
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.engine.change([](EngineState& state) {
      state.scenario.code = QStringLiteral("pool = ThreadPoolExecutor()\npool.submit(f).result()");
      state.scenario.codeCpp = QStringLiteral("ThreadPoolExecutor pool;\npool.submit(f).result();");
    });
    fixture.window.showNextFrame();
    const CallerStep step{.kind = CallerStep::Kind::waits, .reason = trace::BlockReason::result};
    fixture.find<CodePanel>("codePanel")
        ->showStep(step, QStringLiteral("blocked in result(): task 123"));
    QCoreApplication::processEvents();
    const auto* words = fixture.find<QLabel>("codeStep");
    QVERIFY2(words->width() >= words->sizeHint().width(),
             qPrintable(
                 QStringLiteral("%1 of %2 px").arg(words->width()).arg(words->sizeHint().width())));
  }

  void wayBack_standsBesideWhatItTakesBack() {
    WindowFixture fixture;
    QVERIFY(fixture.showWindow());
    fixture.showLive();
    fixture.find<SideTabs>("sideTabs")->showLessonTab();
    const auto middle = [&](const char* name) {
      QCoreApplication::processEvents();
      auto* button = fixture.find<QPushButton>(name);
      return button->mapTo(&fixture.window, button->rect().center());
    };
    for (const int index : {2, 0}) {
      fixture.engine.change([&](EngineState& state) {
        state.scenario.isChanged = true;
        state.trial = {.index = index, .stage = TrialInfo::Stage::looking};
      });
      const QByteArray name = QByteArrayLiteral("try") + QByteArray::number(index);
      QCOMPARE(middle("undoTry").y(), middle(name.constData()).y());
      QVERIFY(middle("undoTry").x() > middle(name.constData()).x());
    }
  }
};

QTEST_MAIN(LessonRoomTest)
#include "lesson_room_test.moc"
