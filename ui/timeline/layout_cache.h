// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/bar_shelf.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/column_tiles.h"
#include "ui/timeline/lane_places.h"
#include "ui/timeline/rest_shelf.h"
#include "ui/timeline/task_kinds.h"
#include "ui/timeline/timeline_scene.h"

#include <QHash>
#include <QString>

#include <array>
#include <cstdint>
#include <memory>

namespace poolscope::ui {

/// The font of a role.
const QFont& fontOf(TextRole role, const Theme& theme);
/// Where the number begins that `text` ends in; its size if there is none.
qsizetype numberAtEnd(QStringView text);

/// Tasks of a stretch of a lane, and how many of the view's columns they fill together.
struct CrowdColumn {
  std::uint32_t tasks = 0;
  float busy = 0;
};

/// What laying out a frame may keep for the next one: widths of texts and columns of stretches that
/// are over. Pure speed: the scene is the same with a fresh one. Bounded. One session at a time.
/// Threads: one at a time.
class LayoutCache {
 public:
  /// Drops what another theme or another session would make wrong. Called first in each frame.
  void prepare(const session::Snapshot& snapshot, const TaskKinds& kinds, const Theme& theme,
               const Coloring& coloring = {});

  qreal textWidth(const QString& text, TextRole role);
  /// At least as much as textWidth(), found without measuring every number: of a text that ends in
  /// one.
  qreal numberedWidth(const QString& text, TextRole role);
  /// `text`, shortened with an ellipsis to `width`; empty where not even that has room.
  QString elided(const QString& text, TextRole role, qreal width,
                 Qt::TextElideMode mode = Qt::ElideRight);

  /// Where the workers stand; found anew only when lanes have changed.
  std::shared_ptr<const LanePlaces> places(
      const std::shared_ptr<const session::Snapshot>& snapshot);

  /// Columns of workers, callers and queues. `phases` are of lanes with tasks of many phases.
  ColumnTiles<DenseColumn> workers = {};
  ColumnTiles<DenseColumn> phases = {};
  ColumnTiles<CrowdColumn, 1> crowds = {};
  ColumnTiles<session::CallerColumn> callers = {};
  ColumnTiles<session::QueueColumn> queues = {};
  ColumnTiles<session::PoolColumn, 16, true> groups = {};

  /// Tasks that had a bar of their own.
  BarShelf bars = {};
  /// What is beside them, in columns that they cover a part of.
  RestShelf rests = {};
  /// Bars in each pane of the last frame: the next one has about as many.
  std::array<qsizetype, 2> barsBefore = {};

 private:
  static constexpr qsizetype kMaxTexts = 8'192;

  struct TextKey {
    QString text;
    TextRole role;
    friend bool operator==(const TextKey&, const TextKey&) = default;
    friend std::size_t qHash(const TextKey& key, std::size_t seed) {
      return qHashMulti(seed, key.text, static_cast<int>(key.role));
    }
  };

  Theme theme_ = {};
  bool hasTheme_ = false;
  session::TimeNs sessionBegin_ = 0;
  std::uint64_t eventCount_ = 0;
  std::size_t kindCount_ = 0;
  Coloring coloring_ = {};
  std::shared_ptr<const session::Snapshot> placed_ = {};  ///< whose lanes `places_` is of
  std::shared_ptr<const LanePlaces> places_ = {};
  QHash<TextKey, qreal> widths_;
  QHash<QString, QString> elisions_;
};

}  // namespace poolscope::ui
