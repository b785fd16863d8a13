// SPDX-License-Identifier: Apache-2.0
// How the iteration of a map() ends: timeouts, errors, leaving early, shutdown.
#include "support.h"

#include <QtTest>

#include <chrono>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;
using trace::EventKind;

class MapEndTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s58_shutdown_handsOutWhatIsThere_thenThrows() {
    ThreadPoolExecutor pool({.max_workers = 1});
    auto results = pool.map(
        {.buffer_size = 3}, [](int x) { return x; }, std::views::iota(0));
    pool.shutdown();
    auto it = results.begin();
    QCOMPARE(*it, 0);
    QCOMPARE(*++it, 1);
    QCOMPARE(*++it, 2);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, ++it);
    QVERIFY(it == results.end());
  }

  void s58_bufferedMap_mayOutliveThePool() {
    std::optional<MapResults<int>> results;
    {
      ThreadPoolExecutor pool({.max_workers = 1});
      results.emplace(pool.map(
          {.buffer_size = 1}, [](int x) { return x; }, std::views::iota(5)));
    }
    auto it = results->begin();
    QCOMPARE(*it, 5);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, ++it);
  }

  void s58_bufferedMap_mayOutliveTheTracerToo() {
    std::optional<MapResults<int>> results;
    std::optional<MapResults<int>> all_submitted;
    {
      Traced traced;
      ThreadPoolExecutor pool({.max_workers = 1, .tracer = &traced.tracer});
      const auto task = [](int x) { return x; };
      results.emplace(pool.map({.buffer_size = 1}, task, std::views::iota(5)));
      all_submitted.emplace(pool.map({.buffer_size = 1}, task, std::vector{7}));
    }
    auto it = results->begin();
    QCOMPARE(*it, 5);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, ++it);
    auto other = all_submitted->begin();
    QCOMPARE(*other, 7);
    QVERIFY(++other == all_submitted->end());
  }

  void s59_timeout_countsFromMap_doneResultsStillCome() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 2});
    const auto task = [&](int x) {
      if (x == 1) {
        gate.pass();
      }
      return x;
    };
    auto results = pool.map({.timeout = 0s}, task, std::vector{0, 1, 2});
    QVERIFY(eventually([&] { return gate.arrived() == 1 && pool.queue_depth() == 0; }));
    pool.submit([] {}).result();  // the worker that is not at the gate is done with 0
    auto it = results.begin();
    QCOMPARE(*it, 0);
    bool timed_out = false;
    try {
      ++it;
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    gate.open();
    QVERIFY(timed_out);
    QVERIFY(it == results.end());
  }

  void s59_time_countsFromTheCall_notFromTheFirstStep() {
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto results = busy.pool.map(
        {.timeout = 1ms}, [](int x) { return x; }, std::vector{1, 2});
    Passed(2ms).await();
    bool timed_out = false;
    try {
      results.begin();
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    busy.gate.open();
    QVERIFY(timed_out);
    QVERIFY(traced.of(EventKind::blocked_begin).empty());  // it did not wait at all
  }

  void s60_leavingABegunMap_cancelsTheRest() {
    std::atomic<int> ran = 0;
    BusyPool busy({.max_workers = 1});
    {
      auto results = busy.pool.map(
          {.timeout = 0s}, [&](int) { ++ran; }, std::views::iota(0, 6));
      QVERIFY_THROWS_EXCEPTION(TimeoutError, results.begin());
      QCOMPARE(busy.pool.queue_depth(), std::size_t(0));
    }
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(ran.load(), 0);
  }

  void s60_destroyedAfterOneStep_cancelsTheRest() {
    Gate gate;
    std::atomic<int> ran = 0;
    std::atomic<bool> passed = false;
    ThreadPoolExecutor pool({.max_workers = 1});
    {
      auto results = pool.map(
          [&](int x) {
            ++ran;
            if (x == 1) {
              gate.pass();
              passed = true;
            }
          },
          std::views::iota(0, 6));
      results.begin();
      gate.await();
    }
    const bool did_not_wait = !passed;
    gate.open();
    pool.shutdown();
    QVERIFY(did_not_wait);
    QVERIFY(passed);  // the running one finished
    QCOMPARE(ran.load(), 2);
  }

  void s60_neverBegun_allRun() {
    std::atomic<int> ran = 0;
    BusyPool busy;
    {
      auto results = busy.pool.map([&](int) { ++ran; }, std::views::iota(0, 6));
    }
    busy.gate.open();
    busy.pool.shutdown();
    QCOMPARE(ran.load(), 6);
  }

  void s61_error_endsTheIteration_andCancelsTheRest() {
    Gate gate;
    std::atomic<int> ran = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    auto results = pool.map(
        [&](int x) {
          ++ran;
          if (x == 1) {
            throw std::domain_error("x");
          }
          if (x == 2) {
            gate.pass();
          }
          return x;
        },
        std::views::iota(0, 6));
    gate.await();
    auto it = results.begin();
    QCOMPARE(*it, 0);
    QVERIFY_THROWS_EXCEPTION(std::domain_error, ++it);
    QVERIFY(it == results.end());
    gate.open();
    pool.shutdown();
    QCOMPARE(ran.load(), 3);
  }

  void s61_continueAfterError_goesOnWithTheNext() {
    ThreadPoolExecutor pool({.max_workers = 2});
    auto results = pool.map(
        {.buffer_size = 2, .continue_after_error = true},
        [](int x) { return x % 2 == 0 ? throw x : x; }, std::views::iota(0, 5));
    QVERIFY_THROWS_EXCEPTION(int, results.begin());
    auto it = results.begin();
    QCOMPARE(*it, 1);
    QVERIFY_THROWS_EXCEPTION(int, ++it);
    ++it;
    QCOMPARE(*it, 3);
    QVERIFY_THROWS_EXCEPTION(int, ++it);
    ++it;
    QVERIFY(it == results.end());
  }

  void s62_handedOutResults_areNotKept() {
    std::atomic<int> living = 0;
    ThreadPoolExecutor pool({.max_workers = 1});
    auto results =
        pool.map([&](int) { return std::make_unique<Counted>(living); }, std::views::iota(0, 4));
    pool.shutdown();
    int left = 4;
    for (auto&& each : results) {
      QCOMPARE(living.load(), left);
      { const auto mine = std::move(each); }
      QCOMPARE(living.load(), --left);
    }
  }
};

QTEST_APPLESS_MAIN(MapEndTest)
#include "map_end_test.moc"
