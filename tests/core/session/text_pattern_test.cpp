// SPDX-License-Identifier: Apache-2.0
#include "core/session/text_pattern.h"

#include <QTest>

using namespace poolscope::session;

class TextPatternTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void foundIn_whateverTheCase_data();
  void foundIn_whateverTheCase();
  void foundIn_aTextOfAMegabyte_looksAtAllOfIt();
  void implies_whenThePatternGotLonger();
};

void TextPatternTest::foundIn_whateverTheCase_data() {
  QTest::addColumn<QByteArray>("pattern");
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<bool>("found");
  QTest::newRow("as it is") << QByteArray("page") << QByteArray("fetch page 12") << true;
  QTest::newRow("other case") << QByteArray("PaGe") << QByteArray("Fetch pAgE") << true;
  QTest::newRow("at the end") << QByteArray("ge") << QByteArray("page") << true;
  QTest::newRow("longer than the text") << QByteArray("pages") << QByteArray("page") << false;
  QTest::newRow("not there") << QByteArray("paje") << QByteArray("fetch page") << false;
  QTest::newRow("nothing") << QByteArray() << QByteArray("fetch page") << false;
  QTest::newRow("in nothing") << QByteArray("a") << QByteArray() << false;
  QTest::newRow("not a bracket for a brace") << QByteArray("{") << QByteArray("a[0]") << false;
  QTest::newRow("umlauts") << QByteArray("ÜBER") << QByteArray("gegenüber") << true;
  QTest::newRow("not without the dots") << QByteArray("uber") << QByteArray("über") << false;
  QTest::newRow("Greek, at a word's end") << QByteArray("ΟΔΟΣ") << QByteArray("οδος") << true;
  QTest::newRow("Cyrillic") << QByteArray("ЗАДАЧА") << QByteArray("новая задача 3") << true;
  QTest::newRow("ASCII within others") << QByteArray("TASK") << QByteArray("задача task ж") << true;
  QTest::newRow("no case") << QByteArray("任务") << QByteArray("取得任务") << true;
  QTest::newRow("beyond the first plane") << QByteArray("😀") << QByteArray("a 😀 b") << true;
  QTest::newRow("right to left") << QByteArray("שלום") << QByteArray("task שלום") << true;
  QTest::newRow("no letter becomes ASCII") << QByteArray("k") << QByteArray("\u212a") << false;
  QTest::newRow("a letter that gets shorter")
      << QByteArray("ß") << QByteArray("GRO\u1e9e X") << true;
  QTest::newRow("no UTF-8") << QByteArray("\xff\xfe") << QByteArray("a\xff\xfe!") << true;
  QTest::newRow("cut off") << QByteArray("\xc3") << QByteArray("a\xc3") << true;
  QTest::newRow("control characters") << QByteArray(
                                             "\x01"
                                             "B")
                                      << QByteArray(
                                             "a\x01"
                                             "b")
                                      << true;
}

void TextPatternTest::foundIn_whateverTheCase() {
  QFETCH(QByteArray, pattern);
  QFETCH(QByteArray, text);
  const auto view = [](const QByteArray& bytes) {
    return std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()));
  };
  TextPattern looked(view(pattern));
  QTEST(looked.found_in(view(text)), "found");
  QTEST(looked.found_in(view(text)), "found");
}

void TextPatternTest::foundIn_aTextOfAMegabyte_looksAtAllOfIt() {
  const std::string text = std::string(1 << 20, 'x') + "Needle";
  QVERIFY(TextPattern("needle").found_in(text));
  QVERIFY(!TextPattern("needles").found_in(text));
  QVERIFY(TextPattern("né").found_in(text + "NÉ"));
}

void TextPatternTest::implies_whenThePatternGotLonger() {
  QVERIFY(TextPattern("Page").implies(TextPattern("pa")));
  QVERIFY(TextPattern("a page").implies(TextPattern("PAG")));
  QVERIFY(!TextPattern("pa").implies(TextPattern("page")));
  QVERIFY(!TextPattern("pa").implies(TextPattern("")));
}

QTEST_APPLESS_MAIN(TextPatternTest)
#include "text_pattern_test.moc"
