// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/experiment/session_work.h"
#include "core/session/snapshot.h"
#include "core/storage/recording.h"
#include "ui/panels/try_info.h"

#include <QList>
#include <QObject>
#include <QString>

#include <memory>

namespace poolscope::ui {

class SweepRunner;

struct ScenarioInfo {
  QString name = {};
  QString title = {};
  QString summary = {};  ///< one line: "200 tasks, map(), local server"
  QString toml = {};     ///< the text it came from; empty: not known
  QString lesson = {};   ///< Markdown
  QString code = {};     ///< Python
  QString codeCpp = {};  ///< the same in C++; empty: none
  int maxWorkers = 0;
  experiment::SessionWorkHints work = {};  ///< what a prediction has to know beside its tasks
  QList<TryInfo> tries = {};
  bool isChanged = false;  ///< by a try that started it again
};

/// What the window shows of the engine beside the snapshot.
struct EngineState {
  enum class Source { none, live, file };
  enum class Activity { idle, starting, running, stopping, finished, opening };

  Source source = Source::none;
  Activity activity = Activity::idle;
  ScenarioInfo scenario = {};  ///< of the run, also while the first one starts, or of the recording
  QString file = {};           ///< Source::file: its path
  QString missing = {};        ///< Source::file: what of it is not shown; empty: nothing
  QString opening = {};        ///< Activity::opening: the file's path
  double openProgress = 0;     ///< 0..1 while opening; what was read of it may be shown already
  int maxWorkers = 0;          ///< in force
  bool paused = false;
  bool automatic = false;      ///< a controller adapts max_workers
  QString recordingPath = {};  ///< empty: not recording
  bool unsaved = false;        ///< closing now would lose a session
  TrialInfo trial = {};        ///< the last try of this run
  QString trouble = {};        ///< "No network: ..." from the workload; empty: none
};

/// What the window commands: the pool, its scenario, files. Implemented by app, faked in tests.
/// Threads: the GUI thread. Nothing here waits: commands start work and come back as stateChanged()
/// or failed().
class Engine : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  virtual QList<ScenarioInfo> scenarios() const = 0;
  virtual EngineState state() const = 0;
  /// The latest snapshot; never null.
  virtual std::shared_ptr<const session::Snapshot> snapshot() const = 0;
  /// The present on the session's clock while live; the end of the session in an opened file.
  virtual session::TimeNs now() const = 0;
  /// What measures the scenario that is shown; null where none can be: of a program, say.
  virtual SweepRunner* sweeps() { return nullptr; }
  /// What is known of the session beside its events, for files that are made of it.
  virtual storage::RecordingInfo recordingInfo() const {
    storage::RecordingInfo info;
    info.scenario_name = state().scenario.name.toStdString();
    return info;
  }

 public Q_SLOTS:
  /// A gallery name or a file. From outside the gallery it may need consent: consentNeeded() comes,
  /// then call it again with trusted = true.
  virtual void startScenario(const QString& nameOrFile, bool trusted = false) = 0;
  /// A scenario that the user has just written, which is consent; `name` is what it is called.
  virtual void startText(const QString& toml, const QString& name) = 0;
  virtual void restart() = 0;
  virtual void setMaxWorkers(int count) = 0;
  /// A controller adapts max_workers from now on, or no longer; setMaxWorkers() ends it, too.
  virtual void setAutomatic(bool /*on*/) {}
  virtual void pausePool() = 0;
  virtual void resumePool() = 0;
  virtual void addMarker(const QString& text) = 0;
  /// Does what this try of the scenario says; EngineState::trial tells what came of it. One that
  /// starts again works from the scenario as it is without other tries.
  virtual void tryOut(int /*index*/) {}
  /// Starts the scenario again as it is without tries.
  virtual void undoTry() {}
  virtual void startRecording(
      const QString& path) = 0;  ///< the file chooser has asked about overwriting
  virtual void stopRecording() = 0;
  virtual void saveSession(const QString& path) = 0;
  /// As Settings::memoryShare(); of the session that is shown, and of later ones.
  virtual void setMemoryShare(int percent) = 0;
  virtual void openFile(const QString& path) = 0;
  /// Ends the run and its recording in order, then quitReady() comes.
  virtual void prepareQuit() = 0;

 Q_SIGNALS:
  void stateChanged();
  void sessionReplaced();  ///< another session: forget selections and views
  void failed(const QString& message);
  void saved(const QString& path);
  void consentNeeded(const QString& nameOrFile, const QString& what);
  void quitReady();
};

}  // namespace poolscope::ui
