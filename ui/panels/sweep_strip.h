// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/sweep_state.h"

#include <QWidget>

class QAction;
class QLabel;
class QPushButton;

namespace poolscope::ui {

class ElidingLabel;

/// The way to the sweep, where one looks while the pool runs, and how far a sweep has come. Its
/// button triggers `open`. Threads: the GUI thread.
class SweepStrip : public QWidget {
  Q_OBJECT
 public:
  explicit SweepStrip(QAction* open, QWidget* parent = nullptr);

  /// `canMeasure`: there is a scenario for it; of other sessions a prediction is all there is.
  void showState(const SweepState& state, bool canMeasure = true);

 private:
  QLabel* title_;
  ElidingLabel* line_;
  QPushButton* button_;
};

}  // namespace poolscope::ui
