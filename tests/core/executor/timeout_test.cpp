// SPDX-License-Identifier: Apache-2.0
// Waiting for one future: how long, and what comes of it.
#include "core/executor/promise.h"
#include "support.h"

#include <QtTest>

#include <chrono>
#include <limits>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;
using trace::EventKind;

class TimeoutTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s31_result_timesOut_data() {
    QTest::addColumn<double>("seconds");
    QTest::newRow("zero") << 0.0;
    QTest::newRow("negative") << -1.0;
    QTest::newRow("most negative") << -std::numeric_limits<double>::max();
    QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN();
    QTest::newRow("a moment") << 0.002;
  }
  void s31_result_timesOut() {
    QFETCH(double, seconds);
    const std::chrono::duration<double> timeout(seconds);
    const Promise<int> promise;
    const auto future = promise.future();
    try {
      future.result(timeout);
      QFAIL("no exception");
    } catch (const TimeoutError& error) {
      QCOMPARE(QByteArray(error.what()), QByteArray());
    }
    QVERIFY_THROWS_EXCEPTION(TimeoutError, future.exception(timeout));
    QVERIFY_THROWS_EXCEPTION(TimeoutError, promise.future().result(timeout));
  }

  void s31_result_waitsAsLongAsItWasTold() {
    const Promise<int> promise;
    for (int i = 0; i < 10; ++i) {
      const auto before = std::chrono::steady_clock::now();
      QVERIFY_THROWS_EXCEPTION(TimeoutError, promise.future().result(3ms));
      QVERIFY(std::chrono::steady_clock::now() - before >= 3ms);
    }
  }

  void s31_cancelledFinishedFailed_areTold() {
    const Promise<int> promise;
    promise.future().cancel();
    QVERIFY_THROWS_EXCEPTION(CancelledError, promise.future().result(0s));
    const Promise<int> failed;
    failed.set_exception(std::make_exception_ptr(std::domain_error("x")));
    QVERIFY_THROWS_EXCEPTION(std::domain_error, failed.future().result(0s));
  }

  void otherWaits_takeTheSameTimes_data() {
    QTest::addColumn<double>("seconds");
    QTest::addColumn<bool>("long_enough");
    QTest::newRow("zero") << 0.0 << false;
    QTest::newRow("negative") << -1.0 << false;
    QTest::newRow("most negative") << -std::numeric_limits<double>::max() << false;
    QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << false;
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << true;
    QTest::newRow("huge") << 1e300 << true;
  }
  void otherWaits_takeTheSameTimes() {
    QFETCH(double, seconds);
    QFETCH(bool, long_enough);
    const std::chrono::duration<double> timeout(seconds);
    BusyPool busy;
    const std::vector futures = {busy.running};
    if (long_enough) {
      busy.gate.open();
      QCOMPARE(wait(futures, timeout).done.size(), std::size_t(1));
      QVERIFY(*as_completed(futures, timeout).begin() == busy.running);
      return;
    }
    QCOMPARE(wait(futures, timeout).not_done.size(), std::size_t(1));
    QVERIFY_THROWS_EXCEPTION(TimeoutError, as_completed(futures, timeout).begin());
  }

  void mapsTimeout_mayBeAnything_data() {
    QTest::addColumn<qint64>("nanoseconds");
    QTest::newRow("zero") << qint64(0);
    QTest::newRow("negative") << qint64(-1);
    QTest::newRow("most negative") << std::numeric_limits<qint64>::min();
    QTest::newRow("infinite") << std::numeric_limits<qint64>::max();
  }
  void mapsTimeout_mayBeAnything() {
    QFETCH(qint64, nanoseconds);
    BusyPool busy;
    auto results = busy.pool.map(
        {.timeout = std::chrono::nanoseconds(nanoseconds)}, [](int x) { return x; },
        std::views::iota(7, 8));
    if (nanoseconds > 0) {
      busy.gate.open();
      QCOMPARE(*results.begin(), 7);
      return;
    }
    QVERIFY_THROWS_EXCEPTION(TimeoutError, results.begin());
  }

  void s31_hugeTimeouts_waitForEver() {
    Gate gate;
    std::atomic<int> sum = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future = pool.submit([&] {
      gate.pass();
      return 1;
    });
    gate.await();
    {
      std::jthread a([&] { sum += future.result(std::chrono::hours::max()); });
      std::jthread b([&] { sum += future.result(std::chrono::duration<double>(1e300)); });
      std::jthread c([&] { sum += future.result(std::chrono::nanoseconds::max()); });
      const std::chrono::duration<double> infinite(std::numeric_limits<double>::infinity());
      std::jthread d([&] { sum += future.result(infinite); });
      gate.open();
    }
    QCOMPARE(sum.load(), 4);
  }

  void s32_exception_isNullWhenFine() {
    ThreadPoolExecutor pool({.max_workers = 1});
    QVERIFY(pool.submit([] {}).exception() == nullptr);
    const std::exception_ptr error =
        pool.submit([] { throw std::domain_error("x"); }).exception(10s);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, std::rethrow_exception(error));
    const Promise<int> promise;
    promise.future().cancel();
    QVERIFY_THROWS_EXCEPTION(CancelledError, promise.future().exception());
  }

  void s33_doneFuture_returnsAtOnce_evenWithTimeoutZero() {
    const Promise<int> promise;
    promise.set_result(4);
    QCOMPARE(promise.future().result(0s), 4);
    QCOMPARE(promise.future().result(-1s), 4);
    QVERIFY(promise.future().exception(0s) == nullptr);
    const Promise<int> failed;
    failed.set_exception(std::make_exception_ptr(std::domain_error("x")));
    QVERIFY(failed.future().exception(0s) != nullptr);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, failed.future().result(-1s));
  }

  void s34_tasksOwnTimeoutError_keepsItsType() {
    struct MyTimeout : std::runtime_error {
      using std::runtime_error::runtime_error;
    };
    ThreadPoolExecutor pool({.max_workers = 1});
    auto future = pool.submit([] { throw MyTimeout("mine"); });
    QVERIFY_THROWS_EXCEPTION(MyTimeout, future.result(10s));
    QVERIFY(future.done());
    auto ours = pool.submit([] { throw TimeoutError("the task's"); });
    QVERIFY_THROWS_EXCEPTION(TimeoutError, ours.result());
    QVERIFY(ours.done());
  }

  void s35_errorsThatAreFalse_areErrors() {
    // Python took an exception object that is false for no error.
    ThreadPoolExecutor pool({.max_workers = 1});
    auto zero = pool.submit([]() -> int { throw 0; });
    auto no = pool.submit([]() -> int { throw false; });
    auto null = pool.submit([]() -> int { throw nullptr; });
    for (const auto& each : {zero, no, null}) {
      QVERIFY(each.exception() != nullptr);
    }
    QVERIFY_THROWS_EXCEPTION(int, zero.result());
    QVERIFY_THROWS_EXCEPTION(bool, no.result());
    QVERIFY_THROWS_EXCEPTION(std::nullptr_t, null.result());
  }
};

QTEST_APPLESS_MAIN(TimeoutTest)
#include "timeout_test.moc"
