// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_encoder.h"
#include "core/storage/recording.h"
#include "core/storage/trace_file_writer.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace poolscope;
using namespace poolscope::storage;
using trace::Event;
using trace::EventKind;

Q_DECLARE_METATYPE(poolscope::storage::SimulatedPool::Options)

/// What is written must come back the same, in kind, time, ids and texts.
class RoundTripTest : public QObject {
  Q_OBJECT

 private:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  /// Writes events in the order given, in blocks of `block` events, and reads them back.
  std::vector<PlainEvent> through_file(const std::shared_ptr<trace::Directory>& directory,
                                       std::span<const Event> events, std::size_t block,
                                       bool compress = true);
  void compare(const std::shared_ptr<trace::Directory>& directory, const std::vector<Event>& events,
               std::size_t block, bool compress = true);

  QTemporaryDir folder_;

 private slots:
  void pool_throughFile_isTheSame_data();
  void pool_throughFile_isTheSame();
  void everyKind_throughFile_isTheSame();
  void unusualEvents_throughFile_areTheSame();
  void lateEvents_throughFile_keepTheirTimes();
  void manyThreads_throughFile_keepIdsNamesAndOsIds();
  void longNames_throughFile_areCutAtACharacter();
  void threeDirectories_throughFile_areThreeProcesses();
  void savedSession_opened_hasTheSameStatistics();
  void emptySession_opened_isEmptyAndNotAnError();
  void info_throughFile_isTheSame();
  void coresOfARecording_areANumber_orNotKnown();
  void opening_tellsProgressUpToOne();
  void opening_stopped_isAnError();
};

std::vector<PlainEvent> RoundTripTest::through_file(
    const std::shared_ptr<trace::Directory>& directory, std::span<const Event> events,
    std::size_t block, bool compress) {
  const auto path = file("sample.pftrace");
  {
    std::filesystem::remove(path);
    auto out = OutputFile::create(path, true, path);
    if (!out) {
      qWarning("%s", out.error().message().c_str());
      return {};
    }
    TraceFileWriter writer(std::move(*out), compress);
    BlockEncoder encoder(directory, 0, read_clock_offsets(),
                         [&](std::string_view packets) { writer.write(packets); });
    encoder.add_info({.version = "1.2.3"}, 1);
    for (std::size_t i = 0; i < events.size(); ++i) {
      encoder.add(events[i]);
      if (block != 0 && (i + 1) % block == 0) {
        encoder.end_block();
      }
    }
    encoder.end_block();
    writer.close();
  }
  session::Session session;
  const auto opened = open_recording(path, session);
  if (!opened) {
    qWarning("%s", opened.error().message().c_str());
    return {};
  }
  if (opened->truncated) {
    qWarning("truncated");
    return {};
  }
  return plain_events(*session.snapshot());
}

void RoundTripTest::compare(const std::shared_ptr<trace::Directory>& directory,
                            const std::vector<Event>& events, std::size_t block, bool compress) {
  std::vector<PlainEvent> expected;
  for (const Event& event : events) {
    expected.push_back(plain(event, *directory));
  }
  std::sort(expected.begin(), expected.end());
  const std::vector<PlainEvent> actual = through_file(directory, events, block, compress);
  QCOMPARE(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (actual[i] != expected[i]) {
      qWarning("event %zu: kind %d at %llu, expected kind %d at %llu", i, std::get<1>(actual[i]),
               static_cast<unsigned long long>(std::get<0>(actual[i])), std::get<1>(expected[i]),
               static_cast<unsigned long long>(std::get<0>(expected[i])));
    }
    QVERIFY(actual[i] == expected[i]);
  }
}

void RoundTripTest::pool_throughFile_isTheSame_data() {
  QTest::addColumn<SimulatedPool::Options>("options");
  QTest::addColumn<int>("block");
  QTest::addColumn<bool>("compress");
  using Options = SimulatedPool::Options;
  QTest::newRow("one block") << Options{.tasks = 50} << 0 << true;
  QTest::newRow("plain") << Options{.tasks = 50} << 0 << false;
  QTest::newRow("many blocks") << Options{.tasks = 20000, .workers = 32} << 0 << true;
  QTest::newRow("an event a block") << Options{.tasks = 200, .phases = true} << 1 << true;
  QTest::newRow("few events a block")
      << Options{.tasks = 500, .phases = true, .failures = true} << 7 << true;
  QTest::newRow("all plain") << Options{.tasks = 3000, .phases = true, .failures = true} << 100
                             << false;
  QTest::newRow("no names") << Options{.tasks = 300, .names = 0} << 0 << true;
  QTest::newRow("a name a task") << Options{.tasks = 20000, .names = 1'000'000} << 0 << true;
  QTest::newRow("another pool") << Options{.tasks = 300, .failures = true, .pool = 7} << 13 << true;
  QTest::newRow("large ids") << Options{.tasks = 300, .first_task = std::uint64_t{1} << 40} << 0
                             << true;
}

void RoundTripTest::pool_throughFile_isTheSame() {
  QFETCH(SimulatedPool::Options, options);
  QFETCH(int, block);
  QFETCH(bool, compress);
  const SimulatedPool pool(options);
  compare(pool.directory, pool.events, static_cast<std::size_t>(block), compress);
}

void RoundTripTest::everyKind_throughFile_isTheSame() {
  const auto directory = std::make_shared<trace::Directory>(trace::ProcessInfo{1, "kinds"});
  const trace::ThreadId main = directory->add_thread({"main", 1});
  const trace::ThreadId worker = directory->add_thread({"w_0", 2});
  const trace::NameId name = directory->intern("name");
  const trace::NameId error = directory->intern("boom");
  const auto phase = trace::phase_detail(trace::PhaseKind::lock_held, name);
  const auto unnamed = trace::phase_detail(trace::PhaseKind::compute, 0);
  const auto waits = trace::blocked_detail(trace::BlockReason::as_completed, 0);
  const auto timed = trace::blocked_detail(trace::BlockReason::result, 1, true);
  std::vector<Event> events = {
      {10, 0, main, EventKind::pool_created, trace::Outcome::ok, 3, trace::pool_detail(4, name)},
      {11, 0, worker, EventKind::worker_started, trace::Outcome::ok, 3,
       trace::worker_detail(name, 5)},
      {12, 1, main, EventKind::task_queued, trace::Outcome::ok, 3, name},
      {13, 1, worker, EventKind::task_started, trace::Outcome::ok, 3, 0},
      {14, 1, worker, EventKind::phase_begin, trace::Outcome::ok, 3, phase},
      {15, 1, worker, EventKind::phase_begin, trace::Outcome::ok, 3, unnamed},
      {16, 1, worker, EventKind::phase_end, trace::Outcome::ok, 3, unnamed},
      {17, 1, worker, EventKind::phase_end, trace::Outcome::ok, 3, phase},
      {17, 0, main, EventKind::blocked_begin, trace::Outcome::ok, 3, waits},
      {18, 1, worker, EventKind::task_finished, trace::Outcome::error, 3,
       trace::finished_detail(123456789, error)},
      {19, 0, main, EventKind::blocked_end, trace::Outcome::ok, 3, waits},
      {20, 1, main, EventKind::result_delivered, trace::Outcome::ok, 3, 0},
      {21, 0, main, EventKind::max_workers_changed, trace::Outcome::ok, 3,
       trace::max_workers_detail(2, 4)},
      {22, 0, main, EventKind::paused, trace::Outcome::ok, 3, 0},
      {23, 0, main, EventKind::resumed, trace::Outcome::ok, 3, 0},
      {24, 0, main, EventKind::marker, trace::Outcome::ok, 0, name},
      {25, 0, worker, EventKind::lost, trace::Outcome::ok, 0, 77},
      {26, 0, worker, EventKind::worker_exited, trace::Outcome::ok, 3, 1},
      {27, 0, main, EventKind::pool_broken, trace::Outcome::ok, 3, error},
      {28, 0, main, EventKind::pool_shut_down, trace::Outcome::ok, 3, 0},
      {29, 0, main, EventKind::blocked_begin, trace::Outcome::ok, 3, timed},
      {30, 1, main, EventKind::awaits, trace::Outcome::ok, 3, trace::awaits_detail(true, 1)},
      {31, 0, main, EventKind::blocked_end, trace::Outcome::ok, 3, timed},
  };
  for (const std::size_t block : {0U, 1U, 3U}) {
    compare(directory, events, block);
  }
}

void RoundTripTest::unusualEvents_throughFile_areTheSame() {
  // After losses: ends without a begin, begins without an end, a start while another task seems to
  // run.
  const auto directory = std::make_shared<trace::Directory>();
  const trace::ThreadId worker = directory->add_thread({});
  const auto phase = trace::phase_detail(trace::PhaseKind::sleep, directory->intern("nap"));
  const auto other = trace::phase_detail(trace::PhaseKind::sleep, directory->intern("doze"));
  const std::vector<Event> events = {
      {9, 0, worker, EventKind::pool_created, trace::Outcome::ok, 1, 2},
      {10, 5, worker, EventKind::task_finished, trace::Outcome::ok, 1, 42},
      {11, 6, worker, EventKind::task_started, trace::Outcome::ok, 1, 0},
      {12, 6, worker, EventKind::phase_begin, trace::Outcome::ok, 1, phase},
      {13, 6, worker, EventKind::phase_begin, trace::Outcome::ok, 1, other},
      {14, 6, worker, EventKind::phase_end, trace::Outcome::ok, 1, phase},
      {15, 6, worker, EventKind::task_finished, trace::Outcome::ok, 1, 0},
      {16, 7, worker, EventKind::task_started, trace::Outcome::ok, 1, 0},
      {17, 8, worker, EventKind::task_queued, trace::Outcome::ok, 2, 0},
      {18, 8, worker, EventKind::task_started, trace::Outcome::ok, 2, 0},
      {19, 8, worker, EventKind::task_finished, trace::Outcome::ok, 2, 0},
  };
  for (const std::size_t block : {0U, 1U, 2U}) {
    const auto session = session_of(directory, events);
    const std::vector<PlainEvent> expected = plain_events(*session->snapshot());
    QVERIFY(through_file(directory, events, block) == expected);
  }
}

void RoundTripTest::lateEvents_throughFile_keepTheirTimes() {
  SimulatedPool pool({.tasks = 300, .workers = 8, .phases = true});
  // Each thread's events stay in order, but one thread's come late.
  std::stable_partition(pool.events.begin(), pool.events.end(),
                        [](const Event& event) { return event.thread != 3; });
  compare(pool.directory, pool.events, 500);
}

void RoundTripTest::manyThreads_throughFile_keepIdsNamesAndOsIds() {
  const auto directory = std::make_shared<trace::Directory>();
  std::vector<Event> events;
  for (std::uint32_t i = 1; i <= 6000; ++i) {
    directory->add_thread({i % 3 == 0 ? std::string() : "thread " + std::to_string(i),
                           i % 2 == 0 ? 0 : std::int64_t{100} + i});
  }
  for (const trace::ThreadId thread : {6000U, 5U, 3000U}) {
    events.push_back({100 + events.size(), events.size() + 1, thread, EventKind::task_queued,
                      trace::Outcome::ok, 1, 0});
  }
  QCOMPARE(through_file(directory, events, 1).size(), events.size());
  session::Session session;
  QVERIFY(open_recording(file("sample.pftrace"), session).has_value());
  const auto read = session.snapshot()->directory(0);
  QCOMPARE(read->thread_count(), std::size_t{6000});
  for (trace::ThreadId i = 1; i <= 6000; ++i) {
    QCOMPARE(read->thread(i).name, directory->thread(i).name);
    QCOMPARE(read->thread(i).os_id, directory->thread(i).os_id);
  }
}

void RoundTripTest::longNames_throughFile_areCutAtACharacter() {
  const auto directory = std::make_shared<trace::Directory>();
  const trace::ThreadId main = directory->add_thread({"main", 1});
  std::string text(kMaxTextBytes - 1, 'a');
  text += "\u00e4 and more";
  const std::vector<Event> events = {{.time_ns = 5,
                                      .task = 1,
                                      .thread = main,
                                      .kind = EventKind::task_queued,
                                      .pool = 1,
                                      .detail = directory->intern(text)}};
  const auto read = through_file(directory, events, 0);
  QCOMPARE(read.size(), std::size_t{1});
  QCOMPARE(std::get<7>(read[0]), std::string(kMaxTextBytes - 1, 'a'));
}

void RoundTripTest::threeDirectories_throughFile_areThreeProcesses() {
  session::Session session;
  std::vector<SimulatedPool> pools;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    pools.emplace_back(SimulatedPool::Options{.tasks = seed * 100, .seed = seed, .phases = true});
    const auto sink = session.add_process(pools.back().directory);
    sink->consume(pools.back().events);
    sink->consume({});
  }
  const auto before = session.snapshot();
  QVERIFY(save_recording(*before, file("three.pftrace"), {}).has_value());
  session::Session read;
  QVERIFY(open_recording(file("three.pftrace"), read).has_value());
  const auto after = read.snapshot();
  QCOMPARE(after->process_count(), 3U);
  for (std::uint32_t process = 0; process < 3; ++process) {
    QCOMPARE(plain_events(*after, process).size(), pools[process].events.size());
    QVERIFY(plain_events(*after, process) == plain_events(*before, process));
  }
}

void RoundTripTest::savedSession_opened_hasTheSameStatistics() {
  const SimulatedPool pool({.tasks = 5000, .workers = 8, .phases = true, .failures = true});
  const auto session = session_of(pool.directory, pool.events);
  const auto before = session->snapshot();
  QVERIFY(save_recording(*before, file("saved.pftrace"), {}).has_value());
  session::Session read;
  const auto opened = open_recording(file("saved.pftrace"), read);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  const auto after = read.snapshot();
  QCOMPARE(after->event_count(), before->event_count());
  QCOMPARE(after->begin(), before->begin());
  QCOMPARE(after->end(), before->end());
  const session::Statistics a = before->statistics();
  const session::Statistics b = after->statistics();
  QVERIFY(a.finished > 0 && a.failed > 0 && a.cancelled > 0);
  QCOMPARE(b.queued, a.queued);
  QCOMPARE(b.started, a.started);
  QCOMPARE(b.finished, a.finished);
  QCOMPARE(b.failed, a.failed);
  QCOMPARE(b.cancelled, a.cancelled);
  QCOMPARE(b.utilization, a.utilization);
  QCOMPARE(b.throughput, a.throughput);
  QCOMPARE(b.queue_wait->p99, a.queue_wait->p99);
  QCOMPARE(b.run_time->mean, a.run_time->mean);
  QCOMPARE(b.peak_workers, a.peak_workers);
  QCOMPARE(after->lanes().size(), before->lanes().size());
  for (std::size_t i = 0; i < before->lanes().size(); ++i) {
    QCOMPARE(after->lanes()[i].name, before->lanes()[i].name);
    QCOMPARE(after->lanes()[i].os_id, before->lanes()[i].os_id);
    QCOMPARE(after->lanes()[i].index, before->lanes()[i].index);
  }
  QVERIFY(plain_events(*after) == plain_events(*before));
}

void RoundTripTest::emptySession_opened_isEmptyAndNotAnError() {
  const session::Session empty;
  QVERIFY(save_recording(*empty.snapshot(), file("empty.pftrace"), {.info = {.version = "1"}})
              .has_value());
  session::Session read;
  const auto opened = open_recording(file("empty.pftrace"), read);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QCOMPARE(opened->info.version, std::string("1"));
  QVERIFY(read.snapshot()->empty());
}

void RoundTripTest::info_throughFile_isTheSame() {
  RecordingInfo info = {.version = "0.1.0",
                        .scenario_name = "web-scraping",
                        .settings = {{"max_workers", "8"}, {"seed", "1"}, {"empty", ""}}};
  for (int i = 0; i < 60'000; ++i) {
    info.scenario_toml += "# \u00fc line\n";  // several packets, several blocks
  }
  const SimulatedPool pool({.tasks = 10});
  const auto session = session_of(pool.directory, pool.events);
  QVERIFY(save_recording(*session->snapshot(), file("info.pftrace"), {.info = info}).has_value());
  session::Session read;
  const auto opened = open_recording(file("info.pftrace"), read);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->info.version, info.version);
  QCOMPARE(opened->info.scenario_name, info.scenario_name);
  QVERIFY(opened->info.scenario_toml == info.scenario_toml);
  QVERIFY(opened->info.settings == info.settings);
  QCOMPARE(read.snapshot()->event_count(), std::uint64_t{pool.events.size()});
}

void RoundTripTest::coresOfARecording_areANumber_orNotKnown() {
  const auto cores = [](const std::string& text) {
    return recorded_cores({.settings = {{"cores", text}}});
  };
  QCOMPARE(cores("12"), std::optional<std::size_t>(12));
  for (const char* wrong : {"", "0", "-2", "many", "8 cores", "99999999999999999999999"}) {
    QVERIFY2(!cores(wrong), wrong);
  }
  QVERIFY(!recorded_cores({}));
}

void RoundTripTest::opening_tellsProgressUpToOne() {
  const SimulatedPool pool({.tasks = 30'000});
  const auto session = session_of(pool.directory, pool.events);
  QVERIFY(save_recording(*session->snapshot(), file("long.pftrace"), {}).has_value());
  session::Session read;
  std::vector<double> told;
  QVERIFY(open_recording(file("long.pftrace"), read, {}, [&](double done) {
            told.push_back(done);
          }).has_value());
  QVERIFY(told.size() >= 2);
  QVERIFY(std::is_sorted(told.begin(), told.end()));
  QCOMPARE(told.back(), 1.0);
}

void RoundTripTest::opening_stopped_isAnError() {
  const SimulatedPool pool({.tasks = 1000});
  const auto session = session_of(pool.directory, pool.events);
  QVERIFY(save_recording(*session->snapshot(), file("stop.pftrace"), {}).has_value());
  session::Session read;
  std::stop_source stop;
  stop.request_stop();
  const auto opened = open_recording(file("stop.pftrace"), read, stop.get_token());
  QVERIFY(!opened.has_value());
  QVERIFY(opened.error().message().find("stop") != std::string::npos);
}

QTEST_APPLESS_MAIN(RoundTripTest)
#include "round_trip_test.moc"
