// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/live_figures.h"
#include "ui/theme/theme.h"
#include "ui/timeline/painted_parts.h"

#include <QColor>
#include <QFont>
#include <QList>
#include <QRectF>
#include <QString>
#include <QWidget>

namespace poolscope::ui {

/// One figure in large type with its name below.
struct FigureTile {
  QString value = {};
  QString name = {};
  QString widest = {};  ///< a value as wide as any that is usual: keeps the row from trembling
  QColor color = {};
  QRectF rect = {};  ///< of value and name; set by layOutFigureTiles()
};

struct FigureTilesScene {
  QList<FigureTile> tiles = {};
  QFont valueFont = {};
  QFont nameFont = {};
};

/// What the row says, in its order; not laid out yet. Pure.
QList<FigureTile> figureTiles(const LiveFigures& figures, const Theme& theme);
/// Side by side in `width`, the type as large as the theme's numbers where there is room, else
/// smaller; nothing is cut or left out. Pure.
FigureTilesScene layOutFigureTiles(QList<FigureTile> tiles, qreal width, const Theme& theme);

/// The figures beside throughput that are read from the back of a room: how busy, how long tasks
/// wait, and where the tasks stand.
class FigureTiles : public QWidget, public PaintsParts {
  Q_OBJECT
 public:
  explicit FigureTiles(QWidget* parent = nullptr);

  void showFigures(const LiveFigures& figures);
  /// Only where the tasks stand; the other figures stay.
  void showCounts(const TaskCounts& tasks);
  void setTheme(const Theme& theme);
  const FigureTilesScene& scene();
  QList<PaintedPart> paintedParts() override;  ///< a tile each
  QAccessible::Role paintedRole() const override { return QAccessible::Grouping; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  Theme theme_;
  LiveFigures figures_;
  FigureTilesScene scene_;
  bool stale_ = true;
};

}  // namespace poolscope::ui
