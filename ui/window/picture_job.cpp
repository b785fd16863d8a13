// SPDX-License-Identifier: Apache-2.0
#include "ui/window/picture_job.h"

#include "core/base/thread_name.h"
#include "ui/export/png_file.h"

#include <QMetaObject>

#include <utility>

namespace poolscope::ui {

bool PictureJob::start(Frame frame, PictureOptions options, const QString& path) {
  if (busy_) {
    return false;
  }
  busy_ = true;
  thread_ = std::jthread([this, frame = std::move(frame), options = std::move(options), path] {
    set_current_thread_name("picture");
    const QString problem = writePng(renderPicture(frame, options), path);
    QMetaObject::invokeMethod(
        this, [this, path, problem] { finish(path, problem); }, Qt::QueuedConnection);
  });
  return true;
}

void PictureJob::finish(const QString& path, const QString& problem) {
  thread_.join();
  busy_ = false;
  if (problem.isEmpty()) {
    Q_EMIT written(path);
  } else {
    Q_EMIT failed(tr("%1: could not be written (%2); choose another folder.").arg(path, problem));
  }
}

}  // namespace poolscope::ui
