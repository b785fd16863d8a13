// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario_run.h"

#include "core/trace/clock.h"
#include "raw_connection.h"
#include "support.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using namespace std::chrono_literals;
using trace::EventKind;

namespace {

std::string five_tasks(const std::string& steps, const std::string& pattern = "map",
                       const std::string& top = "max_workers = 1") {
  return small_scenario("tasks = 5\npattern = \"" + pattern + "\"", steps, top);
}

}  // namespace

class ScenarioRunTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void galleryScenario_runsASmallBatch_withoutFailures_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < gallery().size(); ++i) {
      QTest::newRow(gallery()[i].name.c_str()) << int(i);
    }
  }
  void galleryScenario_runsASmallBatch_withoutFailures() {
    QFETCH(int, index);
    Scenario scenario = gallery()[static_cast<std::size_t>(index)];
    scenario.script.clear();  // which may cancel some
    TracedRun run(std::move(scenario), {.tasks = 6});
    const Tally sum = run.finish();
    QCOMPARE(sum.queued, std::uint64_t(6));
    QCOMPARE(sum.ok, std::uint64_t(6));
    QCOMPARE(sum.failed, std::uint64_t(0));
    QVERIFY(!run.run->network_trouble());
    QCOMPARE(run.run->failures().count, std::uint64_t(0));
    QCOMPARE(run.traced.tracer.lost_events(), std::uint64_t(0));
  }

  void poolSettings_arriveInThePool() {
    TracedRun run(five_tasks("{ cpu = \"1ms\" }", "map", "max_workers = 3") +
                  "[pool]\nthread_name_prefix = \"web\"\nqueue_discipline = \"lifo\"\n");
    QCOMPARE(run.run->max_workers(), std::size_t(3));
    run.finish();
    const auto created = run.traced.of(EventKind::pool_created);
    QCOMPARE(created.size(), std::size_t(1));
    QCOMPARE(trace::pool_max_workers(created[0].detail), 3U);
    QCOMPARE(run.traced.tracer.directory()->name(trace::pool_name(created[0].detail)),
             std::string_view("web"));
    for (const auto& event : run.traced.of(EventKind::task_finished)) {
      QVERIFY(trace::finished_cpu_ns(event.detail) >= 1'000'000);  // CPU time is measured
    }
  }

  void priority_decidesWhoIsNext() {
    // The first has the highest, so it is picked first, whatever is queued by then.
    const CommandGate gate;
    TracedRun run(
        "name = \"x\"\nmax_workers = 1\n[pool]\nqueue_discipline = \"priority\"\n"
        "[load]\npattern = \"submit\"\ntasks = 5\n[[task]]\nat = [0]\npriority = 9\nsteps = [" +
        gate.step() +
        "]\n[[task]]\nat = [3]\npriority = 7\nsteps = [{ sleep = \"0\" }]\n"
        "[[task]]\nsteps = [{ sleep = \"0\" }]\n");
    const bool ready =
        eventually([&] { return run.so_far().queued == 5 && run.so_far().started == 1; });
    gate.open();
    run.finish();
    QVERIFY(ready);
    QCOMPARE(run.traced.of(EventKind::task_started)[1].task, std::uint64_t(4));
  }

  void numberOfWorkers_outOfRange_isRefused_data() {
    QTest::addColumn<int>("count");
    QTest::newRow("none") << 0;
    QTest::newRow("too many") << 4097;
  }
  void numberOfWorkers_outOfRange_isRefused() {
    QFETCH(int, count);
    const auto run = ScenarioRun::start(scenario_of(five_tasks("{ sleep = \"0\" }")),
                                        {.max_workers = std::size_t(count)});
    QVERIFY(!run);
    QCOMPARE(run.error().message(), std::string("max_workers: must be 1 to 4096"));
  }

  void runWithoutATracer_works() {
    auto run = ScenarioRun::start(scenario_of(five_tasks("{ http = \"/\" }, { file = 1 }")), {});
    QVERIFY(run);
    (*run)->wait();
    QVERIFY((*run)->finished());
  }

  void failures_areResults_andToldInWords() {
    TracedRun run(small_scenario("pattern = \"map\"\ntasks = 9", "{ sleep = \"0\" }") +
                  "fail_every = 3\n");
    const Tally sum = run.finish();
    QCOMPARE(sum.failed, std::uint64_t(3));
    QCOMPARE(sum.ok, std::uint64_t(6));
    QCOMPARE(run.errors(), std::vector<std::string>(3, "failed as the scenario says"));
    const Failures failures = run.run->failures();
    QCOMPARE(failures.count, std::uint64_t(3));
    QCOMPARE(failures.times, std::uint64_t(3));
    QCOMPARE(failures.most_often, std::string("failed as the scenario says"));
  }

  void failures_ofSeveralKinds_nameTheMostFrequent() {
    TracedRun run(
        "name = \"x\"\n[load]\npattern = \"map\"\ntasks = 5\n"
        "[[task]]\nat = [1, 2]\nsteps = [{ command = \"exit 1\" }]\n"
        "[[task]]\nsteps = [{ command = \"exit 2\" }]\n");
    run.finish();
    const Failures failures = run.run->failures();
    QCOMPARE(failures.count, std::uint64_t(5));
    QCOMPARE(failures.times, std::uint64_t(3));
    QCOMPARE(failures.most_often, std::string("command exited with status 2"));
  }

  void nothingAnswers_isTold() {
    const ClosedPort closed;
    TracedRun run(small_scenario("pattern = \"map\"\ntasks = 2", "{ http = \"/\" }") +
                  "[http]\nurls = [\"http://127.0.0.1:" + std::to_string(closed.port()) + "/\"]\n");
    QCOMPARE(run.finish().failed, std::uint64_t(2));
    const auto trouble = run.run->network_trouble();
    QVERIFY(trouble.has_value());
    QVERIFY(trouble->message().starts_with("Nothing answers: could not connect to"));
  }

  void slowServer_isLimited() {
    RunOptions options;
    options.http_limits.total = 100ms;
    TracedRun run(
        small_scenario("pattern = \"map\"\ntasks = 2", "{ http = \"/\", latency = \"1h\" }"),
        options);
    QCOMPARE(run.finish().failed, std::uint64_t(2));
    QVERIFY(run.errors()[0].starts_with("no answer within 0.1 s from http://127.0.0.1:"));
  }

  void repeat_goesOn_untilStopped() {
    TracedRun run(
        small_scenario("pattern = \"map\"\ntasks = 3\nrepeat = true", "{ sleep = \"100us\" }"));
    const bool several = eventually([&] { return run.so_far().ok > 9; });
    QVERIFY(!run.run->finished());
    run.run->stop();
    const Tally sum = run.finish();
    QVERIFY(several);
    QCOMPARE(sum.queued, sum.ok + sum.failed + sum.cancelled);
  }

  void oneBatch_isOne_alsoWhereTheScenarioRepeats() {
    TracedRun run(
        small_scenario("pattern = \"map\"\ntasks = 3\nrepeat = true", "{ sleep = \"0\" }"),
        {.one_batch = true});
    QCOMPARE(run.finish().ok, std::uint64_t(3));
  }

  void duration_isLasted_andThenItEnds() {
    // Longer and longer, should the machine be so busy that it is over before the second batch.
    std::uint64_t ok = 0;
    for (auto duration = 60ms; ok <= 5 && duration < 1min; duration *= 4) {
      const std::uint64_t begin = trace::now_ns();
      TracedRun run(five_tasks("{ sleep = \"1ms\" }"), {.duration = duration});
      const Tally sum = run.finish();
      const auto end =
          begin + static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
      QVERIFY(run.traced.of(EventKind::pool_shut_down)[0].time_ns >= end);
      QCOMPARE(sum.queued, sum.ok + sum.cancelled);
      ok = sum.ok;
    }
    QVERIFY(ok > 5);  // batch after batch
  }

  void duration_endsATaskThatDoesNot() {
    // Longer and longer, should the machine be so busy that not all are queued or none has begun.
    for (auto duration = 10ms; duration < 1min; duration *= 4) {
      TracedRun run(five_tasks("{ sleep = \"1h\" }"), {.duration = duration});
      const Tally sum = run.finish();
      if (sum.queued < 5 || sum.started == 0) {
        QCOMPARE(sum.cancelled, sum.queued - sum.started);
        continue;
      }
      QCOMPARE(sum.cancelled, std::uint64_t(4));
      QCOMPARE(run.errors(), std::vector<std::string>{"stopped before its end"});
      return;
    }
    QFAIL("no task ever began");
  }

  void stop_endsARun_data() {
    QTest::addColumn<QByteArray>("toml");
    const auto row = [](const char* name, const std::string& toml) {
      QTest::newRow(name) << QByteArray::fromStdString(toml);
    };
    row("sleep", five_tasks("{ sleep = \"1h\" }"));
    row("http", five_tasks("{ http = \"/\", latency = \"1h\" }"));
    row("http at the gate", five_tasks("{ http = \"/\", latency = \"1h\" }", "map", "") +
                                "[http]\nmax_concurrent = 1\n");
    row("cpu", five_tasks("{ cpu = \"1h\" }"));
    row("gil", five_tasks("{ cpu = \"1h\" }", "map", "gil = true"));
    row("lock", five_tasks("{ lock = \"db\", hold = \"1h\" }", "map", "max_workers = 3"));
    row("command", five_tasks("{ command = \"sleep 3600\" }"));
    row("as_completed", five_tasks("{ sleep = \"1h\" }", "as_completed"));
    row("burst", five_tasks("{ sleep = \"1h\" }", "burst"));
    row("nested, all wait", five_tasks("{ sleep = \"0\" }", "nested"));
    row("full queue", five_tasks("{ sleep = \"1h\" }") + "[pool]\nqueue_capacity = 1\n");
    row("no results", small_scenario("pattern = \"map\"\nresults = false\ntasks = 5",
                                     "{ sleep = \"1h\" }", "max_workers = 1"));
  }
  void stop_endsARun() {
    QFETCH(QByteArray, toml);
    TracedRun run(toml.toStdString());
    const bool started = eventually([&] { return run.so_far().started > 0; });
    run.run->stop(0ms);
    const Tally sum = run.finish();
    QVERIFY(started);
    QVERIFY(sum.failed > 0);
    QCOMPARE(sum.queued, sum.ok + sum.failed + sum.cancelled);
    for (const std::string& error : run.errors()) {  // by us, whatever it waited for
      QCOMPARE(error, std::string("stopped before its end"));
    }
    run.run->stop();  // once more does nothing
    QVERIFY(run.run->finished());
  }

  void stop_startsNothing_ofWhatIsQueued() {
    TracedRun run(small_scenario("pattern = \"submit\"\ntasks = 3000", "{ sleep = \"1h\" }",
                                 "max_workers = 4"));
    const bool ready =
        eventually([&] { return run.so_far().queued == 3000 && run.so_far().started == 4; });
    run.run->stop(0ms);
    const Tally sum = run.finish();
    QVERIFY(ready);
    QCOMPARE(sum.started, std::uint64_t(4));
    QCOMPARE(sum.failed, std::uint64_t(4));
    QCOMPARE(sum.cancelled, std::uint64_t(2996));
  }

  void stop_letsWhatRunsEndByItself() {
    const CommandGate gate;
    TracedRun run(five_tasks(gate.step()));
    const bool ready = gate.reached() && eventually([&] { return run.so_far().queued == 5; });
    run.run->stop(1h);
    const bool cancelled = eventually([&] { return run.so_far().cancelled == 4; });
    const bool goes_on = !run.run->finished();
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(ready && cancelled && goes_on);
    QCOMPARE(sum.ok, std::uint64_t(1));
    QCOMPARE(sum.failed, std::uint64_t(0));
  }

  void stop_interruptsWhatOutlastsItsGrace() {
    TracedRun run(five_tasks("{ sleep = \"1h\" }"));
    const bool started = eventually([&] { return run.so_far().started == 1; });
    run.run->stop(20ms);
    run.finish();
    QVERIFY(started);
    QCOMPARE(run.errors(), std::vector<std::string>{"stopped before its end"});
  }

  void stopAgain_withLessGrace_isSooner() {
    TracedRun run(five_tasks("{ sleep = \"1h\" }"));
    const bool started = eventually([&] { return run.so_far().started == 1; });
    run.run->stop(1h);
    const bool cancelled = eventually([&] { return run.so_far().cancelled == 4; });
    run.run->stop(0ms);
    run.run->stop(1h);  // and more again does not take it back
    const Tally sum = run.finish();
    QVERIFY(started && cancelled);
    QCOMPARE(sum.failed, std::uint64_t(1));
  }

  void script_hasEnded_onceItsLastStepIsDue() {
    TracedRun none(five_tasks("{ sleep = \"1h\" }"));
    TracedRun later(five_tasks("{ sleep = \"1h\" }") +
                    "[[script]]\nat = \"1h\"\nmax_workers = 2\n");
    TracedRun soon(five_tasks("{ sleep = \"1h\" }") +
                   "[[script]]\nat = \"1ms\"\nmax_workers = 2\n");
    QVERIFY(none.run->script_ended());
    QVERIFY(!later.run->script_ended());
    QVERIFY(eventually([&] { return soon.run->script_ended(); }));
  }

  void pausedRun_endsWithItsObject() {
    TracedRun run(five_tasks("{ sleep = \"1h\" }", "map", "max_workers = 2"));
    run.run->pause();
    run.run.reset();  // would hang if it waited for a resume
    const Tally sum = run.so_far();
    QCOMPARE(sum.queued, sum.failed + sum.cancelled);
  }
};

QTEST_APPLESS_MAIN(ScenarioRunTest)
#include "scenario_run_test.moc"
