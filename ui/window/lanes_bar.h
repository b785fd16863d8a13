// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/legend.h"
#include "ui/timeline/sprite_cache.h"

#include <QFrame>
#include <QMap>

class QAction;
class QMenu;
class QToolButton;

namespace poolscope::ui {

enum class Command;
class Actions;
class TimelineView;

/// A legend in one line; a tool tip tells what has no room.
class LegendStrip : public QWidget {
  Q_OBJECT
 public:
  explicit LegendStrip(QWidget* parent = nullptr);

  void setLegend(const Legend& legend);
  void setTheme(const Theme& theme);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Legend legend_ = {};
  Theme theme_;
  SpriteCache sprites_ = {};
};

/// Above the timeline: what its colours tell, how its lanes stand, and how many are hidden.
/// Threads: the GUI thread.
class LanesBar : public QFrame {
  Q_OBJECT
 public:
  LanesBar(const Actions& actions, TimelineView* view, QWidget* parent = nullptr);

  /// Brings legend and words up to what the timeline shows. Cheap when nothing changed.
  void refresh();
  void setTheme(const Theme& theme);
  /// In a low window the legend alone stays: its menus are in the window's, too.
  void setLow(bool low);
  /// For the window's menu, too.
  QMenu* lanesMenu() const { return lanesMenu_; }
  QMenu* colorMenu() const { return colorMenu_; }
  QAction* hidesIdle() const { return hidesIdle_; }

 private:
  void buildColorMenu(const Actions& actions);
  void buildLanesMenu(const Actions& actions);
  QToolButton* addButton(const char* name, const QString& text, const QString& toolTip,
                         QMenu* menu);

  TimelineView* view_;
  QMenu* lanesMenu_;
  QMenu* colorMenu_;
  QToolButton* lanesButton_ = nullptr;
  QToolButton* colorButton_ = nullptr;
  QToolButton* hiddenButton_ = nullptr;
  LegendStrip* legend_ = nullptr;
  QAction* scale_ = nullptr;
  QAction* sortAgain_ = nullptr;
  QAction* hidesIdle_ = nullptr;
  QAction* hidesExited_ = nullptr;
  QMap<ColorBy, QAction*> colors_ = {};
  QMap<LaneOrder, QAction*> orders_ = {};
};

}  // namespace poolscope::ui
