// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/eliding_label.h"

#include <QPainter>

#include <algorithm>

namespace poolscope::ui {

ElidingLabel::ElidingLabel(QWidget* parent) : QLabel(parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidingLabel::setText(const QString& text, const QString& shorter) {
  shorter_ = shorter;
  if (text != this->text()) {
    QLabel::setText(text);
    setToolTip(text);
  }
}

QString ElidingLabel::shownText() const {
  const bool fits = fontMetrics().horizontalAdvance(text()) <= width();
  return fontMetrics().elidedText(fits || shorter_.isEmpty() ? text() : shorter_, mode_, width());
}

void ElidingLabel::setElideMode(Qt::TextElideMode mode) {
  mode_ = mode;
  update();
}

QSize ElidingLabel::sizeHint() const {
  return {fontMetrics().horizontalAdvance(text()) + 2, fontMetrics().height()};
}

QSize ElidingLabel::minimumSizeHint() const {
  return {std::min(sizeHint().width(), fontMetrics().averageCharWidth() * 8), sizeHint().height()};
}

void ElidingLabel::paintEvent(QPaintEvent* event) {
  if (textInteractionFlags() != Qt::NoTextInteraction && width() >= sizeHint().width()) {
    QLabel::paintEvent(event);  // with what is selected
    return;
  }
  QPainter painter(this);
  painter.setPen(palette().color(foregroundRole()));
  painter.drawText(rect(), static_cast<int>(alignment()) | Qt::TextSingleLine, shownText());
}

}  // namespace poolscope::ui
