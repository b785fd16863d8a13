// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_highlighter.h"

#include <QRegularExpression>

namespace poolscope::ui {

namespace {

/// One pass, so that a keyword in a string or a comment is none: the first group that matches
/// decides.
const QRegularExpression& tokens(CodeLanguage language) {
  static const QRegularExpression python(QStringLiteral(
      R"re((?<comment>#.*))re"
      R"re(|(?<string>[rbfu]{0,2}(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)))re"
      R"re(|\b(?<number>\d[\d_]*(?:\.\d+)?)\b)re"
      R"re(|\b(?<keyword>False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally)re"
      R"re(|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)re"
      R"re(|\b(?<pool>ThreadPoolExecutor|max_workers|submit|map|as_completed|wait|result|cancel|shutdown|buffersize)\b)re"));
  // Digits may be parted by ': 10'000 holds no text.
  static const QRegularExpression cpp(QStringLiteral(
      R"re((?<comment>//.*))re"
      R"re(|\b(?<number>\d[\d']*(?:\.\d+)?(?:ms|s)?)\b)re"
      R"re(|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?))re"
      R"re(|\b(?<keyword>auto|bool|break|catch|char|class|const|constexpr|continue|do|double|else|false|for|if|int)re"
      R"re(|long|namespace|new|nullptr|return|struct|throw|true|try|using|void|while)\b)re"
      R"re(|\b(?<pool>ThreadPoolExecutor|Future|max_workers|set_max_workers|submit|map|as_completed|wait|result|cancel)re"
      R"re(|shutdown|buffer_size|queue_discipline)\b)re"));
  return language == CodeLanguage::cpp ? cpp : python;
}

}  // namespace

CodeHighlighter::CodeHighlighter(QTextDocument* document)
    : QSyntaxHighlighter(document),
      theme_(Theme::dark()) {}

void CodeHighlighter::setLanguage(CodeLanguage language) {
  if (language_ != language) {
    language_ = language;
    rehighlight();
  }
}

void CodeHighlighter::setTheme(const Theme& theme) {
  theme_ = theme;
  rehighlight();
}

void CodeHighlighter::highlightBlock(const QString& text) {
  struct Rule {
    const char* group;
    QColor color;
    bool bold;
  };
  const Rule rules[] = {{"comment", theme_.dim, false},
                        {"string", theme_.ok, false},
                        {"number", theme_.warn, false},
                        {"keyword", theme_.accent, false},
                        {"pool", theme_.text, true}};
  auto matches = tokens(language_).globalMatch(text);
  while (matches.hasNext()) {
    const QRegularExpressionMatch match = matches.next();
    for (const Rule& rule : rules) {
      const QString group = QLatin1String(rule.group);
      if (match.capturedStart(group) >= 0) {
        QTextCharFormat format;
        format.setForeground(rule.color);
        format.setFontWeight(rule.bold ? QFont::Bold : QFont::Normal);
        setFormat(static_cast<int>(match.capturedStart(group)),
                  static_cast<int>(match.capturedLength(group)), format);
      }
    }
  }
}

}  // namespace poolscope::ui
