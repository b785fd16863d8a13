// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fake_engine.h"
#include "sample_session.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/main_window.h"
#include "ui/window/settings.h"

#include <QTemporaryDir>
#include <QTest>

namespace poolscope::ui {

inline constexpr session::TimeNs kSecond = 1'000'000'000;

/// A window on a fake engine, with settings of its own and a wall clock that is moved by hand.
struct WindowFixture {
  explicit WindowFixture(QSize size = {1280, 800})
      : settings(folder.filePath(QStringLiteral("settings.ini"))),
        window(engine, {.cores = 2,
                        .pointSize = Theme::kBasePointSize,
                        .nativeDialogs = false,
                        .settings = &settings,
                        .wallClock = [this] { return wall; }}) {
    window.resize(size);
  }

  static std::shared_ptr<const session::Snapshot> webScraping() {
    SampleSession sample(4);
    fillWebScraping(sample, 6);
    return sample.snapshot();
  }
  void showLive() {
    const auto snapshot = webScraping();
    engine.showLive(snapshot, snapshot->end() + PlaybackClock::kLiveLagNs, 8);
  }
  void showFile(const QString& missing = {}) {
    engine.showFile(webScraping(), QStringLiteral("demo.pftrace"), missing);
  }
  bool showWindow() {
    window.show();
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window);
  }
  template <typename Widget = QWidget>
  Widget* find(const char* name) {
    return window.findChild<Widget*>(QString::fromLatin1(name));
  }
  TimelineView* view() { return find<TimelineView>("timeline"); }

  QTemporaryDir folder;
  session::TimeNs wall = 0;
  FakeEngine engine;
  Settings settings;
  MainWindow window;
};

}  // namespace poolscope::ui
