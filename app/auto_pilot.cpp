// SPDX-License-Identifier: Apache-2.0
#include "app/auto_pilot.h"

#include "app/live_session.h"
#include "core/base/thread_name.h"
#include "core/experiment/auto_workers.h"
#include "core/experiment/words.h"
#include "core/trace/clock.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace poolscope::app {
namespace {

using session::TimeNs;

// What a sample ends with has reached the session by then.
constexpr TimeNs kOnTheirWay = 50'000'000;
constexpr session::PoolIndex kPool{0};  // a scenario has one

TimeNs present() {
  return static_cast<TimeNs>(trace::now_ns()) - kOnTheirWay;
}

}  // namespace

AutoPilot::AutoPilot(LiveSession& live)
    : live_(live),
      thread_([this](const std::stop_token& stop) { steer(stop); }) {}

AutoPilot::~AutoPilot() = default;

void AutoPilot::steer(const std::stop_token& stop) {
  set_current_thread_name("auto");
  workload::ScenarioRun& run = live_.run();
  experiment::AutoWorkers controller(run.max_workers());
  live_.addMarker(std::string(experiment::kAutoOnMark) +
                  experiment::workers_text(run.max_workers()));
  std::mutex mutex;
  std::condition_variable_any alarm;
  std::unique_lock lock(mutex);
  TimeNs since = present();
  const auto period = std::chrono::duration<double>(experiment::kAutoPeriodSeconds);
  while (!run.finished()) {
    alarm.wait_for(lock, stop, period, [] { return false; });
    if (stop.stop_requested()) {
      break;
    }
    const TimeNs now = present();
    const auto snapshot = live_.session()->snapshot();
    const auto decision = controller.take({.seconds = static_cast<double>(now - since) * 1e-9,
                                           .finished = snapshot->finished_count(kPool, since, now),
                                           .queue_empty = snapshot->queue_depth(kPool, now) == 0,
                                           .paused = run.paused()});
    since = now;
    if (!decision) {
      continue;
    }
    if (decision->changed) {
      run.set_max_workers(decision->workers);
    }
    live_.addMarker(std::string(experiment::kAutoDecisionMark) + decision->reason);
  }
}

}  // namespace poolscope::app
