// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "core/executor/spin.h"
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <random>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

/// Many short encounters of threads where a wake-up could be lost. A lost one hangs the test, which
/// the runner ends.
class StressTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void submitAndSleep_data() {
    QTest::addColumn<int>("workers");
    QTest::addColumn<int>("producers");
    QTest::newRow("1 worker, 1 producer") << 1 << 1;
    QTest::newRow("4 workers, 1 producer") << 4 << 1;
    QTest::newRow("2 workers, 3 producers") << 2 << 3;
    QTest::newRow("16 workers, 2 producers") << 16 << 2;
  }
  void submitAndSleep() {
    QFETCH(int, workers);
    QFETCH(int, producers);
    // Some 2.5 tasks each: with the full tests it is millions of submits that meet a worker on its
    // way to sleep, away from it, or standing back from the others.
    const int rounds = qEnvironmentVariableIsSet("POOLSCOPE_TEST_FULL") ? 300'000 : 3'000;
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = std::size_t(workers)});
      std::vector<std::jthread> threads;
      for (int p = 0; p < producers; ++p) {
        threads.emplace_back([&, p] {
          std::minstd_rand random(unsigned(p) + 1);
          for (int i = 0; i < rounds; ++i) {
            std::vector<Future<void>> futures;
            // Now and then so many that the workers get in each other's way.
            for (auto n = random() % 64 == 0 ? 500 : random() % 4 + 1; n > 0; --n) {
              futures.push_back(pool.submit([&] { ++ran; }));
            }
            for (auto n = random() % 200; n > 0; --n) {
              ran.load();  // some workers get to sleep meanwhile, others not
            }
            for (const auto& future : futures) {
              future.result();
            }
          }
        });
      }
    }
    QVERIFY(ran >= rounds * producers);
  }

  void workerThatGoesOnToCallbacks_isNotTakenForIdle() {
    // It counts as idle for the moment between its result and its callbacks. Who submits just then
    // starts a thread, or it does.
    const int rounds = qEnvironmentVariableIsSet("POOLSCOPE_TEST_FULL") ? 50'000 : 2'000;
    int lost = 0;
    for (int round = 0; round < rounds && lost == 0; ++round) {
      std::atomic<bool> callback_added = false;
      std::atomic<bool> given_up = false;
      std::atomic<bool> ran = false;
      ThreadPoolExecutor pool({.max_workers = 2});
      const auto first = pool.submit([&] {
        while (!callback_added) {
        }
      });
      first.add_done_callback([&](const Future<void>&) {
        while (!ran && !given_up) {
          std::this_thread::yield();
        }
      });
      callback_added = true;
      while (!first.done()) {
      }
      for (int i = round % 40; i > 0; --i) {
        detail::relax_cpu();
      }
      const auto second = pool.submit([&] { ran = true; });
      lost += wait(std::vector{second}, std::chrono::seconds(10)).not_done.empty() ? 0 : 1;
      given_up = true;
      pool.shutdown();
    }
    QCOMPARE(lost, 0);
  }

  void workerThatDestroysAValue_isNotTakenForIdle() {
    // A wait that timed out leaves the worker to look for waiters: it may let go of the task last.
    const int rounds = qEnvironmentVariableIsSet("POOLSCOPE_TEST_FULL") ? 10'000 : 300;
    const auto test = std::this_thread::get_id();
    int lost = 0;
    for (int round = 0; round < rounds && lost == 0; ++round) {
      std::atomic<bool> released = false;
      std::atomic<bool> given_up = false;
      std::atomic<bool> ran = false;
      struct WaitAtEnd {
        const std::atomic<bool>& ran;
        const std::atomic<bool>& given_up;
        const std::thread::id test;
        ~WaitAtEnd() {
          while (std::this_thread::get_id() != test && !ran && !given_up) {
            std::this_thread::yield();
          }
        }
      };
      ThreadPoolExecutor pool({.max_workers = 2});
      auto first = pool.submit([&] {
        while (!released) {
        }
        return WaitAtEnd{ran, given_up, test};
      });
      QVERIFY(!wait(std::vector{first}, std::chrono::microseconds(1)).not_done.empty());
      released = true;
      while (!first.done()) {
      }
      first = {};
      const auto second = pool.submit([&] { ran = true; });
      lost += wait(std::vector{second}, std::chrono::seconds(10)).not_done.empty() ? 0 : 1;
      given_up = true;
      pool.shutdown();
    }
    QCOMPARE(lost, 0);
  }

  void everyWorkerIsWoken_whenTasksNeedEachOther() {
    // Tasks that wait for each other: a single wake-up too few hangs them.
    std::barrier meeting(4);
    ThreadPoolExecutor pool({.max_workers = 4});
    for (int round = 0; round < 500; ++round) {
      std::vector<Future<void>> futures;
      for (int i = 0; i < 4; ++i) {
        futures.push_back(pool.submit([&] { meeting.arrive_and_wait(); }));
      }
      wait(futures);
    }
    QCOMPARE(pool.worker_count(), std::size_t(4));
  }

  void p03_surplusWorkers_leave_alsoWhereTheyStoodBack() {
    // Two workers that get in each other's way while a third one searches: both went to sleep.
    const int rounds = qEnvironmentVariableIsSet("POOLSCOPE_TEST_FULL") ? 10'000 : 2'000;
    constexpr std::size_t kWorkers = 8;
    constexpr int kTasks = 300;
    ThreadPoolExecutor pool({.max_workers = kWorkers});
    bool all_left = true;
    for (int round = 0; round < rounds && all_left; ++round) {
      std::atomic<int> ran = 0;
      pool.set_max_workers(kWorkers);
      pool.pause();
      for (int i = 0; i < kTasks; ++i) {
        pool.submit([&] { ++ran; });
      }
      pool.resume();
      while (ran < round % kTasks) {
      }
      pool.set_max_workers(1);
      all_left = eventually([&] { return pool.worker_count() == 1 && ran == kTasks; });
    }
    QVERIFY(all_left);
  }

  void pauseResizeCancel_whileOthersSubmit() {
    std::atomic<bool> stop = false;
    std::atomic<int> done = 0;
    std::atomic<int> accepted = 0;
    ThreadPoolExecutor pool({.max_workers = 2, .queue_capacity = 8});
    std::vector<std::jthread> threads;
    for (int p = 0; p < 2; ++p) {
      threads.emplace_back([&] {
        while (!stop) {
          auto future = pool.submit([] {});
          ++accepted;
          future.add_done_callback([&](const Future<void>&) { ++done; });
          if (accepted % 5 == 0) {
            future.cancel();
          }
        }
      });
    }
    for (std::size_t i = 0; i < 2'000; ++i) {
      pool.pause();
      pool.set_max_workers(1 + i % 4);
      pool.resume();
    }
    stop = true;
    threads.clear();
    pool.shutdown();
    QCOMPARE(done.load(), accepted.load());
  }

  void resultsAreRead_whileTheyArrive() {
    ThreadPoolExecutor pool({.max_workers = 2});
    for (int round = 0; round < 300; ++round) {
      std::vector<Future<int>> futures;
      for (int i = 0; i < 20; ++i) {
        futures.push_back(pool.submit([i] { return i; }));
      }
      int sum = 0;
      for (auto future : as_completed(futures)) {
        sum += future.result();
      }
      QCOMPARE(sum, 190);
    }
  }

  // S73: nothing stands on a global lock, so what could go wrong between two threads gets many
  // chances.

  void s73_s07_submitThenResult_alwaysUsesOneThread() {
    for (int round = 0; round < 200; ++round) {
      ThreadPoolExecutor pool({.max_workers = 4});
      for (int i = 0; i < 100; ++i) {
        pool.submit([] {}).result();
      }
      QCOMPARE(pool.worker_count(), std::size_t(1));
    }
  }

  void s73_s41_callbacksAddedWhileItCompletes_areCalledOnceEach() {
    constexpr int kRounds = 5'000;
    constexpr int kCallbacks = 20;
    const std::vector<Promise<void>> promises(kRounds);
    std::atomic<int> begun = 0;
    std::atomic<int> calls = 0;
    std::jthread other([&] {
      for (int i = 0; i < kRounds; ++i) {
        while (begun <= i) {
          std::this_thread::yield();
        }
        promises[std::size_t(i)].set_result();
      }
    });
    for (const auto& promise : promises) {
      const auto future = promise.future();
      ++begun;
      for (int i = 0; i < kCallbacks; ++i) {
        future.add_done_callback([&](const Future<void>&) { ++calls; });
      }
    }
    other.join();
    QCOMPARE(calls.load(), kRounds * kCallbacks);
  }

  void s73_s49_waitWhileAllComplete_losesNone() {
    ThreadPoolExecutor pool({.max_workers = 3});
    for (int round = 0; round < 500; ++round) {
      std::vector<Future<int>> futures;
      for (int i = 0; i < 20; ++i) {
        futures.push_back(pool.submit([i] { return i; }));
      }
      QCOMPARE(wait(futures, static_cast<ReturnWhen>(round % 2 * 2)).done.size(), std::size_t(20));
    }
  }

  /// Who sees a task cancelled sees it gone from the queue, too.
  void p10_cancelledTask_isInNoCount_onceItIsDone() {
    constexpr int kRounds = 5'000;
    Gate gate;
    std::vector<Future<void>> futures(kRounds);
    std::atomic<int> queued = -1;
    std::size_t longest = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 1});
      pool.submit([&] { gate.pass(); });
      gate.await();
      std::jthread other([&] {
        for (int i = 0; i < kRounds; ++i) {
          while (queued.load() < i) {
            std::this_thread::yield();
          }
          futures[std::size_t(i)].cancel();
        }
      });
      for (int i = 0; i < kRounds; ++i) {
        Future<void>& future = futures[std::size_t(i)];
        future = pool.submit([] {});
        queued = i;
        while (!future.done()) {
          std::this_thread::yield();
        }
        longest = std::max(longest, pool.queue_depth());
      }
      gate.open();
    }
    QCOMPARE(longest, std::size_t(0));
  }

  void s73_s68_shutdownRightAfterCancelOrSubmit_returns() {
    for (int round = 0; round < 1'000; ++round) {
      std::atomic<int> ran = 0;
      ThreadPoolExecutor pool({.max_workers = 2});
      auto first = pool.submit([&] { ++ran; });
      std::jthread other([&] { first.cancel(); });
      auto second = pool.submit([&] { ++ran; });
      pool.shutdown(true, round % 4 == 0);
      other.join();
      QVERIFY(first.done() && second.done());
      QCOMPARE(ran.load(), (first.cancelled() ? 0 : 1) + (second.cancelled() ? 0 : 1));
    }
  }
};

QTEST_APPLESS_MAIN(StressTest)
#include "stress_test.moc"
