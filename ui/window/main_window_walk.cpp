// SPDX-License-Identifier: Apache-2.0
// How MainWindow leads from the selected task to another one.
#include "ui/panels/task_inspector.h"
#include "ui/panels/walk_links.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/main_window.h"

#include <QAction>

namespace poolscope::ui {

void MainWindow::connectWalker() {
  const auto link = [this](const QString& text, Command on, Command back, bool needsTask) {
    return WalkLinks::Link{text, (*actions_)[on], (*actions_)[back], needsTask};
  };
  inspector_->links()->setLinks(
      {link(tr("slowest"), Command::next_slowest, Command::previous_slowest, false),
       link(tr("longest wait"), Command::next_longest_queued, Command::previous_longest_queued,
            false),
       link(tr("failed"), Command::next_failed, Command::previous_failed, false),
       link(tr("kind"), Command::next_of_kind, Command::previous_of_kind, true),
       link(tr("worker"), Command::next_on_worker, Command::previous_on_worker, true)});
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
