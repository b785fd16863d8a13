// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/duration_axis.h"

#include <QLocale>
#include <QTest>

#include <cmath>

using namespace poolscope::ui;

class DurationAxisTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }
  void ends_areRound_andHoldAll_data();
  void ends_areRound_andHoldAll();
  void eachTenfold_isAsHigh();
  void whatIsTooShort_liesAtTheBottom();
  void labels_haveTheirUnits();
  void ticks_standApart_andAreTwoAtLeast();
};

namespace {

constexpr qreal kBottom = 120;
constexpr qreal kTop = 20;

bool near(double value, double expected) {
  return std::abs(value / expected - 1) < 1e-9;
}

}  // namespace

void DurationAxisTest::ends_areRound_andHoldAll_data() {
  QTest::addColumn<double>("least");
  QTest::addColumn<double>("most");
  QTest::addColumn<double>("bottom");
  QTest::addColumn<double>("top");
  QTest::newRow("magnitudes") << 0.129 << 12.9 << 0.1 << 20.0;
  QTest::newRow("round ones") << 0.2 << 5.0 << 0.2 << 5.0;
  QTest::newRow("one alone") << 0.3 << 0.3 << 0.2 << 0.5;
  QTest::newRow("one that is round") << 0.5 << 0.5 << 0.5 << 1.0;
  QTest::newRow("nothing waits") << 0.0 << 0.0 << 1e-4 << 2e-4;
  QTest::newRow("hardly anything does") << 1e-6 << 0.03 << 1e-4 << 0.05;
  QTest::newRow("no numbers") << std::nan("") << std::nan("") << 1e-4 << 2e-4;
}

void DurationAxisTest::ends_areRound_andHoldAll() {
  QFETCH(double, least);
  QFETCH(double, most);
  QFETCH(double, bottom);
  QFETCH(double, top);
  const DurationAxis axis(least, most, kBottom, kTop, 20);
  QVERIFY2(near(axis.toSeconds(kBottom), bottom), qPrintable(QString::number(axis.toSeconds(120))));
  QVERIFY2(near(axis.toSeconds(kTop), top), qPrintable(QString::number(axis.toSeconds(20))));
}

void DurationAxisTest::eachTenfold_isAsHigh() {
  const DurationAxis axis(0.001, 10, kBottom, kTop, 20);
  QVERIFY(near(axis.toY(0.001) - axis.toY(0.01), 25));
  QVERIFY(near(axis.toY(0.3) - axis.toY(3), 25));
  QVERIFY(near(axis.toSeconds(axis.toY(0.37)), 0.37));
}

void DurationAxisTest::whatIsTooShort_liesAtTheBottom() {
  const DurationAxis axis(0, 1, kBottom, kTop, 20);
  QCOMPARE(axis.toY(0), kBottom);
  QCOMPARE(axis.toY(1e-6), kBottom);
  QVERIFY(axis.toY(0.001) < kBottom);
}

void DurationAxisTest::labels_haveTheirUnits() {
  const auto labels = [](const DurationAxis& axis) {
    QStringList texts;
    for (const ValueTick& tick : axis.ticks()) {
      texts << tick.label;
    }
    return texts;
  };
  QCOMPARE(
      labels({0.0001, 100, kBottom, kTop, 16}),
      (QStringList{QStringLiteral("100 µs"), "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"}));
  QCOMPARE(labels({0.2, 4, kBottom, kTop, 20}),
           (QStringList{"200 ms", "500 ms", "1 s", "2 s", "5 s"}));
}

void DurationAxisTest::ticks_standApart_andAreTwoAtLeast() {
  for (const double most : {0.3, 2.0, 13.0, 900.0}) {
    for (qreal top = kBottom - 20; top > kBottom - 400; top -= 7) {
      const auto ticks = DurationAxis(0.13, most, kBottom, top, 20).ticks();
      QVERIFY(ticks.size() >= 2);
      for (qsizetype i = 1; i < ticks.size(); ++i) {
        QVERIFY(ticks[i - 1].y - ticks[i].y > 20 - 1e-6);
      }
    }
  }
}

QTEST_APPLESS_MAIN(DurationAxisTest)
#include "duration_axis_test.moc"
