// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <sys/mount.h>

using poolscope::test::Outcome;
using poolscope::test::runPoolscope;

class CommandLineTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void wrongCall_endsWithTwoAndOneLine_data();
  void wrongCall_endsWithTwoAndOneLine();
  void wrongFile_endsWithOneAndOneLine_data();
  void wrongFile_endsWithOneAndOneLine();
  void readOnlyFolder_isRefusedByName();
  void record_andInfo_agreeKeyByKey();
  void oneWorker_hasAboutAnEighthOfTheThroughputOfEight();
  void record_withoutForce_keepsWhatIsThere();
  void record_interrupted_keepsWhatWasMeasured();
  void record_stopped_failsNoTask();
  void reading_interrupted_ends();
  void record_ofADeadlock_endsAndSaysSo();
  void record_ofADeadlock_endsWhenInterrupted();
  void failingTasks_areAResult();
  void failedTasks_areToldWithTheMostFrequentError_data();
  void failedTasks_areToldWithTheMostFrequentError();
  void fullDisk_isToldOfStandardOutput_data();
  void fullDisk_isToldOfStandardOutput();
  void closedStandardOutput_doesNotTurnIntoTheRecording();
  void foreignScenarioThatRunsCommands_needsTrust();
  void cutRecording_isReadAsFarAsItGoes();
  void export_makesAPictureOfTheWantedSize();
  void export_thatFails_keepsThePictureThatWasThere();
  void decimalComma_locale_changesNoNumber();
  void scenarios_listsTheGallery();
  void version_andHelp_goToStandardOutput();
  void noDisplay_isSaid();
  void emptyDisplay_isNone();
  void displayThatIsNone_isOneLine();
  void screenshot_withoutADisplay_isSavedInSilence();
  void screenshot_ofAFileThatCannotBeOpened_endsWithOne();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  void write(const QString& name, const QByteArray& text) const;
  Outcome recordSmall(const QString& output, const QStringList& more = {}) const;

  QTemporaryDir folder_;
};

namespace {

const QByteArray kScenario = R"(
name = "small"
title = "Small"
max_workers = 4
[load]
pattern = "map"
tasks = 20
[[task]]
name = "nap"
steps = [ { sleep = "5ms" } ]
)";

/// Four parents, and one worker, which waits for the child of the first: nobody else can run it,
/// whatever was queued first.
const QByteArray kDeadlock = R"(
name = "deadlock"
max_workers = 1
[load]
pattern = "nested"
tasks = 4
[[task]]
name = "parent"
steps = [ { sleep = "20ms" } ]
)";

bool isOneLine(const QString& text) {
  return text.endsWith(QLatin1Char('\n')) && text.count(QLatin1Char('\n')) == 1;
}

double number(const QJsonObject& json, const char* key) {
  return json.value(QLatin1String(key)).toDouble(std::nan(""));
}

}  // namespace

void CommandLineTest::write(const QString& name, const QByteArray& text) const {
  QFile file(path(name));
  QVERIFY(file.open(QIODevice::WriteOnly));
  QCOMPARE(file.write(text), text.size());
}

Outcome CommandLineTest::recordSmall(const QString& output, const QStringList& more) const {
  write(QStringLiteral("small.toml"), kScenario);
  return runPoolscope(QStringList{QStringLiteral("record"), QStringLiteral("--scenario"),
                                  path(QStringLiteral("small.toml")), QStringLiteral("--output"),
                                  path(output)} +
                      more);
}

void CommandLineTest::wrongCall_endsWithTwoAndOneLine_data() {
  QTest::addColumn<QString>("call");       // %1: the folder with the files below
  QTest::addColumn<QStringList>("words");  // that the line must have
  const auto row = [](const char* name, const char* call, QStringList words) {
    QTest::newRow(name) << QString::fromLatin1(call) << words;
  };
  write(QStringLiteral("empty.toml"), "");
  write(QStringLiteral("text.toml"), "hello world\n");
  write(QStringLiteral("key.toml"), QByteArray(kScenario).replace("max_workers", "max_wrokers"));
  write(QStringLiteral("step.toml"), QByteArray(kScenario).replace("sleep", "snooze"));
  write(QStringLiteral("negative.toml"), QByteArray(kScenario).replace("5ms", "-5ms"));
  for (const char* value : {"0", "-3", "eight", "4097", "1.5", "8x"}) {
    const QString call =
        QStringLiteral("record --scenario web-scraping --output %1/x --max-workers=");
    QTest::newRow(qPrintable(QStringLiteral("max-workers %1").arg(QLatin1String(value))))
        << call + QLatin1String(value)
        << QStringList{QStringLiteral("--max-workers"), QLatin1String(value),
                       QStringLiteral("4096")};
  }
  row("max-workers of the window", "--max-workers 0", {"--max-workers", "'0'"});
  row("a negative number is a value", "--max-workers -3", {"--max-workers", "-3"});
  row("unknown option", "--workers 3", {"--workers"});
  row("unknown subcommand", "recrod", {"recrod"});
  row("no scenario", "record --output %1/x", {"--scenario"});
  row("no output", "record --scenario web-scraping", {"--output"});
  row("unknown scenario", "record --scenario webscraping --output %1/x",
      {"webscraping", "web-scraping"});
  row("missing file", "record --scenario %1/none.toml --output %1/x", {"none.toml"});
  row("a folder", "record --scenario %1 --output %1/x", {"%1"});
  row("empty scenario", "record --scenario %1/empty.toml --output %1/x", {"empty.toml"});
  row("not TOML", "record --scenario %1/text.toml --output %1/x",
      {"text.toml:1", "; write", "docs/scenarios.md"});
  row("unknown key", "record --scenario %1/key.toml --output %1/x", {"key.toml:4", "max_wrokers"});
  row("unknown step", "record --scenario %1/step.toml --output %1/x", {"step.toml:10", "snooze"});
  row("negative time", "record --scenario %1/negative.toml --output %1/x",
      {"negative.toml:10", "-5ms"});
  row("scenario of the window", "--scenario %1/empty.toml", {"empty.toml"});
  row("tasks 0", "record --scenario web-scraping --output %1/x --tasks 0", {"--tasks", "'0'"});
  row("duration with a comma", "record --scenario web-scraping --output %1/x --duration 1,5",
      {"--duration", "1,5"});
  row("size", "export %1/x --output %1/x.png --size 100", {"--size", "'100'"});
  row("unknown kind of picture", "export %1/x --output %1/x.bmp", {"x.bmp", ".png"});
  row("unknown kind of screenshot", "--screenshot %1/x.jpg", {"x.jpg", ".png"});
  row("from after to", "export %1/x --output %1/x.png --from 3 --to 2", {"--to", "'2'"});
  row("empty value", "record --scenario web-scraping --output=", {"--output"});
}

void CommandLineTest::wrongCall_endsWithTwoAndOneLine() {
  QFETCH(QString, call);
  QFETCH(QStringList, words);
  const Outcome outcome =
      runPoolscope(call.replace(QStringLiteral("%1"), folder_.path()).split(QLatin1Char(' ')));
  QCOMPARE(outcome.status, 2);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QCOMPARE(outcome.out, QString());
  for (QString word : words) {
    word.replace(QStringLiteral("%1"), folder_.path());
    QVERIFY2(outcome.err.contains(word), qPrintable(word + QStringLiteral(" in: ") + outcome.err));
  }
}

void CommandLineTest::wrongFile_endsWithOneAndOneLine_data() {
  QTest::addColumn<QString>("call");
  QTest::addColumn<QString>("word");
  write(QStringLiteral("empty.pftrace"), "");
  write(QStringLiteral("text.pftrace"), "this is no trace\n");
  write(QStringLiteral("there.pftrace"), "something of the user's");
  const auto row = [](const char* name, const char* call, const char* word) {
    QTest::newRow(name) << QString::fromLatin1(call) << QString::fromLatin1(word);
  };
  row("missing", "info %1/none.pftrace", "none.pftrace");
  row("folder", "info %1", "folder");
  row("empty", "info %1/empty.pftrace", "empty");
  row("not a trace", "info %1/text.pftrace", "text.pftrace");
  row("export of nothing", "export %1/none.pftrace --output %1/x.png", "none.pftrace");
  row("output exists", "record --scenario one-worker --output %1/there.pftrace", "--force");
  row("output is a folder", "record --scenario one-worker --output %1 --force", "folder");
  row("no such folder", "record --scenario one-worker --output %1/no/x.pftrace", "no");
  row("window's recording exists", "--record %1/there.pftrace --screenshot %1/s.png", "--force");
}

void CommandLineTest::wrongFile_endsWithOneAndOneLine() {
  QFETCH(QString, call);
  QFETCH(QString, word);
  const Outcome outcome =
      runPoolscope(call.replace(QStringLiteral("%1"), folder_.path()).split(QLatin1Char(' ')));
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QVERIFY2(outcome.err.contains(word), qPrintable(outcome.err));
  QFile there(path(QStringLiteral("there.pftrace")));
  QVERIFY(there.open(QIODevice::ReadOnly));
  QCOMPARE(there.readAll(), QByteArray("something of the user's"));
}

void CommandLineTest::readOnlyFolder_isRefusedByName() {
  const QString mount = path(QStringLiteral("read-only"));
  QVERIFY(QDir().mkpath(mount));
  const QByteArray target = mount.toUtf8();
  if (::mount("tmpfs", target.constData(), "tmpfs", MS_RDONLY, nullptr) != 0) {
    QSKIP("mounting needs root");
  }
  const Outcome outcome = runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                                        QStringLiteral("one-worker"), QStringLiteral("--output"),
                                        mount + QStringLiteral("/a.pftrace")});
  ::umount(target.constData());
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QVERIFY2(outcome.err.contains(mount), qPrintable(outcome.err));
}

void CommandLineTest::record_andInfo_agreeKeyByKey() {
  const QString file = path(QStringLiteral("agree.pftrace"));
  const Outcome recorded = runPoolscope(
      {QStringLiteral("record"), QStringLiteral("--scenario"), QStringLiteral("web-scraping"),
       QStringLiteral("--tasks"), QStringLiteral("60"), QStringLiteral("--max-workers"),
       QStringLiteral("8"), QStringLiteral("--output"), file, QStringLiteral("--json")});
  QCOMPARE(recorded.status, 0);
  QCOMPARE(recorded.err, QString());
  const Outcome read = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")});
  QCOMPARE(read.status, 0);

  const QJsonObject first = recorded.json();
  QJsonObject second = read.json();
  QCOMPARE(second.take(QStringLiteral("truncated")), QJsonValue(false));
  QCOMPARE(second, first);
  const QJsonObject tasks = first.value(QStringLiteral("tasks")).toObject();
  QCOMPARE(number(tasks, "queued"), 60.0);
  QCOMPARE(number(tasks, "started"), 60.0);
  QCOMPARE(number(tasks, "finished"), 60.0);
  QCOMPARE(number(tasks, "cancelled"), 0.0);
  QCOMPARE(number(first, "lost_events"), 0.0);
  QCOMPARE(number(first, "max_workers"), 8.0);
  QCOMPARE(number(first, "peak_workers"), 8.0);
  for (const char* key : {"duration", "throughput", "utilization", "events"}) {
    QVERIFY2(number(first, key) > 0, key);
  }
  QVERIFY(number(first, "utilization") <= 1.0);
  for (const char* key : {"queue_wait", "run_time"}) {
    const QJsonObject distribution = first.value(QLatin1String(key)).toObject();
    QVERIFY(number(distribution, "p50") <= number(distribution, "p90"));
    QVERIFY(number(distribution, "p90") <= number(distribution, "p99"));
    QVERIFY(number(distribution, "p99") <= number(distribution, "max"));
    QVERIFY(number(distribution, "mean") > 0);
  }
}

void CommandLineTest::oneWorker_hasAboutAnEighthOfTheThroughputOfEight() {
  const auto throughput = [&](const QString& workers) {
    const Outcome outcome = runPoolscope(
        {QStringLiteral("record"), QStringLiteral("--scenario"), QStringLiteral("web-scraping"),
         QStringLiteral("--tasks"), QStringLiteral("64"), QStringLiteral("--max-workers"), workers,
         QStringLiteral("--output"), path(QStringLiteral("w.pftrace")), QStringLiteral("--force"),
         QStringLiteral("--json")});
    return number(outcome.json(), "throughput");
  };
  const double ratio = throughput(QStringLiteral("8")) / throughput(QStringLiteral("1"));
  // Eight lanes are full until the batch runs out; its tail and a busy machine take a share.
  QVERIFY2(ratio > 4.5 && ratio < 9, qPrintable(QString::number(ratio)));
}

void CommandLineTest::record_withoutForce_keepsWhatIsThere() {
  QCOMPARE(recordSmall(QStringLiteral("twice.pftrace")).status, 0);
  QFile file(path(QStringLiteral("twice.pftrace")));
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray before = file.readAll();
  const Outcome refused = recordSmall(QStringLiteral("twice.pftrace"));
  QCOMPARE(refused.status, 1);
  QVERIFY(refused.err.contains(QStringLiteral("--force")));
  file.seek(0);
  QCOMPARE(file.readAll(), before);
  QCOMPARE(recordSmall(QStringLiteral("twice.pftrace"), {QStringLiteral("--force")}).status, 0);
}

void CommandLineTest::record_interrupted_keepsWhatWasMeasured() {
  const QString file = path(QStringLiteral("interrupted.pftrace"));
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                {QStringLiteral("record"), QStringLiteral("--scenario"),
                 QStringLiteral("web-scraping"), QStringLiteral("--duration"), QStringLiteral("60"),
                 QStringLiteral("--output"), file, QStringLiteral("--json")});
  QVERIFY(process.waitForStarted());
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(file).size() > 4000, 20000);  // some blocks are on disk
  process.terminate();
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 0);
  const QJsonObject recorded = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
  QJsonObject read = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")}).json();
  QCOMPARE(read.take(QStringLiteral("truncated")), QJsonValue(false));
  QCOMPARE(read, recorded);
  QVERIFY(number(recorded.value(QStringLiteral("tasks")).toObject(), "finished") > 0);
}

void CommandLineTest::reading_interrupted_ends() {
  const QString file = path(QStringLiteral("large.json"));  // a second or two to read
  QFile large(file);
  QVERIFY(large.open(QIODevice::WriteOnly));
  large.write("[");
  const QByteArray events =
      QByteArray(R"({"ph":"X","pid":1,"tid":1,"ts":1,"dur":1,"name":"a"},)").repeated(10'000);
  for (int i = 0; i < 200; ++i) {
    large.write(events);
  }
  large.close();
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM), {QStringLiteral("info"), file});
  QVERIFY(process.waitForStarted());
  const QDir opened(QStringLiteral("/proc/%1/fd").arg(process.processId()));
  const auto reads = [&] {
    for (const QFileInfo& entry : opened.entryInfoList(QDir::Files | QDir::System)) {
      if (entry.symLinkTarget() == file) {
        return true;
      }
    }
    return false;
  };
  QTRY_VERIFY_WITH_TIMEOUT(reads(), 20000);
  process.terminate();
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 1);
  QCOMPARE(process.readAllStandardOutput(), QByteArray());
  const QByteArray told = process.readAllStandardError();
  QVERIFY2(told.contains("opening was stopped"), told.constData());
  QVERIFY(QFile::remove(file));
}

void CommandLineTest::record_stopped_failsNoTask() {
  // Pages of 60 ms: what runs when the signal comes ends by itself, what is queued never starts.
  const QString file = path(QStringLiteral("stopped.pftrace"));
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                {QStringLiteral("record"), QStringLiteral("--scenario"),
                 QStringLiteral("web-scraping"), QStringLiteral("--tasks"), QStringLiteral("4000"),
                 QStringLiteral("--output"), file, QStringLiteral("--json")});
  QVERIFY(process.waitForStarted());
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(file).size() > 4000, 20000);
  ::kill(static_cast<pid_t>(process.processId()), SIGINT);
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 0);
  QCOMPARE(process.readAllStandardError(), QByteArray());
  const QJsonObject recorded = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
  const QJsonObject tasks = recorded.value(QStringLiteral("tasks")).toObject();
  QCOMPARE(number(tasks, "failed"), 0.0);
  QVERIFY(number(tasks, "finished") > 0);
  QCOMPARE(number(tasks, "finished"), number(tasks, "started"));
  QCOMPARE(number(tasks, "finished") + number(tasks, "cancelled"), number(tasks, "queued"));
}

void CommandLineTest::record_ofADeadlock_endsAndSaysSo() {
  write(QStringLiteral("deadlock.toml"), kDeadlock);
  const QString file = path(QStringLiteral("deadlock.pftrace"));
  const Outcome outcome =
      runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                    path(QStringLiteral("deadlock.toml")), QStringLiteral("--output"), file,
                    QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QVERIFY2(outcome.err.contains(QStringLiteral("the pool is deadlocked")), qPrintable(outcome.err));
  QJsonObject read = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")}).json();
  QCOMPARE(read.take(QStringLiteral("truncated")), QJsonValue(false));
  QCOMPARE(read, outcome.json());
}

void CommandLineTest::record_ofADeadlock_endsWhenInterrupted() {
  write(QStringLiteral("deadlock.toml"), kDeadlock);
  const QString file = path(QStringLiteral("interrupted-deadlock.pftrace"));
  QProcess process;
  process.start(
      QStringLiteral(POOLSCOPE_PROGRAM),
      {QStringLiteral("record"), QStringLiteral("--scenario"),
       path(QStringLiteral("deadlock.toml")), QStringLiteral("--duration"), QStringLiteral("600"),
       QStringLiteral("--output"), file, QStringLiteral("--json")});
  QVERIFY(process.waitForStarted());
  QTRY_VERIFY_WITH_TIMEOUT(runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")})
                                   .json()
                                   .value(QStringLiteral("tasks"))
                                   .toObject()
                                   .value(QStringLiteral("queued"))
                                   .toInt() == 5,
                           20000);  // four parents, of which one has submitted its child
  ::kill(static_cast<pid_t>(process.processId()), SIGINT);
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 0);
  const Outcome read = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")});
  QCOMPARE(read.json().value(QStringLiteral("truncated")), QJsonValue(false));
  const QJsonObject tasks = read.json().value(QStringLiteral("tasks")).toObject();
  QCOMPARE(number(tasks, "started"), 1.0);
  QCOMPARE(number(tasks, "cancelled"), 4.0);
}

void CommandLineTest::failedTasks_areToldWithTheMostFrequentError_data() {
  QTest::addColumn<QByteArray>("steps");
  QTest::addColumn<QString>("line");
  QTest::newRow("all alike") << QByteArray("steps = [ { http = \"/x?status=500\" } ]")
                             << QStringLiteral(
                                    "^poolscope: 20 tasks failed, most often: HTTP 500 from "
                                    "http://127.0.0.1:\\d+/x\\?status=500\n$");
  QTest::newRow("some") << QByteArray("fail_every = 5\nsteps = [ { sleep = \"1ms\" } ]")
                        << QStringLiteral(
                               "^poolscope: 4 tasks failed, most often: failed as the scenario "
                               "says\n$");
  QTest::newRow("nothing answers")
      << QByteArray("steps = [ { http = \"/\" } ]\n[http]\nurls = [\"http://127.0.0.1:1/\"]")
      << QStringLiteral(
             "^poolscope: 20 tasks failed, most often: could not connect to 127.0.0.1:1: "
             "Connection refused; check the network, or choose .*\n$");
}

void CommandLineTest::failedTasks_areToldWithTheMostFrequentError() {
  QFETCH(QByteArray, steps);
  QFETCH(QString, line);
  write(QStringLiteral("fails.toml"),
        QByteArray(kScenario).replace("steps = [ { sleep = \"5ms\" } ]", steps));
  const Outcome outcome =
      runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                    path(QStringLiteral("fails.toml")), QStringLiteral("--output"),
                    path(QStringLiteral("fails.pftrace")), QStringLiteral("--force")});
  QCOMPARE(outcome.status, 0);
  QVERIFY2(QRegularExpression(line).match(outcome.err).hasMatch(), qPrintable(outcome.err));
}

void CommandLineTest::fullDisk_isToldOfStandardOutput_data() {
  QTest::addColumn<QString>("call");
  QCOMPARE(recordSmall(QStringLiteral("full.pftrace"), {QStringLiteral("--force")}).status, 0);
  for (const char* call :
       {"info %1/full.pftrace --json", "info %1/full.pftrace", "scenarios", "scenarios --json",
        "--version", "--help", "record --scenario %1/small.toml --output %1/f.pftrace --force",
        "record --scenario %1/small.toml --output %1/f.pftrace --force --json"}) {
    QTest::newRow(call) << QString::fromLatin1(call);
  }
}

void CommandLineTest::fullDisk_isToldOfStandardOutput() {
  QFETCH(QString, call);
  QProcess process;
  process.setStandardOutputFile(QStringLiteral("/dev/full"));
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                call.replace(QStringLiteral("%1"), folder_.path()).split(QLatin1Char(' ')));
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 1);
  const QString said = QString::fromUtf8(process.readAllStandardError());
  QVERIFY2(isOneLine(said) && said.contains(QStringLiteral("standard output")), qPrintable(said));
}

void CommandLineTest::closedStandardOutput_doesNotTurnIntoTheRecording() {
  write(QStringLiteral("small.toml"), kScenario);
  const QString file = path(QStringLiteral("closed.pftrace"));
  QProcess shell;
  shell.start(
      QStringLiteral("/bin/sh"),
      {QStringLiteral("-c"), QStringLiteral("exec \"$@\" >&-"), QStringLiteral("sh"),
       QStringLiteral(POOLSCOPE_PROGRAM), QStringLiteral("record"), QStringLiteral("--scenario"),
       path(QStringLiteral("small.toml")), QStringLiteral("--output"), file});
  QVERIFY(shell.waitForFinished(20000));
  QCOMPARE(shell.exitCode(), 1);  // the table could not be printed
  const Outcome read = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")});
  QCOMPARE(read.json().value(QStringLiteral("truncated")), QJsonValue(false));
}

void CommandLineTest::failingTasks_areAResult() {
  write(QStringLiteral("failing.toml"),
        QByteArray(kScenario).replace("steps =", "fail_every = 5\nsteps ="));
  const Outcome outcome =
      runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                    path(QStringLiteral("failing.toml")), QStringLiteral("--output"),
                    path(QStringLiteral("failing.pftrace")), QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  const QJsonObject tasks = outcome.json().value(QStringLiteral("tasks")).toObject();
  QVERIFY(number(tasks, "failed") > 0);
  QVERIFY(number(tasks, "finished") >= number(tasks, "failed"));
}

void CommandLineTest::foreignScenarioThatRunsCommands_needsTrust() {
  const QString proof = path(QStringLiteral("proof"));
  write(QStringLiteral("command.toml"),
        QByteArray(kScenario).replace("sleep = \"5ms\"",
                                      "command = \"touch " + proof.toUtf8() + "\""));
  const QStringList call{QStringLiteral("record"), QStringLiteral("--scenario"),
                         path(QStringLiteral("command.toml")), QStringLiteral("--output"),
                         path(QStringLiteral("command.pftrace"))};
  const Outcome refused = runPoolscope(call);
  QCOMPARE(refused.status, 2);
  QVERIFY2(isOneLine(refused.err), qPrintable(refused.err));
  QVERIFY(refused.err.contains(QStringLiteral("--trust")));
  QVERIFY(!QFileInfo::exists(proof));
  QCOMPARE(runPoolscope(call + QStringList{QStringLiteral("--trust")}).status, 0);
  QVERIFY(QFileInfo::exists(proof));
}

void CommandLineTest::cutRecording_isReadAsFarAsItGoes() {
  const Outcome outcome = runPoolscope(
      {QStringLiteral("record"), QStringLiteral("--scenario"), QStringLiteral("web-scraping"),
       QStringLiteral("--tasks"), QStringLiteral("60"), QStringLiteral("--output"),
       path(QStringLiteral("whole.pftrace")), QStringLiteral("--force")});
  QCOMPARE(outcome.status, 0);
  QFile whole(path(QStringLiteral("whole.pftrace")));
  QVERIFY(whole.open(QIODevice::ReadOnly));
  const QByteArray bytes = whole.readAll();
  write(QStringLiteral("cut.pftrace"), bytes.left(bytes.size() * 2 / 3));
  const Outcome info = runPoolscope(
      {QStringLiteral("info"), path(QStringLiteral("cut.pftrace")), QStringLiteral("--json")});
  QCOMPARE(info.status, 0);
  QCOMPARE(info.json().value(QStringLiteral("truncated")), QJsonValue(true));
  const double started = number(info.json().value(QStringLiteral("tasks")).toObject(), "started");
  QVERIFY2(started > 0 && started <= 60, qPrintable(QString::number(started)));

  const Outcome picture =
      runPoolscope({QStringLiteral("export"), path(QStringLiteral("cut.pftrace")),
                    QStringLiteral("--output"), path(QStringLiteral("cut.png"))});
  QCOMPARE(picture.status, 0);
  QVERIFY2(picture.err.contains(QStringLiteral("cut.pftrace")) &&
               picture.err.contains(QStringLiteral("missing or damaged")),
           qPrintable(picture.err));

  QByteArray scratched = bytes;  // its end is there
  scratched.replace(bytes.size() / 2, 8, QByteArray(8, '\xff'));
  write(QStringLiteral("scratched.pftrace"), scratched);
  const Outcome told =
      runPoolscope({QStringLiteral("info"), path(QStringLiteral("scratched.pftrace"))});
  QCOMPARE(told.status, 0);
  QVERIFY2(told.out.contains(QStringLiteral("a part of it, often its end")), qPrintable(told.out));

  write(QStringLiteral("stump.pftrace"), bytes.left(10));
  const Outcome none =
      runPoolscope({QStringLiteral("export"), path(QStringLiteral("stump.pftrace")),
                    QStringLiteral("--output"), path(QStringLiteral("stump.png"))});
  QCOMPARE(none.status, 1);
  QCOMPARE(none.err.count(QLatin1Char('\n')), 1);
  QVERIFY2(none.err.contains(QStringLiteral("nothing that can be shown")), qPrintable(none.err));
  QVERIFY(!QFile::exists(path(QStringLiteral("stump.png"))));
}

void CommandLineTest::export_makesAPictureOfTheWantedSize() {
  QCOMPARE(recordSmall(QStringLiteral("picture.pftrace")).status, 0);
  const QStringList call{QStringLiteral("export"),   path(QStringLiteral("picture.pftrace")),
                         QStringLiteral("--output"), path(QStringLiteral("picture.png")),
                         QStringLiteral("--size"),   QStringLiteral("1000x700")};
  const Outcome outcome = runPoolscope(call);
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QImage image(path(QStringLiteral("picture.png")));
  QCOMPARE(image.size(), QSize(1000, 700));
  QSet<QRgb> colours;
  for (int y = 0; y < image.height(); y += 7) {
    for (int x = 0; x < image.width(); x += 7) {
      colours.insert(image.pixel(x, y));
    }
  }
  QVERIFY2(colours.size() > 5, "the picture is not blank");
  QCOMPARE(runPoolscope(call).status, 1);  // exists
  QCOMPARE(runPoolscope(call + QStringList{QStringLiteral("--force")}).status, 0);
}

void CommandLineTest::export_thatFails_keepsThePictureThatWasThere() {
  QCOMPARE(recordSmall(QStringLiteral("keeps.pftrace")).status, 0);
  write(QStringLiteral("keeps.png"), "a picture");
  // As on a full disk: no file may grow beyond a kilobyte or two.
  QProcess shell;
  shell.start(QStringLiteral("/bin/sh"),
              {QStringLiteral("-c"), QStringLiteral("trap '' XFSZ; ulimit -f 2; exec \"$@\""),
               QStringLiteral("sh"), QStringLiteral(POOLSCOPE_PROGRAM), QStringLiteral("export"),
               path(QStringLiteral("keeps.pftrace")), QStringLiteral("--output"),
               path(QStringLiteral("keeps.png")), QStringLiteral("--force")});
  QVERIFY(shell.waitForFinished(20000));
  QCOMPARE(shell.exitCode(), 1);
  const QString said = QString::fromUtf8(shell.readAllStandardError());
  QVERIFY2(isOneLine(said) && said.contains(QStringLiteral("keeps.png")), qPrintable(said));
  QFile picture(path(QStringLiteral("keeps.png")));
  QVERIFY(picture.open(QIODevice::ReadOnly));
  QCOMPARE(picture.readAll(), QByteArray("a picture"));
}

void CommandLineTest::decimalComma_locale_changesNoNumber() {
  QProcess localedef;
  localedef.start(QStringLiteral("localedef"),
                  {QStringLiteral("-i"), QStringLiteral("de_DE"), QStringLiteral("-f"),
                   QStringLiteral("UTF-8"), path(QStringLiteral("de_DE.UTF-8"))});
  QVERIFY2(localedef.waitForFinished() && localedef.exitCode() == 0,
           "localedef is missing: install the package 'locales'");
  QCOMPARE(recordSmall(QStringLiteral("locale.pftrace")).status, 0);
  QProcessEnvironment german = QProcessEnvironment::systemEnvironment();
  german.insert(QStringLiteral("LOCPATH"), folder_.path());
  german.insert(QStringLiteral("LC_ALL"), QStringLiteral("de_DE.UTF-8"));

  for (const QStringList& more : {QStringList{}, QStringList{QStringLiteral("--json")}}) {
    const QStringList call =
        QStringList{QStringLiteral("info"), path(QStringLiteral("locale.pftrace"))} + more;
    const Outcome plain = runPoolscope(call);
    const Outcome comma = runPoolscope(call, german);
    QCOMPARE(plain.status, 0);
    QCOMPARE(comma.out, plain.out);
  }
  const Outcome recorded = runPoolscope(
      {QStringLiteral("record"), QStringLiteral("--scenario"), path(QStringLiteral("small.toml")),
       QStringLiteral("--duration"), QStringLiteral("0.5"), QStringLiteral("--json"),
       QStringLiteral("--output"), path(QStringLiteral("locale2.pftrace"))},
      german);
  QCOMPARE(recorded.status, 0);
  QVERIFY2(number(recorded.json(), "duration") > 0.3, qPrintable(recorded.out));
}

void CommandLineTest::scenarios_listsTheGallery() {
  const Outcome json = runPoolscope({QStringLiteral("scenarios"), QStringLiteral("--json")});
  QCOMPARE(json.status, 0);
  const QJsonArray list = QJsonDocument::fromJson(json.out.toUtf8()).array();
  QStringList names;
  for (const QJsonValue& entry : list) {
    const QJsonObject scenario = entry.toObject();
    names += scenario.value(QStringLiteral("name")).toString();
    QVERIFY(!scenario.value(QStringLiteral("title")).toString().isEmpty());
    QVERIFY(!scenario.value(QStringLiteral("lesson")).toString().isEmpty());
    QVERIFY(scenario.value(QStringLiteral("max_workers")).toInt() >= 1);
  }
  QCOMPARE(names.value(0), QStringLiteral("web-scraping"));
  for (const char* name : {"one-worker", "cpu-bound", "submit-vs-map", "submit-and-result"}) {
    QVERIFY2(names.contains(QLatin1String(name)), name);
  }
  const Outcome table = runPoolscope({QStringLiteral("scenarios")});
  for (const QString& name : names) {
    QVERIFY(table.out.contains(name));
  }
}

void CommandLineTest::version_andHelp_goToStandardOutput() {
  const Outcome version = runPoolscope({QStringLiteral("--version")});
  QCOMPARE(version.status, 0);
  QVERIFY(version.out.startsWith(QStringLiteral("poolscope ")));
  for (const QStringList& call :
       {QStringList{QStringLiteral("--help")},
        QStringList{QStringLiteral("record"), QStringLiteral("--help")}}) {
    const Outcome help = runPoolscope(call);
    QCOMPARE(help.status, 0);
    QVERIFY(help.out.contains(QStringLiteral("--max-workers")));
    QCOMPARE(help.err, QString());
  }
}

void CommandLineTest::noDisplay_isSaid() {
  const Outcome outcome = runPoolscope({});
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QVERIFY2(outcome.err.startsWith(QStringLiteral("poolscope: there is no display")),
           qPrintable(outcome.err));
}

void CommandLineTest::emptyDisplay_isNone() {
  QProcess process;
  auto environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("DISPLAY"), QString());
  environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
  environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
  process.setProcessEnvironment(environment);
  process.start(QStringLiteral(POOLSCOPE_PROGRAM), QStringList());
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 1);
  const QString said = QString::fromUtf8(process.readAllStandardError());
  QVERIFY2(said.startsWith(QStringLiteral("poolscope: there is no display")), qPrintable(said));
}

void CommandLineTest::screenshot_withoutADisplay_isSavedInSilence() {
  const QString picture = path(QStringLiteral("silent.png"));
  const Outcome outcome =
      runPoolscope({QStringLiteral("--screenshot"), picture, QStringLiteral("--after"),
                    QStringLiteral("0.3"), QStringLiteral("--size"), QStringLiteral("1200x760")});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  QCOMPARE(QImage(picture).size(), QSize(1200, 760));
}

void CommandLineTest::screenshot_ofAFileThatCannotBeOpened_endsWithOne() {
  const Outcome outcome =
      runPoolscope({QStringLiteral("--open"), path(QStringLiteral("none.pftrace")),
                    QStringLiteral("--screenshot"), path(QStringLiteral("none.png")),
                    QStringLiteral("--after"), QStringLiteral("0")});
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QVERIFY(outcome.err.contains(QStringLiteral("none.pftrace")));
}

void CommandLineTest::displayThatIsNone_isOneLine() {
  QProcess process;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("DISPLAY"), QStringLiteral(":4711"));
  environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
  environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
  process.setProcessEnvironment(environment);
  process.start(QStringLiteral(POOLSCOPE_PROGRAM), QStringList());
  QVERIFY(process.waitForFinished(30000));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 1);
  const QString said = QString::fromUtf8(process.readAllStandardError());
  QVERIFY2(isOneLine(said), qPrintable(said));
  QVERIFY2(said.contains(QStringLiteral(":4711")), qPrintable(said));
}

QTEST_GUILESS_MAIN(CommandLineTest)
#include "command_line_test.moc"
