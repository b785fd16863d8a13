// SPDX-License-Identifier: Apache-2.0
#include "app/live_engine.h"
#include "core/base/cores.h"
#include "core/experiment/run_figures.h"
#include "ui/panels/lesson_panel.h"

#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

using namespace poolscope;
using app::LiveEngine;
using Stage = ui::TrialInfo::Stage;
using Activity = ui::EngineState::Activity;

namespace {

constexpr int kAttempts = 5;  // rates are measured on a machine that does other things, too
constexpr int kDisturbedAttempts = 15;  // more, that do not count, where others took much of it
constexpr double kDisturbed = 0.1;      // of the cores
constexpr int kAtOnce = 12;

/// Whether it uses so little of a processor that many such scenarios can run side by side.
bool onlyWaits(const workload::Scenario& scenario) {
  constexpr auto kLittle = std::chrono::milliseconds(2);
  return std::ranges::none_of(scenario.tasks, [&](const workload::TaskKind& kind) {
    return std::ranges::any_of(kind.steps, [&](const workload::Step& step) {
      const auto* computes = std::get_if<workload::CpuStep>(&step);
      return computes != nullptr && computes->duration.a > kLittle;
    });
  });
}

/// A lesson on a real pool, whose button is pressed when the pool has run for a while; presses it
/// again, in a new run, if the machine was too busy to keep the promise.
class Lesson {
 public:
  Lesson(ui::Settings& settings, const workload::Scenario& scenario, int index)
      : scenario_(scenario),
        try_(scenario.tries[static_cast<std::size_t>(index)]),
        index_(index),
        engine_(settings, {}) {
    QObject::connect(&panel_, &ui::LessonPanel::tryChosen, &engine_, &LiveEngine::tryOut);
    QObject::connect(&panel_, &ui::LessonPanel::undoChosen, &engine_, &LiveEngine::undoTry);
    QObject::connect(&engine_, &LiveEngine::stateChanged, &panel_, [this] { look(); });
    start();
  }

  bool isOver() const { return isOver_; }
  Stage stage() const { return engine_.state().trial.stage; }
  QString words() const {
    return QStringLiteral("%1, \"%2\": %3")
        .arg(QString::fromStdString(scenario_.name), QString::fromStdString(try_.label),
             engine_.state().trial.text);
  }
  ui::LessonPanel& panel() { return panel_; }
  LiveEngine& engine() { return engine_; }

 private:
  void start() {
    isPressed_ = false;
    begin_ = experiment::usage_now();
    engine_.startScenario(QString::fromStdString(scenario_.name), false);
  }

  void look() {
    const ui::EngineState state = engine_.state();
    const bool live = state.source == ui::EngineState::Source::live;
    panel_.showLesson(state.scenario.lesson, state.scenario.tries);
    panel_.showTrial(state.trial, live && state.activity == Activity::running,
                     live && state.activity != Activity::starting, state.scenario.isChanged);
    const auto snapshot = engine_.snapshot();
    if (!live || snapshot->empty() || isOver_) {
      return;
    }
    const auto ran = std::chrono::nanoseconds(engine_.now() - snapshot->begin());
    auto* button = panel_.findChild<QPushButton*>(QStringLiteral("try%1").arg(index_));
    if (!isPressed_ && button->isEnabled() &&
        (ran > try_.during || state.activity == Activity::finished)) {
      isPressed_ = true;
      button->click();
    } else if (isPressed_ && state.trial.stage != Stage::looking) {
      ++(isDisturbed() ? disturbed_ : attempts_);
      isOver_ = state.trial.stage == Stage::kept || attempts_ == kAttempts ||
                disturbed_ == kDisturbedAttempts;
      if (!isOver_) {
        start();
      }
    }
  }

  /// Whether other programs took much of the cores since this attempt began.
  bool isDisturbed() const {
    return experiment::others_between(begin_, experiment::usage_now()) >
           kDisturbed * static_cast<double>(usable_cores());
  }

  const workload::Scenario& scenario_;
  const workload::Try& try_;
  const int index_;
  LiveEngine engine_;
  ui::LessonPanel panel_;
  experiment::UsageSample begin_ = {};
  int attempts_ = 0;  // that count
  int disturbed_ = 0;
  bool isPressed_ = false;
  bool isOver_ = false;
};

}  // namespace

/// Each button of each lesson does what it promises, on a real pool.
class TriesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyScenario_hasSomethingToTry() {
    for (const workload::Scenario& scenario : workload::gallery()) {
      QVERIFY2(!scenario.tries.empty(), scenario.name.c_str());
    }
  }

  void buttons_ofWaitingScenarios_keepWhatTheyPromise() { pressAll(true, kAtOnce); }
  void buttons_ofComputingScenarios_keepWhatTheyPromise() { pressAll(false, 1); }

  /// Else it would say that they get nothing done.
  void workersTried_whileItIsPaused_areLetWork() {
    LiveEngine engine(settings_, {});
    engine.startScenario(QStringLiteral("web-scraping"), false);
    QTRY_VERIFY(engine.state().activity == Activity::running);
    engine.pausePool();
    QTRY_VERIFY(engine.state().paused);
    engine.tryOut(0);
    QTRY_VERIFY(!engine.state().paused);
  }

  void tryThatStartsAgain_canBeTakenBack() {
    const auto scenario = workload::find_scenario("cancel-and-timeout");
    Lesson lesson(settings_, *scenario, 0);
    QTRY_VERIFY_WITH_TIMEOUT(lesson.isOver(), 180'000);
    QVERIFY(lesson.engine().state().scenario.isChanged);
    auto* undo = lesson.panel().findChild<QPushButton*>(QStringLiteral("undoTry"));
    QVERIFY(!undo->isHidden());
    undo->click();
    QTRY_VERIFY(!lesson.engine().state().scenario.isChanged);
    QTRY_COMPARE(lesson.engine().state().maxWorkers, 2);
    QVERIFY(lesson.engine().state().trial.stage == Stage::none);
    QVERIFY(undo->isHidden());
  }

 private:
  void pressAll(bool waiting, int atOnce) {
    std::vector<std::pair<const workload::Scenario*, int>> left;
    for (const workload::Scenario& scenario : workload::gallery()) {
      const bool oneCore = scenario.name == "cpu-bound" && usable_cores() < 2;
      if (onlyWaits(scenario) == waiting && !oneCore) {
        for (std::size_t i = 0; i < scenario.tries.size(); ++i) {
          left.emplace_back(&scenario, static_cast<int>(i));
        }
      }
    }
    QStringList broken;
    std::vector<std::unique_ptr<Lesson>> running;
    while (!left.empty() || !running.empty()) {
      while (!left.empty() && running.size() < static_cast<std::size_t>(atOnce)) {
        running.push_back(
            std::make_unique<Lesson>(settings_, *left.back().first, left.back().second));
        left.pop_back();
      }
      const auto over = [](const auto& lesson) { return lesson->isOver(); };
      QTRY_VERIFY_WITH_TIMEOUT(std::ranges::any_of(running, over), 180'000);
      for (const auto& lesson : running) {
        if (lesson->isOver()) {
          qInfo("%s", qPrintable(lesson->words()));
          if (lesson->stage() != Stage::kept) {
            broken << lesson->words();
          }
        }
      }
      std::erase_if(running, over);
    }
    QVERIFY2(broken.isEmpty(), qPrintable(broken.join(QLatin1Char('\n'))));
  }

  QTemporaryDir folder_;
  ui::Settings settings_{folder_.filePath(QStringLiteral("settings.ini"))};
};

QTEST_MAIN(TriesTest)
#include "tries_test.moc"
