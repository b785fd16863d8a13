// SPDX-License-Identifier: Apache-2.0
#include "ui/export/plot_file.h"

#include "core/storage/recording.h"
#include "core/storage/text_file.h"
#include "ui/export/export_format.h"
#include "ui/export/png_file.h"
#include "ui/export/svg_device.h"

#include <QImage>
#include <QObject>

#include <filesystem>

namespace poolscope::ui {
namespace {

constexpr QSize kSize(960, 540);
constexpr int kMargin = 20;
constexpr int kPixelRatio = 2;  // of a PNG: it stays sharp on dense screens and on paper

void paintOn(QPaintDevice& device, const ScalingData& data, const Theme& theme) {
  const QSize room = kSize - QSize(2 * kMargin, 2 * kMargin);
  QPainter painter(&device);
  painter.fillRect(QRect(QPoint(0, 0), kSize), theme.surface);
  painter.translate(kMargin, kMargin);
  paintScaling(painter, layOutScaling(data, room, theme, {.withReason = true}), theme);
}

Result<void> writeAsPng(const ScalingData& data, const Theme& theme, const QString& path,
                        bool overwrite) {
  const std::string name = path.toStdString();
  if (auto usable = storage::check_output(name, overwrite); !usable) {
    return usable;
  }
  QImage image(kSize * kPixelRatio, QImage::Format_RGB32);
  image.setDevicePixelRatio(kPixelRatio);
  paintOn(image, data, theme);
  return writePng(image, name, overwrite);
}

Result<void> writeAsSvg(const ScalingData& data, const Theme& theme, const QString& path,
                        bool overwrite) {
  auto file = storage::TextFile::create(path.toStdString(), overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  SvgDevice device(kSize, QObject::tr("Throughput by number of workers: %1").arg(data.title));
  paintOn(device, data, theme);
  file->text() = device.document().toStdString();
  return file->finish();
}

}  // namespace

Result<void> checkPlotName(const QString& path) {
  const auto format = exportFormatOf(path);
  if (format != ExportFormat::png && format != ExportFormat::svg) {
    return failure(path.toStdString(), "not a kind of file that a plot can be",
                   "give the plot a name that ends in .png or .svg");
  }
  return {};
}

Result<void> writeScalingPlot(const ScalingData& data, const Theme& theme, const QString& path,
                              bool overwrite) {
  if (auto known = checkPlotName(path); !known) {
    return known;
  }
  return exportFormatOf(path) == ExportFormat::png ? writeAsPng(data, theme, path, overwrite)
                                                   : writeAsSvg(data, theme, path, overwrite);
}

}  // namespace poolscope::ui
