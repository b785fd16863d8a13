// SPDX-License-Identifier: Apache-2.0
#include "core/executor/promise.h"
#include "core/trace/phase_scope.h"
#include "support.h"

#include <QtTest>

#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace std::chrono_literals;
using trace::EventKind;

class TracingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void p08_lifeOfATask_isToldInOrder() {
    Traced traced;
    {
      ThreadPoolExecutor pool(
          {.max_workers = 1, .thread_name_prefix = "web", .tracer = &traced.tracer});
      QCOMPARE(pool.submit({.name = "fetch"},
                           [] {
                             const trace::PhaseScope scope(trace::PhaseKind::compute, "parse");
                             return 1;
                           })
                   .result(),
               1);
    }
    std::vector<EventKind> kinds;
    for (const auto& event : traced.events()) {
      if (event.task == 1) {
        kinds.push_back(event.kind);
      }
    }
    QCOMPARE(kinds,
             (std::vector<EventKind>{EventKind::task_queued, EventKind::task_started,
                                     EventKind::phase_begin, EventKind::phase_end,
                                     EventKind::task_finished, EventKind::result_delivered}));
    const auto& names = *traced.tracer.directory();
    const auto queued = traced.of(EventKind::task_queued)[0];
    const auto started = traced.of(EventKind::task_started)[0];
    const auto worker = traced.of(EventKind::worker_started)[0];
    QCOMPARE(names.name(trace::NameId(queued.detail)), std::string_view("fetch"));
    QCOMPARE(queued.thread, traced.tracer.producer().thread());
    QCOMPARE(started.thread, worker.thread);
    QCOMPARE(names.name(trace::worker_name(worker.detail)), std::string_view("web_0"));
    QCOMPARE(names.thread(worker.thread).name, std::string("web_0"));
    QCOMPARE(traced.of(EventKind::result_delivered)[0].thread, queued.thread);
    const auto created = traced.of(EventKind::pool_created)[0];
    QCOMPARE(trace::pool_max_workers(created.detail), 1U);
    QCOMPARE(names.name(trace::pool_name(created.detail)), std::string_view("web"));
    QCOMPARE(created.pool, queued.pool);
    QCOMPARE(traced.of(EventKind::pool_shut_down).size(), std::size_t(1));
    QCOMPARE(traced.of(EventKind::worker_exited).size(), std::size_t(1));
  }

  void p08_finished_isToldBeforeTheResultIsVisible() {
    Traced traced;
    {
      ThreadPoolExecutor pool({.max_workers = 2, .tracer = &traced.tracer});
      for (int i = 0; i < 1'000; ++i) {
        pool.submit([] {}).result();
      }
    }
    std::map<std::uint64_t, std::uint64_t> finished;
    for (const auto& event : traced.of(EventKind::task_finished)) {
      finished[event.task] = event.time_ns;
    }
    const auto delivered = traced.of(EventKind::result_delivered);
    QCOMPARE(delivered.size(), std::size_t(1'000));
    for (const auto& event : delivered) {
      QVERIFY(event.time_ns >= finished.at(event.task));
    }
  }

  void p08_finished_tellsOutcomeErrorTextAndCpuTime() {
    Traced traced;
    {
      ThreadPoolExecutor pool(
          {.max_workers = 1, .measure_cpu_time = true, .tracer = &traced.tracer});
      pool.submit([] {
        const auto end = trace::thread_cpu_ns() + 1'000'000;
        while (trace::thread_cpu_ns() < end) {
        }
      });
      pool.submit([] { throw std::domain_error("out of range"); });
      pool.submit([] { throw 1; });
    }
    const auto finished = traced.of(EventKind::task_finished);
    const auto& names = *traced.tracer.directory();
    QCOMPARE(finished[0].outcome, trace::Outcome::ok);
    QVERIFY(trace::finished_cpu_ns(finished[0].detail) >= 1'000'000);
    QCOMPARE(finished[1].outcome, trace::Outcome::error);
    QCOMPARE(names.name(trace::finished_error(finished[1].detail)),
             std::string_view("out of range"));
    QCOMPARE(names.name(trace::finished_error(finished[2].detail)),
             std::string_view("unknown error"));
  }

  void p09_cancelledTask_isToldAtOnce_byWhoCancels() {
    Traced traced;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    {
      BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
      auto future = busy.pool.submit({.name = "victim"}, [] {});
      before = trace::now_ns();
      future.cancel();
      after = trace::now_ns();
      future.cancel();
      QVERIFY_THROWS_EXCEPTION(CancelledError, future.result());
      busy.gate.open();
    }
    auto finished = traced.of(EventKind::task_finished);
    std::erase_if(finished, [](const auto& e) { return e.outcome != trace::Outcome::cancelled; });
    QCOMPARE(finished.size(), std::size_t(1));
    QVERIFY(before <= finished[0].time_ns && finished[0].time_ns <= after);
    QCOMPARE(finished[0].thread, traced.tracer.producer().thread());
    for (const auto& event : traced.of(EventKind::task_started)) {
      QVERIFY(event.task != finished[0].task);
    }
    for (const auto& event : traced.of(EventKind::result_delivered)) {
      QVERIFY(event.task != finished[0].task);
    }
  }

  void p09_i10_cancelledTask_isNotDelivered_norByAsCompleted() {
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto future = busy.pool.submit([] {});
    future.cancel();
    QVERIFY(*as_completed(std::vector{future}).begin() == future);
    busy.gate.open();
    busy.running.result();
    QCOMPARE(traced.of(EventKind::result_delivered).size(), std::size_t(1));
  }

  void blockedCallers_areTold_withReasonAndTask_data() {
    QTest::addColumn<int>("how");
    QTest::addColumn<int>("reason");
    QTest::newRow("result") << 0 << int(trace::BlockReason::result);
    QTest::newRow("exception") << 1 << int(trace::BlockReason::result);
    QTest::newRow("wait") << 2 << int(trace::BlockReason::wait);
    QTest::newRow("as_completed") << 3 << int(trace::BlockReason::as_completed);
    QTest::newRow("map") << 4 << int(trace::BlockReason::map);
    QTest::newRow("shutdown") << 5 << int(trace::BlockReason::shutdown);
  }
  void blockedCallers_areTold_withReasonAndTask() {
    QFETCH(int, how);
    QFETCH(int, reason);
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto future = busy.pool.submit([] { return 1; });
    trace::ThreadId waiter = 0;
    std::jthread caller([&] {
      waiter = traced.tracer.producer().thread();
      switch (how) {
        case 0:
          future.result();
          break;
        case 1:
          static_cast<void>(future.exception());
          break;
        case 2:
          static_cast<void>(wait(std::vector{future}));
          break;
        case 3:
          as_completed(std::vector{future}).begin();
          break;
        case 4:
          busy.pool.map([](int x) { return x; }, std::vector{1}).begin();
          break;
        default:
          busy.pool.shutdown();
      }
    });
    const bool told = eventually([&] { return !traced.of(EventKind::blocked_begin).empty(); });
    busy.gate.open();
    caller.join();
    QVERIFY(told);
    const auto begins = traced.of(EventKind::blocked_begin);
    const auto ends = traced.of(EventKind::blocked_end);
    QCOMPARE(begins.size(), std::size_t(1));
    QCOMPARE(ends.size(), std::size_t(1));
    QCOMPARE(int(trace::blocked_reason(begins[0].detail)), reason);
    QCOMPARE(trace::blocked_awaited(begins[0].detail),
             std::uint64_t(how < 4 ? 2 : (how == 4 ? 3 : 0)));
    QCOMPARE(begins[0].thread, waiter);
    QCOMPARE(begins[0].task, std::uint64_t(0));
    QCOMPARE(ends[0].detail, begins[0].detail);
  }

  void waitsWithATimeout_areToldAsSuch_data() {
    QTest::addColumn<int>("how");
    QTest::newRow("result") << 0;
    QTest::newRow("wait") << 1;
    QTest::newRow("as_completed") << 2;
    QTest::newRow("map") << 3;
  }
  void waitsWithATimeout_areToldAsSuch() {
    QFETCH(int, how);
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    auto future = busy.pool.submit([] { return 1; });
    std::jthread caller([&] {
      switch (how) {
        case 0:
          future.result(10min);
          break;
        case 1:
          static_cast<void>(wait(std::vector{future}, 10min));
          break;
        case 2:
          as_completed(std::vector{future}, 10min).begin();
          break;
        default:
          busy.pool
              .map(
                  {.timeout = 10min}, [](int x) { return x; }, std::vector{1})
              .begin();
      }
    });
    const bool told = eventually([&] { return !traced.of(EventKind::blocked_begin).empty(); });
    busy.gate.open();
    caller.join();
    QVERIFY(told);
    QVERIFY(trace::blocked_timed(traced.of(EventKind::blocked_begin)[0].detail));
    QCOMPARE(traced.of(EventKind::blocked_end)[0].detail,
             traced.of(EventKind::blocked_begin)[0].detail);
  }

  void longWaitsForSeveral_nameThem_data() {
    QTest::addColumn<int>("how");
    QTest::addColumn<bool>("any");
    QTest::newRow("wait for all") << 0 << false;
    QTest::newRow("wait for the first") << 1 << true;
    QTest::newRow("wait for the first that fails") << 2 << true;
    QTest::newRow("wait with a timeout") << 3 << false;
    QTest::newRow("as_completed") << 4 << true;
  }
  void longWaitsForSeveral_nameThem() {
    QFETCH(int, how);
    QFETCH(bool, any);
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    const std::vector futures{busy.pool.submit([] {}), busy.pool.submit([] {}),
                              busy.pool.submit([] {})};
    futures[1].cancel();  // is done: nobody waits for it
    std::jthread caller([&] {
      switch (how) {
        case 0:
          static_cast<void>(wait(futures));
          break;
        case 1:
          static_cast<void>(wait(std::vector{futures[0], futures[2]}, ReturnWhen::first_completed));
          break;
        case 2:
          static_cast<void>(wait(futures, ReturnWhen::first_exception));
          break;
        case 3:
          static_cast<void>(wait(futures, 10min));
          break;
        default: {
          auto each = as_completed(futures);
          auto it = each.begin();
          ++it;  // the first was done
        }
      }
    });
    const bool told =
        eventually([&] { return traced.of(EventKind::awaits).size() == std::size_t(2); });
    busy.gate.open();
    caller.join();
    QVERIFY(told);
    const auto waiter = traced.of(EventKind::blocked_begin)[0].thread;
    const auto named = traced.of(EventKind::awaits);
    QCOMPARE(named[0].task, std::uint64_t(2));
    QCOMPARE(named[1].task, std::uint64_t(4));
    for (const auto& event : named) {
      QCOMPARE(event.thread, waiter);
      QCOMPARE(trace::awaits_any(event.detail), any);
      QCOMPARE(trace::awaits_count(event.detail), 2U);
    }
  }

  /// Where one of those that would do is not known, the others say nothing; where all are needed,
  /// each says something.
  void longWaitsForSeveral_nameThoseOfTheirTracerOnly() {
    Traced traced;
    BusyPool busy({.max_workers = 1, .tracer = &traced.tracer});
    const Promise<void> foreign;
    const std::vector futures{busy.pool.submit([] {}), foreign.future()};
    std::jthread all([&] { static_cast<void>(wait(futures)); });
    std::jthread first([&] { static_cast<void>(wait(futures, ReturnWhen::first_completed)); });
    const bool told = eventually([&] { return !traced.of(EventKind::awaits).empty(); });
    busy.gate.open();
    foreign.set_result();
    all.join();
    first.join();
    QVERIFY(told);
    const auto named = traced.of(EventKind::awaits);
    QCOMPARE(named.size(), std::size_t(1));
    QVERIFY(!trace::awaits_any(named[0].detail));
    QCOMPARE(named[0].task, std::uint64_t(2));
  }

  void s20_blockedTask_isTold_withItsOwnTask() {
    Traced traced;
    Gate gate;
    ThreadPoolExecutor pool({.max_workers = 2, .tracer = &traced.tracer});
    auto outer = pool.submit([&] { pool.submit([&] { gate.pass(); }).result(); });
    gate.await();
    const bool told = eventually([&] { return !traced.of(EventKind::blocked_begin).empty(); });
    gate.open();
    outer.result();
    QVERIFY(told);
    QCOMPARE(traced.of(EventKind::blocked_begin)[0].task, std::uint64_t(1));
    QCOMPARE(trace::blocked_awaited(traced.of(EventKind::blocked_begin)[0].detail),
             std::uint64_t(2));
  }

  void s13_brokenPool_isTold_andItsTasksFail() {
    Traced traced;
    {
      ThreadPoolExecutor pool({.max_workers = 1,
                               .initializer = [] { throw std::domain_error("no database"); },
                               .tracer = &traced.tracer});
      QVERIFY_THROWS_EXCEPTION(BrokenThreadPool, pool.submit([] {}).result());
    }
    const auto broken = traced.of(EventKind::pool_broken);
    QCOMPARE(broken.size(), std::size_t(1));
    QCOMPARE(traced.tracer.directory()->name(trace::NameId(broken[0].detail)),
             std::string_view("no database"));
    QCOMPARE(traced.of(EventKind::task_finished)[0].outcome, trace::Outcome::error);
    QVERIFY(traced.of(EventKind::task_started).empty());
    QCOMPARE(traced.of(EventKind::worker_exited).size(), std::size_t(1));
  }

  void twoPoolsOfOneTracer_haveTheirOwnNumbers() {
    Traced traced;
    ThreadPoolExecutor a({.max_workers = 1, .tracer = &traced.tracer});
    ThreadPoolExecutor b({.max_workers = 1, .tracer = &traced.tracer});
    a.submit([] {}).result();
    b.submit([] {}).result();
    const auto queued = traced.of(EventKind::task_queued);
    QCOMPARE(queued[0].pool, trace::PoolId(1));
    QCOMPARE(queued[1].pool, trace::PoolId(2));
    QCOMPARE(queued[1].task, std::uint64_t(2));
  }
};

QTEST_APPLESS_MAIN(TracingTest)
#include "tracing_test.moc"
