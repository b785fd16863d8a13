// SPDX-License-Identifier: Apache-2.0
#include "app/summary.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::app;

class SummaryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void throughput_inTheTable_hasFiguresThatTell_data() {
    QTest::addColumn<double>("rate");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << 0.0 << "0.0";
    QTest::newRow("a task a minute") << 1 / 60.0 << "0.0167";
    QTest::newRow("a task a day") << 1 / 86'400.0 << "0.0000116";
    QTest::newRow("some") << 1.8349 << "1.83";
    QTest::newRow("usual") << 54.62 << "54.6";
    QTest::newRow("many") << 333.34 << "333.3";
    QTest::newRow("very many") << 1.25e6 << "1250000.0";
  }
  void throughput_inTheTable_hasFiguresThatTell() {
    QFETCH(double, rate);
    QFETCH(QString, text);
    const auto table = QString::fromStdString(toTable(Summary{.statistics = {.throughput = rate}}));
    QVERIFY2(table.contains(QStringLiteral("throughput    %1 tasks/s\n").arg(text)),
             qPrintable(table));
  }
};

QTEST_APPLESS_MAIN(SummaryTest)
#include "summary_test.moc"
