// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_view.h"

#include "ui/theme/theme.h"

#include <QScrollBar>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

using poolscope::ui::CodeView;
using poolscope::ui::Theme;

class CodeViewTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void line_isNeverBroken_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("largest");
    QTest::addColumn<bool>("scrolls");
    QTest::newRow("wide: the type as designed") << 600 << true << false;
    QTest::newRow("narrower: smaller type") << 320 << false << false;
    QTest::newRow("too narrow: it scrolls") << 120 << false << true;
  }

  void line_isNeverBroken() {
    QFETCH(int, width);
    QFETCH(bool, largest);
    QFETCH(bool, scrolls);
    const Theme theme = Theme::dark();
    CodeView view;
    view.setFonts(theme.fonts.mono, theme.fonts.monoSmall);
    view.setCode(QStringLiteral("def fetch(url):\n    with urlopen(url, timeout=30) as page:\n"));
    view.resize(width, 200);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const int px = view.fontInfo().pixelSize();
    QCOMPARE(px == theme.fonts.mono.pixelSize(), largest);
    QVERIFY2(px >= theme.fonts.monoSmall.pixelSize(), qPrintable(QString::number(px)));
    QCOMPARE(view.horizontalScrollBar()->maximum() > 0, scrolls);
    QCOMPARE(view.document()->findBlockByNumber(1).layout()->lineCount(), 1);
  }

  void widerAgain_getsItsTypeBack() {
    const Theme theme = Theme::dark();
    CodeView view;
    view.setFonts(theme.fonts.mono, theme.fonts.monoSmall);
    view.setCode(QStringLiteral("    with urlopen(url, timeout=30) as page:\n"));
    view.resize(300, 100);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const int narrow = view.fontInfo().pixelSize();
    view.resize(600, 100);
    QTRY_COMPARE(view.fontInfo().pixelSize(), theme.fonts.mono.pixelSize());
    QVERIFY(narrow < theme.fonts.mono.pixelSize());
  }
};

QTEST_MAIN(CodeViewTest)
#include "code_view_test.moc"
