// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QList>
#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace poolscope::ui {

/// Commands that lead from the selected task to another, as a row of links, and a note that says
/// where the last one led.
class WalkLinks : public QWidget {
  Q_OBJECT
 public:
  struct Link {
    QString text = {};
    QAction* on = nullptr;
    QAction* back = nullptr;  ///< with Shift
    bool needsTask = false;   ///< it begins at the task that is shown
  };

  explicit WalkLinks(QWidget* parent = nullptr);

  void setLinks(const QList<Link>& links);
  void setTaskShown(bool shown);
  void setNote(const QString& note);
  void setTheme(const Theme& theme);

 private:
  QToolButton* makeButton(const Link& link);

  QHBoxLayout* row_;
  QList<QWidget*> ofTask_;
  QLabel* note_;
};

}  // namespace poolscope::ui
