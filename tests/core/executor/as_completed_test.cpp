// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <chrono>
#include <ranges>
#include <set>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;

static_assert(std::ranges::input_range<AsCompleted<int>>);
static_assert(std::ranges::input_range<AsCompleted<void>>);

class AsCompletedTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s50_yieldsDoneOnesFirst_thenInOrderOfCompletion() {
    const Promise<int> a;
    const Promise<int> b;
    const Promise<int> c;
    b.set_result(2);
    std::vector<int> order;
    for (auto future : as_completed(std::vector{a.future(), b.future(), c.future()})) {
      order.push_back(future.result());
      if (order.size() == 1) {
        c.set_result(3);
        a.set_result(1);
      }
    }
    QCOMPARE(order, (std::vector<int>{2, 3, 1}));
  }

  void s50_eachDistinctFuture_once() {
    ThreadPoolExecutor pool({.max_workers = 2});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 200; ++i) {
      futures.push_back(pool.submit([i] { return i; }));
      futures.push_back(futures.back());
    }
    std::multiset<int> seen;
    for (auto future : as_completed(futures)) {
      seen.insert(future.result());
    }
    QCOMPARE(seen.size(), std::size_t(200));
    QCOMPARE(std::set<int>(seen.begin(), seen.end()).size(), std::size_t(200));
  }

  void nothingGiven_endsAtOnce() {
    for (const auto& future : as_completed(std::vector<Future<int>>())) {
      QVERIFY2(!future.valid(), "not reached");
    }
  }

  void s51_s52_timeCountsFromTheCall_doneOnesComeFirst() {
    const Promise<int> a;
    const Promise<int> b;
    const Promise<int> c;
    const Promise<int> d;
    a.set_result(1);
    d.future().cancel();
    auto futures = as_completed(std::vector{a.future(), b.future(), c.future(), d.future()}, 0s);
    auto it = futures.begin();
    ++it;
    try {
      ++it;
      QFAIL("no exception");
    } catch (const TimeoutError& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray("2 (of 4) futures unfinished"));
    }
  }

  void s51_time_countsFromTheCall_notFromTheFirstStep() {
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto completed = as_completed(std::vector{busy.running}, 1ms);
    Passed(2ms).await();
    bool timed_out = false;
    try {
      completed.begin();
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    busy.gate.open();
    QVERIFY(timed_out);
    QVERIFY(traced.of(trace::EventKind::blocked_begin).empty());  // it did not wait at all
  }

  void s52_timeoutWhileWaiting_throws() {
    const Promise<int> a;
    auto futures = as_completed(std::vector{a.future(), a.future()}, 2ms);
    try {
      futures.begin();
      QFAIL("no exception");
    } catch (const TimeoutError& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray("1 (of 1) futures unfinished"));
    }
  }

  void s53_yieldedFuture_isNoLongerHeld() {
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    std::vector<Future<Counted>> futures;
    for (int i = 0; i < 3; ++i) {
      futures.push_back(pool.submit([&] { return Counted(living); }));
    }
    wait(futures);
    auto completed = as_completed(std::exchange(futures, {}));
    pool.shutdown();
    int left = 3;
    for (auto it = completed.begin(); it != completed.end(); ++it) {
      QCOMPARE(living.load(), left);
      { const auto future = *it; }
      QCOMPARE(living.load(), --left);
    }
  }

  void s53_leavingEarly_leavesNoWaiter() {
    std::vector<Promise<int>> promises(50);
    std::vector<Future<int>> futures;
    for (const auto& promise : promises) {
      futures.push_back(promise.future());
    }
    promises[0].set_result(0);
    {
      auto completed = as_completed(futures);
      QCOMPARE((*completed.begin()).result(), 0);
    }
    for (std::size_t i = 1; i < promises.size(); ++i) {
      promises[i].set_result(1);  // would touch a waiter that stayed behind
    }
    QCOMPARE(wait(futures, 0s).done.size(), std::size_t(50));
  }

  void s54_movedRange_goesOn() {
    const Promise<int> a;
    a.set_result(5);
    auto first = as_completed(std::vector{a.future()});
    auto second = std::move(first);
    QCOMPARE((*second.begin()).result(), 5);
  }

  void s54_ownedByAnotherThread_destroyedWhileFuturesComplete() {
    for (int round = 0; round < 300; ++round) {
      const std::vector<Promise<int>> promises(10);
      std::vector<Future<int>> futures;
      for (const auto& promise : promises) {
        futures.push_back(promise.future());
      }
      bool done = false;
      std::jthread owner([&done, mine = as_completed(futures)]() mutable {
        done = (*mine.begin()).done();
      });  // which destroys it
      for (const auto& promise : promises) {
        promise.set_result(1);
      }
      owner.join();
      QVERIFY(done);
    }
  }
};

QTEST_APPLESS_MAIN(AsCompletedTest)
#include "as_completed_test.moc"
