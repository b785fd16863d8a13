// SPDX-License-Identifier: Apache-2.0
#include "app/signals.h"

#include <array>
#include <csignal>
#include <cstddef>
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
  pthread_sigmask(SIG_BLOCK, &set, &maskBefore_);
  // A peer that resets a TLS connection, or a reader of our output that left, is an error to be
  // told, not our end.
  pipeBefore_ = std::signal(SIGPIPE, SIG_IGN);
}

void StopSignals::undo() const {
  std::signal(SIGPIPE, pipeBefore_);  // NOLINT(cert-err33-c): cannot fail
  pthread_sigmask(SIG_SETMASK, &maskBefore_, nullptr);
}

StopSignals::~StopSignals() = default;

void StopSignals::onStop(std::function<void()> stop, std::function<void()> stopNow) {
  waiter_ = std::jthread(
      [calls = std::array{std::move(stop), std::move(stopNow)}](const std::stop_token& ended) {
        const sigset_t set = stopSignals();
        const timespec patience{0, 100'000'000};  // how soon the end of the program is noticed
        for (std::size_t call = 0; !ended.stop_requested();) {
          const int signal = sigtimedwait(&set, nullptr, &patience);
          if (signal <= 0) {
            continue;
          }
          if (call == calls.size() || !calls[call]) {
            std::signal(signal, SIG_DFL);  // NOLINT(cert-err33-c): cannot fail
            pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
            raise(signal);
            return;
          }
          calls[call++]();
        }
      });
}

}  // namespace poolscope::app
