// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/worker_counts.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::experiment;

using Counts = std::vector<std::uint64_t>;

class WorkerCountsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void counts_areReadInAnyOrder_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<int>>("expected");
    QTest::newRow("one") << QByteArray("8") << QList<int>{8};
    QTest::newRow("unsorted") << QByteArray("8,1,4096") << QList<int>{1, 8, 4096};
    QTest::newRow("with blanks") << QByteArray(" 2 ,\t4 , 1") << QList<int>{1, 2, 4};
    QTest::newRow("nothing") << QByteArray() << QList<int>{};
    QTest::newRow("blanks only") << QByteArray("  ") << QList<int>{};
  }
  void counts_areReadInAnyOrder() {
    QFETCH(QByteArray, text);
    QFETCH(QList<int>, expected);
    const auto counts = parse_worker_counts(text.toStdString(), "workers", 4096);
    QVERIFY(counts.has_value());
    QCOMPARE(*counts, Counts(expected.begin(), expected.end()));
  }

  void whatIsNoCount_isNamed_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("text") << QByteArray("1,two") << QByteArray("'two'");
    QTest::newRow("zero") << QByteArray("0,1") << QByteArray("'0'");
    QTest::newRow("negative") << QByteArray("-1") << QByteArray("'-1'");
    QTest::newRow("too many") << QByteArray("1,4097") << QByteArray("'4097'");
    QTest::newRow("huge") << QByteArray("99999999999999999999") << QByteArray("'9999999");
    QTest::newRow("fraction") << QByteArray("1.5") << QByteArray("'1.5'");
    QTest::newRow("empty one") << QByteArray("1,,2") << QByteArray("''");
    QTest::newRow("comma at the end") << QByteArray("1,2,") << QByteArray("''");
    QTest::newRow("twice") << QByteArray("1,2,1") << QByteArray("1 stands there twice");
    QTest::newRow("two in one") << QByteArray("1 2") << QByteArray("'1 2'");
  }
  void whatIsNoCount_isNamed() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, named);
    const auto counts = parse_worker_counts(text.toStdString(), "workers", 4096);
    QVERIFY(!counts.has_value());
    const std::string message = counts.error().message();
    QVERIFY2(message.starts_with("workers: "), message.c_str());
    QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
  }
};

QTEST_APPLESS_MAIN(WorkerCountsTest)
#include "worker_counts_test.moc"
