// SPDX-License-Identifier: Apache-2.0
#include "core/session/activity_track.h"

#include <algorithm>
#include <utility>

namespace poolscope::session {

std::size_t ActivityTrack::levels() const {
  std::size_t levels = 1;
  while (levels < kLevels && shift_ + kFanBits * levels <= kMostShift) {
    ++levels;
  }
  return levels;
}

void ActivityTrack::add(std::size_t channel, TimeNs time, int change) {
  starts_ += channel == running && change > 0 ? 1U : 0U;
  make_room(time);
  Pending& pending = pending_[channel];
  const std::int64_t cell = cell_of(time);
  if (pending.cell != cell) {
    flush(channel);
    pending.cell = cell;
  }
  pending.sum.change += change;
  pending.sum.area += Area{change} * (((cell + 1) << shift_) - time);
}

/// Makes cells as wide as it takes for `time` to have one.
void ActivityTrack::make_room(TimeNs time) {
  const std::int64_t cell = cell_of(time);
  if (any_ && cell >= first_ && cell <= last_) {
    return;
  }
  if (!std::exchange(any_, true)) {
    first_ = last_ = cell;
    return;
  }
  const auto most =
      static_cast<std::int64_t>(std::max<std::uint64_t>(kLeastCells, starts_ / kTasksOfACell));
  const std::int64_t first = std::min(first_, cell);
  last_ = std::max(last_, cell);
  unsigned wider = 0;
  while ((last_ >> wider) - (first >> wider) >= most) {
    ++wider;
  }
  if (first < first_ || wider > 0) {
    flush_all();
    widen(first, shift_ + wider);
  }
}

/// Puts the cells anew that there are, wider ones than before.
void ActivityTrack::widen(std::int64_t first, unsigned shift) {
  const unsigned wider = shift - shift_;
  const TimeNs narrow = cell();
  const std::int64_t old_first = std::exchange(first_, first >> wider);
  shift_ = shift;
  last_ >>= wider;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    const Level old = std::exchange(channels_[channel], Levels{}).front();
    for (std::size_t i = 0; i < old.size(); ++i) {
      Sum sum = old[i].sum();
      if (!sum.any()) {
        continue;
      }
      const std::int64_t at = old_first + static_cast<std::int64_t>(i);
      sum.area += Area{sum.change} * ((((at >> wider) + 1) << wider) - (at + 1)) * narrow;
      put(channel, at >> wider, sum);
    }
  }
}

void ActivityTrack::flush(std::size_t channel) {
  const Pending pending = std::exchange(pending_[channel], {});
  if (pending.sum.any()) {
    put(channel, pending.cell, pending.sum);
  }
}

void ActivityTrack::flush_all() {
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    flush(channel);
  }
}

void ActivityTrack::put(std::size_t channel, std::int64_t cell, const Sum& sum) {
  const std::size_t count = levels();
  for (std::size_t l = 0; l < count; ++l) {
    Level& level = channels_[channel][l];
    const std::size_t at = place(l, cell);
    level.resize(at + 1, {});
    const std::int64_t block_end = ((cell >> (kFanBits * l)) + 1) << (kFanBits * l);
    Cell& block = level.own(at);
    Sum of_block = block.sum();
    of_block.change += sum.change;
    of_block.area += sum.area + Area{sum.change} * (block_end - (cell + 1)) * this->cell();
    block.set(of_block);
  }
}

void ActivityTrack::freeze() {
  flush_all();
  for (Levels& levels : channels_) {
    for (Level& level : levels) {
      level.freeze();
    }
  }
}

std::size_t ActivityTrack::bytes() const {
  std::size_t bytes = 0;
  for (const Levels& levels : channels_) {
    for (const Level& level : levels) {
      bytes += level.bytes();
    }
  }
  return bytes;
}

ActivityTrack::Walk::Walk(const ActivityTrack& track, std::size_t channel)
    : track_(track),
      channel_(channel),
      cell_(track.first_) {}

void ActivityTrack::Walk::go_to(TimeNs time) {
  const std::int64_t to = track_.cell_of(time);
  const Levels& levels = track_.channels_[channel_];
  const std::size_t count = track_.levels();
  const auto end = track_.first_ + static_cast<std::int64_t>(levels.front().size());
  while (cell_ < to) {
    if (cell_ >= end) {
      area_ += Area{count_} * (to - cell_) * track_.cell();
      cell_ = to;
      return;
    }
    std::size_t level = 0;
    std::int64_t width = 1;
    while (level + 1 < count && cell_ % (width << kFanBits) == 0 &&
           cell_ + (width << kFanBits) <= to) {
      ++level;
      width <<= kFanBits;
    }
    const Sum sum = levels[level][track_.place(level, cell_)].sum();
    area_ += Area{count_} * width * track_.cell() + sum.area;
    count_ += sum.change;
    cell_ += width;
  }
}

}  // namespace poolscope::session
