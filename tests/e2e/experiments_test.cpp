// SPDX-License-Identifier: Apache-2.0
// sweep, fit and compare as their users call them.
#include "core/storage/recording.h"
#include "program.h"
#include "session_script.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using poolscope::test::Outcome;
using poolscope::test::runPoolscope;

class ExperimentsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void wrongCall_endsWithTwoAndOneLine_data();
  void wrongCall_endsWithTwoAndOneLine();
  void wrongFile_endsWithOneAndOneLine_data();
  void wrongFile_endsWithOneAndOneLine();
  void fit_ofAPublishedExample_givesItsCoefficients();
  void fit_ofRepeats_recommends();
  void fit_thatCannotTell_saysWhy_data();
  void fit_thatCannotTell_saysWhy();
  void fit_prints_forPeople();
  void fit_showsNoThroughputBelowZero();
  void fit_drawsItsPlot_andKeepsOneThatExists();
  void compare_tellsTheFasterOne_keyByKey();
  void compare_prints_forPeople();
  void sweep_answers_keyByKey_andWritesItsPoints();
  void sweep_interrupted_keepsWhatWasMeasured();
  void sweep_ofTheInterpreterLock_recommendsOne();
  void sweep_outputThatExists_isKept();
  void sweep_outputThatCannotBeReplaced_isKept();
  void predict_answers_keyByKey();
  void predict_prints_forPeople();
  void predict_thatCannotTell_saysWhyInOneLine();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  QString write(const QString& name, const QByteArray& text) const;
  QString record(const QString& name, int workers) const;

  QTemporaryDir folder_;
};

namespace {

const QByteArray kNaps = R"(
name = "naps"
[load]
pattern = "map"
tasks = 64
[[task]]
name = "nap"
steps = [ { sleep = "5ms" } ]
)";

const QByteArray kRepeats =
    "workers,throughput\n8,396\n1,49.9\n1,50\n1,50.1\n2,99.8\n2,100\n2,100.1\n4,199\n4,200\n"
    "4,199.5\n8,395\n8,396.5\n16,401\n16,400\n16,402\n32,400\n32,401\n32,399\n";

bool isOneLine(const QString& text) {
  return text.endsWith(QLatin1Char('\n')) && text.count(QLatin1Char('\n')) == 1;
}

double number(const QJsonValue& json, const char* key) {
  return json.toObject().value(QLatin1String(key)).toDouble(std::nan(""));
}

bool near(double value, double expected, double share) {
  return std::abs(value - expected) <= share * std::abs(expected);
}

}  // namespace

QString ExperimentsTest::write(const QString& name, const QByteArray& text) const {
  QFile file(path(name));
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) {
    qFatal("cannot write %s", qPrintable(name));
  }
  return file.fileName();
}

/// What a run of the naps would leave on a computer that does nothing else: one that was measured
/// lasts a tenth of a second, and says little of the naps if others take the cores meanwhile.
QString ExperimentsTest::record(const QString& name, int workers) const {
  using poolscope::session::TimeNs;
  constexpr TimeNs kUs = 1'000;
  poolscope::test::Script script(workers);
  std::minstd_rand random(1);
  std::vector<TimeNs> free(static_cast<std::size_t>(workers), 0);
  for (int i = 0; i < 64; ++i) {
    const auto worker = std::ranges::min_element(free);
    const TimeNs queued = i * 5 * kUs;
    const TimeNs started = std::max(*worker, queued) + 30 * kUs;
    *worker = started + 5'000 * kUs + static_cast<TimeNs>(random() % 300) * kUs;
    script.plain_task(queued, started, *worker, static_cast<std::size_t>(worker - free.begin()),
                      40 * kUs);
  }
  const auto saved = poolscope::storage::save_recording(
      *script.snapshot(), path(name).toStdString(), {.overwrite = true});
  if (!saved) {
    qFatal("%s", saved.error().message().c_str());
  }
  return path(name);
}

void ExperimentsTest::wrongCall_endsWithTwoAndOneLine_data() {
  QTest::addColumn<QString>("call");
  QTest::addColumn<QStringList>("words");  // that the line must have
  const auto row = [](const char* name, const char* call, QStringList words) {
    QTest::newRow(name) << QString::fromLatin1(call) << words;
  };
  row("fit of nothing", "fit", {"POINTS.csv"});
  row("fit of two", "fit a.csv b.csv", {"b.csv"});
  row("compare with nothing", "compare a.pftrace", {"B is required"});
  row("sweep of nothing", "sweep", {"--scenario"});
  row("unknown scenario", "sweep --scenario webscraping", {"webscraping", "web-scraping"});
  row("text for workers", "sweep --scenario web-scraping --workers 1,two", {"--workers", "'two'"});
  row("0 workers", "sweep --scenario web-scraping --workers 0,1", {"--workers", "'0'"});
  row("too many workers", "sweep --scenario web-scraping --workers 4097", {"'4097'", "4096"});
  row("a count twice", "sweep --scenario web-scraping --workers 1,2,1", {"--workers", "twice"});
  row("an empty count", "sweep --scenario web-scraping --workers 1,,2", {"--workers", "''"});
  row("no repeats", "sweep --scenario web-scraping --repeats 0", {"--repeats", "'0'"});
  row("negative budget", "sweep --scenario web-scraping --budget -5", {"--budget", "'-5'"});
  row("no wait", "sweep --scenario web-scraping --queue-wait-p99 fast", {"'fast'"});
  row("unknown output", "sweep --scenario web-scraping --output x.txt", {"x.txt", ".csv"});
  row("a plot of another kind", "fit a.csv --plot x.pdf", {"x.pdf", ".png", ".svg"});
  row("a sweep's plot, too", "sweep --scenario web-scraping --plot x", {"x: ", ".svg"});
  row("unknown colours", "fit a.csv --plot x.png --theme pink", {"--theme", "pink"});
  row("predict from nothing", "predict", {"FILE"});
  row("predict at none", "predict a.pftrace --workers 0", {"--workers", "'0'"});
  row("a part that ends first", "predict a.pftrace --from 3 --to 2", {"--to", "--from 3"});
  row("no cores", "predict a.pftrace --cores 0", {"--cores", "'0'"});
  row("unknown option", "fit a.csv --workers 3", {"--workers"});
}

void ExperimentsTest::wrongCall_endsWithTwoAndOneLine() {
  QFETCH(QString, call);
  QFETCH(QStringList, words);
  const Outcome outcome = runPoolscope(call.split(QLatin1Char(' ')));
  QCOMPARE(outcome.status, 2);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QCOMPARE(outcome.out, QString());
  for (const QString& word : words) {
    QVERIFY2(outcome.err.contains(word), qPrintable(word + QStringLiteral(" in: ") + outcome.err));
  }
}

void ExperimentsTest::wrongFile_endsWithOneAndOneLine_data() {
  QTest::addColumn<QString>("call");  // %1: the folder with the files below
  QTest::addColumn<QStringList>("words");
  write(QStringLiteral("empty.csv"), "");
  write(QStringLiteral("text.csv"), "hello world\n");
  write(QStringLiteral("nan.csv"), "workers,throughput\n1,10\n2,nan\n");
  write(QStringLiteral("negative.csv"), "workers,throughput\n1,10\n2,-3\n");
  write(QStringLiteral("column.csv"), "workers,rate\n1,10\n2,20\n");
  const auto row = [](const char* name, const char* call, QStringList words) {
    QTest::newRow(name) << QString::fromLatin1(call) << words;
  };
  row("missing", "fit %1/none.csv", {"none.csv", "no such file"});
  row("folder", "fit %1", {"is a folder"});
  row("device", "fit /dev/zero", {"/dev/zero", "no regular file"});
  row("empty", "fit %1/empty.csv", {"empty.csv", "is empty"});
  row("text", "fit %1/text.csv", {"text.csv:1", "workers"});
  row("NaN", "fit %1/nan.csv", {"nan.csv:3", "'nan'"});
  row("negative", "fit %1/negative.csv --json", {"negative.csv:3", "'-3'"});
  row("missing column", "fit %1/column.csv", {"column.csv:1", "throughput"});
  row("missing A", "compare %1/none.pftrace %1/none.pftrace", {"none.pftrace"});
  row("no recording", "compare %1/text.csv %1/text.csv", {"text.csv"});
}

void ExperimentsTest::wrongFile_endsWithOneAndOneLine() {
  QFETCH(QString, call);
  QFETCH(QStringList, words);
  const Outcome outcome =
      runPoolscope(call.replace(QStringLiteral("%1"), folder_.path()).split(QLatin1Char(' ')));
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err), qPrintable(outcome.err));
  QCOMPARE(outcome.out, QString());
  for (const QString& word : words) {
    QVERIFY2(outcome.err.contains(word), qPrintable(word + QStringLiteral(" in: ") + outcome.err));
  }
}

void ExperimentsTest::fit_ofAPublishedExample_givesItsCoefficients() {
  const Outcome outcome =
      runPoolscope({QStringLiteral("fit"),
                    write(QStringLiteral("specsdm91.csv"),
                          "workers,throughput\n1,64.9\n18,995.9\n36,1652.4\n72,1853.2\n108,1828.9\n"
                          "144,1775.0\n216,1702.2\n"),
                    QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(outcome.err, QString());
  const QJsonObject usl = outcome.json().value(QLatin1String("usl")).toObject();
  QVERIFY(near(number(usl, "lambda"), 89.99523, 1e-5));
  QVERIFY(near(number(usl, "sigma"), 0.0277285, 1e-4));
  QVERIFY(near(number(usl, "kappa"), 0.0001044, 1e-3));
  QVERIFY(near(number(usl, "peak_workers"), 96.51956, 1e-4));
  QVERIFY(near(number(usl, "r2"), 0.989561, 1e-4));
  QVERIFY(outcome.json().value(QLatin1String("recommended_workers")).isNull());
  QCOMPARE(outcome.json().value(QLatin1String("reason_code")).toString(),
           QStringLiteral("too_few_repeats"));
}

void ExperimentsTest::fit_ofRepeats_recommends() {
  const Outcome outcome =
      runPoolscope({QStringLiteral("fit"), write(QStringLiteral("repeats.csv"), kRepeats),
                    QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(number(outcome.json(), "recommended_workers"), 8.0);
  QCOMPARE(outcome.json().value(QLatin1String("reason_code")).toString(), QStringLiteral("knee"));
  QVERIFY(outcome.json()
              .value(QLatin1String("reason"))
              .toString()
              .contains(QStringLiteral("8 workers: 396/s")));
}

void ExperimentsTest::fit_thatCannotTell_saysWhy_data() {
  QTest::addColumn<QByteArray>("rows");
  QTest::addColumn<QString>("code");
  QTest::addColumn<bool>("fits");
  QTest::newRow("one point") << QByteArray("4,100\n") << "too_few_points" << false;
  QTest::newRow("equal points") << QByteArray("4,100\n4,100\n4,100\n") << "too_few_points" << false;
  QTest::newRow("zero throughput")
      << QByteArray("1,0\n1,0\n1,0\n2,0\n2,0\n2,0\n4,0\n4,0\n4,0\n") << "no_throughput" << false;
  QTest::newRow("a row each") << QByteArray("1,10\n2,19\n4,35\n8,50\n") << "too_few_repeats"
                              << true;
  QTest::newRow("noise")
      << QByteArray(
             "1,50\n1,70\n1,40\n2,100\n2,60\n2,140\n4,220\n4,110\n4,170\n8,180\n8,260\n8,110\n")
      << "too_noisy" << true;
}

void ExperimentsTest::fit_thatCannotTell_saysWhy() {
  QFETCH(QByteArray, rows);
  QFETCH(QString, code);
  QFETCH(bool, fits);
  const Outcome outcome = runPoolscope(
      {QStringLiteral("fit"), write(QStringLiteral("some.csv"), "workers,throughput\n" + rows),
       QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  const QJsonObject json = outcome.json();
  QVERIFY(json.value(QLatin1String("recommended_workers")).isNull());
  QCOMPARE(json.value(QLatin1String("reason_code")).toString(), code);
  QCOMPARE(json.value(QLatin1String("usl")).isObject(), fits);
  QVERIFY(json.value(QLatin1String("reason")).toString().startsWith(QStringLiteral("Can't tell")));
}

void ExperimentsTest::fit_prints_forPeople() {
  const Outcome outcome =
      runPoolscope({QStringLiteral("fit"), write(QStringLiteral("repeats.csv"), kRepeats)});
  QCOMPARE(outcome.status, 0);
  for (const char* word : {"workers", "95 % interval", "Universal Scalability Law", "sigma",
                           "8 workers: 396/s, within 5 % of the best"}) {
    QVERIFY2(outcome.out.contains(QLatin1String(word)), word);
  }
}

/// Student's t reaches below it where values differ much; a throughput does not.
void ExperimentsTest::fit_showsNoThroughputBelowZero() {
  const Outcome outcome = runPoolscope(
      {QStringLiteral("fit"), write(QStringLiteral("wild.csv"),
                                    "workers,throughput\n1,1\n1,90\n1,2\n2,20\n2,21\n2,20\n")});
  QCOMPARE(outcome.status, 0);
  QVERIFY2(outcome.out.contains(QLatin1String(" 0 to 1")), qPrintable(outcome.out));
}

void ExperimentsTest::fit_drawsItsPlot_andKeepsOneThatExists() {
  const QString points = write(QStringLiteral("plotted.csv"), kRepeats);
  for (const char* name : {"plot.png", "plot.svg"}) {
    const QStringList call{QStringLiteral("fit"),     points,
                           QStringLiteral("--plot"),  path(QString::fromLatin1(name)),
                           QStringLiteral("--theme"), QStringLiteral("light")};
    const Outcome drawn = runPoolscope(call);
    QCOMPARE(drawn.status, 0);
    QVERIFY2(drawn.err.isEmpty(), qPrintable(drawn.err));
    QFile file(path(QString::fromLatin1(name)));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray first = file.readAll();
    QVERIFY(first.startsWith(QByteArray(name).endsWith("png") ? "\x89PNG" : "<?xml"));
    const Outcome again = runPoolscope(call);
    QCOMPARE(again.status, 1);
    QVERIFY2(isOneLine(again.err) && again.err.contains(QString::fromLatin1(name)),
             qPrintable(again.err));
    QCOMPARE(runPoolscope(call + QStringList{QStringLiteral("--force")}).status, 0);
  }
}

void ExperimentsTest::compare_tellsTheFasterOne_keyByKey() {
  const QString two = record(QStringLiteral("two.pftrace"), 2);
  const QString eight = record(QStringLiteral("eight.pftrace"), 8);
  const Outcome outcome =
      runPoolscope({QStringLiteral("compare"), two, eight, QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(outcome.err, QString());
  const QJsonObject json = outcome.json();
  QCOMPARE(json.value(QLatin1String("verdict")).toString(), QStringLiteral("faster"));
  const QJsonValue speedup = json.value(QLatin1String("speedup"));
  QVERIFY(number(speedup, "ci_low") < number(speedup, "value"));
  QVERIFY(number(speedup, "value") < number(speedup, "ci_high"));
  QVERIFY(number(speedup, "value") > 2 && number(speedup, "value") < 5);
  for (const auto& [key, file] : {std::pair{"a", two}, std::pair{"b", eight}}) {
    const Outcome info = runPoolscope({QStringLiteral("info"), file, QStringLiteral("--json")});
    QCOMPARE(json.value(QLatin1String(key)).toObject(), info.json());
  }
  const QJsonArray tests = json.value(QLatin1String("distributions")).toArray();
  QCOMPARE(tests.size(), 2);
  QVERIFY(tests[0].toObject().value(QLatin1String("differs")).toBool());  // the queue's wait

  const Outcome same =
      runPoolscope({QStringLiteral("compare"), two, two, QStringLiteral("--json")});
  QCOMPARE(same.json().value(QLatin1String("verdict")).toString(), QStringLiteral("same"));
  const Outcome back =
      runPoolscope({QStringLiteral("compare"), eight, two, QStringLiteral("--json")});
  QCOMPARE(back.json().value(QLatin1String("verdict")).toString(), QStringLiteral("slower"));
}

void ExperimentsTest::compare_prints_forPeople() {
  const QString two = record(QStringLiteral("two.pftrace"), 2);
  const Outcome outcome = runPoolscope({QStringLiteral("compare"), two, two});
  QCOMPARE(outcome.status, 0);
  QVERIFY(outcome.out.contains(QStringLiteral("The same, within 5 %")));
  QVERIFY(outcome.out.contains(QStringLiteral("Kolmogorov-Smirnov")));
}

void ExperimentsTest::sweep_answers_keyByKey_andWritesItsPoints() {
  const QString csv = path(QStringLiteral("points.csv"));
  const Outcome outcome =
      runPoolscope({QStringLiteral("sweep"), QStringLiteral("--scenario"),
                    write(QStringLiteral("naps.toml"), kNaps), QStringLiteral("--workers"),
                    QStringLiteral("4,1,2"), QStringLiteral("--repeats"), QStringLiteral("3"),
                    QStringLiteral("--duration"), QStringLiteral("0.1"), QStringLiteral("--output"),
                    csv, QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QVERIFY2(outcome.err.contains(QStringLiteral("left")), qPrintable(outcome.err));  // progress
  const QJsonObject json = outcome.json();
  QCOMPARE(json.value(QLatin1String("scenario")).toString(), QStringLiteral("naps"));
  const QJsonArray points = json.value(QLatin1String("points")).toArray();
  QCOMPARE(points.size(), 3);
  double workers = 0.5;
  for (const QJsonValue& point : points) {
    QCOMPARE(number(point, "workers"), workers * 2);
    workers *= 2;
    QVERIFY(number(point, "ci_low") <= number(point, "throughput"));
    QVERIFY(number(point, "throughput") <= number(point, "ci_high"));
    for (const char* key : {"queue_wait_p99", "utilization", "cpu", "predicted",
                            "predicted_queue_wait_p99", "memory_bytes"}) {
      QVERIFY2(number(point, key) >= 0, key);
    }
    const QJsonValue theory = point.toObject().value(QLatin1String("theory"));
    QVERIFY(number(theory, "busy_workers_by_littles_law") > 0);
    QVERIFY(number(point, "utilization") <= 1 && number(point, "cpu") <= 1);
  }
  QVERIFY(number(points[2], "throughput") > 1.5 * number(points[0], "throughput"));
  for (const char* key : {"lambda", "sigma", "kappa", "r2"}) {
    QVERIFY2(!std::isnan(number(json.value(QLatin1String("usl")), key)), key);
  }
  QVERIFY(json.contains(QLatin1String("recommended_workers")));
  QVERIFY(number(json, "rule_of_thumb") >= 5);
  QVERIFY(json.contains(QLatin1String("rule_of_thumb_throughput")));
  QVERIFY(!json.value(QLatin1String("reason_code")).toString().isEmpty());
  QVERIFY(!json.value(QLatin1String("reason")).toString().isEmpty());

  QFile written(csv);
  QVERIFY(written.open(QIODevice::ReadOnly));
  const QByteArrayList columns = written.readLine().trimmed().split(',');
  QVERIFY(columns.contains("predicted_queue_wait_p99"));
  QCOMPARE(written.readLine().split(',').size(), columns.size());

  const Outcome fit = runPoolscope({QStringLiteral("fit"), csv, QStringLiteral("--json")});
  QCOMPARE(fit.status, 0);
  QVERIFY(near(number(fit.json().value(QLatin1String("usl")), "lambda"),
               number(json.value(QLatin1String("usl")), "lambda"), 1e-4));
}

void ExperimentsTest::sweep_interrupted_keepsWhatWasMeasured() {
  QProcess process;
  process.start(QStringLiteral(POOLSCOPE_PROGRAM),
                {QStringLiteral("sweep"), QStringLiteral("--scenario"),
                 write(QStringLiteral("naps.toml"), kNaps), QStringLiteral("--workers"),
                 QStringLiteral("1,2"), QStringLiteral("--repeats"), QStringLiteral("500"),
                 QStringLiteral("--duration"), QStringLiteral("0.05"), QStringLiteral("--json")});
  QVERIFY(process.waitForStarted());
  QByteArray progress;
  process.setReadChannel(QProcess::StandardError);
  while (!progress.contains("run 4 of 1000") && process.waitForReadyRead(30000)) {
    progress += process.readAll();
  }
  QVERIFY2(progress.contains("run 4 of 1000"), progress.constData());
  process.terminate();
  QVERIFY(process.waitForFinished(20000));
  QCOMPARE(process.exitCode(), 0);
  const QJsonObject json = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
  QCOMPARE(json.value(QLatin1String("ended")).toString(), QStringLiteral("cancelled"));
  QCOMPARE(json.value(QLatin1String("points")).toArray().size(), 2);
  QVERIFY(json.value(QLatin1String("recommended_workers")).isNull());
}

void ExperimentsTest::sweep_ofTheInterpreterLock_recommendsOne() {
  const Outcome outcome = runPoolscope(
      {QStringLiteral("sweep"), QStringLiteral("--scenario"),
       write(QStringLiteral("gil.toml"),
             QByteArray(kNaps).replace("[load]", "gil = true\n[load]").replace("sleep", "cpu")),
       QStringLiteral("--workers"), QStringLiteral("1,2,4"), QStringLiteral("--budget"),
       QStringLiteral("20"), QStringLiteral("--json")},
      QProcessEnvironment::systemEnvironment(), {}, 150);
  QCOMPARE(outcome.status, 0);
  const QJsonObject json = outcome.json();
  const QString reason = json.value(QLatin1String("reason")).toString();
  // On a computer that others keep busy, several threads get more of the cores than one does.
  for (const QJsonValue& note : json.value(QLatin1String("notes")).toArray()) {
    if (note.toString().contains(QStringLiteral("other programs")) ||
        note.toString().contains(QStringLiteral("budget"))) {
      QSKIP("too busy a computer for this");
    }
  }
  QCOMPARE(number(json, "recommended_workers"), 1.0);
  QVERIFY2(reason.contains(QStringLiteral("interpreter lock")), qPrintable(reason));
}

void ExperimentsTest::sweep_outputThatExists_isKept() {
  const QString file = write(QStringLiteral("there.csv"), "something of the user's");
  const Outcome outcome =
      runPoolscope({QStringLiteral("sweep"), QStringLiteral("--scenario"),
                    QStringLiteral("web-scraping"), QStringLiteral("--output"), file});
  QCOMPARE(outcome.status, 1);
  QVERIFY2(isOneLine(outcome.err) && outcome.err.contains(QStringLiteral("--force")),
           qPrintable(outcome.err));
}

/// No file may be written, as where a disk is full.
void ExperimentsTest::sweep_outputThatCannotBeReplaced_isKept() {
  const QString points = write(QStringLiteral("kept.csv"), "of another sweep");
  QProcess shell;
  shell.start(QStringLiteral("bash"),
              {QStringLiteral("-c"), QStringLiteral("ulimit -f 0; exec \"$@\""),
               QStringLiteral("bash"), QStringLiteral(POOLSCOPE_PROGRAM), QStringLiteral("sweep"),
               QStringLiteral("--scenario"), write(QStringLiteral("full.toml"), kNaps),
               QStringLiteral("--workers"), QStringLiteral("1,2"), QStringLiteral("--repeats"),
               QStringLiteral("1"), QStringLiteral("--duration"), QStringLiteral("0.1"),
               QStringLiteral("--output"), points, QStringLiteral("--force")});
  QVERIFY(shell.waitForFinished(60'000));
  const QString said = QString::fromUtf8(shell.readAllStandardError());
  QCOMPARE(shell.exitStatus(), QProcess::NormalExit);
  QVERIFY(shell.exitCode() != 0);
  QVERIFY2(said.contains(QLatin1String("kept.csv: cannot be written")), qPrintable(said));
  QFile file(points);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray("of another sweep"));
}

void ExperimentsTest::predict_answers_keyByKey() {
  const Outcome outcome = runPoolscope(
      {QStringLiteral("predict"), record(QStringLiteral("p.pftrace"), 4),
       QStringLiteral("--workers"), QStringLiteral("1,4,16"), QStringLiteral("--json")});
  QCOMPARE(outcome.status, 0);
  QCOMPARE(outcome.err, QString());
  const QJsonObject json = outcome.json();
  QCOMPARE(json[QStringLiteral("recorded_workers")].toInt(), 4);
  QCOMPARE(json[QStringLiteral("tasks")].toInt(), 64);
  QCOMPARE(json[QStringLiteral("arrivals")].toString(), QStringLiteral("batches"));
  QCOMPARE(json[QStringLiteral("batch")].toInt(), 64);
  QVERIFY(json[QStringLiteral("cores")].toInt() >= 1);
  const QJsonArray points = json[QStringLiteral("points")].toArray();
  QVERIFY(points[0].toObject()[QStringLiteral("predicted_deadlock")].isBool());
  QCOMPARE(points.size(), 3);
  const auto value = [&](int point, const char* key) { return number(points[point], key); };
  QCOMPARE(value(0, "workers"), 1.0);
  QVERIFY(points[0].toObject()[QStringLiteral("throughput")].isNull());
  QVERIFY(value(1, "throughput") > 0);
  QVERIFY(value(1, "queue_wait_p99") > 0);
  QVERIFY(value(1, "utilization") > 0.5);
  // Naps of 5 ms: four times the workers, four times the throughput and a fourth of the wait, but
  // for the last round.
  QVERIFY(near(value(1, "predicted") / value(0, "predicted"), 4, 0.1));
  QVERIFY(value(2, "predicted") > 2.5 * value(1, "predicted"));
  QVERIFY(value(2, "predicted_queue_wait_p99") < value(1, "predicted_queue_wait_p99") / 2);
  QVERIFY(value(2, "predicted_queue_wait_mean") < value(2, "predicted_queue_wait_p99"));
  QVERIFY(value(2, "predicted_utilization") > 0.5);
  QVERIFY(json[QStringLiteral("error_at_recorded")].isDouble());
  QVERIFY(!json[QStringLiteral("reason")].toString().isEmpty());
}

void ExperimentsTest::predict_prints_forPeople() {
  const Outcome outcome =
      runPoolscope({QStringLiteral("predict"), record(QStringLiteral("p.pftrace"), 4)});
  QCOMPARE(outcome.status, 0);
  QVERIFY2(outcome.out.contains(QLatin1String("recorded with 4 workers. From 64 tasks; 64 tasks at "
                                              "once")),
           qPrintable(outcome.out));
  QVERIFY(outcome.out.contains(QLatin1String("workers  predicted    wait p99")));
}

void ExperimentsTest::predict_thatCannotTell_saysWhyInOneLine() {
  const QString recording = record(QStringLiteral("p.pftrace"), 4);
  const auto refused = [&](const QStringList& call, const char* words, int status) {
    const Outcome outcome = runPoolscope(QStringList{QStringLiteral("predict")} + call);
    return outcome.status == status && isOneLine(outcome.err) && outcome.out.isEmpty() &&
           outcome.err.contains(QLatin1String(words));
  };
  QVERIFY(refused({path(QStringLiteral("none.pftrace"))}, "none.pftrace", 1));
  QVERIFY(refused({recording, QStringLiteral("--from"), QStringLiteral("900")},
                  "--from: outside the recording", 2));
  QVERIFY(refused({recording, QStringLiteral("--to"), QStringLiteral("0.02")},
                  "fewer than 20 tasks", 1));
}

QTEST_APPLESS_MAIN(ExperimentsTest)
#include "experiments_test.moc"
