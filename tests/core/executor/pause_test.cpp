// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <chrono>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;
using trace::EventKind;

class PauseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void p05_paused_nothingStarts_untilResumed() {
    std::atomic<int> ran = 0;
    ThreadPoolExecutor pool({.max_workers = 3});
    pool.pause();
    pool.pause();
    std::vector<Future<void>> futures;
    for (int i = 0; i < 30; ++i) {
      futures.push_back(pool.submit([&] { ++ran; }));
    }
    QVERIFY(futures[3].cancel());
    QCOMPARE(wait(futures, 5ms).not_done.size(), std::size_t(29));
    QCOMPARE(ran.load(), 0);
    QCOMPARE(pool.queue_depth(), std::size_t(29));
    pool.resume();
    pool.resume();
    wait(futures);
    QCOMPARE(ran.load(), 29);
  }

  void p05_paused_map_goesOn() {
    ThreadPoolExecutor pool({.max_workers = 2});
    pool.pause();
    auto results = pool.map([](int x) { return 2 * x; }, std::vector{1, 2});
    QCOMPARE(pool.queue_depth(), std::size_t(2));
    pool.resume();
    auto it = results.begin();
    QCOMPARE(*it, 2);
    QCOMPARE(*++it, 4);
  }

  void p05_pauseAndResume_areOneEventEach_howeverOftenCalled() {
    Traced traced;
    ThreadPoolExecutor pool({.max_workers = 1, .tracer = &traced.tracer});
    pool.resume();
    pool.pause();
    pool.pause();
    pool.resume();
    pool.resume();
    QCOMPARE(traced.of(EventKind::paused).size(), std::size_t(1));
    QCOMPARE(traced.of(EventKind::resumed).size(), std::size_t(1));
  }

  void p05_runningTasks_finish() {
    BusyPool busy;
    busy.pool.pause();
    busy.gate.open();
    busy.running.result();
    auto later = busy.pool.submit([] { return 1; });
    QVERIFY_THROWS_EXCEPTION(TimeoutError, later.result(1ms));
    busy.pool.resume();
    QCOMPARE(later.result(), 1);
  }

  void p05_resume_wakesAsManyAsThereIsWork() {
    Gate first;
    Gate second;
    ThreadPoolExecutor pool({.max_workers = 4});
    std::vector<Future<void>> futures;
    for (int i = 0; i < 4; ++i) {
      futures.push_back(pool.submit([&] { first.pass(); }));
    }
    first.await(4);
    first.open();
    wait(futures);
    pool.pause();
    for (int i = 0; i < 4; ++i) {
      pool.submit([&] { second.pass(); });
    }
    pool.resume();
    second.await(4);
    second.open();
  }

  void p05_shutdown_ofAPausedPool_runsWhatIsQueued() {
    std::atomic<int> ran = 0;
    ThreadPoolExecutor pool({.max_workers = 2});
    pool.pause();
    for (int i = 0; i < 10; ++i) {
      pool.submit([&] { ++ran; });
    }
    pool.shutdown();
    QCOMPARE(ran.load(), 10);
    pool.pause();  // has no meaning any more
    pool.shutdown();
  }

  void p05_cancelFutures_ofAPausedPool_runsNothing() {
    std::atomic<int> ran = 0;
    ThreadPoolExecutor pool({.max_workers = 2});
    pool.pause();
    auto future = pool.submit([&] { ++ran; });
    pool.shutdown(true, true);
    QCOMPARE(ran.load(), 0);
    QVERIFY(future.cancelled());
  }

  void p05_destructor_ofAPausedPool_doesNotHang() {
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 2});
      pool.pause();
      pool.submit([&] { ++ran; });
    }
    QCOMPARE(ran.load(), 1);
  }

  void p05_i07_betweenPausedAndResumed_noTaskStarts() {
    Traced traced;
    std::atomic<int> running = 0;
    int while_paused = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 3, .tracer = &traced.tracer});
      for (int round = 0; round < 200; ++round) {
        std::vector<Future<void>> futures;
        for (int i = 0; i < 10; ++i) {
          futures.push_back(pool.submit([&] { ++running; }));
        }
        pool.pause();
        for (const auto& future : futures) {
          while (future.running()) {
            std::this_thread::yield();
          }
        }
        const int before = running;
        std::this_thread::yield();
        while_paused += running - before;
        pool.resume();
        wait(futures);
      }
    }
    QCOMPARE(while_paused, 0);
    bool paused = false;
    for (const auto& event : traced.events()) {
      paused = event.kind == EventKind::paused || (paused && event.kind != EventKind::resumed);
      QVERIFY(!(paused && event.kind == EventKind::task_started));
    }
  }
};

QTEST_APPLESS_MAIN(PauseTest)
#include "pause_test.moc"
