// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/timeline_scene.h"

#include <QHash>
#include <QImage>
#include <QString>

namespace poolscope::ui {

/// Texts, patterns and round corners, drawn once and blitted from then on: drawing them anew in
/// every frame would cost more than all the rest. Pure speed: the picture is the same with a fresh
/// one. Bounded. Threads: one at a time.
class SpriteCache {
 public:
  /// Which colours and how many device pixels to a logical one; drops everything when that changes.
  void prepare(const Theme& theme, qreal devicePixelRatio);

  /// `text` on nothing, in device pixels.
  QImage text(const QString& text, TextRole role, const QColor& color);
  /// A strip of a wait's pattern, opaque, `height` device pixels tall; its width is a multiple of
  /// patternPeriod(). Valid until the next pattern().
  const QImage& pattern(int swatch, BarFill fill, int height);
  int patternPeriod() const;
  const Theme& theme() const { return theme_; }

  /// The lane's ground outside a round corner; `corner`: 0 top left, 1 top right, 2 bottom left, 3
  /// bottom right.
  const QImage& corner(int corner) const { return corners_[static_cast<std::size_t>(corner)]; }
  int cornerRadius() const { return cornerRadius_; }

 private:
  static constexpr qsizetype kMaxTexts = 4'096;
  static constexpr qsizetype kMaxPatterns = 256;

  struct TextKey {
    QString text;
    TextRole role;
    QRgb color;
    friend bool operator==(const TextKey&, const TextKey&) = default;
    friend std::size_t qHash(const TextKey& key, std::size_t seed) {
      return qHashMulti(seed, key.text, static_cast<int>(key.role), key.color);
    }
  };

  struct TextSprite {
    QImage image;
    qreal advance;
  };

  TextSprite sprite(const TextKey& key);
  TextSprite drawnText(const TextKey& key) const;
  TextSprite numberedText(const TextKey& key, qsizetype numberAt);
  QImage makePattern(const QColor& bright, const QColor& shade, BarFill fill, int height) const;
  void makeCorners();

  Theme theme_ = {};
  qreal ratio_ = 0;
  int cornerRadius_ = 0;
  std::array<QImage, 4> corners_ = {};
  QHash<TextKey, TextSprite> texts_;
  QHash<TextKey, TextSprite> olderTexts_;
  QHash<quint64, QImage> patterns_;
};

}  // namespace poolscope::ui
