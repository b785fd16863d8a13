// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/try_info.h"
#include "ui/theme/theme.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace poolscope::ui {

/// The guided tour above the timeline: a sentence, what to try, back, next and leave.
class TourStrip : public QFrame {
  Q_OBJECT
 public:
  explicit TourStrip(QWidget* parent = nullptr);

  /// Step `index` of `count`; `tryLabel` empty: nothing to press.
  void showStep(int index, int count, const QString& text, const QString& tryLabel);
  /// Of the step's try; `usable`: the scenario runs, so that it can be pressed.
  void showTrial(const TrialInfo& trial, bool usable);
  void setTheme(const Theme& theme);

 Q_SIGNALS:
  void tryChosen();
  void backWanted();
  void nextWanted();  ///< of the last step: the tour is over
  void left();

 private:
  QLabel* place_;
  QLabel* text_;
  QLabel* seen_;
  QPushButton* try_;
  QPushButton* back_;
  QPushButton* next_;
  QPushButton* leave_;
};

}  // namespace poolscope::ui
