// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/lane_arrangement.h"
#include "ui/timeline/ruler.h"

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

/// A stretch to a fraction of a nanosecond: at the deepest zoom one nanosecond is dozens of pixels
/// wide, and a view that moved by whole ones would jump.
struct FineRange {
  session::TimeNs begin = 0;
  double fraction = 0;  ///< of the begin, within [0, 1)
  double length = 0;

  FineRange() = default;
  FineRange(session::TimeNs wholeBegin, double beginFraction, double fineLength)
      : begin(wholeBegin),
        fraction(beginFraction),
        length(fineLength) {}
  FineRange(TimeRange range) : begin(range.begin), length(static_cast<double>(range.length())) {}
  friend bool operator==(const FineRange&, const FineRange&) = default;
};

/// A view that one can come back to.
struct ViewPlace {
  FineRange range = {};
  qreal scrollY = 0;
  bool following = true;  ///< then the range is as long, but elsewhere
  bool fitting = false;
};

/// What the timeline shows of a session: which stretch, whether it follows the present, how far it
/// is scrolled, what is selected. A plain value without a window; with the frame and the size it
/// determines the picture.
class ViewState {
 public:
  static constexpr session::TimeNs kShortestSpan = 20;  ///< single ns can be told apart
  static constexpr session::TimeNs kLongestSpan =
      400LL * 86'400 * 1'000'000'000;  ///< more than a year
  static constexpr session::TimeNs kFirstSpan = 1'250'000'000;
  /// Where the present stands while following: the rest, right of it, is left to tokens on their
  /// way.
  static constexpr double kNowAt = 0.955;

  /// Tells where the session begins and what time it is, once a frame. While following, the view
  /// moves so that `now` stays in sight; else it stays where it is.
  void advance(session::TimeNs sessionBegin, session::TimeNs now);

  TimeRange range() const;  ///< in whole ns
  FineRange fineRange() const { return {begin_, fraction_, span_}; }
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
  /// The view begins `offsetNs` after `begin`. Stops following.
  void panTo(session::TimeNs begin, double offsetNs = 0);
  void fit();
  void goToStart();  ///< stops following
  void goLive();
  void setFollowing(bool following);
  /// Moves as little as needed to show `time` with some room around; following stops if it has to
  /// move.
  void reveal(session::TimeNs time);
  ViewPlace place() const { return {fineRange(), scrollY, following_, fitting_}; }
  /// Shows a place again; `scrollY` is left to whoever knows how far there is to scroll.
  void restore(const ViewPlace& place);

  /// The view goes on by itself after it was let go in motion, by so many ns of the session a ns of
  /// the wall clock, `wall` that clock's time. Where it is then is a function of that clock alone.
  /// Whatever else moves the view ends it. Does nothing with `reduceMotion`.
  void glide(double nsPerNs, session::TimeNs wall);
  bool isGliding() const { return glide_.has_value(); }
  void glideOn(session::TimeNs wall);
  void stopGliding() { glide_.reset(); }

  /// Back to the beginning, for another session.
  void reset();

  // What is selected and pointed at; the view only keeps it.
  session::TaskKey selectedTask = {};
  std::optional<TimeRange> selectedRange = {};
  std::optional<QPointF> pointer = {};     ///< what comes to lie below it is told
  qreal scrollY = 0;                       ///< logical pixels that the worker lanes are scrolled up
  std::optional<TimeRange> zoomBand = {};  ///< what a drag will zoom into
  Ruler ruler = {};
  /// What the axis counts from, and how far before it the view can go back; nothing: the session's
  /// begin. For sessions that are shown on one axis.
  std::optional<session::TimeNs> zero = {};
  session::TimeNs lead = 0;
  double speed = 1;           ///< seconds of the session a second: slow motion flies slowly, too
  bool reduceMotion = false;  ///< no token flies, nothing glides
  Coloring coloring = {};
  LaneArrangement lanes = {};
  bool focused = false;  ///< the view has the keyboard focus
  qreal devicePixelRatio = 1;

 private:
  struct Glide {
    session::TimeNs since = 0;
    FineRange from = {};
    double nsPerNs = 0;
  };

  void setBegin(session::TimeNs begin, double offset);
  void moveTo(session::TimeNs begin, double offset, double span);
  void follow();

  session::TimeNs sessionBegin_ = 0;
  session::TimeNs now_ = 0;
  session::TimeNs begin_ = 0;
  double fraction_ = 0;
  double span_ = kFirstSpan;
  bool following_ = true;
  bool fitting_ = false;
  std::optional<Glide> glide_ = {};
};

}  // namespace poolscope::ui
