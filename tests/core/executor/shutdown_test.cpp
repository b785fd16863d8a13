// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <barrier>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

class ShutdownTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s64_shutdown_runsWhatIsQueued_thenJoins() {
    std::atomic<int> ran = 0;
    BusyPool busy;
    for (int i = 0; i < 50; ++i) {
      busy.pool.submit([&] { ++ran; });
    }
    std::jthread opener([&] { busy.gate.open(); });
    busy.pool.shutdown();
    QCOMPARE(ran.load(), 50);
    QCOMPARE(busy.pool.worker_count(), std::size_t(0));
  }

  void s64_shutdown_returnsAfterThreadLocalsAreGone() {
    static std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 3});
    for (int i = 0; i < 30; ++i) {
      pool.submit([] { thread_local const Counted mine(living); });
    }
    pool.shutdown();
    QCOMPARE(living.load(), 0);
  }

  void s65_shutdownWithoutWait_returnsAtOnce_laterOnesWait() {
    BusyPool busy;
    auto queued = busy.pool.submit([] { return 3; });
    busy.pool.shutdown(false);
    busy.pool.shutdown(false);
    const bool still = busy.running.running();
    busy.gate.open();
    busy.pool.shutdown();
    busy.pool.shutdown();
    QVERIFY(still);
    QVERIFY(queued.done());
    QCOMPARE(queued.result(), 3);
  }

  void s66_cancelFutures_leavesNonePending_data() {
    QTest::addColumn<bool>("wait");
    QTest::newRow("wait") << true;
    QTest::newRow("no wait") << false;
  }
  void s66_cancelFutures_leavesNonePending() {
    QFETCH(bool, wait);
    std::atomic<int> living = 0;
    BusyPool busy;
    std::vector<Future<void>> queued;
    for (int i = 0; i < 20; ++i) {
      queued.push_back(busy.pool.submit([c = Counted(living)] {}));
    }
    std::optional<std::jthread> opener;
    if (wait) {
      opener.emplace([&] {
        eventually([&] { return busy.pool.queue_depth() == 0; });  // all are cancelled
        busy.gate.open();
      });
    }
    busy.pool.shutdown(wait, true);
    QCOMPARE(living.load(), 0);
    busy.gate.open();
    for (const auto& future : queued) {
      QVERIFY(future.done());
      QVERIFY(future.cancelled());
    }
    busy.running.result();  // what ran was not cancelled
  }

  void s67_shutdownFromAWorker_throws_havingStoppedIntake() {
    ThreadPoolExecutor pool({.max_workers = 2});
    auto future = pool.submit([&] { pool.shutdown(); });
    try {
      future.result();
      QFAIL("no exception");
    } catch (const std::logic_error& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray("cannot join current thread"));
    }
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.submit([] {}));
  }

  void s67_shutdownFromACallback_throwsThere_othersFromThereDoNot() {
    std::atomic<int> thrown = 0;
    std::atomic<bool> queued_ran = false;
    {
      Gate gate;
      ThreadPoolExecutor pool(
          {.max_workers = 1, .on_callback_error = [&](const std::exception_ptr& error) {
             try {
               std::rethrow_exception(error);
             } catch (const std::logic_error&) {
               ++thrown;
             }
           }});
      auto future = pool.submit([&] { gate.pass(); });
      future.add_done_callback([&](const Future<void>&) { pool.shutdown(false); });
      future.add_done_callback([&](const Future<void>&) { pool.shutdown(true); });
      pool.submit([&] { queued_ran = true; });
      gate.open();
    }
    QCOMPARE(thrown.load(), 1);
    QVERIFY(queued_ran);
  }

  void s68_taskCancelledJustBefore_doesNotHangIt() {
    for (int round = 0; round < 200; ++round) {
      ThreadPoolExecutor pool({.max_workers = 1});
      auto future = pool.submit([] {});
      future.cancel();
      pool.shutdown();
      QVERIFY(future.done());
    }
  }

  void s68_submitsThatRace_runOrThrow() {
    for (int round = 0; round < 200; ++round) {
      std::atomic<int> ran = 0;
      std::atomic<int> accepted = 0;
      std::barrier start(3);
      ThreadPoolExecutor pool({.max_workers = 2});
      std::vector<std::jthread> threads;
      for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
          start.arrive_and_wait();
          try {
            for (int i = 0; i < 20; ++i) {
              pool.submit([&] { ++ran; });
              ++accepted;
            }
          } catch (const std::runtime_error&) {
          }
        });
      }
      start.arrive_and_wait();
      pool.shutdown(round % 2 == 0);
      threads.clear();
      pool.shutdown();
      QCOMPARE(ran.load(), accepted.load());
    }
  }

  void s69_destructor_runsWhatIsQueued() {
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 2});
      for (int i = 0; i < 100; ++i) {
        pool.submit([&] { ++ran; });
      }
    }
    QCOMPARE(ran.load(), 100);
  }

  void s69_destructor_onAWorkerOfItsOwn_doesNotJoinItself() {
    auto pool = std::make_unique<ThreadPoolExecutor>(ExecutorOptions{.max_workers = 2});
    Gate gate;
    auto* const raw = pool.get();
    auto future = raw->submit([&] {
      gate.pass();
      pool.reset();
      return 1;
    });
    auto queued = raw->submit([] { return 2; });
    gate.open();
    QCOMPARE(future.result(), 1);
    QCOMPARE(queued.result(), 2);
  }

  void s69_destructor_inACallbackOfAShutdown_isNoUseAfterFree() {
    Gate gate;
    auto pool = std::make_unique<ThreadPoolExecutor>(ExecutorOptions{.max_workers = 1});
    pool->submit([&] { gate.pass(); });
    gate.await();
    auto queued = pool->submit([] {});
    queued.add_done_callback([&](const Future<void>&) {
      gate.open();
      pool.reset();
    });
    pool->shutdown(true, true);
    QVERIFY(pool == nullptr);
    QVERIFY(queued.cancelled());
  }

  void s70_workersOutliveTheShutdownWithoutWait() {
    Gate gate;
    Future<int> future;
    Future<int> queued;
    {
      ThreadPoolExecutor pool({.max_workers = 1});
      future = pool.submit([&] {
        gate.pass();
        return 1;
      });
      gate.await();
      queued = pool.submit([] { return 2; });
      pool.shutdown(false);
      gate.open();
    }
    QVERIFY(future.done());
    QCOMPARE(future.result(), 1);
    QVERIFY(queued.done());
    QCOMPARE(queued.result(), 2);
  }

  void s71_futures_outliveThePoolAndTheTracer() {
    std::optional<Traced> traced(std::in_place);
    Future<int> future;
    Future<int> cancelled;
    {
      BusyPool busy({.max_workers = 1, .tracer = &traced->tracer});
      future = busy.pool.submit([] { return 1; });
      cancelled = busy.pool.submit([] { return 1; });
      cancelled.cancel();
      busy.gate.open();
    }
    traced.reset();
    QCOMPARE(future.result(), 1);
    QVERIFY(!future.cancel());
    QVERIFY(cancelled.cancel());
    QCOMPARE(wait(std::vector{future, cancelled}).done.size(), std::size_t(2));
    std::thread([&] { QCOMPARE(future.result(), 1); }).join();
  }

  void manyShutdowns_atOnce_allReturn() {
    std::atomic<int> left = 0;
    ThreadPoolExecutor pool({.max_workers = 3});
    for (int i = 0; i < 100; ++i) {
      pool.submit([] {});
    }
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        pool.shutdown();
        left += int(pool.worker_count());
      });
    }
    threads.clear();
    QCOMPARE(left.load(), 0);
  }
};

QTEST_APPLESS_MAIN(ShutdownTest)
#include "shutdown_test.moc"
