// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_view.h"

#include "core/trace/clock.h"
#include "ui/timeline/hit_test.h"
#include "ui/timeline/lane_rows.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/layout_context.h"
#include "ui/timeline/name_text.h"
#include "ui/timeline/neighbours.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QAccessible>
#include <QGestureEvent>
#include <QKeyEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

using session::TaskKey;
using session::TimeNs;

namespace {

constexpr double kZoomStep = 1.5;
constexpr double kPanStep = 0.2;

}  // namespace

TimelineView::TimelineView(QWidget* parent)
    : QAbstractScrollArea(parent),
      theme_(Theme::dark()),
      layoutCache_(std::make_unique<LayoutCache>()),
      sprites_(std::make_unique<SpriteCache>()),
      wall_([] { return static_cast<TimeNs>(trace::now_ns()); }) {
  announceParts();
  setObjectName(QStringLiteral("timeline"));
  setAccessibleName(tr("Timeline"));
  setAccessibleDescription(tr("No task is selected."));
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
  viewport()->grabGesture(Qt::PinchGesture);
  // The whole viewport is painted in each frame; nothing shines through.
  viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
  viewport()->setAttribute(Qt::WA_NoSystemBackground);
}

TimelineView::~TimelineView() = default;

QSize TimelineView::sizeHint() const {
  return {960, 440};
}

QSize TimelineView::minimumSizeHint() const {
  return {320, 160};
}

void TimelineView::showFrame(const Frame& frame) {
  const bool same =
      frame.snapshot == frame_.snapshot && frame.now == frame_.now && frame.live == frame_.live;
  frame_ = frame;
  if (state_.isGliding()) {
    changeView([this] { state_.glideOn(wall_()); });
  }
  if (same) {
    return;
  }
  if (frame_.snapshot && !frame_.snapshot->empty()) {
    state_.advance(state_.zero ? *state_.zero - state_.lead : frame_.snapshot->begin(), frame_.now);
  }
  invalidate();
}

void TimelineView::setZero(TimeNs zero, TimeNs lead) {
  state_.zero = zero;
  state_.lead = lead;
  invalidate();
}

void TimelineView::setTheme(const Theme& theme) {
  theme_ = theme;
  invalidate();
}

void TimelineView::invalidate() {
  sceneIsFresh_ = false;
  viewport()->update();
}

const TimelineScene& TimelineView::scene() {
  if (!sceneIsFresh_) {
    state_.devicePixelRatio = devicePixelRatioF();
    scene_ = layOutTimeline(frame_, state_, QSizeF(viewport()->size()), theme_, *layoutCache_);
    sceneIsFresh_ = true;
  }
  return scene_;
}

/// Changes the view and tells what became different.
void TimelineView::changeView(const std::function<void()>& change) {
  const TimeRange range = state_.range();
  const qreal scroll = state_.scrollY;
  const bool following = state_.following();
  change();
  invalidate();
  if (state_.following() != following) {
    Q_EMIT followingChanged(state_.following());
  }
  if (state_.range() != range || state_.scrollY != scroll || state_.following() != following) {
    Q_EMIT viewChanged();
  }
}

/// As changeView(), and one can come back to where it was.
void TimelineView::navigate(ViewHistory::Step step, const std::function<void()>& change) {
  const ViewPlace before = state_.place();
  changeView(change);
  if (state_.fineRange() != before.range) {
    history_.leave(before, step, wall_());
  }
}

void TimelineView::goBack() {
  goTo(history_.goBack(state_.place()));
}
void TimelineView::goForward() {
  goTo(history_.goForward(state_.place()));
}

void TimelineView::goTo(const std::optional<ViewPlace>& place) {
  if (place) {
    changeView([&] { state_.restore(*place); });
    static_cast<void>(scene());
    updateScrollBar();
    verticalScrollBar()->setValue(qRound(place->scrollY));
  }
}

void TimelineView::zoomIn() {
  navigate(ViewHistory::Step::part, [this] { state_.zoom(kZoomStep); });
}
void TimelineView::zoomOut() {
  navigate(ViewHistory::Step::part, [this] { state_.zoom(1 / kZoomStep); });
}
void TimelineView::panLeft() {
  navigate(ViewHistory::Step::part, [this] { state_.pan(-kPanStep); });
}
void TimelineView::panRight() {
  navigate(ViewHistory::Step::part, [this] { state_.pan(kPanStep); });
}
void TimelineView::fit() {
  navigate(ViewHistory::Step::jump, [this] { state_.fit(); });
}
void TimelineView::goToStart() {
  navigate(ViewHistory::Step::jump, [this] { state_.goToStart(); });
}
void TimelineView::goLive() {
  navigate(ViewHistory::Step::jump, [this] { state_.goLive(); });
}
void TimelineView::setFollowing(bool following) {
  navigate(ViewHistory::Step::jump, [&] { state_.setFollowing(following); });
}
void TimelineView::toggleFollowing() {
  setFollowing(!state_.following());
}

void TimelineView::showRange(TimeNs begin, TimeNs end) {
  navigate(ViewHistory::Step::jump, [&] { state_.zoomTo({begin, end}); });
}

void TimelineView::slideTo(TimeNs begin, TimeNs end) {
  navigate(ViewHistory::Step::part, [&] { state_.zoomTo({begin, end}); });
}

void TimelineView::revealTime(TimeNs time) {
  navigate(ViewHistory::Step::part, [&] { state_.reveal(time); });
}

void TimelineView::selectTask(TaskKey task, bool reveal) {
  const bool changed = state_.selectedTask != task;
  const auto known = task && frame_.snapshot ? frame_.snapshot->task(task) : std::nullopt;
  navigate(ViewHistory::Step::part, [&] {
    state_.selectedTask = task;
    state_.lanes.current.reset();
    if (reveal && known) {
      if (known->started || known->queued) {
        state_.reveal(known->started ? *known->started : *known->queued);
      }
      if (known->worker) {
        revealLane(*known->worker);
      }
    }
  });
  if (!changed) {
    return;
  }
  const QString words = selectionText();
  setAccessibleDescription(words.isEmpty() ? tr("No task is selected.") : words);
  QAccessibleEvent told(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&told);
  moveTo(this, 0);
  Q_EMIT taskSelected(task);
}

QString TimelineView::selectionText() const {
  const auto task = state_.selectedTask && frame_.snapshot
                        ? taskAt(*frame_.snapshot, state_.selectedTask, frame_.now)
                        : std::nullopt;
  if (!task) {
    return {};
  }
  QString words = taskTitle(*task);
  switch (task->state) {
    case session::TaskState::queued:
      words += tr(", waiting in the queue");
      break;
    case session::TaskState::running:
      words += tr(", running");
      break;
    case session::TaskState::finished:
      words += task->over_by ? tr(", over: its end was lost") : tr(", finished");
      break;
    case session::TaskState::failed:
      words += tr(", failed");
      break;
    case session::TaskState::cancelled:
      words += tr(", cancelled");
      break;
  }
  if (task->worker) {
    const auto name = frame_.snapshot->lanes()[static_cast<std::size_t>(*task->worker)].name;
    words += tr(", on %1").arg(nameText(name));
  }
  if (task->queued && task->started) {
    words += tr(", waited %1").arg(durationText(*task->started - *task->queued));
  }
  if (task->started) {
    words += tr(", ran %1").arg(durationText(endOf(*task, frame_.now) - *task->started));
  }
  return words;
}

QList<PaintedPart> TimelineView::paintedParts() {
  const auto task = state_.selectedTask && frame_.snapshot
                        ? taskAt(*frame_.snapshot, state_.selectedTask, frame_.now)
                        : std::nullopt;
  if (!task) {
    return {};
  }
  const QString title = taskTitle(*task);
  const QString words = selectionText();
  const QRectF seen = scene().selectionOutline.value_or(QRectF()).intersected(scene().canvas);
  return {{.role = QAccessible::ListItem,
           .name = title,
           .description = words.mid(title.size() + 2),  // after ", "
           .rect = seen.toAlignedRect(),
           .selected = true}};
}

void TimelineView::revealLane(session::LaneId lane) {
  const auto span =
      scrollSpanOf(frame_, state_, lane, QSizeF(viewport()->size()), theme_, *layoutCache_);
  if (span) {
    verticalScrollBar()->setValue(static_cast<int>(std::clamp<qreal>(
        state_.scrollY, std::ceil(std::min(span->least, span->most)), span->most)));
  }
}

void TimelineView::selectRange(TimeNs begin, TimeNs end) {
  const TimeRange range{std::min(begin, end), std::max(begin, end)};
  if (state_.selectedRange == range) {
    return;
  }
  state_.selectedRange = range;
  invalidate();
  Q_EMIT rangeSelected(range.begin, range.end);
}

void TimelineView::selectMeasured() {
  if (!frame_.snapshot || frame_.snapshot->empty()) {
    return;
  }
  if (state_.ruler.isComplete() && state_.ruler.begin() < state_.ruler.end()) {
    selectRange(state_.ruler.begin(), state_.ruler.end());
    return;
  }
  const TimeRange inSight = state_.range();
  const TimeNs begin = std::max(inSight.begin, frame_.snapshot->begin());
  const TimeNs end = std::min(inSight.end, frame_.now);
  if (begin < end) {
    selectRange(begin, end);
  }
}

void TimelineView::clearRange() {
  if (state_.selectedRange) {
    state_.selectedRange.reset();
    invalidate();
    Q_EMIT rangeCleared();
  }
}

void TimelineView::selectBeside(int step) {
  if (!frame_.snapshot) {
    return;
  }
  TaskKey next = {};
  if (state_.selectedTask) {
    next = taskBeside(*frame_.snapshot, *layoutCache_->places(frame_.snapshot), state_.selectedTask,
                      step, frame_.now);
  } else {
    // Nothing is selected yet: begin with the latest bar in sight.
    qreal right = -1;
    for (const LanePane& pane : scene().panes) {
      for (const TaskBar& bar : pane.bars) {
        if (bar.rect.right() > right) {
          right = bar.rect.right();
          next = bar.task;
        }
      }
    }
  }
  if (next) {
    selectTask(next);
  }
}

void TimelineView::selectOnNeighbour(int step) {
  if (!frame_.snapshot) {
    return;
  }
  if (!state_.selectedTask) {
    if (!goToPool(step)) {
      selectBeside(step);
    }
    return;
  }
  // The task may be out of sight: its neighbours count as they were then.
  const auto task = frame_.snapshot->task(state_.selectedTask);
  TimeRange then = {};
  if (task && task->started) {
    then = {*task->started, std::min(endOf(*task, frame_.now), frame_.now)};
  }
  const RowPlan plan =
      planFor(frame_, state_, then, QSizeF(viewport()->size()), theme_, *layoutCache_);
  if (const TaskKey next =
          taskOnNeighbour(*frame_.snapshot, plan, state_.selectedTask, step, frame_.now)) {
    selectTask(next);
  } else if (goToPool(step)) {
    const session::PoolIndex pool = *state_.lanes.current;
    selectTask({});
    state_.lanes.current = pool;
  }
}

void TimelineView::selectNextTask() {
  if (state_.lanes.current) {
    setFolded(*state_.lanes.current, false);
    return;
  }
  selectBeside(1);
}
void TimelineView::selectPreviousTask() {
  if (state_.lanes.current) {
    setFolded(*state_.lanes.current, true);
    return;
  }
  selectBeside(-1);
}
void TimelineView::selectTaskAbove() {
  selectOnNeighbour(-1);
}
void TimelineView::selectTaskBelow() {
  selectOnNeighbour(1);
}

void TimelineView::setReduceMotion(bool reduce) {
  state_.reduceMotion = reduce;
  if (reduce) {
    state_.stopGliding();
  }
  invalidate();
}

void TimelineView::setSpeed(double speed) {
  if (state_.speed != speed) {
    state_.speed = speed;
    invalidate();
  }
}

void TimelineView::setWallClock(WallClock wall) {
  wall_ = std::move(wall);
}

void TimelineView::resetView() {
  const bool hadTask = static_cast<bool>(state_.selectedTask);
  const bool hadRange = state_.selectedRange.has_value();
  layoutCache_ = std::make_unique<LayoutCache>();
  static_cast<void>(cancelDrag());
  changeView([this] { state_.reset(); });
  history_.clear();
  state_.focused = hasFocus();
  setAccessibleDescription(tr("No task is selected."));
  if (hadTask) {
    Q_EMIT taskSelected({});
  }
  if (hadRange) {
    Q_EMIT rangeCleared();
  }
}

bool TimelineView::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
    state_.stopGliding();
  }
  // Arrows belong to the timeline while it has the focus, also where the window has actions for
  // them.
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool arrow = key->key() >= Qt::Key_Left && key->key() <= Qt::Key_Down;
    if (arrow && key->modifiers() == Qt::NoModifier) {
      event->accept();
      return true;
    }
  }
  return QAbstractScrollArea::event(event);
}

bool TimelineView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Leave) {
    pointAt({});
  }
  if (event->type() == QEvent::NativeGesture &&
      nativeGesture(*static_cast<QNativeGestureEvent*>(event))) {
    return true;
  }
  if (event->type() == QEvent::Gesture && gesture(*static_cast<QGestureEvent*>(event))) {
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void TimelineView::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  paintTimeline(painter, scene(), theme_, *sprites_);
  updateScrollBar();
}

void TimelineView::updateScrollBar() {
  const int room = static_cast<int>(scene_.viewportHeight);
  const int most = std::max(0, static_cast<int>(std::ceil(scene_.contentHeight)) - room);
  QScrollBar* bar = verticalScrollBar();
  if (bar->maximum() != most || bar->pageStep() != room) {
    bar->setRange(0, most);
    bar->setPageStep(room);
    bar->setSingleStep(qRound(theme_.px(38)));
  }
}

void TimelineView::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  sceneIsFresh_ = false;
  static_cast<void>(scene());
  updateScrollBar();
}

void TimelineView::scrollContentsBy(int, int) {
  changeView([this] { state_.scrollY = verticalScrollBar()->value(); });
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
  if (!std::exchange(state_.focused, true)) {  // who uses keys is shown where they go
    invalidate();
  }
  switch (event->key()) {
    case Qt::Key_Left:
      selectPreviousTask();
      break;
    case Qt::Key_Right:
      selectNextTask();
      break;
    case Qt::Key_Up:
      selectTaskAbove();
      break;
    case Qt::Key_Down:
      selectTaskBelow();
      break;
    case Qt::Key_PageUp:
      verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
      break;
    case Qt::Key_PageDown:
      verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
      break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (state_.lanes.current) {
        toggleFold();
      } else {
        event->ignore();
      }
      break;
    case Qt::Key_Escape:
      if (cancelDrag()) {
        break;
      }
      if (state_.lanes.current) {
        leavePool();
      } else if (!state_.ruler.isEmpty()) {
        clearRuler();
      } else if (state_.selectedRange) {
        clearRange();
      } else if (state_.selectedTask) {
        selectTask({});
      } else {
        event->ignore();
      }
      break;
    default:
      // Not QAbstractScrollArea's: it would scroll on keys that the window has its own use for.
      event->ignore();
  }
}

void TimelineView::focusInEvent(QFocusEvent* event) {
  // A click shows where it went by itself; the frame is for those who came by keyboard.
  state_.focused = event->reason() == Qt::TabFocusReason ||
                   event->reason() == Qt::BacktabFocusReason ||
                   event->reason() == Qt::ShortcutFocusReason;
  invalidate();
}

void TimelineView::focusOutEvent(QFocusEvent*) {
  state_.focused = false;
  invalidate();
}

}  // namespace poolscope::ui
