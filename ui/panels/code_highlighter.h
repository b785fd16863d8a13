// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QSyntaxHighlighter>

namespace poolscope::ui {

enum class CodeLanguage { python, cpp };

/// Colours the code of a scenario: keywords, the executor's own names, strings, numbers, comments.
class CodeHighlighter : public QSyntaxHighlighter {
  Q_OBJECT
 public:
  explicit CodeHighlighter(QTextDocument* document);

  void setLanguage(CodeLanguage language);
  void setTheme(const Theme& theme);

 protected:
  void highlightBlock(const QString& text) override;

 private:
  Theme theme_;
  CodeLanguage language_ = CodeLanguage::python;
};

}  // namespace poolscope::ui
