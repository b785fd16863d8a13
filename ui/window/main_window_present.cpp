// SPDX-License-Identifier: Apache-2.0
// How MainWindow stands before an audience, and how notes on the time axis are told and jumped to.
#include "ui/panels/eliding_label.h"
#include "ui/timeline/caption.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/click_ripples.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QKeyEvent>
#include <QMenu>
#include <QSplitter>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

void MainWindow::buildPresentation() {
  caption_->setObjectName(QStringLiteral("caption"));
  caption_->setAccessibleDescription(tr("Caption"));
  caption_->setAlignment(Qt::AlignCenter);
  caption_->hide();
  ripples_ = new ClickRipples([this] { return wallNow(); }, this);
}

void MainWindow::togglePresentation() {
  if (isPresenting()) {
    leavePresentation();
  } else {
    present(true);
  }
}

/// Of the ordinary type. What the last row reads is a share of the screen's height; a screen that
/// is low bears less, or it has no room for what is to be seen. In steps: styling all anew takes
/// time.
qreal MainWindow::presentationScale() const {
  return std::clamp(std::round(15.0 * height() / 1080) / 10, 1.2, 2.0);
}

/// What is for whoever works with the window steps back.
void MainWindow::present(bool fullScreen) {
  if (isPresenting()) {
    return;
  }
  beforePresentation_ = Layout{columns_->saveState(), rows_->saveState(), windowState()};
  columns_->widget(1)->hide();
  if (fullScreen) {
    setWindowState(windowState() | Qt::WindowFullScreen);
  }
  ripples_->setOn(true);
  caption_->show();
  applyPresentation();
}

void MainWindow::leavePresentation() {
  if (!isPresenting()) {
    return;
  }
  const Layout before = *beforePresentation_;
  beforePresentation_.reset();
  caption_->hide();
  ripples_->setOn(false);
  columns_->widget(1)->show();
  setWindowState(before.states);
  applyPresentation();
  columns_->restoreState(before.columns);
  rows_->restoreState(before.rows);
}

void MainWindow::applyPresentation() {
  actions_->setText(Command::presentation,
                    isPresenting() ? tr("Leave the presentation") : tr("Presentation"),
                    IconId::presentation);
  applyTheme();
  showLanesBar();
  shareRows();
  showCoach();
  showCaption();
}

void MainWindow::showCaption() {
  if (isPresenting()) {
    caption_->setText(hasSession() ? captionAt(*frame_.snapshot, frame_.now, clock_.speed())
                                   : QString());
  }
}

/// What Escape cancels first (a drag, a selection) is asked before.
void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && isPresenting()) {
    leavePresentation();
    return;
  }
  QMainWindow::keyPressEvent(event);
}

void MainWindow::buildMarkersMenu() {
  QMenu* menu = header_->menu()->addMenu(tr("Markers"));
  menu->setObjectName(QStringLiteral("markersMenu"));
  connect(header_->menu(), &QMenu::aboutToShow, this, [this, menu] { fillMarkersMenu(menu); });
  fillMarkersMenu(menu);
}

void MainWindow::fillMarkersMenu(QMenu* menu) {
  constexpr qsizetype kMost = 40;  // a menu that can still be read; J leads to the rest
  constexpr TimeNs kStep = 100'000'000;
  menu->clear();
  if (hasSession()) {
    for (const session::Marker& marker : frame_.snapshot->markers()) {
      if (marker.kind != session::Marker::Kind::text || menu->actions().size() >= kMost) {
        continue;
      }
      QString text = nameText(marker.text).left(60);
      text.replace(QLatin1Char('&'), QLatin1String("&&"));
      QAction* action =
          menu->addAction(tr("%1  %2").arg(timeText(marker.time - clock_.begin(), kStep), text));
      connect(action, &QAction::triggered, this, [this, time = marker.time] { goToTime(time); });
    }
  }
  menu->setEnabled(!menu->isEmpty());
}

}  // namespace poolscope::ui
