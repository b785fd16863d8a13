// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using trace::EventKind;

class QueueTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void p06_trySubmit_onAFullQueue_isEmpty_andMovesNothing() {
    BusyPool busy({.max_workers = 1, .queue_capacity = 2});
    auto number = std::make_unique<int>(5);
    const auto task = [](const std::unique_ptr<int>& n) { return *n; };
    QVERIFY(busy.pool.try_submit([] {}).has_value());
    QVERIFY(busy.pool.try_submit(TaskOptions{.name = "x"}, [] {}).has_value());
    QVERIFY(!busy.pool.try_submit(task, std::move(number)).has_value());
    QVERIFY(number != nullptr);
    QCOMPARE(busy.pool.queue_depth(), std::size_t(2));
    busy.gate.open();
    QVERIFY(eventually([&] { return busy.pool.queue_depth() == 0; }));
    const auto accepted = busy.pool.try_submit(task, std::move(number));
    QVERIFY(accepted.has_value());
    QCOMPARE(accepted->result(), 5);
  }

  void p06_submit_onAFullQueue_blocksUntilAPop_firstComeFirstServed() {
    Traced traced;
    std::vector<int> order;
    {
      BusyPool busy({.max_workers = 1, .queue_capacity = 1, .tracer = &traced.tracer});
      busy.pool.submit([&] { order.push_back(0); });
      std::vector<std::jthread> callers;
      for (int i = 1; i <= 3; ++i) {
        callers.emplace_back([&, i] { busy.pool.submit([&order, i] { order.push_back(i); }); });
        QVERIFY(eventually(
            [&] { return traced.of(EventKind::blocked_begin).size() == std::size_t(i); }));
      }
      QCOMPARE(busy.pool.queue_depth(), std::size_t(1));
      QVERIFY(traced.of(EventKind::blocked_end).empty());
      busy.gate.open();
    }
    QCOMPARE(order, (std::vector<int>{0, 1, 2, 3}));
    const auto begins = traced.of(EventKind::blocked_begin);
    QCOMPARE(trace::blocked_reason(begins[0].detail), trace::BlockReason::full_queue);
  }

  void p06_blockedSubmit_isFreedByCancelShutdownOrABrokenPool_data() {
    QTest::addColumn<int>("how");
    QTest::newRow("cancel") << 0;
    QTest::newRow("shutdown") << 1;
  }
  void p06_blockedSubmit_isFreedByCancelShutdownOrABrokenPool() {
    QFETCH(int, how);
    Traced traced;
    BusyPool busy({.max_workers = 1, .queue_capacity = 1, .tracer = &traced.tracer});
    auto queued = busy.pool.submit([] {});
    int outcome = 0;
    std::jthread caller([&] {
      try {
        busy.pool.submit([] {});
        outcome = 1;
      } catch (const std::runtime_error&) {
        outcome = 2;
      }
    });
    const bool blocked =
        eventually([&] { return traced.of(EventKind::blocked_begin).size() == 1; });
    if (how == 0) {
      queued.cancel();
    } else {
      busy.pool.shutdown(false);
    }
    caller.join();
    QVERIFY(blocked);
    QCOMPARE(outcome, how == 0 ? 1 : 2);
  }

  void p06_blockedSubmit_onAPoolThatBreaks_throws() {
    Traced traced;
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1,
                             .initializer =
                                 [&] {
                                   gate.pass();
                                   throw 1;
                                 },
                             .queue_capacity = 1,
                             .tracer = &traced.tracer});
    auto queued = pool.submit([] {});
    bool broken = false;
    std::jthread caller([&] {
      try {
        pool.submit([] {});
      } catch (const BrokenThreadPool&) {
        broken = true;
      }
    });
    const bool blocked =
        eventually([&] { return traced.of(EventKind::blocked_begin).size() == 1; });
    gate.open();
    caller.join();
    QVERIFY(blocked);
    QVERIFY(broken);
    QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, queued.result());
  }

  void p06_workerOfThePool_isLetThrough_andCounted() {
    ThreadPoolExecutor pool({.max_workers = 1, .queue_capacity = 1});
    auto future = pool.submit([&] {
      for (int i = 0; i < 5; ++i) {
        pool.submit([] {});
      }
      return pool.queue_depth();
    });
    QCOMPARE(future.result(), std::size_t(5));
    QCOMPARE(pool.overfull_submits(), std::size_t(4));
  }

  void p06_callableThatThrowsWhenCopied_givesItsPlaceBack() {
    struct Thrower {
      Thrower() = default;
      Thrower(const Thrower&) { throw std::domain_error("copy"); }
      Thrower& operator=(const Thrower&) = delete;
      void operator()() const {}
    };
    BusyPool busy({.max_workers = 1, .queue_capacity = 1});
    const Thrower thrower;
    for (int i = 0; i < 3; ++i) {
      QVERIFY_THROWS_EXCEPTION(std::domain_error, busy.pool.submit(thrower));
    }
    QVERIFY(busy.pool.try_submit([] {}).has_value());
  }

  void p10_queueDepth_countsWhatWaits_cancelledOnesLeaveAtOnce() {
    BusyPool busy({.max_workers = 1});
    std::vector<Future<void>> futures;
    for (int i = 0; i < 5; ++i) {
      futures.push_back(busy.pool.submit([] {}));
      QCOMPARE(busy.pool.queue_depth(), std::size_t(i + 1));  // the running one does not count
    }
    futures[0].cancel();
    futures[3].cancel();
    futures[3].cancel();
    QCOMPARE(busy.pool.queue_depth(), std::size_t(3));
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(busy.pool.queue_depth(), std::size_t(0));
  }

  void p07_i06_onePausedWorker_startsInTheSortedOrder_data() {
    QTest::addColumn<int>("discipline");
    QTest::newRow("fifo") << int(QueueDiscipline::fifo);
    QTest::newRow("lifo") << int(QueueDiscipline::lifo);
    QTest::newRow("priority") << int(QueueDiscipline::priority);
  }
  void p07_i06_onePausedWorker_startsInTheSortedOrder() {
    QFETCH(int, discipline);
    std::minstd_rand random(3);
    for (int round = 0; round < 50; ++round) {
      std::vector<int> order;
      ThreadPoolExecutor pool(
          {.max_workers = 1, .queue_discipline = static_cast<QueueDiscipline>(discipline)});
      pool.pause();
      std::vector<std::pair<int, int>> expected;  // minus priority, number
      for (int i = 0; i < 30; ++i) {
        const int priority = int(random() % 5) - 2;
        auto future = pool.submit({.priority = priority}, [&order, i] { order.push_back(i); });
        if (random() % 6 == 0) {
          future.cancel();
        } else if (discipline == int(QueueDiscipline::priority)) {
          expected.emplace_back(-priority, i);
        } else {
          expected.emplace_back(0, discipline == int(QueueDiscipline::lifo) ? -i : i);
        }
      }
      std::sort(expected.begin(), expected.end());
      pool.shutdown();
      QCOMPARE(order.size(), expected.size());
      for (std::size_t i = 0; i < order.size(); ++i) {
        QCOMPARE(order[i], std::abs(expected[i].second));
      }
    }
  }

  void p07_workStealing_ownSubmitsNewestFirst_othersOldest() {
    std::vector<int> order;
    ThreadPoolExecutor pool({.max_workers = 1, .queue_discipline = QueueDiscipline::work_stealing});
    pool.submit([&] {
          for (int i = 0; i < 4; ++i) {
            pool.submit([&order, i] { order.push_back(i); });
          }
        })
        .result();
    QVERIFY(eventually([&] { return pool.queue_depth() == 0; }));
    pool.shutdown();
    QCOMPARE(order, (std::vector<int>{3, 2, 1, 0}));
  }

  void p07_workStealing_thievesTakeTheOldest() {
    Gate gate;
    Gate done;
    std::vector<int> order;
    ThreadPoolExecutor pool({.max_workers = 2, .queue_discipline = QueueDiscipline::work_stealing});
    pool.pause();
    auto owner = pool.submit([&] {
      pool.pause();
      for (int i = 0; i < 4; ++i) {
        pool.submit([&order, i, &done] {
          order.push_back(i);
          if (i == 3) {
            done.pass();
          }
        });
      }
      pool.resume();
      gate.pass();  // keeps its own deque for the thief
    });
    pool.resume();
    done.await();
    gate.open();
    done.open();
    pool.shutdown();
    QCOMPARE(order, (std::vector<int>{0, 1, 2, 3}));
  }

  void p07_workStealing_outsideSubmitsSpread() {
    // Two workers, two deques of two tasks: each worker begins with the newest of its own.
    Gate busy;
    Gate gate;
    std::mutex mutex;
    std::vector<int> first;  // guarded by mutex
    ThreadPoolExecutor pool({.max_workers = 2, .queue_discipline = QueueDiscipline::work_stealing});
    for (int i = 0; i < 2; ++i) {
      pool.submit([&] { busy.pass(); });
    }
    busy.await(2);
    for (int i = 0; i < 4; ++i) {
      pool.submit([&, i] {
        {
          const std::lock_guard lock(mutex);
          first.push_back(i);
        }
        gate.pass();
      });
    }
    busy.open();
    gate.await(2);
    std::vector<int> begun;
    {
      const std::lock_guard lock(mutex);
      begun = first;
    }
    gate.open();
    std::sort(begun.begin(), begun.end());
    QCOMPARE(begun, (std::vector<int>{2, 3}));
  }

  void p07_everyDiscipline_runsEverythingOnce_data() {
    QTest::addColumn<int>("discipline");
    for (int i = 0; i < 4; ++i) {
      QTest::addRow("discipline %d", i) << i;
    }
  }
  void p07_everyDiscipline_runsEverythingOnce() {
    QFETCH(int, discipline);
    std::vector<std::atomic<int>> ran(2'000);
    {
      ThreadPoolExecutor pool(
          {.max_workers = 3, .queue_discipline = static_cast<QueueDiscipline>(discipline)});
      for (std::size_t i = 0; i < 1'000; ++i) {
        pool.submit({.priority = int(i % 7)}, [&, i] {
          ++ran[i];
          pool.submit([&, i] { ++ran[1'000 + i]; });
        });
        if (i % 50 == 0) {
          pool.set_max_workers(1 + i / 50 % 4);
        }
      }
      QVERIFY(eventually([&] { return ran[1'999] + ran[999] == 2 && pool.queue_depth() == 0; }));
      pool.submit([] {}).result();
      QVERIFY(eventually([&] {
        return std::all_of(ran.begin(), ran.end(), [](const auto& n) { return n == 1; });
      }));
    }
  }
};

QTEST_APPLESS_MAIN(QueueTest)
#include "queue_test.moc"
