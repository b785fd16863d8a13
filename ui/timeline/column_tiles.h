// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QList>

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace poolscope::ui {

/// Columns on a grid of the session's time, so that the same moment is always in the same column
/// and a scrolling view does not shimmer.
struct ColumnGrid {
  session::TimeNs origin = 0;
  session::TimeNs cellNs = 1;
  std::int64_t first = 0;
  std::int64_t count = 0;  ///< whole columns that are over at now
  bool partial = false;    ///< and one more that has begun

  session::TimeNs timeOf(std::int64_t column) const { return origin + (first + column) * cellNs; }
  session::TimeNs begin() const { return timeOf(0); }
  session::TimeNs end() const { return timeOf(count); }
};

/// Remembers columns of stretches that are over, in tiles of a few. Bounded: forgets all when it is
/// full.
template <typename Column>
class ColumnTiles {
 public:
  void clear() { tiles_.clear(); }

  /// Appends the grid's whole columns to `columns`. `ask(begin, end, count, append)` answers what
  /// is not known; what ended before `stable` is kept. `owner` is a lane's or a pool's number.
  template <typename Ask>
  void append(std::uint32_t owner, const ColumnGrid& grid, session::TimeNs stable,
              QList<Column>& columns, Ask ask) {
    columns.reserve(columns.size() + static_cast<qsizetype>(grid.count) + 1);
    const std::int64_t end = grid.first + grid.count;
    const auto timeOf = [&](std::int64_t cell) { return grid.origin + cell * grid.cellNs; };
    for (std::int64_t next = grid.first; next < end;) {
      const std::int64_t tile = next / kTile;
      const std::int64_t tileBegin = tile * kTile;
      if (timeOf(tileBegin + kTile) > stable) {
        ask(timeOf(next), timeOf(end), static_cast<int>(end - next),
            [&](const Column& column) { columns.append(column); });
        return;
      }
      const std::vector<Column>& known = tileAt({owner, grid.cellNs, tile}, [&](auto add) {
        ask(timeOf(tileBegin), timeOf(tileBegin + kTile), int{kTile}, add);
      });
      const std::int64_t until = std::min(end, tileBegin + kTile);
      for (std::int64_t i = next; i < until; ++i) {
        columns.append(known[static_cast<std::size_t>(i - tileBegin)]);
      }
      next = until;
    }
  }

 private:
  static constexpr std::int64_t kTile = 16;
  static constexpr std::size_t kMaxTiles = 16'384;

  struct Key {
    std::uint32_t owner;
    session::TimeNs cellNs;
    std::int64_t tile;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      auto hash = std::uint64_t{key.owner} * 0x9e3779b97f4a7c15ULL;
      hash = (hash ^ static_cast<std::uint64_t>(key.cellNs)) * 0xff51afd7ed558ccdULL;
      hash = (hash ^ static_cast<std::uint64_t>(key.tile)) * 0xc4ceb9fe1a85ec53ULL;
      return static_cast<std::size_t>(hash ^ (hash >> 29));
    }
  };

  template <typename Fill>
  const std::vector<Column>& tileAt(const Key& key, Fill fill) {
    const auto found = tiles_.find(key);
    if (found != tiles_.end()) {
      return found->second;
    }
    if (tiles_.size() >= kMaxTiles) {
      tiles_.clear();
    }
    std::vector<Column> fresh;
    fresh.reserve(kTile);
    fill([&](const Column& column) { fresh.push_back(column); });
    fresh.resize(kTile);
    return tiles_.emplace(key, std::move(fresh)).first->second;
  }

  std::unordered_map<Key, std::vector<Column>, Hash> tiles_ = {};
};

}  // namespace poolscope::ui
