// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/crowds.h"
#include "ui/timeline/layout_context.h"

#include <QVarLengthArray>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
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
constexpr float kLeastRest = 0.01F;  // of a column: less is not seen beside a bar
constexpr float kTrace = 1e-6F;      // of a failed task that took no time
constexpr int kBlock = 16;           // columns that are asked for as one where they are alike

/// Adds a share of a column's phases.
void addPhases(const DenseColumn& column, float share, DenseColumn& sum) {
  for (std::size_t kind = 0; kind < sum.phases.size(); ++kind) {
    const float part = static_cast<float>(column.phases[kind]) * share;
    sum.phases[kind] =
        static_cast<std::uint8_t>(std::min(255L, long{sum.phases[kind]} + std::lround(part)));
  }
}

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
  float most = 0;
  for (const PhaseKind wait :
       {PhaseKind::io_wait, PhaseKind::sleep, PhaseKind::file_io, PhaseKind::command}) {
    dense.shade += phase(wait);
    if (phase(wait) > most) {
      most = phase(wait);
      dense.wait = fillOf(wait);
    }
  }
  if (const float waits = dense.lock + dense.shade; waits > column.busy) {
    // Phases of a task whose start or end was lost: it is not known to have run.
    dense.lock *= column.busy / waits;
    dense.shade *= column.busy / waits;
  }
  dense.bright = std::max(0.0F, column.busy - dense.lock - dense.shade);
  if (coloring.by == ColorBy::phase) {
    dense.phases = phaseShares(column.busy, column.phases);
  }
  if (column.task_count > 0 && coloring.showsFailure()) {
    dense.failed = dense.busy() * static_cast<float>(column.failed_count) /
                   static_cast<float>(column.task_count);
    if (dense.busy() <= 0 && column.failed_count > 0) {
      dense.failed = kTrace;
    }
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
  /// What is under a bar.
  struct Covered {
    TimeNs begin;
    TimeNs end;
    TimeNs latestEnd;  ///< of this one and those before it
  };

  TimeNs stableOf() const;
  void fetchColumns();
  template <typename Append>
  void ask(TimeNs begin, TimeNs end, int count, Append append);
  int swatchFor(TaskKey task);
  QVarLengthArray<Whole, 128> wholeTasks() const;
  void addBars();
  void addBar(const BarFacts& facts, const Crowds& crowds);
  void cover(TimeNs begin, TimeNs end);
  void askForRests();
  DenseColumn restOf(qsizetype column, RestShelf::Walk& shelf);
  DenseColumn asked(TimeNs begin, TimeNs end, RestShelf::Walk& shelf);
  void addTo(QList<DenseColumn>& rowColumns);
  std::vector<BarStretch> stretchesOf(const BarFacts& facts);
  static ColumnGrid gridOf(ColumnGrid grid, const Lane& lane);

  const LayoutContext& c_;
  const Lane& lane_;
  const QRectF body_;
  const ColumnGrid grid_;  ///< those columns of the view in which the lane was there
  const TimeNs stable_;    ///< what ended before is over
  LanePane& pane_;
  QList<DenseColumn> columns_ = {};
  QList<DenseColumn> phases_ = {};  ///< each asked for by itself; only if they are needed
  QVarLengthArray<Covered, 128> covered_ = {};
  QVarLengthArray<qsizetype, 128> edges_ = {};  ///< columns that bars cover a part of
  TaskKey swatchKnownOf_ = {};
  int swatch_ = 0;  ///< of that task
};

TimeNs LaneTasks::stableOf() const {
  // A running task's past is not settled: it may yet fail, or turn out to be the longest.
  const LaneState state = c_.snapshot.lane_state(lane_.id, std::min(c_.now, c_.snapshot.end()));
  const auto running = state.task ? c_.snapshot.task(state.task) : std::nullopt;
  return running && running->started ? std::min(c_.settled(), *running->started) : c_.settled();
}

void LaneTasks::fetchColumns() {
  const auto ask = [this](TimeNs begin, TimeNs end, int count, auto append) {
    this->ask(begin, end, count, append);
  };
  c_.cache.workers.append(static_cast<std::uint32_t>(lane_.id), grid_, stable_, columns_, ask);
  if (grid_.partial) {
    ask(grid_.end(), c_.now, 1, [this](const DenseColumn& column) { columns_.append(column); });
  }
}

/// Appends `count` columns. Seen from near, most are within one task or none, whose bar will cover
/// them: stretches of such are asked for as one column, and are all alike.
template <typename Append>
void LaneTasks::ask(TimeNs begin, TimeNs end, int count, Append append) {
  const int blocks = count / kBlock;
  const TimeNs blockNs = kBlock * grid_.cellNs;
  std::vector<LaneColumn> coarse;
  if (blocks > 0) {
    coarse = c_.snapshot.lane_columns(lane_.id, begin, begin + blocks * blockNs, blocks, c_.now);
  }
  TimeNs asked = begin;
  const auto askUntil = [&](TimeNs time) {
    if (asked < time) {
      const auto columns = std::max<TimeNs>(1, (time - asked) / grid_.cellNs);
      for (const LaneColumn& column :
           c_.snapshot.lane_columns(lane_.id, asked, time, static_cast<int>(columns), c_.now)) {
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

/// A task with more phases than its bar has stretches for: what it did, column by column.
std::vector<BarStretch> LaneTasks::stretchesOf(const BarFacts& facts) {
  if (phases_.isEmpty()) {
    const auto askEach = [this](TimeNs begin, TimeNs end, int count, auto append) {
      for (const LaneColumn& column :
           c_.snapshot.lane_columns(lane_.id, begin, end, count, c_.now)) {
        append(denseColumn(column, 0, c_.view.coloring));
      }
    };
    c_.cache.phases.append(static_cast<std::uint32_t>(lane_.id), grid_, stable_, phases_, askEach);
    if (grid_.partial) {
      askEach(grid_.end(), c_.now, 1, [this](const DenseColumn& last) { phases_.append(last); });
    }
  }
  std::vector<BarStretch> stretches;
  const auto first = std::max<TimeNs>(0, (facts.started - grid_.begin()) / grid_.cellNs);
  for (auto i = static_cast<qsizetype>(first); i < phases_.size(); ++i) {
    const TimeNs begin = grid_.timeOf(i);
    if (begin >= facts.end) {
      break;
    }
    const TimeNs from = std::max(begin, facts.started);
    const TimeNs to = std::min(begin + grid_.cellNs, facts.end);
    // The first and the last column have phases of other tasks, too.
    const DenseColumn column =
        to - from == grid_.cellNs || to <= from
            ? phases_[i]
            : denseColumn(c_.snapshot.lane_columns(lane_.id, from, to, 1, c_.now).front(), 0,
                          c_.view.coloring);
    const BarFill fill = column.lock > std::max(column.shade, column.bright) ? BarFill::thin
                         : column.shade > column.bright                      ? column.wait
                                                                             : BarFill::bright;
    const auto most =
        static_cast<PhaseKind>(std::ranges::max_element(column.phases) - column.phases.begin());
    if (!stretches.empty() && stretches.back().fill == fill && stretches.back().phase == most) {
      stretches.back().end = to;
    } else {
      stretches.push_back({.begin = begin, .end = to, .fill = fill, .phase = most});
    }
  }
  std::copy_if(facts.stretches.begin(), facts.stretches.end(), std::back_inserter(stretches),
               [](const BarStretch& stretch) { return stretch.blocked; });
  return stretches;
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
  askForRests();
}

void LaneTasks::addBar(const BarFacts& facts, const Crowds& crowds) {
  const qreal width = c_.snappedX(facts.end) - c_.snappedX(facts.started);
  const qsizetype least = crowds.at(facts.started) ? kLeastInACrowd : kLeastColumns;
  if (width < static_cast<qreal>(least) * c_.columnWidth) {
    return;
  }
  BarFacts detailed;
  if (facts.hasMore) {
    detailed = facts;
    detailed.stretches = stretchesOf(facts);
  }
  if (layOutBar(c_, body_, lane_.id, facts.hasMore ? detailed : facts, pane_.bars)) {
    cover(facts.started, facts.end);
  }
}

/// Takes out of the columns what is under a bar: they go on to show the rest. Where a bar covers a
/// part, what the rest is made of is asked for when all bars are there: the column's own shares and
/// colour are those of the bar, too.
void LaneTasks::cover(TimeNs begin, TimeNs end) {
  covered_.append({begin, end, end});
  const auto cell = static_cast<double>(grid_.cellNs);
  const double from = static_cast<double>(begin - grid_.begin()) / cell;
  const double to = static_cast<double>(end - grid_.begin()) / cell;
  const auto first = static_cast<qsizetype>(std::max(0.0, std::floor(from)));
  const auto last = std::min(columns_.size() - 1, static_cast<qsizetype>(std::floor(to)));
  for (qsizetype i = first; i <= last; ++i) {
    DenseColumn& column = columns_[i];
    const double at = static_cast<double>(i);
    const double under = std::min(to, at + 1) - std::max(from, at);
    if (under <= 0) {
      continue;  // it ends where the column begins
    }
    if (column.tasks == 1 || under >= 1) {
      column = {.longest = column.longest};
    } else if (column.tasks > 1) {
      edges_.append(i);
    }
  }
}

void LaneTasks::askForRests() {
  std::sort(covered_.begin(), covered_.end(),
            [](const Covered& a, const Covered& b) { return a.begin < b.begin; });
  for (qsizetype i = 1; i < covered_.size(); ++i) {
    covered_[i].latestEnd = std::max(covered_[i].end, covered_[i - 1].latestEnd);
  }
  std::sort(edges_.begin(), edges_.end());
  RestShelf::Walk shelf = c_.cache.rests.walk(lane_.id);
  const auto last = std::unique(edges_.begin(), edges_.end());  // two bars meet in a column
  for (auto edge = edges_.begin(); edge != last; ++edge) {
    if (columns_[*edge].tasks > 0) {
      columns_[*edge] = restOf(*edge, shelf);
    }
  }
}

/// What of a column is under no bar.
DenseColumn LaneTasks::restOf(qsizetype column, RestShelf::Walk& shelf) {
  const TimeNs begin = grid_.timeOf(column);
  const TimeNs end = std::min(begin + grid_.cellNs, c_.now);
  DenseColumn sum{.longest = columns_[column].longest};
  float most = 0;
  const auto add = [&](TimeNs from, TimeNs to) {
    if (static_cast<float>(to - from) <= kLeastRest * static_cast<float>(end - begin)) {
      return;
    }
    const DenseColumn part = asked(from, to, shelf);
    const float share = static_cast<float>(to - from) / static_cast<float>(end - begin);
    sum.tasks += part.tasks;
    sum.bright += part.bright * share;
    sum.shade += part.shade * share;
    sum.lock += part.lock * share;
    sum.failed += part.failed * share;
    addPhases(part, share, sum);
    if (part.tasks > 0 && part.busy() * share >= most) {
      most = part.busy() * share;
      sum.longest = part.longest;
      sum.swatch = part.swatch;
    }
  };
  auto bar = std::upper_bound(covered_.begin(), covered_.end(), end,
                              [](TimeNs time, const Covered& c) { return time < c.begin; });
  while (bar != covered_.begin() && std::prev(bar)->latestEnd > begin) {
    --bar;
  }
  TimeNs from = begin;
  for (; bar != covered_.end() && bar->begin < end; ++bar) {
    add(from, bar->begin);
    from = std::max(from, bar->end);
  }
  add(from, end);
  return sum;
}

/// A column of any length beside a bar.
DenseColumn LaneTasks::asked(TimeNs begin, TimeNs end, RestShelf::Walk& shelf) {
  if (const DenseColumn* known = shelf.at(begin, end)) {
    return *known;
  }
  const LaneColumn column = c_.snapshot.lane_columns(lane_.id, begin, end, 1, c_.now).front();
  const DenseColumn dense = denseColumn(column, swatchFor(column.longest), c_.view.coloring);
  if (end <= stable_) {
    shelf.put(begin, end, dense);
  }
  return dense;
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
                   [](const DenseColumn& column) { return column.tasks > 0; })) {
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
    addPhases(column, 1, sum);
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
