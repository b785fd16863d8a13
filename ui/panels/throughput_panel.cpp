// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/throughput_panel.h"

#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOption>

namespace poolscope::ui {

ThroughputPanel::ThroughputPanel(QWidget* parent) : QFrame(parent), theme_(Theme::dark()) {
  setObjectName(QStringLiteral("throughputPanel"));
  setAccessibleName(tr("Throughput over time"));
  setProperty("look", "card");
  setMouseTracking(true);
}

void ThroughputPanel::showFrame(const Frame& frame, session::TimeNs begin, session::TimeNs end) {
  frame_ = frame;
  begin_ = begin;
  end_ = end;
  stale_ = true;
  update();
}

void ThroughputPanel::setTheme(const Theme& theme) {
  theme_ = theme;
  stale_ = true;
  updateGeometry();
  update();
}

QSize ThroughputPanel::sizeHint() const {
  return {qRound(theme_.px(640)), qRound(theme_.px(190))};
}

QSize ThroughputPanel::minimumSizeHint() const {
  return {qRound(theme_.px(320)), qRound(theme_.px(88))};
}

QRectF ThroughputPanel::chartRect() const {
  const qreal margin = theme_.px(10);
  return QRectF(rect()).adjusted(margin, margin, -margin, -margin);
}

void ThroughputPanel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  QStyleOption option;
  option.initFrom(this);
  style()->drawPrimitive(QStyle::PE_Widget, &option, &painter, this);
  const QRectF chart = chartRect();
  if (!frame_.snapshot || end_ <= begin_) {
    painter.setFont(theme_.fonts.small);
    painter.setPen(theme_.dim);
    painter.drawText(chart, static_cast<int>(Qt::AlignCenter) | Qt::TextWordWrap,
                     tr("Throughput appears here with the first finished tasks."));
    return;
  }
  if (stale_) {
    scene_ = layOutThroughput(frame_, begin_, end_, chart.size(), theme_);
    stale_ = false;
  }
  painter.translate(chart.topLeft());
  paintThroughput(painter, scene_, theme_);
  if (hoverX_) {
    paintThroughputHover(painter, scene_, *hoverX_ - chart.left(), theme_);
  }
}

void ThroughputPanel::resizeEvent(QResizeEvent* event) {
  stale_ = true;
  QFrame::resizeEvent(event);
}

void ThroughputPanel::mouseMoveEvent(QMouseEvent* event) {
  hoverX_ = event->position().x();
  update();
}

void ThroughputPanel::leaveEvent(QEvent* event) {
  hoverX_.reset();
  update();
  QFrame::leaveEvent(event);
}

}  // namespace poolscope::ui
