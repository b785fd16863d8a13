// SPDX-License-Identifier: Apache-2.0
#include "core/executor/native_thread.h"
#include "support.h"

#include <QtTest>

#include <array>
#include <latch>
#include <memory>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

namespace {

std::string os_name() {
  std::array<char, 16> name = {};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

}  // namespace

class SubmitTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s01_defaultMaxWorkers_isCoresPlusFour_atMost32() {
    const ThreadPoolExecutor pool;
    QCOMPARE(pool.max_workers(), std::min<std::size_t>(32, usable_cores() + 4));
  }

  void s02_maxWorkersOutOfRange_throws_data() {
    QTest::addColumn<quint64>("count");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("0") << quint64(0) << QByteArray("max_workers must be greater than 0");
    QTest::newRow("4097") << quint64(4097)
                          << QByteArray("max_workers must not be greater than 4096");
    QTest::newRow("-1") << ~quint64(0) << QByteArray("max_workers must not be greater than 4096");
  }
  void s02_maxWorkersOutOfRange_throws() {
    QFETCH(quint64, count);
    QFETCH(QByteArray, words);
    try {
      const ThreadPoolExecutor pool({.max_workers = count});
      QFAIL("no exception");
    } catch (const std::invalid_argument& error) {
      QCOMPARE(QByteArray(error.what()), words);
    }
  }

  void s04_unusedPool_startsNoThread() {
    const ThreadPoolExecutor pool({.max_workers = 4096});
    QCOMPARE(pool.worker_count(), std::size_t(0));
  }

  void s05_defaultPrefixes_areCounted() {
    const ThreadPoolExecutor first;
    const ThreadPoolExecutor named({.thread_name_prefix = "x"});
    const ThreadPoolExecutor second;
    const std::string stem = "ThreadPoolExecutor-";
    QVERIFY(first.thread_name_prefix().starts_with(stem));
    const int number = std::stoi(first.thread_name_prefix().substr(stem.size()));
    QCOMPARE(second.thread_name_prefix(), stem + std::to_string(number + 1));
    QCOMPARE(named.thread_name_prefix(), std::string("x"));
  }

  void s06_threadsStartOnlyWhenNoneIsIdle() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 3});
    pool.submit([] {}).result();
    QCOMPARE(pool.worker_count(), std::size_t(1));
    pool.submit([&] { gate.pass(); });
    gate.await(1);
    QCOMPARE(pool.worker_count(), std::size_t(1));
    pool.submit([&] { gate.pass(); });
    gate.await(2);
    const std::size_t workers = pool.worker_count();
    gate.open();
    QCOMPARE(workers, std::size_t(2));
  }

  void s07_submitThenResultRepeatedly_usesOneThread() {
    for (int round = 0; round < 20; ++round) {
      ThreadPoolExecutor pool({.max_workers = 8});
      for (int i = 0; i < 500; ++i) {
        QCOMPARE(pool.submit([i] { return i; }).result(), i);
      }
      QCOMPARE(pool.worker_count(), std::size_t(1));
    }
  }

  void s08_blockedTasks_startExactlyMaxWorkers() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 4});
    for (int i = 0; i < 60; ++i) {
      pool.submit([&] { gate.pass(); });
    }
    gate.await(4);
    const std::size_t workers = pool.worker_count();
    const std::size_t queued = pool.queue_depth();
    const std::size_t arrived = gate.arrived();
    gate.open();
    QCOMPARE(workers, std::size_t(4));
    QCOMPARE(queued, std::size_t(56));
    QCOMPARE(arrived, std::size_t(4));
  }

  void s09_idleWorkers_stay() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 3});
    std::vector<Future<void>> futures;
    for (int i = 0; i < 3; ++i) {
      futures.push_back(pool.submit([&] { gate.pass(); }));
    }
    gate.open();
    wait(futures);
    for (int i = 0; i < 100; ++i) {
      pool.submit([] {}).result();
    }
    QCOMPARE(pool.worker_count(), std::size_t(3));
  }

  void s10_threads_areNamedInOrder() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 2, .thread_name_prefix = "a-very-long-prefix"});
    auto first = pool.submit([&] {
      gate.pass();
      return os_name();
    });
    gate.await(1);
    auto second = pool.submit([&] {
      gate.pass();
      return os_name();
    });
    gate.await(2);
    gate.open();
    QCOMPARE(first.result(), std::string("a-very-long-p_0"));
    QCOMPARE(second.result(), std::string("a-very-long-p_1"));
  }

  void s11_noThreadAtAll_throwsAndKeepsNothing() {
    ThreadPoolExecutor pool({.max_workers = 2});
    std::atomic<int> living = 0;
    detail::refuse_thread_starts(1);
    QVERIFY_THROWS_EXCEPTION(std::system_error, pool.submit([c = Counted(living)] {}));
    QCOMPARE(living.load(), 0);
    QCOMPARE(pool.queue_depth(), std::size_t(0));
    QCOMPARE(pool.worker_count(), std::size_t(0));
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }

  void s11_noFurtherThread_carriesOnWithThoseThere() {
    BusyPool busy({.max_workers = 3});
    detail::refuse_thread_starts(1);
    auto second = busy.pool.submit([] { return 2; });
    const std::size_t workers = busy.pool.worker_count();
    busy.gate.open();
    QCOMPARE(second.result(), 2);
    QCOMPARE(workers, std::size_t(1));
  }

  void s16_submit_returnsAPendingFuture() {
    BusyPool busy;
    auto future = busy.pool.submit([] { return 7; });
    const bool pending = !future.done() && !future.running() && !future.cancelled();
    busy.gate.open();
    QVERIFY(pending);
    QCOMPARE(future.result(), 7);
  }

  void s16_queue_isFirstInFirstOut() {
    BusyPool busy;
    std::vector<int> order;
    for (int i = 0; i < 100; ++i) {
      busy.pool.submit([&order, i] { order.push_back(i); });
    }
    busy.gate.open();
    busy.pool.shutdown();
    for (int i = 0; i < 100; ++i) {
      QCOMPARE(order[std::size_t(i)], i);
    }
  }

  void s17_submit_afterShutdown_throws() {
    ThreadPoolExecutor pool;
    pool.shutdown();
    try {
      pool.submit([] {});
      QFAIL("no exception");
    } catch (const std::runtime_error& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray("cannot schedule new futures after shutdown"));
    }
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.try_submit([] {}));
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.map([](int) {}, std::vector{1}));
  }

  void s17_submit_fromATaskAfterShutdown_throws() {
    BusyPool busy;
    auto inner = busy.pool.submit([&] { busy.pool.submit([] {}); });
    busy.pool.shutdown(false);
    busy.gate.open();
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, inner.result());
  }

  void s18_arguments_areCopiedUnlessRef() {
    BusyPool busy;
    int shared = 1;
    int copied = 1;
    auto sum = busy.pool.submit([](int& a, int b) { return a += b; }, std::ref(shared), copied);
    shared = 10;
    copied = 100;
    busy.gate.open();
    QCOMPARE(sum.result(), 11);
    QCOMPARE(shared, 11);
  }

  void s18_moveOnlyCallableArgumentAndResult_work() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto number = std::make_unique<int>(20);
    auto future =
        pool.submit([n = std::make_unique<int>(1)](
                        std::unique_ptr<int> m) { return std::make_unique<int>(*n + *m); },
                    std::move(number));
    QCOMPARE(*future.result(), 21);
    QCOMPARE(*future.take(), 21);
  }

  void s18_voidAndReferenceResults_work() {
    ThreadPoolExecutor pool({.max_workers = 1});
    int value = 0;
    pool.submit([&] { value = 3; }).result();
    Future<int&> reference = pool.submit([&]() -> int& { return value; });
    QCOMPARE(&reference.result(), &value);
    QCOMPARE(&reference.take(), &value);
  }

  void s18_memberFunctions_areCallable() {
    struct Thing {
      int twice(int x) { return 2 * x; }
    } thing;
    ThreadPoolExecutor pool({.max_workers = 1});
    QCOMPARE(pool.submit(&Thing::twice, &thing, 4).result(), 8);
  }

  void s19_submit_fromManyThreadsTasksAndCallbacks() {
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 3});
      std::vector<std::jthread> threads;
      for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
          for (int i = 0; i < 200; ++i) {
            auto future = pool.submit([&] {
              ++ran;
              pool.submit([&] { ++ran; });
            });
            future.add_done_callback([&](const Future<void>&) { pool.submit([&] { ++ran; }); });
          }
        });
      }
      threads.clear();
      QVERIFY(eventually([&] { return ran == 1'800; }));
    }
    QCOMPARE(ran.load(), 1'800);
  }

  void s20_waitingForATaskBehind_doesNotRunItInTheWaiter() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto outer = pool.submit([&] {
      auto inner = pool.submit([] { return 1; });
      try {
        inner.result(std::chrono::milliseconds(20));
        return false;
      } catch (const TimeoutError&) {
        return inner.cancel();
      }
    });
    QVERIFY(outer.result());
  }
};

QTEST_APPLESS_MAIN(SubmitTest)
#include "submit_test.moc"
