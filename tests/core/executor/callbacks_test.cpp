// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

class CallbacksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s40_callbacks_areCalledInOrder_onceForEachAdding() {
    std::vector<int> order;
    BusyPool busy;
    auto future = busy.pool.submit([] { return 9; });
    const std::function<void(Future<int>)> twice = [&](const Future<int>& f) {
      order.push_back(f.result());
    };
    future.add_done_callback([&](const Future<int>&) { order.push_back(1); });
    future.add_done_callback(twice);
    future.add_done_callback(twice);
    future.add_done_callback([&](const Future<int>& f) { order.push_back(f == future ? 4 : 0); });
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(order, (std::vector<int>{1, 9, 9, 4}));
  }

  void manyCallbacks_ofAPromiseThatIsGivenUp_goOneByOne() {
    std::atomic<int> living = 0;
    {
      const Promise<int> promise;
      for (int i = 0; i < 300'000; ++i) {
        promise.future().add_done_callback([c = Counted(living)](const Future<int>&) {});
      }
    }
    QCOMPARE(living.load(), 0);
  }

  void s41_onADoneFuture_calledHereAndNow() {
    const Promise<int> finished;
    finished.set_result(1);
    const Promise<int> cancelled;
    cancelled.future().cancel();
    for (const auto& future : {finished.future(), cancelled.future()}) {
      std::thread::id where;
      future.add_done_callback([&](const Future<int>&) { where = std::this_thread::get_id(); });
      QCOMPARE(where, std::this_thread::get_id());
    }
  }

  void s41_addingWhileItCompletes_callsExactlyOnce() {
    constexpr int kRounds = 3'000;
    std::vector<std::atomic<int>> calls(kRounds);
    ThreadPoolExecutor pool({.max_workers = 1});
    for (int i = 0; i < kRounds; ++i) {
      auto future = pool.submit([] {});
      future.add_done_callback([&calls, i](const Future<void>&) { ++calls[std::size_t(i)]; });
    }
    pool.shutdown();
    for (const auto& each : calls) {
      QCOMPARE(each.load(), 1);
    }
  }

  void s42_throwingCallback_isReported_othersRun_workerSurvives() {
    std::vector<std::string> reported;
    int later = 0;
    {
      Gate gate;
      ThreadPoolExecutor pool(
          {.max_workers = 1, .on_callback_error = [&](const std::exception_ptr& error) {
             try {
               std::rethrow_exception(error);
             } catch (const std::exception& known) {
               reported.emplace_back(known.what());
             } catch (...) {
               reported.emplace_back("unknown");
               throw;  // a handler that throws is ignored
             }
           }});
      auto future = pool.submit([&] { gate.pass(); });
      future.add_done_callback([](const Future<void>&) { throw std::domain_error("first"); });
      future.add_done_callback([](const Future<void>&) { throw 2; });
      future.add_done_callback([&](const Future<void>&) { ++later; });
      gate.open();
      QCOMPARE(pool.submit([] { return 3; }).result(), 3);
    }
    QCOMPARE(later, 1);
    QCOMPARE(reported, (std::vector<std::string>{"first", "unknown"}));
  }

  void s42_handler_outlivesThePool() {
    int reported = 0;
    Future<void> future;
    {
      ThreadPoolExecutor pool(
          {.max_workers = 1, .on_callback_error = [&](const auto&) { ++reported; }});
      future = pool.submit([] {});
    }
    future.add_done_callback([](const Future<void>&) { throw 1; });
    QCOMPARE(reported, 1);
  }

  void s43_handlerMayCancelATask_whenItGoes() {
    struct CancelAtEnd {
      explicit CancelAtEnd(Future<void> task) : future(std::move(task)) {}
      CancelAtEnd(const CancelAtEnd&) = default;
      CancelAtEnd(CancelAtEnd&&) = default;
      ~CancelAtEnd() {
        if (future.valid()) {
          future.cancel();
        }
      }
      void operator()(const std::exception_ptr& /*error*/) const {}
      Future<void> future;
    };
    const Promise<void> promise;
    {
      const ThreadPoolExecutor pool(
          {.max_workers = 1, .on_callback_error = CancelAtEnd(promise.future())});
    }
    QVERIFY(promise.future().cancelled());
  }

  void s43_s44_callback_mayDoEverything() {
    std::atomic<int> ran = 0;
    BusyPool busy;
    auto first = busy.pool.submit([] {});
    auto second = busy.pool.submit([] {});
    first.add_done_callback([&](const Future<void>& f) {
      f.add_done_callback([&](const Future<void>&) { ++ran; });
      ran += second.cancel() ? 10 : 0;
      busy.pool.submit([&] { ran += 100; });
      busy.pool.set_max_workers(2);
      busy.pool.shutdown(false);
    });
    busy.gate.open();
    QVERIFY(eventually([&] { return ran == 111; }));
    busy.pool.shutdown();
  }

  void s43_cancelFutures_callbackThatSubmits_doesNotDeadlock() {
    std::atomic<int> refused = 0;
    BusyPool busy;
    auto future = busy.pool.submit([] {});
    future.add_done_callback([&](const Future<void>&) {
      try {
        busy.pool.submit([] {});
      } catch (const std::runtime_error&) {
        ++refused;
      }
    });
    busy.pool.shutdown(false, true);
    QCOMPARE(refused.load(), 1);
    QVERIFY(future.cancelled());
  }

  void callbackThatWaitsForATask_isServedByAnotherWorker() {
    Gate gate;
    std::atomic<int> got = 0;
    ThreadPoolExecutor pool({.max_workers = 2});
    auto future = pool.submit([&] { gate.pass(); });
    future.add_done_callback(
        [&](const Future<void>&) { got = pool.submit([] { return 7; }).result(); });
    gate.open();
    QVERIFY(eventually([&] { return got == 7; }));
  }

  void s42_withoutAHandler_itGoesToStderr() {
    const CapturedStderr captured;
    {
      Gate gate;
      ThreadPoolExecutor pool({.max_workers = 1});
      auto future = pool.submit([&] { gate.pass(); });
      future.add_done_callback([](const Future<void>&) { throw std::domain_error("the first"); });
      future.add_done_callback([](const Future<void>&) { throw 2; });
      gate.open();
    }
    QCOMPARE(captured.text(), std::string("poolscope: a done-callback failed: the first\n"
                                          "poolscope: a done-callback failed\n"));
  }
};

QTEST_APPLESS_MAIN(CallbacksTest)
#include "callbacks_test.moc"
