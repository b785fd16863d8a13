// SPDX-License-Identifier: Apache-2.0
#include "ui/export/svg_device.h"

#include "ui/export/svg_engine.h"

#include <utility>

namespace poolscope::ui {

SvgDevice::SvgDevice(const QSize& size, QString title)
    : size_(size),
      title_(std::move(title)),
      engine_(std::make_unique<SvgEngine>()) {}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const {
  return engine_.get();
}

QByteArray SvgDevice::document() const {
  const QByteArray width = QByteArray::number(size_.width());
  const QByteArray height = QByteArray::number(size_.height());
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
         "version=\"1.1\" width=\"" +
         width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + ' ' + height +
         "\">\n<title>" + title_.toHtmlEscaped().toUtf8() + "</title>\n" + engine_->elements() +
         "</svg>\n";
}

int SvgDevice::metric(PaintDeviceMetric metric) const {
  constexpr int kDotsPerInch = 96;
  constexpr qreal kMillimetresPerInch = 25.4;
  switch (metric) {
    case PdmWidth:
      return size_.width();
    case PdmHeight:
      return size_.height();
    case PdmWidthMM:
      return qRound(size_.width() * kMillimetresPerInch / kDotsPerInch);
    case PdmHeightMM:
      return qRound(size_.height() * kMillimetresPerInch / kDotsPerInch);
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
      return kDotsPerInch;
    case PdmDevicePixelRatio:
      return 1;
    case PdmDevicePixelRatioScaled:
      return qRound(devicePixelRatioFScale());
    case PdmDepth:
      return 32;
    case PdmNumColors:
      return 1 << 24;
  }
  return 0;
}

}  // namespace poolscope::ui
