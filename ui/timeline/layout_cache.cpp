// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_cache.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

using session::TimeNs;

namespace {

QString cacheKey(const QString& text, TextRole role) {
  return QChar(static_cast<char16_t>('A' + static_cast<int>(role))) + text;
}

}  // namespace

const QFont& fontOf(TextRole role, const Theme& theme) {
  switch (role) {
    case TextRole::lane_name:
      return theme.fonts.monoStrong;
    case TextRole::lane_name_words:
    case TextRole::box_title:
      return theme.fonts.strong;
    case TextRole::flag:
    case TextRole::live:
      return theme.fonts.tinyStrong;
    case TextRole::bar:
      return theme.fonts.bar;
    case TextRole::pool:
      return theme.fonts.strong;
    case TextRole::box:
      return theme.fonts.small;
    default:
      return theme.fonts.tiny;
  }
}

std::size_t LayoutCache::TileHash::operator()(const TileKey& key) const noexcept {
  auto hash = static_cast<std::uint64_t>(key.lane) * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ static_cast<std::uint64_t>(key.cellNs)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ static_cast<std::uint64_t>(key.tile)) * 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::size_t>(hash ^ (hash >> 29));
}

void LayoutCache::prepare(const session::Snapshot& snapshot, const Theme& theme) {
  if (!hasTheme_ || !(theme == theme_)) {
    theme_ = theme;
    hasTheme_ = true;
    widths_.clear();
    elisions_.clear();
  }
  // A session only grows; one that shrank or began at another time is another one.
  if (snapshot.begin() != sessionBegin_ || snapshot.event_count() < eventCount_) {
    tiles_.clear();
  }
  sessionBegin_ = snapshot.begin();
  eventCount_ = snapshot.event_count();
}

qreal LayoutCache::textWidth(const QString& text, TextRole role) {
  const QString key = cacheKey(text, role);
  const auto found = widths_.constFind(key);
  if (found != widths_.constEnd()) {
    return *found;
  }
  if (widths_.size() >= kMaxTexts) {
    widths_.clear();
  }
  const qreal width = std::ceil(QFontMetricsF(fontOf(role, theme_)).horizontalAdvance(text));
  widths_.insert(key, width);
  return width;
}

QString LayoutCache::elided(const QString& text, TextRole role, qreal width) {
  if (textWidth(text, role) <= width) {
    return text;
  }
  const auto bucket = static_cast<int>(width);
  const QString key = cacheKey(text, role) + QChar(0x1f) + QString::number(bucket);
  const auto found = elisions_.constFind(key);
  if (found != elisions_.constEnd()) {
    return *found;
  }
  if (elisions_.size() >= kMaxTexts) {
    elisions_.clear();
  }
  QString shortened = QFontMetricsF(fontOf(role, theme_)).elidedText(text, Qt::ElideRight, bucket);
  if (shortened.size() < 2) {
    shortened.clear();
  }
  elisions_.insert(key, shortened);
  return shortened;
}

void LayoutCache::laneColumns(const session::Snapshot& snapshot, session::LaneId lane,
                              TimeNs origin, TimeNs cellNs, std::int64_t first, std::int64_t count,
                              TimeNs stable, std::vector<session::LaneColumn>& columns) {
  columns.clear();
  columns.reserve(static_cast<std::size_t>(count));
  std::int64_t next = first;
  const std::int64_t end = first + count;
  const auto timeOf = [&](std::int64_t cell) { return origin + cell * cellNs; };
  while (next < end) {
    const std::int64_t tile = next >= 0 ? next / kTile : -1;
    const std::int64_t tileBegin = tile * kTile;
    if (tile < 0 || timeOf(tileBegin + kTile) > stable) {
      const std::int64_t until = tile < 0 ? std::min<std::int64_t>(end, 0) : end;
      const auto fresh =
          snapshot.lane_columns(lane, timeOf(next), timeOf(until), static_cast<int>(until - next));
      columns.insert(columns.end(), fresh.begin(), fresh.end());
      next = until;
      continue;
    }
    const TileKey key{lane, cellNs, tile};
    auto found = tiles_.find(key);
    if (found == tiles_.end()) {
      if (tiles_.size() >= kMaxTiles) {
        tiles_.clear();
      }
      found = tiles_
                  .emplace(key, snapshot.lane_columns(lane, timeOf(tileBegin),
                                                      timeOf(tileBegin + kTile), int{kTile}))
                  .first;
    }
    const std::int64_t until = std::min(end, tileBegin + kTile);
    columns.insert(columns.end(), found->second.begin() + (next - tileBegin),
                   found->second.begin() + (until - tileBegin));
    next = until;
  }
}

}  // namespace poolscope::ui
