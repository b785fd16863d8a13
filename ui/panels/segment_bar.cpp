// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/segment_bar.h"

#include <QPainter>

#include <algorithm>
#include <utility>

namespace poolscope::ui {

QColor timeUseColor(const Theme& theme, TimeUse use) {
  switch (use) {
    case TimeUse::queued:
      return theme.faint;
    case TimeUse::io_wait:
      return theme.kind(0);
    case TimeUse::lock_wait:
      return theme.kind(1);
    case TimeUse::compute:
      return theme.kind(2);
    case TimeUse::delivery:
      return theme.kind(3);
    case TimeUse::file_io:
      return theme.kind(4);
    case TimeUse::sleep:
      return theme.kind(5);
    case TimeUse::command:
      return theme.kindShade(5);
    case TimeUse::lock_held:
      return theme.kindShade(1);
    case TimeUse::other:
      return theme.kindShade(3);
    case TimeUse::unphased:
      return theme.kindShade(2);
  }
  return theme.faint;
}

SegmentBar::SegmentBar(QWidget* parent) : QWidget(parent), theme_(Theme::dark()) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void SegmentBar::setShares(std::vector<TimeShare> shares) {
  shares_ = std::move(shares);
  update();
}

void SegmentBar::setTheme(const Theme& theme) {
  theme_ = theme;
  updateGeometry();
  update();
}

QSize SegmentBar::sizeHint() const {
  return {qRound(theme_.px(120)), qRound(theme_.px(16))};
}

void SegmentBar::paintEvent(QPaintEvent*) {
  constexpr qreal kGap = 2;
  constexpr qreal kLeast = 2;  // what happened is seen, however short
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  qreal total = 0;
  for (const TimeShare& share : shares_) {
    total += static_cast<qreal>(share.ns);
  }
  if (total <= 0) {
    return;
  }
  const qreal room = width() - (kGap + kLeast) * static_cast<qreal>(shares_.size()) + kGap;
  qreal x = 0;
  for (const TimeShare& share : shares_) {
    const qreal w = kLeast + std::max(0.0, room) * static_cast<qreal>(share.ns) / total;
    painter.setBrush(timeUseColor(theme_, share.use));
    painter.drawRoundedRect(QRectF(x, 0, w, height()), 2, 2);
    x += w + kGap;
  }
}

}  // namespace poolscope::ui
