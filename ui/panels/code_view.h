// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/code_lines.h"

#include <QColor>
#include <QFont>
#include <QPlainTextEdit>

#include <optional>

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
  /// Lights these lines, whole, with a bar at their left, and scrolls to them where they are out of
  /// sight.
  void setLit(std::optional<LineRange> lines, const QColor& ground, const QColor& bar);
  std::optional<LineRange> lit() const { return lit_; }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void fit();

  QFont largest_;
  QFont smallest_;
  int shownPx_ = 0;
  std::optional<LineRange> lit_;
  QColor litGround_;
  QColor litBar_;
};

}  // namespace poolscope::ui
