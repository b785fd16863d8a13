// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/overview_drag.h"
#include "ui/theme/theme.h"
#include "ui/timeline/frame.h"
#include "ui/timeline/painted_parts.h"

#include <QRectF>
#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace poolscope::ui {

/// The whole session in one strip: tasks finished over time, a frame around what the timeline
/// shows, a line at the picture's now. The frame and its ends can be dragged, a click moves it
/// there, a drag outside of it chooses another stretch; arrows move and zoom it.
class OverviewStrip : public QWidget, public PaintsParts {
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
  /// The line at now can be dragged, as in a replay.
  void setNowMovable(bool movable);
  QAccessible::Role paintedRole() const override { return QAccessible::Chart; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void timeChosen(poolscope::session::TimeNs time);  ///< the line at now was dragged there
  /// The timeline is to show this stretch; many of these while the frame is dragged.
  void viewWanted(poolscope::session::TimeNs begin, poolscope::session::TimeNs end);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void count();
  OverviewMap map() const { return {{begin_, end_}, static_cast<qreal>(width())}; }
  OverviewPart partAt(const QPointF& position) const;
  void want(const std::optional<TimeRange>& range);
  void wantZoom(double factor, session::TimeNs anchor);
  void paintFrame(QPainter& painter, const QRectF& view) const;
  void paintMarks(QPainter& painter) const;
  void paintNow(QPainter& painter) const;
  void describe();
  qreal toX(session::TimeNs time) const { return map().toX(time); }

  Theme theme_;
  Frame frame_;
  session::TimeNs begin_ = 0;
  session::TimeNs end_ = 0;
  session::TimeNs viewBegin_ = 0;
  session::TimeNs viewEnd_ = 0;
  bool nowIsMovable_ = false;
  std::optional<OverviewDrag> drag_ = {};
  session::TimeNs countedEnd_ = 0;
  std::vector<std::uint32_t> bars_;
  session::TimeNs matchesBegin_ = 0;
  session::TimeNs matchesEnd_ = 0;
  std::vector<std::uint32_t> matches_;
  std::optional<session::TimeNs> currentMatch_;
};

}  // namespace poolscope::ui
