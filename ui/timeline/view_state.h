// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/lane_arrangement.h"

#include <QPointF>
#include <QtGlobal>

#include <optional>

namespace poolscope::ui {

/// A stretch of session time, [begin, end).
struct TimeRange {
  session::TimeNs begin = 0;
  session::TimeNs end = 0;
  session::TimeNs length() const { return end - begin; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// What the timeline shows of a session: which stretch, whether it follows the present, how far it
/// is scrolled, what is selected. A plain value without a window; with the frame and the size it
/// determines the picture.
class ViewState {
 public:
  static constexpr session::TimeNs kShortestSpan = 1'000;  ///< 1 us
  static constexpr session::TimeNs kLongestSpan =
      400LL * 86'400 * 1'000'000'000;  ///< more than a year
  static constexpr session::TimeNs kFirstSpan = 1'250'000'000;
  /// Where the present stands while following: the rest, right of it, is left to tokens on their
  /// way.
  static constexpr double kNowAt = 0.955;

  /// Tells where the session begins and what time it is, once a frame. While following, the view
  /// moves so that `now` stays in sight; else it stays where it is.
  void advance(session::TimeNs sessionBegin, session::TimeNs now);

  TimeRange range() const { return {begin_, begin_ + span_}; }
  session::TimeNs sessionBegin() const { return sessionBegin_; }
  session::TimeNs now() const { return now_; }
  bool following() const { return following_; }
  /// The whole session is shown and stays shown while it grows.
  bool fitting() const { return fitting_; }

  /// Shows 1/factor of what is shown, with `anchor` at the same place. Following goes on if it was
  /// on, with the present as the fixed place.
  void zoom(double factor, session::TimeNs anchor);
  /// Zooms at the present while following, else in the middle.
  void zoom(double factor);
  void zoomTo(TimeRange range);  ///< stops following
  /// Moves by `share` of what is shown; to the right is positive. Stops following.
  void pan(double share);
  void panTo(session::TimeNs begin);
  void fit();
  void goToStart();  ///< stops following
  void goLive();
  void setFollowing(bool following);
  /// Moves as little as needed to show `time` with some room around; following stops if it has to
  /// move.
  void reveal(session::TimeNs time);
  /// Back to the beginning, for another session.
  void reset();

  // What is selected and pointed at; the view only keeps it.
  session::TaskKey selectedTask = {};
  std::optional<TimeRange> selectedRange = {};
  std::optional<QPointF> pointer = {};  ///< what comes to lie below it is told
  qreal scrollY = 0;                    ///< logical pixels that the worker lanes are scrolled up
  bool reduceMotion = false;            ///< no token flies
  Coloring coloring = {};
  LaneArrangement lanes = {};
  bool focused = false;                 ///< the view has the keyboard focus
  qreal devicePixelRatio = 1;

 private:
  void place(double begin, double span);
  void follow();

  session::TimeNs sessionBegin_ = 0;
  session::TimeNs now_ = 0;
  session::TimeNs begin_ = 0;
  session::TimeNs span_ = kFirstSpan;
  bool following_ = true;
  bool fitting_ = false;
};

}  // namespace poolscope::ui
