// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/chunk_tree.h"
#include "core/session/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace poolscope::session {

// Sums of durations that overlap may leave the range of TimeNs in a damaged file; their differences
// still come out right.
constexpr TimeNs wrapping_add(TimeNs a, TimeNs b) {
  return static_cast<TimeNs>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr TimeNs wrapping_subtract(TimeNs a, TimeNs b) {
  return static_cast<TimeNs>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Times (or sums of times) at 4 bytes each: a chunk holds them as offsets from its base, and falls
/// back to 8 bytes where they lie more than some seconds apart. Copies share what they have in
/// common, as SharedVector. Threads: one writer; call freeze(), then copy: the copy is for any
/// thread and never changes.
class TimeColumn {
 public:
  static constexpr TimeNs kAbsent = std::numeric_limits<TimeNs>::min();
  static constexpr std::size_t kChunk = 256;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  TimeNs operator[](std::size_t index) const { return tree_[index / kChunk].get(index % kChunk); }
  TimeNs back() const { return (*this)[size_ - 1]; }
  /// kAbsent past the end.
  TimeNs get(std::size_t index) const { return index < size_ ? (*this)[index] : kAbsent; }

  void push_back(TimeNs value);
  void set(std::size_t index, TimeNs value);
  void resize_absent(std::size_t size);
  void truncate(std::size_t size) { size_ = size < size_ ? size : size_; }
  void freeze();

  /// In a column that never falls: the first index whose value is not below `value`. Cost O(log n);
  /// O(1) near `hint`, an index answered before.
  std::size_t lower_bound(TimeNs value, std::size_t hint = 0) const;

 private:
  struct Chunk {
    Chunk() { narrow.fill(kNarrowAbsent); }
    Chunk(const Chunk& other);
    Chunk& operator=(const Chunk&) = delete;

    TimeNs get(std::size_t at) const {
      if (wide) {
        return (*wide)[at];
      }
      const std::uint32_t offset = narrow[at];
      return offset == kNarrowAbsent ? kAbsent : wrapping_add(base, static_cast<TimeNs>(offset));
    }
    bool fits(TimeNs value) const;
    void store(std::size_t at, TimeNs value);
    void widen();

    std::uint64_t epoch = 0;
    TimeNs base = kAbsent;
    std::unique_ptr<std::array<TimeNs, kChunk>> wide = {};
    std::array<std::uint32_t, kChunk> narrow;
  };
  static constexpr std::uint32_t kNarrowAbsent = std::numeric_limits<std::uint32_t>::max();

  std::size_t search_chunk(std::size_t chunk, TimeNs value) const;

  ChunkTree<Chunk> tree_;
  std::size_t size_ = 0;
  std::size_t frozen_ = 0;  // no copy reads from here on
};

}  // namespace poolscope::session
