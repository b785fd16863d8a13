// SPDX-License-Identifier: Apache-2.0
#include "app/program_engine.h"

#include "core/base/memory.h"
#include "core/trace/clock.h"

#include <QFile>
#include <QFileInfo>
#include <QMetaObject>

#include <chrono>
#include <tuple>
#include <utility>

namespace poolscope::app {
namespace {

constexpr int kPollMs = 100;
constexpr qint64 kMostCode = 64 * 1024;                // of a script that is shown
constexpr session::TimeNs kSilentFor = 3'000'000'000;  // so long nothing needs to be heard

session::TimeNs clockNow() {
  return static_cast<session::TimeNs>(trace::now_ns());
}

/// The text of the Python script among the program's words.
QString scriptOf(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.ends_with(".py")) {
      QFile file(QString::fromStdString(word));
      if (file.open(QIODevice::ReadOnly)) {
        return QString::fromUtf8(file.read(kMostCode));
      }
    }
  }
  return {};
}

}  // namespace

ProgramEngine::ProgramEngine(ui::Settings& settings, Watched& program)
    : settings_(settings),
      program_(program),
      other_(settings, {}),
      began_(clockNow()) {
  jobs_.setMaxThreadCount(1);
  jobs_.setExpiryTimeout(-1);
  state_.source = ui::EngineState::Source::live;
  state_.activity = ui::EngineState::Activity::running;
  state_.scenario = describe();
  setMemoryShare(settings_.memoryShare());
  connect(&other_, &ui::Engine::failed, this, &ui::Engine::failed);
  connect(&other_, &ui::Engine::saved, this, &ui::Engine::saved);
  connect(&other_, &ui::Engine::consentNeeded, this, &ui::Engine::consentNeeded);
  connect(&other_, &ui::Engine::stateChanged, this, [this] {
    if (showsOther_) {
      Q_EMIT stateChanged();
    }
  });
  connect(&other_, &ui::Engine::sessionReplaced, this, &ProgramEngine::showOther);
  connect(&pollTimer_, &QTimer::timeout, this, &ProgramEngine::poll);
  pollTimer_.setInterval(kPollMs);
  pollTimer_.start();
  program_.onEnd([this] { post([this] { programEnded(); }); });
}

ProgramEngine::~ProgramEngine() {
  program_.onEnd({});
  jobs_.waitForDone();
}

ui::ScenarioInfo ProgramEngine::describe() const {
  ui::ScenarioInfo info;
  const QString command = QString::fromStdString(program_.command());
  info.title = command;
  info.summary = tr("your own program, process %1").arg(program_.pid());
  info.lesson =
      tr("This is your own program, unchanged. `max_workers` and pause act on all of its "
         "pools; tasks that run are never interrupted.");
  info.code = scriptOf(program_.words());
  return info;
}

void ProgramEngine::post(std::function<void()> work) {
  QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection);
}

std::shared_ptr<const session::Snapshot> ProgramEngine::snapshot() const {
  return showsOther_ ? other_.snapshot() : program_.session().session()->snapshot();
}

session::TimeNs ProgramEngine::now() const {
  if (showsOther_) {
    return other_.now();
  }
  return stoppedAt_ ? *stoppedAt_ : clockNow();
}

// --- something else to show

void ProgramEngine::showOther() {
  showsOther_ = true;
  Q_EMIT sessionReplaced();
  Q_EMIT stateChanged();
}

void ProgramEngine::startScenario(const QString& nameOrFile, bool trusted) {
  other_.startScenario(nameOrFile, trusted);
}

void ProgramEngine::startText(const QString& toml, const QString& name) {
  other_.startText(toml, name);
}

void ProgramEngine::openFile(const QString& path) {
  other_.openFile(path);
}

void ProgramEngine::restart() {
  if (showsOther_) {
    other_.restart();
    return;
  }
  Q_EMIT failed(tr("A program of yours is not started again from here; run it anew."));
}

// --- commands

void ProgramEngine::setMaxWorkers(int count) {
  if (showsOther_) {
    other_.setMaxWorkers(count);
  } else if (count > 0) {
    program_.session().setMaxWorkers(static_cast<std::uint32_t>(count));
    wantedWorkers_ = count;
    poll();  // at once: the next step up or down starts from here
  }
}

void ProgramEngine::pausePool() {
  if (showsOther_) {
    other_.pausePool();
  } else {
    program_.session().pause();
  }
}

void ProgramEngine::resumePool() {
  if (showsOther_) {
    other_.resumePool();
  } else {
    program_.session().resume();
  }
}

void ProgramEngine::addMarker(const QString& text) {
  if (showsOther_) {
    other_.addMarker(text);
  } else {
    program_.session().addMarker(text.toStdString());
  }
}

void ProgramEngine::startRecording(const QString& path) {
  if (showsOther_) {
    other_.startRecording(path);
    return;
  }
  jobs_.start([this, path] {
    const auto started = program_.session().startRecording(path.toStdString(), true);
    post([this, started] {
      if (!started) {
        Q_EMIT failed(QString::fromStdString(started.error().message()));
      }
      poll();
    });
  });
}

void ProgramEngine::stopRecording() {
  if (showsOther_) {
    other_.stopRecording();
    return;
  }
  const auto recorder = program_.session().recorder();
  if (recorder == nullptr) {
    return;
  }
  jobs_.start([this, path = QString::fromStdString(recorder->path().string())] {
    const auto stopped = program_.session().stopRecording();
    post([this, stopped, path] { tellRecording(stopped, path); });
  });
}

void ProgramEngine::tellRecording(const Result<void>& finished, const QString& path) {
  if (finished) {
    savedEvents_ = program_.session().session()->snapshot()->event_count();
    Q_EMIT saved(path);
  } else {
    Q_EMIT failed(QString::fromStdString(finished.error().message()));
  }
  poll();
}

storage::RecordingInfo ProgramEngine::recordingInfo() const {
  return showsOther_ ? other_.recordingInfo() : program_.session().recordingInfo();
}

void ProgramEngine::saveSession(const QString& path) {
  if (showsOther_) {
    other_.saveSession(path);
    return;
  }
  storage::WriteOptions options;
  options.info = recordingInfo();
  options.overwrite = true;  // the file chooser has asked
  jobs_.start([this, path, options, snapshot = snapshot()] {
    const auto done = storage::save_recording(*snapshot, path.toStdString(), options);
    post([this, done, path, events = snapshot->event_count()] {
      if (!done) {
        Q_EMIT failed(QString::fromStdString(done.error().message()));
        return;
      }
      savedEvents_ = events;
      poll();
      Q_EMIT saved(path);
    });
  });
}

void ProgramEngine::setMemoryShare(int percent) {
  program_.session().session()->set_memory_limit(memory_limit(percent));
  if (showsOther_) {
    other_.setMemoryShare(percent);
  }
}

/// The program goes on; so does a recording of it, until its end.
void ProgramEngine::prepareQuit() {
  connect(&other_, &ui::Engine::quitReady, this, &ui::Engine::quitReady);
  other_.prepareQuit();
}

// --- what the program does

void ProgramEngine::programEnded() {
  jobs_.start([this] {
    program_.takeTheLast();
    const auto recorder = program_.session().recorder();
    const auto stopped = program_.session().stopRecording();
    post([this, stopped, recorder] {
      stoppedAt_ = clockNow();
      if (recorder != nullptr) {
        tellRecording(stopped, QString::fromStdString(recorder->path().string()));
      }
      poll();
    });
  });
}

void ProgramEngine::poll() {
  const auto shown = [](const ui::EngineState& state) {
    return std::tuple(state.activity, state.maxWorkers, state.paused, state.recordingPath,
                      state.unsaved, state.trouble);
  };
  const auto before = shown(state_);
  BridgeSession& session = program_.session();
  const auto recorder = session.recorder();
  const auto snapshot = session.session()->snapshot();
  const int told = static_cast<int>(session.maxWorkers());
  if (wantedWorkers_ && (told == *wantedWorkers_ || told == 0)) {
    wantedWorkers_.reset();
  }
  state_.activity =
      stoppedAt_ ? ui::EngineState::Activity::finished : ui::EngineState::Activity::running;
  if (told > 0) {
    state_.maxWorkers = wantedWorkers_.value_or(told);
  }
  state_.paused = session.paused();
  state_.recordingPath = recorder ? QString::fromStdString(recorder->path().string()) : QString();
  state_.unsaved =
      !recorder && snapshot->task_count() > 0 && snapshot->event_count() > savedEvents_;
  const bool silent = stoppedAt_ || clockNow() - began_ > kSilentFor;
  const auto why = silent ? program_.silence() : std::nullopt;
  state_.trouble = why ? QString::fromStdString(why->message()) : QString();
  for (const Error& error : session.takeComplaints()) {
    Q_EMIT failed(QString::fromStdString(error.message()));
  }
  // A program that is over is not looked at anew ten times a second.
  if (!showsOther_ && (!stoppedAt_ || shown(state_) != before)) {
    Q_EMIT stateChanged();
  }
}

}  // namespace poolscope::app
