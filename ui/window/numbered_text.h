// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QPlainTextEdit>
#include <QRectF>

namespace poolscope::ui {

/// A text to be written, with the numbers of its lines beside it, and one line that can be marked
/// as faulty: its number stands out and has a triangle before it, its ground is red.
/// Threads: the GUI thread.
class NumberedText : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit NumberedText(QWidget* parent = nullptr);

  /// From 1; 0 or a number that there is no line of: none.
  void markLine(int line);
  int markedLine() const { return marked_; }
  void setTheme(const Theme& theme);
  /// Of a line's number, in the coordinates of the gutter; empty where the line is not in sight.
  QRectF numberRect(int line) const;
  /// Where the numbers stand.
  QWidget* gutter() const { return gutter_; }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  int gutterWidth() const;
  void placeGutter();
  void paintGutter() const;
  void showMark();

  Theme theme_;
  int marked_ = 0;
  QWidget* gutter_;
};

}  // namespace poolscope::ui
