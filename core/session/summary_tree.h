// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/shared_vector.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace poolscope::session {

/// Bytes of a summary: whole numbers of seven bits a byte, so that small ones are small.
class SummaryWriter {
 public:
  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void append(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Reads what a SummaryWriter has put, in the same order.
class SummaryReader {
 public:
  explicit SummaryReader(const std::uint8_t* at) : at_(at) {}
  std::uint64_t take() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    while ((*at_ & 0x80) != 0) {
      value |= std::uint64_t{*at_++ & 0x7fU} << shift;
      shift += 7;
    }
    return value | std::uint64_t{*at_++} << shift;
  }
  void skip(std::size_t bytes) { at_ += bytes; }

 private:
  const std::uint8_t* at_;
};

/// Summaries of blocks of kLeaf items that stand one behind the other, of kFan such blocks, and so
/// on: a question about many items looks at few of them. Items are summed up by seal(), once they
/// are many enough; those behind are for the caller to go through. Threads: as SharedVector.
class SummaryTree {
 public:
  static constexpr std::size_t kLeaf = 256;
  static constexpr std::size_t kFan = 16;
  static constexpr std::size_t kLevels = 3;
  using Summary = std::shared_ptr<const std::uint8_t[]>;
  enum class Verdict { taken, not_concerned, look_closer };

  /// Items that are in blocks.
  std::size_t sealed() const { return levels_.front().size() * kLeaf; }

  /// Makes summaries of all whole blocks of the first `items`, and of those spoiled anew.
  /// leaf(first, last, writer) sums up items, join(summaries, writer) adds up summaries.
  template <typename Leaf, typename Join>
  void seal(std::size_t items, const Leaf& leaf, const Join& join);
  /// An item is no longer what it was.
  void spoil(std::size_t item) {
    if (item < sealed()) {
      spoiled_.push_back(item / kLeaf);
    }
  }
  void truncate(std::size_t items);
  /// Of memory, about.
  std::size_t bytes() const { return bytes_; }
  void freeze() {
    for (Level& level : levels_) {
      level.freeze();
    }
  }

  /// Goes through the items [first, last) in order: whole(reader) takes a summary, says that it
  /// does not concern it, or asks to look closer; rest(first, last) is called for what is left, at
  /// most kLeaf items at a time. Of items before `blurred` only blocks are left: a block counts
  /// where its first item does, whole(reader) is told that it cannot look closer.
  template <typename Whole, typename Rest>
  void visit(std::size_t first, std::size_t last, const Whole& whole, const Rest& rest,
             std::size_t blurred = 0) const;

 private:
  using Level = SharedVector<Summary, 32>;

  Summary kept(const SummaryWriter& writer) {
    constexpr std::size_t kOverhead = 48;  // counts, the heap's head, the place in its level
    const std::span<const std::uint8_t> bytes = writer.bytes();
    bytes_ += bytes.size() + kOverhead;
    auto copy = std::make_shared<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    return copy;
  }
  template <typename Join>
  void join_blocks(std::size_t level, std::size_t block, const Join& join, SummaryWriter& writer);

  std::array<Level, kLevels> levels_;
  std::size_t bytes_ = 0;
  std::vector<std::size_t> spoiled_;  // leaves; the writer's only
};

template <typename Join>
void SummaryTree::join_blocks(std::size_t level, std::size_t block, const Join& join,
                              SummaryWriter& writer) {
  std::array<const std::uint8_t*, kFan> parts;
  for (std::size_t i = 0; i < kFan; ++i) {
    parts[i] = levels_[level - 1][block * kFan + i].get();
  }
  writer.clear();
  join(std::span<const std::uint8_t* const>(parts), writer);
}

template <typename Leaf, typename Join>
void SummaryTree::seal(std::size_t items, const Leaf& leaf, const Join& join) {
  SummaryWriter writer;
  const auto sum_up = [&](std::size_t block) {
    writer.clear();
    leaf(block * kLeaf, (block + 1) * kLeaf, writer);
  };
  for (std::size_t level = 0; level < kLevels && !spoiled_.empty(); ++level) {
    std::sort(spoiled_.begin(), spoiled_.end());
    spoiled_.erase(std::unique(spoiled_.begin(), spoiled_.end()), spoiled_.end());
    for (std::size_t& block : spoiled_) {
      if (block < levels_[level].size()) {
        level == 0 ? sum_up(block) : join_blocks(level, block, join, writer);
        levels_[level].own(block) = kept(writer);
      }
      block /= kFan;
    }
  }
  spoiled_.clear();
  while (sealed() + kLeaf <= items) {
    sum_up(levels_.front().size());
    levels_.front().push_back(kept(writer));
    for (std::size_t level = 1;
         level < kLevels && (levels_[level].size() + 1) * kFan <= levels_[level - 1].size();
         ++level) {
      join_blocks(level, levels_[level].size(), join, writer);
      levels_[level].push_back(kept(writer));
    }
  }
}

inline void SummaryTree::truncate(std::size_t items) {
  std::size_t blocks = items / kLeaf;
  for (Level& level : levels_) {
    level.truncate(blocks);
    blocks /= kFan;
  }
}

template <typename Whole, typename Rest>
void SummaryTree::visit(std::size_t first, std::size_t last, const Whole& whole, const Rest& rest,
                        std::size_t blurred) const {
  if (first < blurred) {
    first = (first + kLeaf - 1) / kLeaf * kLeaf;
  }
  if (last < blurred) {
    last = (last + kLeaf - 1) / kLeaf * kLeaf;
  }
  while (first < last) {
    std::size_t width = kLeaf * kFan * kFan;
    bool passed = false;
    for (std::size_t level = kLevels; level > 0 && !passed; --level, width /= kFan) {
      const std::size_t block = first / width;
      if (first % width == 0 && first + width <= last && block < levels_[level - 1].size()) {
        const SummaryReader reader(levels_[level - 1][block].get());
        const bool closest = level == 1 && first < blurred;
        passed = whole(reader, closest) != Verdict::look_closer;
        first += passed ? width : 0;
      }
    }
    if (!passed) {
      const std::size_t end = std::min(last, (first / kLeaf + 1) * kLeaf);
      rest(first, end);
      first = end;
    }
  }
}

}  // namespace poolscope::session
