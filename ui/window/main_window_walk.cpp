// SPDX-License-Identifier: Apache-2.0
// How MainWindow leads from the selected task to another one.
#include "ui/panels/task_inspector.h"
#include "ui/panels/walk_links.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/main_window.h"

#include <QAction>

namespace poolscope::ui {

void MainWindow::connectWalker() {
  const auto action = [this](Command command) { return (*actions_)[command]; };
  inspector_->links()->setLinks(
      {{{tr("slowest"), action(Command::previous_slowest), action(Command::next_slowest)},
        {tr("longest queued"), action(Command::previous_longest_queued),
         action(Command::next_longest_queued)}},
       {{tr("failed"), action(Command::previous_failed), action(Command::next_failed)},
        {tr("same kind"), action(Command::previous_of_kind), action(Command::next_of_kind)},
        {tr("same worker"), action(Command::previous_on_worker),
         action(Command::next_on_worker)}}});
  connect(&walker_, &TaskWalker::taskChosen, this, &MainWindow::revealMatch);
  connect(&walker_, &TaskWalker::noteChanged, this,
          [this](const QString& note) { inspector_->links()->setNote(note); });
  connect(&walker_, &TaskWalker::standingChanged, this, &MainWindow::showInspector);
}

/// Among the tasks of the selected range, if there is one.
WalkFrom MainWindow::walkFrom() const {
  WalkFrom from{
      .snapshot = frame_.snapshot, .task = selectedTask_, .time = view_->viewState().range().begin};
  if (selectedRange_) {
    from.hasRange = true;
    from.begin = selectedRange_->begin;
    from.end = selectedRange_->end;
  }
  return from;
}

void MainWindow::walk(Command command) {
  const auto step = [this](WalkBy by, bool forward) {
    if (hasSession()) {
      walker_.step(by, forward, walkFrom());
    }
  };
  switch (command) {
    case Command::next_slowest:
      step(WalkBy::slowest, true);
      break;
    case Command::previous_slowest:
      step(WalkBy::slowest, false);
      break;
    case Command::next_longest_queued:
      step(WalkBy::longest_queued, true);
      break;
    case Command::previous_longest_queued:
      step(WalkBy::longest_queued, false);
      break;
    case Command::next_failed:
      step(WalkBy::failed, true);
      break;
    case Command::previous_failed:
      step(WalkBy::failed, false);
      break;
    case Command::next_of_kind:
      step(WalkBy::same_kind, true);
      break;
    case Command::previous_of_kind:
      step(WalkBy::same_kind, false);
      break;
    case Command::next_on_worker:
      view_->selectNextTask();
      break;
    case Command::previous_on_worker:
      view_->selectPreviousTask();
      break;
    default:
      break;
  }
}

}  // namespace poolscope::ui
