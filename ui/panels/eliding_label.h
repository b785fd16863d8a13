// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>
#include <QString>

namespace poolscope::ui {

/// A line of plain text that gives way: to shorter words if it has some, and an ellipsis stands for
/// what does not fit. The tool tip tells all.
class ElidingLabel : public QLabel {
  Q_OBJECT
 public:
  explicit ElidingLabel(QWidget* parent = nullptr);

  /// `shorter` stands in where `text` has no room.
  void setText(const QString& text, const QString& shorter = {});
  /// What is seen of it now.
  QString shownText() const;
  /// Where the ellipsis stands; at the end unless told.
  void setElideMode(Qt::TextElideMode mode);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString shorter_ = {};
  Qt::TextElideMode mode_ = Qt::ElideRight;
};

}  // namespace poolscope::ui
