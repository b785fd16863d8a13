// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/sprite_cache.h"

#include "ui/timeline/layout_cache.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QVarLengthArray>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {
namespace {

constexpr int kPatternWidth = 512;
constexpr qreal kCorner = 4;

/// Lines at 45 degrees, `period` apart along x; `slope` 1 falls to the right, -1 rises.
void drawHatch(QPainter& painter, int width, int height, int period, int slope, const QColor& color,
               qreal thickness) {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(color, thickness));
  for (int x = -height - period; x < width + height + period; x += period) {
    if (slope > 0) {
      painter.drawLine(QPointF(x, 0), QPointF(x + height, height));
    } else {
      painter.drawLine(QPointF(x, height), QPointF(x + height, 0));
    }
  }
}

void drawDots(QPainter& painter, int width, int height, int period, const QColor& color) {
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  const qreal radius = period * 0.17;
  const qreal rowStep = period * 0.5;
  int row = 0;
  for (qreal y = rowStep / 2; y < height + radius; y += rowStep, ++row) {
    for (qreal x = row % 2 == 0 ? 0 : period / 2.0; x <= width + period; x += period) {
      painter.drawEllipse(QPointF(x, y), radius, radius);
    }
  }
}

/// Whether no script is in it that joins or reorders what it is written in.
bool isPlain(const QString& text) {
  constexpr char16_t kFirstToBeShaped = 0x0300;
  return std::all_of(text.begin(), text.end(),
                     [](QChar c) { return c.unicode() < kFirstToBeShaped; });
}

QImage blankText(qreal advance, const QFontMetricsF& metrics, qreal ratio) {
  const int width = std::max(1, static_cast<int>(std::ceil(advance + 2)));
  const int height = std::max(1, static_cast<int>(std::ceil(metrics.ascent() + metrics.descent())));
  QImage image(QSize(qCeil(width * ratio), qCeil(height * ratio)),
               QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  return image;
}

}  // namespace

void SpriteCache::prepare(const Theme& theme, qreal devicePixelRatio) {
  if (theme == theme_ && devicePixelRatio == ratio_) {
    return;
  }
  theme_ = theme;
  ratio_ = devicePixelRatio;
  texts_.clear();
  olderTexts_.clear();
  patterns_.clear();
  makeCorners();
}

int SpriteCache::patternPeriod() const {
  return std::max(4, qRound(theme_.px(9) * ratio_));
}

QImage SpriteCache::text(const QString& text, TextRole role, const QColor& color) {
  return sprite({text, role, color.rgba()}).image;
}

SpriteCache::TextSprite SpriteCache::sprite(const TextKey& key) {
  if (const auto found = texts_.constFind(key); found != texts_.constEnd()) {
    return *found;
  }
  if (texts_.size() >= kMaxTexts) {
    // What is still in use comes over from the older half; to forget all at once would be seen as a
    // stutter.
    olderTexts_ = std::exchange(texts_, {});
  }
  if (const auto old = olderTexts_.constFind(key); old != olderTexts_.constEnd()) {
    return *texts_.insert(key, *old);
  }
  const qsizetype numberAt = numberAtEnd(key.text);
  const bool isNumbered = key.role == TextRole::bar && numberAt < key.text.size() &&
                          key.text.size() > 1 && isPlain(key.text);
  return *texts_.insert(key, isNumbered ? numberedText(key, numberAt) : drawnText(key));
}

SpriteCache::TextSprite SpriteCache::drawnText(const TextKey& key) const {
  const QFont& font = fontOf(key.role, theme_);
  const QFontMetricsF metrics(font);
  const qreal advance = metrics.horizontalAdvance(key.text);
  QImage image = blankText(advance, metrics, ratio_);
  QPainter painter(&image);
  painter.scale(ratio_, ratio_);
  painter.setFont(font);
  painter.setPen(QColor::fromRgba(key.color));
  painter.drawText(QPointF(0, metrics.ascent()), key.text);
  return {image, advance};
}

/// Put together from what comes before the number and from digits: new tasks come by the thousand a
/// second, and each has a number that was never drawn.
SpriteCache::TextSprite SpriteCache::numberedText(const TextKey& key, qsizetype numberAt) {
  QVarLengthArray<TextSprite, 16> parts;
  qreal advance = 0;
  const auto add = [&](const QString& part) {
    parts.append(sprite({part, key.role, key.color}));
    advance += parts.last().advance;
  };
  if (numberAt > 0) {
    add(key.text.left(numberAt));
  }
  for (qsizetype i = numberAt; i < key.text.size(); ++i) {
    add(key.text.sliced(i, 1));
  }
  QImage image = blankText(advance, QFontMetricsF(fontOf(key.role, theme_)), ratio_);
  QPainter painter(&image);
  qreal x = 0;
  for (const TextSprite& part : parts) {
    painter.drawImage(QPoint(qRound(x * ratio_), 0), part.image);
    x += part.advance;
  }
  return {image, advance};
}

const QImage& SpriteCache::pattern(int swatch, BarFill fill, int height) {
  const quint64 key =
      (quint64(height) << 24) | (quint64(fill) << 16) | quint64(static_cast<std::size_t>(swatch));
  const auto found = patterns_.constFind(key);
  if (found != patterns_.constEnd()) {
    return *found;
  }
  if (patterns_.size() >= kMaxPatterns) {
    patterns_.clear();
  }
  const Swatch& colors = theme_.swatchAt(swatch);
  return *patterns_.insert(key, makePattern(colors.bright, colors.shade, fill, height));
}

QImage SpriteCache::makePattern(const QColor& bright, const QColor& shade, BarFill fill,
                                int height) const {
  const int period = patternPeriod();
  const int width = std::max(1, kPatternWidth / period) * period;
  QImage image(width, std::max(1, height), QImage::Format_RGB32);
  const QColor ground = fill == BarFill::bright || fill == BarFill::held ? bright
                        : fill == BarFill::thin                          ? theme_.lane
                                                                         : shade;
  image.fill(ground);
  QPainter painter(&image);
  const qreal thickness = period * 0.3;
  switch (fill) {
    case BarFill::hatch:
      drawHatch(painter, width, height, period, -1, theme_.hatch, thickness);
      break;
    case BarFill::back_hatch:
      drawHatch(painter, width, height, period, 1, theme_.hatch, thickness);
      break;
    case BarFill::dots:
      drawDots(painter, width, height, period, theme_.hatch);
      break;
    case BarFill::stripes:
      for (int x = 0; x < width; x += period) {
        painter.fillRect(QRect(x, 0, std::max(1, period / 3), height), theme_.hatch);
      }
      break;
    case BarFill::thin: {
      // Sunk to the bottom, where it does not strike out the name.
      const int thin = std::max(2, qRound(height * 0.18));
      painter.fillRect(QRect(0, height - thin - std::max(1, height / 9), width, thin), shade);
      break;
    }
    case BarFill::held: {
      const int foot = std::max(2, qRound(height * 0.14));
      painter.fillRect(QRect(0, height - foot, width, foot),
                       mixed(theme_.textOnBright, bright, 0.55));
      break;
    }
    case BarFill::bright:
      break;
  }
  return image;
}

void SpriteCache::makeCorners() {
  cornerRadius_ = std::max(1, qRound(theme_.px(kCorner) * ratio_));
  const int r = cornerRadius_;
  const std::array centers{QPointF(r, r), QPointF(0, r), QPointF(r, 0), QPointF(0, 0)};
  for (std::size_t i = 0; i < corners_.size(); ++i) {
    QImage image(r, r, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath outside;
    outside.addRect(QRectF(0, 0, r, r));
    QPainterPath circle;
    circle.addEllipse(centers[i], r, r);
    painter.fillPath(outside.subtracted(circle), theme_.lane);
    painter.end();
    corners_[i] = image;
  }
}

}  // namespace poolscope::ui
