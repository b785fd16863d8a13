// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/blitter.h"

#include "ui/timeline/pixel_rows.h"

#include <algorithm>
#include <cmath>

namespace poolscope::ui {
namespace {

struct Shares {
  int bright;
  int shade;
  int lock;
  int failed;
};

/// Shares in whole pixels, rounded as sums, so that nothing is lost between them; what there is, is
/// seen.
Shares inPixels(const DenseColumn& column, int height) {
  const auto upTo = [height](float share) {
    return std::clamp(static_cast<int>(std::lround(share * static_cast<float>(height))), 0, height);
  };
  int bright = upTo(column.bright);
  const int shade = upTo(column.bright + column.shade);
  int busy = upTo(column.bright + column.shade + column.lock);
  if (busy == 0) {  // also of tasks that took no time
    busy = 1;
    bright = column.bright > 0 || column.shade + column.lock <= 0 ? 1 : 0;
  }
  const int failed =
      column.failed > 0 ? std::clamp(upTo(column.failed), std::min(3, busy), busy) : 0;
  return {bright, std::max(shade - bright, 0), std::max(busy - std::max(shade, bright), 0), failed};
}

/// From the bottom up, as high as `height`.
void paintColumn(PixelRows<QRgb> top, int height, int width, const Shares& shares,
                 const Blitter::ColumnColor& colors, QRgb ground, QRgb failed) {
  const int busy = shares.bright + shares.shade + shares.lock;
  const int sound = busy - shares.failed;
  int done = 0;
  const auto upTo = [&](int level, QRgb color) {
    if (level > done) {
      fillRows({top.first + (height - level) * top.stride, top.stride}, width, level - done, color);
      done = level;
    }
  };
  upTo(std::min(shares.bright, sound), colors.bright);
  upTo(std::min(shares.bright + shares.shade, sound), colors.shade);
  upTo(sound, colors.lock);
  upTo(busy, failed);
  upTo(height, ground);
}

/// From the bottom up: what works, then what waits, in the colours that the phases have on bars.
void paintPhases(PixelRows<QRgb> top, int height, int width, const DenseColumn& column,
                 const Blitter::ColumnColors& colors, QRgb ground) {
  using enum trace::PhaseKind;
  constexpr std::array kOrder{other, compute, lock_held, io_wait,
                              sleep, file_io, command,   lock_wait};
  constexpr std::size_t kWorking = 3;
  int done = 0;
  int share = 0;
  const auto upTo = [&](int level, QRgb color) {
    if (level > done) {
      fillRows({top.first + (height - level) * top.stride, top.stride}, width, level - done, color);
      done = level;
    }
  };
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    const auto kind = static_cast<std::size_t>(kOrder[i]);
    share += column.phases[kind];
    const Blitter::ColumnColor& of = colors[swatch::kPhases + kind];
    const int least = done == 0 && share > 0 ? 1 : 0;  // what there is, is seen
    upTo(std::clamp((share * height + 127) / 255, least, height),
         i < kWorking ? of.bright : of.shade);
  }
  upTo(height, ground);
}

}  // namespace

void Blitter::clip(const QRectF& rect) {
  const QRect pixels = device(rect);
  painter_.setClipRect(pixels);
  if (pixels_) {
    pixels_->clip(pixels);
  }
}

void Blitter::fill(const QRectF& rect, const QColor& color) {
  const QRgba64 rgba = color.rgba64();
  if (pixels_ && rgba.isOpaque()) {
    pixels_->fill(device(rect), rgba.toArgb32());
  } else {
    painter_.fillRect(device(rect), color);
  }
}

void Blitter::fill(const FillGroup& group) {
  for (const QRectF& rect : group.rects) {
    fill(rect, group.color);
  }
}

void Blitter::draw(const QPoint& at, const QImage& image, const QRect& part) {
  if (pixels_) {
    pixels_->draw(at, image, part);
  } else {
    painter_.drawImage(at, image, part);
  }
}

void Blitter::text(const TextLabel& label) {
  if (label.text.isEmpty()) {
    return;
  }
  if (shapes_) {
    shapes_->text(label.text, label.role, label.color, device(label.rect), label.align);
    return;
  }
  const QImage image = sprites_.text(label.text, label.role, label.color);
  const QRect room = device(label.rect);
  int x = room.left();
  if (label.align & Qt::AlignRight) {
    x = room.right() + 1 - image.width();
  } else if (label.align & Qt::AlignHCenter) {
    x = room.left() + (room.width() - image.width()) / 2;
  }
  const int y = room.top() + (room.height() - image.height()) / 2;
  draw(QPoint(x, y), image);
}

void Blitter::barLabel(const TaskBar& bar, const Theme& theme) {
  const int left = qRound(bar.labelAt.x() * ratio_);
  const auto sprite = [&](bool bright) {
    return sprites_.text(bar.label, TextRole::bar, bright ? theme.textOnBright : theme.textOnShade);
  };
  const auto isBright = [](const BarPart& part) {
    return part.fill == BarFill::bright || part.fill == BarFill::held;
  };
  // The second colour is drawn only where it is needed.
  QImage image;
  bool imageIsBright = false;
  int end = left + 1;
  for (const BarPart& part : bar.parts) {
    const QRect room = device(part.rect);
    const int from = std::max(room.left(), left);
    if (room.right() < left || from >= end) {
      continue;
    }
    if (image.isNull() || imageIsBright != isBright(part)) {
      imageIsBright = isBright(part);
      image = sprite(imageIsBright);
      end = left + image.width();
    }
    const int to = std::min(room.right() + 1, end);
    if (shapes_) {
      const QRect shown(from, room.top(), to - from, room.height());
      shapes_->barLabel(bar, left, qRound(bar.labelAt.y() * ratio_), shown, imageIsBright);
      continue;
    }
    const int top = qRound(bar.labelAt.y() * ratio_) - image.height() / 2;
    draw(QPoint(from, top), image, QRect(from - left, 0, to - from, image.height()));
  }
}

void Blitter::barPart(const TaskBar& bar, const BarPart& part) {
  const QRect target = device(part.rect);
  if (shapes_) {
    shapes_->pattern(target, part.swatch, part.fill, std::round(bar.patternX * ratio_),
                     sprites_.patternPeriod());
    return;
  }
  const QImage& pattern = sprites_.pattern(part.swatch, part.fill, target.height());
  const int period = sprites_.patternPeriod();
  const double since = target.left() - std::round(bar.patternX * ratio_);
  int offset = static_cast<int>(since - std::floor(since / period) * period);
  for (int x = target.left(); x < target.left() + target.width();) {
    const int width = std::min(target.left() + target.width() - x, pattern.width() - offset);
    draw(QPoint(x, target.top()), pattern, QRect(offset, 0, width, target.height()));
    x += width;
    offset = 0;
  }
}

void Blitter::corners(const TaskBar& bar) {
  const QRect rect = device(bar.rect);
  const int radius = sprites_.cornerRadius();
  if (rect.width() < 3 * radius || rect.height() < 2 * radius) {
    return;
  }
  if (shapes_) {
    shapes_->corners(rect, radius, bar.roundLeft, bar.roundRight);
    return;
  }
  const int right = rect.left() + rect.width() - radius;
  const int bottom = rect.top() + rect.height() - radius;
  if (bar.roundLeft) {
    draw(rect.topLeft(), sprites_.corner(0));
    draw(QPoint(rect.left(), bottom), sprites_.corner(2));
  }
  if (bar.roundRight) {
    draw(QPoint(right, rect.top()), sprites_.corner(1));
    draw(QPoint(right, bottom), sprites_.corner(3));
  }
}

void Blitter::strip(const DenseStrip& strip, const Theme& theme) {
  QRect target = device(strip.rect);
  target.setLeft(strip.edge(0, ratio_));
  target.setWidth(strip.edge(strip.columns.size(), ratio_) - target.left());
  if (shapes_) {
    shapes_->strip(target, strip, ratio_);
    return;
  }
  // Right where it is to be seen, if all of its height is.
  const QRect seen = pixels_ ? target.intersected(pixels_->clipped()) : QRect();
  const bool direct = !seen.isEmpty() && seen.height() == target.height();
  const QRect room = direct ? seen : target;
  if (room.isEmpty()) {
    return;
  }
  if (!direct && strip_.size() != room.size()) {
    strip_ = QImage(room.size(), QImage::Format_RGB32);
  }
  if (!columnColors_) {
    columnColors_.emplace();
    for (std::size_t i = 0; i < columnColors_->size(); ++i) {
      const Swatch& swatch = theme.swatches[i];
      (*columnColors_)[i] = {swatch.bright.rgb(), swatch.shade.rgb(),
                             mixed(swatch.bright, theme.lane, 0.25).rgb()};
    }
  }
  const ColumnColors& colors = *columnColors_;
  const PixelRows<QRgb> pixels =
      direct ? PixelRows<QRgb>{pixels_->at(room.left(), room.top()), pixels_->stride()}
             : PixelRows<QRgb>{reinterpret_cast<QRgb*>(strip_.bits()),
                               strip_.bytesPerLine() / qsizetype(sizeof(QRgb))};
  const QRgb ground = theme.lane.rgb();
  const QRgb failed = theme.badBar.rgb();
  const auto edge = [&](qsizetype column) {
    return std::clamp(strip.edge(column, ratio_) - room.left(), 0, room.width());
  };
  qsizetype runBegin = -1;
  for (qsizetype i = 0; i <= strip.columns.size(); ++i) {
    const bool empty = i == strip.columns.size() || strip.columns[i].isEmpty();
    if (!empty) {
      runBegin = runBegin < 0 ? i : runBegin;
      const DenseColumn& column = strip.columns[i];
      const int left = edge(i);
      const PixelRows<QRgb> at{pixels.first + left, pixels.stride};
      if (strip.byPhase) {
        paintPhases(at, room.height(), edge(i + 1) - left, column, colors, ground);
      } else {
        paintColumn(at, room.height(), edge(i + 1) - left, inPixels(column, room.height()),
                    colors[static_cast<std::size_t>(column.swatch) % colors.size()], ground,
                    failed);
      }
    } else if (runBegin >= 0) {
      const int left = edge(runBegin);
      if (!direct) {
        draw(QPoint(room.left() + left, room.top()), strip_,
             QRect(left, 0, edge(i) - left, room.height()));
      }
      runBegin = -1;
    }
  }
}

}  // namespace poolscope::ui
