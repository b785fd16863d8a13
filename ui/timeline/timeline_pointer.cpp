// SPDX-License-Identifier: Apache-2.0
// What TimelineView does with mouse, wheel, touchpad and fingers.
#include "ui/timeline/hit_test.h"
#include "ui/timeline/task_words.h"
#include "ui/timeline/timeline_view.h"

#include <QGestureEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr double kWheelZoom = 1.2;  // a notch
constexpr double kWheelPan = 0.1;   // of the view, a notch
constexpr qreal kDragThreshold = 4;
constexpr double kNotch = 120;  // eighths of a degree
constexpr qreal kGripReach = 6;

}  // namespace

void TimelineView::zoomAt(const QPointF& at, double factor) {
  if (scene().axis) {
    const TimeNs anchor = scene().axis->toTime(std::max(at.x(), scene().headWidth));
    navigate(ViewHistory::Step::part, [&] { state_.zoom(factor, anchor); });
  }
}

void TimelineView::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  const bool sideways = std::abs(angle.x()) > std::abs(angle.y());
  state_.stopGliding();
  if (sideways || (event->modifiers() & Qt::ShiftModifier)) {
    const int turned = sideways ? angle.x() : angle.y();
    navigate(ViewHistory::Step::part, [&] { state_.pan(-turned / kNotch * kWheelPan); });
  } else if (event->position().x() < scene().headWidth) {
    verticalScrollBar()->setValue(verticalScrollBar()->value() - angle.y() / 2);
  } else if (angle.y() != 0) {
    zoomAt(event->position(), std::pow(kWheelZoom, angle.y() / kNotch));
  }
  pointAt(event->position());
  event->accept();
}

/// Two fingers on a touchpad, where the window system tells of them.
bool TimelineView::nativeGesture(const QNativeGestureEvent& event) {
  if (event.gestureType() != Qt::ZoomNativeGesture) {
    return false;
  }
  zoomAt(event.position(), 1 + event.value());
  return true;
}

/// Two fingers on a touch screen.
bool TimelineView::gesture(const QGestureEvent& event) {
  const auto* pinch = static_cast<const QPinchGesture*>(event.gesture(Qt::PinchGesture));
  if (pinch == nullptr) {
    return false;
  }
  cancelDrag();  // the first finger alone was a mouse
  const QPointF center = viewport()->mapFromGlobal(pinch->centerPoint());
  if (pinch->changeFlags() & QPinchGesture::ScaleFactorChanged) {
    zoomAt(center, pinch->scaleFactor());
  }
  if (!state_.following() && scene().axis &&
      (pinch->changeFlags() & QPinchGesture::CenterPointChanged)) {
    const qreal moved = pinch->centerPoint().x() - pinch->lastCenterPoint().x();
    navigate(ViewHistory::Step::part, [&] { state_.pan(-moved / scene().canvas.width()); });
  }
  return true;
}

/// The end of the ruler whose line or grip is here.
std::optional<TimeNs>* TimelineView::rulerEndAt(const QPointF& position) {
  if (!scene().axis || !scene().axisRow.contains(position)) {
    return nullptr;
  }
  const auto isNear = [&](const std::optional<TimeNs>& end) {
    return end && std::abs(scene().axis->toX(*end) - position.x()) <= kGripReach;
  };
  return isNear(state_.ruler.second)  ? &state_.ruler.second
         : isNear(state_.ruler.first) ? &state_.ruler.first
                                      : nullptr;
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
  state_.stopGliding();
  if (event->button() == Qt::BackButton) {
    goBack();
    return;
  }
  if (event->button() == Qt::ForwardButton) {
    goForward();
    return;
  }
  const bool drags = event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton;
  if (!drags || drag_ != Drag::none || !scene().axis) {
    return;
  }
  pressedAt_ = event->position();
  pressedTime_ = scene().axis->toTime(pressedAt_.x());
  pressedPlace_ = state_.place();
  pressedRange_ = state_.selectedRange;
  pressedRuler_ = state_.ruler;
  pressedButton_ = event->button();
  draggedEnd_ = rulerEndAt(pressedAt_);
  drag_ = pressedAt_.x() >= scene().headWidth ? Drag::undecided : Drag::none;
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  const QPointF moved = at - pressedAt_;
  const bool pans = pansWith(event->modifiers());
  const qreal far = pans ? std::max(std::abs(moved.x()), std::abs(moved.y())) : std::abs(moved.x());
  if (drag_ == Drag::undecided && far >= kDragThreshold) {
    beginDrag(event->modifiers());
  }
  if (drag_ == Drag::none || drag_ == Drag::undecided) {
    viewport()->setCursor(rulerEndAt(at) != nullptr ? Qt::SizeHorCursor : Qt::ArrowCursor);
    pointAt(at);
  } else {
    dragTo(at);
  }
}

bool TimelineView::pansWith(Qt::KeyboardModifiers modifiers) const {
  return pressedButton_ == Qt::MiddleButton || (modifiers & Qt::ShiftModifier);
}

void TimelineView::beginDrag(Qt::KeyboardModifiers modifiers) {
  if (pansWith(modifiers)) {
    drag_ = Drag::pan;
    history_.leave(pressedPlace_, ViewHistory::Step::jump, wall_());
    panSpeed_.start(wall_(), pressedAt_.x());
    return;
  }
  setFollowing(false);  // what is measured and chosen stands still
  if (scene().axisRow.contains(pressedAt_)) {
    drag_ = Drag::ruler;
    if (draggedEnd_ == nullptr) {
      state_.ruler = {pressedTime_, pressedTime_};
      draggedEnd_ = &state_.ruler.second;
    }
    return;
  }
  drag_ = modifiers & Qt::ControlModifier ? Drag::zoom : Drag::range;
}

void TimelineView::dragTo(const QPointF& at) {
  if (!scene().axis) {
    return;
  }
  pointAt({});
  if (drag_ == Drag::pan) {
    panSpeed_.add(wall_(), at.x());
    const double moved = (at.x() - pressedAt_.x()) * scene().axis->nsPerPixel();
    const FineRange& from = pressedPlace_.range;
    changeView([&] { state_.panTo(from.begin, from.fraction - moved); });
    verticalScrollBar()->setValue(qRound(pressedPlace_.scrollY + pressedAt_.y() - at.y()));
    return;
  }
  const qreal x = std::clamp(at.x(), scene().canvas.left(), scene().canvas.right());
  const TimeNs time = scene().axis->toTime(x);
  if (drag_ == Drag::ruler) {
    *draggedEnd_ = time;
  } else {
    auto& chosen = drag_ == Drag::zoom ? state_.zoomBand : state_.selectedRange;
    chosen = TimeRange{std::min(time, pressedTime_), std::max(time, pressedTime_)};
  }
  invalidate();
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != pressedButton_) {
    return;
  }
  const Drag drag = std::exchange(drag_, Drag::none);
  pressedButton_ = Qt::NoButton;
  if (drag == Drag::undecided && event->button() == Qt::MiddleButton) {
    return;
  }
  endDrag(drag, event->position());
}

void TimelineView::endDrag(Drag drag, const QPointF& position) {
  const auto band = std::exchange(state_.zoomBand, std::nullopt);
  const bool tookEnd = std::exchange(draggedEnd_, nullptr) != nullptr;
  switch (drag) {
    case Drag::range:
      if (state_.selectedRange) {
        Q_EMIT rangeSelected(state_.selectedRange->begin, state_.selectedRange->end);
      }
      break;
    case Drag::zoom:
      if (band) {
        history_.leave(pressedPlace_, ViewHistory::Step::jump, wall_());
        changeView([&] { state_.zoomTo(*band); });
      }
      break;
    case Drag::pan:
      state_.glide(-panSpeed_.at(wall_()) * scene().axis->nsPerPixel(), wall_());
      if (state_.isGliding()) {
        Q_EMIT viewChanged();
      }
      break;
    case Drag::ruler:
      break;
    case Drag::undecided:
    case Drag::none:
      if (!tookEnd) {
        click(position);
      }
      break;
  }
}

void TimelineView::click(const QPointF& position) {
  const Hit hit = hitTest(scene(), position);
  const bool isHead = hit.row == LaneRow::Kind::pool ||
                      (hit.row == LaneRow::Kind::group && hit.area == Hit::Area::head);
  if (isHead && hit.pool) {
    setFolded(*hit.pool, !isFolded(*hit.pool));
  } else if (hit.area == Hit::Area::canvas) {
    clearRange();
    selectTask(hit.task, false);
  } else if (hit.area == Hit::Area::axis && position.x() >= scene().headWidth && scene().axis) {
    state_.ruler.drop(scene().axis->toTime(position.x()));
    invalidate();
  }
}

/// Everything is again as it was when the button was pressed.
bool TimelineView::cancelDrag() {
  const Drag drag = std::exchange(drag_, Drag::none);
  pressedButton_ = Qt::NoButton;
  draggedEnd_ = nullptr;
  if (drag == Drag::none || drag == Drag::undecided) {
    return false;
  }
  state_.zoomBand.reset();
  state_.selectedRange = pressedRange_;
  state_.ruler = pressedRuler_;
  goTo(pressedPlace_);
  return true;
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
  const Hit hit = hitTest(scene(), event->position());
  const auto task = hit.task && frame_.snapshot ? frame_.snapshot->task(hit.task) : std::nullopt;
  if (event->button() == Qt::LeftButton && task && task->started) {
    const TimeNs end = endOf(*task, frame_.now);
    const TimeNs room = std::max<TimeNs>(1, (end - *task->started) / 3);
    showRange(*task->started - room, end + room);
  }
}

void TimelineView::pointAt(std::optional<QPointF> position) {
  if (position == state_.pointer) {
    return;
  }
  const auto isAtCaller = [this](std::optional<QPointF> at) {
    return at && hitTest(scene(), *at).row == LaneRow::Kind::caller;
  };
  const auto isAtHead = [this](std::optional<QPointF> at) {
    const Hit hit = at ? hitTest(scene(), *at) : Hit{};
    return hit.area == Hit::Area::head && hit.row == LaneRow::Kind::worker;
  };
  const bool told = scene().hover || isAtCaller(state_.pointer);
  state_.pointer = position;
  // Only what shows on the screen is worth a paint.
  const bool measures = state_.ruler.first && !state_.ruler.second;
  if (measures || told || isAtCaller(position) || isAtHead(position) ||
      (position && hitTest(scene(), *position).task)) {
    invalidate();
  }
}

void TimelineView::dropRulerEnd() {
  if (state_.pointer && scene().axis && state_.pointer->x() >= scene().headWidth) {
    state_.ruler.drop(scene().axis->toTime(state_.pointer->x()));
    invalidate();
  } else if (state_.selectedTask) {
    measureTask();
  } else if (frame_.snapshot) {
    state_.ruler.drop(frame_.now);
    invalidate();
  }
}

void TimelineView::measureTask() {
  const auto task = state_.selectedTask && frame_.snapshot
                        ? frame_.snapshot->task(state_.selectedTask)
                        : std::nullopt;
  const auto begin = task ? (task->started ? task->started : task->queued) : std::nullopt;
  if (!begin) {
    return;
  }
  const TimeNs end = std::min(endOf(*task, frame_.now), frame_.now);
  const bool hasBegun = !state_.ruler.second && state_.ruler.first == begin;
  state_.ruler.drop(hasBegun ? end : *begin);
  invalidate();
}

void TimelineView::clearRuler() {
  state_.ruler = {};
  invalidate();
}

}  // namespace poolscope::ui
