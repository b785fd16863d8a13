// SPDX-License-Identifier: Apache-2.0
// What is installed: C++ programs of others find it, build with it, and are seen by it.
#include "program.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace poolscope::test;

namespace {

constexpr int kPatienceMs = 240'000;

/// What `cmake` says; empty if all is well.
QString cmake(const QStringList& arguments) {
  QProcess process;
  process.setProcessChannelMode(QProcess::MergedChannels);
  process.start(QStringLiteral(POOLSCOPE_CMAKE), arguments);
  const bool good = process.waitForFinished(kPatienceMs) && process.exitCode() == 0;
  return good ? QString() : QString::fromUtf8(process.readAll());
}

}  // namespace

class LibraryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void example_isSeenAsItCounts_data();
  void example_isSeenAsItCounts();
  void example_withoutPoolscope_runsTheSame_data() { example_isSeenAsItCounts_data(); }
  void example_withoutPoolscope_runsTheSame();
  void example_whosePoolscopeEnds_goesOn();
  void installedProgram_findsItsPythonClient();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  QString program(const QString& example, const QString& name) const {
    return path(example) + QLatin1Char('/') + name;
  }
  QTemporaryDir folder_;
};

void LibraryTest::initTestCase() {
  const QString prefix = path(QStringLiteral("prefix"));
  for (const char* component : {"library", "program"}) {
    QCOMPARE(cmake({QStringLiteral("--install"), QStringLiteral(POOLSCOPE_BUILD),
                    QStringLiteral("--prefix"), prefix, QStringLiteral("--component"),
                    QLatin1String(component)}),
             QString());
  }
  for (const char* example : {"own_pool", "executor"}) {
    const QString build = path(QLatin1String(example));
    QStringList arguments{
        QStringLiteral("-G"),  // what the project itself is built by; make may not be there
        QStringLiteral("Ninja"),
        QStringLiteral("-S"),
        QStringLiteral(POOLSCOPE_EXAMPLES "/") + QLatin1String(example),
        QStringLiteral("-B"),
        build,
        QStringLiteral("-DCMAKE_PREFIX_PATH=") + prefix,
        QStringLiteral("-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror " POOLSCOPE_FLAGS),
        QStringLiteral("-DCMAKE_CXX_COMPILER=" POOLSCOPE_COMPILER)};
    QCOMPARE(cmake(arguments), QString());
    QCOMPARE(cmake({QStringLiteral("--build"), build}), QString());
  }
}

void LibraryTest::example_isSeenAsItCounts_data() {
  QTest::addColumn<QString>("example");
  QTest::addColumn<QString>("name");
  QTest::newRow("own pool") << QStringLiteral("own_pool") << QStringLiteral("own_pool");
  QTest::newRow("our executor") << QStringLiteral("executor") << QStringLiteral("squares");
}

void LibraryTest::example_isSeenAsItCounts() {
  QFETCH(QString, example);
  QFETCH(QString, name);
  const QString recording = path(name + QStringLiteral(".pftrace"));
  const Outcome outcome =
      runPoolscope({QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--record"),
                    recording, QStringLiteral("--"), program(example, name)});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QStringList words = outcome.out.split(QLatin1Char(' '));
  const QJsonObject info =
      runPoolscope({QStringLiteral("info"), recording, QStringLiteral("--json")}).json();
  const QJsonObject tasks = info[QStringLiteral("tasks")].toObject();
  QCOMPARE(tasks[QStringLiteral("queued")].toInt(), words[1].toInt());
  QCOMPARE(tasks[QStringLiteral("finished")].toInt(), words[1].toInt());
  QCOMPARE(tasks[QStringLiteral("failed")].toInt(), words[3].trimmed().toInt());
  QCOMPARE(info[QStringLiteral("max_workers")].toInt(), 4);
  QCOMPARE(info[QStringLiteral("peak_workers")].toInt(), 4);
  QCOMPARE(info[QStringLiteral("lost_events")].toInt(), 0);
}

void LibraryTest::example_withoutPoolscope_runsTheSame() {
  QFETCH(QString, example);
  QFETCH(QString, name);
  for (const char* socket : {"", "/nosuch/socket"}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("POOLSCOPE_SOCKET"), QLatin1String(socket));
    process.setProcessEnvironment(environment);
    process.start(program(example, name), {});
    QVERIFY(process.waitForFinished(kPatienceMs));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardOutput().startsWith("tasks "));
    QCOMPARE(process.readAllStandardError(), QByteArray());
  }
}

void LibraryTest::example_whosePoolscopeEnds_goesOn() {
  // Poolscope is killed while the example begins; the shell and the example outlive it.
  const QString result = path(QStringLiteral("result"));
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--"),
                 QStringLiteral("sh"), QStringLiteral("-c"),
                 QStringLiteral("echo ready; \"$0\" > \"$1.part\"; mv \"$1.part\" \"$1\""),
                 program(QStringLiteral("executor"), QStringLiteral("squares")), result});
  QVERIFY(process.waitForReadyRead(kPatienceMs));
  process.kill();
  process.waitForFinished();
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(result), kPatienceMs);
  QFile file(result);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QVERIFY(file.readAll().startsWith("tasks 305 failed 5 "));
}

void LibraryTest::installedProgram_findsItsPythonClient() {
  QProcess process;
  process.start(path(QStringLiteral("prefix/bin/poolscope")),
                {QStringLiteral("run"), QStringLiteral("--headless"), QStringLiteral("--"),
                 QStringLiteral(POOLSCOPE_PYTHON), QStringLiteral("-c"),
                 QStringLiteral("from concurrent.futures import ThreadPoolExecutor as T\n"
                                "print(T(1).submit(int).result())")});
  QVERIFY(process.waitForFinished(kPatienceMs));
  QCOMPARE(process.readAllStandardOutput(), QByteArray("0\n"));
  QCOMPARE(process.readAllStandardError(), QByteArray());
  QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(LibraryTest)
#include "library_test.moc"
