// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <QtTest>

#include <chrono>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;

static_assert(std::ranges::input_range<MapResults<int>>);
static_assert(std::ranges::input_range<MapResults<void>>);
static_assert(std::ranges::input_range<MapResults<int&>>);
static_assert(std::ranges::input_range<MapResults<std::unique_ptr<int>>>);
static_assert(std::same_as<std::ranges::range_reference_t<MapResults<std::string>>, std::string&&>);
static_assert(std::same_as<std::ranges::range_reference_t<MapResults<void>>, std::monostate&&>);

namespace {

template <typename Options>
concept HasChunksize = requires(Options options) {
  options.chunksize;
};

template <typename R>
std::vector<R> collect(MapResults<R> results) {
  std::vector<R> all;
  for (auto&& each : results) {
    all.push_back(std::forward<decltype(each)>(each));
  }
  return all;
}

}  // namespace

class MapTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void s55_resultsComeInInputOrder() {
    ThreadPoolExecutor pool({.max_workers = 3});
    std::vector<int> expected;
    for (int i = 0; i < 300; ++i) {
      expected.push_back(2 * i);
    }
    QCOMPARE(collect(pool.map([](int x) { return 2 * x; }, std::views::iota(0, 300))), expected);
  }

  void s55_order_isTheInputs_whateverCompletesFirst() {
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 2});
    const auto task = [&](int x) {
      if (x == 0) {
        gate.pass();
      } else if (x == 5) {
        gate.open();  // all others have run
      }
      return x;
    };
    QCOMPARE(collect(pool.map(task, std::views::iota(0, 6))), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  }

  void s55_stopsAtTheShortest() {
    ThreadPoolExecutor pool({.max_workers = 2});
    const std::vector<int> three = {1, 2, 3};
    const std::vector<std::string> two = {"a", "b"};
    const auto join = [](int n, const std::string& s) { return s + std::to_string(n); };
    QCOMPARE(collect(pool.map(join, three, two)), (std::vector<std::string>{"a1", "b2"}));
    QVERIFY(collect(pool.map(join, std::vector<int>(), two)).empty());
    QCOMPARE(collect(pool.map(join, std::views::iota(7), two)),
             (std::vector<std::string>{"a7", "b8"}));
  }

  void inputsThatAreGivenAway_areMoved_lvaluesAreCopied() {
    ThreadPoolExecutor pool({.max_workers = 1});
    std::vector<std::unique_ptr<int>> pointers;
    pointers.push_back(std::make_unique<int>(4));
    const auto read = [](const std::unique_ptr<int>& p) { return *p; };
    QCOMPARE(collect(pool.map(read, std::move(pointers))), (std::vector<int>{4}));
    const std::string text(50, 'x');
    std::vector<std::string> texts = {text};
    const auto size = [](const std::string& s) { return s.size(); };
    QCOMPARE(collect(pool.map(size, texts)), (std::vector<std::size_t>{50}));
    QCOMPARE(texts[0], text);
    QCOMPARE(collect(pool.map(size, texts | std::views::take(1))), (std::vector<std::size_t>{50}));
    QCOMPARE(texts[0], text);
  }

  void inputsThatOnlyStandForAnElement_areReadBeforeTheyAreSubmitted() {
    BusyPool busy;
    std::vector<bool> bits = {true, false, true};
    const auto task = [](bool bit) { return bit; };
    auto kept = busy.pool.map(task, bits);
    auto given_away = busy.pool.map(task, std::vector<bool>(bits));
    bits.assign(3, false);
    busy.gate.open();
    QCOMPARE(collect(std::move(kept)), (std::vector<bool>{true, false, true}));
    QCOMPARE(collect(std::move(given_away)), (std::vector<bool>{true, false, true}));
  }

  void functionThatCannotBeCopied_isShared() {
    ThreadPoolExecutor pool({.max_workers = 2});
    const auto results = collect(
        pool.map([n = std::make_unique<int>(10)](int x) { return x + *n; }, std::vector{1, 2}));
    QCOMPARE(results, (std::vector<int>{11, 12}));
  }

  void voidAndReferenceResults_work() {
    ThreadPoolExecutor pool({.max_workers = 2});
    std::vector<int> values = {1, 2, 3};
    int steps = 0;
    for (auto&& nothing :
         pool.map([&](std::size_t i) { values[i] *= 10; }, std::views::iota(0UL, 3UL))) {
      static_assert(std::same_as<decltype(nothing), std::monostate&&>);
      ++steps;
    }
    QCOMPARE(steps, 3);
    for (int& value :
         pool.map([&](std::size_t i) -> int& { return values[i]; }, std::views::iota(0UL, 3UL))) {
      ++value;
    }
    QCOMPARE(values, (std::vector<int>{11, 21, 31}));
  }

  void s56_map_submitsAllWithoutIteration() {
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 2});
      static_cast<void>(pool.map([&](int) { ++ran; }, std::views::iota(0, 20)));
    }
    QCOMPARE(ran.load(), 20);
  }

  void s56_map_hasSubmittedAllWhenItReturns() {
    BusyPool busy;
    auto results = busy.pool.map([](int) {}, std::views::iota(0, 20));
    QCOMPARE(busy.pool.queue_depth(), std::size_t(20));
  }

  void s56_inputThatThrows_makesMapThrow_submittedOnesRun() {
    std::atomic<int> ran = 0;
    {
      ThreadPoolExecutor pool({.max_workers = 2});
      const auto input = std::views::iota(0) | std::views::transform([](int i) {
                           return i < 5 ? i : throw std::domain_error("input");
                         });
      QVERIFY_THROWS_EXCEPTION(std::domain_error, pool.map([&](int) { ++ran; }, input));
    }
    QCOMPARE(ran.load(), 5);
  }

  void s57_bufferSizeZero_throws() {
    ThreadPoolExecutor pool;
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                             pool.map(
                                 {.buffer_size = 0}, [](int) {}, std::vector{1}));
  }

  void s57_bufferedMap_readsExactlySoFarAhead() {
    ThreadPoolExecutor pool({.max_workers = 2});
    int read = 0;
    const auto input = std::views::iota(0) | std::views::transform([&](int i) {
                         ++read;
                         return i;
                       });
    auto results = pool.map(
        {.buffer_size = 3}, [](int x) { return x; }, input);
    QCOMPARE(read, 3);
    auto it = results.begin();
    QCOMPARE(*it, 0);
    QCOMPARE(read, 4);
    for (int i = 1; i < 50; ++i) {
      ++it;
      QCOMPARE(*it, i);
      QCOMPARE(read, 4 + i);
    }
  }

  void s57_bufferedMap_hasNeverMoreInFlight() {
    std::atomic<int> in_flight = 0;
    std::atomic<int> most = 0;
    ThreadPoolExecutor pool({.max_workers = 4});
    const auto task = [&](int x) {
      int now = ++in_flight;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --in_flight;
      return x;
    };
    QCOMPARE(collect(pool.map({.buffer_size = 2}, task, std::views::iota(0, 200))).size(),
             std::size_t(200));
    QVERIFY(most <= 2);
  }

  void s63_everyElement_isATaskOfItsOwn() {
    static_assert(!HasChunksize<MapOptions>);
    Traced traced;
    {
      ThreadPoolExecutor pool({.max_workers = 2, .tracer = &traced.tracer});
      const auto task = [](int x) { return x; };
      QCOMPARE(collect(pool.map(task, std::views::iota(0, 7))).size(), std::size_t(7));
      QCOMPARE(collect(pool.map({.buffer_size = 3}, task, std::views::iota(0, 7))).size(),
               std::size_t(7));
    }
    QCOMPARE(traced.of(trace::EventKind::task_queued).size(), std::size_t(14));
    QCOMPARE(traced.of(trace::EventKind::task_started).size(), std::size_t(14));
  }
};

QTEST_APPLESS_MAIN(MapTest)
#include "map_test.moc"
