// SPDX-License-Identifier: Apache-2.0
#include "compressed.h"
#include "core/storage/export.h"
#include "core/storage/recording.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>
#include <zstd.h>

using namespace poolscope;
using namespace poolscope::storage;
using session::Task;
using session::TaskState;

/// Chrome's JSON, ours and others'.
class ChromeTraceTest : public QObject {
  Q_OBJECT

 private:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  Result<OpenedRecording> open(std::string_view json, session::Session& session) const {
    write_file(file("trace.json"), json);
    return open_recording(file("trace.json"), session);
  }

  QTemporaryDir folder_;

 private slots:
  void ours_throughFile_isTheSame_data();
  void ours_throughFile_isTheSame();
  void ours_ofSeveralProcesses_isTheSame();
  void ours_withLostEnds_stillNests();
  void info_throughFile_isTheSame();
  void range_throughFile_hasItsTasksWithAllTheirTimes();
  void slices_ofOthers_areTasksAndPhases_data();
  void slices_ofOthers_areTasksAndPhases();
  void flows_giveTheTimeInTheQueue_data();
  void flows_giveTheTimeInTheQueue();
  void outcomes_areRead();
  void threadWithoutAName_isCalledByItsNumber();
  void overlappingSlices_goToAnotherRow();
  void fiftySlicesAtOnce_areFiftyTasks();
  void whatDoesNotFit_isCounted();
  void array_cutAnywhere_givesWhatCameBefore();
  void unusableJson_saysWhy_data();
  void unusableJson_saysWhy();
  void oddEvents_costOnlyThemselves_data();
  void oddEvents_costOnlyThemselves();
  void loneSurrogates_costOnlyThemselves_data();
  void loneSurrogates_costOnlyThemselves();
  void wrapped_isTheSame();
  void manyThreads_areRead();
  void aMillionThreads_areReadInPart();
  void bombs_areBounded();
};

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::vector<Task> tasks_of(const session::Snapshot& snapshot) {
  std::vector<Task> tasks;
  for (std::uint64_t id = 1; id <= snapshot.task_count(); ++id) {
    if (const auto task = snapshot.task({0, id})) {
      tasks.push_back(*task);
    }
  }
  return tasks;
}

}  // namespace

void ChromeTraceTest::ours_throughFile_isTheSame_data() {
  QTest::addColumn<int>("tasks");
  QTest::addColumn<bool>("phases");
  QTest::addColumn<bool>("failures");
  QTest::addColumn<bool>("deliveries");
  QTest::addColumn<int>("names");
  QTest::newRow("plain") << 200 << false << false << true << 10;
  QTest::newRow("phases and waits") << 500 << true << false << true << 10;
  QTest::newRow("failed and cancelled") << 500 << true << true << true << 10;
  QTest::newRow("no deliveries") << 100 << false << true << false << 10;
  QTest::newRow("no names") << 100 << false << false << true << 0;
}

void ChromeTraceTest::ours_throughFile_isTheSame() {
  QFETCH(int, tasks);
  QFETCH(bool, phases);
  QFETCH(bool, failures);
  QFETCH(bool, deliveries);
  QFETCH(int, names);
  const SimulatedPool pool({.tasks = static_cast<std::size_t>(tasks),
                            .phases = phases,
                            .failures = failures,
                            .deliveries = deliveries,
                            .names = static_cast<std::size_t>(names)});
  const auto before = session_of(pool.directory, pool.events)->snapshot();
  const auto path = file("ours.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.overwrite = true}).has_value());
  session::Session session;
  const auto opened = open_recording(path, session);
  QVERIFY2(opened.has_value(), opened ? "" : opened.error().message().c_str());
  QVERIFY(!opened->truncated);
  QVERIFY(plain_events(*session.snapshot()) == plain_events(*before));
  QCOMPARE(session.snapshot()->lanes().size(), before->lanes().size());
  for (std::size_t i = 0; i < before->lanes().size(); ++i) {
    QCOMPARE(session.snapshot()->lanes()[i].name, before->lanes()[i].name);
    QCOMPARE(session.snapshot()->lanes()[i].os_id, before->lanes()[i].os_id);
  }
}

void ChromeTraceTest::ours_ofSeveralProcesses_isTheSame() {
  session::Session session;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    // All of one process id: as of programs that ran one after the other in a container.
    const SimulatedPool pool({.tasks = 50, .seed = seed});
    const auto sink = session.add_process(pool.directory);
    sink->consume(pool.events);
    sink->consume({});
  }
  const auto before = session.snapshot();
  const auto path = file("three.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.overwrite = true}).has_value());
  session::Session again;
  QVERIFY(open_recording(path, again).has_value());
  QCOMPARE(again.snapshot()->process_count(), 3U);
  for (std::uint32_t process = 0; process < 3; ++process) {
    QVERIFY(plain_events(*again.snapshot(), process) == plain_events(*before, process));
    QCOMPARE(again.snapshot()->directory(process)->process().pid, 4242);
  }
}

void ChromeTraceTest::ours_withLostEnds_stillNests() {
  SimulatedPool pool({.tasks = 300, .phases = true});
  std::size_t number = 0;
  std::erase_if(pool.events, [&](const trace::Event& event) {
    return (event.kind == trace::EventKind::task_finished ||
            event.kind == trace::EventKind::phase_end ||
            event.kind == trace::EventKind::task_started) &&
           ++number % 5 == 0;
  });
  const auto before = session_of(pool.directory, pool.events)->snapshot();
  const auto path = file("lost.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.overwrite = true}).has_value());
  session::Session session;
  QVERIFY(open_recording(path, session).has_value());
  QVERIFY(plain_events(*session.snapshot()) == plain_events(*before));
  QCOMPARE(session.snapshot()->anomalies(), before->anomalies());
}

void ChromeTraceTest::info_throughFile_isTheSame() {
  const SimulatedPool pool({.tasks = 3});
  const auto before = session_of(pool.directory, pool.events)->snapshot();
  const RecordingInfo info{.version = "1.2.3",
                           .scenario_name = "a \"b\" <c> \n ü",
                           .scenario_toml = "name = \"a\"\n",
                           .settings = {{"max_workers", "8"}, {"seed", "1"}}};
  const auto path = file("info.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.info = info, .overwrite = true}).has_value());
  session::Session session;
  const auto opened = open_recording(path, session);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->info.version, info.version);
  QCOMPARE(opened->info.scenario_name, info.scenario_name);
  QCOMPARE(opened->info.scenario_toml, info.scenario_toml);
  QVERIFY(opened->info.settings == info.settings);
}

void ChromeTraceTest::range_throughFile_hasItsTasksWithAllTheirTimes() {
  const SimulatedPool pool({.tasks = 400, .phases = true});
  const auto before = session_of(pool.directory, pool.events)->snapshot();
  const session::TimeNs begin = before->begin() + (before->end() - before->begin()) / 3;
  const session::TimeNs end = begin + (before->end() - before->begin()) / 10;
  const auto path = file("range.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.begin = begin, .end = end, .overwrite = true})
              .has_value());
  session::Session session;
  QVERIFY(open_recording(path, session).has_value());
  const auto after = session.snapshot();
  std::size_t kept = 0;
  for (const Task& task : tasks_of(*before)) {
    const bool touches = *task.queued < end && *task.delivered >= begin;
    const auto again = after->task(task.key);
    QCOMPARE(again.has_value() && again->queued.has_value(), touches);
    if (touches) {
      ++kept;
      QVERIFY(again->queued == task.queued && again->started == task.started &&
              again->finished == task.finished && again->delivered == task.delivered);
      QCOMPARE(after->phases(task.key).size(), before->phases(task.key).size());
    }
  }
  QVERIFY(kept > 10 && kept < 200);
}

void ChromeTraceTest::slices_ofOthers_areTasksAndPhases_data() {
  QTest::addColumn<QByteArray>("json");
  const QByteArray threads = R"(
    {"ph":"M","pid":7,"tid":1,"name":"thread_name","args":{"name":"first"}},
    {"ph":"M","pid":7,"tid":1,"name":"process_name","args":{"name":"prog"}},)";
  const QByteArray complete = R"(
    {"ph":"X","pid":7,"tid":1,"ts":2,"dur":3.5,"name":"inner"},
    {"ph":"X","pid":7,"tid":1,"ts":1,"dur":10,"name":"outer"},
    {"ph":"X","pid":7,"tid":2,"ts":1,"dur":4,"name":"other"})";
  const QByteArray edges = R"(
    {"ph":"E","pid":7,"tid":1,"ts":11},
    {"ph":"B","pid":7,"tid":1,"ts":1,"name":"outer"},
    {"ph":"B","pid":7,"tid":2,"ts":1,"name":"other"},
    {"ph":"B","pid":7,"tid":1,"ts":2,"name":"inner"},
    {"ph":"E","pid":7,"tid":1,"ts":5.5},
    {"ph":"E","pid":7,"tid":2,"ts":5},
    {"ph":"E","pid":7,"tid":2,"ts":6})";
  QTest::newRow("array") << "[" + threads + complete + "]";
  QTest::newRow("array without its end") << "[" + threads + complete + ",\n";
  QTest::newRow("object") << "{\"traceEvents\":[" + threads + complete +
                                 "],\"displayTimeUnit\":\"ns\"}";
  QTest::newRow("object, more before") << "{\"stackFrames\":{\"a\":[1,{}]},\"otherData\":{},"
                                          "\"traceEvents\":[" +
                                              threads + complete + "]}";
  QTest::newRow("begins and ends") << "[" + threads + edges + "]";
  QTest::newRow("mark and space") << "\xef\xbb\xbf \n[" + threads + complete + "]";
  QTest::newRow("a line feed first") << "\n[\n" + threads + complete + "]";
  QByteArray strings = complete;
  strings.replace("\"ts\":2", "\"ts\":\"2.0\"").replace("\"pid\":7", "\"pid\":\"7\"");
  QTest::newRow("numbers as strings") << "[" + threads + strings + "]";
  QByteArray negative = complete;
  negative.replace("\"ts\":1", "\"ts\":-9").replace("\"ts\":2", "\"ts\":-8");
  QTest::newRow("negative times") << "[" + threads + negative + "]";
  QTest::newRow("other kinds between")
      << "[" + threads + complete +
             R"(,{"ph":"C","pid":7,"ts":1,"name":"c","args":{"v":1}},
     {"ph":"b","pid":7,"tid":1,"ts":1,"cat":"x","id":"0x1","name":"async"},
     {"ph":"i","pid":7,"tid":1,"ts":1,"name":"mark","s":"g"}])";
}

void ChromeTraceTest::slices_ofOthers_areTasksAndPhases() {
  QFETCH(QByteArray, json);
  session::Session session;
  const auto opened = open(json.toStdString(), session);
  QVERIFY2(opened.has_value(), opened ? "" : opened.error().message().c_str());
  QVERIFY(!opened->truncated);
  QCOMPARE(opened->info.version, std::string());
  const auto snapshot = session.snapshot();
  const auto tasks = tasks_of(*snapshot);
  QCOMPARE(tasks.size(), std::size_t{2});
  const auto& outer = tasks[0].name == "outer" ? tasks[0] : tasks[1];
  const auto& other = tasks[0].name == "outer" ? tasks[1] : tasks[0];
  QCOMPARE(outer.name, std::string_view("outer"));
  QCOMPARE(*outer.finished - *outer.started, 10'000);
  QCOMPARE(*outer.queued, *outer.started);
  QCOMPARE(snapshot->lanes()[static_cast<std::size_t>(*outer.worker)].name,
           std::string_view("first"));
  const auto phases = snapshot->phases(outer.key);
  QCOMPARE(phases.size(), std::size_t{1});
  QCOMPARE(phases[0].name, std::string_view("inner"));
  QCOMPARE(phases[0].begin - *outer.started, 1000);
  QCOMPARE(phases[0].end - phases[0].begin, 3500);
  QCOMPARE(*other.finished - *other.started, 4000);
  QCOMPARE(snapshot->pools()[0].name, std::string_view("prog"));
}

void ChromeTraceTest::flows_giveTheTimeInTheQueue_data() {
  QTest::addColumn<QByteArray>("flow");
  QTest::addColumn<int>("waitNs");
  QTest::newRow("to the enclosing slice")
      << QByteArray(R"({"ph":"s","pid":1,"tid":1,"ts":2,"name":"f","cat":"c","id":5},
                       {"ph":"f","bp":"e","pid":1,"tid":2,"ts":12,"name":"f","cat":"c","id":5})")
      << 8000;
  QTest::newRow("to the next slice")
      << QByteArray(R"({"ph":"f","pid":1,"tid":2,"ts":9,"name":"f","cat":"c","id":"0x5"},
                       {"ph":"s","pid":1,"tid":1,"ts":2,"name":"f","cat":"c","id":"0x5"})")
      << 8000;
  QTest::newRow("a step, at the slice's begin")
      << QByteArray(R"({"ph":"t","pid":1,"tid":2,"ts":10,"name":"f","cat":"c","id":5},
                       {"ph":"s","pid":1,"tid":1,"ts":2.5,"name":"f","cat":"c","id":5})")
      << 7500;
  QTest::newRow("another id")
      << QByteArray(R"({"ph":"s","pid":1,"tid":1,"ts":2,"name":"f","cat":"c","id":5},
                       {"ph":"f","bp":"e","pid":1,"tid":2,"ts":12,"name":"f","cat":"c","id":6})")
      << 0;
  QTest::newRow("another category")
      << QByteArray(R"({"ph":"s","pid":1,"tid":1,"ts":2,"name":"f","cat":"d","id":5},
                       {"ph":"f","bp":"e","pid":1,"tid":2,"ts":12,"name":"f","cat":"c","id":5})")
      << 0;
  QTest::newRow("begun while it ran")
      << QByteArray(R"({"ph":"s","pid":1,"tid":1,"ts":11,"name":"f","cat":"c","id":5},
                       {"ph":"f","bp":"e","pid":1,"tid":2,"ts":12,"name":"f","cat":"c","id":5})")
      << 0;
}

void ChromeTraceTest::flows_giveTheTimeInTheQueue() {
  QFETCH(QByteArray, flow);
  QFETCH(int, waitNs);
  session::Session session;
  const std::string slices = R"([{"ph":"X","pid":1,"tid":1,"ts":0,"dur":3,"name":"caller"},
    {"ph":"X","pid":1,"tid":2,"ts":10,"dur":5,"name":"task"},
    {"ph":"X","pid":1,"tid":2,"ts":10,"dur":4,"name":"part"},)";
  QVERIFY(open(slices + flow.toStdString() + "]", session).has_value());
  for (const Task& task : tasks_of(*session.snapshot())) {
    if (task.name == "task") {
      QCOMPARE(*task.started - *task.queued, waitNs);
      QCOMPARE(task.caller.has_value(), waitNs > 0);
    }
  }
}

void ChromeTraceTest::outcomes_areRead() {
  session::Session session;
  const char* json = R"([
    {"ph":"X","pid":1,"tid":1,"ts":0,"dur":3,"tdur":2,"name":"a",
     "args":{"outcome":"error","error":"boom","more":{"x":[1,2]}}},
    {"ph":"B","pid":1,"tid":2,"ts":0,"name":"b","args":{}},
    {"ph":"E","pid":1,"tid":2,"ts":4,"args":{"cpu_ns":1500}}])";
  QVERIFY(open(json, session).has_value());
  const auto tasks = tasks_of(*session.snapshot());
  QCOMPARE(tasks.size(), std::size_t{2});
  const Task& a = tasks[tasks[0].name == "a" ? 0 : 1];
  const Task& b = tasks[tasks[0].name == "a" ? 1 : 0];
  QCOMPARE(a.state, TaskState::failed);
  QCOMPARE(a.error, std::string_view("boom"));
  QCOMPARE(a.cpu_time, std::optional<session::TimeNs>(2000));
  QCOMPARE(b.state, TaskState::finished);
  QCOMPARE(b.cpu_time, std::optional<session::TimeNs>(1500));
}

void ChromeTraceTest::fiftySlicesAtOnce_areFiftyTasks() {
  session::Session session;
  std::string json = "[";
  for (int i = 0; i < 50; ++i) {
    json +=
        R"({"ph":"X","pid":1,"tid":1,"ts":)" + std::to_string(i) + R"(,"dur":1000,"name":"a"},)";
  }
  json.back() = ']';
  const auto opened = open(json, session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QCOMPARE(session.snapshot()->statistics().finished, std::uint64_t{50});
  QCOMPARE(session.snapshot()->anomalies(), std::uint64_t{49});
}

void ChromeTraceTest::whatDoesNotFit_isCounted() {
  session::Session session;
  const char* json = R"([
    {"ph":"X","pid":1,"tid":1,"ts":0,"dur":10,"name":"a"},
    {"ph":"E","pid":1,"tid":1,"ts":20},
    {"ph":"X","pid":1,"tid":1,"ts":30,"dur":-5,"name":"backwards"}])";
  QVERIFY(open(json, session).has_value());
  QCOMPARE(session.snapshot()->task_count(), std::uint64_t{2});
  QCOMPARE(session.snapshot()->anomalies(), std::uint64_t{2});
}

void ChromeTraceTest::threadWithoutAName_isCalledByItsNumber() {
  session::Session session;
  const char* json = R"([
    {"ph":"X","pid":1,"tid":140,"ts":0,"dur":10,"name":"a"},
    {"ph":"X","pid":1,"tid":140,"ts":5,"dur":10,"name":"b"}])";
  QVERIFY(open(json, session).has_value());
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->lanes().size(), std::size_t{2});
  QCOMPARE(snapshot->lanes()[0].name, std::string_view("Thread 140"));
  QCOMPARE(snapshot->lanes()[1].name, std::string_view("Thread 140 (2)"));
}

void ChromeTraceTest::overlappingSlices_goToAnotherRow() {
  session::Session session;
  const char* json = R"([
    {"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"loop"}},
    {"ph":"X","pid":1,"tid":1,"ts":0,"dur":10,"name":"a"},
    {"ph":"X","pid":1,"tid":1,"ts":5,"dur":10,"name":"b"}])";
  const auto opened = open(json, session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->task_count(), std::uint64_t{2});
  QCOMPARE(snapshot->anomalies(), std::uint64_t{1});
  QCOMPARE(snapshot->lanes().size(), std::size_t{2});
  QCOMPARE(snapshot->lanes()[1].name, std::string_view("loop (2)"));
  for (const Task& task : tasks_of(*snapshot)) {
    QCOMPARE(*task.finished - *task.started, 10'000);
  }
}

void ChromeTraceTest::array_cutAnywhere_givesWhatCameBefore() {
  std::string json = "[\n";
  std::vector<std::size_t> ends;
  for (int i = 0; i < 20; ++i) {
    json += R"({"ph":"X","pid":1,"tid":1,"ts":)" + std::to_string(i * 10) +
            R"(,"dur":5,"name":"a \"}] \\ b"},)" + "\n";
    ends.push_back(json.size() - 2);
  }
  for (std::size_t cut = 0; cut < json.size(); ++cut) {
    const auto whole =
        static_cast<std::uint64_t>(std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin());
    session::Session session;
    const auto opened = open(json.substr(0, cut), session);
    QCOMPARE(opened.has_value(), whole > 0);
    if (opened) {
      QCOMPARE(session.snapshot()->task_count(), whole);
      const bool in_event = cut > ends[whole - 1] + 2;
      QCOMPARE(opened->truncated, in_event);
    }
  }
}

void ChromeTraceTest::unusableJson_saysWhy_data() {
  QTest::addColumn<QByteArray>("json");
  QTest::addColumn<QByteArray>("reason");
  const QByteArray kNone = "no slices";
  const QByteArray kOther = "is not a trace";
  QTest::newRow("no events") << QByteArray("[]") << kNone;
  QTest::newRow("bracket") << QByteArray("[") << kNone;
  QTest::newRow("empty list") << QByteArray("{\"traceEvents\":[]}") << kNone;
  QTest::newRow("another document") << QByteArray("{\"tasks\":[{\"ph\":\"X\"}]}") << kOther;
  QTest::newRow("empty object") << QByteArray("{}") << kOther;
  QTest::newRow("brace") << QByteArray("{") << kOther;
  QTest::newRow("counters only") << QByteArray(
                                        R"([{"ph":"C","pid":1,"ts":1,"name":"a","args":{"b":1}}])")
                                 << kNone;
  QTest::newRow("numbers") << QByteArray("[1,2,3]") << kNone;
}

void ChromeTraceTest::unusableJson_saysWhy() {
  QFETCH(QByteArray, json);
  QFETCH(QByteArray, reason);
  session::Session session;
  const auto opened = open(json.toStdString(), session);
  QVERIFY(!opened.has_value());
  QVERIFY2(opened.error().message().find(reason.toStdString()) != std::string::npos,
           opened.error().message().c_str());
  QVERIFY(opened.error().subject.ends_with("trace.json"));
}

void ChromeTraceTest::oddEvents_costOnlyThemselves_data() {
  QTest::addColumn<QByteArray>("event");
  QTest::addColumn<bool>("told");  // that something was skipped
  QTest::newRow("no time") << QByteArray(R"({"ph":"X","pid":1,"tid":1,"name":"a"})") << true;
  QTest::newRow("no kind") << QByteArray(R"({"pid":1,"tid":1,"ts":1,"name":"a"})") << true;
  QTest::newRow("time that is none")
      << QByteArray(R"({"ph":"X","pid":1,"tid":1,"ts":"soon","dur":1})") << true;
  QTest::newRow("huge time") << QByteArray(R"({"ph":"X","pid":1,"tid":1,"ts":1e300,"dur":1})")
                             << true;
  QTest::newRow("end without begin") << QByteArray(R"({"ph":"E","pid":1,"tid":9,"ts":1})") << false;
  QTest::newRow("deep") << QByteArray(R"({"ph":"i","pid":1,"tid":1,"ts":1,"args":{"a":)") +
                               QByteArray(100000, '[') + QByteArray(100000, ']') + "}}"
                        << true;
  QTest::newRow("wrong inside") << QByteArray(R"({"ph":"X" oops "ts":1})") << true;
  QTest::newRow("not an object") << QByteArray("\"text\"") << true;
  QTest::newRow("null") << QByteArray("null") << true;
  QTest::newRow("a very long name") << QByteArray(R"({"ph":"i","pid":1,"tid":1,"ts":1,"name":")") +
                                           QByteArray(17 << 20, 'x') + "\"}"
                                    << true;
  QTest::newRow("broken utf-8") << QByteArray("{\"ph\":\"i\",\"name\":\"\xff\xfe\"}") << true;
}

void ChromeTraceTest::oddEvents_costOnlyThemselves() {
  QFETCH(QByteArray, event);
  QFETCH(bool, told);
  const std::string good = R"({"ph":"X","pid":1,"tid":1,"ts":10,"dur":1,"name":"good"})";
  session::Session session;
  const auto opened = open(
      "[" + good + "," + event.toStdString() + "," + replaced(good, "\"ts\":10", "\"ts\":20") + "]",
      session);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->truncated, told);
  QCOMPARE(session.snapshot()->task_count(), std::uint64_t{2});
}

void ChromeTraceTest::loneSurrogates_costOnlyThemselves_data() {
  QTest::addColumn<QByteArray>("name");  // as it stands in the file
  QTest::addColumn<QByteArray>("read");
  QTest::newRow("high") << QByteArray(R"(\ud800bad)")
                        << QByteArray(
                               "\xef\xbf\xbd"
                               "bad");
  QTest::newRow("low, as surrogateescape has it")
      << QByteArray(R"(caf\udce9)") << QByteArray("caf\xef\xbf\xbd");
  QTest::newRow("in the wrong order")
      << QByteArray(R"(\uDC00\uD800)") << QByteArray("\xef\xbf\xbd\xef\xbf\xbd");
  QTest::newRow("high before a pair")
      << QByteArray(R"(\ud83d\ud83d\ude00)") << QByteArray("\xef\xbf\xbd\xf0\x9f\x98\x80");
  QTest::newRow("beside an escaped backslash")
      << QByteArray(R"(\\ud800 \ud800\\)") << QByteArray("\\ud800 \xef\xbf\xbd\\");
}

void ChromeTraceTest::loneSurrogates_costOnlyThemselves() {
  QFETCH(QByteArray, name);
  QFETCH(QByteArray, read);
  session::Session session;
  const auto opened =
      open(R"([{"ph":"X","pid":1,"tid":1,"ts":10,"dur":1,"name":")" + name.toStdString() + "\"}]",
           session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  const auto tasks = tasks_of(*session.snapshot());
  QCOMPARE(tasks.size(), std::size_t{1});
  QCOMPARE(QByteArray::fromStdString(std::string(tasks.front().name)), read);
}

void ChromeTraceTest::wrapped_isTheSame() {
  const SimulatedPool pool({.tasks = 100});
  const auto before = session_of(pool.directory, pool.events)->snapshot();
  const auto path = file("plain.trace.json");
  QVERIFY(export_chrome_json(*before, path, {.overwrite = true}).has_value());
  const std::string json = read_file(path);
  for (const std::string& wrapped : {gzip(json), zstd(json)}) {
    QVERIFY(wrapped.size() < json.size());
    session::Session session;
    const auto opened = open(wrapped, session);
    QVERIFY(opened.has_value());
    QVERIFY(!opened->truncated);
    QVERIFY(plain_events(*session.snapshot()) == plain_events(*before));
  }
  session::Session session;
  const std::string cut = gzip(replaced(json, "\"displayTimeUnit\"", "\"x\""));
  const auto opened = open(cut.substr(0, cut.size() / 2), session);
  QVERIFY(opened.has_value());
  QVERIFY(opened->truncated);
  QVERIFY(session.snapshot()->task_count() > 0);
}

void ChromeTraceTest::manyThreads_areRead() {
  constexpr std::size_t kThreads = 2000;
  std::string json = "[";
  for (std::size_t i = 0; i < kThreads; ++i) {
    json += R"({"ph":"X","pid":1,"tid":)" + std::to_string(i) + R"(,"ts":1,"dur":1,"name":"a"},)";
  }
  session::Session session;
  QVERIFY(open(json, session).has_value());
  QCOMPARE(session.snapshot()->lanes().size(), kThreads);
}

void ChromeTraceTest::aMillionThreads_areReadInPart() {
  std::string json = "[";
  for (int i = 1'000'000; i > 0; --i) {
    json += R"({"ph":"X","pid":1,"tid":)" + std::to_string(i) + R"(,"ts":1,"dur":1},)";
  }
  session::Session session;
  const auto opened = open(json, session);
  QVERIFY(opened.has_value());
  QVERIFY(opened->truncated);
  QVERIFY(opened->missing.find("more threads than the 16384") != std::string::npos);
  QVERIFY(opened->missing.find("damaged") == std::string::npos);
  QVERIFY(session.snapshot()->lanes().size() > 1000);
  QVERIFY(session.snapshot()->lanes().size() < 20'000);
}

void ChromeTraceTest::bombs_areBounded() {
  const std::string event = R"({"ph":"X","pid":1,"tid":1,"ts":10,"dur":1,"name":"a"},)";
  const std::string blank = gzip(std::string(std::size_t{200} << 20, ' '));
  session::Session session;
  // A gzip member of blanks after the events: some 200 KB that unfold to 200 MB.
  const auto opened = open(gzip("[" + event) + blank, session);
  QVERIFY(opened.has_value());
  QCOMPARE(session.snapshot()->task_count(), std::uint64_t{1});
}

QTEST_APPLESS_MAIN(ChromeTraceTest)
#include "chrome_trace_test.moc"
