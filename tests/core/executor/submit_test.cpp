// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

class SubmitTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s16_submit_returnsAPendingFuture() {
    BusyPool busy;
    auto future = busy.pool.submit([] { return 7; });
    const bool pending = !future.done() && !future.running() && !future.cancelled();
    busy.gate.open();
    QVERIFY(pending);
    QCOMPARE(future.result(), 7);
  }

  void s16_queue_isUnbounded_firstInFirstOut() {
    constexpr int kTasks = 10'000;
    std::vector<int> order;
    BusyPool busy;
    for (int i = 0; i < kTasks; ++i) {
      busy.pool.submit([&order, i] { order.push_back(i); });
    }
    QCOMPARE(busy.pool.queue_depth(), std::size_t(kTasks));
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(order.size(), std::size_t(kTasks));
    for (int i = 0; i < kTasks; ++i) {
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
    try {
      inner.result();
      QFAIL("no exception");
    } catch (const std::runtime_error& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray("cannot schedule new futures after shutdown"));
    }
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

  void s18_callableAndArguments_areInvokedAsRvalues_onceDecayed() {
    struct Callable {
      std::string operator()(std::string&& text, const char* literal) && {
        return std::move(text) + literal;
      }
      std::string operator()(const std::string& /*text*/, const char* /*literal*/) const& {
        return "as an lvalue";
      }
    };
    ThreadPoolExecutor pool({.max_workers = 1});
    const std::string text = "first ";
    QCOMPARE(pool.submit(Callable(), text, "second").result(), std::string("first second"));
    QCOMPARE(text, std::string("first "));
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
