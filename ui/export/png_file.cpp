// SPDX-License-Identifier: Apache-2.0
#include "ui/export/png_file.h"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace poolscope::ui {

QString writePng(const QImage& image, const QString& path) {
  // Into memory first: libpng tells of a write that fails on stderr, with a line of its own.
  QByteArray bytes;
  QBuffer buffer(&bytes);
  if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "PNG")) {
    return QStringLiteral("not enough memory");
  }
  const QFileInfo target(path);
  if (target.exists() && !target.isFile()) {
    QFile device(path);
    const bool written = device.open(QIODevice::WriteOnly | QIODevice::Unbuffered) &&
                         device.write(bytes) == bytes.size();
    return written ? QString() : device.errorString();
  }
  QSaveFile file(path);
  file.setDirectWriteFallback(true);  // a folder where nothing can be made, with a file that can
  const bool written = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
  if (!written || !file.commit()) {
    return file.errorString();
  }
  return {};
}

}  // namespace poolscope::ui
