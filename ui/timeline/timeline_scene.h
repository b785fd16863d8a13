// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/types.h"
#include "ui/timeline/time_axis.h"

#include <QColor>
#include <QList>
#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>
#include <QStringList>
#include <QVarLengthArray>

#include <array>
#include <cstdint>
#include <optional>

namespace poolscope::ui {

enum class TextRole : std::uint8_t {
  lane_name,
  lane_name_words,
  lane_state,
  tick,
  flag,
  live,
  bar,
  note,
  pool,
  box_title,
  box
};

/// A text that fits where it stands; `rect` is the room, `align` where in it.
struct TextLabel {
  QRectF rect = {};
  QString text = {};
  TextRole role = TextRole::note;
  QColor color = {};
  Qt::Alignment align = Qt::AlignLeft | Qt::AlignVCenter;
};

/// How a stretch of a task is filled. `bright`: it computes. The others say what it waits for, by
/// their pattern.
enum class BarFill : std::uint8_t { bright, hatch, back_hatch, dots, stripes, thin, held };

struct BarPart {
  QRectF rect = {};
  BarFill fill = BarFill::bright;
  int swatch = 0;  ///< index into Theme::swatches
};

/// Pixels at a bar's right end that keep its neighbour apart.
inline constexpr qreal kBarGap = 1;

/// A task on its worker's lane.
struct TaskBar {
  session::TaskKey task = {};
  session::LaneId lane = {};
  QRectF rect = {};
  bool failed = false;
  bool open = false;      ///< still runs at the frame's now
  bool roundLeft = true;  ///< its begin is in sight
  bool roundRight = true;
  qreal patternX =
      0;  ///< the bar's true begin, to which patterns keep while it scrolls out of sight
  QVarLengthArray<BarPart, 4> parts = {};  ///< most have no more, and a frame has thousands
  QList<QRectF> blocked = {};  ///< stretches in which the task itself waits for another task
  QString label = {};
  QPointF labelAt = {};  ///< left end, middle height
};

/// One column of lanes that are seen from too far away for single tasks. Shares of the column's
/// time, from the bottom up; `rest` up to 1 is idle.
struct DenseColumn {
  session::TaskKey longest = {};
  std::uint32_t tasks = 0;
  std::int16_t swatch = 0;  ///< index into Theme::swatches
  /// Where the strip is coloured by phase: shares of `bright`, `shade` and `lock` together, by
  /// PhaseKind, `other` for what is in no phase. In 255ths of the column.
  std::array<std::uint8_t, trace::kPhaseKinds> phases = {};
  BarFill wait = BarFill::hatch;  ///< what `shade` is most of
  float bright = 0;               ///< computed, and whatever is not a wait
  float shade = 0;                ///< waited for I/O, sleep, a command, a file
  float lock = 0;                 ///< waited for a lock
  float failed =
      0;  ///< of the three above, the share of tasks that failed; drawn over them from the top

  float busy() const { return bright + shade + lock; }
  bool isEmpty() const { return tasks == 0 && busy() <= 0; }
};

/// Neighbouring columns of one row, `columnWidth` apart, from rect.left() on. A row has one for
/// each stretch in which there is something that has no bar.
struct DenseStrip {
  session::LaneId lane = {};  ///< the latest of the row
  QRectF rect = {};
  qreal columnWidth = 2;
  bool byPhase = false;
  qsizetype first = 0;  ///< of the row's columns, the first in here
  QList<DenseColumn> columns = {};

  /// Where a column begins in device pixels: counted from the row's first, so that it is where it
  /// would be in a longer strip.
  int edge(qsizetype column, qreal devicePixelRatio) const {
    const qreal row = rect.left() - static_cast<qreal>(first) * columnWidth;
    return qRound(row * devicePixelRatio) +
           qRound(static_cast<qreal>(first + column) * columnWidth * devicePixelRatio);
  }
};

struct LaneHead {
  QRectF rect = {};
  QRectF dot = {};
  QColor dotColor = {};
  bool hollowDot = false;  ///< not a worker yet, or no longer
  QRectF ring = {};        ///< around the dot of who has just come or gone
  QColor ringColor = {};
  TextLabel name = {};
  TextLabel state = {};
  TextLabel share = {};  ///< how busy, beside the name; empty: it has no room there, or is none
};

/// A row of the picture: what is at this height. For hit testing and the keyboard.
struct LaneRow {
  enum class Kind : std::uint8_t { pool, caller, queue, group, worker, ghost };
  Kind kind = Kind::worker;
  QRectF rect = {};  ///< the whole width
  std::optional<session::PoolIndex> pool = {};
  std::uint32_t index = 0;  ///< of a worker in its pool; of a group how many workers it has
  QList<session::LaneId> lanes = {};          ///< one; several if a worker's place was taken again
  QList<qreal> starts = {};                   ///< x where each of them came
  std::optional<session::LaneId> named = {};  ///< whose name and state the head has
  QString name = {};
};

/// What is below all else at a place.
struct Ground {
  QRectF rect = {};
  QColor color = {};
};

/// Rectangles of one colour.
struct FillGroup {
  QColor color = {};
  QList<QRectF> rects = {};
};

/// The depth of a queue over time.
struct QueueShape {
  QRectF rect = {};
  qreal columnWidth = 2;
  QList<qreal> mean = {};  ///< y by column
  QList<qreal> max = {};
};

struct Token {
  session::TaskKey task = {};
  QRectF rect = {};
  int swatch = 0;  ///< index into Theme::swatches
  qreal opacity = 1;
  bool flying = false;
  QString label = {};  ///< its number, where one can follow it with the eye
  QRectF labelRect = {};
};

struct Ghost {
  QRectF rect = {};
  std::optional<TextLabel> label = {};
};

/// A curve with a width: a part of the selected task's path.
struct Curve {
  QPainterPath path = {};
  QColor color = {};
  qreal width = 1;
  bool dashed = false;
  bool dot = false;   ///< at its begin
  bool head = false;  ///< an arrow's, at its end
};

/// Tasks on their way to one lane, too many to be told apart: out of the queue at `from`, down a
/// trunk, into the lane at `to`. Straight but for two small bends, because long curves are slow to
/// fill.
struct Stream {
  QPointF from = {};
  QPointF to = {};
  qreal trunkX = 0;
  qreal bend = 0;
  qreal width = 1;
  QColor color = {};
};

/// A moment on the time axis.
struct Flag {
  qreal x = 0;
  QColor color = {};
  bool dashed = true;
  QRectF box = {};  ///< empty: no room, a tick only
  QString text = {};
};

/// A task that was cancelled while it waited.
struct CancelMark {
  QPointF center = {};
  std::uint64_t count = 1;
  session::TaskKey task = {};  ///< none, if several
  QString label = {};
};

/// One of the two areas of lanes: what stays at the top, and what scrolls below it.
struct LanePane {
  QRectF clip = {};            ///< with the heads
  QList<Ground> grounds = {};  ///< from the top down
  QList<QueueShape> queues = {};
  QList<FillGroup> bands = {};  ///< of callers
  QList<DenseStrip> strips = {};
  QList<TaskBar> bars = {};
  FillGroup leavings = {};  ///< lines where a worker left its place or the next one came
  QList<TextLabel> labels = {};
  QList<Ghost> ghosts = {};
  QList<Token> tokens = {};
  QList<CancelMark> cancels = {};
  FillGroup held = {};  ///< results that are done, but held up by an earlier one; and that one
  QList<LaneHead> heads = {};
  std::optional<QRectF> current = {};  ///< a mark at the head that the keyboard is at
  QList<LaneRow> rows = {};            ///< those in sight
};

/// A stretch whose length is told: of the ruler, or of what a drag will zoom into.
struct Measure {
  QRectF band = {};        ///< what of it is in sight; empty while there is one end only
  QList<qreal> ends = {};  ///< those in sight
  QRectF box = {};
  QString text = {};
};

struct HoverBox {
  struct Line {
    QString name = {};
    QString value = {};
  };
  session::TaskKey task = {};
  QRectF rect = {};
  QString title = {};
  QColor titleColor = {};
  QString outcome = {};
  QColor outcomeColor = {};
  QList<Line> lines = {};
  QString error = {};
  QStringList note = {};  ///< in lines
};

/// What a frame of the timeline consists of. Hit testing and tests read it, the painter draws it.
struct TimelineScene {
  QSizeF size = {};
  QRectF canvas = {};  ///< right of the heads, below the axis
  QRectF axisRow = {};
  QString completeNote = {};  ///< left of the axis: from when on detail is complete
  QString axisBase = {};      ///< left of the axis, below it: what the ticks' labels count from
  qreal headWidth = 0;
  std::optional<TimeAxis> axis = {};
  QList<TimeTick> ticks = {};  ///< those whose labels have room
  QList<qreal> gridLines = {};
  std::array<LanePane, 2> panes = {};  ///< scrolling, pinned
  QList<Flag> flags = {};
  std::optional<QRectF> selectedRange = {};
  QString selectedRangeLabel = {};
  QRectF selectedRangeLabelRect = {};  ///< on the axis
  std::optional<Measure> zoomBand = {};
  std::optional<Measure> ruler = {};
  std::optional<qreal> nowX = {};
  QString nowLabel = {};
  QColor nowColor = {};
  QList<Stream> streams = {};
  QList<Token> flights = {};
  QList<Curve> selectionPath = {};
  QList<TextLabel> selectionWords = {};      ///< what is out of sight of that path
  std::optional<QPointF> selectionEnd = {};  ///< a cross: the selected task was cancelled here
  std::optional<QRectF> selectionOutline = {};
  bool selectionInPinned = false;
  std::optional<HoverBox> hover = {};
  bool focused = false;
  std::size_t hiddenLanes = 0;
  bool hasFoldedRows = false;  ///< whose colours stand for many tasks
  qreal contentHeight = 0;     ///< of the scrolling lanes
  qreal viewportHeight = 0;    ///< for them
};

}  // namespace poolscope::ui
