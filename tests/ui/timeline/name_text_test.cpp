// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/name_text.h"

#include <QTest>

#include <string>

using namespace poolscope::ui;

class NameTextTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ordinaryNames_areAsTheyAre_data();
  void ordinaryNames_areAsTheyAre();
  void controlCharacters_areSeen_andTakeOneLine();
  void directionOverrides_areSeen_andDoNothing();
  void rightToLeftText_keepsToItself();
  void brokenUtf8_isShownAsSuch();
  void megabyte_isCut_atAWholeCharacter();
  void errors_keepTheirLines();
};

void NameTextTest::ordinaryNames_areAsTheyAre_data() {
  QTest::addColumn<QString>("name");
  for (const char* name :
       {"", "fetch page 49", "r\u00e9sum\u00e9", "\u4efb\u52a1 7", "\U0001f680 go", "%1 %2"}) {
    QTest::newRow(name) << QString::fromUtf8(name);
  }
}

void NameTextTest::ordinaryNames_areAsTheyAre() {
  QFETCH(QString, name);
  QCOMPARE(nameText(name.toStdString()), name);
}

void NameTextTest::controlCharacters_areSeen_andTakeOneLine() {
  QCOMPARE(nameText("a\nb\tc\r\nd"), QStringLiteral("a b c  d"));
  QCOMPARE(nameText(std::string_view("a\0b\x1b[31m\x7f", 9)),
           QStringLiteral("a\ufffdb\ufffd[31m\ufffd"));
  QCOMPARE(nameText("a\u2028b\u0085c"), QStringLiteral("a b c"));
}

void NameTextTest::directionOverrides_areSeen_andDoNothing() {
  QCOMPARE(nameText("photo\u202egnp.exe"), QStringLiteral("photo\ufffdgnp.exe"));
  QCOMPARE(nameText("\u2067x\u2069\u200f"), QStringLiteral("\ufffdx\ufffd\ufffd"));
}

void NameTextTest::rightToLeftText_keepsToItself() {
  const QString shown = nameText("\u05e9\u05dc\u05d5\u05dd");
  QCOMPARE(shown, QStringLiteral("\u2068\u05e9\u05dc\u05d5\u05dd\u2069"));
  // What follows it is left to right.
  QVERIFY(!(QStringLiteral("task ") + shown + QStringLiteral(" 12 ms")).isRightToLeft());
}

void NameTextTest::brokenUtf8_isShownAsSuch() {
  QVERIFY(nameText("a\xff\xfe z").contains(QChar::ReplacementCharacter));
}

void NameTextTest::megabyte_isCut_atAWholeCharacter() {
  for (int shift = 0; shift < 4; ++shift) {
    std::string name(static_cast<std::size_t>(shift), 'x');
    while (name.size() < 1'000'000) {
      name += "\U0001f680";
    }
    const QString shown = nameText(name);
    QVERIFY(shown.size() < 300);
    QVERIFY(shown.endsWith(QChar(0x2026)));
    QVERIFY(!shown.contains(QChar::ReplacementCharacter));
  }
}

void NameTextTest::errors_keepTheirLines() {
  QCOMPARE(nameText("line 1\n  line 2\x07", TextLines::many),
           QStringLiteral("line 1\n  line 2\ufffd"));
}

QTEST_APPLESS_MAIN(NameTextTest)
#include "name_text_test.moc"
