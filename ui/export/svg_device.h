// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QPaintDevice>
#include <QSize>
#include <QString>

#include <memory>

namespace poolscope::ui {

class SvgEngine;

/// Paint on it, end the painter, and take the SVG 1.1 document: shapes as paths, text as text. What
/// a clip leaves over is cut by geometry, so that an editor shows no more than the picture does;
/// clips are taken for rectangles. Takes no pixmaps. Threads: one at a time.
class SvgDevice final : public QPaintDevice {
 public:
  /// `title` is read by screen readers.
  SvgDevice(const QSize& size, QString title);
  ~SvgDevice() override;

  QPaintEngine* paintEngine() const override;
  QByteArray document() const;

 protected:
  int metric(PaintDeviceMetric metric) const override;

 private:
  QSize size_;
  QString title_;
  std::unique_ptr<SvgEngine> engine_;
};

}  // namespace poolscope::ui
