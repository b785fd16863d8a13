// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/command_line.h"
#include "app/watched.h"
#include "core/bridge/socket_folder.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace poolscope::app {

/// A program that was found running, and has our client or library in it: what `poolscope attach`
/// is, with a window or without. Its end is that of its process, or its goodbye. Threads: finish()
/// by one at a time, the rest by any.
class AttachSession final : public Watched {
 public:
  static Result<std::unique_ptr<AttachSession>> start(const AttachCall& call);
  ~AttachSession() override;

  BridgeSession& session() override { return *session_; }
  pid_t pid() const override { return pid_; }
  const std::vector<std::string>& words() const override { return words_; }
  std::string command() const override;
  bool ended() const override;
  void onEnd(std::function<void()> ended) override;
  std::optional<Error> silence() const override;
  void takeTheLast() override;

  /// Until the program has ended or stop() was called.
  void wait();
  /// Whoever waits waits no longer: the program goes on unwatched.
  void stop();
  /// Finishes the recording, complains of what there is to complain of, and gives the exit status.
  int finish();

 private:
  AttachSession(bridge::SocketFolder folder, pid_t pid, std::vector<std::string> words);
  void watch(const std::stop_token& stop);

  const bridge::SocketFolder folder_;
  const pid_t pid_;
  const std::vector<std::string> words_;
  std::unique_ptr<BridgeSession> session_;
  bool drained_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable over_;
  bool ended_ = false;
  bool stopped_ = false;
  std::function<void()> on_end_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poolscope::app
