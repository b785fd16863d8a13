// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/live_figures.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QLabel;
class QLayout;

namespace poolscope::ui {

class ElidingLabel;
class ShrinkingLabel;

/// The largest figure, tasks/s, and what the last change of max_workers did to it.
class FiguresPanel : public QWidget {
  Q_OBJECT
 public:
  explicit FiguresPanel(QWidget* parent = nullptr);

  void showFigures(const LiveFigures& figures);
  /// In the place of the last change's effect, as long as there is one: it says itself that it is
  /// predicted.
  void showPrediction(const QString& text);
  /// Puts the window's own buttons beside the figure, at the right.
  void setCorner(QLayout* corner);
  /// The figure may be small: there is no room for it.
  void setTight(bool tight);
  void setTheme(const Theme& theme);

 private:
  void reserve();
  void showEffect(const LiveFigures& figures);

  ShrinkingLabel* rate_;
  QLabel* unit_;
  ElidingLabel* window_;
  ElidingLabel* effect_;
  LiveFigures figures_;
  QString prediction_;
  Theme theme_;
  bool tight_ = false;
};

}  // namespace poolscope::ui
