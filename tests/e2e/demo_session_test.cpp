// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <utility>

using poolscope::test::Outcome;
using poolscope::test::python;
using poolscope::test::runPoolscope;
using poolscope::test::script;

/// A demo session from its recording to whatever is made of it: the window records the default
/// scenario and is killed; the recording is reopened, replayed and exported to each format, and
/// every file is checked by a reader that is not ours, against the counts of `info`.
class DemoSessionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void recording_decodedByProtoc_hasTheCountsOfInfo();
  void replay_isShownByTheWindow();
  void tables_readByPython_haveTheCountsOfInfo_data();
  void tables_readByPython_haveTheCountsOfInfo();
  void pictures_areReadByOthers();
  void video_hasAFrameForEachMoment_data();
  void video_hasAFrameForEachMoment();
  void page_inABrowser_hasTheFiguresOfInfo();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  /// The output's path; empty if it could not be made.
  QString exported(const QString& name, const QStringList& more = {}) const;
  void compareCounts(const QJsonObject& counted, const QStringList& keys) const;

  QTemporaryDir folder_;
  QString recording_;
  QJsonObject info_;
};

void DemoSessionTest::initTestCase() {
  recording_ = path(QStringLiteral("killed.pftrace"));
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), path(QStringLiteral("config")));
  QProcess window;
  window.setProcessEnvironment(environment);
  window.start(QStringLiteral(POOLSCOPE_PROGRAM), {QStringLiteral("--record"), recording_});
  QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(recording_).size() > 30'000, 60'000);
  window.kill();
  QVERIFY(window.waitForFinished());
  QCOMPARE(window.exitStatus(), QProcess::CrashExit);

  const Outcome told = runPoolscope({QStringLiteral("info"), recording_, QStringLiteral("--json")});
  QCOMPARE(told.status, 0);
  info_ = told.json();
  QCOMPARE(info_.value(QLatin1String("scenario")).toString(), QStringLiteral("web-scraping"));
  const QJsonObject tasks = info_.value(QLatin1String("tasks")).toObject();
  QVERIFY(tasks.value(QLatin1String("finished")).toInt() > 100);
}

QString DemoSessionTest::exported(const QString& name, const QStringList& more) const {
  const QString output = path(name);
  const Outcome outcome = runPoolscope(
      QStringList{QStringLiteral("export"), recording_, QStringLiteral("--output"), output} + more,
      QProcessEnvironment::systemEnvironment(), {}, 200);
  if (outcome.status != 0) {
    qWarning("%s", qPrintable(outcome.err));
    return {};
  }
  return output;
}

void DemoSessionTest::compareCounts(const QJsonObject& counted, const QStringList& keys) const {
  const QJsonObject tasks = info_.value(QLatin1String("tasks")).toObject();
  for (const QString& key : keys) {
    QVERIFY2(counted.contains(key), qPrintable(key));
    QCOMPARE(counted.value(key).toInt(), tasks.value(key).toInt());
  }
}

void DemoSessionTest::recording_decodedByProtoc_hasTheCountsOfInfo() {
  if (QStandardPaths::findExecutable(QStringLiteral("protoc")).isEmpty()) {
    QSKIP("protoc is not installed (protobuf-compiler)");
  }
  const QJsonObject counted =
      python({script("trace_counts.py"), recording_, QStringLiteral(POOLSCOPE_TEST_DATA)});
  compareCounts(counted, {"queued", "started", "finished", "failed"});
  const QJsonArray threads = counted.value(QLatin1String("threads")).toArray();
  QVERIFY(threads.contains(QStringLiteral("main")));
  for (int i = 0; i < info_.value(QLatin1String("peak_workers")).toInt(); ++i) {
    QVERIFY(threads.contains(QStringLiteral("web_%1").arg(i)));
  }
}

void DemoSessionTest::replay_isShownByTheWindow() {
  const QString picture = path(QStringLiteral("window.png"));
  const Outcome outcome =
      runPoolscope({QStringLiteral("--open"), recording_, QStringLiteral("--screenshot"), picture,
                    QStringLiteral("--after"), QStringLiteral("0.5"), QStringLiteral("--size"),
                    QStringLiteral("1280x800")});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  QCOMPARE(QImage(picture).size(), QSize(1280, 800));
}

void DemoSessionTest::tables_readByPython_haveTheCountsOfInfo_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("reader");
  QTest::newRow("csv") << "demo.csv"
                       << "csv_counts.py";
  QTest::newRow("json") << "demo.json"
                        << "json_counts.py";
  QTest::newRow("chrome") << "demo.trace.json"
                          << "chrome_counts.py";
}

void DemoSessionTest::tables_readByPython_haveTheCountsOfInfo() {
  QFETCH(QString, name);
  QFETCH(QString, reader);
  const QString output = exported(name);
  QVERIFY(!output.isEmpty());
  compareCounts(python({script(reader.toLatin1().constData()), output}),
                {"queued", "started", "finished", "failed", "cancelled"});
}

void DemoSessionTest::pictures_areReadByOthers() {
  const QStringList size{QStringLiteral("--size"), QStringLiteral("1280x800")};
  const QString png = exported(QStringLiteral("demo.png"), size);
  const QString svg = exported(QStringLiteral("demo.svg"), size);
  QVERIFY(!png.isEmpty() && !svg.isEmpty());
  const QString again = path(QStringLiteral("again.png"));
  QCOMPARE(QProcess::execute(QStringLiteral("rsvg-convert"), {svg, QStringLiteral("-o"), again}),
           0);
  for (const QString& picture : {png, again}) {
    QProcess probe;
    probe.start(QStringLiteral("ffprobe"),
                {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-show_entries"),
                 QStringLiteral("stream=codec_name,width,height"), QStringLiteral("-of"),
                 QStringLiteral("csv=p=0"), picture});
    QVERIFY(probe.waitForFinished(60'000));
    QCOMPARE(QString::fromUtf8(probe.readAllStandardOutput()).trimmed(),
             QStringLiteral("png,1280,800"));
  }
  // How many have finished stands in the picture as text.
  QFile file(svg);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const int finished =
      info_.value(QLatin1String("tasks")).toObject().value(QLatin1String("finished")).toInt();
  const QByteArray shapes = file.readAll();
  QVERIFY(shapes.contains(">" + QByteArray::number(finished) + "</text>"));
  QVERIFY(shapes.contains(">Web scraping</text>"));  // the scenario's title
}

void DemoSessionTest::video_hasAFrameForEachMoment_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("codec");
  QTest::newRow("mp4") << "demo.mp4"
                       << "h264";
  QTest::newRow("webm") << "demo.webm"
                        << "vp8";
  QTest::newRow("gif") << "demo.gif"
                       << "gif";
}

void DemoSessionTest::video_hasAFrameForEachMoment() {
  QFETCH(QString, name);
  QFETCH(QString, codec);
  constexpr int kFps = 5;
  const QString output = exported(name, {QStringLiteral("--fps"), QString::number(kFps),
                                         QStringLiteral("--size"), QStringLiteral("640x400")});
  QVERIFY(!output.isEmpty());
  QProcess probe;
  probe.start(QStringLiteral("ffprobe"),
              {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-count_frames"),
               QStringLiteral("-show_entries"), QStringLiteral("stream=codec_name,nb_read_frames"),
               QStringLiteral("-of"), QStringLiteral("csv=p=0"), output});
  QVERIFY(probe.waitForFinished(60'000));
  const double seconds = info_.value(QLatin1String("duration")).toDouble() + 1e-9;
  const int frames = static_cast<int>(std::ceil(seconds * kFps)) + 1;
  QCOMPARE(QString::fromUtf8(probe.readAllStandardOutput()).trimmed(),
           QStringLiteral("%1,%2").arg(codec).arg(frames));
}

void DemoSessionTest::page_inABrowser_hasTheFiguresOfInfo() {
  if (QStandardPaths::findExecutable(QStringLiteral("chromedriver")).isEmpty()) {
    QSKIP("chromedriver is not installed (Debian: chromium-driver)");
  }
  const QString output = exported(QStringLiteral("demo.html"));
  QVERIFY(!output.isEmpty());
  QFile told(path(QStringLiteral("info.json")));
  QVERIFY(told.open(QIODevice::WriteOnly));
  told.write(QJsonDocument(info_).toJson());
  told.close();
  QProcess checks;
  checks.setProcessChannelMode(QProcess::MergedChannels);
  checks.start(QStringLiteral("python3"), {script("page_checks.py"), output, told.fileName(),
                                           path(QStringLiteral("page.png"))});
  QVERIFY(checks.waitForFinished(120'000));
  QVERIFY2(checks.exitCode() == 0, checks.readAll().constData());
}

QTEST_GUILESS_MAIN(DemoSessionTest)
#include "demo_session_test.moc"
