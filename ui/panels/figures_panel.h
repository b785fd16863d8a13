// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/live_figures.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QLabel;
class QLayout;

namespace poolscope::ui {

/// The one figure that is read from the back of a room, tasks/s, with what explains it below.
class FiguresPanel : public QWidget {
  Q_OBJECT
 public:
  explicit FiguresPanel(QWidget* parent = nullptr);

  void showFigures(const LiveFigures& figures);
  /// Puts the window's own buttons beside the figure, at the right.
  void setCorner(QLayout* corner);
  void setTheme(const Theme& theme);

 private:
  void showEffect(const LiveFigures& figures);

  QLabel* rate_;
  QLabel* unit_;
  QLabel* effect_;
  QLabel* details_;
};

}  // namespace poolscope::ui
