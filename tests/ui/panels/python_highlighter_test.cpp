// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/python_highlighter.h"

#include <QTest>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>

using namespace poolscope::ui;

class PythonHighlighterTest : public QObject {
  Q_OBJECT

  const Theme theme_ = Theme::dark();

  QColor colorOf(const QString& line, const QString& word) const {
    QTextDocument document(line);
    PythonHighlighter highlighter(&document);
    highlighter.setTheme(theme_);
    const qsizetype at = line.indexOf(word);
    for (const auto& range : document.firstBlock().layout()->formats()) {
      if (range.start <= at && at < range.start + range.length) {
        return range.format.foreground().color();
      }
    }
    return {};
  }

 private Q_SLOTS:
  void words_haveTheirColour_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QColor>("color");
    QTest::newRow("keyword") << "for page in pages:"
                             << "for" << theme_.accent;
    QTest::newRow("number") << "max_workers=8)"
                            << "8" << theme_.warn;
    QTest::newRow("string") << "fetch('for x')"
                            << "for" << theme_.ok;
    QTest::newRow("comment") << "x = 1  # for you"
                             << "for" << theme_.dim;
    QTest::newRow("executor's name") << "pool.map(fetch)"
                                     << "map" << theme_.text;
    QTest::newRow("part of a word") << "platform = 1"
                                    << "for" << QColor();
    QTest::newRow("hash in a string") << "x = '#1'; for y"
                                      << "for" << theme_.accent;
  }
  void words_haveTheirColour() {
    QFETCH(QString, line);
    QFETCH(QString, word);
    QTEST(colorOf(line, word), "color");
  }
};

QTEST_MAIN(PythonHighlighterTest)
#include "python_highlighter_test.moc"
