// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/code_highlighter.h"
#include "ui/panels/code_lines.h"
#include "ui/theme/theme.h"

#include <QString>
#include <QWidget>

#include <array>

class QToolButton;

namespace poolscope::ui {

class CodeView;
class ElidingLabel;

/// The program that a scenario stands for, in Python or C++, with the line lit at which its main
/// thread is.
class CodePanel : public QWidget {
  Q_OBJECT
 public:
  explicit CodePanel(QWidget* parent = nullptr);

  /// Without `cpp` there is no choice of language.
  void showCode(const QString& python, const QString& cpp);
  /// `words`: the same as `step`, said; empty: nothing is lit. Where the code has no call that
  /// waits, words of its own tell that the pool is left. `shorter`: where `words` have no room.
  void showStep(const CallerStep& step, const QString& words, const QString& shorter = {});
  void setTheme(const Theme& theme);
  CodeView* view() const { return view_; }

 private:
  void choose(CodeLanguage language);
  void refresh();

  Theme theme_;
  std::array<QString, 2> code_;
  CodeLanguage chosen_ = CodeLanguage::python;  ///< by the user
  CallerStep step_ = {};
  QString stepWords_ = {};
  QString shorterWords_ = {};
  std::array<QToolButton*, 2> buttons_ = {};
  QWidget* choice_;
  CodeView* view_;
  CodeHighlighter* highlighter_;
  ElidingLabel* words_;
};

}  // namespace poolscope::ui
