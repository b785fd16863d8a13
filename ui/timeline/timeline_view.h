// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/painted_parts.h"
#include "ui/timeline/pan_speed.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/view_history.h"
#include "ui/timeline/view_state.h"

#include <QAbstractScrollArea>
#include <QPoint>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

class QGestureEvent;
class QNativeGestureEvent;

namespace poolscope::ui {

class LayoutCache;
class SpriteCache;

/// Shows a frame of a session as lanes over time, and turns keys and pointer into a ViewState. The
/// pictures come from layOutTimeline() and paintTimeline(); this class only feeds them. Threads:
/// the GUI thread.
class TimelineView : public QAbstractScrollArea, public PaintsParts {
  Q_OBJECT
 public:
  /// Monotonic time in ns: how fast a drag let go, how far its glide is.
  using WallClock = std::function<session::TimeNs()>;

  explicit TimelineView(QWidget* parent = nullptr);
  ~TimelineView() override;

  /// Shows this frame from the next paint on. Called once per display frame; cheap when nothing
  /// changed.
  void showFrame(const Frame& frame);
  void setTheme(const Theme& theme);
  const Theme& theme() const { return theme_; }

  /// The axis counts from `zero`, and the view begins `lead` before it: for sessions on one axis.
  /// Until resetView().
  void setZero(session::TimeNs zero, session::TimeNs lead);

  void setWallClock(WallClock wall);

  const ViewState& viewState() const { return state_; }
  /// Whether the next frame differs from this one though no time passes in the session.
  bool isGliding() const { return state_.isGliding(); }
  const Frame& frame() const { return frame_; }
  /// What is on the screen, laid out anew if it is stale. For tests, hit testing and accessibility.
  const TimelineScene& scene();
  /// The selected task in words, as it is told to screen readers; empty if none is selected.
  QString selectionText() const;

  /// The selected task: its title, its state and times.
  QList<PaintedPart> paintedParts() override;
  QAccessible::Role paintedRole() const override { return QAccessible::List; }

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
  /// As showRange(), of which many come while something is dragged: one step of the way back.
  void slideTo(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  void goBack();     ///< to the view before this one
  void goForward();  ///< again to the view that goBack() left
  /// Makes `time` visible, moving as little as needed.
  void revealTime(poolscope::session::TimeNs time);
  /// A key of no task clears the selection. The task's lane and start come into sight if `reveal`.
  void selectTask(poolscope::session::TaskKey task, bool reveal = true);
  void selectRange(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  void clearRange();
  /// Selects what the ruler measures; without one what is in sight of the session.
  void selectMeasured();
  /// Selects what stands next to the selected task: on its lane, or on the neighbouring one.
  void selectNextTask();
  void selectPreviousTask();
  void selectTaskAbove();
  void selectTaskBelow();
  /// Sets an end of the ruler at the pointer; if it is elsewhere, as measureTask(); else at now.
  void dropRulerEnd();
  /// Sets an end of the ruler where the selected task began, then one where it ended.
  void measureTask();
  void clearRuler();
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
  /// Seconds of the session a second: what flies takes as long on the screen in slow motion.
  void setSpeed(double speed);
  /// Forgets view and selections: another session.
  void resetView();

 Q_SIGNALS:
  void taskSelected(poolscope::session::TaskKey task);  ///< no task: the selection was cleared
  void rangeSelected(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);
  void rangeCleared();
  void followingChanged(bool following);
  void arrangementChanged();  ///< of lanes, or what the colours mean
  /// Range, scroll or following, or the view began to glide: not by the mere passing of time.
  void viewChanged();

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
  enum class Drag { none, undecided, range, pan, zoom, ruler };

  void changeView(const std::function<void()>& change);
  void navigate(ViewHistory::Step step, const std::function<void()>& change);
  void goTo(const std::optional<ViewPlace>& place);
  void zoomAt(const QPointF& at, double factor);
  bool nativeGesture(const QNativeGestureEvent& event);
  bool gesture(const QGestureEvent& event);
  bool cancelDrag();
  void invalidate();
  void updateScrollBar();
  void pointAt(std::optional<QPointF> position);
  bool pansWith(Qt::KeyboardModifiers modifiers) const;
  void beginDrag(Qt::KeyboardModifiers modifiers);
  void dragTo(const QPointF& position);
  void endDrag(Drag drag, const QPointF& position);
  void click(const QPointF& position);
  std::optional<session::TimeNs>* rulerEndAt(const QPointF& position);
  void selectBeside(int step);
  void selectOnNeighbour(int step);
  void revealLane(session::LaneId lane);
  void revealSelected();  ///< its lane
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
  ViewPlace pressedPlace_ = {};
  std::optional<TimeRange> pressedRange_ = {};  ///< what was selected then
  Ruler pressedRuler_ = {};
  Qt::MouseButton pressedButton_ = Qt::NoButton;
  std::optional<session::TimeNs>* draggedEnd_ = nullptr;  ///< of the ruler in state_
  ViewHistory history_ = {};
  PanSpeed panSpeed_ = {};
  WallClock wall_;
};

}  // namespace poolscope::ui
