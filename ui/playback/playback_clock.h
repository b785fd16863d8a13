// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <QString>

#include <functional>
#include <optional>

namespace poolscope::ui {

/// Where the picture stands on a session's time: at the present of a running pool, frozen or in
/// slow motion behind it, or anywhere in a session that has ended. Knows no widget and no timer;
/// the wall clock is passed in. Threads: the GUI thread.
class PlaybackClock {
 public:
  /// Monotonic time in ns.
  using WallClock = std::function<session::TimeNs()>;

  /// How far the picture stays behind a running pool, so that all events up to there have arrived.
  static constexpr session::TimeNs kLiveLagNs = 20'000'000;

  explicit PlaybackClock(WallClock wall);

  /// Another session, of a running pool: the picture follows its present.
  void startLive();
  /// Another session, or the end of this one's pool: from here on only what has been recorded can
  /// be shown.
  void startReplay(session::TimeNs begin, session::TimeNs end, session::TimeNs position);
  /// What there is to show. While live, `end` is the present.
  void setBounds(session::TimeNs begin, session::TimeNs end);
  /// Moves a replay on to the wall clock's time. Once a frame, after setBounds().
  void advance();

  session::TimeNs now() const;
  session::TimeNs begin() const { return begin_; }
  session::TimeNs end() const { return end_; }
  bool isLive() const { return live_; }         ///< there is a running pool to follow
  bool atPresent() const { return attached_; }  ///< and it is followed
  bool isPlaying() const { return playing_; }   ///< a replay or slow motion runs
  /// Whether the next frame may differ from this one by time alone.
  bool isMoving() const { return attached_ || playing_; }
  bool isSlowed() const;      ///< behind a running pool at another speed, moving or frozen
  double speed() const;       ///< seconds of the session a second
  QString speedText() const;  ///< "1x", "1/100x"

  /// Space: freezes or follows a running pool; pauses slow motion and goes on with it; plays or
  /// pauses a replay (from its beginning, if it stands at the end).
  void toggle();
  void freeze();
  /// End: the present of a running pool, the last moment of a replay.
  void goToEnd();
  /// Home.
  void goToBegin();
  /// Stands still at `time`, within the bounds.
  void seek(session::TimeNs time);
  /// Plays [begin, end) again and again, from its begin, until clearLoop(). Of a running pool it is
  /// what happened then.
  void loop(session::TimeNs begin, session::TimeNs end);
  /// Goes on where it is.
  void clearLoop();
  bool isLooping() const { return loopEnd_.has_value(); }
  void stepForward(const session::Snapshot& snapshot);
  void stepBack(const session::Snapshot& snapshot);
  /// Behind a running pool these also start the motion: slow motion from the present on.
  void slower();
  void faster();

 private:
  void play();
  void changeSpeed(int steps);
  void anchor();

  WallClock wall_;
  bool live_ = false;
  bool attached_ = false;
  bool playing_ = false;
  int speed_ = 0;  ///< index into the table of speeds
  session::TimeNs begin_ = 0;
  session::TimeNs end_ = 0;
  session::TimeNs position_ = 0;
  session::TimeNs loopBegin_ = 0;
  std::optional<session::TimeNs> loopEnd_ = {};  ///< nothing: no loop
  // Motion is counted from here, so that a speed of 1/10000 loses nothing to rounding.
  session::TimeNs anchorPosition_ = 0;
  session::TimeNs anchorWall_ = 0;
};

}  // namespace poolscope::ui
