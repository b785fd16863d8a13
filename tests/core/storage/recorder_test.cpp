// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "core/trace/clock.h"
#include "core/trace/tracer.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <latch>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::storage;
using trace::Event;
using trace::EventKind;

namespace {

std::uint64_t events_in(const std::filesystem::path& path) {
  session::Session session;
  const auto opened = open_recording(path, session);
  return opened ? session.snapshot()->event_count() : 0;
}

/// Asks again until `path` has at least `count` events or a generous time has passed.
bool wait_for_events(const std::filesystem::path& path, std::uint64_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (events_in(path) >= count) {
      return true;
    }
    std::this_thread::yield();
  }
  return false;
}

constexpr std::string_view kRecordUntilKilled = "--record-until-killed";

/// What a process that is to be killed does: records one event after another and writes the time of
/// each to `times` once the recorder has it.
int record_until_killed(const std::filesystem::path& path, int times) {
  const auto directory = std::make_shared<trace::Directory>();
  const trace::ThreadId main = directory->add_thread({"main", 1});
  auto recorder = Recorder::create(path, directory, {});
  for (std::uint64_t task = 1; recorder; ++task) {
    const std::uint64_t now = trace::now_ns();
    const Event event = {
        .time_ns = now, .task = task, .thread = main, .kind = EventKind::task_queued, .pool = 1};
    (*recorder)->consume({&event, 1});
    if (write(times, &now, sizeof now) != sizeof now) {
      break;
    }
  }
  return 1;
}

/// This program again, as record_until_killed(): no fork() without exec, since other threads run
/// here and a sanitizer refuses new ones in the child. Its number, or -1.
pid_t start_recording_process(const std::filesystem::path& path, int times) {
  std::string program = "recorder_test";
  std::string what(kRecordUntilKilled);
  std::string file = path.string();
  std::string descriptor = std::to_string(times);
  const std::array<char*, 5> arguments = {program.data(), what.data(), file.data(),
                                          descriptor.data(), nullptr};
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
  return error == 0 ? pid : -1;
}

/// A snapshot whose replay takes its time, and is otherwise the one it wraps.
class SlowSnapshot final : public session::Snapshot {
 public:
  SlowSnapshot(std::shared_ptr<const session::Snapshot> inner, std::latch& begun, std::latch& go_on)
      : inner_(std::move(inner)),
        begun_(begun),
        go_on_(go_on) {}
  void replay(std::uint32_t process, trace::Sink& sink) const override {
    begun_.count_down();
    go_on_.wait();
    inner_->replay(process, sink);
  }
  session::FoundTasks find_tasks(const session::TaskQuery&, session::TimeNs, session::TimeNs, int,
                                 const session::TaskMatch&, const std::stop_token&) const override {
    return {};
  }
  std::optional<session::TaskMatch> next_match(const session::TaskQuery&, const session::TaskMatch&,
                                               const std::stop_token&) const override {
    return {};
  }
  std::optional<session::TaskMatch> previous_match(const session::TaskQuery&,
                                                   const session::TaskMatch&,
                                                   const std::stop_token&) const override {
    return {};
  }
  session::TimeNs begin() const override { return inner_->begin(); }
  session::TimeNs end() const override { return inner_->end(); }
  std::uint64_t event_count() const override { return inner_->event_count(); }
  std::uint64_t lost_events() const override { return 0; }
  std::uint64_t task_count() const override { return 0; }
  std::span<const session::Lane> lanes() const override { return {}; }
  std::span<const session::Pool> pools() const override { return {}; }
  std::span<const session::MaxWorkersStep> max_workers_steps(session::PoolIndex) const override {
    return {};
  }
  std::span<const session::Marker> markers() const override { return {}; }
  std::vector<session::LaneColumn> lane_columns(session::LaneId, session::TimeNs, session::TimeNs,
                                                int, session::TimeNs) const override {
    return {};
  }
  std::vector<session::PoolColumn> pool_columns(session::PoolIndex, session::TimeNs,
                                                session::TimeNs, int) const override {
    return {};
  }
  std::vector<session::CallerColumn> caller_columns(session::LaneId, session::TimeNs,
                                                    session::TimeNs, int) const override {
    return {};
  }
  std::vector<session::QueueColumn> queue_columns(session::PoolIndex, session::TimeNs,
                                                  session::TimeNs, int) const override {
    return {};
  }
  std::vector<std::uint32_t> finished_columns(session::PoolIndex, session::TimeNs, session::TimeNs,
                                              int) const override {
    return {};
  }
  std::optional<session::Task> task(session::TaskKey) const override { return {}; }
  std::vector<session::Phase> phases(session::TaskKey, std::size_t) const override { return {}; }
  std::optional<session::TaskKey> task_at(session::LaneId, session::TimeNs) const override {
    return {};
  }
  session::LaneState lane_state(session::LaneId, session::TimeNs) const override { return {}; }
  std::vector<session::Blocked> blocked(session::LaneId, session::TimeNs, session::TimeNs,
                                        std::size_t) const override {
    return {};
  }
  std::optional<session::TimeNs> next_event(session::TimeNs) const override { return {}; }
  std::optional<session::TimeNs> previous_event(session::TimeNs) const override { return {}; }
  std::uint64_t queue_depth(session::PoolIndex, session::TimeNs) const override { return 0; }
  std::vector<session::TaskKey> waiting(session::PoolIndex, session::TimeNs,
                                        std::size_t) const override {
    return {};
  }
  std::vector<session::Pick> picks(session::PoolIndex, session::TimeNs, session::TimeNs,
                                   std::size_t) const override {
    return {};
  }
  std::uint64_t pick_count(session::PoolIndex, session::TimeNs, session::TimeNs,
                           std::uint64_t) const override {
    return 0;
  }
  std::uint64_t finished_count(session::PoolIndex, session::TimeNs,
                               session::TimeNs) const override {
    return 0;
  }
  std::uint64_t cancelled_count(session::PoolIndex, session::TimeNs,
                                session::TimeNs) const override {
    return 0;
  }
  double utilization(session::LaneId, session::TimeNs, session::TimeNs) const override { return 0; }
  session::Statistics statistics(session::TimeNs, session::TimeNs,
                                 std::optional<session::PoolIndex>) const override {
    return {};
  }
  std::uint32_t process_count() const override { return inner_->process_count(); }
  std::shared_ptr<const trace::Directory> directory(std::uint32_t process) const override {
    return inner_->directory(process);
  }

 private:
  std::shared_ptr<const session::Snapshot> inner_;
  std::latch& begun_;
  std::latch& go_on_;
};

}  // namespace

class RecorderTest : public QObject {
  Q_OBJECT

 private:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  QTemporaryDir folder_;

 private slots:
  void secondProcess_hasItsOwnTasks();
  void secondProcess_thatWasThereBefore_isWrittenToo();
  void events_inBatches_areAllInTheFile();
  void fewEvents_withoutFinish_reachTheFile();
  void nothing_recorded_opensAsEmptySession();
  void tracer_recorded_isReadBack();
  void before_atTheFirstBatch_isWrittenFirst();
  void before_withoutABatch_isWrittenByFinish();
  void slowDisk_beyondTheQueue_countsWhatIsLost();
  void existingFile_withoutOverwrite_isLeftAlone();
  void fullDevice_atCreate_isAnError();
  void fullDisk_whileRecording_keepsWhatWasWritten();
  void killedProcess_leavesAFileThatOpens();
};

void RecorderTest::events_inBatches_areAllInTheFile() {
  const SimulatedPool pool({.tasks = 20'000, .workers = 8, .phases = true});
  auto recorder = Recorder::create(file("all.pftrace"), pool.directory, {.info = {.version = "1"}});
  QVERIFY(recorder.has_value());
  const std::span<const Event> events(pool.events);
  for (std::size_t i = 0; i < events.size(); i += 1000) {
    (*recorder)->consume(events.subspan(i, std::min<std::size_t>(1000, events.size() - i)));
  }
  QVERIFY((*recorder)->finish().has_value());
  QVERIFY((*recorder)->finish().has_value());
  QCOMPARE((*recorder)->bytes_written(),
           std::uint64_t{std::filesystem::file_size(file("all.pftrace"))});
  session::Session session;
  QVERIFY(open_recording(file("all.pftrace"), session).has_value());
  const auto recorded = session_of(pool.directory, pool.events);
  QVERIFY(plain_events(*session.snapshot()) == plain_events(*recorded->snapshot()));
}

void RecorderTest::fewEvents_withoutFinish_reachTheFile() {
  const SimulatedPool pool({.tasks = 3});
  auto recorder = Recorder::create(file("few.pftrace"), pool.directory, {});
  QVERIFY(recorder.has_value());
  (*recorder)->consume(pool.events);
  QVERIFY(wait_for_events(file("few.pftrace"), pool.events.size()));
}

void RecorderTest::nothing_recorded_opensAsEmptySession() {
  auto recorder = Recorder::create(file("nothing.pftrace"), std::make_shared<trace::Directory>(),
                                   {.info = {.version = "7"}});
  QVERIFY(recorder.has_value());
  QVERIFY((*recorder)->finish().has_value());
  session::Session session;
  const auto opened = open_recording(file("nothing.pftrace"), session);
  QVERIFY(opened.has_value());
  QCOMPARE(opened->info.version, std::string("7"));
  QVERIFY(session.snapshot()->empty());
}

void RecorderTest::tracer_recorded_isReadBack() {
  trace::Tracer tracer;
  auto recorder = Recorder::create(file("tracer.pftrace"), tracer.directory(), {});
  QVERIFY(recorder.has_value());
  tracer.add_sink(*recorder);
  tracer.name_this_thread("main");
  const trace::NameId name = tracer.intern("job");
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    tracer.producer().record({.time_ns = trace::now_ns(),
                              .task = i,
                              .thread = tracer.producer().thread(),
                              .kind = EventKind::task_queued,
                              .pool = 1,
                              .detail = name});
  }
  tracer.marker("here");
  tracer.flush();
  tracer.remove_sink(*recorder);
  QVERIFY((*recorder)->finish().has_value());
  session::Session session;
  QVERIFY(open_recording(file("tracer.pftrace"), session).has_value());
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->task_count() + tracer.lost_events(), std::uint64_t{1000});
  QCOMPARE(snapshot->markers().size(), std::size_t{1});
  QCOMPARE(snapshot->markers()[0].text, std::string_view("here"));
  QCOMPARE(snapshot->lanes()[0].name, std::string_view("main"));
}

void RecorderTest::before_atTheFirstBatch_isWrittenFirst() {
  const SimulatedPool pool({.tasks = 2'000});
  const std::span<const Event> events(pool.events);
  session::Session session;
  const auto sink = session.add_process(pool.directory);
  std::size_t asked = 0;
  auto recorder = Recorder::create(file("before.pftrace"), pool.directory, {}, [&] {
    ++asked;
    sink->consume({});
    return session.snapshot();
  });
  QVERIFY(recorder.has_value());
  sink->consume(events.first(1000));
  for (std::size_t i = 1000; i < events.size(); i += 500) {
    const auto batch = events.subspan(i, std::min<std::size_t>(500, events.size() - i));
    sink->consume(batch);
    (*recorder)->consume(batch);
  }
  QVERIFY((*recorder)->finish().has_value());
  QCOMPARE(asked, std::size_t{1});
  sink->consume({});
  session::Session read;
  QVERIFY(open_recording(file("before.pftrace"), read).has_value());
  QVERIFY(plain_events(*read.snapshot()) == plain_events(*session.snapshot()));
}

void RecorderTest::before_withoutABatch_isWrittenByFinish() {
  const SimulatedPool pool({.tasks = 100});
  const auto session = session_of(pool.directory, pool.events);
  auto recorder = Recorder::create(file("late.pftrace"), pool.directory, {},
                                   [&] { return session->snapshot(); });
  QVERIFY(recorder.has_value());
  QVERIFY((*recorder)->finish().has_value());
  QCOMPARE(events_in(file("late.pftrace")), std::uint64_t{pool.events.size()});
}

void RecorderTest::slowDisk_beyondTheQueue_countsWhatIsLost() {
  const SimulatedPool pool({.tasks = 100});
  const std::span<const Event> events(pool.events);
  const auto session = session_of(pool.directory, events.first(10));
  std::latch begun(1);
  std::latch go_on(1);
  const auto slow = std::make_shared<SlowSnapshot>(session->snapshot(), begun, go_on);
  auto recorder = Recorder::create(file("slow.pftrace"), pool.directory,
                                   {.queue_bytes = 100 * sizeof(Event)}, [&] { return slow; });
  QVERIFY(recorder.has_value());
  (*recorder)->consume(events.subspan(9, 1));  // in the snapshot too
  begun.wait();                                // the recorder is busy now, by construction
  (*recorder)->consume(events.subspan(10, 90));
  (*recorder)->consume(events.subspan(100, 30));
  (*recorder)->consume(events.subspan(130, 30));
  (*recorder)->consume(events.subspan(160, 5));
  go_on.count_down();
  const bool good = (*recorder)->finish().has_value();
  QVERIFY(good);
  session::Session read;
  QVERIFY(open_recording(file("slow.pftrace"), read).has_value());
  QCOMPARE(read.snapshot()->lost_events(), std::uint64_t{60});
  QCOMPARE(read.snapshot()->event_count(), std::uint64_t{10 + 90 + 5 + 1});
}

void RecorderTest::existingFile_withoutOverwrite_isLeftAlone() {
  write_file(file("mine.txt"), "precious");
  const auto recorder =
      Recorder::create(file("mine.txt"), std::make_shared<trace::Directory>(), {});
  QVERIFY(!recorder.has_value());
  QVERIFY(recorder.error().message().find("--force") != std::string::npos);
  QCOMPARE(read_file(file("mine.txt")), std::string("precious"));
}

void RecorderTest::fullDevice_atCreate_isAnError() {
  const auto recorder =
      Recorder::create("/dev/full", std::make_shared<trace::Directory>(), {.overwrite = true});
  QVERIFY(!recorder.has_value());
  QCOMPARE(recorder.error().subject, std::string("/dev/full"));
  QVERIFY(recorder.error().reason.find("no space") != std::string::npos);
}

void RecorderTest::fullDisk_whileRecording_keepsWhatWasWritten() {
  const SimulatedPool pool({.tasks = 30'000});
  const std::span<const Event> events(pool.events);
  auto recorder = Recorder::create(file("full.pftrace"), pool.directory, {});
  QVERIFY(recorder.has_value());
  (*recorder)->consume(events.first(1000));
  QVERIFY(wait_for_events(file("full.pftrace"), 1000));
  const std::uint64_t written = (*recorder)->bytes_written();
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = written + 100;
  setrlimit(RLIMIT_FSIZE, &limit);
  (*recorder)->consume(events.subspan(1000, 50'000));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!(*recorder)->error() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  const auto error = (*recorder)->error();
  (*recorder)->consume(events.subspan(51'000, 100));
  const bool finished_well = (*recorder)->finish().has_value();
  setrlimit(RLIMIT_FSIZE, &before);
  QVERIFY(error.has_value());
  QCOMPARE(error->subject, file("full.pftrace").string());
  QVERIFY(!finished_well);
  session::Session session;
  const auto opened = open_recording(file("full.pftrace"), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);  // the piece that did not fit was taken back
  QCOMPARE(session.snapshot()->event_count(), std::uint64_t{1000});
}

void RecorderTest::killedProcess_leavesAFileThatOpens() {
  const auto path = file("killed.pftrace");
  int pipe_ends[2] = {};
  QCOMPARE(pipe(pipe_ends), 0);
  fcntl(pipe_ends[0], F_SETFD, FD_CLOEXEC);  // or the child would outlive a test that was ended
  const pid_t child = start_recording_process(path, pipe_ends[1]);
  QVERIFY(child > 0);
  close(pipe_ends[1]);
  std::uint64_t last = 0;
  std::uint64_t time = 0;
  std::uint64_t first = 0;
  while (read(pipe_ends[0], &time, sizeof time) == static_cast<ssize_t>(sizeof time)) {
    first = first == 0 ? time : first;
    last = time;
    if (last - first > 700'000'000) {
      kill(child, SIGKILL);
    }
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  QVERIFY(WIFSIGNALED(status));
  session::Session session;
  const auto opened = open_recording(path, session);
  QVERIFY(opened.has_value());
  QVERIFY(session.snapshot()->event_count() > 0);
  const std::uint64_t lost_ns = last - static_cast<std::uint64_t>(session.snapshot()->end());
  qInfo("the crash lost %.1f ms", static_cast<double>(lost_ns) / 1e6);
  // The budget is 250 ms; a starved machine stretches that, an interval of seconds it must not be.
  QVERIFY(lost_ns < 5'000'000'000);
}

void RecorderTest::secondProcess_hasItsOwnTasks() {
  const QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath("two.pftrace").toStdString();
  const auto one = std::make_shared<trace::Directory>(trace::ProcessInfo{1, "one"});
  const auto two = std::make_shared<trace::Directory>(trace::ProcessInfo{2, "two"});
  auto recorder = *Recorder::create(path, one, {});
  const auto second = recorder->add_process(two);
  const Event event{.time_ns = trace::now_ns(),
                    .task = 1,
                    .thread = one->add_thread({"main", 1}),
                    .kind = EventKind::task_queued,
                    .pool = 1,
                    .detail = one->intern("first")};
  Event other = event;
  other.thread = two->add_thread({"main", 2});
  other.detail = two->intern("second");
  recorder->consume({&event, 1});
  second->consume({&other, 1});
  QVERIFY(recorder->finish());
  second->consume({&other, 1});  // late: nothing happens

  session::Session session;
  QVERIFY(open_recording(path, session));
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->process_count(), 2U);
  QCOMPARE(snapshot->task_count(), std::uint64_t{2});
  QCOMPARE(QString::fromStdString(snapshot->directory(0)->process().name), QStringLiteral("one"));
  QCOMPARE(QString::fromStdString(snapshot->directory(1)->process().name), QStringLiteral("two"));
  QCOMPARE(snapshot->directory(1)->process().pid, std::int64_t{2});
}

void RecorderTest::secondProcess_thatWasThereBefore_isWrittenToo() {
  const QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath("late.pftrace").toStdString();
  const auto one = std::make_shared<trace::Directory>(trace::ProcessInfo{1, "one"});
  const auto two = std::make_shared<trace::Directory>(trace::ProcessInfo{2, "two"});
  session::Session live;
  const auto firstSink = live.add_process(one);
  const auto secondSink = live.add_process(two);
  const Event event{.time_ns = trace::now_ns(),
                    .task = 1,
                    .thread = two->add_thread({"main", 2}),
                    .kind = EventKind::task_queued,
                    .pool = 1};
  secondSink->consume({&event, 1});
  auto recorder = *Recorder::create(path, one, {}, [&] {
    secondSink->consume({});
    return live.snapshot();
  });
  const auto second = recorder->add_process(two);
  Event later = event;
  for (const std::uint64_t task : {2U, 3U}) {
    later.task = task;
    secondSink->consume({&later, 1});
    second->consume({&later, 1});
  }
  QVERIFY(recorder->finish());

  session::Session session;
  QVERIFY(open_recording(path, session));
  QCOMPARE(session.snapshot()->task_count(), std::uint64_t{3});
}

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == kRecordUntilKilled) {
    return record_until_killed(argv[2], std::stoi(argv[3]));
  }
  RecorderTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "recorder_test.moc"
