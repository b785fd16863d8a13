// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/timeline/view_state.h"

#include <QList>
#include <QString>
#include <QtGlobal>

#include <optional>

namespace poolscope::ui {

/// Time <-> pixel: maps [begin, end) onto [left, right). A value; exact to a fraction of a pixel at
/// any zoom.
class TimeAxis {
 public:
  /// An empty range counts as one nanosecond, no width as one pixel.
  TimeAxis(const FineRange& range, qreal left, qreal right);
  /// The same scale with its begin moved to a whole multiple of `pixel` since `origin`: whatever is
  /// drawn at rounded places then moves as one while the view scrolls, and bars do not change their
  /// widths by a pixel from frame to frame.
  static TimeAxis snapped(const FineRange& range, qreal left, qreal right, session::TimeNs origin,
                          qreal pixel);

  qreal toX(session::TimeNs time) const {
    return left_ + (static_cast<double>(time - base_) - offsetNs_) / nsPerPixel_;
  }
  /// The time at `x`, rounded down.
  session::TimeNs toTime(qreal x) const;
  TimeRange range() const { return range_; }
  double nsPerPixel() const { return nsPerPixel_; }
  qreal left() const { return left_; }
  qreal right() const { return right_; }

 private:
  TimeRange range_;
  qreal left_;
  qreal right_;
  double nsPerPixel_;
  session::TimeNs
      base_;  // integer part of the begin: doubles cannot tell ns apart on a long uptime's clock
  double offsetNs_ = 0;  // fraction of the begin
};

struct TimeTick {
  session::TimeNs time = 0;
  qreal x = 0;
  QString label = {};
};

/// What labels count from where whole times would be too long to be read: "+250 ns" after
/// "1:02:05".
struct TickBase {
  session::TimeNs time = 0;  ///< since the origin
  QString text = {};
};

/// None where whole times are short enough.
std::optional<TickBase> tickBase(const TimeAxis& axis, session::TimeNs origin, qreal minDistance);

/// Ticks at round times since `origin`, at least `minDistance` pixels apart, those within [left,
/// right). Their labels count from `base`.
QList<TimeTick> timeTicks(const TimeAxis& axis, session::TimeNs origin, qreal minDistance,
                          const std::optional<TickBase>& base = {});

/// The round step (1, 2 or 5 times a power of ten below a minute; then minutes, hours, days) that
/// is not below `least`.
session::TimeNs roundTimeStep(double least);

}  // namespace poolscope::ui
