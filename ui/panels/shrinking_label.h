// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>

namespace poolscope::ui {

/// A line in large type that is never cut: where there is little room the type becomes smaller.
class ShrinkingLabel : public QLabel {
  Q_OBJECT
 public:
  /// Of the full size: what a layout that is short of room may take it down to.
  static constexpr qreal kLeastShare = 0.6;

  explicit ShrinkingLabel(QWidget* parent = nullptr);

  /// The type as it is painted now.
  QFont fittedFont() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace poolscope::ui
