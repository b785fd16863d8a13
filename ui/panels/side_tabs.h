// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QFrame>
#include <QString>

class QTabWidget;

namespace poolscope::ui {

class CodePanel;
class LessonPanel;
class StatisticsPanel;

/// The card at the right: the code that the scenario stands for, figures, and the lesson. Where the
/// card is high enough the code stands below the lesson, too.
class SideTabs : public QFrame {
  Q_OBJECT
 public:
  explicit SideTabs(QWidget* parent = nullptr);

  CodePanel* code() const { return code_; }
  LessonPanel* lesson() const { return lesson_; }
  void showLessonTab();
  /// Another scenario was chosen: its lesson comes to the front, unless the user turned to another
  /// page.
  void introduceLesson();
  StatisticsPanel* statistics() const { return statistics_; }
  bool statisticsShown() const;
  bool lessonShown() const;
  bool codeShown() const;
  void setTheme(const Theme& theme);
  /// Stands below the tabs, whichever is in front.
  void setFooter(QWidget* footer);
  /// It takes what room is left, and scrolls in itself: wishing for more would make its column
  /// scroll.
  QSize sizeHint() const override { return minimumSizeHint(); }

 Q_SIGNALS:
  void tabChanged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void placeCode();

  Theme theme_;
  QTabWidget* tabs_;
  QWidget* codePage_;
  QWidget* lessonPage_;
  QWidget* belowLesson_;
  CodePanel* code_;
  StatisticsPanel* statistics_;
  LessonPanel* lesson_;
  bool isUsersChoice_ = false;  ///< which page is in front
};

}  // namespace poolscope::ui
