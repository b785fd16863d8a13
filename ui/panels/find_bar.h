// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/task_finder.h"
#include "ui/theme/theme.h"

#include <QFrame>

class QAction;
class QLineEdit;
class QToolButton;

namespace poolscope::ui {

class ElidingLabel;

/// A field for what is looked for, what was found of it, and the way from match to match. Enter
/// leads on, Shift+Enter back, Escape away.
class FindBar : public QFrame {
  Q_OBJECT
 public:
  /// `previous` and `next` go from match to match.
  FindBar(QAction* previous, QAction* next, QWidget* parent = nullptr);

  /// Shows the bar; its text is selected, to be typed over.
  void open();
  QString text() const;
  void showState(const FindState& state);
  void setTheme(const Theme& theme);

 Q_SIGNALS:
  void textChanged(const QString& text);
  void stepWanted(bool forward);
  void closed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void dismiss();

  Theme theme_;
  QLineEdit* field_;
  ElidingLabel* count_;
  QToolButton* previous_;
  QToolButton* next_;
  QToolButton* close_;
};

}  // namespace poolscope::ui
