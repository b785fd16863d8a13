// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFont>
#include <QPlainTextEdit>

namespace poolscope::ui {

/// Code to read. A broken line would change what Python code says, so none is wrapped: where the
/// longest line does not fit, the type gets smaller, down to what is still easy to read; past that
/// it scrolls sideways.
class CodeView : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit CodeView(QWidget* parent = nullptr);

  /// `largest` down to `smallest`: the same family.
  void setFonts(const QFont& largest, const QFont& smallest);
  void setCode(const QString& code);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fit();

  QFont largest_;
  QFont smallest_;
  int shownPx_ = 0;
};

}  // namespace poolscope::ui
