// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/timeline_scene.h"

#include <QColor>
#include <QPaintEngine>
#include <QPainter>
#include <QRect>

namespace poolscope::ui {

/// What a Blitter draws from small images on a screen, drawn as shapes and text where a painter
/// writes a file of those (SVG). In the painter's pixels, where the Blitter would draw it.
class VectorShapes {
 public:
  /// Whether `painter` takes shapes rather than pixels.
  static bool areWantedBy(const QPainter& painter) {
    return painter.paintEngine() != nullptr && painter.paintEngine()->type() == QPaintEngine::User;
  }

  VectorShapes(QPainter& painter, const Theme& theme) : painter_(painter), theme_(theme) {}

  void text(const QString& text, TextRole role, const QColor& color, const QRect& room,
            Qt::Alignment align);
  /// From `left` on, with its middle at `middle`; no further than `end`, and from `begin` on.
  void barLabel(const TaskBar& bar, int left, int middle, const QRect& part, bool bright);
  void pattern(const QRect& target, int swatch, BarFill fill, double patternX, int period);
  void corners(const QRect& bar, int radius, bool left, bool right);
  /// Columns of some of which nothing is drawn.
  void strip(const QRect& target, const DenseStrip& strip, qreal devicePixelRatio);

 private:
  void hatch(const QRect& target, double from, int period, bool falls);
  void dots(const QRect& target, double from, int period);

  QPainter& painter_;
  const Theme& theme_;
};

}  // namespace poolscope::ui
