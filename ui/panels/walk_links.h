// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QList>
#include <QWidget>

class QAction;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace poolscope::ui {

/// Commands that lead from the selected task to another, as links in rows, and a note that says
/// where the last one led.
class WalkLinks : public QWidget {
  Q_OBJECT
 public:
  /// The two sides of a link, and what it is called; the command back has an arrow beside it.
  struct Link {
    QString text = {};
    QAction* back = nullptr;
    QAction* on = nullptr;
  };

  explicit WalkLinks(QWidget* parent = nullptr);

  void setLinks(const QList<QList<Link>>& rows);
  void setNote(const QString& note);
  void setTheme(const Theme& theme);

 private:
  QToolButton* makeButton(QAction* action, const QString& text);

  QVBoxLayout* column_;
  QLabel* note_;
};

}  // namespace poolscope::ui
