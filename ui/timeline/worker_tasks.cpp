// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <QVarLengthArray>

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope::ui {

using session::Lane;
using session::LaneColumn;
using session::LaneId;
using session::LaneState;
using session::Phase;
using session::Task;
using session::TaskKey;
using session::TaskState;
using session::TimeNs;
using trace::PhaseKind;

namespace {

/// Narrower than this many columns nothing of a bar but its colour can be seen.
constexpr qsizetype kLeastColumns = 3;
constexpr float kWholeColumn = 0.998F;
constexpr int kBlock = 16;  // columns that are asked for as one where they are alike
constexpr std::size_t kMostPhases = 48;
constexpr std::size_t kMostBlocked = 64;

BarFill fillOf(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::io_wait:
      return BarFill::hatch;
    case PhaseKind::file_io:
      return BarFill::back_hatch;
    case PhaseKind::sleep:
      return BarFill::dots;
    case PhaseKind::command:
      return BarFill::stripes;
    case PhaseKind::lock_wait:
      return BarFill::thin;
    case PhaseKind::lock_held:
      return BarFill::held;
    default:
      return BarFill::bright;
  }
}

/// Cuts a task's time into parts of one fill: of nested phases the innermost, else the task
/// computes.
void cutIntoParts(const LayoutContext& c, TimeNs begin, TimeNs end,
                  const std::vector<BarStretch>& stretches, TaskBar& bar) {
  QVarLengthArray<TimeNs, 24> cuts{begin, end};
  for (const BarStretch& s : stretches) {
    for (const TimeNs cut : {s.begin, s.end}) {
      if (cut > begin && cut < end) {
        cuts.append(cut);
      }
    }
  }
  std::sort(cuts.begin(), cuts.end());
  qreal left = bar.rect.left();
  for (qsizetype i = 0; i + 1 < cuts.size(); ++i) {
    const qreal right = cuts[i + 1] == end
                            ? bar.rect.right()
                            : std::clamp(c.snappedX(cuts[i + 1]), left, bar.rect.right());
    if (right <= left) {
      continue;
    }
    BarFill fill = BarFill::bright;
    for (const BarStretch& s : stretches) {
      if (s.begin <= cuts[i] && s.end >= cuts[i + 1]) {
        fill = s.fill;
      }
    }
    if (!bar.parts.isEmpty() && bar.parts.last().fill == fill) {
      bar.parts.last().rect.setRight(right);
    } else {
      bar.parts.append({QRectF(left, bar.rect.top(), right - left, bar.rect.height()), fill});
    }
    left = right;
  }
}

/// A session's column as it is drawn.
DenseColumn denseColumn(const LaneColumn& column, int kind) {
  const auto phase = [&](PhaseKind phaseKind) {
    return column.phases[static_cast<std::size_t>(phaseKind)];
  };
  DenseColumn dense;
  dense.longest = column.longest;
  dense.tasks = column.task_count;
  dense.kind = static_cast<std::int16_t>(kind);
  dense.lock = phase(PhaseKind::lock_wait);
  dense.shade = phase(PhaseKind::io_wait) + phase(PhaseKind::sleep) + phase(PhaseKind::file_io) +
                phase(PhaseKind::command);
  dense.bright = std::max(0.0F, column.busy - dense.lock - dense.shade);
  if (column.task_count > 0) {
    dense.failed = dense.busy() * static_cast<float>(column.failed_count) /
                   static_cast<float>(column.task_count);
  }
  return dense;
}

/// Nothing ran, or one task all the time.
bool isAlike(const LaneColumn& block) {
  return block.task_count == 0 || (block.task_count == 1 && block.busy >= 1);
}

class LaneTasks {
 public:
  LaneTasks(const LayoutContext& context, const PlannedRow& row, LaneId lane, LanePane& pane)
      : c_(context),
        lane_(context.snapshot.lanes()[static_cast<std::size_t>(lane)]),
        body_(rowBody(context, row)),
        grid_(gridOf(context.grid, lane_)),
        pane_(pane) {}

  /// Adds what is too small for bars to the columns of the row.
  void run(QList<DenseColumn>& rowColumns) {
    const TimeNs exited = lane_.exited.value_or(session::kForever);
    if (lane_.started >= c_.shown.end || exited <= c_.shown.begin) {
      return;
    }
    fetchColumns();
    addBars();
    addTo(rowColumns);
  }

 private:
  void fetchColumns();
  template <typename Append>
  void ask(TimeNs begin, TimeNs end, int count, Append append);
  int kindOf(TaskKey task);
  void forgetComingFailure();
  void addBars();
  BarFacts factsOf(const Task& task) const;
  void addBar(TaskKey task, const BarFacts& facts);
  void addLabel(const BarFacts& facts, TaskBar& bar) const;
  void cover(TimeNs begin, TimeNs end);
  void addTo(QList<DenseColumn>& rowColumns);
  static ColumnGrid gridOf(ColumnGrid grid, const Lane& lane);

  const LayoutContext& c_;
  const Lane& lane_;
  const QRectF body_;
  const ColumnGrid grid_;  ///< those columns of the view in which the lane was there
  LanePane& pane_;
  QList<DenseColumn> columns_ = {};
  TaskKey kindKnownOf_ = {};
  int kind_ = 0;  ///< of that task
};

void LaneTasks::fetchColumns() {
  // A running task's past is not settled: it may yet fail, or turn out to be the longest.
  TimeNs stable = c_.settled();
  const LaneState state = c_.snapshot.lane_state(lane_.id, c_.snapshot.end());
  if (const auto running = state.task ? c_.snapshot.task(state.task) : std::nullopt;
      running && running->started) {
    stable = std::min(stable, *running->started);
  }
  const auto ask = [this](TimeNs begin, TimeNs end, int count, auto append) {
    this->ask(begin, end, count, append);
  };
  c_.cache.workers.append(static_cast<std::uint32_t>(lane_.id), grid_, stable, columns_, ask);
  if (grid_.partial) {
    ask(grid_.end(), c_.now, 1, [this](const DenseColumn& column) { columns_.append(column); });
  }
  forgetComingFailure();
}

/// Appends `count` columns. Seen from near, most are within one task or none, whose bar will cover
/// them: stretches of such are asked for as one column, and are all alike.
template <typename Append>
void LaneTasks::ask(TimeNs begin, TimeNs end, int count, Append append) {
  const int blocks = count / kBlock;
  const TimeNs blockNs = kBlock * grid_.cellNs;
  std::vector<LaneColumn> coarse;
  if (blocks > 0) {
    coarse = c_.snapshot.lane_columns(lane_.id, begin, begin + blocks * blockNs, blocks);
  }
  TimeNs asked = begin;
  const auto askUntil = [&](TimeNs time) {
    if (asked < time) {
      const auto columns = std::max<TimeNs>(1, (time - asked) / grid_.cellNs);
      for (const LaneColumn& column :
           c_.snapshot.lane_columns(lane_.id, asked, time, static_cast<int>(columns))) {
        append(denseColumn(column, kindOf(column.longest)));
      }
    }
  };
  for (std::size_t i = 0; i < coarse.size(); ++i) {
    if (!isAlike(coarse[i])) {
      continue;
    }
    const TimeNs blockBegin = begin + static_cast<TimeNs>(i) * blockNs;
    askUntil(blockBegin);
    const DenseColumn column = denseColumn(coarse[i], kindOf(coarse[i].longest));
    for (int k = 0; k < kBlock; ++k) {
      append(column);
    }
    asked = blockBegin + blockNs;
  }
  askUntil(end);
}

/// The kind of the task, remembered from column to column.
int LaneTasks::kindOf(TaskKey task) {
  if (task && task != kindKnownOf_) {
    kindKnownOf_ = task;
    const auto known = c_.snapshot.task(task);
    kind_ = known ? c_.kinds(known->name) : 0;
  }
  return kind_;
}

/// What runs at now and fails later has not failed yet.
void LaneTasks::forgetComingFailure() {
  const auto atNow = c_.snapshot.task_at(lane_.id, c_.now);
  const auto task = atNow ? c_.snapshot.task(*atNow) : std::nullopt;
  if (!task || !task->started || task->state != TaskState::failed || task->finished <= c_.now) {
    return;
  }
  for (qsizetype i = columns_.size(); i-- > 0;) {
    DenseColumn& column = columns_[i];
    if (grid_.timeOf(i + 1) <= *task->started) {
      break;
    }
    if (column.tasks > 0) {
      column.failed =
          std::max(0.0F, column.failed - column.busy() / static_cast<float>(column.tasks));
    }
  }
}

/// A task fills the columns within it alone. Those of some columns' length become bars of their
/// own; at the ends of the view one column in sight is enough to look how long its task is.
void LaneTasks::addBars() {
  const QList<DenseColumn>& columns = columns_;
  QVarLengthArray<TaskKey, 64> found;  // bars take their columns away: only when all are found
  for (qsizetype i = 0; i < columns.size();) {
    const auto isWhole = [&](qsizetype k) {
      return columns[k].tasks == 1 && columns[k].busy() >= kWholeColumn;
    };
    if (!isWhole(i)) {
      ++i;
      continue;
    }
    const TaskKey key = columns[i].longest;
    const qsizetype begin = i;
    while (i < columns.size() && columns[i].longest == key && isWhole(i)) {
      ++i;
    }
    const bool atAnEnd = begin <= 1 || i + 1 >= columns.size();
    if (i - begin < kLeastColumns && !atAnEnd) {
      continue;
    }
    found.append(key);
  }
  for (const TaskKey key : found) {
    if (const BarFacts* known = c_.cache.facts(key); known != nullptr && known->end <= c_.now) {
      addBar(key, *known);
    } else if (const auto task = taskAt(c_.snapshot, key, c_.now); task && task->started) {
      BarFacts facts = factsOf(*task);
      addBar(key, facts.open ? facts : c_.cache.remember(key, std::move(facts)));
    }
  }
}

BarFacts LaneTasks::factsOf(const Task& task) const {
  BarFacts facts;
  facts.started = task.started.value_or(0);
  facts.open = !task.finished;
  facts.end = task.finished.value_or(c_.now);
  facts.kind = c_.kinds(task.name);
  facts.failed = task.state == TaskState::failed;
  for (const Phase& phase : c_.snapshot.phases(task.key, kMostPhases)) {
    if (phase.begin < c_.now && phase.kind != PhaseKind::other) {
      facts.stretches.push_back({phase.begin, std::min(phase.end, facts.end), fillOf(phase.kind)});
    }
  }
  for (const auto& blocked :
       c_.snapshot.blocked(lane_.id, facts.started, facts.end, kMostBlocked)) {
    if (blocked.begin < c_.now) {
      facts.stretches.push_back(
          {blocked.begin, std::min(blocked.end, facts.end), BarFill::stripes, true});
    }
  }
  const QString cross = facts.failed ? QStringLiteral("× ") : QString();
  facts.number = cross + QString::number(task.key.task);
  facts.title = cross + taskTitle(task);
  facts.titleWidth = c_.cache.numberedWidth(facts.title, TextRole::bar);
  facts.numberWidth = c_.cache.numberedWidth(facts.number, TextRole::bar);
  return facts;
}

void LaneTasks::addBar(TaskKey task, const BarFacts& facts) {
  TaskBar bar;
  bar.task = task;
  bar.lane = lane_.id;
  bar.kind = facts.kind;
  bar.failed = facts.failed;
  bar.open = facts.open;
  const qreal x0 = c_.snappedX(facts.started);
  const qreal x1 = c_.snappedX(facts.end);
  if (x1 - x0 < kLeastColumns * c_.columnWidth) {
    return;
  }
  // Far outside the canvas, where pixels no longer count, the bar is cut; a hatch keeps its phase
  // to the bar's begin.
  const qreal left = std::max(x0, c_.canvas.left() - 16);
  const qreal right = std::min(x1, c_.canvas.right() + 16);
  bar.roundLeft = x0 >= c_.canvas.left() - 8;
  bar.roundRight = !bar.open && x1 <= c_.canvas.right() + 8;
  const qreal gap = bar.open ? 0 : 1;  // neighbours stay apart
  if (right - gap - left < 1) {
    return;
  }
  bar.patternX = x0;
  bar.rect = QRectF(left, body_.top(), right - gap - left, body_.height());
  for (const BarStretch& stretch : facts.stretches) {
    const qreal from = std::max(c_.snappedX(stretch.begin), bar.rect.left());
    const qreal to = std::min(c_.snappedX(stretch.end), bar.rect.right());
    if (stretch.blocked && to > from) {
      bar.blocked.append(
          QRectF(from, bar.rect.top(), to - from, std::max(3.0, body_.height() * 0.14)));
    }
  }
  const TimeNs seenBegin = std::max(facts.started, c_.axis.toTime(left));
  const TimeNs seenEnd = std::max(seenBegin + 1, std::min(facts.end, c_.axis.toTime(right)));
  cutIntoParts(c_, seenBegin, seenEnd, facts.stretches, bar);
  addLabel(facts, bar);
  cover(facts.started, facts.end);
  pane_.bars.append(std::move(bar));
}

void LaneTasks::addLabel(const BarFacts& facts, TaskBar& bar) const {
  const QRectF seen = bar.rect.intersected(c_.canvas);
  const qreal margin = c_.theme.px(6);
  const qreal tight = c_.theme.px(3);  // for the mere number
  if (body_.height() < c_.theme.px(12)) {
    return;
  }
  qreal left = margin;
  if (facts.titleWidth + 2 * margin - tight <= seen.width()) {
    bar.label = facts.title;
  } else if (facts.numberWidth + 2 * tight <= seen.width()) {
    bar.label = facts.number;
    left = std::min(margin, (seen.width() - facts.numberWidth) / 2);
  } else if (facts.failed && seen.width() >= c_.theme.px(13)) {
    bar.label = QStringLiteral("×");
    left = tight;
  } else {
    return;
  }
  bar.labelAt = QPointF(c_.snap(seen.left() + left), c_.snap(seen.center().y()));
}

/// Takes out of the columns what is under a bar: they go on to show the rest.
void LaneTasks::cover(TimeNs begin, TimeNs end) {
  const auto cell = static_cast<double>(grid_.cellNs);
  const double from = static_cast<double>(begin - grid_.begin()) / cell;
  const double to = static_cast<double>(end - grid_.begin()) / cell;
  const auto first = static_cast<qsizetype>(std::max(0.0, std::floor(from)));
  const auto last = std::min(columns_.size() - 1, static_cast<qsizetype>(std::floor(to)));
  for (qsizetype i = first; i <= last; ++i) {
    DenseColumn& column = columns_[i];
    const double at = static_cast<double>(i);
    const double under = std::min(to, at + 1) - std::max(from, at);
    const float rest = column.busy() - static_cast<float>(under);
    if (column.tasks == 1 || rest <= 0.01F) {
      column = {.longest = column.longest};
    } else {
      const float scale = rest / column.busy();
      column.bright *= scale;
      column.shade *= scale;
      column.lock *= scale;
      column.failed = std::min(column.failed, rest);
    }
  }
}

ColumnGrid LaneTasks::gridOf(ColumnGrid grid, const Lane& lane) {
  const auto columnOf = [&](TimeNs time) {
    return std::max<TimeNs>(0, time - grid.origin) / grid.cellNs;
  };
  const std::int64_t end = grid.first + grid.count;
  const TimeNs exited = lane.exited.value_or(session::kForever);
  grid.partial = grid.partial && exited > grid.end();
  grid.first = std::clamp(columnOf(lane.started), grid.first, end);
  const std::int64_t last =
      exited >= grid.origin + end * grid.cellNs ? end : std::min(end, columnOf(exited) + 1);
  grid.count = std::max<std::int64_t>(0, last - grid.first);
  return grid;
}

void LaneTasks::addTo(QList<DenseColumn>& rowColumns) {
  if (std::none_of(columns_.cbegin(), columns_.cend(),
                   [](const DenseColumn& column) { return column.busy() > 0; })) {
    return;
  }
  const qsizetype whole = static_cast<qsizetype>(c_.grid.count) + (c_.grid.partial ? 1 : 0);
  if (rowColumns.isEmpty() && columns_.size() == whole) {
    rowColumns = std::move(columns_);
    return;
  }
  rowColumns.resize(whole);
  // One worker left and the next one came in the same column: both are in it.
  for (qsizetype i = 0, k = static_cast<qsizetype>(grid_.first - c_.grid.first);
       i < columns_.size() && k < whole; ++i, ++k) {
    DenseColumn& sum = rowColumns[k];
    const DenseColumn& column = columns_[i];
    if (column.longest && (!sum.longest || column.busy() > sum.busy())) {
      sum.longest = column.longest;
      sum.kind = column.kind;
    }
    sum.tasks += column.tasks;
    sum.bright += column.bright;
    sum.shade += column.shade;
    sum.lock += column.lock;
    sum.failed += column.failed;
  }
}

}  // namespace

void layOutWorkerTasks(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  QList<DenseColumn> columns;  // of all lanes of the row
  for (const LaneId lane : row.lanes) {
    LaneTasks(c, row, lane, pane).run(columns);
  }
  if (columns.isEmpty()) {
    return;
  }
  const QRectF body = rowBody(c, row);
  DenseStrip strip;
  strip.lane = row.lanes.back();
  strip.columnWidth = c.columnWidth;
  strip.rect = QRectF(c.snappedX(c.grid.begin()), body.top(),
                      static_cast<qreal>(columns.size()) * c.columnWidth, body.height());
  strip.columns = std::move(columns);
  pane.strips.append(std::move(strip));
}

}  // namespace poolscope::ui
