// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/auto_pilot.h"
#include "core/base/result.h"
#include "core/base/sleep_watch.h"
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "core/trace/tracer.h"
#include "core/workload/scenario_run.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace poolscope::app {

/// A scenario at work and all that watches it: tracer, session and, if wanted, a recording. What
/// the window shows live and what `poolscope record` runs. Threads: start(), startRecording(),
/// stopRecording() and end() by one thread at a time; the rest by any.
class LiveSession {
 public:
  struct Options {
    std::optional<std::size_t> maxWorkers = {};
    std::optional<std::uint64_t> tasks = {};
    std::optional<workload::Nanoseconds> duration = {};
    bool oneBatch = false;
    bool automatic = false;  ///< steer(true) from the start
    bool trusted = false;    ///< the user lets it reach the network
  };

  static Result<std::unique_ptr<LiveSession>> start(workload::Scenario scenario, Options options,
                                                    const std::filesystem::path& recordTo = {},
                                                    bool overwrite = false);
  ~LiveSession();  ///< end() without grace
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;

  const workload::Scenario& scenario() const { return scenario_; }
  const std::shared_ptr<session::Session>& session() const { return session_; }
  workload::ScenarioRun& run() { return *run_; }
  void addMarker(const std::string& text) { tracer_.marker(text); }
  /// A marker where the computer slept: its hour is missing from the time of events. To be called
  /// now and then, by one thread at a time.
  void markSleep();

  /// Whether a controller adapts max_workers (auto_pilot.h). Thread: as start().
  void steer(bool automatic);
  /// Any thread.
  bool steered() const { return steered_; }

  /// Writes from here on, and first all that has happened so far.
  Result<void> startRecording(const std::filesystem::path& path, bool overwrite);
  /// Finishes the file. Says what went wrong while recording, if anything.
  Result<void> stopRecording();
  /// The recording under way, or null.
  std::shared_ptr<storage::Recorder> recorder() const;

  /// Returns when the session holds all that has happened. Waits for the collector. Any thread.
  void flush() { tracer_.flush(); }
  /// Stops the run, waits for its tasks (which may go on for `grace`), and finishes the recording:
  /// afterwards the session holds everything.
  Result<void> end(workload::Nanoseconds grace);

  /// What a recording of this session says of itself.
  storage::RecordingInfo recordingInfo() const;

 private:
  LiveSession(workload::Scenario scenario, std::optional<std::size_t> maxWorkers);

  const workload::Scenario scenario_;
  const std::optional<std::size_t> wantedWorkers_;
  std::shared_ptr<session::Session> session_;
  trace::Tracer tracer_;
  std::shared_ptr<trace::Sink> sink_;
  mutable std::mutex recorderMutex_;
  std::shared_ptr<storage::Recorder> recorder_;  // guarded by recorderMutex_
  SleepWatch sleepWatch_;
  std::unique_ptr<workload::ScenarioRun> run_;
  std::unique_ptr<AutoPilot> pilot_;
  std::atomic<bool> steered_ = false;
};

}  // namespace poolscope::app
