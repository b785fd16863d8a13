// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/bridge/server.h"
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "core/trace/directory.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace poolscope::app {

/// Programs that tell of their pools, and all that watches them: session and, if wanted, a
/// recording. Threads: startRecording(), stopRecording() and end() by one thread at a time; the
/// rest by any.
class BridgeSession {
 public:
  struct Options {
    std::int64_t pid = 0;                          ///< of the program that is watched
    std::string command = {};                      ///< its name and arguments
    std::optional<std::uint32_t> maxWorkers = {};  ///< as asked for; for the recording
    /// Somebody was refused, or a program cannot tell all: what to say. On any thread; the same
    /// only once, however often somebody tries.
    std::function<void(const Error&)> onRefused = {};
  };

  /// Listens at `socket`.
  static Result<std::unique_ptr<BridgeSession>> start(const std::filesystem::path& socket,
                                                      Options options);
  ~BridgeSession();
  BridgeSession(const BridgeSession&) = delete;
  BridgeSession& operator=(const BridgeSession&) = delete;

  const std::shared_ptr<session::Session>& session() const { return session_; }
  const Options& options() const { return options_; }
  /// What onRefused was told since the last call, for a window.
  std::vector<Error> takeComplaints();
  bridge::Server& server() { return *server_; }

  // Of all pools that there are.
  void setMaxWorkers(std::uint32_t count);
  void pause();
  void resume();
  /// The largest of the pools; 0: none.
  std::uint32_t maxWorkers() const;
  /// Whether there is a pool, and all are paused.
  bool paused() const;
  void addMarker(const std::string& text);

  /// Writes from here on, and first all that has happened so far.
  Result<void> startRecording(const std::filesystem::path& path, bool overwrite);
  Result<void> stopRecording();
  std::shared_ptr<storage::Recorder> recorder() const;
  storage::RecordingInfo recordingInfo() const;

  /// Ends all connections: the programs go on by themselves. Nothing else is to be called then.
  void stopListening() { server_.reset(); }
  /// As Server::drain(); afterwards the session's snapshot has everything.
  std::vector<bridge::Hello> drain(std::chrono::milliseconds patience);

 private:
  /// The way of one process's events: into the session, and into the recording if there is one.
  class ProcessSink;

  explicit BridgeSession(Options options);
  std::shared_ptr<trace::Sink> addProcess(std::shared_ptr<const trace::Directory> directory);
  std::shared_ptr<trace::Sink> wayInto(const ProcessSink& process) const;

  const Options options_;
  const std::shared_ptr<session::Session> session_;
  const std::shared_ptr<trace::Directory> main_;  // of the program's own process
  mutable std::mutex mutex_;  // guards what follows; taken for each batch of events
  std::vector<std::shared_ptr<ProcessSink>> processes_;  // the program's own first
  std::shared_ptr<storage::Recorder> recorder_;

  void complainOf(const Error& error);

  std::vector<Error> complaints_;           // guarded by mutex_
  std::set<std::string> told_;              // guarded by mutex_; what was complained of ever
  bool mainTaken_ = false;                  // the server's thread's own
  std::unique_ptr<bridge::Server> server_;  // last: its thread uses all of the above
};

}  // namespace poolscope::app
