// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include "app/numbers.h"

#include <QString>
#include <QTest>

using namespace poolscope;
using namespace poolscope::app;

class CommandLineParseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void nothing_opensTheWindow();
  void window_takesItsOptions();
  void record_takesItsOptions();
  void record_tasksAndDuration_excludeEachOther();
  void seconds_beyondTheMost_sayHowManyMayBe();
  void export_takesRangeSizeAndTheme();
  void export_takesRateAndSpeed();
  void open_withScenario_isRefused();
  void numbers_areWholeWords_data();
  void numbers_areWholeWords();
};

namespace {

Result<Call> parse(const QString& line) {
  std::vector<std::string> words{"poolscope"};
  for (const QString& word : line.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
    words.push_back(word.toStdString());
  }
  return parseCommandLine(words);
}

template <typename T>
T parsed(const QString& line) {
  const auto call = parse(line);
  if (!call || !std::holds_alternative<T>(*call)) {
    qFatal("'%s' is not that kind of call: %s", qPrintable(line),
           call ? "another kind" : call.error().message().c_str());
  }
  return std::get<T>(*call);
}

}  // namespace

void CommandLineParseTest::nothing_opensTheWindow() {
  const auto call = parsed<WindowCall>(QString());
  QVERIFY(call.scenario.empty());
  QVERIFY(!call.maxWorkers);
  QVERIFY(!call.force && !call.trust);
}

void CommandLineParseTest::window_takesItsOptions() {
  const auto call = parsed<WindowCall>(QStringLiteral(
      "--scenario cpu-bound --max-workers 4096 --record a.pftrace --screenshot s.png "
      "--after 1.5 --size 1280x800 --theme light --presentation --force --trust"));
  QCOMPARE(call.scenario, std::string("cpu-bound"));
  QCOMPARE(call.maxWorkers.value_or(0), std::size_t{4096});
  QCOMPARE(call.record, std::string("a.pftrace"));
  QCOMPARE(call.screenshot, std::string("s.png"));
  QCOMPARE(call.afterSeconds, 1.5);
  QVERIFY(call.size && call.size->width == 1280 && call.size->height == 800);
  QCOMPARE(call.theme, std::string("light"));
  QVERIFY(call.presentation && call.force && call.trust);
}

void CommandLineParseTest::record_takesItsOptions() {
  const auto call = parsed<RecordCall>(QStringLiteral(
      "record --scenario web-scraping --tasks 400 --max-workers 8 --output a.pftrace --json "
      "--auto"));
  QCOMPARE(call.scenario, std::string("web-scraping"));
  QCOMPARE(call.tasks.value_or(0), std::uint64_t{400});
  QCOMPARE(call.maxWorkers.value_or(0), std::size_t{8});
  QCOMPARE(call.output, std::string("a.pftrace"));
  QVERIFY(call.json);
  QVERIFY(call.automatic);
  QVERIFY(!call.durationSeconds);
}

void CommandLineParseTest::record_tasksAndDuration_excludeEachOther() {
  const auto call = parse(QStringLiteral("record --scenario s --output o --tasks 3 --duration 2"));
  QVERIFY(!call);
  QVERIFY(call.error().message().find("--tasks") != std::string::npos);
}

void CommandLineParseTest::seconds_beyondTheMost_sayHowManyMayBe() {
  const auto call = parse(QStringLiteral("sweep --scenario s --budget 1e9"));
  QVERIFY(!call);
  QVERIFY2(call.error().message().find("2592000") != std::string::npos,
           call.error().message().c_str());
}

void CommandLineParseTest::export_takesRangeSizeAndTheme() {
  const auto call = parsed<ExportCall>(QStringLiteral(
      "export a.pftrace --output a.png --from 0 --to 2.5 --size 800x600 --theme light"));
  QCOMPARE(call.file, std::string("a.pftrace"));
  QCOMPARE(call.fromSeconds.value_or(-1), 0.0);
  QCOMPARE(call.toSeconds.value_or(-1), 2.5);
  QVERIFY(call.size.width == 800 && call.size.height == 600);
}

void CommandLineParseTest::export_takesRateAndSpeed() {
  const auto call =
      parsed<ExportCall>(QStringLiteral("export a.pftrace --output v.mp4 --fps 30 --speed 0.25"));
  QCOMPARE(call.fps, 30);
  QCOMPARE(call.speed, 0.25);
  for (const char* wrong : {"--fps 0", "--fps 1000", "--fps x", "--speed 0", "--speed -1",
                            "--speed fast", "--speed 1e9"}) {
    const auto refused = parse(QStringLiteral("export a --output b.mp4 ") + QLatin1String(wrong));
    QVERIFY2(!refused, wrong);
    QVERIFY2(refused.error().message().starts_with("--"), refused.error().message().c_str());
  }
}

void CommandLineParseTest::open_withScenario_isRefused() {
  QVERIFY(!parse(QStringLiteral("--open a.pftrace --scenario cpu-bound")));
  QVERIFY(parse(QStringLiteral("--open a.pftrace")).has_value());
}

void CommandLineParseTest::numbers_areWholeWords_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<bool>("whole");
  QTest::addColumn<bool>("decimal");
  QTest::newRow("zero") << "0" << true << true;
  QTest::newRow("the largest") << "18446744073709551615" << true << true;
  QTest::newRow("one more") << "18446744073709551616" << false << true;
  QTest::newRow("fraction") << "2.5" << false << true;
  QTest::newRow("comma") << "2,5" << false << false;
  QTest::newRow("negative") << "-3" << false << true;
  QTest::newRow("space") << " 3" << false << false;
  QTest::newRow("trailing") << "3x" << false << false;
  QTest::newRow("empty") << "" << false << false;
  QTest::newRow("not a number") << "nan" << false << false;
  QTest::newRow("infinite") << "inf" << false << false;
}

void CommandLineParseTest::numbers_areWholeWords() {
  QFETCH(QString, text);
  QFETCH(bool, whole);
  QFETCH(bool, decimal);
  QCOMPARE(parseWhole(text.toStdString()).has_value(), whole);
  QCOMPARE(parseDecimal(text.toStdString()).has_value(), decimal);
}

QTEST_APPLESS_MAIN(CommandLineParseTest)
#include "command_line_test.moc"
