// SPDX-License-Identifier: Apache-2.0
#include "program.h"
#include "python_programs.h"
#include "virtual_display.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonObject>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace poolscope::test;

namespace {

/// What a process of its own does, without Poolscope.
Outcome runPlain(const QStringList& words, const QString& folder) {
  QProcess process;
  process.setWorkingDirectory(folder);
  process.start(words.first(), words.mid(1));
  process.waitForFinished(60'000);
  // As a shell says it.
  const bool killed = process.exitStatus() != QProcess::NormalExit;
  return {killed ? 128 + process.exitCode() : process.exitCode(),
          QString::fromUtf8(process.readAllStandardOutput()),
          QString::fromUtf8(process.readAllStandardError())};
}

/// Without what is different each time, and without our own lines.
QString comparable(QString text) {
  static const QRegularExpression number(QStringLiteral("pid=\\d+"));
  static const QRegularExpression ours(QStringLiteral("^poolscope: [^\\n]*\\n"),
                                       QRegularExpression::MultilineOption);
  return text.remove(number).remove(ours);
}

int lines(const QString& text) {
  return static_cast<int>(text.count(QLatin1Char('\n')));
}

}  // namespace

class RunTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }
  void program_doesNotNotice_andIsSeen_data();
  void program_doesNotNotice_andIsSeen();
  void scraper_isCountedAsItCounts();
  void maxWorkers_areThoseAskedFor();
  void maxWorkers_thatTheProgramSets_areSeen();
  void cpuTime_isMeasuredWhereAskedFor();
  void secondProcess_isAGroupOfItsOwn();
  void marker_isOnTheTimeAxis();
  void record_underRun_isAnErrorOfOneLine();
  void results_areSeenWhenTheyAreTaken();
  void waitForSeveral_namesThem_ifItLasts();
  void wrongCall_isOneLine_data();
  void wrongCall_isOneLine();
  void programThatCannotBeWatched_runsAndIsToldWhy_data();
  void programThatCannotBeWatched_runsAndIsToldWhy();
  void recordingThatExists_isKept_andNothingRuns();
  void ownSitecustomize_runsAsBefore_data();
  void ownSitecustomize_runsAsBefore();
  void rubbishOnTheSocket_isRefusedInOneLine();
  void processLeftBehind_isToldOf();
  void signal_goesOnToTheProgram();
  void controlC_inATerminal_isTheProgramsOnce();
  void poolscopeKilled_theProgramGoesOn();
  void poolscopeStopped_theProgramGoesOn_andAllIsThereLater();
  void fewerWorkers_inTheWindow_lowerThroughput();

 private:
  QString path(const QString& name) const { return folder_->filePath(name); }
  Outcome run(const QStringList& options, const QStringList& words) const {
    return runPoolscope(QStringList{QStringLiteral("run"), QStringLiteral("--headless")} + options +
                            QStringList{QStringLiteral("--")} + words,
                        QProcessEnvironment::systemEnvironment(), folder_->path());
  }
  Outcome record(const QStringList& words, const QStringList& options = {}) const {
    return run(QStringList{QStringLiteral("--record"), path(QStringLiteral("a.pftrace"))} + options,
               words);
  }
  std::shared_ptr<const poolscope::session::Snapshot> recorded() const {
    return poolscope::test::recorded(path(QStringLiteral("a.pftrace")));
  }
  QString script(const char* text) const {
    return writeScript(path(QStringLiteral("script.py")), text);
  }

  std::unique_ptr<QTemporaryDir> folder_;
};

void RunTest::program_doesNotNotice_andIsSeen_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<int>("finished");
  const Outcome cases =
      runPlain({kPython, kScripts + QStringLiteral("cases.py"), QStringLiteral("--list")}, {});
  const QStringList rows = cases.out.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  QVERIFY(rows.size() > 20);
  for (const QString& row : rows) {
    const QString name = row.section(QLatin1Char(' '), 0, 0);
    QTest::newRow(qPrintable(name)) << name << row.section(QLatin1Char(' '), 1).toInt();
  }
}

void RunTest::program_doesNotNotice_andIsSeen() {
  QFETCH(QString, name);
  QFETCH(int, finished);
  const QStringList words{kPython, kScripts + QStringLiteral("cases.py"), name};
  const Outcome without = runPlain(words, folder_->path());
  const Outcome with = record(words);
  QCOMPARE(with.out, without.out);
  QCOMPARE(comparable(with.err), comparable(without.err));
  QCOMPARE(with.status, without.status);
  const auto snapshot = recorded();
  QCOMPARE(static_cast<int>(snapshot->statistics().finished), finished);
  QCOMPARE(snapshot->lost_events(), std::uint64_t{0});
}

void RunTest::scraper_isCountedAsItCounts() {
  const Outcome outcome = record({kPython, kScripts + QStringLiteral("scrape.py")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(outcome.err, QString());
  const QStringList words = outcome.out.split(QLatin1Char(' '));
  const Outcome info = runPoolscope(
      {QStringLiteral("info"), path(QStringLiteral("a.pftrace")), QStringLiteral("--json")});
  const QJsonObject tasks = info.json()[QStringLiteral("tasks")].toObject();
  QCOMPARE(tasks[QStringLiteral("queued")].toInt(), words[1].toInt());
  QCOMPARE(tasks[QStringLiteral("finished")].toInt(), words[1].toInt());
  QCOMPARE(tasks[QStringLiteral("failed")].toInt(), words[3].toInt());
  QCOMPARE(info.json()[QStringLiteral("max_workers")].toInt(), 8);
  QCOMPARE(info.json()[QStringLiteral("peak_workers")].toInt(), 8);
}

void RunTest::maxWorkers_areThoseAskedFor() {
  record({kPython, kScripts + QStringLiteral("scrape.py")},
         {QStringLiteral("--max-workers"), QStringLiteral("3")});
  QCOMPARE(recorded()->statistics().peak_workers, 3U);
}

/// There is no public way, but programs do it: seen when a worker starts because of it.
void RunTest::maxWorkers_thatTheProgramSets_areSeen() {
  record({kPython, script("import threading\n"
                          "from concurrent.futures import ThreadPoolExecutor\n"
                          "go = threading.Event()\n"
                          "with ThreadPoolExecutor(2) as pool:\n"
                          "    for _ in range(2): pool.submit(go.wait)\n"
                          "    pool._max_workers = 4\n"
                          "    for _ in range(4): pool.submit(go.wait)\n"
                          "    go.set()\n")});
  const auto snapshot = recorded();
  QCOMPARE(snapshot->statistics().peak_workers, 4U);
  const auto steps = snapshot->max_workers_steps(snapshot->pools()[0].index);
  QCOMPARE(steps.size(), std::size_t{2});
  QCOMPARE(steps[0].now, 2U);
  QCOMPARE(steps[1].now, 4U);
}

void RunTest::cpuTime_isMeasuredWhereAskedFor() {
  const QString burner = script(
      "import time\n"
      "from concurrent.futures import ThreadPoolExecutor\n"
      "def burn():\n"
      "    end = time.thread_time() + 0.05\n"
      "    while time.thread_time() < end: pass\n"
      "with ThreadPoolExecutor(1) as pool: pool.submit(burn).result()\n");
  for (const bool asked : {false, true}) {
    record({kPython, burner},
           asked ? QStringList{QStringLiteral("--cpu-time"), QStringLiteral("--force")}
                 : QStringList());
    const auto task = recorded()->task({.process = 0, .task = 1});
    QVERIFY(task.has_value());
    QCOMPARE(task->cpu_time.has_value(), asked);
    QVERIFY(!asked || *task->cpu_time >= 50'000'000);
  }
}

void RunTest::secondProcess_isAGroupOfItsOwn() {
  record({kPython, kScripts + QStringLiteral("cases.py"), QStringLiteral("starts_another")});
  const auto snapshot = recorded();
  QCOMPARE(snapshot->process_count(), 2U);
  const auto name = QString::fromStdString(snapshot->directory(1)->process().name);
  QVERIFY2(name.endsWith(QLatin1String("cases.py changes_directory")), qPrintable(name));
}

void RunTest::marker_isOnTheTimeAxis() {
  record({kPython, script("import poolscope\n"
                          "from concurrent.futures import ThreadPoolExecutor\n"
                          "with ThreadPoolExecutor(1) as pool: pool.submit(int).result()\n"
                          "poolscope.mark('half way')\n")});
  const auto snapshot = recorded();
  const auto markers = snapshot->markers();
  QVERIFY(std::any_of(markers.begin(), markers.end(),
                      [](const auto& marker) { return marker.text == "half way"; }));
}

void RunTest::record_underRun_isAnErrorOfOneLine() {
  const Outcome outcome =
      record({kPython, script("import poolscope\n"
                              "try:\n"
                              "    with poolscope.record('b.pftrace'): print('ran')\n"
                              "except poolscope.RecordingError as error: print(error)\n")});
  QCOMPARE(lines(outcome.out), 1);
  QVERIFY2(outcome.out.startsWith(QLatin1String("b.pftrace: Poolscope watches")),
           qPrintable(outcome.out));
}

void RunTest::results_areSeenWhenTheyAreTaken() {
  record({kPython, script("from concurrent.futures import ThreadPoolExecutor, as_completed\n"
                          "pool = ThreadPoolExecutor(2)\n"
                          "first = pool.submit(int)\n"
                          "first.result(), first.result()\n"
                          "list(pool.map(int, range(2)))\n"
                          "for each in as_completed([pool.submit(int)]): each.result()\n"
                          "bad = pool.submit(int, 'x')\n"
                          "try: bad.result()\n"
                          "except ValueError: pass\n"
                          "left = pool.submit(int)\n"
                          "pool.shutdown()\n")});
  const auto snapshot = recorded();
  for (std::uint64_t id = 1; id <= 6; ++id) {
    const auto task = snapshot->task({.process = 0, .task = id});
    QVERIFY(task && task->finished);
    QCOMPARE(task->delivered.has_value(), id != 6);
    QVERIFY(!task->delivered || *task->delivered >= *task->queued);
  }
}

void RunTest::waitForSeveral_namesThem_ifItLasts() {
  // The tasks end when it has been told that they are waited for: their worker looks at that.
  record({kPython, script("from concurrent.futures import ThreadPoolExecutor, wait\n"
                          "import time\n"
                          "from _poolscope import results\n"
                          "def until_told():\n"
                          "    while not results._waits: time.sleep(0.001)\n"
                          "    while results._waits: time.sleep(0.001)\n"
                          "pool = ThreadPoolExecutor(2)\n"
                          "wait([pool.submit(until_told), pool.submit(until_told)])\n"
                          "pool.shutdown()\n")});
  const auto snapshot = recorded();
  bool seen = false;
  for (const auto& lane : snapshot->lanes()) {
    for (const auto& blocked : snapshot->blocked(lane.id, 0, snapshot->end(), 100)) {
      const auto awaited = snapshot->awaited(lane.id, blocked.end - 1);
      seen = seen || (blocked.reason == poolscope::trace::BlockReason::wait &&
                      awaited.tasks.size() == 2 && !awaited.any);
    }
  }
  QVERIFY(seen);
}

void RunTest::wrongCall_isOneLine_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<int>("status");
  QTest::addColumn<QString>("named");
  QTest::newRow("nothing to run") << QStringList{QStringLiteral("--")} << 2
                                  << QStringLiteral("run");
  QTest::newRow("no dashes") << QStringList{kPython} << 2 << kPython;
  QTest::newRow("no such program") << QStringList{QStringLiteral("--"), QStringLiteral("nosuch")}
                                   << 1 << QStringLiteral("nosuch");
  QTest::newRow("no program at all")
      << QStringList{QStringLiteral("--"), QStringLiteral("/etc/passwd")} << 1
      << QStringLiteral("/etc/passwd");
  QTest::newRow("no number") << QStringList{QStringLiteral("--max-workers"), QStringLiteral("x"),
                                            QStringLiteral("--"), QStringLiteral("true")}
                             << 2 << QStringLiteral("--max-workers");
}

void RunTest::wrongCall_isOneLine() {
  QFETCH(QStringList, words);
  QFETCH(int, status);
  QFETCH(QString, named);
  const QString recording = path(QStringLiteral("a.pftrace"));
  const Outcome outcome =
      runPoolscope(QStringList{QStringLiteral("run"), QStringLiteral("--headless"),
                               QStringLiteral("--record"), recording} +
                   words);
  QCOMPARE(outcome.status, status);
  QCOMPARE(outcome.out, QString());
  QCOMPARE(lines(outcome.err), 1);
  QVERIFY2(outcome.err.contains(named), qPrintable(outcome.err));
  QVERIFY(!QFileInfo::exists(recording));
}

void RunTest::programThatCannotBeWatched_runsAndIsToldWhy_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<int>("status");
  QTest::addColumn<QString>("why");
  for (const char* option : {"-I", "-E", "-S", "-sE"}) {
    QTest::newRow(option) << QStringList{kPython, QString::fromLatin1(option), QStringLiteral("-c"),
                                         QStringLiteral("raise SystemExit(4)")}
                          << 4
                          << QStringLiteral("cannot be watched: -") +
                                 QLatin1Char(option[1] == 's' ? option[2] : option[1]);
  }
  QTest::newRow("not Python") << QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                                             QStringLiteral("exit 4")}
                              << 4 << QStringLiteral("nothing was heard of it");
  QTest::newRow("no pool") << QStringList{kPython, QStringLiteral("-c"),
                                          QStringLiteral("raise SystemExit(4)")}
                           << 4 << QStringLiteral("used no thread pool");
  QTest::newRow("crashes at once")
      << QStringList{kPython, QStringLiteral("-c"), QStringLiteral("import os; os.abort()")} << 134
      << QStringLiteral("was killed, or crashed, before it told");
}

void RunTest::programThatCannotBeWatched_runsAndIsToldWhy() {
  QFETCH(QStringList, words);
  QFETCH(int, status);
  QFETCH(QString, why);
  const Outcome outcome = record(words);
  QCOMPARE(outcome.status, status);
  QCOMPARE(lines(outcome.err), 1);
  QVERIFY2(outcome.err.contains(why), qPrintable(outcome.err));
  QVERIFY(QFileInfo::exists(path(QStringLiteral("a.pftrace"))));
}

void RunTest::recordingThatExists_isKept_andNothingRuns() {
  QFile file(path(QStringLiteral("a.pftrace")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("precious");
  file.close();
  const Outcome outcome = record({kPython, QStringLiteral("-c"), QStringLiteral("print('ran')")});
  QCOMPARE(outcome.status, 1);
  QCOMPARE(outcome.out, QString());
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray("precious"));
}

void RunTest::ownSitecustomize_runsAsBefore_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("one that speaks") << QByteArray("print('mine', __name__)\n");
  QTest::newRow("one that fails") << QByteArray("raise ValueError('mine')\n");
}

void RunTest::ownSitecustomize_runsAsBefore() {
  QFETCH(QByteArray, text);
  QFile file(path(QStringLiteral("sitecustomize.py")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text);
  file.close();
  qputenv("PYTHONPATH", folder_->path().toUtf8());
  const QStringList words{kPython, QStringLiteral("-c"),
                          QStringLiteral("import sys; print(len(sys.path))")};
  const Outcome without = runPlain(words, folder_->path());
  const Outcome with = run({}, words);
  qunsetenv("PYTHONPATH");
  QCOMPARE(with.out, without.out);
  QCOMPARE(comparable(with.err), without.err);
}

void RunTest::rubbishOnTheSocket_isRefusedInOneLine() {
  const Outcome outcome =
      record({kPython, script("import os, socket\n"
                              "from concurrent.futures import ThreadPoolExecutor\n"
                              "for _ in range(20):\n"
                              "    other = socket.socket(socket.AF_UNIX)\n"
                              "    other.connect(os.environ['POOLSCOPE_SOCKET'])\n"
                              "    other.send(b'GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')\n"
                              "    other.recv(1)\n"
                              "with ThreadPoolExecutor(1) as pool: pool.submit(int).result()\n")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(lines(outcome.err), 1);
  QCOMPARE(recorded()->statistics().finished, std::uint64_t{1});
}

void RunTest::processLeftBehind_isToldOf() {
  const Outcome outcome =
      record({kPython, script("import os, sys, time\n"
                              "from concurrent.futures import ThreadPoolExecutor\n"
                              "watcher = os.getppid()\n"
                              "ready, told = os.pipe()\n"
                              "if os.fork():\n"
                              "    os.read(ready, 1)\n"
                              "    os._exit(0)\n"
                              "os.setsid()\n"
                              "with ThreadPoolExecutor(1) as pool: pool.submit(int).result()\n"
                              "for stream in (0, 1, 2): os.close(stream)\n"
                              "os.write(told, b'x')\n"
                              "while os.path.exists(f'/proc/{watcher}'): time.sleep(0.01)\n")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(lines(outcome.err), 1);
  QVERIFY2(outcome.err.contains(QLatin1String("goes on by itself")), qPrintable(outcome.err));
  QCOMPARE(recorded()->statistics().finished, std::uint64_t{1});
}

void RunTest::signal_goesOnToTheProgram() {
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--"), kPython,
                 QStringLiteral("-c"),
                 // A signal that comes before the wait has begun ends it nevertheless.
                 QStringLiteral("import os, signal, sys\n"
                                "come, told = os.pipe()\n"
                                "os.set_blocking(told, False)\n"
                                "signal.set_wakeup_fd(told)\n"
                                "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
                                "print('ready', flush=True)\n"
                                "os.read(come, 1)\n"
                                "while True: pass\n")});
  QVERIFY(process.waitForReadyRead(kPatienceMs));
  kill(static_cast<pid_t>(process.processId()), SIGTERM);
  QVERIFY(process.waitForFinished(kPatienceMs));
  QCOMPARE(process.exitCode(), 9);
}

void RunTest::controlC_inATerminal_isTheProgramsOnce() {
  const int terminals = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminals < 0) {
    QSKIP("there are no terminals here: /dev/pts is not mounted");
  }
  ::close(terminals);
  const QStringList words{kPython, script("import sys, threading\n"
                                          "from concurrent.futures import ThreadPoolExecutor\n"
                                          "interrupted = threading.Event()\n"
                                          "pool = ThreadPoolExecutor(2)\n"
                                          "pool.submit(int).result()\n"
                                          "future = pool.submit(interrupted.wait, 10)\n"
                                          "try:\n"
                                          "    print('ready', flush=True)\n"
                                          "    future.result()\n"
                                          "except KeyboardInterrupt:\n"
                                          "    interrupted.set()\n"
                                          "    print('interrupted')\n"
                                          "    pool.shutdown()\n"
                                          "    sys.exit(7)\n")};
  const QString terminal = kScripts + QStringLiteral("terminal.py");
  const Outcome without = runPlain(QStringList{kPython, terminal} + words, folder_->path());
  const Outcome with = runPlain(
      QStringList{kPython, terminal, QStringLiteral(POOLSCOPE_PROGRAM), QStringLiteral("run"),
                  QStringLiteral("--headless"), QStringLiteral("--record"),
                  path(QStringLiteral("a.pftrace")), QStringLiteral("--")} +
          words,
      folder_->path());
  QVERIFY2(with.out.endsWith(QLatin1String("interrupted\nstatus 7\n")), qPrintable(with.out));
  QCOMPARE(with.out, without.out);
  QCOMPARE(recorded()->statistics().finished, std::uint64_t{2});
}

void RunTest::poolscopeStopped_theProgramGoesOn_andAllIsThereLater() {
  const QString result = path(QStringLiteral("result"));
  QProcess process;
  process.start(
      QStringLiteral(POOLSCOPE_PROGRAM),
      {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--record"),
       path(QStringLiteral("a.pftrace")), QStringLiteral("--"), kPython,
       script("import os, sys, time\n"
              "from concurrent.futures import ThreadPoolExecutor\n"
              "def stopped():\n"
              "    with open(f'/proc/{os.getppid()}/stat') as file:\n"
              "        return file.read().rpartition(')')[2].split()[0] == 'T'\n"
              "pool = ThreadPoolExecutor(2)\n"
              "pool.submit(int).result()\n"
              "print('ready', flush=True)\n"
              "while not stopped(): time.sleep(0.01)\n"
              "print(sum(pool.map(int, range(20_000))), file=open(sys.argv[1] + '.part', 'w'))\n"
              "os.rename(sys.argv[1] + '.part', sys.argv[1])\n"
              "while stopped(): time.sleep(0.01)\n"
              "pool.shutdown()\n"),
       result});
  QVERIFY(process.waitForReadyRead(kPatienceMs));
  kill(static_cast<pid_t>(process.processId()), SIGSTOP);
  const bool wentOn = QTest::qWaitFor([&] { return QFileInfo::exists(result); }, kPatienceMs);
  kill(static_cast<pid_t>(process.processId()), SIGCONT);
  QVERIFY(process.waitForFinished(kPatienceMs));
  QVERIFY(wentOn);
  QCOMPARE(process.exitCode(), 0);
  const auto snapshot = recorded();
  QCOMPARE(snapshot->statistics().finished, std::uint64_t{20'001});
  QCOMPARE(snapshot->lost_events(), std::uint64_t{0});
}

void RunTest::poolscopeKilled_theProgramGoesOn() {
  const QString result = path(QStringLiteral("result"));
  const QString errors = path(QStringLiteral("errors"));
  QProcess process;
  process.setStandardErrorFile(errors);
  process.start(
      QStringLiteral(POOLSCOPE_PROGRAM),
      {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--"), kPython,
       script("import os, sys\n"
              "from concurrent.futures import ThreadPoolExecutor\n"
              "pool = ThreadPoolExecutor(2)\n"
              "pool.submit(int).result()\n"
              "watcher = os.getppid()\n"
              "os.write(1, b'ready\\n')\n"  // in one piece: nobody reads the rest of a line
              "while os.getppid() == watcher: pool.submit(int).result()\n"
              "print(sum(pool.map(int, range(1000))), file=open(sys.argv[1] + '.part', 'w'))\n"
              "pool.shutdown()\n"
              "os.rename(sys.argv[1] + '.part', sys.argv[1])\n"),
       result});
  QVERIFY(process.waitForReadyRead(kPatienceMs));
  process.kill();
  process.waitForFinished();
  const bool wentOn = QTest::qWaitFor([&] { return QFileInfo::exists(result); }, kPatienceMs);
  QFile said(errors);
  QVERIFY(said.open(QIODevice::ReadOnly));
  QVERIFY2(wentOn, said.readAll().constData());
  QFile file(result);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray("499500\n"));
}

void RunTest::fewerWorkers_inTheWindow_lowerThroughput() {
  VirtualDisplay display;
  QVERIFY2(display.start(), "Xvfb and openbox are needed: tests/run.sh installs them");
  QProcessEnvironment environment = display.environment();
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), folder_->path());
  QProcess program;
  program.setProcessEnvironment(environment);
  program.setChildProcessModifier([] { setsid(); });
  const auto killBoth = [&program] {  // the scraper goes on without its window
    if (const auto leader = static_cast<pid_t>(program.processId()); leader > 0) {
      kill(-leader, SIGKILL);
    }
    program.waitForFinished();
  };
  const auto atTheEnd = qScopeGuard(killBoth);
  program.start(
      QStringLiteral(POOLSCOPE_PROGRAM),
      {QStringLiteral("run"), QStringLiteral("--record"), path(QStringLiteral("a.pftrace")),
       QStringLiteral("--"), kPython, kScripts + QStringLiteral("scrape.py"),
       QStringLiteral("100000"), QStringLiteral("0.2")});
  QString window;
  QTRY_VERIFY_WITH_TIMEOUT(!(window = display.window(QStringLiteral("Poolscope"))).isEmpty(),
                           kPatienceMs);
  const auto finished = [this] { return recorded()->statistics().finished; };
  QTRY_VERIFY_WITH_TIMEOUT(finished() >= 100, kPatienceMs);
  const auto workers = [this] {
    const auto snapshot = recorded();
    return snapshot->max_workers_at(snapshot->pools()[0].index, snapshot->end());
  };
  // A key may be lost while the window is busy; one too many changes nothing.
  const QDeadlineTimer patience(kPatienceMs);
  while (workers() > 1 && !patience.hasExpired()) {
    display.key(window, QStringLiteral("minus"));
  }
  QCOMPARE(workers(), 1U);
  const auto before = finished();
  QTRY_VERIFY_WITH_TIMEOUT(finished() >= before + 15, kPatienceMs);
  killBoth();

  const auto snapshot = recorded();
  const auto pool = snapshot->pools()[0].index;
  const auto changes = snapshot->max_workers_steps(pool);
  const auto rate = [&](auto begin, auto end) {
    return static_cast<double>(snapshot->finished_count(pool, begin, end)) /
           (static_cast<double>(end - begin) * 1e-9);
  };
  const double with8 = rate(changes[0].time, changes[1].time);
  const double with1 = rate(changes.back().time, snapshot->end());
  QVERIFY2(with8 > 3 * with1, qPrintable(QStringLiteral("%1 -> %2").arg(with8).arg(with1)));
}

QTEST_GUILESS_MAIN(RunTest)
#include "run_test.moc"
