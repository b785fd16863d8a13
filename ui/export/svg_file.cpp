// SPDX-License-Identifier: Apache-2.0
#include "ui/export/svg_file.h"

#include "core/storage/text_file.h"
#include "ui/export/svg_device.h"

#include <QObject>

#include <utility>

namespace poolscope::ui {

Result<void> writeSvg(const Frame& frame, const PictureOptions& options,
                      const std::filesystem::path& path, bool overwrite) {
  auto file = storage::TextFile::create(path, overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  SvgDevice device(pictureSize(options),
                   QObject::tr("A thread pool at work: %1").arg(options.title));
  {
    QPainter painter(&device);
    PicturePainter().paint(painter, frame, options);
  }
  file->text() = device.document().toStdString();
  return file->finish();
}

}  // namespace poolscope::ui
