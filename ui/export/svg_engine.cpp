// SPDX-License-Identifier: Apache-2.0
#include "ui/export/svg_engine.h"

#include <QFont>
#include <QFontInfo>
#include <QPaintDevice>
#include <QPainterPathStroker>
#include <QPointF>

#include <cmath>

namespace poolscope::ui {

namespace {

/// Hundredths of a pixel are finer than what is seen.
QByteArray number(qreal value) {
  const qreal rounded = std::round(value * 100) / 100;
  QByteArray text = QByteArray::number(rounded, 'f', 2);
  while (text.endsWith('0')) {
    text.chop(1);
  }
  if (text.endsWith('.')) {
    text.chop(1);
  }
  return text == "-0" ? QByteArrayLiteral("0") : text;
}

QByteArray point(const QPointF& at) {
  return number(at.x()) + ' ' + number(at.y());
}

QByteArray dataOf(const QRectF& rect) {
  return 'M' + point(rect.topLeft()) + 'h' + number(rect.width()) + 'v' + number(rect.height()) +
         'h' + number(-rect.width()) + 'z';
}

QByteArray dataOf(const QPainterPath& path) {
  QByteArray data;
  for (int i = 0; i < path.elementCount(); ++i) {
    const QPainterPath::Element element = path.elementAt(i);
    switch (element.type) {
      case QPainterPath::MoveToElement:
        data += 'M' + point(element);
        break;
      case QPainterPath::LineToElement:
        data += 'L' + point(element);
        break;
      case QPainterPath::CurveToElement:
        data += 'C' + point(element);
        break;
      case QPainterPath::CurveToDataElement:
        data += ' ' + point(element);
        break;
    }
  }
  return data;
}

bool isRect(const QPainterPath& path, QRectF& rect) {
  if (path.elementCount() != 5) {
    return false;
  }
  for (int i = 1; i < 5; ++i) {
    const QPainterPath::Element from = path.elementAt(i - 1);
    const QPainterPath::Element to = path.elementAt(i);
    if (to.type != QPainterPath::LineToElement || (from.x != to.x && from.y != to.y)) {
      return false;
    }
  }
  rect = path.boundingRect();
  return true;
}

}  // namespace

SvgEngine::SvgEngine()
    : QPaintEngine(PaintEngineFeatures(AllFeatures) & ~PaintEngineFeatures(PatternBrush) &
                   ~PaintEngineFeatures(PerspectiveTransform) &
                   ~PaintEngineFeatures(ConicalGradientFill) & ~PaintEngineFeatures(PorterDuff)) {}

bool SvgEngine::begin(QPaintDevice* device) {
  page_ = QRectF(0, 0, device->width(), device->height());
  clip_.reset();
  transform_ = {};
  return true;
}

bool SvgEngine::end() {
  endFill();
  return true;
}

QByteArray SvgEngine::elements() {
  endFill();
  return elements_;
}

void SvgEngine::updateState(const QPaintEngineState& next) {
  const DirtyFlags dirty = next.state();
  if (dirty & DirtyTransform) {
    transform_ = next.transform();
  }
  if (dirty & DirtyPen) {
    pen_ = next.pen();
  }
  if (dirty & DirtyBrush) {
    brush_ = next.brush();
  }
  if (dirty & DirtyOpacity) {
    opacity_ = next.opacity();
  }
  if (dirty & DirtyClipPath) {
    setClip(next.transform().mapRect(next.clipPath().boundingRect()), next.clipOperation());
  }
  if (dirty & DirtyClipRegion) {
    setClip(next.transform().mapRect(QRectF(next.clipRegion().boundingRect())),
            next.clipOperation());
  }
  if ((dirty & DirtyClipEnabled) && !next.isClipEnabled()) {
    clip_.reset();
  }
}

void SvgEngine::setClip(const QRectF& rect, Qt::ClipOperation operation) {
  if (operation == Qt::NoClip) {
    clip_.reset();
  } else if (operation == Qt::IntersectClip && clip_) {
    clip_ = clip_->intersected(rect);
  } else {
    clip_ = rect;
  }
}

void SvgEngine::drawPath(const QPainterPath& path) {
  const QPainterPath mapped = transform_.map(path);
  if (brush_.style() != Qt::NoBrush) {
    fill(mapped, brush_.color());
  }
  if (pen_.style() != Qt::NoPen) {
    stroke(mapped);
  }
}

void SvgEngine::drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) {
  if (count < 2) {
    return;
  }
  QPainterPath path(points[0]);
  for (int i = 1; i < count; ++i) {
    path.lineTo(points[i]);
  }
  if (mode == PolylineMode) {
    if (pen_.style() != Qt::NoPen) {
      stroke(transform_.map(path));
    }
    return;
  }
  path.closeSubpath();
  path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
  drawPath(path);
}

void SvgEngine::drawRects(const QRectF* rects, int count) {
  for (int i = 0; i < count; ++i) {
    if (pen_.style() == Qt::NoPen && brush_.style() != Qt::NoBrush &&
        transform_.type() <= QTransform::TxScale) {
      const QRectF part = transform_.mapRect(rects[i]).intersected(room());
      if (!part.isEmpty()) {
        addFill(dataOf(part), brush_.color(), Shape::rects);
      }
      continue;
    }
    QPainterPath path;
    path.addRect(rects[i]);
    drawPath(path);
  }
}

void SvgEngine::fill(const QPainterPath& path, const QColor& color) {
  const QRectF bounds = path.boundingRect();
  const QRectF limit = room();
  if (!bounds.intersects(limit)) {
    return;
  }
  QRectF rect;
  if (isRect(path, rect)) {
    addFill(dataOf(rect.intersected(limit)), color, Shape::rects);
  } else if (limit.contains(bounds)) {
    addFill(dataOf(path), color,
            path.fillRule() == Qt::OddEvenFill ? Shape::even_odd : Shape::curves);
  } else {
    QPainterPath cutter;
    cutter.addRect(limit);
    addFill(dataOf(path.intersected(cutter)), color, Shape::even_odd);
  }
}

void SvgEngine::stroke(const QPainterPath& path) {
  // A cosmetic or scaled pen is as wide as it comes out.
  const qreal scale = pen_.isCosmetic() ? 1 : std::sqrt(std::abs(transform_.determinant()));
  const qreal width = std::max(0.5, pen_.widthF() * scale);
  const QRectF bounds = path.boundingRect().adjusted(-width, -width, width, width);
  const QRectF limit = room();
  if (!bounds.intersects(limit)) {
    return;
  }
  if (!limit.contains(bounds)) {
    QPainterPathStroker stroker(pen_);
    stroker.setWidth(width);
    QPainterPath outline = stroker.createStroke(path);
    outline.setFillRule(Qt::WindingFill);
    fill(outline.simplified(), pen_.color());
    return;
  }
  endFill();
  elements_ +=
      "<path fill=\"none\" d=\"" + dataOf(path) + "\" stroke-width=\"" + number(width) + '"';
  addColor("stroke", pen_.color());
  if (pen_.capStyle() == Qt::RoundCap) {
    elements_ += " stroke-linecap=\"round\"";
  } else if (pen_.capStyle() == Qt::SquareCap) {
    elements_ += " stroke-linecap=\"square\"";
  }
  if (pen_.joinStyle() == Qt::RoundJoin) {
    elements_ += " stroke-linejoin=\"round\"";
  }
  if (pen_.style() != Qt::SolidLine) {
    QByteArray dashes;
    for (const qreal dash : pen_.dashPattern()) {
      dashes += (dashes.isEmpty() ? "" : " ") + number(dash * width);
    }
    elements_ += " stroke-dasharray=\"" + dashes + '"';
  }
  elements_ += "/>\n";
}

void SvgEngine::drawTextItem(const QPointF& at, const QTextItem& item) {
  const QPointF base = transform_.map(at);
  const QRectF bounds(base.x(), base.y() - item.ascent(), item.width(),
                      item.ascent() + item.descent());
  const QRectF limit = room();
  if (!bounds.intersects(limit) || item.text().trimmed().isEmpty()) {
    return;
  }
  const QFont font = item.font();
  if (!limit.adjusted(-1, -1, 1, 1).contains(bounds)) {
    QPainterPath glyphs;
    glyphs.addText(base, font, item.text());
    glyphs.setFillRule(Qt::WindingFill);
    fill(glyphs, pen_.color());
    return;
  }
  endFill();
  elements_ += "<text x=\"" + number(base.x()) + "\" y=\"" + number(base.y()) + "\" font-size=\"" +
               number(QFontInfo(font).pixelSize()) + "\" font-family=\"" +
               font.family().toHtmlEscaped().toUtf8() + ", sans-serif\" font-weight=\"" +
               QByteArray::number(font.weight()) + "\" textLength=\"" + number(item.width()) +
               "\" lengthAdjust=\"spacingAndGlyphs\"";
  addColor("fill", pen_.color());
  elements_ += '>' + item.text().toHtmlEscaped().toUtf8() + "</text>\n";
}

void SvgEngine::drawPixmap(const QRectF&, const QPixmap&, const QRectF&) {
  Q_ASSERT_X(false, "SvgEngine", "a picture for a file is painted without pixmaps");
}

void SvgEngine::addFill(const QByteArray& data, const QColor& color, Shape shape) {
  // What may overlap stays apart where that would be seen.
  const bool isOpaque = color.alpha() == 255 && opacity_ == 1;
  if (color != pathColor_ || shape != pathShape_ || shape == Shape::even_odd || !isOpaque) {
    endFill();
  }
  path_ += data;
  pathColor_ = color;
  pathShape_ = shape;
  if (!isOpaque) {
    endFill();
  }
}

void SvgEngine::endFill() {
  if (path_.isEmpty()) {
    return;
  }
  elements_ += "<path d=\"" + path_ + '"';
  addColor("fill", pathColor_);
  if (pathShape_ == Shape::rects) {
    elements_ += " shape-rendering=\"crispEdges\"";
  } else if (pathShape_ == Shape::even_odd) {
    elements_ += " fill-rule=\"evenodd\"";
  }
  elements_ += "/>\n";
  path_.clear();
}

void SvgEngine::addColor(const char* property, const QColor& color) {
  elements_ += ' ' + QByteArray(property) + "=\"" + color.name(QColor::HexRgb).toLatin1() + '"';
  const qreal opacity = color.alphaF() * opacity_;
  if (opacity < 1) {
    elements_ +=
        ' ' + QByteArray(property) + "-opacity=\"" + QByteArray::number(opacity, 'g', 3) + '"';
  }
}

}  // namespace poolscope::ui
