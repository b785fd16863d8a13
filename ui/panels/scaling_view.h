// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/scaling.h"
#include "ui/theme/theme.h"
#include "ui/timeline/painted_parts.h"

#include <QWidget>

namespace poolscope::ui {

/// Throughput and queue wait by number of workers. The picture comes from layOutScaling(); what a
/// point stands for is said in a tooltip, and to assistive technology part by part. Threads: the
/// GUI thread.
class ScalingView : public QWidget, public PaintsParts {
  Q_OBJECT
 public:
  explicit ScalingView(QWidget* parent = nullptr);

  void showData(const ScalingData& shown);
  void setTheme(const Theme& theme);
  const ScalingScene& scene() const { return scene_; }
  QList<PaintedPart> paintedParts() override;
  QAccessible::Role paintedRole() const override { return QAccessible::Chart; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void layOut();

  Theme theme_;
  ScalingData data_;
  ScalingScene scene_;
};

/// "8 workers: 396 tasks/s (390 to 402), predicted 401; queue wait p99 1.2 s, predicted 1.3 s"
QString scalingPointText(const ScalingPoint& point);

}  // namespace poolscope::ui
