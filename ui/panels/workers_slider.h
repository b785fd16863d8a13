// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/slider_marks.h"
#include "ui/theme/theme.h"

#include <QSlider>

#include <optional>

namespace poolscope::ui {

/// max_workers from 1 to 64 on a logarithmic scale, with the numbers that people ask about marked.
/// Where more are in use or recommended the scale goes further. Its value is the number of workers,
/// so that keys step by one and a screen reader says what is meant.
class WorkersSlider : public QSlider {
  Q_OBJECT
 public:
  explicit WorkersSlider(int cores, QWidget* parent = nullptr);

  void showWorkers(int workers);
  /// The number is the one of this mark.
  bool isAt(const SliderMark& mark) const { return mark.workers == value(); }
  /// Marked beside the numbers that everybody has; 0: none.
  void setRecommended(int workers);
  /// Where the pointer is: what would be chosen there, shown as a ghost of the handle.
  std::optional<int> pointedAt() const { return pointedAt_; }
  /// Nothing can be resized, but what a number would do can be asked for: by the pointer, and by
  /// the arrow keys.
  void setPointOnly(bool pointOnly);
  bool isPointOnly() const { return pointOnly_; }
  void setTheme(const Theme& theme);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  QList<SliderMark> marks() const;
  WorkersScale scale() const;

 Q_SIGNALS:
  /// While the pointer is over it, and while it drags the handle or, with setPointOnly(), keys
  /// move the ghost; nothing: it left.
  void pointed(std::optional<int> workers);

 protected:
  void focusOutEvent(QFocusEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  void pointAt(std::optional<int> workers);
  void fitScale(int workers);

  int cores_;
  int recommended_ = 0;
  bool pointOnly_ = false;
  std::optional<int> pointedAt_;
  Theme theme_;
};

}  // namespace poolscope::ui
