// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/live_engine.h"
#include "app/run_session.h"
#include "core/session/session.h"
#include "ui/window/engine.h"
#include "ui/window/settings.h"

#include <QThreadPool>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace poolscope::app {

/// The window's engine on a program of the user's own. When the user starts a scenario or opens a
/// file instead, that is the other engine's; the program goes on, watched, but not shown. Threads:
/// the GUI thread; what waits (the end of a recording, saving) is done on another and comes back as
/// queued calls.
class ProgramEngine final : public ui::Engine {
  Q_OBJECT
 public:
  /// Both outlive the engine.
  ProgramEngine(ui::Settings& settings, RunSession& run);
  ~ProgramEngine() override;

  QList<ui::ScenarioInfo> scenarios() const override { return other_.scenarios(); }
  ui::EngineState state() const override { return showsOther_ ? other_.state() : state_; }
  std::shared_ptr<const session::Snapshot> snapshot() const override;
  session::TimeNs now() const override;

  void startScenario(const QString& nameOrFile, bool trusted) override;
  void startText(const QString& toml, const QString& name) override;
  void restart() override;
  void setMaxWorkers(int count) override;
  void pausePool() override;
  void resumePool() override;
  void addMarker(const QString& text) override;
  void startRecording(const QString& path) override;
  void stopRecording() override;
  void saveSession(const QString& path) override;
  void setMemoryShare(int percent) override;
  void openFile(const QString& path) override;
  void prepareQuit() override;

 private:
  ui::ScenarioInfo describe() const;
  void showOther();
  void post(std::function<void()> work);
  void programEnded();
  void tellRecording(const Result<void>& finished, const QString& path);
  void poll();

  ui::Settings& settings_;
  RunSession& run_;
  LiveEngine other_;
  bool showsOther_ = false;
  ui::EngineState state_;
  std::optional<session::TimeNs> stoppedAt_ = {};  // when the session held all of the program
  const session::TimeNs began_;
  std::uint64_t savedEvents_ = 0;
  std::optional<int> wantedWorkers_ = {};  // set, and not yet told by a pool
  QTimer pollTimer_;
  QThreadPool jobs_;  // one thread: in order
};

}  // namespace poolscope::app
