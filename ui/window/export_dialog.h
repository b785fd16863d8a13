// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/time_axis.h"

#include <QDialog>
#include <QString>

#include <optional>

class QComboBox;

namespace poolscope::ui {

/// Asks what of a session goes into the file that was chosen. Threads: the GUI thread.
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

 private:
  Parts parts_;
  QComboBox* part_;
};

}  // namespace poolscope::ui
