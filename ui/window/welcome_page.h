// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/window/engine.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace poolscope::ui {

class Actions;

/// What stands in the timeline's place while there is no session: how to get one, or how far its
/// file has been read.
class WelcomePage : public QWidget {
  Q_OBJECT
 public:
  explicit WelcomePage(const Actions& actions, QWidget* parent = nullptr);

  /// `first` is the scenario that the button starts.
  void showState(const EngineState& state, const ScenarioInfo& first);

 Q_SIGNALS:
  void startWanted(const QString& name);

 private:
  QLabel* title_;
  QLabel* text_;
  QPushButton* start_;
  QPushButton* tour_;
  QPushButton* open_;
  QProgressBar* progress_;
  QString first_;
};

}  // namespace poolscope::ui
