// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/pixel_writer.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/timeline_scene.h"
#include "ui/timeline/vector_shapes.h"

#include <QImage>
#include <QPainter>
#include <QRectF>

#include <array>
#include <optional>

namespace poolscope::ui {

/// Draws axis-aligned things in whole device pixels: on an image by writing them there, else by
/// Qt's painter, which is fastest without its scale for the device's pixel ratio; for a file of
/// shapes as shapes. Takes logical pixels.
class Blitter {
 public:
  Blitter(QPainter& painter, SpriteCache& sprites, qreal ratio)
      : painter_(painter),
        sprites_(sprites),
        ratio_(ratio),
        pixels_(PixelWriter::on(painter)) {
    if (VectorShapes::areWantedBy(painter)) {
      shapes_.emplace(painter, sprites.theme());
    }
  }

  QRect device(const QRectF& rect) const {
    const int left = qRound(rect.left() * ratio_);
    const int top = qRound(rect.top() * ratio_);
    return QRect(left, top, qRound(rect.right() * ratio_) - left,
                 qRound(rect.bottom() * ratio_) - top);
  }
  void clip(const QRectF& rect);
  void fill(const QRectF& rect, const QColor& color);
  void fill(const FillGroup& group);
  void text(const TextLabel& label);
  /// A name on a bar: each part of it in the colour that can be read on what is below.
  void barLabel(const TaskBar& bar, const Theme& theme);
  void barPart(const TaskBar& bar, const BarPart& part);
  void corners(const TaskBar& bar);
  void strip(const DenseStrip& strip, const Theme& theme);

  /// Of a swatch, in a strip.
  struct ColumnColor {
    QRgb bright;
    QRgb shade;
    QRgb lock;
  };
  using ColumnColors = std::array<ColumnColor, swatch::kCount>;

  /// For curves and what else is antialiased: the painter in logical pixels, until the scope ends.
  class Logical {
   public:
    explicit Logical(Blitter& blitter) : painter_(blitter.painter_) {
      painter_.save();
      painter_.scale(blitter.ratio_, blitter.ratio_);
      painter_.setRenderHint(QPainter::Antialiasing);
    }
    Logical(const Logical&) = delete;
    Logical& operator=(const Logical&) = delete;
    ~Logical() { painter_.restore(); }
    QPainter* operator->() const { return &painter_; }

   private:
    QPainter& painter_;
  };

 private:
  void draw(const QPoint& at, const QImage& image, const QRect& part);
  void draw(const QPoint& at, const QImage& image) { draw(at, image, image.rect()); }

  QPainter& painter_;
  SpriteCache& sprites_;
  qreal ratio_;
  std::optional<PixelWriter> pixels_;
  std::optional<VectorShapes> shapes_;
  QImage strip_ = {};
  std::optional<ColumnColors> columnColors_ = {};  ///< of the theme, when a strip was drawn
};

}  // namespace poolscope::ui
