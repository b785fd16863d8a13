// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_view.h"

#include "ui/timeline/hit_test.h"
#include "ui/timeline/lane_rows.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/layout_context.h"
#include "ui/timeline/neighbours.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/time_text.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_painter.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

using session::TaskKey;
using session::TimeNs;

namespace {

constexpr double kZoomStep = 1.5;
constexpr double kWheelZoom = 1.2;  // a notch
constexpr double kPanStep = 0.2;
constexpr qreal kDragThreshold = 4;
constexpr double kNotch = 120;  // eighths of a degree

}  // namespace

TimelineView::TimelineView(QWidget* parent)
    : QAbstractScrollArea(parent),
      theme_(Theme::dark()),
      layoutCache_(std::make_unique<LayoutCache>()),
      sprites_(std::make_unique<SpriteCache>()) {
  setObjectName(QStringLiteral("timeline"));
  setAccessibleName(tr("Timeline"));
  setAccessibleDescription(tr("No task is selected."));
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setMouseTracking(true);
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
  if (same) {
    return;
  }
  if (frame_.snapshot && !frame_.snapshot->empty()) {
    state_.advance(frame_.snapshot->begin(), frame_.now);
  }
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
template <typename Change>
void TimelineView::changeView(Change change) {
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

void TimelineView::zoomIn() {
  changeView([this] { state_.zoom(kZoomStep); });
}
void TimelineView::zoomOut() {
  changeView([this] { state_.zoom(1 / kZoomStep); });
}
void TimelineView::panLeft() {
  changeView([this] { state_.pan(-kPanStep); });
}
void TimelineView::panRight() {
  changeView([this] { state_.pan(kPanStep); });
}
void TimelineView::fit() {
  changeView([this] { state_.fit(); });
}
void TimelineView::goToStart() {
  changeView([this] { state_.goToStart(); });
}
void TimelineView::goLive() {
  changeView([this] { state_.goLive(); });
}
void TimelineView::setFollowing(bool following) {
  changeView([this, following] { state_.setFollowing(following); });
}
void TimelineView::toggleFollowing() {
  setFollowing(!state_.following());
}

void TimelineView::showRange(TimeNs begin, TimeNs end) {
  changeView([&] { state_.zoomTo({begin, end}); });
}

void TimelineView::revealTime(TimeNs time) {
  changeView([&] { state_.reveal(time); });
}

void TimelineView::selectTask(TaskKey task, bool reveal) {
  const bool changed = state_.selectedTask != task;
  const auto known = task && frame_.snapshot ? frame_.snapshot->task(task) : std::nullopt;
  changeView([&] {
    state_.selectedTask = task;
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
      words += tr(", finished");
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
    words += tr(", on %1").arg(QString::fromUtf8(name));
  }
  if (task->queued && task->started) {
    words += tr(", waited %1").arg(durationText(*task->started - *task->queued));
  }
  if (task->started) {
    words += tr(", ran %1").arg(durationText(task->finished.value_or(frame_.now) - *task->started));
  }
  return words;
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
    selectBeside(step);
    return;
  }
  // The task may be out of sight: its neighbours count as they were then.
  const auto task = frame_.snapshot->task(state_.selectedTask);
  TimeRange then = {};
  if (task && task->started) {
    then = {*task->started, std::min(task->finished.value_or(frame_.now), frame_.now)};
  }
  const RowPlan plan =
      planFor(frame_, state_, then, QSizeF(viewport()->size()), theme_, *layoutCache_);
  if (const TaskKey next =
          taskOnNeighbour(*frame_.snapshot, plan, state_.selectedTask, step, frame_.now)) {
    selectTask(next);
  }
}

void TimelineView::selectNextTask() {
  selectBeside(1);
}
void TimelineView::selectPreviousTask() {
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
  invalidate();
}

void TimelineView::resetView() {
  const bool hadTask = static_cast<bool>(state_.selectedTask);
  const bool hadRange = state_.selectedRange.has_value();
  layoutCache_ = std::make_unique<LayoutCache>();
  changeView([this] { state_.reset(); });
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
    case Qt::Key_Escape:
      if (state_.selectedRange) {
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

void TimelineView::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  if (event->modifiers() & Qt::ShiftModifier) {
    verticalScrollBar()->setValue(verticalScrollBar()->value() -
                                  (angle.y() != 0 ? angle.y() : angle.x()) / 2);
  } else if (std::abs(angle.x()) > std::abs(angle.y())) {
    changeView([&] { state_.pan(-angle.x() / kNotch * kPanStep / 2); });
  } else if (angle.y() != 0 && scene().axis) {
    const TimeNs anchor = scene().axis->toTime(std::max(event->position().x(), scene().headWidth));
    changeView([&] { state_.zoom(std::pow(kWheelZoom, angle.y() / kNotch), anchor); });
  }
  pointAt(event->position());
  event->accept();
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !scene().axis) {
    return;
  }
  pressedAt_ = event->position();
  pressedTime_ = scene().axis->toTime(pressedAt_.x());
  pressedBegin_ = state_.range().begin;
  drag_ = pressedAt_.x() >= scene().headWidth ? Drag::undecided : Drag::none;
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  if (drag_ == Drag::undecided && std::abs(at.x() - pressedAt_.x()) >= kDragThreshold) {
    drag_ = event->modifiers() & Qt::ShiftModifier     ? Drag::pan
            : event->modifiers() & Qt::ControlModifier ? Drag::zoom
                                                       : Drag::range;
    if (drag_ != Drag::pan) {
      // A range is chosen on a picture that stands still.
      setFollowing(false);
    }
  }
  if (drag_ == Drag::none || drag_ == Drag::undecided) {
    pointAt(at);
  } else {
    dragTo(at);
  }
}

void TimelineView::dragTo(const QPointF& at) {
  if (!scene().axis) {
    return;
  }
  pointAt({});
  if (drag_ == Drag::pan) {
    const double moved = (at.x() - pressedAt_.x()) * scene().axis->nsPerPixel();
    changeView([&] { state_.panTo(pressedBegin_ - static_cast<TimeNs>(moved)); });
    return;
  }
  const qreal x = std::clamp(at.x(), scene().canvas.left(), scene().canvas.right());
  const TimeNs time = scene().axis->toTime(x);
  state_.selectedRange = TimeRange{std::min(time, pressedTime_), std::max(time, pressedTime_)};
  invalidate();
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
  const Drag drag = std::exchange(drag_, Drag::none);
  if (event->button() != Qt::LeftButton) {
    return;
  }
  if (drag == Drag::range && state_.selectedRange) {
    Q_EMIT rangeSelected(state_.selectedRange->begin, state_.selectedRange->end);
  } else if (drag == Drag::zoom && state_.selectedRange) {
    const TimeRange range = *std::exchange(state_.selectedRange, std::nullopt);
    showRange(range.begin, range.end);
  } else if (drag == Drag::undecided || drag == Drag::none) {
    const Hit hit = hitTest(scene(), event->position());
    if (hit.area == Hit::Area::canvas) {
      clearRange();
      selectTask(hit.task, false);
    }
  }
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
  const Hit hit = hitTest(scene(), event->position());
  const auto task = hit.task && frame_.snapshot ? frame_.snapshot->task(hit.task) : std::nullopt;
  if (task && task->started) {
    const TimeNs end = task->finished.value_or(frame_.now);
    const TimeNs room = std::max<TimeNs>(1, (end - *task->started) / 3);
    showRange(*task->started - room, end + room);
  }
}

void TimelineView::pointAt(std::optional<QPointF> position) {
  if (position == state_.pointer) {
    return;
  }
  state_.pointer = position;
  // Only what shows on the screen is worth a paint.
  const Hit below = position ? hitTest(scene(), *position) : Hit{};
  if (scene().hover || below.task || below.row == LaneRow::Kind::caller) {
    invalidate();
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
