// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QPainter>
#include <QRect>

#include <optional>

namespace poolscope::ui {

/// Writes into the image that a painter paints on, in the painter's device pixels: the same as its
/// fillRect() and drawImage() to the bit, without their cost a call, which thousands of bars would
/// spend most of a frame on. Lives no longer than the painter's present transform.
class PixelWriter {
 public:
  /// Nothing where `painter` paints on something else than an image of 32 bits, or would not copy
  /// pixels one to one.
  static std::optional<PixelWriter> on(const QPainter& painter);

  void clip(const QRect& rect) { clip_ = rect.intersected(bounds_); }
  const QRect& clipped() const { return clip_; }
  void fill(const QRect& rect, QRgb opaque);
  /// `part` of `image`, which is either opaque (RGB32) or premultiplied.
  void draw(const QPoint& at, const QImage& image, const QRect& part);
  void draw(const QPoint& at, const QImage& image) { draw(at, image, image.rect()); }

  /// The pixel at (x, y), which must be within clipped(); the one below is stride() further.
  QRgb* at(int x, int y) const { return first_ + (y + origin_.y()) * stride_ + x + origin_.x(); }
  qsizetype stride() const { return stride_; }

 private:
  PixelWriter(QRgb* first, qsizetype stride, const QPoint& origin, const QRect& bounds)
      : first_(first),
        stride_(stride),
        origin_(origin),
        bounds_(bounds),
        clip_(bounds) {}

  QRgb* first_;  // of the image
  qsizetype stride_;
  QPoint origin_;  // of the painter's pixels in the image
  QRect bounds_;   // these and clip_ in the painter's pixels
  QRect clip_;
};

}  // namespace poolscope::ui
