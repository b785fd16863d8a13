// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/time_axis.h"

#include <QLocale>
#include <QSet>
#include <QTest>

#include <cmath>

using namespace poolscope;
using ui::TimeAxis;
using ui::TimeRange;

class TimeAxisTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void toX_andBack_data();
  void toX_andBack();
  void toX_afterDaysOfUptime_stillTellsNanosecondsApart();
  void snapped_whileTheViewMoves_keepsDistancesInWholePixels();
  void ticks_anySpan_areRoundAndFarEnoughApart_data();
  void ticks_anySpan_areRoundAndFarEnoughApart();
  void snapped_daysIntoASession_movesByLessThanAPixel();
  void tickBase_isThereWhereWholeTimesAreTooLong_data();
  void tickBase_isThereWhereWholeTimesAreTooLong();
  void roundTimeStep_isTheNextRoundOne_data();
  void roundTimeStep_isTheNextRoundOne();
};

void TimeAxisTest::toX_andBack_data() {
  QTest::addColumn<qint64>("timeNs");
  QTest::addColumn<qreal>("x");
  QTest::newRow("begin") << qint64(1000) << 100.0;
  QTest::newRow("end") << qint64(3000) << 500.0;
  QTest::newRow("middle") << qint64(2000) << 300.0;
  QTest::newRow("left of the view") << qint64(0) << -100.0;
  QTest::newRow("right of the view") << qint64(4000) << 700.0;
}

void TimeAxisTest::toX_andBack() {
  QFETCH(qint64, timeNs);
  QFETCH(qreal, x);
  const TimeAxis axis(TimeRange{1000, 3000}, 100, 500);
  QCOMPARE(axis.toX(timeNs), x);
  QCOMPARE(axis.toTime(x), timeNs);
}

void TimeAxisTest::toX_afterDaysOfUptime_stillTellsNanosecondsApart() {
  const session::TimeNs begin = 400LL * 86'400 * 1'000'000'000 + 7;
  const TimeAxis axis(TimeRange{begin, begin + 100}, 0, 1000);
  QCOMPARE(axis.toX(begin + 1), 10.0);
  QCOMPARE(axis.toTime(10.0), begin + 1);
}

void TimeAxisTest::snapped_whileTheViewMoves_keepsDistancesInWholePixels() {
  // 60 frames a second of a view of 2.5 s on 900 pixels, at device pixel ratio 2.
  const session::TimeNs origin = 12'345'678;
  const session::TimeNs a = origin + 1'000'000'123;
  const session::TimeNs b = origin + 1'333'333'333;
  qreal distance = 0;
  for (int frame = 0; frame < 120; ++frame) {
    const session::TimeNs begin = origin + frame * 16'666'667LL;
    const TimeAxis axis =
        TimeAxis::snapped(TimeRange{begin, begin + 2'500'000'000}, 196, 1096, origin, 0.5);
    const qreal rounded = std::round(axis.toX(b) * 2) - std::round(axis.toX(a) * 2);
    if (frame > 0) {
      QCOMPARE(rounded, distance);
    }
    distance = rounded;
    QVERIFY(std::abs(axis.toX(begin) - 196) <= 0.5);
  }
}

void TimeAxisTest::ticks_anySpan_areRoundAndFarEnoughApart_data() {
  QTest::addColumn<qint64>("span");
  QTest::newRow("20 ns") << qint64(20);
  QTest::newRow("1 us") << qint64(1'000);
  QTest::newRow("3 ms") << qint64(3'000'000);
  QTest::newRow("2.5 s") << qint64(2'500'000'000);
  QTest::newRow("7 min") << qint64(420'000'000'000);
  QTest::newRow("5 h") << 5 * qint64(3'600'000'000'000);
  QTest::newRow("9 days") << 9 * qint64(86'400'000'000'000);
  QTest::newRow("400 days") << 400 * qint64(86'400'000'000'000);
  QTest::newRow("a year") << 365 * qint64(86'400'000'000'000);
}

void TimeAxisTest::ticks_anySpan_areRoundAndFarEnoughApart() {
  QFETCH(qint64, span);
  const session::TimeNs origin = 5'000'000'001;
  const TimeAxis axis(TimeRange{origin + span / 3, origin + span / 3 + span}, 0, 1000);
  const auto ticks = timeTicks(axis, origin, 90);
  QVERIFY(ticks.size() >= 2);
  QVERIFY(ticks.size() <= 11);
  QSet<QString> labels;
  for (qsizetype i = 0; i < ticks.size(); ++i) {
    labels.insert(ticks[i].label);
    QVERIFY(ticks[i].x >= 0 && ticks[i].x < 1000);
    if (i > 0) {
      QVERIFY(ticks[i].x - ticks[i - 1].x >= 90);
    }
  }
  QCOMPARE(labels.size(), ticks.size());
}

void TimeAxisTest::snapped_daysIntoASession_movesByLessThanAPixel() {
  const session::TimeNs origin = 1'700'000'000'000'000'000;  // a clock that counts from 1970
  for (const qint64 days : {0, 1, 30, 399}) {
    const session::TimeNs begin = origin + days * 86'400'000'000'000 + 12'345;
    for (int step = 0; step < 50; ++step) {
      const ui::FineRange range(begin, step * 0.02, 20);
      const TimeAxis axis = TimeAxis::snapped(range, 196, 1096, origin, 1);
      const qreal exact = 196 + (1 - range.fraction) * 900 / 20;
      QVERIFY2(std::abs(axis.toX(begin + 1) - exact) <= 0.51, QByteArray::number(days));
      QCOMPARE(axis.toX(begin + 3) - axis.toX(begin + 2), 45.0);
    }
  }
}

void TimeAxisTest::tickBase_isThereWhereWholeTimesAreTooLong_data() {
  QTest::addColumn<qint64>("at");
  QTest::addColumn<qint64>("span");
  QTest::addColumn<QString>("base");
  QTest::addColumn<QString>("first");
  const qint64 day = 86'400'000'000'000;
  QTest::newRow("at the begin") << qint64(0) << qint64(20) << ""
                                << "0";
  QTest::newRow("ms after a second") << qint64(1'400'000'000) << qint64(40'000'000) << ""
                                     << "1.400 s";
  QTest::newRow("ns after a second") << qint64(1'400'000'000) << qint64(20) << "1.400000 s"
                                     << "+0";
  QTest::newRow("us after a minute")
      << qint64(61'000'200'300) << qint64(100'000) << "1 min 01.000 s"
      << "+220 \u00b5s";
  QTest::newRow("ns after days") << 3 * day + 4'000'000'123'457 << qint64(30)
                                 << "3 d 1:06:40.000123"
                                 << "+460 ns";
  QTest::newRow("hours after days") << 3 * day << qint64(3'600'000'000'000) << ""
                                    << "3 d 0 h 00 min";
}

void TimeAxisTest::tickBase_isThereWhereWholeTimesAreTooLong() {
  QFETCH(qint64, at);
  QFETCH(qint64, span);
  QFETCH(QString, base);
  QFETCH(QString, first);
  QLocale::setDefault(QLocale::c());
  const session::TimeNs origin = 5'000'000'001;
  const TimeAxis axis(TimeRange{origin + at, origin + at + span}, 0, 900);
  const auto found = tickBase(axis, origin, 96);
  const auto plain = [](QString text) { return text.replace(QChar(0x00a0), QLatin1Char(' ')); };
  QCOMPARE(found ? plain(found->text) : QString(), base);
  QCOMPARE(plain(timeTicks(axis, origin, 96, found).front().label), first);
}

void TimeAxisTest::roundTimeStep_isTheNextRoundOne_data() {
  QTest::addColumn<double>("least");
  QTest::addColumn<qint64>("step");
  QTest::newRow("nothing") << 0.0 << qint64(1);
  QTest::newRow("3 ns") << 3.0 << qint64(5);
  QTest::newRow("exact") << 200.0 << qint64(200);
  QTest::newRow("0.6 s") << 0.6e9 << qint64(1'000'000'000);
  QTest::newRow("21 s") << 21e9 << qint64(30'000'000'000);
  QTest::newRow("31 s") << 31e9 << qint64(60'000'000'000);
  QTest::newRow("7 min") << 420e9 << qint64(600'000'000'000);
  QTest::newRow("3 h") << 3 * 3600e9 << qint64(6) * 3'600'000'000'000;
  QTest::newRow("30 h") << 30 * 3600e9 << qint64(2) * 86'400'000'000'000;
}

void TimeAxisTest::roundTimeStep_isTheNextRoundOne() {
  QFETCH(double, least);
  QFETCH(qint64, step);
  QCOMPARE(ui::roundTimeStep(least), step);
}

QTEST_APPLESS_MAIN(TimeAxisTest)
#include "time_axis_test.moc"
