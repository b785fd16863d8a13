// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/overview_strip.h"

#include "ui/timeline/time_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr qreal kBarPitch = 6;
constexpr qreal kPadding = 3;
constexpr qreal kLeastFrame = 4;
constexpr double kWheelZoom = 1.2;
constexpr double kKeyZoom = 1.5;
constexpr qreal kMarkHeight = 5;
constexpr qreal kMarkWidth = 2;  // at least

}  // namespace

OverviewStrip::OverviewStrip(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  announceParts();
  setObjectName(QStringLiteral("overview"));
  setAccessibleName(tr("Whole session"));
  setToolTip(
      tr("The whole session. Click: look there; drag the frame or its ends; drag beside it "
         "to choose another stretch. Arrow keys move and zoom."));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setCursor(Qt::PointingHandCursor);
}

void OverviewStrip::showFrame(const Frame& frame, session::TimeNs begin, session::TimeNs end,
                              session::TimeNs viewBegin, session::TimeNs viewEnd, bool recount) {
  const bool same = begin == begin_ && end == end_ && viewBegin == viewBegin_ &&
                    viewEnd == viewEnd_ && frame.now == frame_.now;
  frame_ = frame;
  begin_ = begin;
  end_ = end;
  viewBegin_ = viewBegin;
  viewEnd_ = viewEnd;
  if (recount) {
    count();
    describe();
  }
  if (!same || recount) {
    update();
  }
}

void OverviewStrip::showMatches(session::TimeNs begin, session::TimeNs end,
                                std::vector<std::uint32_t> counts,
                                std::optional<session::TimeNs> current) {
  matchesBegin_ = begin;
  matchesEnd_ = end;
  matches_ = std::move(counts);
  currentMatch_ = current;
  update();
}

OverviewStrip::Marks OverviewStrip::marks() const {
  Marks marks;
  if (end_ <= begin_ || matches_.empty()) {
    return marks;
  }
  const qreal from = toX(matchesBegin_);
  const qreal pitch = (toX(matchesEnd_) - from) / static_cast<qreal>(matches_.size());
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    if (matches_[i] == 0) {
      continue;
    }
    const qreal left = std::min(from + static_cast<qreal>(i) * pitch, width() - kMarkWidth);
    const qreal right = std::max(from + static_cast<qreal>(i + 1) * pitch, left + kMarkWidth);
    if (!marks.found.empty() && marks.found.back().right() >= left) {
      marks.found.back().setRight(right);
    } else {
      marks.found.emplace_back(left, 1, right - left, kMarkHeight);
    }
  }
  if (currentMatch_) {
    marks.current = toX(*currentMatch_);
  }
  return marks;
}

/// Along the top edge, which the bars reach only at their highest; the current one goes down
/// through all.
void OverviewStrip::paintMarks(QPainter& painter) const {
  const Marks all = marks();
  for (const QRectF& mark : all.found) {
    painter.fillRect(mark, theme_.warn);
  }
  if (all.current) {
    const qreal x = std::clamp(*all.current, 2.0, width() - 3.0);
    painter.fillRect(QRectF(x - 2, 1, 5, kMarkHeight + 3), theme_.text);
    painter.fillRect(QRectF(x, 1, 1, height() - 2.0), theme_.text);
  }
}

void OverviewStrip::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  update();
}

QSize OverviewStrip::sizeHint() const {
  return {qRound(theme_.px(320)), qRound(theme_.px(34))};
}

QSize OverviewStrip::minimumSizeHint() const {
  return {qRound(theme_.px(120)), sizeHint().height()};
}

void OverviewStrip::count() {
  const int columns = std::max(1, static_cast<int>(width() / kBarPitch));
  bars_.assign(static_cast<std::size_t>(columns), 0);
  countedEnd_ = std::max(end_, begin_ + 1);
  if (!frame_.snapshot || end_ <= begin_) {
    return;
  }
  for (const session::Pool& pool : frame_.snapshot->pools()) {
    const auto counts = frame_.snapshot->finished_columns(pool.index, begin_, countedEnd_, columns);
    for (std::size_t i = 0; i < std::min(counts.size(), bars_.size()); ++i) {
      bars_[i] += counts[i];
    }
  }
}

void OverviewStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  painter.setPen(QPen(theme_.line, 1));
  painter.setBrush(theme_.lane);
  painter.drawRoundedRect(box, 4, 4);
  if (end_ <= begin_) {
    return;
  }
  // A view of nanoseconds is seen, too.
  const qreal left = toX(viewBegin_);
  const qreal right = std::max(toX(viewEnd_), left + kLeastFrame);
  const QRectF view(QPointF(std::min(left, width() - kLeastFrame), 1),
                    QPointF(right, height() - 1));
  painter.setPen(Qt::NoPen);
  painter.setBrush(translucent(theme_.accent, 0.12));
  painter.drawRoundedRect(view, 4, 4);
  painter.setRenderHint(QPainter::Antialiasing, false);
  const auto most = bars_.empty() ? 0U : *std::max_element(bars_.begin(), bars_.end());
  const qreal counted = toX(countedEnd_);
  const qreal pitch = bars_.empty() ? 0 : counted / static_cast<qreal>(bars_.size());
  const QColor color = mixed(theme_.accent, theme_.lane, 0.55);
  for (std::size_t i = 0; most > 0 && i < bars_.size(); ++i) {
    const qreal h = (height() - 2 * kPadding) * bars_[i] / most;
    painter.fillRect(QRectF(static_cast<qreal>(i) * pitch + 1, height() - kPadding - h,
                            std::max(1.0, pitch - 1), h),
                     color);
  }
  paintMarks(painter);
  paintNow(painter);
  paintFrame(painter, view);
}

void OverviewStrip::paintNow(QPainter& painter) const {
  const qreal now = std::min(toX(frame_.now), width() - 2.0);
  painter.fillRect(QRectF(now, 0, 2, height()), theme_.bad);
  if (nowIsMovable_) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme_.bad);
    painter.drawEllipse(QPointF(std::clamp(now + 1, 4.0, width() - 4.0), 5), 4, 4);
  }
}

void OverviewStrip::paintFrame(QPainter& painter, const QRectF& view) const {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme_.accent, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(view.adjusted(0.75, 0, -0.75, 0), 4, 4);
  if (view.width() >= 24) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme_.accent);
    const qreal grip = height() * 0.4;
    for (const qreal x : {view.left(), view.right() - 4}) {
      painter.drawRoundedRect(QRectF(x, (height() - grip) / 2, 4, grip), 2, 2);
    }
  }
  if (hasFocus()) {
    painter.setPen(QPen(theme_.text, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
  }
}

void OverviewStrip::setNowMovable(bool movable) {
  if (nowIsMovable_ != movable) {
    nowIsMovable_ = movable;
    update();
  }
}

/// What assistive technology reads.
void OverviewStrip::describe() {
  const QString text = tr("The timeline shows %1, from %2 on, of %3.")
                           .arg(durationText(viewEnd_ - viewBegin_),
                                durationText(viewBegin_ - begin_), durationText(end_ - begin_));
  if (accessibleDescription() != text) {
    setAccessibleDescription(text);
  }
}

OverviewPart OverviewStrip::partAt(const QPointF& position) const {
  return overviewPartAt(map(), {viewBegin_, viewEnd_},
                        nowIsMovable_ ? std::optional(frame_.now) : std::nullopt, position);
}

void OverviewStrip::want(const std::optional<TimeRange>& range) {
  if (range) {
    Q_EMIT viewWanted(range->begin, range->end);
  }
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && end_ > begin_) {
    drag_.emplace(partAt(event->position()), map(), TimeRange{viewBegin_, viewEnd_},
                  event->position().x());
  }
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
  if (!drag_) {
    const OverviewPart part = partAt(event->position());
    setCursor(part == OverviewPart::frame     ? Qt::OpenHandCursor
              : part == OverviewPart::outside ? Qt::PointingHandCursor
                                              : Qt::SizeHorCursor);
    return;
  }
  if (drag_->part() == OverviewPart::now) {
    Q_EMIT timeChosen(map().toTime(event->position().x()));
  } else {
    want(drag_->moveTo(map(), event->position().x()));
  }
}

void OverviewStrip::mouseReleaseEvent(QMouseEvent* event) {
  if (drag_ && event->button() == Qt::LeftButton) {
    want(drag_->release(map()));
    drag_.reset();
  }
}

void OverviewStrip::wantZoom(double factor, session::TimeNs anchor) {
  const double length = static_cast<double>(viewEnd_ - viewBegin_) / factor;
  if (end_ > begin_ && length >= static_cast<double>(ViewState::kShortestSpan)) {
    const auto half = static_cast<session::TimeNs>(length / 2);
    want(TimeRange{anchor - half, anchor + half});
  }
}

void OverviewStrip::wheelEvent(QWheelEvent* event) {
  const session::TimeNs pointed = map().toTime(event->position().x());
  const session::TimeNs middle = viewBegin_ + (viewEnd_ - viewBegin_) / 2;
  const bool isInside = pointed >= viewBegin_ && pointed < viewEnd_;
  wantZoom(std::pow(kWheelZoom, event->angleDelta().y() / 120.0), isInside ? middle : pointed);
  event->accept();
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
  const session::TimeNs length = viewEnd_ - viewBegin_;
  const auto move = [&](session::TimeNs by) { want(TimeRange{viewBegin_ + by, viewEnd_ + by}); };
  const auto zoom = [&](double factor) { wantZoom(factor, viewBegin_ + length / 2); };
  switch (end_ > begin_ ? event->key() : 0) {
    case Qt::Key_Left:
      move(-length / 5);
      break;
    case Qt::Key_Right:
      move(length / 5);
      break;
    case Qt::Key_PageUp:
      move(-length);
      break;
    case Qt::Key_PageDown:
      move(length);
      break;
    case Qt::Key_Up:
      zoom(kKeyZoom);
      break;
    case Qt::Key_Down:
      zoom(1 / kKeyZoom);
      break;
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace poolscope::ui
