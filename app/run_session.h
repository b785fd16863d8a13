// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"
#include "app/program.h"
#include "app/signals.h"
#include "app/watched.h"
#include "core/base/result.h"
#include "core/bridge/socket_folder.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace poolscope::app {

/// A program that runs with our client in it, and its session: what `poolscope run` is, with a
/// window or without. Threads: start() by the main thread before any other exists; the rest by one
/// at a time.
class RunSession final : public Watched {
 public:
  static Result<std::unique_ptr<RunSession>> start(const RunCall& call, const StopSignals& signals);

  BridgeSession& session() override { return *session_; }
  pid_t pid() const override { return program_->pid(); }
  const std::vector<std::string>& words() const override { return program_->words(); }
  std::string command() const override { return program_->command(); }
  bool ended() const override { return program_->status().has_value(); }
  void onEnd(std::function<void()> ended) override { program_->onEnd(std::move(ended)); }
  std::optional<Error> silence() const override;
  /// Waits some moments for processes that it left behind.
  void takeTheLast() override;

  Program& program() { return *program_; }
  /// Nobody looks any more: the program goes on alone, unless a recording of it is under way.
  void stopWatching();
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
