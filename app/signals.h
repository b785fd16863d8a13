// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

namespace poolscope::app {

/// Turns SIGINT and SIGTERM into calls of a function, so that a recording is finished and what was
/// measured is kept. A second signal of the same kind ends the program at once. Threads: make it in
/// main() before any other thread exists (they inherit the blocked signals); the function is called
/// on a thread of its own.
class StopSignals {
 public:
  StopSignals();  ///< blocks the signals from here on
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  void onStop(std::function<void()> stop);

 private:
  std::jthread waiter_;
};

}  // namespace poolscope::app
