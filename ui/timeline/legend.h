// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/coloring.h"
#include "ui/timeline/sprite_cache.h"
#include "ui/timeline/timeline_scene.h"

#include <QList>
#include <QPainter>
#include <QRectF>
#include <QString>

namespace poolscope::ui {

/// What the colours of the tasks mean.
struct Legend {
  struct Entry {
    QString text = {};
    QList<int> swatches = {};  ///< one; of a scale all of them, from little to much
    BarFill fill = BarFill::bright;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  QList<Entry> entries = {};

  /// In one sentence, for tool tips and screen readers.
  QString words() const;
  friend bool operator==(const Legend&, const Legend&) = default;
};

/// "kind", "queue wait", ...
QString colorByText(ColorBy by);
/// Cost O(1).
/// With `folded` rows in sight it tells their colour, too.
Legend legendOf(const session::Snapshot& snapshot, const Coloring& coloring, bool folded = false);
/// Paints the entries for which there is room, one behind the other, and how many more there are.
/// Answers how wide that is.
qreal paintLegend(QPainter& painter, const Legend& legend, const QRectF& room, const Theme& theme,
                  SpriteCache& sprites);

}  // namespace poolscope::ui
