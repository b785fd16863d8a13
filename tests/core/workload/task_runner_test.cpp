// SPDX-License-Identifier: Apache-2.0
#include "core/workload/task_runner.h"

#include "core/workload/local_server.h"
#include "core/workload/steps.h"
#include "raw_connection.h"
#include "support.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using trace::PhaseKind;

namespace {

/// The tasks of one scenario on a traced pool, without a caller.
class Bench {
 public:
  Bench(const std::string& toml, std::size_t workers, std::uint16_t port = 0, bool trusted = false)
      : scenario_(scenario_of(toml)),
        planner_(scenario_, 0),
        runner_(scenario_, stop_.get_token(), {.server_port = port, .trusted = trusted}),
        pool_({.max_workers = workers, .tracer = &traced_.tracer}) {}

  /// Runs the tasks at these positions; what each of them failed with, or "".
  std::vector<std::string> run(const std::vector<std::uint64_t>& positions) {
    std::vector<Future<void>> futures;
    for (const std::uint64_t position : positions) {
      futures.push_back(
          pool_.submit([this, position] { runner_.run(planner_.task(0, position)); }));
    }
    std::vector<std::string> failures;
    for (const Future<void>& future : futures) {
      try {
        future.result();
        failures.emplace_back();
      } catch (const TaskFailed& error) {
        failures.emplace_back(error.what());
      }
    }
    return failures;
  }

  TaskRunner& runner() { return runner_; }
  Traced& traced() { return traced_; }
  std::vector<std::string> phase_names() {
    std::vector<std::string> names;
    for (const auto& event : traced_.of(trace::EventKind::phase_begin)) {
      names.emplace_back(traced_.tracer.directory()->name(trace::phase_name(event.detail)));
    }
    return names;
  }

 private:
  Scenario scenario_;
  Planner planner_;
  std::stop_source stop_;
  Traced traced_;
  TaskRunner runner_;
  ThreadPoolExecutor pool_;  // last: its end waits for the tasks
};

std::string ten_tasks(const std::string& steps, const std::string& more = {},
                      const std::string& top = {}) {
  return small_scenario("pattern = \"map\"\ntasks = 10", steps, top) + more;
}

std::vector<std::uint64_t> first(std::uint64_t count) {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t i = 0; i < count; ++i) {
    positions.push_back(i);
  }
  return positions;
}

std::string urls(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& url : all) {
    text += "\"" + url + "\", ";
  }
  return "[http]\nurls = [" + text + "]\n";
}

std::string trouble_of(Bench& bench) {
  const auto trouble = bench.runner().network_trouble();
  return trouble ? trouble->message() : "";
}

std::string url_at(std::uint16_t port, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

}  // namespace

class TaskRunnerTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<LocalServer> server_;

 private Q_SLOTS:
  void init() {
    auto started = LocalServer::start();
    QVERIFY(started);
    server_ = std::move(*started);
  }

  void steps_areDoneInOrder() {
    Bench bench(
        ten_tasks("{ cpu = \"1ms\" }, { http = \"/a\" }, { file = 1 }, { sleep = \"1us\" }, "
                  "{ http = \"/b?c=d\", latency = \"1ms\" }, { command = \"true\" }, "
                  "{ lock = \"db\", hold = \"1us\" }"),
        1, server_->port());
    QCOMPARE(bench.run({0}), std::vector<std::string>{""});
    QCOMPARE(bench.phase_names(), (std::vector<std::string>{"compute", "GET /a", "file", "sleep",
                                                            "GET /b?c=d", "true", "db"}));
    QCOMPARE(server_->requests(), std::uint64_t(2));
  }

  void lock_isHeldByOneAtATime() {
    Bench bench(ten_tasks("{ lock = \"db\", hold = \"uniform(0, 2ms)\" }"), 4);
    bench.run(first(10));
    const auto held = spans_of(bench.traced().events(), PhaseKind::lock_held);
    QCOMPARE(held.size(), std::size_t(10));
    QVERIFY(apart(held));
  }

  void heldLock_isAllThatIsSeenOfIt() {
    Bench bench(ten_tasks("{ lock = \"db\", hold = \"5ms\" }"), 1);
    bench.run({0});
    const auto held = spans_of(bench.traced().events(), PhaseKind::lock_held);
    QCOMPARE(held.size(), std::size_t(1));
    QVERIFY(held[0].end_ns - held[0].begin_ns >= 5'000'000);
    QCOMPARE(bench.traced().of(trace::EventKind::phase_begin).size(), std::size_t(1));
  }

  void locksOfOtherNames_doNotExclude() {
    // Each holds its lock until the other one has been here, too.
    const QTemporaryDir folder;
    const std::string file = folder.path().toStdString() + "/";
    const auto kind = [&](const char* lock, const char* mine, const char* other) {
      return "[[task]]\nsteps = [{ lock = \"" + std::string(lock) + "\" }, { command = 'touch " +
             file + mine + "; until [ -e " + file + other + " ]; do sleep 0.01; done' }]\nat = [" +
             (mine[0] == 'a' ? "0" : "1") + "]\n";
    };
    Bench bench("name = \"x\"\n[load]\npattern = \"map\"\ntasks = 2\n" + kind("one", "a", "b") +
                    kind("two", "b", "a"),
                2);
    QCOMPARE(bench.run({0, 1}), (std::vector<std::string>{"", ""}));
  }

  void gil_letsOneComputeAtATime() {
    Bench bench(
        ten_tasks("{ cpu = \"12ms\" }, { sleep = \"1ms\" }, { cpu = \"1ms\" }", "", "gil = true"),
        4);
    bench.run(first(6));
    const auto computing = spans_of(bench.traced().events(), PhaseKind::compute);
    QVERIFY(computing.size() >= 12);
    QVERIFY(apart(computing));
    QVERIFY(bench.runner().interpreter().switches() >= 12);
  }

  void withoutGil_theInterpreterIsNotAsked() {
    Bench bench(ten_tasks("{ cpu = \"1ms\" }"), 2);
    bench.run(first(4));
    QCOMPARE(bench.runner().interpreter().switches(), std::uint64_t(0));
  }

  void failingTask_doesItsStepsFirst() {
    Bench bench(ten_tasks("{ sleep = \"1us\" }", "fail_every = 2\n"), 1);
    QCOMPARE(bench.run({0, 1, 2}),
             (std::vector<std::string>{"", "failed as the scenario says", ""}));
    QCOMPARE(bench.phase_names().size(), std::size_t(3));
  }

  void failedRequest_failsTheTask_inBoundedWords() {
    Bench bench(ten_tasks("{ http = \"/x?status=503\", latency = \"exponential(1us)\" }, "
                          "{ sleep = \"1us\" }"),
                1, server_->port());
    const std::string error =
        "HTTP 503 from http://127.0.0.1:" + std::to_string(server_->port()) + "/x?status=503";
    QCOMPARE(bench.run({0, 1}), (std::vector<std::string>{error, error}));  // without the latency
    QCOMPARE(bench.phase_names().size(), std::size_t(2));  // what comes after is left out
    QVERIFY(!bench.runner().network_trouble());            // it did answer, as the scenario wants
  }

  void urls_ofOneHost_areFetchedSoManyAtATime() {
    Bench bench(
        ten_tasks("{ http = \"/\" }",
                  urls({url_at(server_->port(), "/a?latency_ns=3000000")}) + "per_host = 1\n"),
        4);
    bench.run(first(10));
    const auto fetched = spans_of(bench.traced().events(), PhaseKind::io_wait);
    QCOMPARE(fetched.size(), std::size_t(10));
    QVERIFY(apart(fetched));
    const std::string pause = "pause for 127.0.0.1:" + std::to_string(server_->port());
    QVERIFY(std::ranges::count(bench.phase_names(), pause) > 0);
  }

  void urls_areFetchedInTurn() {
    Bench bench(ten_tasks("{ http = \"/ignored\", latency = \"1h\" }",
                          urls({url_at(server_->port(), "/a"), url_at(server_->port(), "/b"),
                                url_at(server_->port(), "/c?status=404")})),
                1);
    const auto failures = bench.run(first(4));
    QCOMPARE(failures[0] + failures[1] + failures[3], std::string());
    QCOMPARE(failures[2], "HTTP 404 from " + url_at(server_->port(), "/c?status=404"));
    QCOMPARE(bench.phase_names()[1], "GET " + url_at(server_->port(), "/b"));
    QCOMPARE(bench.phase_names()[3], "GET " + url_at(server_->port(), "/a"));
  }

  void noAnswer_isTrouble_untilOneComes() {
    const ClosedPort closed;
    Bench bench(ten_tasks("{ http = \"/\" }",
                          urls({url_at(closed.port(), "/"), url_at(server_->port(), "/")})),
                1);
    QVERIFY(!bench.runner().network_trouble());
    bench.run({0});
    const std::string trouble = trouble_of(bench);
    QVERIFY2(trouble.starts_with("Nothing answers: could not connect to 127.0.0.1:"),
             trouble.c_str());
    QVERIFY(trouble.ends_with("choose a scenario with the built-in server"));
    QCOMPARE(bench.runner().fruitless(), std::uint64_t(1));
    bench.run({1});
    QVERIFY(!bench.runner().network_trouble());
    QCOMPARE(bench.runner().fruitless(), std::uint64_t(1));
  }

  void everyPageFails_isTrouble_untilOneComes() {
    const std::string bad = url_at(server_->port(), "/?status=500");
    Bench bench(
        "name = \"x\"\n[load]\npattern = \"map\"\ntasks = 4\n[[task]]\nsteps = [{ http = \"/\" "
        "}]\n" +
            urls({bad, url_at(server_->port(), "/?status=404"),
                  url_at(server_->port(), "/?status=503"), url_at(server_->port(), "/")}),
        1);
    bench.run({0, 1});
    const std::string too_soon = trouble_of(bench);
    bench.run({2, 1});
    const std::string trouble = trouble_of(bench);
    bench.run({3});
    const std::string mended = trouble_of(bench);
    bench.run({0, 1, 2, 0, 1, 2, 0, 1, 2});
    const std::string some = trouble_of(bench);  // pages did come: that needs more of them
    bench.run({0});
    const std::string again = trouble_of(bench);
    QCOMPARE(bench.runner().fruitless(),
             std::uint64_t(14));  // a batch of nothing else waits before it repeats
    QCOMPARE(too_soon, std::string());
    QCOMPARE(trouble, "Every page fails: HTTP 503 from " + url_at(server_->port(), "/?status=503") +
                          "; check the URL");
    QCOMPARE(mended, std::string());
    QCOMPARE(some, std::string());
    QCOMPARE(again, "Every page fails: HTTP 500 from " + bad + "; check the URL");
  }

  void redirectToTheNetwork_isRefused_unlessTrusted_data() {
    QTest::addColumn<bool>("own_url");
    QTest::newRow("from a URL of this machine") << true;
    QTest::newRow("from the built-in server") << false;
  }
  void redirectToTheNetwork_isRefused_unlessTrusted() {
    QFETCH(bool, own_url);
    // A host that is no name at all: nobody is asked for it even where it is followed.
    const std::string path =
        "/?status=302&location=http%3A%2F%2F" + std::string(64, 'a') + ".invalid%2F";
    const std::string toml =
        own_url ? ten_tasks("{ http = \"/\" }", urls({url_at(server_->port(), path)}))
                : ten_tasks("{ http = \"" + path + "\" }");
    Bench untrusted(toml, 1, server_->port());
    const std::string refused = untrusted.run({0})[0];
    Bench trusted(toml, 1, server_->port(), true);
    const std::string followed = trusted.run({0})[0];
    QVERIFY2(refused.starts_with("redirect to the network, which needs --trust, from http://127."),
             refused.c_str());
    QVERIFY2(followed.starts_with("could not resolve host 'aaa"), followed.c_str());
  }
};

QTEST_APPLESS_MAIN(TaskRunnerTest)
#include "task_runner_test.moc"
