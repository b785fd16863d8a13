// SPDX-License-Identifier: Apache-2.0
#include "core/workload/steps.h"

#include "core/trace/clock.h"
#include "support.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::testing;
using namespace poolscope::workload;
using namespace std::chrono_literals;
using trace::PhaseKind;

namespace {

/// The read end of a named pipe: tells of the processes that hold its other end.
class Pipe {
 public:
  Pipe() : path_(folder_.filePath(QStringLiteral("pipe")).toStdString()) {
    if (mkfifo(path_.c_str(), 0600) != 0) {
      qFatal("no pipe");
    }
    fd_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { close(fd_); }

  const std::string& path() const { return path_; }
  /// Whether something was written, within a minute.
  bool written() const {
    std::array<char, 16> buffer{};
    return wait_for(POLLIN) && read(fd_, buffer.data(), buffer.size()) > 0;
  }
  /// Whether the last process that had it open is gone, within a minute.
  bool let_go() const { return wait_for(POLLHUP); }

 private:
  bool wait_for(short what) const {
    pollfd events{fd_, POLLIN, 0};
    return poll(&events, 1, 60'000) == 1 && (events.revents & what) != 0;
  }
  QTemporaryDir folder_;
  std::string path_;
  int fd_ = -1;
};

std::string failure_of(const std::function<void()>& step) {
  try {
    step();
  } catch (const TaskFailed& error) {
    return error.what();
  }
  return "";
}

}  // namespace

class StepsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sleep_lastsAsLongAsAsked() {
    const std::uint64_t begin = trace::now_ns();
    sleep_for(20ms, {});
    QVERIFY(trace::now_ns() - begin >= 20'000'000);
    sleep_for(0ms, {});
  }

  void cpu_usesTheTimeOfItsThread() {
    const std::uint64_t begin = trace::thread_cpu_ns();
    burn_cpu(15ms, {}, nullptr);
    QVERIFY(trace::thread_cpu_ns() - begin >= 15'000'000);
    burn_cpu(0ms, {}, nullptr);
  }

  void cpu_withTheInterpreter_holdsItAndLetsGo() {
    InterpreterLock lock;
    const std::uint64_t begin = trace::thread_cpu_ns();
    burn_cpu(3ms, {}, &lock);
    QVERIFY(trace::thread_cpu_ns() - begin >= 3'000'000);
    QCOMPARE(lock.switches(), std::uint64_t(1));
    lock.acquire();  // would hang if it had been kept
    std::jthread other([&] { burn_cpu(1ms, {}, &lock); });
    const bool waits = eventually([&] { return lock.wanted(); });
    lock.release();
    other.join();
    QVERIFY(waits);
    QCOMPARE(lock.switches(), std::uint64_t(3));
  }

  void file_ofAnySize_isWrittenAndReadBack_data() {
    QTest::addColumn<int>("bytes");
    QTest::newRow("nothing") << 0;
    QTest::newRow("a byte") << 1;
    QTest::newRow("a chunk") << 256 * 1024;
    QTest::newRow("more than a chunk") << 256 * 1024 + 1;
    QTest::newRow("many chunks") << 5'000'000;
  }
  void file_ofAnySize_isWrittenAndReadBack() {
    QFETCH(int, bytes);
    QCOMPARE(failure_of([&] { write_and_read_back(static_cast<std::uint64_t>(bytes), {}); }),
             std::string());
  }

  void file_beyondWhatIsAllowed_fails() {
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{.rlim_cur = 64 * 1024, .rlim_max = before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::string error = failure_of([] { write_and_read_back(1024 * 1024, {}); });
    setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY2(error.find("File too large") != std::string::npos, error.c_str());
  }

  void file_leavesNothingBehind() {
    const QTemporaryDir folder;
    qputenv("TMPDIR", folder.path().toLocal8Bit());
    const std::string failure = failure_of([] { write_and_read_back(1'000, {}); });
    qputenv("TMPDIR", "/nowhere/at/all");  // then /tmp has to do
    const std::string fallback = failure_of([] { write_and_read_back(1'000, {}); });
    qunsetenv("TMPDIR");
    QCOMPARE(failure, std::string());
    QCOMPARE(fallback, std::string());
    QVERIFY(QDir(folder.path()).isEmpty());
  }

  void command_isJudgedByItsStatus_data() {
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("failure");
    const auto row = [](const char* command, const char* failure) {
      QTest::newRow(command) << QByteArray(command) << QByteArray(failure);
    };
    row("true", "");
    row("exit 0", "");
    row("exit 3", "command exited with status 3");
    row("no-such-program-at-all", "command exited with status 127: no such program");
    row("/dev/null", "command exited with status 126: a file that cannot be run");
    row("kill -9 $$", "command ended by signal 9");
    row("test \"$(cat)\" = ''", "");          // its input is empty
    row("echo to nobody; echo too >&2", "");  // and its output goes nowhere
    row("two=lines\ntest $two = lines", "");
    row("kill -PIPE $$", "command ended by signal 13");
  }
  void command_isJudgedByItsStatus() {
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, failure);
    QCOMPARE(QByteArray::fromStdString(failure_of([&] { run_command(command.toStdString(), {}); })),
             failure);
  }

  void command_inheritsNoOpenFiles() {
    const Pipe pipe;
    const int fd = open(pipe.path().c_str(), O_WRONLY);  // without O_CLOEXEC
    const std::string command = "test ! -e /proc/self/fd/" + std::to_string(fd);
    const std::string failure = failure_of([&] { run_command(command, {}); });
    close(fd);
    QCOMPARE(failure, std::string());
  }

  void stoppedCommand_isKilled_withAllThatItStarted() {
    const Pipe pipe;
    std::stop_source stop;
    std::string failure;
    std::jthread worker([&] {
      const std::string command =
          "exec 3>" + pipe.path() + "; echo ready >&3; sleep 3600 & sleep 3600 & wait";
      failure = failure_of([&] { run_command(command, stop.get_token()); });
    });
    const bool ready = pipe.written();
    stop.request_stop();
    worker.join();
    QVERIFY(ready);
    QCOMPARE(failure, std::string(TaskStopped().what()));
    QVERIFY(pipe.let_go());
  }

  void stop_endsAStep_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("sleep") << 0;
    QTest::newRow("cpu") << 1;
    QTest::newRow("cpu with the interpreter") << 2;
    QTest::newRow("file") << 3;
    QTest::newRow("command") << 4;
  }
  void stop_endsAStep() {
    QFETCH(int, kind);
    InterpreterLock lock;
    const auto step = [&](const std::stop_token& stop) {
      switch (kind) {
        case 0:
          return sleep_for(1h, stop);
        case 1:
          return burn_cpu(1h, stop, nullptr);
        case 2:
          return burn_cpu(1h, stop, &lock);
        case 3:
          return write_and_read_back(64 << 20, stop);
        default:
          return run_command("sleep 3600", stop);
      }
    };
    // Requested before: each step looks.
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY_THROWS_EXCEPTION(TaskStopped, step(stopped.get_token()));
    // Requested while it is at work; a file may be done before.
    Traced traced;
    std::stop_source stop;
    ThreadPoolExecutor pool({.max_workers = 1, .tracer = &traced.tracer});
    auto future = pool.submit([&] { step(stop.get_token()); });
    const bool begun =
        eventually([&] { return !traced.of(trace::EventKind::phase_begin).empty(); });
    stop.request_stop();
    bool ended_early = false;
    try {
      future.result();
    } catch (const TaskStopped&) {
      ended_early = true;
    }
    QVERIFY(begun);
    QVERIFY(ended_early || kind == 3);
    lock.acquire();  // a stopped step has let go of it
    lock.release();
  }

  void step_isAPhase_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("phase");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("sleep") << 0 << int(PhaseKind::sleep) << QByteArray("sleep");
    QTest::newRow("cpu") << 1 << int(PhaseKind::compute) << QByteArray("compute");
    QTest::newRow("file") << 2 << int(PhaseKind::file_io) << QByteArray("file");
    QTest::newRow("command") << 3 << int(PhaseKind::command) << QByteArray("true");
    QTest::newRow("long command") << 4 << int(PhaseKind::command)
                                  << QByteArray("true ") + QByteArray("\xc3\xa4").repeated(27);
  }
  void step_isAPhase() {
    QFETCH(int, kind);
    QFETCH(int, phase);
    QFETCH(QByteArray, name);
    Traced traced;
    ThreadPoolExecutor pool({.max_workers = 1, .tracer = &traced.tracer});
    auto future = pool.submit([&] {
      switch (kind) {
        case 0:
          return sleep_for(1ms, {});
        case 1:
          return burn_cpu(1ms, {}, nullptr);
        case 2:
          return write_and_read_back(10, {});
        case 3:
          return run_command("true\nexit 0", {});
        default:
          return run_command("true " + QByteArray("\xc3\xa4").repeated(40).toStdString(), {});
      }
    });
    future.result();
    const auto begins = traced.of(trace::EventKind::phase_begin);
    const auto ends = traced.of(trace::EventKind::phase_end);
    QCOMPARE(begins.size(), std::size_t(1));
    QCOMPARE(ends.size(), std::size_t(1));
    QCOMPARE(begins[0].detail, ends[0].detail);
    QCOMPARE(int(trace::phase_kind(begins[0].detail)), phase);
    const auto told = traced.tracer.directory()->name(trace::phase_name(begins[0].detail));
    QCOMPARE(QByteArray(told.data(), qsizetype(told.size())), name);
  }
};

QTEST_APPLESS_MAIN(StepsTest)
#include "steps_test.moc"
