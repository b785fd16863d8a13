// SPDX-License-Identifier: Apache-2.0
// The guided tour of MainWindow.
#include "ui/panels/side_tabs.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/coach_strip.h"
#include "ui/window/main_window.h"
#include "ui/window/tour.h"
#include "ui/window/tour_strip.h"

namespace poolscope::ui {

void MainWindow::connectTour() {
  connect(tour_, &TourStrip::nextWanted, this, [this] { goToTourStep(*tourStep_ + 1); });
  connect(tour_, &TourStrip::backWanted, this, [this] { goToTourStep(*tourStep_ - 1); });
  connect(tour_, &TourStrip::left, this, &MainWindow::leaveTour);
  connect(tour_, &TourStrip::tryChosen, this, [this] {
    const TourStep step = tourSteps().value(*tourStep_);
    tryOut(step.tryOut.value_or(-1));
  });
  connect(coach_, &CoachStrip::tourWanted, this, [this] { run(Command::guided_tour); });
}

void MainWindow::startTour() {
  // What the user had is asked about once, here; the tour's own sessions are the gallery's.
  const QString first = tourSteps().first().scenario;
  leaveSession(tr("Save this session before the tour starts?"), isUsersOwn(), [this, first] {
    engine_.startScenario(first);
    showTimeline();
    tabs_->showLessonTab();
    tourStep_ = 0;
    showTour();
  });
}

/// Beyond the last step: out of it.
void MainWindow::goToTourStep(int index) {
  const QList<TourStep> steps = tourSteps();
  if (index >= steps.size()) {
    leaveTour();
    return;
  }
  const auto go = [this, index] {
    showTimeline();
    tourStep_ = index;
    showTour();
  };
  if (steps[index].scenario == steps[*tourStep_].scenario &&
      steps[index].scenario == state_.scenario.name) {
    go();
    return;
  }
  leaveSession(tr("Save this session before the tour goes on?"), hasMarked_,
               [this, go, name = steps[index].scenario] {
                 engine_.startScenario(name);
                 go();
               });
}

void MainWindow::leaveTour() {
  tourStep_.reset();
  tour_->hide();
  view_->setFocus(Qt::OtherFocusReason);
  showCoach();
}

/// The step's sentence and button.
void MainWindow::showTour() {
  const QList<TourStep> steps = tourSteps();
  const TourStep& step = steps[*tourStep_];
  QString label;
  for (const ScenarioInfo& scenario : engine_.scenarios()) {
    if (scenario.name == step.scenario && step.tryOut) {
      label = scenario.tries.value(*step.tryOut).label;
    }
  }
  coach_->hide();
  tour_->showStep(*tourStep_, static_cast<int>(steps.size()), step.text, label);
  refreshTour();
}

/// What came of the step's try.
void MainWindow::refreshTour() {
  if (!tourStep_) {
    return;
  }
  const TourStep step = tourSteps().value(*tourStep_);
  const bool runs = state_.source == EngineState::Source::live &&
                    state_.scenario.name == step.scenario &&
                    state_.activity != EngineState::Activity::starting;
  const bool usable = runs && step.tryOut && *step.tryOut < state_.scenario.tries.size() &&
                      (state_.scenario.tries[*step.tryOut].startsAgain ||
                       (state_.activity == EngineState::Activity::running && !isSweeping_));
  const bool shown = runs && step.tryOut && state_.trial.index == *step.tryOut;
  tour_->showTrial(shown ? state_.trial : TrialInfo{}, usable);
}

}  // namespace poolscope::ui
