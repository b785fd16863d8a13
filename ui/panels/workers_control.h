// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

class QLabel;
class QSpinBox;
class QToolButton;

namespace poolscope::ui {

class WorkersSlider;

/// max_workers, large: a field for any number and a slider for the usual ones.
class WorkersControl : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kMost = 4096;  ///< as the executor takes

  explicit WorkersControl(int cores, QWidget* parent = nullptr);

  int value() const;
  /// Shows what is in force. A slider that is being dragged and a field that is being edited stay
  /// as they are.
  void setValue(int workers);
  void setTheme(const Theme& theme);
  QSpinBox* field() const { return field_; }
  WorkersSlider* slider() const { return slider_; }

 Q_SIGNALS:
  /// The user wants so many; while dragging as often as the mouse moves.
  void chosen(int workers);

 private:
  QToolButton* makeStep(const char* name, const QString& text, int step);
  void choose(int workers);

  QLabel* name_;
  QSpinBox* field_;
  WorkersSlider* slider_;
  QToolButton* fewer_;
  QToolButton* more_;
};

}  // namespace poolscope::ui
