// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/task_details.h"
#include "ui/panels/task_walker.h"
#include "ui/theme/theme.h"

#include <QFrame>
#include <QList>

#include <optional>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace poolscope::ui {

class ElidingLabel;
class SegmentBar;
class WalkLinks;

/// The card at the top right: all that is known of the selected task, or figures of the selected
/// range, or what to click.
class TaskInspector : public QFrame {
  Q_OBJECT
 public:
  explicit TaskInspector(QWidget* parent = nullptr);

  /// Nothing is selected: says what to do.
  void showHint();
  void showTask(const TaskDetails& details, const std::optional<WalkStanding>& standing = {});
  /// `figures` is empty while they are computed.
  void showRange(session::TimeNs begin, session::TimeNs end,
                 const std::optional<session::Statistics>& figures);
  void setTheme(const Theme& theme);
  WalkLinks* links() const { return links_; }

 Q_SIGNALS:
  void closed();  ///< the user is done with what is shown

 private:
  struct Row {
    QWidget* line;
    QLabel* swatch;
    ElidingLabel* name;
    ElidingLabel* value;
  };
  void setHead(const QString& title, const QString& outcome, const char* look);
  void beginRows();
  void addRow(const QString& name, const QString& value, const QColor& swatch = {});
  void endRows();

  Theme theme_;
  QWidget* hint_;
  QWidget* body_;
  ElidingLabel* title_;
  QLabel* outcome_;
  QPushButton* close_;
  SegmentBar* bar_;
  QVBoxLayout* column_;  ///< of rows
  QLabel* note_;         ///< why its result waits, or others wait for it
  QLabel* error_;
  WalkLinks* links_;
  QList<Row> rows_;
  int used_ = 0;
};

}  // namespace poolscope::ui
