// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;

class FutureTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s27_states_followTheTask() {
    const Promise<int> promise;
    const auto future = promise.future();
    QVERIFY(!future.running() && !future.done() && !future.cancelled());
    QVERIFY(promise.set_running_or_notify_cancel());
    QVERIFY(future.running() && !future.done() && !future.cancelled());
    promise.set_result(1);
    QVERIFY(!future.running() && future.done() && !future.cancelled());
    const Promise<int> other;
    other.future().cancel();
    QVERIFY(!other.future().running() && other.future().done() && other.future().cancelled());
  }

  void s28_cancel_worksOnlyWhilePending() {
    int calls = 0;
    const Promise<void> pending;
    pending.future().add_done_callback([&](const Future<void>&) { ++calls; });
    QVERIFY(pending.future().cancel());
    QVERIFY(pending.future().cancel());
    QCOMPARE(calls, 1);
    const Promise<void> running;
    running.set_running_or_notify_cancel();
    QVERIFY(!running.future().cancel());
    QVERIFY(running.future().running());
    running.set_result();
    QVERIFY(!running.future().cancel());
    QVERIFY(!running.future().cancelled());
  }

  void s29_cancel_wakesWhoWaits_andRunsCallbacksHere() {
    Traced traced;
    std::atomic<bool> got = false;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto future = busy.pool.submit([] { return 1; });
    std::thread::id ran_in;
    future.add_done_callback([&](const Future<int>&) { ran_in = std::this_thread::get_id(); });
    std::jthread waiter([&] {
      try {
        future.result();
      } catch (const CancelledError&) {
        got = true;
      }
    });
    const bool blocked =
        eventually([&] { return !traced.of(trace::EventKind::blocked_begin).empty(); });
    future.cancel();
    const auto callback_ran_in = ran_in;
    waiter.join();
    QVERIFY(blocked);
    QCOMPARE(callback_ran_in, std::this_thread::get_id());
    QVERIFY(got);
  }

  void s36_result_rethrowsTheSameObject() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future = pool.submit([] { throw std::domain_error("x"); });
    const std::exception* seen[2] = {};
    for (const std::exception*& each : seen) {
      try {
        future.result();
      } catch (const std::exception& error) {
        each = &error;
      }
    }
    QVERIFY(seen[0] != nullptr);
    QCOMPARE(seen[0], seen[1]);
  }

  void s36_error_isRethrownByManyThreadsAtOnce() {
    std::atomic<int> right = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto future = pool.submit([] { throw std::domain_error("x"); });
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          for (int k = 0; k < 50; ++k) {
            try {
              future.result();
            } catch (const std::domain_error& error) {
              right += std::string(error.what()) == "x" ? 1 : 0;
            }
          }
        });
      }
    }
    QCOMPARE(right.load(), 200);
  }

  void s37_secondOutcome_isRefused() {
    const auto error = std::make_exception_ptr(std::domain_error("x"));
    const Promise<int> promise;
    promise.set_result(1);
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, promise.set_result(2));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, promise.set_exception(error));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, promise.set_running_or_notify_cancel());
    QCOMPARE(promise.future().result(), 1);
    const Promise<int> failed;
    failed.set_exception(error);
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, failed.set_result(2));
    QVERIFY_THROWS_EXCEPTION(std::domain_error, failed.future().result());
    const Promise<int> cancelled;
    cancelled.future().cancel();
    QVERIFY(!cancelled.set_running_or_notify_cancel());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, cancelled.set_result(2));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, cancelled.set_exception(error));
    const Promise<int> running;
    running.set_running_or_notify_cancel();
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, running.set_running_or_notify_cancel());
  }

  void s37_racingOutcomes_oneStays() {
    for (int round = 0; round < 300; ++round) {
      const Promise<int> promise;
      std::atomic<int> set = 0;
      {
        std::jthread a([&] { set += try_set(promise, 1); });
        std::jthread b([&] { set += try_set(promise, 2); });
        set += promise.future().cancel() ? 4 : 0;
      }
      if (set == 4) {
        QVERIFY(promise.future().cancelled());
      } else {
        QCOMPARE(promise.future().result(), set.load());
      }
    }
  }

  void s38_futures_areIdentities() {
    const Promise<int> a;
    const Promise<int> b;
    const auto first = a.future();
    auto copy = first;
    QVERIFY(first == copy);
    QVERIFY(first != b.future());
    const std::unordered_set<Future<int>> set = {first, copy, b.future()};
    QCOMPARE(set.size(), std::size_t(2));
    copy = b.future();
    QVERIFY(copy == b.future());
  }

  void s38_defaultFuture_throwsOnUse() {
    const Future<int> none;
    QVERIFY(!none.valid());
    QVERIFY(none == Future<int>());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.done());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.cancel());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.result());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.result(0s));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.take());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.exception());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, none.add_done_callback([](const Future<int>&) {}));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, wait(std::vector{none}));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, as_completed(std::vector{none}));
  }

  void s39_droppedFuture_neitherCancelsNorBlocks() {
    std::atomic<bool> ran = false;
    {
      BusyPool busy;
      {
        auto dropped = busy.pool.submit([&] { ran = true; });
      }
      QVERIFY(!ran);
      busy.gate.open();
    }
    QVERIFY(ran);
  }

  void take_movesOnce_thenInvalidState() {
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto future = pool.submit([] { return std::string(100, 'x'); });
    QCOMPARE(future.result().size(), std::size_t(100));
    const std::string taken = future.take();
    QCOMPARE(taken.size(), std::size_t(100));
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, future.take());
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, future.result());
    QVERIFY(future.exception() == nullptr);
  }

  void resultOfATemporary_movesOnlyWhatNobodyShares() {
    const Promise<std::vector<int>> promise;
    promise.set_result(std::vector<int>(10, 1));
    auto kept = promise.future();
    QCOMPARE(promise.future().result().size(), std::size_t(10));
    QCOMPARE(kept.result().size(), std::size_t(10));
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    struct CopyCounter {
      int copies = 0;
      CopyCounter() = default;
      CopyCounter(const CopyCounter& other) : copies(other.copies + 1) {}
      CopyCounter(CopyCounter&&) = default;
      CopyCounter& operator=(const CopyCounter&) = delete;
    };
    for (int i = 0; i < 100; ++i) {
      QCOMPARE(pool.submit([] { return CopyCounter(); }).result().copies, 0);
    }
    const Promise<std::unique_ptr<int>> only;
    only.set_result(std::make_unique<int>(1));
    QCOMPARE(*only.future().result(), 1);
    QVERIFY_THROWS_EXCEPTION(InvalidStateError, only.future().result());
  }

  void resultByReference_livesWithTheFuture() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future = pool.submit([] { return std::string("a text that is too long to be inside"); });
    const std::string& text = future.result();
    pool.shutdown();
    QCOMPARE(text, std::string("a text that is too long to be inside"));
    QCOMPARE(&text, &future.result());
  }

  void resultOfATemporary_inARangeFor_isSafe() {
    // The range is the value itself, not a reference into a state that is gone.
    ThreadPoolExecutor pool({.max_workers = 1});
    const auto texts = [] { return std::vector<std::string>(20, std::string(100, 'x')); };
    std::size_t length = 0;
    for (auto& x : pool.submit(texts).result()) {
      length += x.size();
    }
    for (auto& x : pool.submit(texts).result(10s)) {
      length += x.size();
    }
    QCOMPARE(length, std::size_t(4'000));
  }

 private:
  static int try_set(const Promise<int>& promise, int value) {
    try {
      promise.set_result(value);
      return value;
    } catch (const InvalidStateError&) {
      return 0;
    }
  }
};

QTEST_APPLESS_MAIN(FutureTest)
#include "future_test.moc"
