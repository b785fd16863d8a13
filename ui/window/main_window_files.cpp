// SPDX-License-Identifier: Apache-2.0
// How MainWindow comes by files other than through the file chooser: dropped, and recent ones.
#include "ui/window/header_bar.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QUrl>

namespace poolscope::ui {

namespace {

QStringList localFiles(const QMimeData& data) {
  QStringList files;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) {
      files.append(url.toLocalFile());
    }
  }
  return files;
}

QString withoutMnemonic(QString text) {
  return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

void MainWindow::buildRecentMenu() {
  auto* menu = new QMenu(tr("Open recent"), this);
  menu->setObjectName(QStringLiteral("recentMenu"));
  menu->setToolTipsVisible(true);
  QAction* const open = (*actions_)[Command::open_recording];
  for (QObject* const shown : open->associatedObjects()) {
    if (auto* const file = qobject_cast<QMenu*>(shown)) {
      const QList<QAction*> entries = file->actions();
      file->insertMenu(entries.value(entries.indexOf(open) + 1), menu);
      connect(file, &QMenu::aboutToShow, this, [this, menu] { fillRecentMenu(menu); });
    }
  }
  fillRecentMenu(menu);
}

/// What is gone from the disk is left out, but not forgotten: the disk may come back.
void MainWindow::fillRecentMenu(QMenu* menu) {
  menu->clear();
  for (const QString& path : settings_.recentFiles()) {
    if (QFileInfo(path).isFile()) {
      QAction* action = menu->addAction(withoutMnemonic(QFileInfo(path).fileName()));
      action->setToolTip(path);
      connect(action, &QAction::triggered, this, [this, path] { openFile(path); });
    }
  }
  const bool any = !menu->isEmpty();
  menu->setEnabled(any);
  if (any) {
    menu->addSeparator();
    connect(menu->addAction(tr("Forget these")), &QAction::triggered, this,
            [this] { settings_.clearRecentFiles(); });
  }
}

void MainWindow::openFile(const QString& path) {
  leaveSession(tr("Save this session before the file is opened?"), isUsersOwn(),
               [this, path] { engine_.openFile(path); });
}

/// A scenario is run, all else is opened as a recording; what is neither is said in the window.
void MainWindow::openDropped(const QString& path) {
  if (path.endsWith(QLatin1String(".toml"), Qt::CaseInsensitive)) {
    chooseScenario(path);
  } else {
    openFile(path);
  }
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!localFiles(*event->mimeData()).isEmpty()) {
    event->acceptProposedAction();
  }
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QStringList files = localFiles(*event->mimeData());
  if (files.isEmpty()) {
    return;
  }
  event->acceptProposedAction();
  if (files.size() > 1) {
    postMessage(Severity::info,
                tr("One file is opened at a time: %1").arg(QFileInfo(files.first()).fileName()));
  }
  openDropped(files.first());
}

}  // namespace poolscope::ui
