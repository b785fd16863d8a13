// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_slider.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr qreal kHandle = 18;
constexpr qreal kTrack = 4;

}  // namespace

WorkersSlider::WorkersSlider(int cores, QWidget* parent)
    : QSlider(Qt::Horizontal, parent),
      cores_(cores),
      theme_(Theme::dark()) {
  setRange(1, WorkersScale::kUsual);
  setPageStep(4);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMouseTracking(true);
  setAccessibleName(tr("max_workers, 1 to %1").arg(maximum()));
}

void WorkersSlider::setRecommended(int workers) {
  recommended_ = workers;
  fitScale(value());
  update();
}

void WorkersSlider::pointAt(std::optional<int> workers) {
  if (pointedAt_ != workers) {
    pointedAt_ = workers;
    update();
    Q_EMIT pointed(workers);
  }
}

void WorkersSlider::showWorkers(int workers) {
  fitScale(workers);
  setValue(workers);
  update();
}

/// Never shorter while the pointer is at it: a number under the pointer would become another one.
void WorkersSlider::fitScale(int workers) {
  const int end = WorkersScale::endFor(std::max(workers, recommended_));
  const bool isHeld = isSliderDown() || pointedAt_.has_value();
  if (end == maximum() || (end < maximum() && isHeld)) {
    return;
  }
  setMaximum(end);
  setAccessibleName(tr("max_workers, 1 to %1").arg(end));
}

void WorkersSlider::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  update();
}

QSize WorkersSlider::sizeHint() const {
  return {qRound(theme_.px(320)), qRound(theme_.px(42))};
}

QSize WorkersSlider::minimumSizeHint() const {
  return {qRound(theme_.px(200)), sizeHint().height()};
}

WorkersScale WorkersSlider::scale() const {
  const qreal margin = theme_.px(kHandle) / 2 + 2;
  return {.left = margin, .width = width() - 2 * margin, .most = maximum()};
}

QList<SliderMark> WorkersSlider::marks() const {
  const QFontMetricsF metrics(theme_.fonts.tiny);
  return layOutSliderMarks({.cores = cores_, .recommended = recommended_}, scale(), 0, width(),
                           [&](const QString& text) { return metrics.horizontalAdvance(text); });
}

void WorkersSlider::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const WorkersScale at = scale();
  const qreal handle = theme_.px(kHandle);
  const qreal y = handle / 2 + 3;
  const qreal x = at.toX(value());
  const bool enabled = isEnabled() && !pointOnly_;
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme_.line);
  painter.drawRoundedRect(QRectF(at.left, y - kTrack / 2, at.width, kTrack), 2, 2);
  painter.setBrush(enabled ? theme_.accent : theme_.faint);
  painter.drawRoundedRect(QRectF(at.left, y - kTrack / 2, x - at.left, kTrack), 2, 2);
  painter.setFont(theme_.fonts.tiny);
  const qreal tickHeight = theme_.px(14);
  const QFontMetricsF metrics(theme_.fonts.tiny);
  for (const SliderMark& mark : marks()) {
    painter.fillRect(
        QRectF(std::round(at.toX(mark.workers)) - 1, y - tickHeight / 2, 2, tickHeight),
        mark.workers == recommended_ ? theme_.ok : theme_.faint);
    const bool recommended = mark.workers == recommended_;
    painter.setPen(isAt(mark) && enabled ? theme_.accent : recommended ? theme_.ok : theme_.dim);
    painter.drawText(QPointF(mark.textLeft, height() - metrics.descent() - 1), mark.text);
  }
  if (isEnabled() && pointedAt_ && *pointedAt_ != value()) {
    // As all that is only predicted: amber, hollow and dashed.
    QPen ghost(theme_.warn, theme_.px(1.6));
    ghost.setDashPattern({2.5, 2});
    painter.setPen(ghost);
    painter.setBrush(theme_.surface);
    painter.drawEllipse(QPointF(at.toX(*pointedAt_), y), handle / 2 - 1, handle / 2 - 1);
  }
  painter.setBrush(enabled ? theme_.accent : theme_.faint);
  painter.setPen(QPen(hasFocus() ? theme_.text : theme_.surface, 2));
  painter.drawEllipse(QPointF(x, y), handle / 2, handle / 2);
}

void WorkersSlider::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) {
    event->ignore();
    return;
  }
  const int workers = scale().toWorkers(event->position().x());
  if (!pointOnly_) {
    setSliderDown(true);
    setValue(workers);
  }
  pointAt(workers);
}

void WorkersSlider::mouseMoveEvent(QMouseEvent* event) {
  const int workers = scale().toWorkers(event->position().x());
  if (isSliderDown()) {
    setValue(workers);
  }
  pointAt(workers);
}

/// The keys of a slider, but it is the ghost that they move.
void WorkersSlider::keyPressEvent(QKeyEvent* event) {
  if (!pointOnly_) {
    QSlider::keyPressEvent(event);
    return;
  }
  const int from = pointedAt_.value_or(value());
  const auto to = [&]() -> std::optional<int> {
    switch (event->key()) {
      case Qt::Key_Left:
      case Qt::Key_Down:
        return from - singleStep();
      case Qt::Key_Right:
      case Qt::Key_Up:
        return from + singleStep();
      case Qt::Key_PageDown:
        return from - pageStep();
      case Qt::Key_PageUp:
        return from + pageStep();
      case Qt::Key_Home:
        return minimum();
      case Qt::Key_End:
        return maximum();
      default:
        return std::nullopt;
    }
  }();
  if (to) {
    pointAt(std::clamp(*to, minimum(), maximum()));
  } else if (event->key() == Qt::Key_Escape && pointedAt_) {
    pointAt(std::nullopt);
  } else {
    event->ignore();
  }
}

void WorkersSlider::focusOutEvent(QFocusEvent* event) {
  if (pointOnly_ && !underMouse()) {
    pointAt(std::nullopt);
  }
  QSlider::focusOutEvent(event);
}

void WorkersSlider::setPointOnly(bool pointOnly) {
  if (std::exchange(pointOnly_, pointOnly) != pointOnly) {
    setSliderDown(false);
    update();
  }
}

void WorkersSlider::leaveEvent(QEvent* event) {
  pointAt(std::nullopt);
  QSlider::leaveEvent(event);
}

void WorkersSlider::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) {
    setSliderDown(false);
  }
}

// The wheel belongs to the timeline; a pool is not resized by scrolling past.
void WorkersSlider::wheelEvent(QWheelEvent* event) {
  event->ignore();
}

}  // namespace poolscope::ui
