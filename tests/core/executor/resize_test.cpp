// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <stdexcept>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using trace::EventKind;

class ResizeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void p01_setMaxWorkers_outOfRange_throws() {
    ThreadPoolExecutor pool({.max_workers = 2});
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, pool.set_max_workers(0));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, pool.set_max_workers(4097));
    QCOMPARE(pool.max_workers(), std::size_t(2));
  }

  void p01_change_isOneEventWithOldAndNew() {
    Traced traced;
    ThreadPoolExecutor pool({.max_workers = 2, .tracer = &traced.tracer});
    pool.set_max_workers(5);
    pool.set_max_workers(5);
    const auto events = traced.of(EventKind::max_workers_changed);
    QCOMPARE(events.size(), std::size_t(1));
    QCOMPARE(trace::max_workers_now(events[0].detail), 5U);
    QCOMPARE(trace::max_workers_before(events[0].detail), 2U);
  }

  void p02_growing_startsWorkersNow() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 1});
    for (int i = 0; i < 4; ++i) {
      pool.submit([&] { gate.pass(); });
    }
    gate.await(1);
    pool.set_max_workers(3);
    const std::size_t grown = pool.worker_count();
    gate.await(3);
    pool.set_max_workers(10);
    const std::size_t enough = pool.worker_count();
    gate.open();
    QCOMPARE(grown, std::size_t(3));
    QCOMPARE(enough, std::size_t(4));
  }

  void p03_shrinking_interruptsNoTask_surplusLeavesWhenIdle() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 4});
    std::vector<Future<void>> futures;
    for (int i = 0; i < 4; ++i) {
      futures.push_back(pool.submit([&] { gate.pass(); }));
    }
    gate.await(4);
    pool.set_max_workers(1);
    const std::size_t during = pool.worker_count();
    gate.open();
    wait(futures);
    QCOMPARE(during, std::size_t(4));
    QVERIFY(eventually([&] { return pool.worker_count() == 1; }));
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }

  void p03_workerCount_fallsAndNeverRises() {
    constexpr std::size_t kMost = 8;
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = kMost});
    for (std::size_t i = 0; i < kMost; ++i) {
      pool.submit([&] { gate.pass(); });
    }
    gate.await(kMost);
    for (int i = 0; i < 200; ++i) {
      pool.submit([] {});
    }
    pool.set_max_workers(2);
    gate.open();
    bool rose = false;
    std::size_t last = kMost;
    const bool arrived = eventually([&] {
      const std::size_t now = pool.worker_count();
      rose = rose || now > last;
      last = now;
      return now == 2;
    });
    pool.shutdown();
    QVERIFY(arrived);
    QVERIFY(!rose);
  }

  void p03_shrinking_takesSleepersToo() {
    ThreadPoolExecutor pool({.max_workers = 4});
    for (int round = 0; round < 20; ++round) {
      Gate gate;
      std::vector<Future<void>> futures;
      for (int i = 0; i < 4; ++i) {
        futures.push_back(pool.submit([&] { gate.pass(); }));
      }
      gate.await(4);
      gate.open();
      wait(futures);
      pool.set_max_workers(2);
      QVERIFY(eventually([&] { return pool.worker_count() == 2; }));
      pool.set_max_workers(4);
    }
  }

  void p03_raisingBeforeAWorkerLeft_takesTheExitBack() {
    Traced traced;
    Gate gate;
    {
      ThreadPoolExecutor pool({.max_workers = 2, .tracer = &traced.tracer});
      std::vector<Future<void>> futures;
      for (int i = 0; i < 2; ++i) {
        futures.push_back(pool.submit([&] { gate.pass(); }));
      }
      gate.await(2);
      pool.set_max_workers(1);
      pool.set_max_workers(2);
      gate.open();
      wait(futures);
    }
    QCOMPARE(traced.of(EventKind::worker_started).size(), std::size_t(2));
    for (const auto& exit : traced.of(EventKind::worker_exited)) {
      QCOMPARE(exit.detail, std::uint64_t(0));
    }
  }

  void p04_exit_isOneEvent_afterItsLastTask_indexNotReused() {
    Traced traced;
    Gate gate;
    {
      Gate again;
      ThreadPoolExecutor pool(
          {.max_workers = 2, .thread_name_prefix = "w", .tracer = &traced.tracer});
      pool.submit([&] { gate.pass(); });
      pool.submit([&] { gate.pass(); });
      gate.await(2);
      pool.set_max_workers(1);
      gate.open();
      QVERIFY(eventually([&] { return pool.worker_count() == 1; }));
      pool.set_max_workers(2);
      pool.submit([&] { again.pass(); });
      pool.submit([&] { again.pass(); });
      again.await(2);
      again.open();
      pool.shutdown();
    }
    auto started = traced.of(EventKind::worker_started);
    std::sort(started.begin(), started.end(), [](const auto& a, const auto& b) {
      return trace::worker_index(a.detail) < trace::worker_index(b.detail);
    });
    const auto exited = traced.of(EventKind::worker_exited);
    QCOMPARE(started.size(), std::size_t(3));
    QCOMPARE(exited.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) {
      QCOMPARE(trace::worker_index(started[i].detail), unsigned(i));
      QCOMPARE(std::string(traced.tracer.directory()->name(trace::worker_name(started[i].detail))),
               "w_" + std::to_string(i));
    }
    QCOMPARE(exited[0].detail, std::uint64_t(1));
    QCOMPARE(exited[1].detail + exited[2].detail, std::uint64_t(0));
    for (const auto& exit : exited) {
      for (const auto& finished : traced.of(EventKind::task_finished)) {
        QVERIFY(finished.thread != exit.thread || finished.time_ns <= exit.time_ns);
      }
    }
  }

  void p04_exit_takesNoTaskAndNoClaim() {
    Gate gate;
    std::atomic<int> ran = 0;
    ThreadPoolExecutor pool({.max_workers = 4});
    for (int i = 0; i < 4; ++i) {
      pool.submit([&] { gate.pass(); });
    }
    gate.await(4);
    for (int i = 0; i < 50; ++i) {
      pool.submit([&] { ++ran; });
    }
    pool.set_max_workers(1);  // three leave while tasks are queued
    gate.open();
    QVERIFY(eventually([&] { return ran == 50 && pool.worker_count() == 1; }));
    pool.submit([] {}).result();  // the last one is idle now
    pool.set_max_workers(3);
    pool.pause();
    std::vector<std::size_t> workers;
    for (int i = 0; i < 3; ++i) {
      pool.submit([&] { ++ran; });
      workers.push_back(pool.worker_count());
    }
    pool.resume();
    pool.shutdown();
    QCOMPARE(workers, (std::vector<std::size_t>{1, 2, 3}));  // only who is there was claimed
    QCOMPARE(ran.load(), 53);
  }

  void p01_setMaxWorkers_fromTasksAndCallbacks() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future = pool.submit([&] { pool.set_max_workers(2); });
    future.add_done_callback([&](const Future<void>&) { pool.set_max_workers(3); });
    QVERIFY(eventually([&] { return pool.max_workers() == 3; }));
  }
};

QTEST_APPLESS_MAIN(ResizeTest)
#include "resize_test.moc"
