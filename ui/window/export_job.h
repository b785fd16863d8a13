// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/export/export_session.h"

#include <QObject>
#include <QString>

#include <thread>

namespace poolscope::ui {

/// Makes a file of a session on a thread of its own, one at a time.
/// Threads: the GUI thread; the signals come there. Destroying it stops the export that is under
/// way and waits for it.
class ExportJob : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// False while another one is being made.
  bool start(ExportRequest request);
  void cancel() { thread_.request_stop(); }
  bool isBusy() const { return busy_; }

 Q_SIGNALS:
  void progressed(double part);  ///< 0..1
  void written(const QString& path);
  void failed(const QString& message);
  void cancelled();

 private:
  void finish(const QString& path, const Result<void>& result);

  bool busy_ = false;
  std::jthread thread_;
};

}  // namespace poolscope::ui
