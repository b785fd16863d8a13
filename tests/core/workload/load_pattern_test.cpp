// SPDX-License-Identifier: Apache-2.0
#include "core/trace/clock.h"
#include "core/workload/quantity.h"
#include "core/workload/task_plan.h"
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using trace::EventKind;

namespace {

constexpr const char* kShort = "{ sleep = \"uniform(0, 1ms)\" }";

std::vector<std::uint64_t> tasks_of(const std::vector<trace::Event>& events) {
  std::vector<std::uint64_t> tasks;
  std::ranges::transform(events, std::back_inserter(tasks), &trace::Event::task);
  return tasks;
}

std::vector<std::uint64_t> in_order(std::uint64_t count) {
  std::vector<std::uint64_t> tasks;
  for (std::uint64_t task = 1; task <= count; ++task) {
    tasks.push_back(task);
  }
  return tasks;
}

/// A load whose first task ends only once the gate is open, and nine more.
std::string first_waits(const std::string& load, const CommandGate& gate) {
  return "name = \"x\"\nmax_workers = 2\n[load]\ntasks = 10\n" + load +
         "\n[[task]]\nname = \"first\"\nat = [0]\nsteps = [" + gate.step() +
         "]\n[[task]]\nsteps = [{ sleep = \"0\" }]\n";
}

/// From when to when the arrivals of a run were held, at least.
struct Held {
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
};

Held held_for_a_while(ScenarioRun& run) {
  run.hold_arrivals(true);
  const std::uint64_t begin = trace::now_ns();
  while (trace::now_ns() < begin + 20'000'000) {
    std::this_thread::yield();
  }
  const std::uint64_t end = trace::now_ns();
  run.hold_arrivals(false);
  return {begin, end};
}

}  // namespace

class LoadPatternTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pattern_runsExactlyItsTasks_data() {
    QTest::addColumn<QByteArray>("load");
    QTest::addColumn<int>("batch");
    const auto row = [](const char* name, const QByteArray& load, int batch) {
      QTest::newRow(name) << load << batch;
      QTest::newRow((QByteArray(name) + ", no results").constData())
          << load + "\nresults = false" << batch;
    };
    row("map", "pattern = \"map\"\ntasks = 23", 23);
    row("map with a buffer", "pattern = \"map\"\ntasks = 23\nbuffer_size = 4", 23);
    row("map with a wide buffer", "pattern = \"map\"\ntasks = 23\nbuffer_size = 100", 23);
    row("submit", "pattern = \"submit\"\ntasks = 23", 23);
    row("as_completed", "pattern = \"as_completed\"\ntasks = 23", 23);
    row("poisson", "pattern = \"poisson\"\ntasks = 23\nrate = \"20000/s\"", 23);
    row("burst", "pattern = \"burst\"\ntasks = 23\nburst_size = 5\ninterval = \"500us\"", 23);
    row("burst after single ones",
        "pattern = \"burst\"\ntasks = 23\nburst_size = 5\ninterval = \"500us\"\nfirst = 3", 23);
    row("nested", "pattern = \"nested\"\ntasks = 5\nchildren = 3", 20);
    row("one", "pattern = \"map\"\ntasks = 1", 1);
  }
  void pattern_runsExactlyItsTasks() {
    QFETCH(QByteArray, load);
    QFETCH(int, batch);
    // A batch, less than a batch, and several; these also with no pause between the batches.
    for (const int wanted : {batch, (batch + 1) / 2, 2 * batch + 1, 3 * batch + 1}) {
      RunOptions options{.max_workers = 16};  // more than there are parents
      options.steady = wanted > 3 * batch;
      if (wanted != batch) {
        options.tasks = static_cast<std::uint64_t>(wanted);
      }
      TracedRun run(small_scenario(load.toStdString(), kShort), options);
      const Tally sum = run.finish();
      QVERIFY(run.run->finished());
      QCOMPARE(sum.queued, std::uint64_t(wanted));
      QCOMPARE(sum.started, std::uint64_t(wanted));
      QCOMPARE(sum.ok, std::uint64_t(wanted));
      QCOMPARE(sum.failed + sum.cancelled, std::uint64_t(0));
      auto delivered = tasks_of(run.traced.of(EventKind::result_delivered));
      std::ranges::sort(delivered);
      const bool asked = !load.contains("results = false");
      if (!load.contains("nested")) {  // there parents ask for their children's results
        QCOMPARE(delivered, asked ? in_order(std::uint64_t(wanted)) : in_order(0));
      }
    }
  }

  void steadyLoad_startsTheNextBatch_whileTheLastIsAtWork_data() {
    QTest::addColumn<QByteArray>("load");
    QTest::newRow("map") << QByteArray("pattern = \"map\"");
    QTest::newRow("submit") << QByteArray("pattern = \"submit\"");
    QTest::newRow("as_completed") << QByteArray("pattern = \"as_completed\"");
    QTest::newRow("no results") << QByteArray("pattern = \"map\"\nresults = false");
  }
  void steadyLoad_startsTheNextBatch_whileTheLastIsAtWork() {
    QFETCH(QByteArray, load);
    const CommandGate gate;
    RunOptions options{.tasks = 25};
    options.steady = true;
    TracedRun run(first_waits(load.toStdString(), gate), options);
    // The first of each batch waits at the gate; all others of the first batch are done by then.
    const bool two_batches = eventually([&] { return run.so_far().queued == 20; });
    const bool ended = run.run->finished();
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(two_batches && !ended);
    QCOMPARE(sum.ok, std::uint64_t(25));
  }
  void steadyLoad_whoseQueueIsCancelled_goesOn() {
    const CommandGate gate;
    RunOptions options{.max_workers = 1, .tasks = 20};
    options.steady = true;
    TracedRun run(first_waits("pattern = \"map\"", gate), options);
    const bool here = gate.reached();
    run.run->cancel_queued();
    const bool next = eventually([&] { return run.so_far().queued == 20; });
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(here && next);
    QCOMPARE(sum.cancelled, std::uint64_t(9));
    QCOMPARE(sum.ok, std::uint64_t(11));
  }

  void mapAndSubmit_deliverInOrder_data() {
    QTest::addColumn<QByteArray>("load");
    QTest::newRow("map") << QByteArray("pattern = \"map\"");
    QTest::newRow("map with a buffer") << QByteArray("pattern = \"map\"\nbuffer_size = 20");
    QTest::newRow("submit") << QByteArray("pattern = \"submit\"");
  }
  void mapAndSubmit_deliverInOrder() {
    QFETCH(QByteArray, load);
    const CommandGate gate;
    TracedRun run(first_waits(load.toStdString(), gate));
    // All others are done long before, but none of them is delivered.
    const bool others_done = eventually([&] { return run.so_far().ok == 9; });
    const std::uint64_t early = run.so_far().delivered;
    gate.open();
    run.finish();
    QVERIFY(others_done);
    QCOMPARE(early, std::uint64_t(0));
    QCOMPARE(tasks_of(run.traced.of(EventKind::result_delivered)), in_order(10));
  }

  void asCompleted_deliversAsTheyEnd() {
    const CommandGate gate;
    TracedRun run(first_waits("pattern = \"as_completed\"", gate));
    const bool others_delivered = eventually([&] { return run.so_far().delivered == 9; });
    gate.open();
    run.finish();
    QVERIFY(others_delivered);
    QCOMPARE(tasks_of(run.traced.of(EventKind::result_delivered)).back(), std::uint64_t(1));
  }

  void waitForAResult_isToldByPattern_data() {
    QTest::addColumn<QByteArray>("load");
    QTest::addColumn<int>("reason");
    using Reason = trace::BlockReason;
    QTest::newRow("map") << QByteArray("pattern = \"map\"") << int(Reason::map);
    QTest::newRow("submit") << QByteArray("pattern = \"submit\"") << int(Reason::result);
    QTest::newRow("as_completed") << QByteArray("pattern = \"as_completed\"")
                                  << int(Reason::as_completed);
    QTest::newRow("no results") << QByteArray("pattern = \"map\"\nresults = false")
                                << int(Reason::wait);
    QTest::newRow("full queue") << QByteArray("pattern = \"map\"\n[pool]\nqueue_capacity = 2")
                                << int(Reason::full_queue);
  }
  void waitForAResult_isToldByPattern() {
    QFETCH(QByteArray, load);
    QFETCH(int, reason);
    const CommandGate gate;
    TracedRun run(first_waits(load.toStdString(), gate), {.max_workers = 1});
    const bool blocked = eventually([&] {
      return std::ranges::any_of(run.traced.of(EventKind::blocked_begin), [&](const auto& event) {
        return int(trace::blocked_reason(event.detail)) == reason;
      });
    });
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(blocked);
    QCOMPARE(sum.ok, std::uint64_t(10));
    const auto main = run.traced.of(EventKind::task_queued)[0].thread;
    QCOMPARE(run.traced.tracer.directory()->thread(main).name, std::string("main"));
  }

  void bufferSize_boundsWhatIsUnderWay() {
    TracedRun run(small_scenario("pattern = \"map\"\ntasks = 40\nbuffer_size = 3", kShort),
                  {.max_workers = 8});
    run.finish();
    int under_way = 0;
    int most = 0;
    const auto main = run.traced.of(EventKind::task_queued)[0].thread;
    for (const auto& event : run.traced.events()) {  // of one thread: their order is certain
      if (event.thread == main) {
        under_way += event.kind == EventKind::task_queued ? 1 : 0;
        under_way -= event.kind == EventKind::result_delivered ? 1 : 0;
        most = std::max(most, under_way);
      }
    }
    QCOMPARE(most, 3);
  }

  void queueCapacity_boundsTheQueue() {
    const CommandGate gate;
    TracedRun run(first_waits("pattern = \"submit\"\n[pool]\nqueue_capacity = 2", gate),
                  {.max_workers = 1});
    const bool full = eventually([&] {
      return run.so_far().started == 1 && !run.traced.of(EventKind::blocked_begin).empty() &&
             run.so_far().queued == 3;
    });
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(full);
    QCOMPARE(sum.ok, std::uint64_t(10));
  }

  void poisson_submitsNothingBeforeItsTime() {
    const Scenario scenario =
        scenario_of(small_scenario("pattern = \"poisson\"\ntasks = 30\nrate = \"1000/s\"", kShort));
    const Planner planner(scenario, 2);
    const std::uint64_t begin = trace::now_ns();
    TracedRun run(scenario, {.seed_offset = 2});
    run.finish();
    std::uint64_t due = begin;
    std::uint64_t position = 0;
    for (const auto& event : run.traced.of(EventKind::task_queued)) {
      due += static_cast<std::uint64_t>(planner.gap(0, position++).count());
      QVERIFY(event.time_ns >= due);
    }
    QCOMPARE(position, std::uint64_t(30));
  }

  void burst_comesAtOnce_thenWaits_data() {
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("atOnce");
    QTest::newRow("bursts only") << 0 << 5;
    QTest::newRow("single ones before") << 3 << 1;
  }
  void burst_comesAtOnce_thenWaits() {
    QFETCH(int, first);
    QFETCH(int, atOnce);
    TracedRun run(small_scenario("pattern = \"burst\"\ntasks = 20\nburst_size = 5\nfirst = " +
                                     std::to_string(first) + "\ninterval = \"1h\"",
                                 kShort));
    const auto wanted = static_cast<std::uint64_t>(atOnce);
    const bool all = eventually([&] { return run.so_far().ok == wanted; });
    run.run->stop();
    const Tally sum = run.finish();
    QVERIFY(all);
    QCOMPARE(sum.queued, wanted);
  }

  void burst_keepsItsInterval() {
    const std::uint64_t begin = trace::now_ns();
    TracedRun run(small_scenario(
        "pattern = \"burst\"\ntasks = 10\nburst_size = 3\nfirst = 2\ninterval = \"4ms\"", kShort));
    run.finish();
    const auto queued = run.traced.of(EventKind::task_queued);
    // Two single ones at 0 and 4 ms, bursts of three at 8, 12 and 16 ms, of which the last is cut.
    const std::vector<std::uint64_t> expected_ms = {0, 4, 8, 8, 8, 12, 12, 12, 16, 16};
    QCOMPARE(queued.size(), expected_ms.size());
    for (std::size_t i = 0; i < queued.size(); ++i) {
      QVERIFY(queued[i].time_ns >= begin + expected_ms[i] * 1'000'000);
    }
  }

  void arrivals_thatAreHeld_comeLater() {
    TracedRun run(small_scenario(
        "pattern = \"burst\"\ntasks = 100\nburst_size = 1\ninterval = \"1ms\"", kShort));
    const Held held = held_for_a_while(*run.run);
    QCOMPARE(run.finish().queued, std::uint64_t(100));
    const auto queued = run.traced.of(EventKind::task_queued);
    const auto meanwhile = std::ranges::count_if(queued, [&](const auto& event) {
      return event.time_ns > held.begin_ns && event.time_ns < held.end_ns;
    });
    QVERIFY2(meanwhile <= 1, qPrintable(QString::number(meanwhile)));  // one was on its way
  }

  /// Those that did not come meanwhile are not made up for at once, also if the caller was busy all
  /// the while.
  void arrivals_thatAreHeld_areAllThatMuchLater() {
    const CommandGate gate;
    const std::uint64_t start = trace::now_ns();
    TracedRun run(
        "name = \"x\"\nmax_workers = 1\n[pool]\nqueue_capacity = 1\n"
        "[load]\npattern = \"burst\"\ntasks = 200\nburst_size = 1\ninterval = \"1ms\"\n"
        "[[task]]\nat = [0]\nsteps = [" +
        gate.step() + "]\n[[task]]\nsteps = [{ sleep = \"0\" }]\n");
    const bool blocked =
        eventually([&] { return !run.traced.of(EventKind::blocked_begin).empty(); });
    const Held held = held_for_a_while(*run.run);
    gate.open();
    QCOMPARE(run.finish().queued, std::uint64_t(200));
    QVERIFY(blocked);
    QVERIFY(run.traced.of(EventKind::task_queued).back().time_ns >=
            start + 199'000'000 + (held.end_ns - held.begin_ns));
  }

  void arrivals_thatAreHeld_endWithTheRun() {
    TracedRun run(small_scenario("pattern = \"poisson\"\ntasks = 1000\nrate = \"1000/s\"", kShort));
    run.run->hold_arrivals(true);
    run.run->stop();
    QVERIFY(run.finish().queued < 1000);
  }

  void nested_parentsWaitForTheirChildren() {
    TracedRun run(
        "name = \"x\"\nmax_workers = 8\n[load]\npattern = \"nested\"\ntasks = 3\nchildren = 2\n"
        "[[task]]\nname = \"parent\"\nsteps = [{ sleep = \"0\" }]\n"
        "[[task]]\nname = \"child\"\nsteps = [{ sleep = \"1ms\" }]\n");
    QCOMPARE(run.finish().ok, std::uint64_t(9));
    std::map<std::string, int> names;
    std::map<std::uint64_t, std::string> name_of;
    for (const auto& event : run.traced.of(EventKind::task_queued)) {
      name_of[event.task] = run.traced.tracer.directory()->name(trace::NameId(event.detail));
      ++names[name_of[event.task]];
    }
    QCOMPARE(names, (std::map<std::string, int>{{"child", 6}, {"parent", 3}}));
    const auto main = run.traced.of(EventKind::task_queued)[0].thread;
    for (const auto& event : run.traced.of(EventKind::result_delivered)) {
      QCOMPARE(event.thread == main, name_of[event.task] == "parent");
    }
  }

  void nested_childThatFails_failsItsParent() {
    TracedRun run(
        "name = \"x\"\nmax_workers = 4\n[load]\npattern = \"nested\"\ntasks = 1\nchildren = 3\n"
        "[[task]]\nsteps = [{ sleep = \"0\" }]\n"
        "[[task]]\nfail_every = 2\nsteps = [{ sleep = \"0\" }]\n");
    const Tally sum = run.finish();
    QCOMPARE(sum.failed, std::uint64_t(2));
    QCOMPARE(sum.ok, std::uint64_t(2));
    for (const std::string& error : run.errors()) {
      QCOMPARE(error, std::string("failed as the scenario says"));
    }
  }
};

QTEST_APPLESS_MAIN(LoadPatternTest)
#include "load_pattern_test.moc"
