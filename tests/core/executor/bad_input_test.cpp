// SPDX-License-Identifier: Apache-2.0
// What nobody should give a pool. Bad times are in timeout_test.cpp, a system that refuses threads
// in workers_test.cpp, max_workers out of range there (s02) and in resize_test.cpp (p01).
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <functional>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;

namespace {

/// Throws when it is copied for the `fails_at`-th time.
struct BadCopy {
  explicit BadCopy(std::atomic<int>& copies, int fails_at) : count(&copies), fails(fails_at) {}
  BadCopy(const BadCopy& other) : count(other.count), fails(other.fails) {
    if (++*count == fails) {
      throw std::domain_error("copy");
    }
  }
  BadCopy(BadCopy&&) = default;
  BadCopy& operator=(const BadCopy&) = delete;
  int operator()(int x = 0) const { return x; }
  std::atomic<int>* count;
  int fails;
};

/// Throws when it is destroyed, unless it was moved from.
struct BadDestructor {
  explicit BadDestructor(std::atomic<int>& thrown) : count(&thrown) {}
  BadDestructor(BadDestructor&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
  BadDestructor& operator=(BadDestructor&&) = delete;
  ~BadDestructor() noexcept(false) {
    if (count != nullptr) {
      ++*count;
      throw std::domain_error("destructor");
    }
  }
  std::atomic<int>* count;
};

}  // namespace

class BadInputTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void emptyFunction_isTheTasksError() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_THROWS_EXCEPTION(std::bad_function_call, pool.submit(std::function<void()>()).result());
    auto results = pool.map(std::function<int(int)>(), std::vector{1});
    QVERIFY_THROWS_EXCEPTION(std::bad_function_call, results.begin());
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }

  void emptyCallback_isReported() {
    std::atomic<int> reported = 0;
    {
      ThreadPoolExecutor pool(
          {.max_workers = 1, .on_callback_error = [&](const std::exception_ptr& error) {
             try {
               std::rethrow_exception(error);
             } catch (const std::bad_function_call&) {
               ++reported;
             }
           }});
      auto future = pool.submit([] {});
      future.add_done_callback({});
      future.result();
      future.add_done_callback({});
    }
    QCOMPARE(reported.load(), 2);
  }

  void callableThatThrowsWhenCopied_isNotQueued() {
    std::atomic<int> copies = 0;
    BusyPool busy;
    const BadCopy bad(copies, 1);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, busy.pool.submit(bad));
    const BadCopy worse(copies, 2);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, busy.pool.try_submit([](const BadCopy&) {}, worse));
    QCOMPARE(busy.pool.queue_depth(), std::size_t(0));
    busy.gate.open();
    QCOMPARE(busy.pool.submit([] { return 1; }).result(), 1);
  }

  void mapsFunctionThatThrowsWhenCopied_submittedOnesRun() {
    std::atomic<int> copies = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_THROWS_EXCEPTION(std::domain_error,
                             pool.map(BadCopy(copies, 3), std::views::iota(0, 10)));
    auto results = pool.map({.buffer_size = 1}, BadCopy(copies, copies + 2), std::vector{7, 8});
    auto it = results.begin();  // reads ahead, which fails
    QCOMPARE(*it, 7);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, ++it);
    QVERIFY(it == results.end());
  }

  void throwingDestructor_ofACaptureOfACancelledTask_endsNothing() {
    std::atomic<int> thrown = 0;
    BusyPool busy;
    auto cancelled = busy.pool.submit([bad = BadDestructor(thrown)] {});
    QVERIFY(cancelled.cancel());
    QCOMPARE(thrown.load(), 1);
    auto dropped = busy.pool.submit([bad = BadDestructor(thrown)] {});
    busy.pool.shutdown(false, true);
    QCOMPARE(thrown.load(), 2);
    QVERIFY(dropped.cancelled());
  }

  void throwingDestructor_ofAResult_endsNothing() {
    std::atomic<int> thrown = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    pool.submit([&] { return BadDestructor(thrown); });  // dropped by the worker
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
    QCOMPARE(thrown.load(), 1);
    {
      auto kept = pool.submit([&] { return BadDestructor(thrown); });
      static_cast<void>(kept.exception());
      pool.shutdown();
    }
    QCOMPARE(thrown.load(), 2);
  }

  void throwingDestructors_ofResultAndCapture_giveOneError() {
    std::atomic<int> thrown = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future =
        pool.submit([&thrown, bad = BadDestructor(thrown)] { return BadDestructor(thrown); });
    QVERIFY(future.exception() != nullptr);
    QCOMPARE(thrown.load(), 2);
    QCOMPARE(pool.submit([] { return 1; }).result(), 1);
  }

  void badSizes_areRefused() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, pool.set_max_workers(~std::size_t(0)));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                             pool.map(
                                 {.buffer_size = 0}, [](int) {}, std::vector{1}));
    QCOMPARE(pool.map(
                     {.buffer_size = ~std::size_t(0)}, [](int x) { return x; }, std::vector{1})
                 .begin()
                 .
                 operator*(),
             1);
    QCOMPARE(pool.max_workers(), std::size_t(1));
  }

  void submit_afterShutdown_takesNothing() {
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    pool.shutdown();
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.submit([c = Counted(living)] {}));
    QCOMPARE(living.load(), 0);
  }
};

QTEST_APPLESS_MAIN(BadInputTest)
#include "bad_input_test.moc"
