// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"

#include <QList>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
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

/// Remembers columns of stretches that are over: of each owner one stretch, that which was in sight
/// last. It grows and is asked for in tiles of a few columns, so that the same column is always
/// asked for with the same neighbours; or, `kTogether`, in as few questions as can be. Bounded:
/// forgets all when it is full.
template <typename Column, std::int64_t kTile = 16, bool kTogether = false>
class ColumnTiles {
 public:
  void clear() {
    stretches_.clear();
    kept_ = 0;
  }

  /// The grid's whole columns, from the first on, that are over before `stable`: kept here, valid
  /// until the next call. `ask(begin, end, count, append)` answers what is not known. `owner` is a
  /// lane's or a pool's number.
  template <typename Ask>
  std::span<const Column> kept(std::uint32_t owner, const ColumnGrid& grid, session::TimeNs stable,
                               Ask ask) {
    const std::int64_t end = grid.first + grid.count;
    const std::int64_t over = std::max<session::TimeNs>(0, stable - grid.origin) / grid.cellNs;
    const Tiles wanted{grid.first / kTile, std::min((end + kTile - 1) / kTile, over / kTile)};
    if (wanted.first >= wanted.end) {
      return {};
    }
    const Stretch& known = stretchOf(owner, grid, wanted, ask);
    const std::int64_t count = std::min(end, wanted.end * kTile) - grid.first;
    return std::span(known.columns)
        .subspan(static_cast<std::size_t>(grid.first - known.tiles.first * kTile),
                 static_cast<std::size_t>(count));
  }

  /// Appends the grid's whole columns to `columns`, also those that are not over.
  template <typename Ask>
  void append(std::uint32_t owner, const ColumnGrid& grid, session::TimeNs stable,
              QList<Column>& columns, Ask ask) {
    columns.reserve(columns.size() + static_cast<qsizetype>(grid.count) + 1);
    const std::span<const Column> over = kept(owner, grid, stable, ask);
    std::copy(over.begin(), over.end(), std::back_inserter(columns));
    askForRest(grid, static_cast<std::int64_t>(over.size()), ask,
               [&](const Column& column) { columns.append(column); });
  }

  /// Asks for the grid's whole columns from the `from`-th on.
  template <typename Ask, typename Append>
  static void askForRest(const ColumnGrid& grid, std::int64_t from, Ask ask, Append append) {
    if (from < grid.count) {
      ask(grid.timeOf(from), grid.end(), static_cast<int>(grid.count - from), append);
    }
  }

 private:
  static constexpr std::int64_t kSpareTiles = 8;
  static constexpr std::size_t kMaxColumns = 262'144;

  struct Tiles {
    std::int64_t first = 0;
    std::int64_t end = 0;
  };
  struct Stretch {
    session::TimeNs cellNs = 0;
    Tiles tiles = {};
    std::vector<Column> columns = {};
  };

  /// What is known of `owner`, with the tiles `wanted`.
  template <typename Ask>
  const Stretch& stretchOf(std::uint32_t owner, const ColumnGrid& grid, const Tiles& wanted,
                           Ask ask) {
    if (kept_ > kMaxColumns) {
      clear();
    }
    Stretch& known = stretches_[owner];
    kept_ -= known.columns.size();
    const bool touches = known.cellNs == grid.cellNs && wanted.first <= known.tiles.end &&
                         wanted.end >= known.tiles.first;
    if (!touches) {
      known = {grid.cellNs, {wanted.first, wanted.first}, {}};
    }
    fetch(grid, {known.tiles.end, wanted.end}, known.columns, ask);
    known.tiles.end = std::max(known.tiles.end, wanted.end);
    if (wanted.first < known.tiles.first) {
      std::vector<Column> before;
      fetch(grid, {wanted.first, known.tiles.first}, before, ask);
      known.columns.insert(known.columns.begin(), before.begin(), before.end());
      known.tiles.first = wanted.first;
    }
    if (known.tiles.end - known.tiles.first > 2 * (wanted.end - wanted.first) + kSpareTiles) {
      keepOnly(wanted, known);
    }
    kept_ += known.columns.size();
    return known;
  }

  template <typename Ask>
  static void fetch(const ColumnGrid& grid, Tiles tiles, std::vector<Column>& columns, Ask ask) {
    for (std::int64_t next = tiles.first; next < tiles.end;) {
      const std::int64_t count = (kTogether ? tiles.end - next : 1) * kTile;
      const std::size_t full = columns.size() + static_cast<std::size_t>(count);
      const session::TimeNs begin = grid.origin + next * kTile * grid.cellNs;
      ask(begin, begin + count * grid.cellNs, static_cast<int>(count),
          [&](const Column& column) { columns.push_back(column); });
      columns.resize(full);
      next += count / kTile;
    }
  }

  static void keepOnly(const Tiles& wanted, Stretch& known) {
    const auto at = [&](std::int64_t tile) {
      return known.columns.begin() + (tile - known.tiles.first) * kTile;
    };
    known.columns = std::vector<Column>(at(wanted.first), at(wanted.end));
    known.tiles = wanted;
  }

  std::unordered_map<std::uint32_t, Stretch> stretches_ = {};
  std::size_t kept_ = 0;  ///< columns of all stretches
};

}  // namespace poolscope::ui
