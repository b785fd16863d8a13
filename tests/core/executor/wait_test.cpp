// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <array>
#include <barrier>
#include <chrono>
#include <list>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;

namespace {
const auto kError = std::make_exception_ptr(std::domain_error("x"));

template <typename When>
concept WaitsUntil = requires(const std::vector<Future<int>>& futures, When when) {
  poolscope::wait(futures, when);
  poolscope::wait(futures, 0s, when);
};
}  // namespace

class WaitTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s45_duplicates_comeOnce_inInputOrder() {
    const Promise<int> a;
    const Promise<int> b;
    const Promise<int> c;
    c.set_result(3);
    a.set_result(1);
    const auto result =
        wait(std::list{c.future(), b.future(), c.future(), a.future(), b.future()}, 0s);
    QCOMPARE(result.done.size(), std::size_t(2));
    QVERIFY(result.done[0] == c.future());
    QVERIFY(result.done[1] == a.future());
    QCOMPARE(result.not_done.size(), std::size_t(1));
    QVERIFY(result.not_done[0] == b.future());
  }

  void s45_nothingGiven_returnsAtOnce() {
    const std::vector<Future<int>> none;
    for (const auto when :
         {ReturnWhen::all_completed, ReturnWhen::first_completed, ReturnWhen::first_exception}) {
      const auto result = wait(none, when);
      QVERIFY(result.done.empty() && result.not_done.empty());
    }
  }

  void s45_futuresOfSeveralPools_mayBeMixed() {
    ThreadPoolExecutor a({.max_workers = 1});
    ThreadPoolExecutor b({.max_workers = 1});
    const Promise<int> c;
    c.set_result(3);
    const std::array futures = {a.submit([] { return 1; }), b.submit([] { return 2; }), c.future()};
    QCOMPARE(wait(futures).done.size(), std::size_t(3));
  }

  void s46_allCompleted_waitsForAll() {
    ThreadPoolExecutor pool({.max_workers = 2});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 100; ++i) {
      futures.push_back(pool.submit([i] { return i % 7 == 0 ? throw i : i; }));
    }
    futures[50].cancel();
    const auto result = wait(futures);
    QCOMPARE(result.done.size(), std::size_t(100));
    QVERIFY(result.not_done.empty());
  }

  void s46_firstCompleted_waitsForOne() {
    const Promise<int> a;
    const Promise<int> b;
    std::jthread other([&] { b.set_exception(kError); });
    const auto result = wait(std::vector{a.future(), b.future()}, ReturnWhen::first_completed);
    QCOMPARE(result.done.size(), std::size_t(1));
    QVERIFY(result.done[0] == b.future());
  }

  void s46_firstCompleted_takesAllThatAreDoneAtTheCall() {
    const Promise<int> a;
    const Promise<int> b;
    const Promise<int> c;
    a.set_result(1);
    c.future().cancel();
    const auto result =
        wait(std::vector{a.future(), b.future(), c.future()}, ReturnWhen::first_completed);
    QCOMPARE(result.done.size(), std::size_t(2));
  }

  void s46_firstException_isNotACancelledOrFineOne() {
    const Promise<int> fine;
    const Promise<int> cancelled;
    const Promise<int> failed;
    const Promise<int> never;
    fine.set_result(1);
    cancelled.future().cancel();
    const std::vector futures = {fine.future(), cancelled.future(), failed.future(),
                                 never.future()};
    QCOMPARE(wait(futures, 1ms, ReturnWhen::first_exception).done.size(), std::size_t(2));
    std::jthread other([&] { failed.set_exception(kError); });
    const auto result = wait(futures, ReturnWhen::first_exception);
    QCOMPARE(result.done.size(), std::size_t(3));
    QCOMPARE(wait(futures, ReturnWhen::first_exception).done.size(), std::size_t(3));
  }

  void s46_firstException_withNone_waitsForAll() {
    const Promise<int> a;
    const Promise<int> b;
    std::jthread other([&] {
      a.set_result(1);
      b.future().cancel();
    });
    QCOMPARE(wait(std::vector{a.future(), b.future()}, ReturnWhen::first_exception).done.size(),
             std::size_t(2));
  }

  void s30_cancelledFuture_isDoneAtOnceForWait() {
    BusyPool busy;
    auto queued = busy.pool.submit([] {});
    queued.cancel();
    QCOMPARE(wait(std::vector{queued}, 0s).done.size(), std::size_t(1));
    auto woken = busy.pool.submit([] {});
    std::jthread other([&] { woken.cancel(); });
    QCOMPARE(wait(std::vector{woken}).done.size(), std::size_t(1));
    QVERIFY(*as_completed(std::vector{queued}, 0s).begin() == queued);
    QVERIFY(queued.done() && queued.cancelled());
  }

  void s30_wait_endsAfterAShutdownThatCancels() {
    BusyPool busy;
    auto queued = busy.pool.submit([] {});
    std::jthread other([&] { busy.pool.shutdown(false, true); });
    QCOMPARE(wait(std::vector{queued}).done.size(), std::size_t(1));
    QVERIFY(queued.cancelled());
  }

  void s47_timeout_givesTheSplit_andLeavesNoWaiter() {
    std::atomic<int> living = 0;
    {
      const Promise<Counted> a;
      const Promise<Counted> b;
      a.set_result(Counted(living));
      for (int i = 0; i < 100; ++i) {
        const auto result = wait(std::vector{a.future(), b.future()}, i % 2 == 0 ? 0us : 20us);
        QCOMPARE(result.done.size(), std::size_t(1));
        QCOMPARE(result.not_done.size(), std::size_t(1));
      }
      b.set_result(Counted(living));  // would touch a waiter that stayed behind
      QCOMPARE(living.load(), 2);
    }
    QCOMPARE(living.load(), 0);
  }

  void s48_returnWhen_isNoNumberAndNoText() {
    QVERIFY(WaitsUntil<ReturnWhen>);
    QVERIFY(!WaitsUntil<int>);
    QVERIFY(!WaitsUntil<bool>);
    QVERIFY(!WaitsUntil<const char*>);
  }

  void s49_completionsWhileWaitInstallsItself_areNotLost() {
    for (int round = 0; round < 200; ++round) {
      std::barrier start(2);
      std::vector<Promise<int>> promises(100);
      std::vector<Future<int>> futures;
      for (const auto& promise : promises) {
        futures.push_back(promise.future());
      }
      std::jthread other([&] {
        start.arrive_and_wait();
        for (const auto& promise : promises) {
          promise.set_result(1);
        }
      });
      start.arrive_and_wait();
      QCOMPARE(wait(futures).done.size(), std::size_t(100));
    }
  }

  void manyWaiters_ofOneFuture_allWake() {
    const Promise<int> promise;
    std::atomic<int> woken = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
          const auto future = promise.future();
          woken += i % 2 == 0 ? future.result() : int(wait(std::vector{future}).done.size());
        });
      }
      promise.set_result(1);
    }
    QCOMPARE(woken.load(), 4);
  }
};

QTEST_APPLESS_MAIN(WaitTest)
#include "wait_test.moc"
