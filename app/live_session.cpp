// SPDX-License-Identifier: Apache-2.0
#include "app/live_session.h"

#include "app/version.h"
#include "core/base/cores.h"
#include "core/trace/clock.h"

#include <utility>

namespace poolscope::app {

LiveSession::LiveSession(workload::Scenario scenario, std::optional<std::size_t> maxWorkers)
    : scenario_(std::move(scenario)),
      wantedWorkers_(maxWorkers),
      session_(std::make_shared<session::Session>()),
      sink_(session_->add_process(tracer_.directory())),
      sleepWatch_(trace::read_clock_ns(CLOCK_BOOTTIME), trace::now_ns()) {
  tracer_.add_sink(sink_);
}

void LiveSession::markSleep() {
  const std::string slept = sleepWatch_.look(trace::read_clock_ns(CLOCK_BOOTTIME), trace::now_ns());
  if (!slept.empty()) {
    addMarker(slept);
  }
}

Result<std::unique_ptr<LiveSession>> LiveSession::start(workload::Scenario scenario,
                                                        Options options,
                                                        const std::filesystem::path& recordTo,
                                                        bool overwrite) {
  std::unique_ptr<LiveSession> live(new LiveSession(std::move(scenario), options.maxWorkers));
  if (!recordTo.empty()) {
    if (auto recording = live->startRecording(recordTo, overwrite); !recording) {
      return tl::unexpected(recording.error());
    }
  }
  workload::RunOptions run;
  run.tracer = &live->tracer_;
  run.max_workers = options.maxWorkers;
  run.tasks = options.tasks;
  run.duration = options.duration;
  run.one_batch = options.oneBatch;
  run.trusted = options.trusted;
  run.on_script = [tracer = &live->tracer_](const workload::ScriptStep& step) {
    if (!step.say.empty()) {  // its marker was set by the run
      tracer->marker(step.say);
    }
  };
  auto started = workload::ScenarioRun::start(live->scenario_, std::move(run));
  if (!started) {
    return tl::unexpected(started.error());
  }
  live->run_ = std::move(*started);
  live->steer(options.automatic);
  return live;
}

LiveSession::~LiveSession() {
  // Nobody is left to hear of a failed recording: who wants to know calls end() before.
  static_cast<void>(end(workload::Nanoseconds(0)));
}

storage::RecordingInfo LiveSession::recordingInfo() const {
  storage::RecordingInfo info;
  info.version = kVersion;
  info.scenario_name = scenario_.name;
  info.scenario_toml = scenario_.toml;
  info.settings["cores"] = std::to_string(usable_cores());
  info.settings["seed"] = std::to_string(scenario_.seed);
  if (const auto workers = wantedWorkers_ ? wantedWorkers_ : scenario_.max_workers) {
    info.settings["max_workers"] = std::to_string(*workers);
  }
  return info;
}

Result<void> LiveSession::startRecording(const std::filesystem::path& path, bool overwrite) {
  storage::WriteOptions options;
  options.info = recordingInfo();
  options.overwrite = overwrite;
  // Asked on the collector's thread: an empty batch makes the session publish all that it was given
  // so far.
  const auto soFar = [sink = sink_, session = session_] {
    sink->consume({});
    return session->snapshot();
  };
  auto recorder = storage::Recorder::create(path, tracer_.directory(), std::move(options), soFar);
  if (!recorder) {
    return tl::unexpected(recorder.error());
  }
  tracer_.add_sink(*recorder);
  const std::scoped_lock lock(recorderMutex_);
  recorder_ = std::move(*recorder);
  return {};
}

Result<void> LiveSession::stopRecording() {
  std::shared_ptr<storage::Recorder> recorder;
  {
    const std::scoped_lock lock(recorderMutex_);
    recorder = std::exchange(recorder_, nullptr);
  }
  if (!recorder) {
    return {};
  }
  tracer_.remove_sink(recorder);
  return recorder->finish();
}

std::shared_ptr<storage::Recorder> LiveSession::recorder() const {
  const std::scoped_lock lock(recorderMutex_);
  return recorder_;
}

void LiveSession::steer(bool automatic) {
  if (automatic && !pilot_) {
    pilot_ = std::make_unique<AutoPilot>(*this);
  } else if (!automatic && pilot_) {
    pilot_.reset();
    addMarker("auto off");
  }
  steered_ = automatic;
}

Result<void> LiveSession::end(workload::Nanoseconds grace) {
  pilot_.reset();
  if (run_) {
    run_->stop(grace);
    run_->wait();
  }
  tracer_.flush();
  return stopRecording();
}

}  // namespace poolscope::app
