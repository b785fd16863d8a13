// SPDX-License-Identifier: Apache-2.0
#include "app/signals.h"

#include <csignal>
#include <ctime>
#include <pthread.h>
#include <utility>

namespace poolscope::app {
namespace {

sigset_t stopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that resets a TLS connection, or a reader of our output that left, is an error to be
  // told, not our end.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail
}

StopSignals::~StopSignals() = default;

void StopSignals::onStop(std::function<void()> stop) {
  waiter_ = std::jthread([stop = std::move(stop)](const std::stop_token& ended) {
    const sigset_t set = stopSignals();
    const timespec patience{0, 100'000'000};  // how soon the end of the program is noticed
    while (!ended.stop_requested()) {
      if (sigtimedwait(&set, nullptr, &patience) > 0) {
        pthread_sigmask(SIG_UNBLOCK, &set, nullptr);  // the next one ends the program
        stop();
        return;
      }
    }
  });
}

}  // namespace poolscope::app
