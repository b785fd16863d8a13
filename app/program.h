// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/signals.h"
#include "core/base/result.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace poolscope::app {

/// A program that the user asked us to run, as if the shell had: it has our standard streams, our
/// terminal, and the signals' state that we were started with. Signals that others send us go on to
/// it. Threads: prepare() by the main thread before any other exists, the rest by any one.
class Program {
 public:
  /// Makes its process, which waits for start(). From here on signals are kept for it.
  static Result<std::unique_ptr<Program>> prepare(std::vector<std::string> words,
                                                  const StopSignals& signals);
  ~Program();  ///< one that was not started is gone; one that runs goes on
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  /// `name arguments...`, as it calls itself.
  std::string command() const;
  const std::vector<std::string>& words() const { return words_; }

  /// Lets it begin, with `environment` in addition to ours. An Error says that there is no such
  /// program, or why it cannot be run.
  Result<void> start(const std::map<std::string, std::string>& environment);
  /// `ended` is called on any thread, under a lock: it must not call back. The one given last
  /// counts; none of them is called any more when this returns.
  void onEnd(std::function<void()> ended);
  /// Until it has ended, or so long; true if it has.
  bool wait(std::chrono::milliseconds patience);
  /// Once it has ended: as the shell says it, 128 + signal if it was killed.
  std::optional<int> status() const;
  void signal(int number) const;

 private:
  Program(std::vector<std::string> words, pid_t pid, int gate, int answer);
  void watch(const std::stop_token& stop);
  bool reap();

  const std::vector<std::string> words_;
  const pid_t pid_;
  int gate_;    // what is written here is its environment
  int answer_;  // why it could not be run
  bool started_ = false;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable ended_;
  std::optional<int> status_;
  std::function<void()> on_end_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poolscope::app
