// SPDX-License-Identifier: Apache-2.0
// How MainWindow finds tasks, and shows where they are.
#include "ui/panels/find_bar.h"
#include "ui/panels/overview_strip.h"
#include "ui/panels/transport_bar.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/main_window.h"

namespace poolscope::ui {

void MainWindow::connectFinder() {
  connect(&finder_, &TaskFinder::changed, this, &MainWindow::showMatches);
  connect(&finder_, &TaskFinder::matchChosen, this, &MainWindow::revealMatch);
  connect(findBar_, &FindBar::textChanged, this, [this](const QString& text) {
    // Who follows the present goes on to: what is typed is counted, and Enter leads there.
    finder_.setText(text, !frame_.live || !view_->viewState().following());
  });
  connect(findBar_, &FindBar::stepWanted, this, &MainWindow::stepMatch);
  connect(findBar_, &FindBar::closed, this, &MainWindow::closeFindBar);
}

void MainWindow::openFindBar() {
  finder_.open(frame_.snapshot, view_->viewState().range().begin);
  findBar_->open();
}

void MainWindow::closeFindBar() {
  finder_.close();
  view_->setFocus(Qt::OtherFocusReason);
}

void MainWindow::stepMatch(bool forward) {
  if (findBar_->isHidden()) {
    openFindBar();
  }
  finder_.step(forward);
}

void MainWindow::showMatches() {
  const FindState& state = finder_.state();
  findBar_->showState(state);
  if (!finder_.isOpen()) {
    transport_->overview()->showMatches(0, 0, {}, {});
    return;
  }
  transport_->overview()->showMatches(state.begin, state.end, state.columns, finder_.currentTime());
}

/// Selects the task and goes to it, in time, too, where the moment shown is before its end.
void MainWindow::revealMatch(session::TaskKey key) {
  const auto task = frame_.snapshot->task(key);
  const auto time = task ? session::match_time(*task) : std::nullopt;
  if (!time) {
    return;
  }
  const session::TimeNs seen = task->finished.value_or(*time);
  if (seen > frame_.now && !frame_.live) {
    clock_.seek(seen);
    showNextFrame();
  }
  view_->selectTask(key);
  refreshActions();
}

/// The next match is looked for from the task that the user chose by hand.
void MainWindow::lookFrom(session::TaskKey key) {
  const auto task = key ? frame_.snapshot->task(key) : std::nullopt;
  if (const auto time = task ? session::match_time(*task) : std::nullopt) {
    finder_.setPlace({*time, key});
  }
}

}  // namespace poolscope::ui
