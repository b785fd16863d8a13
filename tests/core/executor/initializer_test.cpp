// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <pthread.h>
#include <stdexcept>
#include <type_traits>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

namespace {
thread_local int t_prepared = 0;
}  // namespace

class InitializerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s03_emptyInitializer_meansNone() {
    ThreadPoolExecutor pool({.max_workers = 2, .initializer = std::function<void()>()});
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
    void (*none)() = nullptr;
    ThreadPoolExecutor other({.max_workers = 2, .initializer = none});
    QCOMPARE(other.submit([] { return 2; }).result(), 2);
  }

  void s12_initializer_runsOnceInEachWorkerBeforeItsTasks() {
    std::atomic<int> calls = 0;
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 3, .initializer = [&] {
                               ++calls;
                               ++t_prepared;
                             }});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 9; ++i) {
      futures.push_back(pool.submit([&] {
        gate.pass();
        return t_prepared;
      }));
    }
    gate.await(3);
    gate.open();
    for (const auto& future : futures) {
      QCOMPARE(future.result(), 1);
    }
    QCOMPARE(calls.load(), 3);
    QCOMPARE(t_prepared, 0);
  }

  void i08_whileAnInitializerTakesItsTime_sleepersAreWoken() {
    Gate slow;
    std::atomic<int> workers = 0;
    ThreadPoolExecutor pool({.max_workers = 2, .initializer = [&] {
                               if (++workers == 2) {
                                 slow.pass();
                               }
                             }});
    Gate gate;
    pool.submit([&] { gate.pass(); });
    gate.await();
    auto second = pool.submit([] {});  // its worker does not come to it
    slow.await();
    gate.open();
    second.result();
    Passed(std::chrono::milliseconds(20)).await();  // long enough for the first worker to sleep
    auto third = pool.submit([] { return 3; });
    bool ran = true;
    try {
      third.result(std::chrono::seconds(10));
    } catch (const TimeoutError&) {
      ran = false;
    }
    slow.open();
    QVERIFY(ran);
  }

  void s13_failingInitializer_breaksThePool() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1, .initializer = [&] {
                               gate.pass();
                               throw std::invalid_argument("no database");
                             }});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 5; ++i) {
      futures.push_back(pool.submit([] { return 1; }));
    }
    gate.open();
    for (const auto& future : futures) {
      QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, future.result());
      QVERIFY(!future.cancelled());
      QVERIFY(future.done());
    }
    QVERIFY(eventually([&] { return pool.worker_count() == 0; }));
    try {
      futures[0].result();
    } catch (const BrokenThreadPool& error) {
      QVERIFY_THROWS_EXCEPTION(std::invalid_argument, std::rethrow_if_nested(error));
    }
  }

  void s13_brokenPool_letsRunningTasksFinish() {
    Gate gate;
    std::atomic<int> workers = 0;
    ThreadPoolExecutor pool({.max_workers = 2, .initializer = [&] {
                               if (++workers == 2) {
                                 throw 1;
                               }
                             }});
    auto running = pool.submit([&] {
      gate.pass();
      return 5;
    });
    gate.await();
    auto pending = pool.submit([] { return 6; });
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pending.result());
    gate.open();
    QCOMPARE(running.result(), 5);
  }

  void s14_submit_onABrokenPool_throws_alsoAfterShutdown() {
    ThreadPoolExecutor pool({.max_workers = 1, .initializer = [] { throw 1; }});
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pool.submit([] {}).result());
    static_assert(std::is_base_of_v<std::runtime_error, BrokenThreadPool>);
    try {
      pool.submit([] {});
      QFAIL("no exception");
    } catch (const BrokenThreadPool& error) {
      QVERIFY_THROWS_EXCEPTION(int, std::rethrow_if_nested(error));
    }
    pool.shutdown();
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pool.submit([] {}));
  }

  void s15_breakingPool_skipsCancelledTasks() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1, .initializer = [&] {
                               gate.pass();
                               throw 1;
                             }});
    auto first = pool.submit([] {});
    auto cancelled = pool.submit([] {});
    auto last = pool.submit([] {});
    QVERIFY(cancelled.cancel());
    gate.open();
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, first.result());
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, last.result());
    QVERIFY(cancelled.cancelled());
  }

  void s13_pthreadExitInTheInitializer_breaksThePool_notTheProcess() {
    ThreadPoolExecutor pool({.max_workers = 1, .initializer = [] { pthread_exit(nullptr); }});
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pool.submit([] {}).result());
    QVERIFY(eventually([&] { return pool.worker_count() == 0; }));
  }
};

QTEST_APPLESS_MAIN(InitializerTest)
#include "initializer_test.moc"
