// SPDX-License-Identifier: Apache-2.0
#include "ui/window/click_ripples.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

using session::TimeNs;

namespace {

constexpr TimeNs kLifeNs = 600'000'000;
constexpr qreal kFirstRadius = 10;
constexpr qreal kLastRadius = 34;
constexpr int kFrameMs = 16;

}  // namespace

std::optional<Ripple> rippleAt(TimeNs age, bool reduceMotion) {
  if (age < 0 || age >= kLifeNs) {
    return std::nullopt;
  }
  if (reduceMotion) {
    return Ripple{(kFirstRadius + kLastRadius) / 2, 1};
  }
  const qreal gone = static_cast<qreal>(age) / kLifeNs;
  const qreal eased = 1 - (1 - gone) * (1 - gone);  // fast at first, as a drop
  return Ripple{kFirstRadius + (kLastRadius - kFirstRadius) * eased, 1 - gone};
}

ClickRipples::ClickRipples(WallClock wall, QWidget* parent)
    : QWidget(parent),
      wall_(std::move(wall)),
      theme_(Theme::dark()) {
  setObjectName(QStringLiteral("clickRipples"));
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setAttribute(Qt::WA_NoSystemBackground);
  setFocusPolicy(Qt::NoFocus);
  hide();
  timer_.setInterval(kFrameMs);
  connect(&timer_, &QTimer::timeout, this, &ClickRipples::goOn);
}

void ClickRipples::setTheme(const Theme& theme) {
  theme_ = theme;
}

void ClickRipples::setOn(bool on) {
  qApp->removeEventFilter(this);
  clicks_.clear();
  timer_.stop();
  hide();
  if (on) {
    qApp->installEventFilter(this);
  }
}

bool ClickRipples::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick) {
    const auto* widget = qobject_cast<QWidget*>(watched);
    // Of a click that nobody takes each parent is told in turn: the first one counts.
    if (widget != nullptr && parentWidget()->isAncestorOf(widget)) {
      add(parentWidget()->mapFromGlobal(static_cast<QMouseEvent*>(event)->globalPosition()));
    }
  }
  return QWidget::eventFilter(watched, event);
}

void ClickRipples::add(const QPointF& at) {
  const TimeNs now = wall_();
  if (!clicks_.isEmpty() && clicks_.last().at == at && clicks_.last().since == now) {
    return;
  }
  clicks_.append({at, now});
  setGeometry(parentWidget()->rect());
  raise();
  show();
  timer_.start();
  update();
}

void ClickRipples::goOn() {
  const TimeNs now = wall_();
  clicks_.removeIf([&](const Click& click) { return !rippleAt(now - click.since, reduceMotion_); });
  if (clicks_.isEmpty()) {
    timer_.stop();
    hide();
    return;
  }
  update();
}

void ClickRipples::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const TimeNs now = wall_();
  for (const Click& click : std::as_const(clicks_)) {
    const auto ripple = rippleAt(now - click.since, reduceMotion_);
    if (!ripple) {
      continue;
    }
    const qreal radius = theme_.px(ripple->radius);
    painter.setPen(QPen(translucent(theme_.warn, ripple->opacity), theme_.px(3)));
    painter.setBrush(translucent(theme_.warn, 0.25 * ripple->opacity));
    painter.drawEllipse(click.at, radius, radius);
  }
}

}  // namespace poolscope::ui
