// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/live_figures.h"
#include "ui/theme/theme.h"
#include "ui/window/engine.h"

#include <QFrame>
#include <QList>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QMenu;
class QPushButton;
class QToolButton;

namespace poolscope::ui {

enum class Command;
class Actions;
class ElidingLabel;
class FiguresPanel;
class FigureTiles;
class WorkersControl;

/// The top of the window: which scenario, what the pool is told, max_workers, and what comes of it.
class HeaderBar : public QFrame {
  Q_OBJECT
 public:
  HeaderBar(const Actions& actions, int cores, QWidget* parent = nullptr);

  void setScenarios(const QList<ScenarioInfo>& scenarios);
  void showState(const EngineState& state);
  /// `oddEvents`: how many did not fit what came before.
  void showFigures(const LiveFigures& figures, std::uint64_t lostEvents, std::uint64_t oddEvents);
  /// Where the tasks stand: cheap enough for each frame, unless there are thousands of workers.
  void showCounts(const TaskCounts& tasks);
  /// What would come of the number of workers that the pointer is at; empty: it is at none.
  void showPrediction(const QString& text);
  void setTheme(const Theme& theme);
  /// The figures below max_workers; where they take too much of a low window.
  void setTilesShown(bool shown);
  WorkersControl* workers() const { return workers_; }
  QMenu* menu() const { return menu_; }
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void scenarioChosen(const QString& name);
  void scenarioFileWanted();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QToolButton* addButton(const Actions& actions, Command command, const QString& other = {});
  void alignRow();
  int roomForOther(qsizetype button) const;
  void chooseScenario(int index);
  void showCurrentScenario(const EngineState& state);
  void measure();
  enum class Room { full, some_texts, icons, compact, tight };
  Room roomIn(int width) const;
  void setRoom(Room room);

  QComboBox* scenarios_;
  ElidingLabel* summary_;
  QList<QToolButton*> buttons_;
  QList<QStringList> otherTexts_;  // what each of them says at times
  QToolButton* find_ = nullptr;
  ElidingLabel* workersLine_;
  QLabel* lostLine_;
  QHBoxLayout* row_;
  WorkersControl* workers_;
  FiguresPanel* figures_;
  FigureTiles* tiles_;
  QPushButton* menuButton_;
  QMenu* menu_;
  int fileRow_ = 0;  ///< of the list, where a scenario or recording from outside the gallery stands
  int fullWidth_ = 0;     ///< that it takes with texts on its buttons
  int someWidth_ = 0;     ///< with icons alone in the corner
  int iconsWidth_ = 0;    ///< with icons alone
  int compactWidth_ = 0;  ///< with a small figure, too, and no steps beside max_workers
  int tightWidth_ = 0;    ///< without Auto, too: no less is possible
  QString current_;
  bool isStarting_ = false;  ///< where there is no pool yet, there is one soon
};

}  // namespace poolscope::ui
