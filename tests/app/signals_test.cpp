// SPDX-License-Identifier: Apache-2.0
#include "app/signals.h"

#include <QTest>

#include <csignal>
#include <semaphore>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using poolscope::app::StopSignals;

namespace {

StopSignals* theSignals = nullptr;  // made in main(), before Qt Test starts a thread

/// How a child process ends that is sent `count` signals, each once the one before was seen.
int endOfChild(int count, bool hasSecond) {
  const pid_t child = fork();
  if (child == 0) {
    StopSignals signals;
    std::binary_semaphore seen(0);
    const auto tell = [&seen] { seen.release(); };
    signals.onStop(tell, hasSecond ? std::function<void()>(tell) : std::function<void()>());
    for (int i = 0; i < count; ++i) {
      kill(getpid(), SIGINT);
      seen.acquire();  // the last one never comes: the program has ended
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

}  // namespace

class SignalsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void firstSignal_stops_secondStopsNow() {
    std::binary_semaphore seen(0);
    std::string calls;
    theSignals->onStop(
        [&] {
          calls += "stop ";
          seen.release();
        },
        [&] {
          calls += "now";
          seen.release();
        });
    kill(getpid(), SIGINT);
    seen.acquire();
    kill(getpid(), SIGTERM);
    seen.acquire();
    QCOMPARE(calls, std::string("stop now"));
  }
};

int main(int argc, char** argv) {
  // Children first: they must not be made while there are threads.
  const int once = endOfChild(1, true);
  const int twiceOfTwo = endOfChild(2, true);
  const int thrice = endOfChild(3, true);
  const int twiceOfOne = endOfChild(2, false);
  if (once != 0 || twiceOfTwo != 0 || thrice != SIGINT || twiceOfOne != SIGINT) {
    qCritical("FAIL: one signal more than there are functions must end the program");
    return 1;
  }
  StopSignals signals;
  theSignals = &signals;
  SignalsTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "signals_test.moc"
