// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>
#include <QString>

namespace poolscope::ui {

/// A line of plain text that gives way: an ellipsis stands for what does not fit, and the tool tip
/// tells all.
class ElidingLabel : public QLabel {
  Q_OBJECT
 public:
  explicit ElidingLabel(QWidget* parent = nullptr);

  void setText(const QString& text);
  /// Where the ellipsis stands; at the end unless told.
  void setElideMode(Qt::TextElideMode mode);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Qt::TextElideMode mode_ = Qt::ElideRight;
};

}  // namespace poolscope::ui
