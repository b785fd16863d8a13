// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/bridge_session.h"
#include "app/command_line.h"
#include "app/program.h"
#include "app/signals.h"
#include "core/base/result.h"
#include "core/bridge/socket_folder.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace poolscope::app {

/// A program that runs with our client in it, and its session: what `poolscope run` is, with a
/// window or without. Threads: start() by the main thread before any other exists; the rest by one
/// at a time.
class RunSession {
 public:
  static Result<std::unique_ptr<RunSession>> start(const RunCall& call, const StopSignals& signals);

  BridgeSession& session() { return *session_; }
  Program& program() { return *program_; }

  /// Nobody looks any more: the program goes on alone, unless a recording of it is under way.
  void stopWatching();
  /// What to say of a program of which nothing is seen, and why; nothing if all is well. The
  /// program has ended, or has had its time to begin.
  std::optional<Error> silence() const;
  /// After the program's end: the session has all events then. Waits some moments for processes
  /// that it left behind.
  void takeTheLast();
  /// After the program's end: takeTheLast(), finishes the recording, complains of what there is to
  /// complain of, and gives the exit status.
  int finish();

 private:
  explicit RunSession(bridge::SocketFolder folder) : folder_(std::move(folder)) {}

  bridge::SocketFolder folder_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<BridgeSession> session_;
  std::vector<bridge::Hello> left_ = {};
  bool watched_ = true;
  bool ended_ = false;  // takeTheLast() was called, or is not to be
};

}  // namespace poolscope::app
