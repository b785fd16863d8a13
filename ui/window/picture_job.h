// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/export/picture.h"

#include <QObject>
#include <QString>

#include <thread>

namespace poolscope::ui {

/// Renders a picture and writes it as a PNG on a thread of its own, one at a time.
/// Threads: the GUI thread; the signals come there. Destroying it waits for the picture that is
/// under way.
class PictureJob : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// False while another picture is being made.
  bool start(Frame frame, PictureOptions options, const QString& path);

 Q_SIGNALS:
  void written(const QString& path);
  void failed(const QString& message);

 private:
  void finish(const QString& path, const QString& problem);

  bool busy_ = false;
  std::jthread thread_;
};

}  // namespace poolscope::ui
