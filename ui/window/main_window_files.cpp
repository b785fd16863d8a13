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

#include <algorithm>
#include <utility>

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

bool isScenario(const QString& file) {
  return file.endsWith(QLatin1String(".toml"), Qt::CaseInsensitive);
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

void MainWindow::openFile(const QString& path, std::function<void()> then) {
  leaveSession(tr("Save this session before the file is opened?"), isUsersOwn(),
               [this, path, then = std::move(then)] {
                 afterOpen_ = then;
                 engine_.openFile(path);
               });
}

/// A scenario is run, all else is opened as a recording; what is neither is said in the window. Two
/// recordings may be wanted for each other's sake.
void MainWindow::openDropped(const QStringList& files) {
  const QString& first = files.first();
  if (files.size() == 2 && std::none_of(files.begin(), files.end(), isScenario)) {
    const QString& second = files.last();
    dialogs_.askWhatOfTwo(
        first, second,
        [this, first, second] {
          openFile(first, [this, second] { compareWithRecording(second); });
        },
        [this, first] { openFile(first); });
    return;
  }
  if (files.size() > 1) {
    postMessage(Severity::info,
                tr("One file is opened at a time: %1").arg(QFileInfo(first).fileName()));
  }
  isScenario(first) ? chooseScenario(first) : openFile(first);
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
  openDropped(files);
}

}  // namespace poolscope::ui
