// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/format.h"

#include "ui/timeline/time_text.h"

#include <QLocale>
#include <QTest>

using namespace poolscope::ui;

class FormatTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }

  void clock_data() {
    QTest::addColumn<qint64>("ns");
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << qint64{0} << "00:00.00";
    QTest::newRow("before the begin") << qint64{-5} << "00:00.00";
    QTest::newRow("seconds") << qint64{9'412'307'000} << "00:09.41";
    QTest::newRow("minutes") << qint64{125'000'000'000} << "02:05.00";
    QTest::newRow("hours") << qint64{3'725'990'000'000} << "1:02:05.99";
  }
  void clock() {
    QFETCH(qint64, ns);
    QTEST(formatClock(ns), "text");
  }

  void instant_isExactToTheMicrosecond() {
    QCOMPARE(formatInstant(9'412'307'999), QStringLiteral("9.412\u2009307\u00a0s"));
    QCOMPARE(formatInstant(4'000), QStringLiteral("0.000\u2009004\u00a0s"));
  }

  void instant_toTheNanosecond() {
    QCOMPARE(formatInstant(9'412'307'999, true), QStringLiteral("9.412\u2009307\u2009999\u00a0s"));
    QCOMPARE(formatInstant(4, true), QStringLiteral("0.000\u2009000\u2009004\u00a0s"));
  }

  void clock_withDecimals_showsThem() {
    QCOMPARE(formatClock(9'412'307'999, 6), QStringLiteral("00:09.412307"));
    QCOMPARE(formatClock(3'725'990'000'007, 9), QStringLiteral("1:02:05.990000007"));
  }

  void share_data() {
    QTest::addColumn<double>("share");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << 0.0 << QStringLiteral("0\u00a0%");
    QTest::newRow("most") << 0.964 << QStringLiteral("96\u00a0%");
    QTest::newRow("all") << 1.0 << QStringLiteral("100\u00a0%");
  }
  void share() {
    QFETCH(double, share);
    QTEST(formatShare(share), "text");
  }

  void ratio_data() {
    QTest::addColumn<double>("ratio");
    QTest::addColumn<QString>("text");
    QTest::newRow("more") << 1.94 << "1.9";
    QTest::newRow("much more") << 12.3 << "12";
    QTest::newRow("as much") << 0.998 << "1.0";
    QTest::newRow("a little less") << 0.994 << "0.99";
    QTest::newRow("half") << 0.5 << "0.50";
    QTest::newRow("one worker of eight") << 0.1249 << "0.12";
    QTest::newRow("almost a tenth") << 0.0996 << "0.10";
    QTest::newRow("hardly anything") << 0.04 << "0.040";
    QTest::newRow("nothing") << 0.0 << "0";
  }
  void ratio() {
    QFETCH(double, ratio);
    QTEST(formatRatio(ratio), "text");
  }

  void largeNumbers_stayShort_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("count");
    QTest::addColumn<QString>("rate");
    QTest::newRow("none") << 0.0 << "0"
                          << "0";
    QTest::newRow("four digits") << 9999.0 << countText(9999) << countText(9999);
    QTest::newRow("five") << 12'345.0 << QStringLiteral("12.3\u00a0k")
                          << QStringLiteral("12.3\u00a0k");
    QTest::newRow("nearly a million")
        << 999'499.0 << QStringLiteral("999\u00a0k") << QStringLiteral("999\u00a0k");
    QTest::newRow("a million") << 999'500.0 << QStringLiteral("1.00\u00a0M")
                               << QStringLiteral("1.00\u00a0M");
    QTest::newRow("ten million") << 10e6 << QStringLiteral("10.0\u00a0M")
                                 << QStringLiteral("10.0\u00a0M");
  }
  void largeNumbers_stayShort() {
    QFETCH(double, value);
    QTEST(formatLargeCount(static_cast<std::uint64_t>(value)), "count");
    QTEST(formatLargeRate(value), "rate");
  }
};

QTEST_APPLESS_MAIN(FormatTest)
#include "format_test.moc"
