// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <utility>

using poolscope::test::Outcome;
using poolscope::test::python;
using poolscope::test::runPoolscope;
using poolscope::test::script;

/// Exports of one recording, each checked by a reader that is not ours.
class ExportTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void csv_readByPython_hasTheCountsOfInfo();
  void json_readByPython_hasTheCountsOfInfo();
  void chromeTrace_readByPython_hasTheCountsOfInfo();
  void svg_byAnotherRenderer_isThePicture();
  void video_hasTheFramesAskedFor_data();
  void video_hasTheFramesAskedFor();
  void missingFfmpeg_isSaidWithWhatToInstall();
  void scenarioWithAScript_runsFirst();
  void scenarioThatRunsCommands_needsTrust();
  void range_hasOnlyTasksThatTouchIt();
  void unknownEnding_isRefusedWithAList();
  void outputThatExists_isKeptWithoutForce();
  void fullDisk_leavesNoHalfFile();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  Outcome exportTo(const QString& output, const QStringList& more = {}) const {
    return runPoolscope(
        QStringList{QStringLiteral("export"), recording_, QStringLiteral("--output"), output} +
        more);
  }
  void compareCounts(const QJsonObject& counted) const;

  QTemporaryDir folder_;
  QString recording_;
  QJsonObject info_;
};

namespace {

/// Failures, phases, commas, quotes and line breaks in names.
const QByteArray kScenario = R"(
name = "mixed"
title = "Mixed"
max_workers = 3
[load]
pattern = "submit"
tasks = 60
[[task]]
name = "nap, \"short\""
fail_every = 7
steps = [ { sleep = "2ms" }, { cpu = "1ms" } ]
[[task]]
name = "über"
steps = [ { sleep = "1ms" } ]
)";

}  // namespace

void ExportTest::compareCounts(const QJsonObject& counted) const {
  const QJsonObject tasks = info_.value(QLatin1String("tasks")).toObject();
  for (const char* key : {"queued", "started", "finished", "failed", "cancelled"}) {
    QVERIFY2(counted.contains(QLatin1String(key)), key);
    QVERIFY2(counted.value(QLatin1String(key)) == tasks.value(QLatin1String(key)), key);
  }
}

void ExportTest::initTestCase() {
  QFile scenario(path(QStringLiteral("mixed.toml")));
  QVERIFY(scenario.open(QIODevice::WriteOnly));
  scenario.write(kScenario);
  scenario.close();
  recording_ = path(QStringLiteral("a.pftrace"));
  QCOMPARE(runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                         scenario.fileName(), QStringLiteral("--output"), recording_})
               .status,
           0);
  info_ = runPoolscope({QStringLiteral("info"), recording_, QStringLiteral("--json")}).json();
  QCOMPARE(info_.value(QLatin1String("tasks")).toObject().value(QLatin1String("queued")).toInt(),
           60);
}

void ExportTest::csv_readByPython_hasTheCountsOfInfo() {
  const QString output = path(QStringLiteral("a.csv"));
  const Outcome outcome = exportTo(output);
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QJsonObject counted = python({script("csv_counts.py"), output});
  compareCounts(counted);
  QCOMPARE(counted.value(QLatin1String("names")).toArray(),
           QJsonArray({QStringLiteral("nap, \"short\""), QStringLiteral("über")}));
  QCOMPARE(counted.value(QLatin1String("errors")), counted.value(QLatin1String("failed")));
  QCOMPARE(counted.value(QLatin1String("workers")).toInt(), 3);
  const auto mean = [&](const char* key) {
    return info_.value(QLatin1String(key)).toObject().value(QLatin1String("mean")).toDouble();
  };
  QVERIFY(qAbs(counted.value(QLatin1String("wait")).toDouble() / 60 - mean("queue_wait")) < 1e-9);
  QVERIFY(qAbs(counted.value(QLatin1String("run")).toDouble() / 60 - mean("run_time")) < 1e-9);
  QVERIFY(counted.value(QLatin1String("first")).toDouble() >= 0);
  QVERIFY(counted.value(QLatin1String("last")).toDouble() <=
          info_.value(QLatin1String("duration")).toDouble() + 1e-9);
}

void ExportTest::json_readByPython_hasTheCountsOfInfo() {
  const QString output = path(QStringLiteral("a.json"));
  const Outcome outcome = exportTo(output);
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QJsonObject counted = python({script("json_counts.py"), output});
  compareCounts(counted);
  QCOMPARE(counted.value(QLatin1String("errors")), counted.value(QLatin1String("failed")));
  QVERIFY(counted.value(QLatin1String("phases")).toInt() >= 60);
}

void ExportTest::chromeTrace_readByPython_hasTheCountsOfInfo() {
  const QString output = path(QStringLiteral("a.trace.json"));
  const Outcome outcome = exportTo(output);
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QJsonObject counted = python({script("chrome_counts.py"), output});
  compareCounts(counted);
  QCOMPARE(counted.value(QLatin1String("open")).toInt(), 0);
  QVERIFY(counted.value(QLatin1String("deepest")).toInt() >= 2);  // phases in tasks
}

void ExportTest::svg_byAnotherRenderer_isThePicture() {
  const QString vector = path(QStringLiteral("a.svg"));
  const QString pixels = path(QStringLiteral("a.png"));
  const QString again = path(QStringLiteral("again.png"));
  const QStringList part{QStringLiteral("--size"), QStringLiteral("1280x800")};
  QCOMPARE(exportTo(vector, part).status, 0);
  QCOMPARE(exportTo(pixels, part).status, 0);
  QCOMPARE(QProcess::execute(QStringLiteral("rsvg-convert"), {vector, QStringLiteral("-o"), again}),
           0);
  const QImage expected = QImage(pixels).convertToFormat(QImage::Format_RGB32);
  const QImage actual = QImage(again).convertToFormat(QImage::Format_RGB32);
  QCOMPARE(actual.size(), expected.size());
  // Texts and curves are smoothed in another way: a share of pixels differs, most of them little.
  qsizetype different = 0;
  for (int y = 0; y < expected.height(); ++y) {
    for (int x = 0; x < expected.width(); ++x) {
      const QColor a = expected.pixelColor(x, y);
      const QColor b = actual.pixelColor(x, y);
      different +=
          qAbs(a.red() - b.red()) + qAbs(a.green() - b.green()) + qAbs(a.blue() - b.blue()) > 120
              ? 1
              : 0;
    }
  }
  const double share = static_cast<double>(different) / (1280.0 * 800);
  QVERIFY2(share < 0.02, qPrintable(QString::number(share)));
}

void ExportTest::video_hasTheFramesAskedFor_data() {
  QTest::addColumn<QString>("ending");
  QTest::addColumn<QString>("codec");
  QTest::addColumn<int>("fps");
  QTest::newRow("mp4") << "mp4"
                       << "h264" << 30;
  QTest::newRow("webm") << "webm"
                        << "vp8" << 20;
  QTest::newRow("gif") << "gif"
                       << "gif" << 10;
}

void ExportTest::video_hasTheFramesAskedFor() {
  QFETCH(QString, ending);
  QFETCH(QString, codec);
  QFETCH(int, fps);
  const QString output = path(QStringLiteral("v.") + ending);
  const Outcome outcome =
      exportTo(output, {QStringLiteral("--fps"), QString::number(fps), QStringLiteral("--size"),
                        QStringLiteral("801x501"), QStringLiteral("--speed"),
                        QStringLiteral("0.05"), QStringLiteral("--to"), QStringLiteral("0.05")});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  QProcess probe;
  probe.start(QStringLiteral("ffprobe"),
              {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-count_frames"),
               QStringLiteral("-show_entries"),
               QStringLiteral("stream=codec_name,width,height,r_frame_rate,nb_read_frames"),
               QStringLiteral("-of"), QStringLiteral("json"), output});
  QVERIFY(probe.waitForFinished(60000));
  const QJsonObject stream = QJsonDocument::fromJson(probe.readAllStandardOutput())
                                 .object()
                                 .value(QLatin1String("streams"))
                                 .toArray()
                                 .first()
                                 .toObject();
  QCOMPARE(stream.value(QLatin1String("codec_name")).toString(), codec);
  QCOMPARE(stream.value(QLatin1String("width")).toInt(), 802);
  QCOMPARE(stream.value(QLatin1String("height")).toInt(), 502);
  QCOMPARE(stream.value(QLatin1String("r_frame_rate")).toString(), QStringLiteral("%1/1").arg(fps));
  // A second of video, and its end.
  QCOMPARE(stream.value(QLatin1String("nb_read_frames")).toString().toInt(), fps + 1);
}

void ExportTest::missingFfmpeg_isSaidWithWhatToInstall() {
  QProcessEnvironment nowhere = QProcessEnvironment::systemEnvironment();
  nowhere.insert(QStringLiteral("PATH"), folder_.path());
  const QString output = path(QStringLiteral("none.mp4"));
  const Outcome outcome = runPoolscope(
      {QStringLiteral("export"), recording_, QStringLiteral("--output"), output}, nowhere);
  QCOMPARE(outcome.status, 1);
  QVERIFY2(outcome.err.contains(QStringLiteral("install")), qPrintable(outcome.err));
  QVERIFY(outcome.err.contains(QStringLiteral("ffmpeg")));
  QVERIFY(outcome.err.contains(QStringLiteral(".png")));
  QVERIFY(!QFileInfo::exists(output));
}

void ExportTest::range_hasOnlyTasksThatTouchIt() {
  const QString whole = path(QStringLiteral("w.csv"));
  QCOMPARE(exportTo(whole).status, 0);
  const double middle = info_.value(QLatin1String("duration")).toDouble() / 2;
  const QString part = path(QStringLiteral("p.csv"));
  const QStringList range{QStringLiteral("--from"), QString::number(middle, 'f', 9),
                          QStringLiteral("--to"), QString::number(middle + 0.002, 'f', 9)};
  QCOMPARE(exportTo(part, range).status, 0);
  constexpr const char* kRows = R"(
import csv, json, sys
read = lambda name: list(csv.DictReader(open(name, newline='', encoding='utf-8')))
begin, end = float(sys.argv[3]), float(sys.argv[4])
over = lambda r: float(r['delivered'] or r['finished'])
wanted = [r for r in read(sys.argv[1]) if float(r['queued']) < end and over(r) >= begin]
print(json.dumps({'same': wanted == read(sys.argv[2]), 'rows': len(wanted)}))
)";
  const QJsonObject told =
      python({QStringLiteral("-c"), QString::fromUtf8(kRows), whole, part, range[1], range[3]});
  QVERIFY(told.value(QLatin1String("same")).toBool());
  QVERIFY(told.value(QLatin1String("rows")).toInt() > 0);

  const QString trace = path(QStringLiteral("p.trace.json"));
  QCOMPARE(exportTo(trace, range).status, 0);
  const QJsonObject counted = python({script("chrome_counts.py"), trace});
  QCOMPARE(counted.value(QLatin1String("queued")), told.value(QLatin1String("rows")));
}

void ExportTest::scenarioWithAScript_runsFirst() {
  QFile scenario(path(QStringLiteral("demo.toml")));
  QVERIFY(scenario.open(QIODevice::WriteOnly));
  scenario.write(R"(
name = "demo"
max_workers = 1
[load]
pattern = "submit"
tasks = 5
repeat = true
[[task]]
name = "nap"
steps = [ { sleep = "2ms" } ]
[[script]]
at = "50ms"
max_workers = 3
say = "three now"
)");
  scenario.close();
  const QString output = path(QStringLiteral("demo.trace.json"));
  const Outcome outcome = runPoolscope(
      {QStringLiteral("export"), scenario.fileName(), QStringLiteral("--output"), output});
  QCOMPARE(outcome.err, QString());
  QCOMPARE(outcome.status, 0);
  const QJsonObject told =
      runPoolscope({QStringLiteral("info"), output, QStringLiteral("--json")}).json();
  QCOMPARE(told.value(QLatin1String("max_workers")).toInt(), 3);
  QVERIFY(told.value(QLatin1String("duration")).toDouble() >= 0.05);
  QFile file(output);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QVERIFY(file.readAll().contains("three now"));
}

void ExportTest::scenarioThatRunsCommands_needsTrust() {
  QFile scenario(path(QStringLiteral("command.toml")));
  QVERIFY(scenario.open(QIODevice::WriteOnly));
  scenario.write(R"(
name = "command"
[load]
pattern = "submit"
tasks = 1
[[task]]
name = "true"
steps = [ { command = "true" } ]
)");
  scenario.close();
  const QStringList call{QStringLiteral("export"), scenario.fileName(), QStringLiteral("--output"),
                         path(QStringLiteral("command.csv"))};
  const Outcome refused = runPoolscope(call);
  QCOMPARE(refused.status, 2);
  QVERIFY(refused.err.contains(QStringLiteral("--trust")));
  QCOMPARE(runPoolscope(call + QStringList{QStringLiteral("--trust")}).status, 0);
}

void ExportTest::unknownEnding_isRefusedWithAList() {
  const Outcome outcome = exportTo(path(QStringLiteral("a.docx")));
  QCOMPARE(outcome.status, 2);
  QVERIFY(outcome.err.contains(QStringLiteral("a.docx")));
  QVERIFY(outcome.err.contains(QStringLiteral(".csv")));
  QVERIFY(outcome.err.contains(QStringLiteral(".trace.json")));
}

void ExportTest::outputThatExists_isKeptWithoutForce() {
  for (const char* name : {"there.csv", "there.json", "there.trace.json"}) {
    const QString output = path(QLatin1String(name));
    QFile file(output);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("mine");
    file.close();
    const Outcome refused = exportTo(output);
    QCOMPARE(refused.status, 1);
    QVERIFY(refused.err.contains(QStringLiteral("--force")));
    QCOMPARE(QFileInfo(output).size(), 4);
    QCOMPARE(exportTo(output, {QStringLiteral("--force")}).status, 0);
    QVERIFY(QFileInfo(output).size() > 100);
  }
}

void ExportTest::fullDisk_leavesNoHalfFile() {
  for (const char* ending : {".csv", ".json", ".trace.json"}) {
    const QString output = path(QStringLiteral("full") + QLatin1String(ending));
    QVERIFY(QFile::link(QStringLiteral("/dev/full"), output));
    const Outcome outcome = exportTo(output, {QStringLiteral("--force")});
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(QStringLiteral("no space left")), qPrintable(outcome.err));
  }
  QCOMPARE(QDir(folder_.path()).entryList({QStringLiteral(".*.part")}, QDir::Files | QDir::Hidden),
           QStringList());
}

QTEST_GUILESS_MAIN(ExportTest)
#include "export_test.moc"
