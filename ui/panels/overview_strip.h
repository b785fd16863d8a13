// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"

#include <QRectF>
#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::ui {

/// The whole session in one strip: tasks finished over time, a frame around what the timeline
/// shows, a line at the picture's now. Click or drag moves the timeline there.
class OverviewStrip : public QWidget {
  Q_OBJECT
 public:
  explicit OverviewStrip(QWidget* parent = nullptr);

  /// [begin, end) is the session so far, [viewBegin, viewEnd) what the timeline shows. Bars are
  /// counted anew when `recount`, at most a few times a second: they cost O(width x log tasks).
  void showFrame(const Frame& frame, session::TimeNs begin, session::TimeNs end,
                 session::TimeNs viewBegin, session::TimeNs viewEnd, bool recount);
  /// Where there are tasks that were found: counts of equal spans of [begin, end), and when the
  /// current one is. Nothing, if nothing is looked for.
  void showMatches(session::TimeNs begin, session::TimeNs end, std::vector<std::uint32_t> counts,
                   std::optional<session::TimeNs> current);
  /// Ranges of x in which matches are marked, and x of the current one; for tests and painting.
  struct Marks {
    std::vector<QRectF> found = {};
    std::optional<qreal> current = {};
  };
  Marks marks() const;
  void setTheme(const Theme& theme);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void timeChosen(poolscope::session::TimeNs time);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;

 private:
  void count();
  void paintMarks(QPainter& painter) const;
  void choose(qreal x);
  qreal toX(session::TimeNs time) const;

  Theme theme_;
  Frame frame_;
  session::TimeNs begin_ = 0;
  session::TimeNs end_ = 0;
  session::TimeNs viewBegin_ = 0;
  session::TimeNs viewEnd_ = 0;
  session::TimeNs countedEnd_ = 0;
  std::vector<std::uint32_t> bars_;
  session::TimeNs matchesBegin_ = 0;
  session::TimeNs matchesEnd_ = 0;
  std::vector<std::uint32_t> matches_;
  std::optional<session::TimeNs> currentMatch_;
};

}  // namespace poolscope::ui
