// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QBrush>
#include <QByteArray>
#include <QPaintEngine>
#include <QPainterPath>
#include <QPen>
#include <QRectF>
#include <QTransform>

#include <optional>

namespace poolscope::ui {

/// Turns what a QPainter paints into elements of SVG. Threads: as SvgDevice.
class SvgEngine final : public QPaintEngine {
 public:
  SvgEngine();

  /// The elements so far.
  QByteArray elements();

  bool begin(QPaintDevice* device) override;
  bool end() override;
  Type type() const override { return User; }
  void updateState(const QPaintEngineState& state) override;
  void drawPath(const QPainterPath& path) override;
  void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override;
  void drawRects(const QRectF* rects, int count) override;
  void drawTextItem(const QPointF& at, const QTextItem& item) override;
  void drawPixmap(const QRectF& to, const QPixmap& pixmap, const QRectF& from) override;

 private:
  void setClip(const QRectF& rect, Qt::ClipOperation operation);
  QRectF room() const { return clip_ ? clip_->intersected(page_) : page_; }
  /// In the page's coordinates.
  void fill(const QPainterPath& path, const QColor& color);
  void stroke(const QPainterPath& path);
  enum class Shape { rects, curves, even_odd };
  void addFill(const QByteArray& data, const QColor& color, Shape shape);
  void endFill();
  void addColor(const char* property, const QColor& color);

  QRectF page_;
  QTransform transform_;
  QPen pen_;
  QBrush brush_;
  qreal opacity_ = 1;
  std::optional<QRectF> clip_;

  QByteArray elements_;
  // Neighbours of one colour become one element.
  QByteArray path_;
  QColor pathColor_;
  Shape pathShape_ = Shape::rects;
};

}  // namespace poolscope::ui
