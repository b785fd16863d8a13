// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/crowds.h"
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
using session::TaskKey;
using session::TaskState;
using session::TimeNs;
using trace::PhaseKind;

namespace {

/// Narrower than this many columns nothing of a bar but its colour can be seen.
constexpr qsizetype kLeastColumns = 3;
/// In a crowd only what is much longer than the rest has a bar of its own.
constexpr qsizetype kLeastInACrowd = 12;
constexpr float kWholeColumn = 0.998F;
constexpr int kBlock = 16;  // columns that are asked for as one where they are alike

/// A session's column as it is drawn.
DenseColumn denseColumn(const LaneColumn& column, int swatch, const Coloring& coloring) {
  const auto phase = [&](PhaseKind phaseKind) {
    return column.phases[static_cast<std::size_t>(phaseKind)];
  };
  DenseColumn dense;
  dense.longest = column.longest;
  dense.tasks = column.task_count;
  dense.swatch = static_cast<std::int16_t>(swatch);
  dense.lock = phase(PhaseKind::lock_wait);
  dense.shade = phase(PhaseKind::io_wait) + phase(PhaseKind::sleep) + phase(PhaseKind::file_io) +
                phase(PhaseKind::command);
  dense.bright = std::max(0.0F, column.busy - dense.lock - dense.shade);
  if (coloring.by == ColorBy::phase) {
    dense.phases = phaseShares(column.busy, column.phases);
  }
  if (column.task_count > 0 && coloring.showsFailure()) {
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
        stable_(stableOf()),
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
  /// A task that has whole columns for itself, and a time at which it runs.
  struct Whole {
    TaskKey task;
    TimeNs time;
  };

  TimeNs stableOf() const;
  void fetchColumns();
  template <typename Append>
  void ask(TimeNs begin, TimeNs end, int count, Append append);
  int swatchFor(TaskKey task);
  void forgetComingFailure();
  QVarLengthArray<Whole, 128> wholeTasks() const;
  void addBars();
  void addBar(const BarFacts& facts, const Crowds& crowds);
  void cover(TimeNs begin, TimeNs end);
  void addTo(QList<DenseColumn>& rowColumns);
  static ColumnGrid gridOf(ColumnGrid grid, const Lane& lane);

  const LayoutContext& c_;
  const Lane& lane_;
  const QRectF body_;
  const ColumnGrid grid_;  ///< those columns of the view in which the lane was there
  const TimeNs stable_;    ///< what ended before is over
  LanePane& pane_;
  QList<DenseColumn> columns_ = {};
  TaskKey swatchKnownOf_ = {};
  int swatch_ = 0;  ///< of that task
};

TimeNs LaneTasks::stableOf() const {
  // A running task's past is not settled: it may yet fail, or turn out to be the longest.
  const LaneState state = c_.snapshot.lane_state(lane_.id, c_.snapshot.end());
  const auto startOf = [this](TaskKey key) {
    const auto running = key ? c_.snapshot.task(key) : std::nullopt;
    return running && running->started ? *running->started : session::kForever;
  };
  TimeNs stable = std::min(c_.settled(), startOf(state.task));
  if (c_.view.coloring.by == ColorBy::outcome || c_.view.coloring.by == ColorBy::duration) {
    // Nor is its colour while a replay has not come to its end.
    stable = std::min(stable, startOf(c_.snapshot.task_at(lane_.id, c_.now).value_or(TaskKey{})));
  }
  return stable;
}

void LaneTasks::fetchColumns() {
  const auto ask = [this](TimeNs begin, TimeNs end, int count, auto append) {
    this->ask(begin, end, count, append);
  };
  c_.cache.workers.append(static_cast<std::uint32_t>(lane_.id), grid_, stable_, columns_, ask);
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
        append(denseColumn(column, swatchFor(column.longest), c_.view.coloring));
      }
    }
  };
  for (std::size_t i = 0; i < coarse.size(); ++i) {
    if (!isAlike(coarse[i])) {
      continue;
    }
    const TimeNs blockBegin = begin + static_cast<TimeNs>(i) * blockNs;
    askUntil(blockBegin);
    const DenseColumn column =
        denseColumn(coarse[i], swatchFor(coarse[i].longest), c_.view.coloring);
    for (int k = 0; k < kBlock; ++k) {
      append(column);
    }
    asked = blockBegin + blockNs;
  }
  askUntil(end);
}

/// The colour of the task, remembered from column to column.
int LaneTasks::swatchFor(TaskKey task) {
  if (task && task != swatchKnownOf_) {
    swatchKnownOf_ = task;
    const auto known = taskAt(c_.snapshot, task, c_.now);
    ColorFacts facts{.kind = known ? c_.kinds(known->name) : 0,
                     .open = known && !known->finished && !known->forgotten,
                     .worker = lane_.index};
    if (known && known->started) {
      facts.ran = known->finished.value_or(c_.now) - *known->started;
      if (known->queued) {
        facts.waited = std::max<TimeNs>(*known->started - *known->queued, 0);
      }
    }
    // Which share failed is told by the column.
    swatch_ = swatchOf(c_.view.coloring, facts);
  }
  return swatch_;
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
QVarLengthArray<LaneTasks::Whole, 128> LaneTasks::wholeTasks() const {
  QVarLengthArray<Whole, 128> found;
  const auto isWhole = [this](qsizetype i) {
    return columns_[i].tasks == 1 && columns_[i].busy() >= kWholeColumn;
  };
  for (qsizetype i = 0; i < columns_.size();) {
    if (!isWhole(i)) {
      ++i;
      continue;
    }
    const TaskKey task = columns_[i].longest;
    const qsizetype begin = i;
    while (i < columns_.size() && columns_[i].longest == task && isWhole(i)) {
      ++i;
    }
    const bool atAnEnd = begin <= 1 || i + 1 >= columns_.size();
    if (i - begin >= kLeastColumns || atAnEnd) {
      const TimeNs columnBegin = grid_.timeOf(begin);
      const TimeNs columnEnd = std::min(grid_.timeOf(begin + 1), c_.now);
      found.append({task, columnBegin + (columnEnd - columnBegin) / 2});
    }
  }
  return found;
}

void LaneTasks::addBars() {
  const auto found = wholeTasks();  // before bars take their columns away
  if (found.isEmpty()) {
    return;
  }
  const Crowds crowds(c_, lane_.id, stable_);
  BarShelf::Walk shelf = c_.cache.bars.walk(lane_.id, c_.shown);
  for (const Whole& whole : found) {
    if (const BarFacts* known = shelf.at(whole.time);
        known != nullptr && known->task == whole.task && known->end <= c_.now) {
      addBar(*known, crowds);
    } else if (const auto task = taskAt(c_.snapshot, whole.task, c_.now); task && task->started) {
      BarFacts facts = barFacts(c_, lane_.id, *task);
      addBar(facts.open ? facts : shelf.put(std::move(facts)), crowds);
    }
  }
}

void LaneTasks::addBar(const BarFacts& facts, const Crowds& crowds) {
  const qreal width = c_.snappedX(facts.end) - c_.snappedX(facts.started);
  const qsizetype least = crowds.at(facts.started) ? kLeastInACrowd : kLeastColumns;
  if (width >= static_cast<qreal>(least) * c_.columnWidth &&
      layOutBar(c_, body_, lane_.id, facts, pane_.bars)) {
    cover(facts.started, facts.end);
  }
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
      for (std::uint8_t& share : column.phases) {
        share = static_cast<std::uint8_t>(static_cast<float>(share) * scale);
      }
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
      sum.swatch = column.swatch;
    }
    sum.tasks += column.tasks;
    sum.bright += column.bright;
    sum.shade += column.shade;
    sum.lock += column.lock;
    sum.failed += column.failed;
    for (std::size_t kind = 0; kind < sum.phases.size(); ++kind) {
      sum.phases[kind] = static_cast<std::uint8_t>(
          std::min(255, int{sum.phases[kind]} + int{column.phases[kind]}));
    }
  }
}

}  // namespace

std::array<std::uint8_t, trace::kPhaseKinds> phaseShares(
    float running, const std::array<float, trace::kPhaseKinds>& phases) {
  std::array<std::uint8_t, trace::kPhaseKinds> shares = {};
  // Rounded as sums, so that nothing is lost between them.
  float sum = 0;
  int done = 0;
  const auto take = [&](PhaseKind kind, float share) {
    sum += std::max(share, 0.0F);
    const int upTo = std::clamp(static_cast<int>(std::lround(sum * 255)), done, 255);
    shares[static_cast<std::size_t>(kind)] = static_cast<std::uint8_t>(upTo - done);
    done = upTo;
  };
  float inPhases = 0;
  for (std::size_t kind = 1; kind < phases.size(); ++kind) {
    inPhases += phases[kind];
  }
  take(PhaseKind::other, running - inPhases);
  for (std::size_t kind = 1; kind < phases.size(); ++kind) {
    take(static_cast<PhaseKind>(kind), phases[kind]);
  }
  return shares;
}

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
  strip.byPhase = c.view.coloring.by == ColorBy::phase;
  strip.columns = std::move(columns);
  pane.strips.append(std::move(strip));
}

}  // namespace poolscope::ui
