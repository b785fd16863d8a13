// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/timeline_scene.h"

#include <QHash>
#include <QString>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace poolscope::ui {

/// The font of a role.
const QFont& fontOf(TextRole role, const Theme& theme);

/// What laying out a frame may keep for the next one: widths of texts and columns of stretches that
/// are over. Pure speed: the scene is the same with a fresh one. Bounded. One session at a time.
/// Threads: one at a time.
class LayoutCache {
 public:
  /// Drops what another theme or another session would make wrong. Called first in each frame.
  void prepare(const session::Snapshot& snapshot, const Theme& theme);

  qreal textWidth(const QString& text, TextRole role);
  /// `text`, shortened with an ellipsis to `width`; empty where not even that has room.
  QString elided(const QString& text, TextRole role, qreal width);

  /// Columns [first, first + count) of a grid of `cellNs` since `origin`, as
  /// Snapshot::lane_columns() gives them. Those that ended before `stable` are remembered.
  void laneColumns(const session::Snapshot& snapshot, session::LaneId lane, session::TimeNs origin,
                   session::TimeNs cellNs, std::int64_t first, std::int64_t count,
                   session::TimeNs stable, std::vector<session::LaneColumn>& columns);

 private:
  static constexpr std::int64_t kTile = 64;
  static constexpr std::size_t kMaxTiles = 4'096;  // some 16 MB
  static constexpr qsizetype kMaxTexts = 8'192;

  struct TileKey {
    session::LaneId lane;
    session::TimeNs cellNs;
    std::int64_t tile;
    friend bool operator==(const TileKey&, const TileKey&) = default;
  };
  struct TileHash {
    std::size_t operator()(const TileKey& key) const noexcept;
  };

  Theme theme_ = {};
  bool hasTheme_ = false;
  session::TimeNs sessionBegin_ = 0;
  std::uint64_t eventCount_ = 0;
  QHash<QString, qreal> widths_;
  QHash<QString, QString> elisions_;
  std::unordered_map<TileKey, std::vector<session::LaneColumn>, TileHash> tiles_;
};

}  // namespace poolscope::ui
