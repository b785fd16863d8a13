// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <array>
#include <chrono>
#include <memory>
#include <pthread.h>
#include <ranges>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

class TaskTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s21_runningTask_saysSo_andCannotBeCancelled() {
    BusyPool busy;
    QVERIFY(busy.running.running());
    QVERIFY(!busy.running.cancel());
    QVERIFY(busy.running.running());
    busy.gate.open();
    busy.running.result();
    QVERIFY(!busy.running.running());
    QVERIFY(busy.running.done());
  }

  void s21_cancelledTask_neverRuns() {
    std::atomic<bool> ran = false;
    BusyPool busy;
    auto queued = busy.pool.submit([&] { ran = true; });
    const bool cancelled = queued.cancel();
    busy.gate.open();
    busy.pool.shutdown();
    QVERIFY(cancelled);
    QVERIFY(!ran);
  }

  void s22_whateverATaskThrows_goesToTheFuture() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_THROWS_EXCEPTION(std::domain_error,
                             pool.submit([] { throw std::domain_error("x"); }).result());
    QVERIFY_THROWS_EXCEPTION(int, pool.submit([]() -> int { throw 3; }).result());
    QCOMPARE(pool.submit([] { return 4; }).result(), 4);
    QCOMPARE(pool.worker_count(), std::size_t(1));
  }

  void s22_pthreadExitInATask_endsTheWorker_notThePool() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto gone = pool.submit([] { pthread_exit(nullptr); });
    auto next = pool.submit([] { return 4; });
    QCOMPARE(next.result(), 4);
    QVERIFY(gone.exception() != nullptr);
  }

  void s23_onCompletion_everyoneIsToldBeforeTheCallbacks() {
    Gate gate;
    std::atomic<bool> called = false;
    std::atomic<bool> was_done = false;
    std::atomic<int> told = 0;
    BusyPool busy;
    auto future = busy.pool.submit([] { return 1; });
    std::thread::id where;
    future.add_done_callback([&](const Future<int>& done) {
      was_done = done.done() && done.result(std::chrono::seconds(0)) == 1;
      where = std::this_thread::get_id();
      gate.pass();
      called = true;
    });
    std::jthread waiter([&] { told += int(wait(std::vector{future}).done.size()); });
    std::jthread taker([&] {
      for (const auto& each : as_completed(std::vector{future})) {
        told += each.result();
      }
    });
    std::jthread reader([&] { told += future.result(); });
    busy.gate.open();
    waiter.join();
    taker.join();
    reader.join();
    const bool before_the_callback = !called;  // it cannot pass the gate yet
    gate.await();
    const auto worker = where;
    gate.open();
    busy.pool.shutdown();
    QCOMPARE(told.load(), 3);
    QVERIFY(before_the_callback);
    QVERIFY(called && was_done);
    QVERIFY(worker != std::this_thread::get_id());
  }

  void s24_captures_areGoneBeforeTheResultIsVisible() {
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    for (int i = 0; i < 300; ++i) {
      auto future = pool.submit([c = Counted(living)](const Counted&) {}, Counted(living));
      future.result();
      QCOMPARE(living.load(), 0);
    }
  }

  void s24_captures_areGoneBeforeTheCallbacks() {
    std::atomic<int> living = 0;
    std::atomic<int> seen = -1;
    BusyPool busy;
    auto future = busy.pool.submit([c = Counted(living)] {});
    future.add_done_callback([&](const Future<void>&) { seen = living.load(); });
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(seen.load(), 0);
  }

  void s24_throwingDestructorOfACapture_isTheTasksError() {
    struct Thrower {
      bool armed = true;
      Thrower() = default;
      Thrower(Thrower&& other) noexcept : armed(std::exchange(other.armed, false)) {}
      Thrower& operator=(Thrower&&) = delete;
      ~Thrower() noexcept(false) {
        if (armed) {
          throw std::logic_error("destructor");
        }
      }
    };
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future =
        pool.submit([t = std::make_unique<int>(1)](const Thrower&) { return 1; }, Thrower());
    QVERIFY_THROWS_EXCEPTION(std::logic_error, future.result());
  }

  void s25_cancelledTasksArguments_areReleasedAtOnce() {
    std::atomic<int> living = 0;
    BusyPool busy;
    auto future = busy.pool.submit([c = Counted(living)] {});
    QCOMPARE(living.load(), 1);
    future.cancel();
    QCOMPARE(living.load(), 0);
    QCOMPARE(busy.pool.queue_depth(), std::size_t(0));
  }

  void s26_result_canBeReadManyTimesFromManyThreads() {
    std::atomic<int> right = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto future = pool.submit([] { return std::string(100, 'x'); });
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          for (int k = 0; k < 50; ++k) {
            right += future.result() == std::string(100, 'x') ? 1 : 0;
          }
        });
      }
    }
    QCOMPARE(right.load(), 200);
  }

  void s24_s39_droppedFuture_taskRunsAndItsValueGoes() {
    std::atomic<int> living = 0;
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 2});
      for (int i = 0; i < 100; ++i) {
        pool.submit([&] {
          ++ran;
          return Counted(living);
        });
      }
    }
    QCOMPARE(ran.load(), 100);
    QCOMPARE(living.load(), 0);
  }

  void s72_otherPrograms_areStartedFromTasks_withoutFork() {
    // posix_spawn(): the child is another program at once and has nothing of the pool.
    ThreadPoolExecutor pool({.max_workers = 3});
    const auto spawn = [](int number) {
      const std::string command = "exit " + std::to_string(number);
      std::array<std::string, 3> words = {"sh", "-c", command};
      std::array<char*, 4> argv = {words[0].data(), words[1].data(), words[2].data(), nullptr};
      pid_t child = 0;
      if (posix_spawn(&child, "/bin/sh", nullptr, nullptr, argv.data(), environ) != 0) {
        return -1;
      }
      int status = 0;
      waitpid(child, &status, 0);
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    int number = 0;
    for (const int status : pool.map(spawn, std::views::iota(0, 12))) {
      QCOMPARE(status, number++);
    }
    QCOMPARE(number, 12);
    QVERIFY(pool.worker_count() <= 3);
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }
};

QTEST_APPLESS_MAIN(TaskTest)
#include "task_test.moc"
