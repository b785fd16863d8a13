// SPDX-License-Identifier: Apache-2.0
#include "core/workload/scenario.h"

#include "core/workload/gallery_texts.h"
#include "support.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <set>
#include <string>

using namespace poolscope::testing;
using namespace poolscope::workload;
using namespace std::chrono_literals;

namespace {

// Every key of DESIGN's "Scenario files".
constexpr const char* kEverything = R"toml(
name = "everything"
title = "All keys"
lesson = """
*Two*
lines"""
code = "print(1)\nprint(2)"
code_cpp = "int main() {}"
max_workers = 12
gil = true
seed = 77
[pool]
queue_discipline = "work_stealing"
queue_capacity = 30
thread_name_prefix = "web"
[load]
pattern = "burst"
tasks = 20
repeat = true
rate = "120/min"
burst_size = 4
interval = "25ms"
first = 2
results = false
buffer_size = 6
children = 5
[[task]]
name = "slow"
at = [0, 7]
priority = -3
fail_every = 2
steps = [{ http = "/a?b=c", latency = "lognormal(60ms, 0.5)" }, { sleep = "uniform(1ms, 2ms)" }]
[[task]]
weight = 2.5
fail = 0.02
steps = [{ cpu = "2ms" }, { file = "64KiB" }, { file = 10 }, { lock = "db", hold = "1ms" }, { command = "true" }]
[http]
urls = ["http://127.0.0.1:8080/x", "https://localhost"]
max_concurrent = 9
[[script]]
at = "5s"
max_workers = 4
say = "Now four."
[[script]]
at = "1s"
pause = true
marker = "stop"
[[script]]
at = "2s"
resume = true
cancel = true
[[check]]
say = "Twice as fast"
figure = "throughput"
max_workers = "4 cores"
against = 2
with = { load = { tasks = 9 } }
from = "1s"
to = "2s"
min = 1.5
max = 2.5
[[try]]
label = "Eight workers"
max_workers = "2 cores"
pause = true
cancel = true
say = "More"
figure = "queue_wait.p99"
against_before = true
after = "1s"
during = "4s"
min = 2
max = 3
[[try]]
label = "Fewer tasks"
with = { load = { tasks = 9 } }
say = "Nine"
figure = "finished"
min = 9
)toml";

std::string minimal(const std::string& steps, const std::string& more = {}) {
  return small_scenario("pattern = \"map\"\ntasks = 1", steps) + more;
}

}  // namespace

class ScenarioTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyKey_isRead() {
    const Scenario s = scenario_of(kEverything);
    QCOMPARE(s.name, std::string("everything"));
    QCOMPARE(s.title, std::string("All keys"));
    QCOMPARE(s.lesson, std::string("*Two*\nlines"));
    QCOMPARE(s.code, std::string("print(1)\nprint(2)"));
    QCOMPARE(s.code_cpp, std::string("int main() {}"));
    QCOMPARE(s.max_workers, std::optional<std::size_t>(12));
    QVERIFY(s.gil);
    QCOMPARE(s.seed, std::uint64_t(77));
    QVERIFY(s.pool.queue_discipline == Discipline::work_stealing);
    QCOMPARE(s.pool.queue_capacity, std::uint64_t(30));
    QCOMPARE(s.pool.thread_name_prefix, std::string("web"));
    QVERIFY(s.load.pattern == LoadPattern::burst);
    QCOMPARE(s.load.tasks, std::uint64_t(20));
    QVERIFY(s.load.repeat);
    QCOMPARE(s.load.rate_per_s, 2.0);
    QCOMPARE(s.load.burst_size, std::uint64_t(4));
    QCOMPARE(s.load.interval, Nanoseconds(25ms));
    QCOMPARE(s.load.first, std::uint64_t(2));
    QVERIFY(!s.load.results);
    QCOMPARE(s.load.buffer_size, std::uint64_t(6));
    QCOMPARE(s.load.children, std::uint64_t(5));
    QCOMPARE(s.http.urls,
             (std::vector<std::string>{"http://127.0.0.1:8080/x", "https://localhost"}));
    QCOMPARE(s.http.max_concurrent, std::uint64_t(9));
    QCOMPARE(s.toml, std::string(kEverything));
    QCOMPARE(s.file, std::filesystem::path("test.toml"));
  }

  void everyKeyOfACheck_isRead() {
    const Scenario s = scenario_of(kEverything);
    QCOMPARE(s.checks.size(), std::size_t(1));
    const Check& check = s.checks[0];
    QCOMPARE(check.say, std::string("Twice as fast"));
    QCOMPARE(check.figure, std::string("throughput"));
    QCOMPARE(check.max_workers->on(3), std::size_t(12));
    QCOMPARE(check.against->on(3), std::size_t(2));
    QCOMPARE(check.from, Nanoseconds(1s));
    QCOMPARE(check.to, std::optional<Nanoseconds>(2s));
    QCOMPARE(check.min, std::optional<double>(1.5));
    QCOMPARE(check.max, std::optional<double>(2.5));
    const auto with = changed(s, check.with);
    QVERIFY2(with, with ? "" : with.error().message().c_str());
    QCOMPARE(with->load.tasks, std::uint64_t(9));
    QVERIFY(with->load.pattern == LoadPattern::burst);
    QCOMPARE(with->tasks.size(), s.tasks.size());
    QCOMPARE(with->lesson, s.lesson);
  }

  void everyKeyOfATry_isRead() {
    const Scenario s = scenario_of(kEverything);
    QCOMPARE(s.tries.size(), std::size_t(2));
    const Try& live = s.tries[0];
    QCOMPARE(live.label, std::string("Eight workers"));
    QCOMPARE(live.max_workers->on(4), std::size_t(8));
    QVERIFY(live.pause && live.cancel && !live.resume && live.against_before);
    QCOMPARE(live.say, std::string("More"));
    QCOMPARE(live.figure, std::string("queue_wait.p99"));
    QCOMPARE(live.after, Nanoseconds(1s));
    QCOMPARE(live.during, Nanoseconds(4s));
    QCOMPARE(live.min, std::optional<double>(2));
    QCOMPARE(live.max, std::optional<double>(3));
    const Try& again = s.tries[1];
    QVERIFY(!again.max_workers && !again.against_before);
    QCOMPARE(again.after, Nanoseconds(300ms));
    QCOMPARE(again.during, Nanoseconds(1s));
    const auto with = changed(s, again.with);
    QVERIFY2(with, with ? "" : with.error().message().c_str());
    QCOMPARE(with->load.tasks, std::uint64_t(9));
    QCOMPARE(with->tries.size(), std::size_t(2));
  }

  void changed_toWhatIsNone_isRefused() {
    const Scenario s = scenario_of(kEverything);
    QVERIFY(!changed(s, "load = { tasks = 0 }"));
    QVERIFY(!changed(s, "load = {"));
    QCOMPARE(changed(s, "max_workers = 3")->max_workers, std::optional<std::size_t>(3));
  }

  void everyKeyOfATask_isRead() {
    const Scenario s = scenario_of(kEverything);
    QCOMPARE(s.tasks.size(), std::size_t(2));
    const TaskKind& slow = s.tasks[0];
    QCOMPARE(slow.name, std::string("slow"));
    QCOMPARE(slow.at, (std::vector<std::uint64_t>{0, 7}));
    QCOMPARE(slow.priority, -3);
    QCOMPARE(slow.fail_every, std::uint64_t(2));
    QCOMPARE(slow.steps.size(), std::size_t(2));
    QCOMPARE(std::get<HttpStep>(slow.steps[0]).path, std::string("/a?b=c"));
    QCOMPARE(std::get<HttpStep>(slow.steps[0]).latency.a, Nanoseconds(60ms));
    QCOMPARE(std::get<SleepStep>(slow.steps[1]).duration.b, Nanoseconds(2ms));
    const TaskKind& rest = s.tasks[1];
    QCOMPARE(rest.name, std::string("task 2"));
    QCOMPARE(rest.weight, 2.5);
    QCOMPARE(rest.fail, 0.02);
    QCOMPARE(rest.steps.size(), std::size_t(5));
    QCOMPARE(std::get<CpuStep>(rest.steps[0]).duration.a, Nanoseconds(2ms));
    QCOMPARE(std::get<FileStep>(rest.steps[1]).bytes, std::uint64_t(65536));
    QCOMPARE(std::get<FileStep>(rest.steps[2]).bytes, std::uint64_t(10));
    QCOMPARE(std::get<LockStep>(rest.steps[3]).name, std::string("db"));
    QCOMPARE(std::get<LockStep>(rest.steps[3]).hold.a, Nanoseconds(1ms));
    QCOMPARE(std::get<CommandStep>(rest.steps[4]).command, std::string("true"));
  }

  void script_isRead_andPutInOrderOfTime() {
    const Scenario s = scenario_of(kEverything);
    QCOMPARE(s.script.size(), std::size_t(3));
    QCOMPARE(s.script[0].at, Nanoseconds(1s));
    QVERIFY(s.script[0].pause && !s.script[0].resume);
    QCOMPARE(s.script[0].marker, std::string("stop"));
    QVERIFY(s.script[1].resume && s.script[1].cancel);
    QCOMPARE(s.script[2].at, Nanoseconds(5s));
    QCOMPARE(s.script[2].max_workers, std::optional<std::size_t>(4));
    QCOMPARE(s.script[2].say, std::string("Now four."));
  }

  void absentKeys_haveTheirDefaults() {
    const Scenario s = scenario_of(minimal("{ sleep = \"0\" }"));
    QCOMPARE(s.title, s.name);
    QVERIFY(!s.max_workers && !s.gil);
    QCOMPARE(s.seed, std::uint64_t(1));
    QVERIFY(s.pool.queue_discipline == Discipline::fifo);
    QCOMPARE(s.pool.queue_capacity, std::uint64_t(0));
    QVERIFY(!s.load.repeat && s.load.results);
    QCOMPARE(s.load.rate_per_s, 50.0);
    QCOMPARE(s.load.burst_size, std::uint64_t(40));
    QCOMPARE(s.load.interval, Nanoseconds(100ms));
    QCOMPARE(s.load.children, std::uint64_t(1));
    QCOMPARE(s.tasks[0].weight, 1.0);
    QVERIFY(s.tasks[0].at.empty() && s.script.empty() && s.http.urls.empty());
  }

  void nameOfAChoice_isRead_data() {
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("discipline");
    QTest::addColumn<int>("expected");
    const char* patterns[] = {"map", "submit", "as_completed", "poisson", "burst", "nested"};
    const char* disciplines[] = {"fifo", "lifo", "priority", "work_stealing"};
    for (int i = 0; i < 6; ++i) {
      QTest::newRow(patterns[i]) << QByteArray(patterns[i]) << QByteArray(disciplines[i % 4]) << i;
    }
  }
  void nameOfAChoice_isRead() {
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, discipline);
    QFETCH(int, expected);
    const Scenario s = scenario_of(small_scenario(
        "pattern = \"" + pattern.toStdString() + "\"\ntasks = 1", "{ sleep = \"0\" }",
        "pool = { queue_discipline = \"" + discipline.toStdString() + "\" }"));
    QCOMPARE(int(s.load.pattern), expected);
    QCOMPARE(int(s.pool.queue_discipline), expected % 4);
  }

  void trust_isNeeded_beyondThisMachine_data() {
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<bool>("needed");
    const auto row = [](const char* name, const std::string& toml, bool needed) {
      QTest::newRow(name) << QByteArray::fromStdString(toml) << needed;
    };
    const std::string fetch = "{ http = \"/\" }";
    row("local server", minimal(fetch), false);
    row("this machine", minimal(fetch, "[http]\nurls = [\"http://127.0.0.1:1/\"]"), false);
    row("network", minimal(fetch, "[http]\nurls = [\"http://localhost\", \"http://a.org\"]"), true);
    row("command", minimal("{ sleep = \"0\" }, { command = \"true\" }"), true);
    row("file", minimal("{ file = 1 }"), false);
  }
  void trust_isNeeded_beyondThisMachine() {
    QFETCH(QByteArray, toml);
    QFETCH(bool, needed);
    QCOMPARE(scenario_of(toml.toStdString()).needs_trust(), needed);
  }

  void gallery_isReadWhole_andNeedsNoTrust() {
    QVERIFY(!gallery().empty());
    QCOMPARE(gallery().size(), gallery_texts().size());  // those with a fault would be missing
    QCOMPARE(gallery().front().name, std::string("web-scraping"));
    std::set<std::string> names;
    for (const Scenario& scenario : gallery()) {
      names.insert(scenario.name);
      QVERIFY2(!scenario.needs_trust(), scenario.name.c_str());
      QVERIFY2(!scenario.lesson.empty() && !scenario.code.empty(), scenario.name.c_str());
      QVERIFY2(scenario.file.empty() && scenario.max_workers, scenario.name.c_str());
    }
    QCOMPARE(names.size(), gallery().size());
  }

  void scenario_isFoundByName_orByFile() {
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("mine.toml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(minimal("{ sleep = \"0\" }")));
    file.close();
    const auto by_name = find_scenario("one-worker");
    QVERIFY(by_name);
    QCOMPARE(by_name->max_workers, std::optional<std::size_t>(1));
    const auto by_file = find_scenario(file.fileName().toStdString());
    QVERIFY(by_file);
    QCOMPARE(by_file->name, std::string("test"));
    QCOMPARE(by_file->file.string(), file.fileName().toStdString());
  }

  void scenarioThatIsNoWhere_isRefused_andKnownOnesAreTold() {
    const auto found = find_scenario("web-scrapping");
    QVERIFY(!found);
    const QByteArray message = QByteArray::fromStdString(found.error().message());
    QVERIFY2(message.startsWith("'web-scrapping': no scenario of this name"), message);
    QVERIFY2(message.contains("web-scraping, one-worker"), message);
  }
};

QTEST_APPLESS_MAIN(ScenarioTest)
#include "scenario_test.moc"
