// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/window/coach.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace poolscope::ui {

/// One line above the timeline that says what is to be seen and what to do next. What was dismissed
/// stays away until another topic comes.
class CoachStrip : public QFrame {
  Q_OBJECT
 public:
  explicit CoachStrip(QWidget* parent = nullptr);

  void showHint(const CoachHint& hint);
  void setTheme(const Theme& theme);

 Q_SIGNALS:
  void dismissed(poolscope::ui::CoachTopic topic);
  void tourWanted();

 private:
  CoachTopic topic_ = CoachTopic::none;
  CoachTopic dismissed_ = CoachTopic::none;
  QLabel* text_;
  QPushButton* tour_;
  QPushButton* close_;
};

}  // namespace poolscope::ui
