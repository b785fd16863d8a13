// SPDX-License-Identifier: Apache-2.0
// window_pictures FOLDER: the window in its states, as PNG files. Needs no display with
// QT_QPA_PLATFORM=offscreen.
#include "window_fixture.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QTabWidget>

#include <cstdio>

using namespace poolscope::ui;

namespace {

void save(WindowFixture& fixture, const QString& folder, const QString& name) {
  QCoreApplication::processEvents();
  const QImage picture = fixture.window.grabPicture();
  const QString path = QDir(folder).filePath(name + QStringLiteral(".png"));
  std::printf("%s %s %dx%d\n", picture.save(path) ? "wrote" : "FAILED", qPrintable(path),
              picture.width(), picture.height());
}

/// A task of the middle of the session, so that its flow is in sight.
poolscope::session::TaskKey someTask(const poolscope::session::Snapshot& snapshot) {
  return {0, snapshot.task_count() - 26};
}

void saveStates(const QString& folder, QSize size, bool light, const QString& suffix) {
  WindowFixture fixture(size);
  fixture.window.overrideTheme(light);
  fixture.window.show();
  fixture.find<QTabWidget>("tabs")->setCurrentIndex(0);
  save(fixture, folder, QStringLiteral("empty-") + suffix);
  fixture.showLive();
  save(fixture, folder, QStringLiteral("live-") + suffix);
  fixture.view()->selectTask(someTask(*fixture.engine.snapshot()));
  fixture.window.run(Command::go_to_end);
  save(fixture, folder, QStringLiteral("task-") + suffix);
  fixture.view()->selectTask({});
  fixture.find<QTabWidget>("tabs")->setCurrentIndex(1);
  QTest::qWait(300);  // statistics come from their thread
  fixture.window.run(Command::freeze);
  fixture.window.postMessage(
      MessageBar::Severity::error,
      QStringLiteral("broken.pftrace: not a trace; open a file that Poolscope recorded"));
  save(fixture, folder, QStringLiteral("statistics-") + suffix);
  fixture.showFile();
  fixture.find<QTabWidget>("tabs")->setCurrentIndex(2);
  save(fixture, folder, QStringLiteral("replay-") + suffix);
}

}  // namespace

int main(int argc, char* argv[]) {
  QApplication application(argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: window_pictures FOLDER\n");
    return 2;
  }
  const QString folder = QString::fromLocal8Bit(argv[1]);
  QDir().mkpath(folder);
  saveStates(folder, {1280, 800}, false, QStringLiteral("1280-dark"));
  saveStates(folder, {1280, 800}, true, QStringLiteral("1280-light"));
  saveStates(folder, {1920, 1080}, false, QStringLiteral("1920-dark"));
  return 0;
}
