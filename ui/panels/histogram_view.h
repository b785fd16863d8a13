// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/histogram.h"
#include "ui/theme/theme.h"
#include "ui/timeline/painted_parts.h"

#include <QWidget>

#include <optional>

namespace poolscope::ui {

/// A histogram of durations under its name. The picture comes from layOutHistogram(); what a bar
/// stands for is said in a tooltip.
class HistogramView : public QWidget, public PaintsParts {
  Q_OBJECT
 public:
  explicit HistogramView(const QString& name, QWidget* parent = nullptr);

  void showDistribution(const std::optional<session::Distribution>& distribution);
  void setTheme(const Theme& theme);
  QAccessible::Role paintedRole() const override { return QAccessible::Chart; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  qreal nameHeight() const;
  void layOut();

  Theme theme_;
  std::optional<session::Distribution> distribution_;
  HistogramScene scene_;
};

}  // namespace poolscope::ui
