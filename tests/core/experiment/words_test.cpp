// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/words.h"

#include <QTest>

using namespace poolscope::experiment;

class WordsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void numbers_haveThreeDigitsOrSo_data();
  void numbers_haveThreeDigitsOrSo();
};

void WordsTest::numbers_haveThreeDigitsOrSo_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("expected");
  const auto row = [](const std::string& text, const char* expected) {
    QTest::newRow(expected) << QString::fromStdString(text) << QString::fromLatin1(expected);
  };
  row(shown(0), "0");
  row(shown(0.1234), "0.123");
  row(shown(1.5), "1.50");
  row(shown(39.54), "39.5");
  row(shown(0.99996), "1.00");
  row(shown(9.9998), "10.0");
  row(shown(99.96), "100");
  row(shown(396.4), "396");
  row(shown(12345.6), "12346");
  row(significant(0.0277284754), "0.02773");
  row(significant(0.0000104365), "1.044e-05");
  row(shown_percent(0.05), "5 %");
  row(shown_percent(0.0512), "5.1 %");
  row(shown_percent(-0.224), "-22 %");
  row(shown_seconds(0.0501), "50.1 ms");
  row(shown_seconds(0.00085), "850 us");
  row(shown_seconds(2.5), "2.50 s");
  row(shown_seconds(1.3e-14), "0 us");
  row(workers_text(1), "1 worker");
  row(workers_text(8), "8 workers");
  row(shown(0.00052), "0.00052");
  row(shown(1e308), "1e+308");
}

void WordsTest::numbers_haveThreeDigitsOrSo() {
  QFETCH(QString, text);
  QFETCH(QString, expected);
  QCOMPARE(text, expected);
}

QTEST_APPLESS_MAIN(WordsTest)
#include "words_test.moc"
