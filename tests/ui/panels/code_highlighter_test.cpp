// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_highlighter.h"

#include <QTest>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>

using namespace poolscope::ui;

class CodeHighlighterTest : public QObject {
  Q_OBJECT

  const Theme theme_ = Theme::dark();

  QColor colorOf(const QString& line, const QString& word,
                 CodeLanguage language = CodeLanguage::python) const {
    QTextDocument document(line);
    CodeHighlighter highlighter(&document);
    highlighter.setTheme(theme_);
    highlighter.setLanguage(language);
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

  void wordsOfCpp_haveTheirColour_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QColor>("color");
    QTest::newRow("keyword") << "for (auto page : pages) {"
                             << "auto" << theme_.accent;
    QTest::newRow("number with parted digits") << "rows(10'000); for (;;)"
                                               << "'000" << theme_.warn;
    QTest::newRow("behind it") << "rows(10'000); for (;;)"
                               << "for" << theme_.accent;
    QTest::newRow("string") << "get(\"for x\")"
                            << "for" << theme_.ok;
    QTest::newRow("comment") << "f();  // for you"
                             << "for" << theme_.dim;
    QTest::newRow("executor's name") << "pool.submit(fetch)"
                                     << "submit" << theme_.text;
    QTest::newRow("no comment of Python") << "#include <for>"
                                          << "include" << QColor();
  }
  void wordsOfCpp_haveTheirColour() {
    QFETCH(QString, line);
    QFETCH(QString, word);
    QTEST(colorOf(line, word, CodeLanguage::cpp), "color");
  }
};

QTEST_MAIN(CodeHighlighterTest)
#include "code_highlighter_test.moc"
