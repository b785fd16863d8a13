// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/export/video.h"
#include "ui/timeline/time_axis.h"

#include <QDialog>
#include <QSize>
#include <QString>

#include <optional>

class QComboBox;

namespace poolscope::ui {

/// Asks what of a session goes into the file that was chosen, and of a video its size, rate and
/// speed. Threads: the GUI thread.
class ExportDialog : public QDialog {
  Q_OBJECT
 public:
  enum class Part { whole, in_sight, selected };
  struct Parts {
    TimeRange whole = {};
    TimeRange inSight = {};
    std::optional<TimeRange> selected = {};
  };

  ExportDialog(const QString& path, const Parts& parts, QWidget* parent);

  TimeRange range() const;
  /// Of a picture or a video, in pixels.
  QSize size() const;
  VideoOptions video() const;

 private:
  Parts parts_;
  QComboBox* part_;
  QComboBox* size_;
  QComboBox* fps_;
  QComboBox* speed_;
};

}  // namespace poolscope::ui
