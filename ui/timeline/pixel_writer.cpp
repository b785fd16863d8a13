// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/pixel_writer.h"

#include "ui/timeline/pixel_rows.h"

#include <QPaintEngine>
#include <QTransform>

#include <cmath>

namespace poolscope::ui {
namespace {

bool isWhole(qreal value) {
  return std::abs(value - std::round(value)) < 1e-6;
}

bool movesOnly(const QTransform& transform) {
  return transform.type() <= QTransform::TxTranslate && isWhole(transform.dx()) &&
         isWhole(transform.dy());
}

/// `above`, premultiplied, over `below`: rounded as Qt does.
QRgb over(QRgb below, QRgb above) {
  const auto scaled = [rest = 255U - (above >> 24)](QRgb channels) {
    const QRgb product = channels * rest;
    return product + ((product >> 8) & 0xff00ffU) + 0x800080U;
  };
  return above + (((scaled(below & 0xff00ffU) >> 8) & 0xff00ffU) |
                  (scaled((below >> 8) & 0xff00ffU) & 0xff00ff00U));
}

/// Most of a text is nothing: that is skipped, some pixels at a time. The rest has no branches, so
/// that the compiler makes one instruction of several pixels; over() leaves them as they are under
/// nothing, and replaces them under what is opaque.
void blendRow(QRgb* to, const QRgb* from, int count) {
  constexpr int kStep = 4;
  int i = 0;
  for (; i + kStep <= count; i += kStep) {
    if ((from[i] | from[i + 1] | from[i + 2] | from[i + 3]) == 0) {
      continue;
    }
    for (int k = i; k < i + kStep; ++k) {
      to[k] = over(to[k], from[k]);
    }
  }
  for (; i < count; ++i) {
    to[i] = over(to[i], from[i]);
  }
}

}  // namespace

std::optional<PixelWriter> PixelWriter::on(const QPainter& painter) {
  QPaintEngine* engine = painter.paintEngine();
  // The widget's own device would be the widget, the engine's is the image behind it.
  QPaintDevice* device = engine == nullptr ? nullptr : engine->paintDevice();
  if (device == nullptr || device->devType() != QInternal::Image || painter.opacity() != 1 ||
      painter.compositionMode() != QPainter::CompositionMode_SourceOver ||
      !movesOnly(painter.deviceTransform())) {
    return {};
  }
  auto* image = static_cast<QImage*>(device);
  const QRegion exposed = engine->systemClip();
  if ((image->format() != QImage::Format_RGB32 &&
       image->format() != QImage::Format_ARGB32_Premultiplied) ||
      exposed.rectCount() > 1) {
    return {};
  }
  const QRect all =
      exposed.isEmpty() ? image->rect() : image->rect().intersected(exposed.boundingRect());
  const QPoint origin(qRound(painter.deviceTransform().dx()),
                      qRound(painter.deviceTransform().dy()));
  return PixelWriter(reinterpret_cast<QRgb*>(image->bits()),
                     image->bytesPerLine() / qsizetype(sizeof(QRgb)), origin,
                     all.translated(-origin));
}

void PixelWriter::fill(const QRect& rect, QRgb opaque) {
  const QRect seen = rect.intersected(clip_);
  if (!seen.isEmpty()) {
    fillRows({at(seen.left(), seen.top()), stride_}, seen.width(), seen.height(), opaque);
  }
}

void PixelWriter::draw(const QPoint& at, const QImage& image, const QRect& part) {
  const QRect seen = QRect(at, part.size()).intersected(clip_);
  if (seen.isEmpty()) {
    return;
  }
  const qsizetype imageStride = image.bytesPerLine() / qsizetype(sizeof(QRgb));
  const QPoint first = part.topLeft() + seen.topLeft() - at;
  const QRgb* from =
      reinterpret_cast<const QRgb*>(image.constBits()) + first.y() * imageStride + first.x();
  QRgb* to = this->at(seen.left(), seen.top());
  if (image.format() == QImage::Format_RGB32) {
    copyRows({to, stride_}, {from, imageStride}, seen.width(), seen.height());
    return;
  }
  for (int i = 0; i < seen.height(); ++i, from += imageStride, to += stride_) {
    blendRow(to, from, seen.width());
  }
}

}  // namespace poolscope::ui
