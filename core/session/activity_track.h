// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/queue_steps.h"
#include "core/session/shared_vector.h"
#include "core/session/types.h"
#include "core/trace/event.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace poolscope::session {

/// What the workers of a pool did together, over time: how many ran a task, how many of those were
/// in a phase of each kind, how many tasks ended and failed. Kept as sums of cells of time, of
/// blocks of cells, and so on: a question costs the same for one worker and for thousands, and it
/// does not matter in which order anything is told. Cells grow with the session, so that there is
/// at most one for kTasksOfACell tasks. Threads: as SharedVector.
class ActivityTrack {
 public:
  /// `running` and the phases go up and down; `ended` and `failed` count.
  enum Channel : std::uint8_t { running, ended, failed, phases };
  static constexpr std::size_t kChannels = std::size_t{phases} + trace::kPhaseKinds;
  static constexpr std::size_t phase(trace::PhaseKind kind) {
    return std::size_t{phases} + static_cast<std::size_t>(kind);
  }

  /// One more or one less from `time` on. To take something back, tell the opposite.
  void add(std::size_t channel, TimeNs time, int change);
  void freeze();
  std::size_t bytes() const;

  /// Sums are known at multiples of this, a power of two.
  TimeNs cell() const { return TimeNs{1} << shift_; }

  /// Goes through one channel from its beginning, in cells.
  class Walk {
   public:
    Walk(const ActivityTrack& track, std::size_t channel);
    /// On to `time`, a multiple of cell() and not before that of the last call.
    void go_to(TimeNs time);
    std::int64_t count() const { return count_; }  ///< of all changes before that time
    Area area() const { return area_; }            ///< the integral of count() until then

   private:
    const ActivityTrack& track_;
    const std::size_t channel_;
    std::int64_t cell_;
    std::int64_t count_ = 0;
    Area area_ = 0;
  };

 private:
  static constexpr unsigned kFanBits = 5;
  static constexpr std::size_t kLevels = 4;
  static constexpr unsigned kFirstShift = 4;
  static constexpr unsigned kMostShift = 60;  // blocks beyond it would be longer than any time
  static constexpr std::size_t kLeastCells = 256;
  static constexpr std::size_t kTasksOfACell = 32;

  /// What the changes in a stretch come to, and the integral that they make within it.
  struct Sum {
    std::int64_t change = 0;
    Area area = 0;
    bool any() const { return change != 0 || area != 0; }
  };
  /// A sum in 16 bytes: thousands of workers over years exceed 64 bits.
  class Cell {
   public:
    Sum sum() const { return {change_, (Area{area_high_} << 64) + area_low_}; }
    void set(const Sum& sum) {
      change_ = static_cast<std::int32_t>(sum.change);
      area_high_ = static_cast<std::int32_t>(sum.area >> 64);
      area_low_ = static_cast<std::uint64_t>(sum.area);
    }

   private:
    std::int32_t change_ = 0;
    std::int32_t area_high_ = 0;
    std::uint64_t area_low_ = 0;
  };
  using Level = SharedVector<Cell, 32>;
  using Levels = std::array<Level, kLevels>;
  /// Changes that are not in the levels yet: those of a moment mostly fall into the same cell.
  struct Pending {
    std::int64_t cell = 0;
    Sum sum = {};
  };

  /// As many levels as there are blocks for.
  std::size_t levels() const;
  std::int64_t cell_of(TimeNs time) const { return time >> shift_; }
  std::size_t place(std::size_t level, std::int64_t cell) const {
    return static_cast<std::size_t>((cell >> (kFanBits * level)) - (first_ >> (kFanBits * level)));
  }
  void make_room(TimeNs time);
  void widen(std::int64_t first, unsigned shift);
  void flush(std::size_t channel);
  void flush_all();
  void put(std::size_t channel, std::int64_t cell, const Sum& sum);

  std::array<Levels, kChannels> channels_;
  std::array<Pending, kChannels> pending_ = {};
  unsigned shift_ = kFirstShift;
  bool any_ = false;
  std::int64_t first_ = 0;  // cells that there are
  std::int64_t last_ = 0;
  std::uint64_t starts_ = 0;
};

}  // namespace poolscope::session
