// SPDX-License-Identifier: Apache-2.0
#include "core/trace/clock.h"
#include "core/workload/scenario_run.h"
#include "support.h"

#include <QtTest>

#include <string>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using trace::EventKind;

namespace {

std::string five_tasks(const std::string& steps) {
  return small_scenario("tasks = 5\npattern = \"map\"", steps, "max_workers = 1");
}

}  // namespace

/// What is commanded while a scenario runs: by hand and by its script.
class RunCommandsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void maxWorkers_changesWhileTasksRun() {
    const CommandGate gate;
    TracedRun run(five_tasks(gate.step()));
    const bool one = eventually([&] { return run.so_far().started == 1; });
    run.run->set_max_workers(0);
    run.run->set_max_workers(5000);
    const std::size_t unchanged = run.run->max_workers();
    run.run->set_max_workers(3);
    const std::size_t now = run.run->max_workers();
    const bool three = eventually([&] { return run.so_far().started == 3; });
    gate.open();
    QCOMPARE(run.finish().ok, std::uint64_t(5));
    QVERIFY(one && three);
    QCOMPARE(unchanged, std::size_t(1));
    QCOMPARE(now, std::size_t(3));
    const auto changes = run.traced.of(EventKind::max_workers_changed);
    QCOMPARE(changes.size(), std::size_t(1));
    QCOMPARE(changes[0].detail, trace::max_workers_detail(3, 1));
  }

  void pausedRun_startsNothing_untilResumed() {
    const CommandGate gate;
    TracedRun run(five_tasks(gate.step()));
    const bool one = eventually([&] { return run.so_far().started == 1; });
    run.run->pause();
    const bool paused = run.run->paused();
    gate.open();
    const bool ended = eventually([&] { return run.so_far().ok == 1; });
    const std::uint64_t started = run.so_far().started;
    run.run->resume();
    QCOMPARE(run.finish().ok, std::uint64_t(5));
    QVERIFY(one && paused && ended);
    QCOMPARE(started, std::uint64_t(1));
    QVERIFY(!run.run->paused());
    const auto resumed = run.traced.of(EventKind::resumed);
    QCOMPARE(resumed.size(), std::size_t(1));
    QVERIFY(run.traced.of(EventKind::task_started)[1].time_ns >= resumed[0].time_ns);
  }

  void cancelQueued_leavesWhatRuns_data() {
    QTest::addColumn<QByteArray>("load");
    QTest::newRow("map") << QByteArray("pattern = \"map\"");
    QTest::newRow("submit") << QByteArray("pattern = \"submit\"");
    QTest::newRow("as_completed") << QByteArray("pattern = \"as_completed\"");
    QTest::newRow("burst") << QByteArray("pattern = \"burst\"");
    QTest::newRow("no results") << QByteArray("pattern = \"map\"\nresults = false");
  }
  void cancelQueued_leavesWhatRuns() {
    QFETCH(QByteArray, load);
    const CommandGate gate;
    TracedRun run(
        small_scenario(load.toStdString() + "\ntasks = 5", gate.step(), "max_workers = 1"));
    const bool ready =
        eventually([&] { return run.so_far().queued == 5 && run.so_far().started == 1; });
    run.run->cancel_queued();
    const bool cancelled = eventually([&] { return run.so_far().cancelled == 4; });
    gate.open();
    const Tally sum = run.finish();
    QVERIFY(ready && cancelled);
    QCOMPARE(sum.ok, std::uint64_t(1));
    QCOMPARE(sum.started, std::uint64_t(1));
  }

  void cancelQueued_freesParentsThatWaitForEver() {
    TracedRun run(small_scenario("pattern = \"nested\"\ntasks = 1\nchildren = 2",
                                 "{ sleep = \"0\" }", "max_workers = 1"));
    const bool stuck = eventually([&] { return run.so_far().queued == 3; });
    run.run->cancel_queued();
    const Tally sum = run.finish();
    QVERIFY(stuck);
    QCOMPARE(sum.cancelled, std::uint64_t(2));
    QCOMPARE(sum.failed, std::uint64_t(1));
  }

  void script_isPlayedInOrder() {
    const CommandGate gate;
    std::vector<std::string> said;  // by the script's thread, read after the run
    RunOptions options;
    options.on_script = [&](const ScriptStep& step) {
      said.push_back(step.say);
      if (step.say == "grow") {
        gate.reached();  // else all would be cancelled, and the run over before its script
      }
      if (step.say == "end") {
        gate.open();
      }
    };
    const std::uint64_t begin = trace::now_ns();
    TracedRun run(five_tasks(gate.step()) + R"(
[[script]]
at = "20ms"
say = "end"
resume = true
[[script]]
at = "0"
say = "grow"
max_workers = 2
[[script]]
at = "10ms"
say = "mark"
marker = "here"
pause = true
[[script]]
at = "10ms"
say = "cancel"
cancel = true
)",
                  options);
    const Tally sum = run.finish();
    run.run.reset();  // joins the script's thread
    QCOMPARE(said, (std::vector<std::string>{"grow", "mark", "cancel", "end"}));
    QCOMPARE(run.traced.of(EventKind::max_workers_changed)[0].detail,
             trace::max_workers_detail(2, 1));
    const auto marker = run.traced.of(EventKind::marker);
    QCOMPARE(marker.size(), std::size_t(1));
    QVERIFY(marker[0].time_ns >= begin + 10'000'000);
    QCOMPARE(run.traced.tracer.directory()->name(trace::NameId(marker[0].detail)),
             std::string_view("here"));
    QCOMPARE(run.traced.of(EventKind::paused).size(), std::size_t(1));
    QCOMPARE(run.traced.of(EventKind::resumed).size(), std::size_t(1));
    QVERIFY(run.traced.of(EventKind::resumed)[0].time_ns >= begin + 20'000'000);
    QVERIFY(sum.ok + sum.cancelled == 5 && sum.ok >= sum.started);
  }

  void commandsAtOnce_fromManyThreads_doNoHarm() {
    TracedRun run(small_scenario("pattern = \"map\"\ntasks = 20\nrepeat = true",
                                 "{ sleep = \"uniform(0, 200us)\" }, { lock = \"a\" }"));
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
      threads.emplace_back([&run, t] {
        for (std::size_t i = 0; i < 60; ++i) {
          run.run->set_max_workers(1 + (i * 7 + t) % 12);
          (i + t) % 3 == 0 ? run.run->pause() : run.run->resume();
          if (i % 10 == t) {
            run.run->cancel_queued();
          }
          std::this_thread::yield();
        }
      });
    }
    threads.clear();
    run.run->resume();
    run.run->stop();
    const Tally sum = run.finish();
    QCOMPARE(sum.queued, sum.ok + sum.failed + sum.cancelled);
    QVERIFY(run.run->max_workers() >= 1 && run.run->max_workers() <= 12);
  }
};

QTEST_APPLESS_MAIN(RunCommandsTest)
#include "run_commands_test.moc"
