// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

namespace poolscope::app {

class LiveSession;

/// Lets experiment::AutoWorkers steer the pool of a session that runs: measures it four times a
/// second, on a thread of its own, and puts each decision with its reason on the time axis.
/// Threads: made and destroyed by one; the session outlives it.
class AutoPilot {
 public:
  explicit AutoPilot(LiveSession& live);
  ~AutoPilot();  ///< waits for its thread, at most some milliseconds
  AutoPilot(const AutoPilot&) = delete;
  AutoPilot& operator=(const AutoPilot&) = delete;

 private:
  void steer(const std::stop_token& stop);

  LiveSession& live_;
  std::jthread thread_;
};

}  // namespace poolscope::app
