// SPDX-License-Identifier: Apache-2.0
#include "ui/playback/playback_clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace poolscope::ui {

namespace {

using session::TimeNs;

struct Speed {
  int numerator;
  int denominator;
};

constexpr auto kSpeeds = std::to_array<Speed>({{1, 10000},
                                               {1, 5000},
                                               {1, 2000},
                                               {1, 1000},
                                               {1, 500},
                                               {1, 200},
                                               {1, 100},
                                               {1, 50},
                                               {1, 20},
                                               {1, 10},
                                               {1, 5},
                                               {1, 2},
                                               {1, 1},
                                               {2, 1},
                                               {5, 1},
                                               {10, 1},
                                               {20, 1},
                                               {50, 1},
                                               {100, 1}});
constexpr int kRealTime = 12;
static_assert(kSpeeds[kRealTime].numerator == 1 && kSpeeds[kRealTime].denominator == 1);

const Speed& speedAt(int index) {
  return kSpeeds[static_cast<std::size_t>(index)];
}

}  // namespace

PlaybackClock::PlaybackClock(WallClock wall) : wall_(std::move(wall)), speed_(kRealTime) {}

void PlaybackClock::startLive() {
  live_ = true;
  attached_ = true;
  playing_ = false;
  loopEnd_.reset();
  speed_ = kRealTime;
  begin_ = end_ = position_ = 0;
}

void PlaybackClock::startReplay(TimeNs begin, TimeNs end, TimeNs position) {
  live_ = false;
  attached_ = false;
  playing_ = false;
  loopEnd_.reset();
  speed_ = kRealTime;
  begin_ = begin;
  end_ = std::max(begin, end);
  position_ = std::clamp(position, begin_, end_);
}

void PlaybackClock::setBounds(TimeNs begin, TimeNs end) {
  begin_ = begin;
  end_ = std::max(begin, end);
  position_ = attached_ ? end_ : std::clamp(position_, begin_, end_);
}

void PlaybackClock::advance() {
  if (!playing_) {
    return;
  }
  const auto elapsed = static_cast<double>(wall_() - anchorWall_);
  double target = static_cast<double>(anchorPosition_ - begin_) + elapsed * speed();
  if (loopEnd_ && anchorPosition_ < *loopEnd_) {
    const auto first = static_cast<double>(loopBegin_ - begin_);
    const auto length = static_cast<double>(*loopEnd_ - loopBegin_);
    if (target >= first + length) {  // a frame may be later than several rounds
      target = first + std::fmod(target - first, length);
    }
  }
  if (target < static_cast<double>(end_ - begin_)) {
    position_ = begin_ + static_cast<TimeNs>(target);
    return;
  }
  position_ = end_;
  playing_ = false;
  if (live_) {
    attached_ = true;
    speed_ = kRealTime;  // the present has no other
  }
}

TimeNs PlaybackClock::now() const {
  return position_;
}

bool PlaybackClock::isSlowed() const {
  return live_ && speed_ != kRealTime;
}

double PlaybackClock::speed() const {
  return static_cast<double>(speedAt(speed_).numerator) / speedAt(speed_).denominator;
}

QString PlaybackClock::speedText() const {
  const Speed& speed = speedAt(speed_);
  return speed.denominator == 1 ? QStringLiteral("%1x").arg(speed.numerator)
                                : QStringLiteral("1/%1x").arg(speed.denominator);
}

void PlaybackClock::toggle() {
  if (live_) {
    if (isMoving()) {
      freeze();
    } else if (isSlowed() || isLooping()) {
      play();
    } else {
      goToEnd();
    }
    return;
  }
  if (playing_) {
    freeze();
    return;
  }
  if (position_ >= end_) {
    position_ = begin_;
  }
  play();
}

void PlaybackClock::freeze() {
  attached_ = false;
  playing_ = false;
}

void PlaybackClock::loop(TimeNs begin, TimeNs end) {
  seek(begin);
  loopBegin_ = position_;
  loopEnd_ = std::clamp(end, loopBegin_ + 1, std::max(loopBegin_ + 1, end_));
  play();
}

void PlaybackClock::clearLoop() {
  loopEnd_.reset();
  anchor();  // rounds that are over do not count any more
}

void PlaybackClock::goToEnd() {
  playing_ = false;
  loopEnd_.reset();
  attached_ = live_;
  position_ = end_;
  if (live_) {
    speed_ = kRealTime;
  }
}

void PlaybackClock::goToBegin() {
  seek(begin_);
}

void PlaybackClock::seek(TimeNs time) {
  freeze();
  position_ = std::clamp(time, begin_, end_);
}

void PlaybackClock::stepForward(const session::Snapshot& snapshot) {
  seek(snapshot.next_event(position_).value_or(position_));
}

void PlaybackClock::stepBack(const session::Snapshot& snapshot) {
  seek(snapshot.previous_event(position_).value_or(position_));
}

void PlaybackClock::slower() {
  changeSpeed(-1);
}

void PlaybackClock::faster() {
  if (!attached_) {  // nothing is faster than the present
    changeSpeed(1);
  }
}

void PlaybackClock::changeSpeed(int steps) {
  speed_ = std::clamp(speed_ + steps, 0, static_cast<int>(kSpeeds.size()) - 1);
  if (live_) {
    attached_ = false;
    play();
  }
  anchor();
}

void PlaybackClock::play() {
  playing_ = true;
  anchor();
}

void PlaybackClock::anchor() {
  anchorPosition_ = position_;
  anchorWall_ = wall_();
}

}  // namespace poolscope::ui
