// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_painter.h"

namespace poolscope::ui {

LanePainter::LanePainter(Blitter& blitter, const LanePane& pane, const TimelineScene& scene,
                         const Theme& theme)
    : blitter_(blitter),
      pane_(pane),
      scene_(scene),
      theme_(theme),
      done_(pane.clip.top()),
      ground_(pane.grounds.cbegin()),
      strip_(pane.strips.cbegin()),
      bar_(pane.bars.cbegin()) {}

void LanePainter::paint() {
  for (const LaneRow& row : pane_.rows) {
    paintUpTo(row.rect.bottom());
  }
  paintUpTo(pane_.clip.bottom());
}

void LanePainter::paintUpTo(qreal bottom) {
  blitter_.clip(pane_.clip);
  for (; ground_ != pane_.grounds.cend() && ground_->rect.top() < bottom; ++ground_) {
    blitter_.fill(ground_->rect, ground_->color);
  }
  blitter_.clip(pane_.clip.intersected(scene_.canvas));
  const QColor grid = mixed(theme_.line, theme_.lane, 0.55);
  for (const qreal x : scene_.gridLines) {
    blitter_.fill(QRectF(x, done_, 1, bottom - done_), grid);
  }
  for (; strip_ != pane_.strips.cend() && strip_->rect.top() < bottom; ++strip_) {
    blitter_.strip(*strip_, theme_);
  }
  for (; bar_ != pane_.bars.cend() && bar_->rect.top() < bottom; ++bar_) {
    paintBar(*bar_);
  }
  done_ = bottom;
}

void LanePainter::paintBar(const TaskBar& bar) {
  for (const BarPart& part : bar.parts) {
    if (part.fill == BarFill::bright) {
      blitter_.fill(part.rect, theme_.swatchAt(part.swatch).bright);
    } else {
      blitter_.barPart(bar, part);
    }
  }
  for (const QRectF& blocked : bar.blocked) {
    blitter_.fill(blocked, theme_.warn);
  }
  blitter_.corners(bar);
  if (!bar.label.isEmpty()) {
    blitter_.barLabel(bar, theme_);
  }
}

}  // namespace poolscope::ui
