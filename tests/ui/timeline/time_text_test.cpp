// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/time_text.h"

#include <QLocale>
#include <QTest>

using namespace poolscope::ui;

class TimeTextTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }
  void durationText_anyLength_hasThreeFigures_data();
  void durationText_anyLength_hasThreeFigures();
  void exactDurationText_anyLength_hasFiveFigures_data();
  void exactDurationText_anyLength_hasFiveFigures();
  void timeText_isAsExactAsTheStep_data();
  void timeText_isAsExactAsTheStep();
  void rateText_anyRate_isShort_data();
  void rateText_anyRate_isShort();
  void eventsLostText_knowsOneFromMany();
};

namespace {

QString plain(QString text) {
  return text.replace(QChar(0x00a0), QLatin1Char(' '));
}

}  // namespace

void TimeTextTest::durationText_anyLength_hasThreeFigures_data() {
  QTest::addColumn<qint64>("ns");
  QTest::addColumn<QString>("text");
  QTest::newRow("zero") << qint64(0) << "0 ns";
  QTest::newRow("ns") << qint64(860) << "860 ns";
  QTest::newRow("us") << qint64(50'000) << QStringLiteral("50.0 µs");
  QTest::newRow("ms") << qint64(12'340'000) << "12.3 ms";
  QTest::newRow("never 1000 ms") << qint64(999'999'000) << "1.00 s";
  QTest::newRow("s") << qint64(1'840'000'000) << "1.84 s";
  QTest::newRow("min") << qint64(125'000'000'000) << "2 min 05 s";
  QTest::newRow("h") << qint64(3'900'000'000'000) << "1 h 05 min";
  QTest::newRow("days") << qint64(2) * 86'400'000'000'000 << "2 d 0 h";
  QTest::newRow("negative") << qint64(-12'340'000) << "-12.3 ms";
}

void TimeTextTest::durationText_anyLength_hasThreeFigures() {
  QFETCH(qint64, ns);
  QFETCH(QString, text);
  QCOMPARE(plain(durationText(ns)), text);
}

void TimeTextTest::exactDurationText_anyLength_hasFiveFigures_data() {
  QTest::addColumn<qint64>("ns");
  QTest::addColumn<QString>("text");
  QTest::newRow("ns") << qint64(20) << "20 ns";
  QTest::newRow("us") << qint64(1'234) << QStringLiteral("1.2340 µs");
  QTest::newRow("ms") << qint64(12'345'678) << "12.346 ms";
  QTest::newRow("hundreds") << qint64(123'456'789) << "123.46 ms";
  QTest::newRow("rounded up") << qint64(9'999'996) << "10.000 ms";
  QTest::newRow("never 1000 ms") << qint64(999'999'000) << "1.0000 s";
  QTest::newRow("min") << qint64(125'000'000'000) << "2 min 05 s";
}

void TimeTextTest::exactDurationText_anyLength_hasFiveFigures() {
  QFETCH(qint64, ns);
  QFETCH(QString, text);
  QCOMPARE(plain(exactDurationText(ns)), text);
}

void TimeTextTest::timeText_isAsExactAsTheStep_data() {
  QTest::addColumn<qint64>("ns");
  QTest::addColumn<qint64>("step");
  QTest::addColumn<QString>("text");
  QTest::newRow("begin") << qint64(0) << qint64(1'000'000) << "0";
  QTest::newRow("1.4 s") << qint64(1'400'000'000) << qint64(200'000'000) << "1.4 s";
  QTest::newRow("350 ms") << qint64(350'000'000) << qint64(50'000'000) << "350 ms";
  QTest::newRow("fine") << qint64(1'400'010'000) << qint64(10'000) << "1.40001 s";
  constexpr qint64 kSecond = 1'000'000'000;
  constexpr qint64 kMinute = 60 * kSecond;
  constexpr qint64 kHour = 60 * kMinute;
  QTest::newRow("a minute after seconds") << kMinute << 5 * kSecond << "1 min 00 s";
  QTest::newRow("minutes and seconds") << 125 * kSecond << 5 * kSecond << "2 min 05 s";
  QTest::newRow("a part of a second")
      << 125 * kSecond + kSecond / 4 << kSecond / 20 << "2 min 05.25 s";
  QTest::newRow("minutes alone") << 40 * kMinute << 10 * kMinute << "40 min";
  QTest::newRow("an hour after minutes") << kHour << 10 * kMinute << "1 h 00 min";
  QTest::newRow("hours and minutes") << kHour + 10 * kMinute << 10 * kMinute << "1 h 10 min";
  QTest::newRow("hours alone") << 2 * kHour << kHour << "2 h";
  QTest::newRow("hours and seconds") << kHour + 125 * kSecond << 5 * kSecond << "1:02:05";
  QTest::newRow("days and hours") << 76 * kHour << kHour << "3 d 4 h";
  QTest::newRow("days and minutes") << 72 * kHour + 5 * kMinute << kMinute << "3 d 0 h 05 min";
  QTest::newRow("days and seconds") << 76 * kHour + kSecond << kSecond << "3 d 4:00:01";
  QTest::newRow("whole days") << 72 * kHour << 24 * kHour << "3 d";
  QTest::newRow("before") << qint64(-350'000'000) << qint64(50'000'000) << "-350 ms";
}

void TimeTextTest::timeText_isAsExactAsTheStep() {
  QFETCH(qint64, ns);
  QFETCH(qint64, step);
  QFETCH(QString, text);
  QCOMPARE(plain(timeText(ns, step)), text);
}

void TimeTextTest::rateText_anyRate_isShort_data() {
  QTest::addColumn<double>("rate");
  QTest::addColumn<QString>("text");
  QTest::newRow("none") << 0.0 << "0";
  QTest::newRow("slow") << 0.84 << "0.84";
  QTest::newRow("a task a minute") << 1 / 60.0 << "0.017";
  QTest::newRow("a task an hour") << 1 / 3600.0 << "0.00028";
  QTest::newRow("just below a tenth") << 0.0996 << "0.10";
  QTest::newRow("usual") << 74.12 << "74.1";
  QTest::newRow("fast") << 1240.4 << "1240";
  QTest::newRow("millions") << 1.24e6 << "1.2 M";
}

void TimeTextTest::rateText_anyRate_isShort() {
  QFETCH(double, rate);
  QFETCH(QString, text);
  QCOMPARE(rateText(rate).remove(QLatin1Char(',')), text);
}

void TimeTextTest::eventsLostText_knowsOneFromMany() {
  QCOMPARE(eventsLostText(1), QStringLiteral("1 event lost"));
  QCOMPARE(eventsLostText(0), QStringLiteral("0 events lost"));
  QCOMPARE(eventsLostText(12), QStringLiteral("12 events lost"));
}

QTEST_APPLESS_MAIN(TimeTextTest)
#include "time_text_test.moc"
