// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace poolscope::app {

/// Turns SIGINT and SIGTERM into calls of a function, so that a recording is finished and what was
/// measured is kept. Threads: make it in main() before any other thread exists (they inherit the
/// blocked signals); the functions are called on a thread of its own.
class StopSignals {
 public:
  StopSignals();  ///< blocks the signals from here on
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The first signal calls `stop`, the second `stopNow`; one more, or the second where there is no
  /// `stopNow`, ends the program as if nobody caught it.
  void onStop(std::function<void()> stop, std::function<void()> stopNow = {});

  /// Puts the signals back as they were before, for a program that the calling process becomes.
  void undo() const;

 private:
  sigset_t maskBefore_;
  void (*pipeBefore_)(int);
  std::jthread waiter_;
};

}  // namespace poolscope::app
