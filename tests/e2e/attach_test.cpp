// SPDX-License-Identifier: Apache-2.0
// Programs that have `import poolscope` in them: found while they run, and recorded by themselves.
#include "program.h"
#include "python_programs.h"

#include <QDir>
#include <QFileInfo>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

using namespace poolscope::test;

namespace {

constexpr int kPatienceMs = 30'000;

int lines(const QString& text) {
  return static_cast<int>(text.count(QLatin1Char('\n')));
}

/// Says "ready", and then, for each line that it reads, runs so many tasks; "done" after each. Each
/// in one piece: an unbuffered print() writes the end of its line later, which is taken for "done".
constexpr const char* kServant =
    "import os, sys\n"
    "import poolscope\n"
    "from concurrent.futures import ThreadPoolExecutor\n"
    "pool = ThreadPoolExecutor(3, thread_name_prefix='servant')\n"
    "list(pool.map(int, range(10)))\n"
    "os.write(1, b'ready\\n')\n"
    "for line in sys.stdin:\n"
    "    list(pool.map(int, range(int(line))))\n"
    "    poolscope.mark('served')\n"
    "    os.write(1, b'done\\n')\n";

}  // namespace

class AttachTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void program_isSeenFromAttachOn();
  void program_thatIsLeft_canBeAttachedToAgain();
  void program_thatIsKilled_leavesAWholeRecording();
  void offer_isTheUsersAlone_andGoesWithTheProgram();
  void offer_ofAProgramThatWasKilled_isTakenAway();
  void child_ofAFork_offersItself();
  void secondProcess_isAGroupOfItsOwn();
  void wrongTarget_isOneLine_data();
  void wrongTarget_isOneLine();
  void record_writesWhatHappensInItsBlock();
  void record_again_isAnotherRecording();
  void record_ofAnError_isWhole_andTheErrorGoesOn();
  void record_thatCannotBe_isAnErrorOfOneLine_data();
  void record_thatCannotBe_isAnErrorOfOneLine();
  void import_withoutAnybody_changesNothing();
  void mark_withoutPoolscope_doesNothing();

 private:
  QString path(const QString& name) const { return folder_->filePath(name); }
  QString recording() const { return path(QStringLiteral("a.pftrace")); }
  /// The environment of programs and of who attaches to them.
  QProcessEnvironment environment() const {
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PYTHONPATH"), kClient);
    all.insert(QStringLiteral("XDG_RUNTIME_DIR"), folder_->path());
    all.remove(QStringLiteral("POOLSCOPE_SOCKET"));
    return all;
  }
  Outcome python(const char* text, const QStringList& arguments = {}) const {
    QProcess process;
    process.setProcessEnvironment(environment());
    process.setWorkingDirectory(folder_->path());
    process.start(kPython,
                  QStringList{writeScript(path(QStringLiteral("script.py")), text)} + arguments);
    process.waitForFinished(kPatienceMs);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
  }
  void startServant(QProcess& servant) const {
    servant.setProcessEnvironment(environment());
    servant.start(kPython, {writeScript(path(QStringLiteral("servant.py")), kServant)});
    servant.waitForReadyRead(kPatienceMs);
    servant.readAll();
  }
  static void serve(QProcess& servant, const char* count) {
    servant.write(count);
    servant.write("\n");
    servant.waitForReadyRead(kPatienceMs);
    servant.readAll();
  }
  void startAttach(QProcess& attach, const QStringList& words) const {
    attach.setProcessEnvironment(environment());
    attach.start(QStringLiteral(POOLSCOPE_PROGRAM),
                 QStringList{QStringLiteral("attach"), QStringLiteral("--headless")} + words);
    attach.waitForStarted();
  }
  bool has(int finished, const QString& file) const {
    return static_cast<int>(recorded(file)->statistics().finished) >= finished;
  }

  std::unique_ptr<QTemporaryDir> folder_;
};

void AttachTest::init() {
  folder_ = std::make_unique<QTemporaryDir>();
}

void AttachTest::program_isSeenFromAttachOn() {
  QProcess servant;
  startServant(servant);
  QProcess attach;
  startAttach(attach,
              {QStringLiteral("--record"), recording(), QString::number(servant.processId())});
  // Its workers are told of as soon as it has heard of us.
  QTRY_VERIFY_WITH_TIMEOUT(!recorded(recording())->pools().empty(), kPatienceMs);
  serve(servant, "40");
  servant.closeWriteChannel();
  QVERIFY(servant.waitForFinished(kPatienceMs));
  QVERIFY(attach.waitForFinished(kPatienceMs));
  QCOMPARE(attach.exitCode(), 0);
  QCOMPARE(attach.readAllStandardError(), QByteArray());
  const auto snapshot = recorded(recording());
  QCOMPARE(static_cast<int>(snapshot->statistics().finished), 40);
  QCOMPARE(snapshot->pools().size(), std::size_t{1});
  QCOMPARE(snapshot->max_workers_at(snapshot->pools()[0].index, snapshot->end()), 3U);
  const auto markers = snapshot->markers();
  QCOMPARE(std::count_if(markers.begin(), markers.end(),
                         [](const auto& marker) { return marker.text == "served"; }),
           1);
  QCOMPARE(snapshot->lost_events(), std::uint64_t{0});
}

void AttachTest::program_thatIsLeft_canBeAttachedToAgain() {
  QProcess servant;
  startServant(servant);
  for (const QString& file :
       {path(QStringLiteral("1.pftrace")), path(QStringLiteral("2.pftrace"))}) {
    QProcess attach;
    startAttach(attach, {QStringLiteral("--record"), file, QString::number(servant.processId())});
    QTRY_VERIFY_WITH_TIMEOUT(!recorded(file)->pools().empty(), kPatienceMs);
    serve(servant, "20");
    QTRY_VERIFY_WITH_TIMEOUT(has(20, file), kPatienceMs);
    attach.terminate();
    QVERIFY(attach.waitForFinished(kPatienceMs));
    QCOMPARE(attach.exitCode(), 0);
    QCOMPARE(static_cast<int>(recorded(file)->statistics().finished), 20);
    serve(servant, "5");  // nobody sees these
  }
  servant.closeWriteChannel();
  QVERIFY(servant.waitForFinished(kPatienceMs));
  QCOMPARE(servant.exitCode(), 0);
  QCOMPARE(servant.readAllStandardError(), QByteArray());
}

void AttachTest::program_thatIsKilled_leavesAWholeRecording() {
  QProcess servant;
  startServant(servant);
  QProcess attach;
  startAttach(attach,
              {QStringLiteral("--record"), recording(), QString::number(servant.processId())});
  QTRY_VERIFY_WITH_TIMEOUT(!recorded(recording())->pools().empty(), kPatienceMs);
  serve(servant, "40");
  QTRY_VERIFY_WITH_TIMEOUT(has(40, recording()), kPatienceMs);
  servant.kill();
  servant.waitForFinished();
  QVERIFY(attach.waitForFinished(kPatienceMs));
  QCOMPARE(attach.exitCode(), 0);
  QCOMPARE(static_cast<int>(recorded(recording())->statistics().finished), 40);
}

void AttachTest::offer_isTheUsersAlone_andGoesWithTheProgram() {
  QProcess servant;
  startServant(servant);
  const QString offers = path(QStringLiteral("poolscope"));
  struct stat about {};
  QCOMPARE(stat(offers.toUtf8().constData(), &about), 0);
  QCOMPARE(about.st_mode & 0777U, 0700U);
  QCOMPARE(QDir(offers).entryList(QDir::System | QDir::Files),
           QStringList{QString::number(servant.processId())});
  servant.closeWriteChannel();
  QVERIFY(servant.waitForFinished(kPatienceMs));
  QCOMPARE(QDir(offers).entryList(QDir::System | QDir::Files), QStringList());
}

void AttachTest::offer_ofAProgramThatWasKilled_isTakenAway() {
  const Outcome killed = python("import os, poolscope\nos._exit(0)\n");
  QCOMPARE(killed.status, 0);
  const QString offers = path(QStringLiteral("poolscope"));
  QCOMPARE(QDir(offers).entryList(QDir::System | QDir::Files).size(), 1);
  python("import poolscope\n");
  QCOMPARE(QDir(offers).entryList(QDir::System | QDir::Files), QStringList());
}

void AttachTest::child_ofAFork_offersItself() {
  const Outcome outcome = python(
      "import os, poolscope\n"
      "offers = lambda: sorted(os.listdir(os.environ['XDG_RUNTIME_DIR'] + '/poolscope'))\n"
      "parent = os.getpid()\n"
      "child = os.fork()\n"
      "if child == 0:\n"
      "    print(offers() == sorted([str(parent), str(os.getpid())]), flush=True)\n"
      "    raise SystemExit(0)\n"
      "os.waitpid(child, 0)\n"
      "print(offers() == [str(parent)])\n");
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.out, QStringLiteral("True\nTrue\n"));
}

void AttachTest::secondProcess_isAGroupOfItsOwn() {
  const Outcome outcome = python(
      "import os, poolscope\n"
      "from concurrent.futures import ThreadPoolExecutor\n"
      "with poolscope.record('a.pftrace'):\n"
      "    with ThreadPoolExecutor(2) as pool: list(pool.map(int, range(5)))\n"
      "    child = os.fork()\n"
      "    if child == 0:\n"
      "        with ThreadPoolExecutor(2) as pool: list(pool.map(int, range(7)))\n"
      "        import sys; sys.exit(0)\n"
      "    os.waitpid(child, 0)\n");
  QCOMPARE(outcome.err, QString());
  const auto snapshot = recorded(recording());
  QCOMPARE(snapshot->process_count(), 2U);
  QCOMPARE(static_cast<int>(snapshot->statistics().finished), 12);
}

void AttachTest::wrongTarget_isOneLine_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<int>("status");
  QTest::addColumn<QString>("said");
  QTest::newRow("nothing") << QStringList{} << 2 << QStringLiteral("PROGRAM");
  QTest::newRow("no number") << QStringList{QStringLiteral("firefox")} << 1
                             << QStringLiteral("firefox: is neither");
  QTest::newRow("no such process") << QStringList{QStringLiteral("2147483647")} << 1
                                   << QStringLiteral("there is no such process");
  QTest::newRow("a process without our client")
      << QStringList{QString::number(getpid())} << 1 << QStringLiteral("import poolscope");
  QTest::newRow("no such socket") << QStringList{QStringLiteral("/nosuch/77")} << 1
                                  << QStringLiteral("/nosuch/77: no program offers itself there");
  QTest::newRow("no socket") << QStringList{QStringLiteral("/etc/passwd")} << 1
                             << QStringLiteral("/etc/passwd");
}

void AttachTest::wrongTarget_isOneLine() {
  QFETCH(QStringList, words);
  QFETCH(int, status);
  QFETCH(QString, said);
  const Outcome outcome =
      runPoolscope(QStringList{QStringLiteral("attach"), QStringLiteral("--headless"),
                               QStringLiteral("--record"), recording()} +
                       words,
                   environment());
  QCOMPARE(outcome.status, status);
  QCOMPARE(outcome.out, QString());
  QCOMPARE(lines(outcome.err), 1);
  QVERIFY2(outcome.err.contains(said), qPrintable(outcome.err));
  QVERIFY(!QFileInfo::exists(recording()));
}

void AttachTest::record_writesWhatHappensInItsBlock() {
  const Outcome outcome = python(
      "import poolscope\n"
      "from concurrent.futures import ThreadPoolExecutor\n"
      "pool = ThreadPoolExecutor(4)\n"
      "list(pool.map(int, range(100)))\n"
      "with poolscope.record('a.pftrace'):\n"
      "    print(sum(pool.map(int, range(50))))\n"
      "    with ThreadPoolExecutor(2) as other: other.submit(int).result()\n"
      "list(pool.map(int, range(100)))\n");
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.out, QStringLiteral("1225\n"));
  QCOMPARE(outcome.status, 0);
  const auto snapshot = recorded(recording());
  QCOMPARE(static_cast<int>(snapshot->statistics().finished), 51);
  QCOMPARE(snapshot->pools().size(), std::size_t{2});
}

void AttachTest::record_again_isAnotherRecording() {
  const Outcome outcome = python(
      "import poolscope\n"
      "from concurrent.futures import ThreadPoolExecutor\n"
      "with ThreadPoolExecutor(4) as pool:\n"
      "    for count in (10, 20, 30):\n"
      "        with poolscope.record('a.pftrace', overwrite=True):\n"
      "            list(pool.map(int, range(count)))\n"
      "try:\n"
      "    with poolscope.record('a.pftrace'): print('ran')\n"
      "except poolscope.RecordingError as error: print(error)\n");
  QCOMPARE(outcome.err, QString());
  QCOMPARE(lines(outcome.out), 1);
  QVERIFY2(outcome.out.startsWith(QLatin1String("a.pftrace: ")), qPrintable(outcome.out));
  QCOMPARE(static_cast<int>(recorded(recording())->statistics().finished), 30);
}

void AttachTest::record_ofAnError_isWhole_andTheErrorGoesOn() {
  const Outcome outcome = python(
      "import poolscope\n"
      "from concurrent.futures import ThreadPoolExecutor\n"
      "try:\n"
      "    with poolscope.record('a.pftrace'):\n"
      "        ThreadPoolExecutor(1).submit(lambda: 1 / 0).result()\n"
      "except ZeroDivisionError as error: print(error)\n");
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.out, QStringLiteral("division by zero\n"));
  QCOMPARE(static_cast<int>(recorded(recording())->statistics().failed), 1);
}

void AttachTest::record_thatCannotBe_isAnErrorOfOneLine_data() {
  QTest::addColumn<QByteArray>("before");
  QTest::addColumn<QString>("file");
  QTest::newRow("no such folder") << QByteArray() << QStringLiteral("nosuch/a.pftrace");
  QTest::newRow("the folder of offers is a file")
      << QByteArray(
             "import os; os.rmdir(os.environ['XDG_RUNTIME_DIR'] + '/poolscope') if "
             "os.path.isdir(os.environ['XDG_RUNTIME_DIR'] + '/poolscope') else None; "
             "open(os.environ['XDG_RUNTIME_DIR'] + '/poolscope', 'w').close()\n")
      << QStringLiteral("a.pftrace");
  QTest::newRow("the folder of offers is open to all")
      << QByteArray(
             "import os; os.mkdir(os.environ['XDG_RUNTIME_DIR'] + '/poolscope'); "
             "os.chmod(os.environ['XDG_RUNTIME_DIR'] + '/poolscope', 0o777)\n")
      << QStringLiteral("a.pftrace");
}

void AttachTest::record_thatCannotBe_isAnErrorOfOneLine() {
  QFETCH(QByteArray, before);
  QFETCH(QString, file);
  const QByteArray text = before +
                          "import sys\n"
                          "import poolscope\n"
                          "try:\n"
                          "    with poolscope.record(sys.argv[1]): print('ran')\n"
                          "except poolscope.RecordingError as error: print(error)\n";
  const Outcome outcome = python(text.constData(), {file});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(lines(outcome.out), 1);
  QVERIFY2(outcome.out.startsWith(file + QStringLiteral(": ")), qPrintable(outcome.out));
  QVERIFY(!QFileInfo::exists(path(file)));
}

void AttachTest::import_withoutAnybody_changesNothing() {
  for (const char* name : {"waits_in_many_ways", "cancels", "forks", "has_queues_of_its_own",
                           "names_are_odd", "is_interrupted", "closes_all_files"}) {
    const QString cases = kScripts + QStringLiteral("cases.py");
    QProcessEnvironment with = environment();
    QProcess process;
    process.setProcessEnvironment(with);
    process.start(kPython, {QStringLiteral("-c"),
                            QStringLiteral("import sys, poolscope\n"
                                           "sys.argv[:] = sys.argv[1:]\n"
                                           "exec(compile(open(sys.argv[0]).read(), sys.argv[0], "
                                           "'exec'), {'__name__': '__main__', '__file__': "
                                           "sys.argv[0]})\n"),
                            cases, QString::fromLatin1(name)});
    process.waitForFinished(kPatienceMs);
    QProcess plain;
    plain.start(kPython, {cases, QString::fromLatin1(name)});
    plain.waitForFinished(kPatienceMs);
    QCOMPARE(process.readAllStandardOutput(), plain.readAllStandardOutput());
    QCOMPARE(process.exitCode(), plain.exitCode());
  }
}

void AttachTest::mark_withoutPoolscope_doesNothing() {
  const Outcome outcome = python("import poolscope\nprint(poolscope.mark('x'))\n");
  QCOMPARE(outcome.out, QStringLiteral("None\n"));
  QCOMPARE(outcome.err, QString());
}

QTEST_GUILESS_MAIN(AttachTest)
#include "attach_test.moc"
