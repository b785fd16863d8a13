// SPDX-License-Identifier: Apache-2.0
// sweep, fit and compare as their users call them.
#include "program.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

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
  void compare_tellsTheFasterOne_keyByKey();
  void compare_prints_forPeople();

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

QString ExperimentsTest::record(const QString& name, int workers) const {
  const Outcome outcome =
      runPoolscope({QStringLiteral("record"), QStringLiteral("--scenario"),
                    write(QStringLiteral("naps.toml"), kNaps), QStringLiteral("--max-workers"),
                    QString::number(workers), QStringLiteral("--force"), QStringLiteral("--output"),
                    path(name)});
  if (outcome.status != 0) {
    qFatal("%s", qPrintable(outcome.err));
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

QTEST_APPLESS_MAIN(ExperimentsTest)
#include "experiments_test.moc"
