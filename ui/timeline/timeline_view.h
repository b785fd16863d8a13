// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/view_state.h"

#include <QAbstractScrollArea>
#include <QPoint>
#include <QString>

#include <memory>
#include <optional>

namespace poolscope::ui {

class LayoutCache;
class SpriteCache;

/// Shows a frame of a session as lanes over time, and turns keys and pointer into a ViewState. The
/// pictures come from layOutTimeline() and paintTimeline(); this class only feeds them. Threads:
/// the GUI thread.
class TimelineView : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit TimelineView(QWidget* parent = nullptr);
  ~TimelineView() override;

  /// Shows this frame from the next paint on. Called once per display frame; cheap when nothing
  /// changed.
  void showFrame(const Frame& frame);
  void setTheme(const Theme& theme);
  const Theme& theme() const { return theme_; }

  const ViewState& viewState() const { return state_; }
  const Frame& frame() const { return frame_; }
  /// What is on the screen, laid out anew if it is stale. For tests, hit testing and accessibility.
  const TimelineScene& scene();
  /// The selected task in words, as it is told to screen readers; empty if none is selected.
  QString selectionText() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 public Q_SLOTS:
  void zoomIn();
  void zoomOut();
  void panLeft();
  void panRight();
  void fit();
  void goToStart();
  void goLive();
  void setFollowing(bool following);
  void toggleFollowing();
  void showRange(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  /// Makes `time` visible, moving as little as needed.
  void revealTime(poolscope::session::TimeNs time);
  /// A key of no task clears the selection. The task's lane and start come into sight if `reveal`.
  void selectTask(poolscope::session::TaskKey task, bool reveal = true);
  void selectRange(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  void clearRange();
  /// Selects what stands next to the selected task: on its lane, or on the neighbouring one.
  void selectNextTask();
  void selectPreviousTask();
  void selectTaskAbove();
  void selectTaskBelow();
  void setReduceMotion(bool reduce);
  /// Where colours tell times, their scale is set to what is in sight.
  void colorBy(poolscope::ui::ColorBy by);
  void scaleColors();
  /// By what the rows did in what is in sight. Rows keep that order until it is asked for again.
  void sortLanes(poolscope::ui::LaneOrder order);
  void setHidesIdle(bool hides);
  void setHidesExited(bool hides);
  void hideLane();  ///< of the selected task
  void hideLane(poolscope::session::LaneId lane);
  void showAllLanes();
  void setFolded(poolscope::session::PoolIndex pool, bool folded);
  void toggleFold();
  /// Forgets view and selections: another session.
  void resetView();

 Q_SIGNALS:
  void taskSelected(poolscope::session::TaskKey task);  ///< no task: the selection was cleared
  void rangeSelected(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  void rangeCleared();
  void followingChanged(bool following);
  void arrangementChanged();  ///< of lanes, or what the colours mean
  void viewChanged();         ///< range, scroll or following: not by the mere passing of time

 protected:
  bool event(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;

 private:
  enum class Drag { none, undecided, range, pan, zoom };

  template <typename Change>
  void changeView(Change change);
  void invalidate();
  void updateScrollBar();
  void pointAt(std::optional<QPointF> position);
  void dragTo(const QPointF& position);
  void selectBeside(int step);
  void selectOnNeighbour(int step);
  void revealLane(session::LaneId lane);
  bool isFolded(session::PoolIndex pool) const;
  bool goToPool(int step);
  void leavePool();
  void tellCurrentPool();
  void lookChanged();

  Frame frame_ = {};
  Theme theme_;
  ViewState state_ = {};
  TimelineScene scene_ = {};
  bool sceneIsFresh_ = false;
  std::unique_ptr<LayoutCache> layoutCache_;
  std::unique_ptr<SpriteCache> sprites_;

  Drag drag_ = Drag::none;
  QPointF pressedAt_ = {};
  session::TimeNs pressedTime_ = 0;
  session::TimeNs pressedBegin_ = 0;
};

}  // namespace poolscope::ui
