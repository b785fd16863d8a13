// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/plot/throughput.h"
#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"

#include <QFrame>

#include <optional>

namespace poolscope::ui {

/// The throughput chart as a card. The picture comes from layOutThroughput(); laid out anew a few
/// times a second and when the range moves.
class ThroughputPanel : public QFrame {
  Q_OBJECT
 public:
  explicit ThroughputPanel(QWidget* parent = nullptr);

  void showFrame(const Frame& frame, session::TimeNs begin, session::TimeNs end);
  void setTheme(const Theme& theme);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRectF chartRect() const;

  Theme theme_;
  Frame frame_;
  session::TimeNs begin_ = 0;
  session::TimeNs end_ = 0;
  ThroughputScene scene_;
  bool stale_ = true;
  std::optional<qreal> hoverX_;
};

}  // namespace poolscope::ui
