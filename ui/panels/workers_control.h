// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QSpinBox;
class QToolButton;

namespace poolscope::ui {

class WorkersField;
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
  /// What would come of the number that the pointer is at, for a tool tip and for screen readers:
  /// it says itself that it is predicted. Empty: nothing is asked.
  void showPrediction(const QString& text);
  /// No room for the steps beside the field, and perhaps not for the button behind them: slider,
  /// keys and menu do the same.
  void setTight(bool tight, bool withButton = false);
  /// Puts `button` at the end of the field's row.
  void addButton(QToolButton* button);
  /// The field and the buttons beside it, which a header makes as high as its own.
  QList<QWidget*> rowWidgets() const;
  /// Of a session that is over: the number is shown and cannot be changed, but what others would do
  /// can be asked for at the slider.
  void setPointOnly(bool pointOnly);
  bool isPointOnly() const;
  void setTheme(const Theme& theme);
  QSpinBox* field() const;
  WorkersSlider* slider() const { return slider_; }

 Q_SIGNALS:
  /// The user wants so many; while dragging as often as the mouse moves.
  void chosen(int workers);
  /// What was typed is no number from 1 to kMost; the old value stays.
  void refused();
  /// The field is done with: Enter or Escape was pressed in it.
  void left();

 private:
  QToolButton* makeStep(const char* name, const QString& text, int step);
  void choose(int workers);

  QLabel* name_;
  WorkersField* field_;
  WorkersSlider* slider_;
  QToolButton* fewer_;
  QToolButton* more_;
  QToolButton* extra_ = nullptr;
  QHBoxLayout* row_ = nullptr;
};

}  // namespace poolscope::ui
