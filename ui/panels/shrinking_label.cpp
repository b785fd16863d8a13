// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/shrinking_label.h"

#include <QFontMetricsF>
#include <QPainter>

#include <cmath>

namespace poolscope::ui {

ShrinkingLabel::ShrinkingLabel(QWidget* parent) : QLabel(parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

QFont ShrinkingLabel::fittedFont() const {
  QFont fitted = font();
  for (int size = fitted.pixelSize(); size > 6; --size) {
    fitted.setPixelSize(size);
    if (QFontMetricsF(fitted).horizontalAdvance(text()) <= width()) {
      break;
    }
  }
  return fitted;
}

QSize ShrinkingLabel::sizeHint() const {
  const qreal width = QFontMetricsF(font()).horizontalAdvance(text());
  return {static_cast<int>(std::ceil(width)) + 1, fontMetrics().height()};
}

QSize ShrinkingLabel::minimumSizeHint() const {
  const QSize full = sizeHint();
  return {qRound(full.width() * kLeastShare), full.height()};
}

void ShrinkingLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(fittedFont());
  painter.setPen(palette().color(foregroundRole()));
  painter.drawText(rect(), static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), text());
}

}  // namespace poolscope::ui
