// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/live_session.h"
#include "app/live_sweep.h"
#include "core/experiment/trial.h"
#include "core/session/session.h"
#include "core/workload/scenario.h"
#include "ui/window/engine.h"
#include "ui/window/settings.h"

#include <QThreadPool>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace poolscope::app {

/// The window's engine on real pools and files. Commands run one after another on a thread of their
/// own (stopping a run waits for its tasks), opening and saving on a second one, so that the window
/// waits for neither. Threads: the GUI thread; what the two others find out comes back as queued
/// calls.
class LiveEngine final : public ui::Engine {
  Q_OBJECT
 public:
  struct Start {
    std::optional<std::size_t> maxWorkers = {};  ///< of the first scenario only
    std::string record = {};                     ///< of the first scenario only
    bool overwrite = false;
    bool trustAll = false;
  };
  /// `settings` outlives the engine; it remembers which scenarios the user consented to.
  LiveEngine(ui::Settings& settings, Start start);
  ~LiveEngine() override;

  QList<ui::ScenarioInfo> scenarios() const override;
  ui::EngineState state() const override { return state_; }
  std::shared_ptr<const session::Snapshot> snapshot() const override;
  session::TimeNs now() const override;
  ui::SweepRunner* sweeps() override { return &sweep_; }
  storage::RecordingInfo recordingInfo() const override;

  void startScenario(const QString& nameOrFile, bool trusted) override;
  void startText(const QString& toml, const QString& name) override;
  void restart() override;
  void setMaxWorkers(int count) override;
  void setAutomatic(bool on) override;
  void pausePool() override;
  void resumePool() override;
  void addMarker(const QString& text) override;
  void tryOut(int index) override;
  void undoTry() override;
  void startRecording(const QString& path) override;
  void stopRecording() override;
  void saveSession(const QString& path) override;
  void setMemoryShare(int percent) override;
  void openFile(const QString& path) override;
  void prepareQuit() override;

 private:
  // On the command thread.
  void command(std::function<void()> work);
  void startIfTrusted(const workload::Scenario& scenario, const QString& nameOrFile, bool trusted);
  void replaceRun(workload::Scenario scenario, LiveSession::Options options, std::string record,
                  bool overwrite);
  void endRun();
  bool mayReachNetwork(const workload::Scenario& scenario) const;  // GUI thread
  // Back on the GUI thread.
  void post(std::function<void()> work);
  void announceStart(const QString& nameOrFile);
  void withdrawStart();
  void show(std::shared_ptr<LiveSession> live);
  void showProgress(const QString& path, std::shared_ptr<session::Session> session, double share);
  void replaceByFile(std::shared_ptr<session::Session> session, const QString& path);
  void showFile(std::shared_ptr<session::Session> session, const QString& path,
                const storage::OpenedRecording& about);
  void lookAtTrial();
  void forgetTrial();
  void startAgain(workload::Scenario scenario, bool trusted);
  void tellRecording(const Result<void>& finished, const storage::Recorder& recorder);
  void fail(const Error& error);
  void poll();
  bool hasEnded();
  void changed();
  std::optional<LiveSweep::Subject> sweepSubject() const;
  void holdForSweep(bool hold);

  ui::Settings& settings_;  // GUI thread
  Start start_;             // GUI thread
  ui::EngineState state_;
  std::shared_ptr<session::Session> shown_;    // GUI thread; never null
  std::shared_ptr<LiveSession> live_;          // GUI thread; null while a file is shown
  storage::RecordingInfo fileInfo_;            // GUI thread; of the file that is shown
  std::uint64_t savedEvents_ = 0;              // of the shown session, at the last save
  const storage::Recorder* faulty_ = nullptr;  // its failure was told; compared only
  bool ending_ = false;                        // the run is over; its last events are on their way
  std::optional<session::TimeNs> stoppedAt_ = {};  // when the shown session held all of its run
  struct RunningTrial {
    int index = 0;
    experiment::Trial trial;
    std::shared_ptr<LiveSession> replaces;  ///< what ran before, where it starts again
  };
  std::optional<RunningTrial> trial_ = {};          // looked at while it runs
  ui::TrialInfo trialInfo_ = {};                    // of the session that is shown
  std::optional<workload::Scenario> asItWas_ = {};  // where a try changed what runs
  QTimer pollTimer_;
  bool held_ = false;  // the pool was paused for a sweep
  LiveSweep sweep_;

  std::shared_ptr<LiveSession> running_;  // command thread
  std::stop_source stopOpening_;
  QThreadPool commands_;  // one thread: in order
  QThreadPool jobs_;      // one thread
};

}  // namespace poolscope::app
