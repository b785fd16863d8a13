// SPDX-License-Identifier: Apache-2.0
#include "app/live_engine.h"

#include "app/commands.h"
#include "core/base/cores.h"
#include "core/base/memory.h"
#include "core/executor/thread_pool_executor.h"
#include "core/experiment/pick_order.h"
#include "core/trace/clock.h"
#include "core/workload/url.h"
#include "ui/window/scenario_reach.h"

#include <QFileInfo>
#include <QLocale>
#include <QMetaObject>

#include <algorithm>
#include <chrono>
#include <utility>

namespace poolscope::app {
namespace {

constexpr int kPollMs = 100;  // how often the state of a run is looked at
// What runs when its run is replaced or closed may end by itself for so long: most pages do, and
// whoever pressed the key does not feel it.
constexpr auto kGrace = std::chrono::milliseconds(250);

QString patternName(const workload::Load& load) {
  switch (load.pattern) {
    case workload::LoadPattern::map:
      return QStringLiteral("map()");
    case workload::LoadPattern::submit:
      return load.results ? QStringLiteral("submit() and result()") : QStringLiteral("submit()");
    case workload::LoadPattern::as_completed:
      return QStringLiteral("as_completed()");
    case workload::LoadPattern::poisson:
      return LiveEngine::tr("random arrivals");
    case workload::LoadPattern::burst:
      return LiveEngine::tr("bursts");
    case workload::LoadPattern::nested:
      return load.children == 1 ? LiveEngine::tr("submit(), each waits for one more")
                                : LiveEngine::tr("submit(), each waits for %1 more")
                                      .arg(static_cast<qulonglong>(load.children));
  }
  return {};
}

bool usesHttp(const workload::Scenario& scenario) {
  return std::any_of(scenario.tasks.begin(), scenario.tasks.end(), [](const auto& kind) {
    return std::any_of(kind.steps.begin(), kind.steps.end(), [](const workload::Step& step) {
      return std::holds_alternative<workload::HttpStep>(step);
    });
  });
}

experiment::SessionWorkHints hintsOf(const workload::Scenario& scenario) {
  using workload::LoadPattern;
  const workload::Load& load = scenario.load;
  const bool atOnce = load.pattern == LoadPattern::submit ||
                      load.pattern == LoadPattern::as_completed ||
                      load.pattern == LoadPattern::nested ||
                      (load.pattern == LoadPattern::map && load.buffer_size == 0);
  return {.batch = atOnce && load.repeat && load.results ? load.tasks : 0,
          .server_capacity = scenario.http.urls.empty()
                                 ? static_cast<std::uint32_t>(scenario.http.max_concurrent)
                                 : 0,
          .order = experiment::pick_order(scenario.pool)};
}

ui::ScenarioInfo describe(const workload::Scenario& scenario) {
  ui::ScenarioInfo info;
  info.name = QString::fromStdString(scenario.name);
  info.title = QString::fromStdString(scenario.title.empty() ? scenario.name : scenario.title);
  info.lesson = QString::fromStdString(scenario.lesson);
  info.code = QString::fromStdString(scenario.code);
  info.codeCpp = QString::fromStdString(scenario.code_cpp);
  info.toml = QString::fromStdString(scenario.toml);
  info.work = hintsOf(scenario);
  info.maxWorkers = static_cast<int>(scenario.max_workers.value_or(default_max_workers()));
  const auto tasks = static_cast<qulonglong>(scenario.load.tasks);
  const QString pattern = patternName(scenario.load);
  QString summary = tasks == 1
                        ? LiveEngine::tr("1 task by %1").arg(pattern)
                        : LiveEngine::tr("%1 tasks by %2").arg(QLocale().toString(tasks), pattern);
  if (usesHttp(scenario)) {
    const auto& urls = scenario.http.urls;
    const bool here = std::all_of(urls.begin(), urls.end(), workload::is_loopback_url);
    summary += urls.empty() ? LiveEngine::tr(", from the built-in server")
               : here       ? LiveEngine::tr(", from this computer")
                            : LiveEngine::tr(", from the network");
  }
  info.summary = summary;
  for (const workload::Try& one : scenario.tries) {
    info.tries.append({.label = QString::fromStdString(one.label),
                       .promise = QString::fromStdString(one.say),
                       .startsAgain = !one.with.empty()});
  }
  return info;
}

}  // namespace

LiveEngine::LiveEngine(ui::Settings& settings, Start start)
    : settings_(settings),
      start_(std::move(start)),
      shown_(std::make_shared<session::Session>()),
      sweep_([this] { return sweepSubject(); }, [this](bool hold) { holdForSweep(hold); }) {
  for (QThreadPool* pool : {&commands_, &jobs_}) {
    pool->setMaxThreadCount(1);
    pool->setExpiryTimeout(-1);
  }
  pollTimer_.setInterval(kPollMs);
  connect(&pollTimer_, &QTimer::timeout, this, &LiveEngine::poll);
  pollTimer_.start();
  // The pool of another session would get in the way of what is measured.
  connect(this, &ui::Engine::sessionReplaced, this, [this] {
    held_ = false;
    sweep_.cancel();
  });
}

LiveEngine::~LiveEngine() {
  stopOpening_.request_stop();
  command([this] { endRun(); });
  jobs_.waitForDone();
  commands_.waitForDone();
}

QList<ui::ScenarioInfo> LiveEngine::scenarios() const {
  QList<ui::ScenarioInfo> list;
  for (const workload::Scenario& scenario : workload::gallery()) {
    list.append(describe(scenario));
  }
  return list;
}

std::shared_ptr<const session::Snapshot> LiveEngine::snapshot() const {
  return shown_->snapshot();
}

session::TimeNs LiveEngine::now() const {
  if (stoppedAt_) {
    return *stoppedAt_;
  }
  return static_cast<session::TimeNs>(trace::now_ns());
}

storage::RecordingInfo LiveEngine::recordingInfo() const {
  return live_ ? live_->recordingInfo() : fileInfo_;
}

void LiveEngine::command(std::function<void()> work) {
  commands_.start(std::move(work));
}

void LiveEngine::post(std::function<void()> work) {
  QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection);
}

void LiveEngine::changed() {
  Q_EMIT stateChanged();
}

void LiveEngine::fail(const Error& error) {
  Q_EMIT failed(QString::fromStdString(error.message()));
}

// --- commands ---

/// Nothing is shown yet: says at once what comes, since reading and starting it take their time.
void LiveEngine::announceStart(const QString& nameOrFile) {
  if (state_.source != ui::EngineState::Source::none) {
    return;
  }
  const auto& known = workload::gallery();
  const auto found = std::ranges::find(known, nameOrFile.toStdString(), &workload::Scenario::name);
  state_.scenario = found != known.end()
                        ? describe(*found)
                        : ui::ScenarioInfo{.title = QFileInfo(nameOrFile).fileName()};
  state_.activity = ui::EngineState::Activity::starting;
  changed();
}

/// What announceStart() said will not come.
void LiveEngine::withdrawStart() {
  if (state_.source == ui::EngineState::Source::none &&
      state_.activity == ui::EngineState::Activity::starting) {
    state_ = {};
    changed();
  }
}

void LiveEngine::startScenario(const QString& nameOrFile, bool trusted) {
  announceStart(nameOrFile);
  command([this, nameOrFile, trusted] {
    auto scenario = workload::find_scenario(nameOrFile.toStdString());
    if (!scenario) {
      post([this, error = scenario.error()] {
        withdrawStart();
        fail(error);
      });
      return;
    }
    post([this, nameOrFile, trusted, found = std::move(*scenario)] {
      startIfTrusted(found, nameOrFile, trusted);
    });
  });
}

void LiveEngine::startText(const QString& toml, const QString& name) {
  const auto scenario = workload::parse_scenario(toml.toStdString(), name.toStdString());
  if (!scenario) {
    fail(scenario.error());
    return;
  }
  announceStart(name);
  startIfTrusted(*scenario, name, true);
}

void LiveEngine::startIfTrusted(const workload::Scenario& scenario, const QString& nameOrFile,
                                bool trusted) {
  if (scenario.needs_trust() && !scenario.file.empty()) {
    const QByteArray text = QByteArray::fromStdString(scenario.toml);
    if (trusted) {
      settings_.setTrusted(text);
    } else if (!start_.trustAll && !settings_.isTrusted(text)) {
      withdrawStart();
      Q_EMIT consentNeeded(nameOrFile, ui::reachText(scenario));
      return;
    }
  }
  forgetTrial();
  asItWas_.reset();
  const Start start = std::exchange(start_, Start{.trustAll = start_.trustAll});
  LiveSession::Options options;
  options.maxWorkers = start.maxWorkers;
  options.trusted = mayReachNetwork(scenario);
  command([this, scenario, options, start] {
    replaceRun(scenario, options, start.record, start.overwrite);
  });
}

bool LiveEngine::mayReachNetwork(const workload::Scenario& scenario) const {
  return start_.trustAll || settings_.isTrusted(QByteArray::fromStdString(scenario.toml));
}

void LiveEngine::restart() {
  if (!live_) {
    return;
  }
  LiveSession::Options options;
  options.maxWorkers = live_->run().max_workers();  // what the user chose stays
  options.automatic = live_->steered();
  options.trusted = mayReachNetwork(asItWas_.value_or(live_->scenario()));
  forgetTrial();
  command(
      [this, scenario = live_->scenario(), options] { replaceRun(scenario, options, {}, false); });
}

void LiveEngine::replaceRun(workload::Scenario scenario, LiveSession::Options options,
                            std::string record, bool overwrite) {
  post([this] {
    state_.activity = ui::EngineState::Activity::starting;
    changed();
  });
  endRun();
  auto live = LiveSession::start(std::move(scenario), options, record, overwrite);
  if (!live) {
    post([this, error = live.error()] {
      withdrawStart();
      if (state_.source != ui::EngineState::Source::none) {
        state_.activity = ui::EngineState::Activity::finished;
        changed();
      }
      fail(error);
    });
    return;
  }
  running_ = std::move(*live);
  post([this, live = running_] { show(live); });
}

void LiveEngine::endRun() {
  if (!running_) {
    return;
  }
  const auto live = std::exchange(running_, nullptr);
  const auto recorder = live->recorder();
  const auto ended = live->end(kGrace);
  if (recorder) {
    post([this, ended, recorder] { tellRecording(ended, *recorder); });
  }
}

/// A recording is finished, for whatever reason: says where it is, or why it is not.
void LiveEngine::tellRecording(const Result<void>& finished, const storage::Recorder& recorder) {
  if (finished) {
    Q_EMIT saved(QString::fromStdString(recorder.path().string()));
  } else if (&recorder != faulty_) {
    fail(finished.error());
  }
}

void LiveEngine::setMaxWorkers(int count) {
  if (live_ && count > 0) {
    if (live_->steered()) {  // who takes the wheel has it: also if the pilot is just turning it
      command([this, live = live_, count] {
        if (live == running_) {
          live->steer(false);
          live->run().set_max_workers(static_cast<std::size_t>(count));
        }
      });
    }
    live_->run().set_max_workers(static_cast<std::size_t>(count));
    poll();  // at once: the next step up or down starts from here
  }
}

void LiveEngine::setAutomatic(bool on) {
  command([this, on] {
    if (running_) {
      running_->steer(on);
    }
    post([this] { poll(); });
  });
}

void LiveEngine::pausePool() {
  command([this] {
    if (running_) {
      running_->run().pause();
    }
    post([this] { poll(); });
  });
}

void LiveEngine::resumePool() {
  command([this] {
    if (running_) {
      running_->run().hold_arrivals(false);  // a sweep held them
      running_->run().resume();
    }
    post([this] { poll(); });
  });
}

/// What runs; of a recording the gallery's scenario of that name.
std::optional<LiveSweep::Subject> LiveEngine::sweepSubject() const {
  if (live_) {
    const workload::Scenario& scenario = live_->scenario();
    return LiveSweep::Subject{scenario, describe(scenario).title, mayReachNetwork(scenario)};
  }
  const auto& known = workload::gallery();
  const auto found =
      std::ranges::find(known, state_.scenario.name.toStdString(), &workload::Scenario::name);
  return found != known.end() ? std::optional(LiveSweep::Subject{*found, describe(*found).title})
                              : std::nullopt;
}

/// Its tasks would take the cores, and answers of its server, from those that are measured.
void LiveEngine::holdForSweep(bool hold) {
  if (hold) {
    held_ = live_ && state_.activity == ui::EngineState::Activity::running && !state_.paused;
    if (held_) {
      command([this] {
        if (running_) {
          running_->run().hold_arrivals(true);  // or minutes of them would wait at its end
        }
      });
      pausePool();
    }
  } else if (std::exchange(held_, false)) {
    resumePool();
  }
}

void LiveEngine::addMarker(const QString& text) {
  if (live_) {
    live_->addMarker(text.toStdString());
  }
}

void LiveEngine::tryOut(int index) {
  if (!live_ || index < 0 || static_cast<std::size_t>(index) >= live_->scenario().tries.size()) {
    return;
  }
  const workload::Try& what = live_->scenario().tries[static_cast<std::size_t>(index)];
  workload::ScenarioRun& run = live_->run();
  const bool again = !what.with.empty();
  if (!again && run.finished()) {
    return;
  }
  const auto given = live_->scenario().max_workers.value_or(default_max_workers());
  const bool asStarted = !asItWas_ && !run.paused() && run.max_workers() == given;
  trial_.emplace(RunningTrial{.index = index,
                              .trial = experiment::Trial(what, *shown_->snapshot(), now(),
                                                         asStarted || !what.against_before),
                              .replaces = again ? live_ : nullptr});
  trialInfo_ = {.index = index, .stage = ui::TrialInfo::Stage::looking, .text = {}};
  state_.trial = trialInfo_;
  if (again) {
    const workload::Scenario original = asItWas_.value_or(live_->scenario());
    const auto changed = workload::changed(original, what.with);
    if (!changed) {
      trial_.reset();
      fail(changed.error());
      return;
    }
    asItWas_ = original;
    startAgain(*changed, mayReachNetwork(original));
    return;
  }
  live_->addMarker(what.label);
  if (what.max_workers) {
    run.set_max_workers(what.max_workers->on(usable_cores()));
  }
  if (what.cancel) {
    run.cancel_queued();
  }
  if (what.pause) {
    pausePool();
  } else if (what.resume || (what.max_workers && run.paused())) {
    resumePool();  // else nothing would come of the workers
  }
  poll();
}

void LiveEngine::undoTry() {
  if (live_ && asItWas_) {
    forgetTrial();
    const workload::Scenario scenario = *std::exchange(asItWas_, std::nullopt);
    startAgain(scenario, mayReachNetwork(scenario));
  }
}

/// `trusted`: as the scenario that it was made of; a try makes none that reaches further.
void LiveEngine::startAgain(workload::Scenario scenario, bool trusted) {
  LiveSession::Options options;
  options.trusted = trusted;
  command([this, scenario = std::move(scenario), options] {
    replaceRun(scenario, options, {}, false);
  });
}

void LiveEngine::forgetTrial() {
  trial_.reset();
  trialInfo_ = {};
}

/// Says what came of the last try as soon as there was time enough to see it.
void LiveEngine::lookAtTrial() {
  if (!trial_ || live_ == trial_->replaces) {
    return;
  }
  constexpr session::TimeNs kOnTheirWay = 100'000'000;  // events that are not yet in the session
  const auto snapshot = shown_->snapshot();
  if (!stoppedAt_ && !trial_->trial.is_due(*snapshot, now() - kOnTheirWay)) {
    return;
  }
  using Stage = ui::TrialInfo::Stage;
  using Verdict = experiment::TrialOutcome::Verdict;
  const experiment::TrialOutcome outcome = trial_->trial.look(*snapshot);
  trialInfo_.stage = outcome.verdict == Verdict::kept     ? Stage::kept
                     : outcome.verdict == Verdict::missed ? Stage::missed
                                                          : Stage::seen;
  trialInfo_.text = QString::fromStdString(outcome.text);
  trial_.reset();
}

void LiveEngine::startRecording(const QString& path) {
  command([this, path] {
    if (!running_) {
      return;
    }
    const auto started = running_->startRecording(path.toStdString(), true);
    post([this, started] {
      if (!started) {
        fail(started.error());
      }
      poll();
    });
  });
}

void LiveEngine::stopRecording() {
  command([this] {
    if (!running_) {
      return;
    }
    const auto recorder = running_->recorder();
    const auto stopped = running_->stopRecording();
    if (!recorder) {
      return;
    }
    post([this, stopped, recorder] {
      if (stopped) {
        savedEvents_ = shown_->snapshot()->event_count();
      }
      tellRecording(stopped, *recorder);
      poll();
    });
  });
}

void LiveEngine::saveSession(const QString& path) {
  storage::WriteOptions options;
  options.info = recordingInfo();
  options.overwrite = true;  // the file chooser has asked
  jobs_.start([this, path, options, snapshot = snapshot(), session = shown_] {
    const auto done = storage::save_recording(*snapshot, path.toStdString(), options);
    post([this, done, path, session, events = snapshot->event_count()] {
      if (!done) {
        fail(done.error());
        return;
      }
      if (session == shown_) {
        savedEvents_ = events;
        poll();
      }
      Q_EMIT saved(path);
    });
  });
}

void LiveEngine::openFile(const QString& path) {
  stopOpening_.request_stop();  // an earlier one that is still being read
  stopOpening_ = std::stop_source();
  const auto before = state_.activity;
  state_.activity = ui::EngineState::Activity::opening;
  state_.opening = path;
  state_.openProgress = 0;
  changed();
  const std::size_t limit = memory_limit(settings_.memoryShare());
  jobs_.start([this, path, before, limit, stop = stopOpening_.get_token()] {
    auto session = std::make_shared<session::Session>();
    session->set_memory_limit(limit);
    const auto progress = [&](double share) {
      const bool shows = !session->snapshot()->empty();
      post([this, path, session, share, shows, stop] {
        if (!stop.stop_requested()) {
          showProgress(path, shows ? session : nullptr, share);
        }
      });
    };
    auto opened = storage::open_recording(path.toStdString(), *session, stop, progress);
    if (stop.stop_requested()) {
      return;
    }
    if (opened && session->snapshot()->empty()) {
      opened = tl::unexpected(nothingToShow(path.toStdString()));
    }
    post([this, path, before, session, opened] {
      if (opened) {
        showFile(session, path, *opened);
        return;
      }
      if (state_.activity == ui::EngineState::Activity::opening) {
        const bool file = state_.source == ui::EngineState::Source::file;
        state_.activity = before != ui::EngineState::Activity::opening && session != shown_ ? before
                          : file ? ui::EngineState::Activity::finished
                                 : ui::EngineState::Activity::idle;
      }
      changed();
      fail(opened.error());
    });
  });
}

void LiveEngine::setMemoryShare(int percent) {
  shown_->set_memory_limit(memory_limit(percent));
}

void LiveEngine::prepareQuit() {
  sweep_.cancel();
  stopOpening_.request_stop();
  command([this] {
    endRun();
    post([this] { Q_EMIT quitReady(); });
  });
}

// --- back on the GUI thread ---

void LiveEngine::show(std::shared_ptr<LiveSession> live) {
  live_ = std::move(live);
  shown_ = live_->session();
  setMemoryShare(settings_.memoryShare());
  savedEvents_ = 0;
  ending_ = false;
  stoppedAt_.reset();
  state_ = {};
  state_.source = ui::EngineState::Source::live;
  state_.activity = ui::EngineState::Activity::running;
  state_.scenario = describe(live_->scenario());
  Q_EMIT sessionReplaced();
  poll();
}

/// How far a file is read; from its first tasks on (`session`) with the picture of them.
void LiveEngine::showProgress(const QString& path, std::shared_ptr<session::Session> session,
                              double share) {
  if (state_.activity != ui::EngineState::Activity::opening) {
    return;
  }
  const bool isFirst = session != nullptr && session != shown_;
  if (isFirst) {
    replaceByFile(std::move(session), path);
    state_.activity = ui::EngineState::Activity::opening;
    state_.opening = path;
    state_.scenario.title = QFileInfo(path).fileName();
  }
  state_.openProgress = share;
  if (isFirst) {
    Q_EMIT sessionReplaced();
  }
  changed();
}

/// What runs is ended, what was shown is gone.
void LiveEngine::replaceByFile(std::shared_ptr<session::Session> session, const QString& path) {
  command([this] { endRun(); });
  live_.reset();
  forgetTrial();
  asItWas_.reset();
  shown_ = std::move(session);
  stoppedAt_.reset();
  fileInfo_ = {};
  state_ = {};
  state_.source = ui::EngineState::Source::file;
  state_.file = path;
}

void LiveEngine::showFile(std::shared_ptr<session::Session> session, const QString& path,
                          const storage::OpenedRecording& about) {
  const bool known = session == shown_;
  replaceByFile(std::move(session), path);
  stoppedAt_ = shown_->snapshot()->end() + 1;
  state_.activity = ui::EngineState::Activity::finished;
  state_.missing = QString::fromStdString(about.missing);
  fileInfo_ = about.info;
  if (const auto scenario =
          workload::parse_scenario(about.info.scenario_toml, path.toStdString())) {
    state_.scenario = describe(*scenario);
  } else {
    state_.scenario.name = QString::fromStdString(about.info.scenario_name);
    state_.scenario.title = QFileInfo(path).fileName();
  }
  const auto snapshot = shown_->snapshot();
  for (const session::Pool& pool : snapshot->pools()) {
    state_.maxWorkers = std::max(
        state_.maxWorkers, static_cast<int>(snapshot->max_workers_at(pool.index, snapshot->end())));
  }
  if (!known) {
    Q_EMIT sessionReplaced();
  }
  changed();
}

/// Whether the run is over and the session holds all of it: who shows a finished session must not
/// take a part of it for the whole. The last events are waited for where waiting does no harm.
bool LiveEngine::hasEnded() {
  if (live_->run().finished() && !ending_) {
    ending_ = true;
    command([this, live = live_] {
      live->flush();
      post([this, live] {
        if (live == live_) {
          stoppedAt_ = static_cast<session::TimeNs>(trace::now_ns());
          poll();
        }
      });
    });
  }
  return stoppedAt_.has_value();
}

void LiveEngine::poll() {
  if (!live_) {
    return;
  }
  workload::ScenarioRun& run = live_->run();
  live_->markSleep();
  const bool finished = hasEnded();
  const auto snapshot = shown_->snapshot();
  const auto recorder = live_->recorder();
  if (recorder && recorder.get() != faulty_) {
    if (const auto error = recorder->error()) {
      faulty_ = recorder.get();
      fail(*error);
      stopRecording();
    }
  }
  if (state_.activity != ui::EngineState::Activity::opening) {
    state_.activity =
        finished ? ui::EngineState::Activity::finished : ui::EngineState::Activity::running;
  }
  state_.maxWorkers = static_cast<int>(run.max_workers());
  state_.paused = run.paused();
  state_.automatic = live_->steered();
  state_.recordingPath = recorder ? QString::fromStdString(recorder->path().string()) : QString();
  state_.unsaved =
      !recorder && snapshot->task_count() > 0 && snapshot->event_count() > savedEvents_;
  lookAtTrial();
  state_.trial = trialInfo_;
  state_.scenario.isChanged = asItWas_.has_value();
  const auto trouble = run.network_trouble();
  state_.trouble = trouble ? QString::fromStdString(trouble->message()) : QString();
  changed();
}

}  // namespace poolscope::app
