// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/task_details.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <vector>

namespace poolscope::ui {

QColor timeUseColor(const Theme& theme, TimeUse use);

/// A task's life as one bar, split by what its time went into.
class SegmentBar : public QWidget {
  Q_OBJECT
 public:
  explicit SegmentBar(QWidget* parent = nullptr);

  void setShares(std::vector<TimeShare> shares);
  void setTheme(const Theme& theme);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<TimeShare> shares_;
  Theme theme_;
};

}  // namespace poolscope::ui
