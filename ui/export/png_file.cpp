// SPDX-License-Identifier: Apache-2.0
#include "ui/export/png_file.h"

#include "core/storage/text_file.h"

#include <QBuffer>

#include <utility>

namespace poolscope::ui {

Result<void> writePng(const QImage& image, const std::filesystem::path& path, bool overwrite) {
  auto file = storage::TextFile::create(path, overwrite);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  // Into memory first: libpng tells of a write that fails on stderr, with a line of its own.
  QByteArray bytes;
  QBuffer buffer(&bytes);
  if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "PNG")) {
    return failure(path.string(), "cannot be written, not enough memory",
                   "close other programs, or choose a smaller size");
  }
  file->text() = bytes.toStdString();
  return file->finish();
}

}  // namespace poolscope::ui
