// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/overview_strip.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

namespace {

constexpr qreal kBarPitch = 6;
constexpr qreal kPadding = 3;
constexpr qreal kMarkHeight = 5;
constexpr qreal kMarkWidth = 2;  // at least

}  // namespace

OverviewStrip::OverviewStrip(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  setObjectName(QStringLiteral("overview"));
  setAccessibleName(tr("Whole session"));
  setToolTip(tr("The whole session: click or drag to look there"));
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

qreal OverviewStrip::toX(session::TimeNs time) const {
  const qreal length = static_cast<qreal>(std::max<session::TimeNs>(1, end_ - begin_));
  return width() * std::clamp(static_cast<qreal>(time - begin_) / length, 0.0, 1.0);
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
  const QRectF view(QPointF(toX(viewBegin_), 1), QPointF(toX(viewEnd_), height() - 1));
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
  const qreal now = toX(frame_.now);
  painter.fillRect(QRectF(std::min(now, width() - 2.0), 0, 2, height()), theme_.bad);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme_.accent, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(view.adjusted(0.75, 0, -0.75, 0), 4, 4);
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  choose(event->position().x());
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
  choose(event->position().x());
}

void OverviewStrip::choose(qreal x) {
  if (end_ > begin_ && width() > 0) {
    const qreal share = std::clamp(x / width(), 0.0, 1.0);
    Q_EMIT timeChosen(begin_ +
                      static_cast<session::TimeNs>(share * static_cast<qreal>(end_ - begin_)));
  }
}

}  // namespace poolscope::ui
