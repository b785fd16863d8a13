// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <array>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::testing;

namespace {

std::array<int, 2> s_release;  // a pipe
std::atomic<bool> s_halted = false;

/// Stops the thread it is sent to, as if another one had its core, until the pipe is written to.
void halt(int /*signal*/) {
  s_halted = true;
  char byte = 0;
  while (read(s_release[0], &byte, 1) < 0) {
  }
}

/// A worker, as the system knows it.
struct WorkerThread {
  pthread_t handle = {};
  pid_t id = 0;

  static WorkerThread here() {
    return {.handle = pthread_self(), .id = static_cast<pid_t>(syscall(SYS_gettid))};
  }
  bool asleep() const {
    std::ifstream stat("/proc/self/task/" + std::to_string(id) + "/stat");
    std::string text;
    std::getline(stat, text);
    return text.find(") S ") != std::string::npos;
  }
};

}  // namespace

/// Who is woken for what is submitted, where the one that should take it has no core to run on.
class WakeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    QCOMPARE(pipe(s_release.data()), 0);
    struct sigaction action = {};
    action.sa_handler = halt;
    sigaction(SIGUSR1, &action, nullptr);
  }

  void manyTasks_doNotWaitForTheWorkerThatLooksForWork_ifItCannotRun() {
    constexpr int kTasks = 5'000;
    constexpr int kFew = 1'024;  // may wait for it
    std::atomic<int> done = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    const WorkerThread first = pool.submit(WorkerThread::here).result();
    QVERIFY(eventually([&] { return first.asleep(); }));
    pthread_kill(first.handle, SIGUSR1);
    QVERIFY(eventually([] { return s_halted.load(); }));
    auto begun = pool.submit([] {});  // the first worker is to look for it, and does not
    pool.set_max_workers(2);
    const WorkerThread second = pool.submit(WorkerThread::here).result(std::chrono::seconds(30));
    QVERIFY(second.id != first.id);
    begun.result(std::chrono::seconds(30));
    QVERIFY(eventually([&] { return second.asleep(); }));
    for (int i = 0; i < kTasks; ++i) {
      pool.submit([&] { ++done; });
    }
    const bool most = eventually([&] { return done >= kTasks - kFew; });
    QCOMPARE(write(s_release[1], "x", 1), ssize_t(1));
    QVERIFY(most);
    pool.shutdown();
    QCOMPARE(done.load(), kTasks);
  }
};

QTEST_APPLESS_MAIN(WakeTest)
#include "wake_test.moc"
