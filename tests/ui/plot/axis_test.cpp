// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/axis.h"

#include <QLocale>
#include <QTest>

#include <cmath>

using poolscope::ui::ValueAxis;

class AxisTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }
  void maximum_anyValue_isRoundAndCloseAbove_data();
  void maximum_anyValue_isRoundAndCloseAbove();
  void toY_andBack();
  void labels_smallSteps_haveTheirDecimals();
  void labels_ofMillions_haveOneUnit();
};

void AxisTest::maximum_anyValue_isRoundAndCloseAbove_data() {
  QTest::addColumn<double>("highest");
  QTest::addColumn<double>("maximum");
  QTest::addColumn<double>("step");
  QTest::newRow("74.1") << 74.1 << 80.0 << 20.0;
  QTest::newRow("exact") << 80.0 << 80.0 << 20.0;
  QTest::newRow("nothing") << 0.0 << 1.0 << 0.2;
  QTest::newRow("fraction") << 0.37 << 0.4 << 0.1;
  QTest::newRow("not a number") << std::nan("") << 1.0 << 0.2;
  QTest::newRow("millions") << 1.23e6 << 1.5e6 << 5e5;
}

void AxisTest::maximum_anyValue_isRoundAndCloseAbove() {
  QFETCH(double, highest);
  QFETCH(double, maximum);
  QFETCH(double, step);
  const ValueAxis axis(highest, 150, 20, 24);
  QCOMPARE(axis.maximum(), maximum);
  QCOMPARE(axis.step(), step);
}

void AxisTest::toY_andBack() {
  const ValueAxis axis(100, 120, 20, 24);
  QCOMPARE(axis.toY(0), 120.0);
  QCOMPARE(axis.toY(axis.maximum()), 20.0);
  QCOMPARE(axis.toValue(axis.toY(37)), 37.0);
}

void AxisTest::labels_ofMillions_haveOneUnit() {
  QStringList labels;
  for (const auto& tick : ValueAxis(1'500'000, 100, 0, 20).ticks()) {
    labels.append(tick.label);
  }
  QCOMPARE(labels, (QStringList{"0.0 M", "0.5 M", "1.0 M", "1.5 M"}));
}

void AxisTest::labels_smallSteps_haveTheirDecimals() {
  QStringList labels;
  for (const auto& tick : ValueAxis(0.37, 150, 20, 24).ticks()) {
    labels.append(tick.label);
  }
  QCOMPARE(labels, (QStringList{"0.0", "0.1", "0.2", "0.3", "0.4"}));
}

QTEST_APPLESS_MAIN(AxisTest)
#include "axis_test.moc"
