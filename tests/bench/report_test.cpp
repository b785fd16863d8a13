// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/report.h"

#include "tests/bench/kit.h"

#include <QJsonObject>
#include <QTest>

using namespace poolscope::bench;

class ReportTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rounded_keepsFourDigits_data();
  void rounded_keepsFourDigits();
  void quantile_interpolates();
  void budget_isJudged_data();
  void budget_isJudged();
  void autosShare_isJudged_data();
  void autosShare_isJudged();
  void shareOfRightSweeps_isJudged_data();
  void shareOfRightSweeps_isJudged();
  void simulation_hasABudgetAtEachCount();
  void missingFigure_isToldAsNotMeasured();
  void workerCounts_standInOrder();
  void page_keepsWhatIsAroundTheFigures();
  void page_withoutMarkers_isRefused();
};

namespace {

ReportRow eventRow(const QJsonObject& figures) {
  return reportRows(figures).value(0);
}

/// Of the rows of a report with nothing but `figures` the one that says anything.
ReportRow onlyMeasured(const QJsonObject& figures) {
  for (const ReportRow& row : reportRows(figures)) {
    if (row.verdict != ReportRow::Verdict::not_measured) {
      return row;
    }
  }
  return {};
}

ReportRow::Verdict judged(bool met) {
  return met ? ReportRow::Verdict::met : ReportRow::Verdict::not_met;
}

}  // namespace

void ReportTest::rounded_keepsFourDigits_data() {
  QTest::addColumn<double>("value");
  QTest::addColumn<double>("expected");
  QTest::newRow("nothing") << 0.0 << 0.0;
  QTest::newRow("large") << 1234567.0 << 1235000.0;
  QTest::newRow("small") << 0.000123456 << 0.0001235;
  QTest::newRow("negative") << -12.3456 << -12.35;
  QTest::newRow("short") << 0.1 << 0.1;
}

void ReportTest::rounded_keepsFourDigits() {
  QFETCH(double, value);
  QFETCH(double, expected);
  QCOMPARE(rounded(value), expected);
}

void ReportTest::quantile_interpolates() {
  QCOMPARE(median({4, 1, 2, 3}), 2.5);
  QCOMPARE(quantile({1, 2, 3, 4, 5}, 0.99), 4.96);
  QCOMPARE(quantile({}, 0.5), 0.0);
}

void ReportTest::budget_isJudged_data() {
  QTest::addColumn<double>("overClockNs");
  QTest::addColumn<bool>("met");
  QTest::newRow("below") << 9.0 << true;
  QTest::newRow("at the limit") << 15.0 << true;
  QTest::newRow("above") << 15.1 << false;
}

void ReportTest::budget_isJudged() {
  QFETCH(double, overClockNs);
  QFETCH(bool, met);
  const ReportRow row = eventRow({{QStringLiteral("event_emit_over_clock_ns"), overClockNs}});
  QCOMPARE(row.budget, QStringLiteral("<= 15 ns"));
  QCOMPARE(row.verdict, judged(met));
}

void ReportTest::autosShare_isJudged_data() {
  QTest::addColumn<QString>("scenario");
  QTest::addColumn<double>("share");
  QTest::addColumn<bool>("met");
  for (const char* scenario : {"web-scraping", "http", "cpu-bound"}) {
    QTest::addRow("%s, enough", scenario) << QString::fromLatin1(scenario) << 0.9 << true;
    QTest::addRow("%s, too little", scenario) << QString::fromLatin1(scenario) << 0.899 << false;
  }
}

void ReportTest::autosShare_isJudged() {
  QFETCH(QString, scenario);
  QFETCH(double, share);
  QFETCH(bool, met);
  const ReportRow row = onlyMeasured(
      {{QStringLiteral("auto"),
        QJsonObject{{scenario, QJsonObject{{QStringLiteral("share_of_best"), share}}}}}});
  QCOMPARE(row.budget, QStringLiteral(">= 0.9 x"));
  QCOMPARE(row.verdict, judged(met));
}

void ReportTest::shareOfRightSweeps_isJudged_data() {
  QTest::addColumn<QString>("work");
  QTest::addColumn<double>("share");
  QTest::addColumn<bool>("met");
  QTest::newRow("web-scraping, nine of ten") << QStringLiteral("web-scraping") << 0.9 << true;
  QTest::newRow("web-scraping, eight of ten") << QStringLiteral("web-scraping") << 0.8 << false;
  QTest::newRow("a server, nine of ten") << QStringLiteral("server_of_ten") << 0.9 << true;
  QTest::newRow("a server, eight of ten") << QStringLiteral("server_of_ten") << 0.8 << false;
  QTest::newRow("computing, all") << QStringLiteral("computing") << 1.0 << true;
  QTest::newRow("computing, half") << QStringLiteral("computing") << 0.5 << false;
  QTest::newRow("one at a time, all") << QStringLiteral("interpreter-lock") << 1.0 << true;
  QTest::newRow("one at a time, half") << QStringLiteral("interpreter-lock") << 0.5 << false;
}

void ReportTest::shareOfRightSweeps_isJudged() {
  QFETCH(QString, work);
  QFETCH(double, share);
  QFETCH(bool, met);
  const ReportRow row =
      onlyMeasured({{QStringLiteral("recommendation"),
                     QJsonObject{{work, QJsonObject{{QStringLiteral("share_right"), share}}}}}});
  QCOMPARE(row.verdict, judged(met));
}

void ReportTest::simulation_hasABudgetAtEachCount() {
  for (const char* workers : {"1", "8", "64", "256"}) {
    const auto at = [&](double rate) {
      return onlyMeasured({{QStringLiteral("simulation_tasks_per_s"),
                            QJsonObject{{QString::fromLatin1(workers), rate}}}});
    };
    QCOMPARE(at(4.9e6).verdict, ReportRow::Verdict::not_met);
    QCOMPARE(at(5e6).verdict, ReportRow::Verdict::met);
  }
}

void ReportTest::missingFigure_isToldAsNotMeasured() {
  QCOMPARE(eventRow({}).verdict, ReportRow::Verdict::not_measured);
  QVERIFY(reportText({}).contains(QLatin1String("not measured")));
}

void ReportTest::workerCounts_standInOrder() {
  const auto table = [](double speed) {
    return QJsonObject{{QStringLiteral("poolscope_traced"), speed},
                       {QStringLiteral("peers"), QJsonObject{}}};
  };
  const QJsonObject byWorkers{{QStringLiteral("1"), table(1)},
                              {QStringLiteral("64"), table(3)},
                              {QStringLiteral("8"), table(2)}};
  const QString page =
      reportMarkdown({{QStringLiteral("figures"),
                       QJsonObject{{QStringLiteral("fire_and_forget"),
                                    QJsonObject{{QStringLiteral("by_workers"), byWorkers}}}}}});
  QVERIFY(page.contains(QLatin1String("| fire and forget | 1 | 8 | 64 |")));
  QVERIFY(page.contains(QLatin1String("| poolscope_traced | 1 | 2 | 3 |")));
}

void ReportTest::page_keepsWhatIsAroundTheFigures() {
  const QString page =
      QStringLiteral("before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n");
  QCOMPARE(withFigures(page, QStringLiteral("new\n")).value_or(QString()),
           QStringLiteral("before\n<!-- figures: begin -->\nnew\n<!-- figures: end -->\nafter\n"));
}

void ReportTest::page_withoutMarkers_isRefused() {
  QVERIFY(!withFigures(QStringLiteral("no place for figures"), QStringLiteral("new")));
}

QTEST_APPLESS_MAIN(ReportTest)
#include "report_test.moc"
