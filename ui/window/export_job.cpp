// SPDX-License-Identifier: Apache-2.0
#include "ui/window/export_job.h"

#include "core/base/thread_name.h"

#include <QMetaObject>

#include <utility>

namespace poolscope::ui {

bool ExportJob::start(ExportRequest request) {
  if (busy_) {
    return false;
  }
  busy_ = true;
  thread_ = std::jthread([this, request = std::move(request)](const std::stop_token& stop) {
    set_current_thread_name("export");
    const Result<void> result = exportSession(request, stop, [this](double part) {
      QMetaObject::invokeMethod(
          this, [this, part] { Q_EMIT progressed(part); }, Qt::QueuedConnection);
    });
    QMetaObject::invokeMethod(
        this, [this, path = request.path, result] { finish(path, result); }, Qt::QueuedConnection);
  });
  return true;
}

void ExportJob::finish(const QString& path, const Result<void>& result) {
  const bool stopped = thread_.get_stop_token().stop_requested();
  thread_.join();
  busy_ = false;
  if (result) {
    Q_EMIT written(path);
  } else if (stopped) {
    Q_EMIT cancelled();
  } else {
    Q_EMIT failed(QString::fromStdString(result.error().message()));
  }
}

}  // namespace poolscope::ui
