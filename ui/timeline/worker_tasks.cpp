// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/crowds.h"
#include "ui/timeline/layout_context.h"

#include <QVarLengthArray>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace poolscope::ui {

using session::Lane;
using session::LaneColumn;
using session::LaneId;
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

/// One task ran all the time.
bool isWhole(const DenseColumn& column) {
  return column.tasks == 1 && column.busy() >= kWholeColumn;
}

/// Nothing ran, or one task all the time.
bool isAlike(const LaneColumn& block) {
  return block.task_count == 0 || (block.task_count == 1 && block.busy >= 1);
}

/// The columns of a row: a strip for each stretch in which there is something.
class StripWriter {
 public:
  StripWriter(const LayoutContext& context, const PlannedRow& row, LanePane& pane)
      : c_(context),
        lane_(row.lanes.back()),
        body_(rowBody(context, row)),
        pane_(pane) {}
  ~StripWriter() { finish(); }
  StripWriter(const StripWriter&) = delete;
  StripWriter& operator=(const StripWriter&) = delete;

  /// Adds the view's `index`-th column, in ascending order. One worker left and the next one came
  /// in the same column: both are in it.
  void add(qsizetype index, const DenseColumn& column) {
    const qsizetype end = first_ + columns_.size();
    if (!columns_.isEmpty() && index >= first_ && index < end) {
      sum(column, columns_[index - first_]);
      return;
    }
    if (columns_.isEmpty() || index < first_ || index - end > kLeastGap) {
      finish();
      first_ = index;
    } else {
      columns_.resize(index - first_);
    }
    columns_.append(column);
  }

 private:
  static constexpr qsizetype kLeastGap = 8;  // columns: less is not worth another strip

  static void sum(const DenseColumn& column, DenseColumn& sum) {
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

  void finish() {
    if (columns_.isEmpty()) {
      return;
    }
    DenseStrip strip;
    strip.lane = lane_;
    strip.columnWidth = c_.columnWidth;
    strip.rect =
        QRectF(c_.snappedX(c_.grid.begin()) + static_cast<qreal>(first_) * c_.columnWidth,
               body_.top(), static_cast<qreal>(columns_.size()) * c_.columnWidth, body_.height());
    strip.byPhase = c_.view.coloring.by == ColorBy::phase;
    strip.first = first_;
    strip.columns = std::move(columns_);
    pane_.strips.append(std::move(strip));
    columns_ = {};
  }

  const LayoutContext& c_;
  const LaneId lane_;
  const QRectF body_;
  LanePane& pane_;
  qsizetype first_ = 0;
  QList<DenseColumn> columns_ = {};
};

class LaneTasks {
 public:
  LaneTasks(const LayoutContext& context, const PlannedRow& row, LaneId lane, LanePane& pane)
      : c_(context),
        lane_(context.snapshot.lanes()[static_cast<std::size_t>(lane)]),
        body_(rowBody(context, row)),
        grid_(gridOf(context.grid, lane_)),
        stable_(stableOf()),
        pane_(pane) {}

  /// Adds bars, and to `strips` what is too small for them.
  void run(StripWriter& strips) {
    const TimeNs exited = lane_.exited.value_or(session::kForever);
    if (lane_.started >= c_.shown.end || exited <= c_.shown.begin) {
      return;
    }
    fetchColumns();
    addBars();
    addTo(strips);
  }

 private:
  /// What is under a bar.
  struct Covered {
    TimeNs begin;
    TimeNs end;
    TimeNs latestEnd;  ///< of this one and those before it
  };
  struct Columns {
    qsizetype begin;
    qsizetype end;
  };

  TimeNs stableOf() const;
  void fetchColumns();
  template <typename Append>
  void ask(TimeNs begin, TimeNs end, int count, Append append);
  int swatchFor(TaskKey task);
  void addBars();
  qsizetype endOfWhole(qsizetype first, qsizetype most) const;
  void addBar(const BarFacts& facts, const Crowds& crowds);
  qsizetype size() const { return static_cast<qsizetype>(over_.size()) + fresh_.size(); }
  const DenseColumn& at(qsizetype column) const {
    const auto over = static_cast<qsizetype>(over_.size());
    return column < over ? over_[static_cast<std::size_t>(column)] : fresh_[column - over];
  }
  void cover(TimeNs begin, TimeNs end);
  void coverWhole(Columns columns);
  DenseColumn restOf(qsizetype column, RestShelf::Walk& shelf);
  DenseColumn asked(TimeNs begin, TimeNs end, RestShelf::Walk& shelf);
  void addTo(StripWriter& strips);
  Stretches stretchesOf(const BarFacts& facts);
  static ColumnGrid gridOf(ColumnGrid grid, const Lane& lane);

  const LayoutContext& c_;
  const Lane& lane_;
  const QRectF body_;
  const ColumnGrid grid_;  ///< those columns of the view in which the lane was there
  const TimeNs stable_;    ///< what ended before is over
  LanePane& pane_;
  std::span<const DenseColumn> over_ = {};       ///< columns as they are kept
  QVarLengthArray<DenseColumn, 64> fresh_ = {};  ///< and those after them
  QList<DenseColumn> phases_ = {};  ///< each asked for by itself; only if they are needed
  QVarLengthArray<Covered, 128> covered_ = {};
  qsizetype bar_ = 0;                           ///< of those, the first that may be over a column
  QVarLengthArray<Columns, 128> whole_ = {};    ///< of which nothing is left, in order
  QVarLengthArray<qsizetype, 128> edges_ = {};  ///< columns that bars cover a part of
  TaskKey swatchKnownOf_ = {};
  int swatch_ = 0;  ///< of that task
};

TimeNs LaneTasks::stableOf() const {
  // A running task's past is not settled: it may yet fail, or turn out to be the longest.
  const auto task = c_.snapshot.task_at(lane_.id, std::min(c_.now, c_.snapshot.end()));
  const auto running = task ? c_.snapshot.task(*task) : std::nullopt;
  return running && running->started ? std::min(c_.settled(), *running->started) : c_.settled();
}

void LaneTasks::fetchColumns() {
  const auto ask = [this](TimeNs begin, TimeNs end, int count, auto append) {
    this->ask(begin, end, count, append);
  };
  const auto append = [this](const DenseColumn& column) { fresh_.append(column); };
  over_ = c_.cache.workers.kept(static_cast<std::uint32_t>(lane_.id), grid_, stable_, ask);
  ColumnTiles<DenseColumn>::askForRest(grid_, static_cast<std::int64_t>(over_.size()), ask, append);
  if (grid_.partial) {
    ask(grid_.end(), c_.now, 1, append);
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
Stretches LaneTasks::stretchesOf(const BarFacts& facts) {
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
  Stretches stretches;
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
    if (!stretches.isEmpty() && stretches.back().fill == fill && stretches.back().phase == most) {
      stretches.back().end = to;
    } else {
      stretches.push_back({.begin = begin, .end = to, .fill = fill, .phase = most});
    }
  }
  std::copy_if(facts.stretches.begin(), facts.stretches.end(), std::back_inserter(stretches),
               [](const BarStretch& stretch) { return stretch.blocked; });
  return stretches;
}

/// The columns from `first` on that its task fills alone; not looked at beyond `most`.
qsizetype LaneTasks::endOfWhole(qsizetype first, qsizetype most) const {
  const TaskKey task = at(first).longest;
  qsizetype end = first + 1;
  while (end < std::min(first + most, size()) && at(end).longest == task && isWhole(at(end))) {
    ++end;
  }
  return end;
}

/// A task fills the columns within it alone. Those of some columns' length become bars of their
/// own; at the ends of the view one column in sight is enough to look how long its task is.
void LaneTasks::addBars() {
  std::optional<Crowds> crowds;
  std::optional<BarShelf::Walk> shelf;
  for (qsizetype i = 0; i < size();) {
    const qsizetype first = i++;
    if (!isWhole(at(first))) {
      continue;
    }
    if (!shelf) {
      crowds.emplace(c_, lane_.id, stable_);
      shelf.emplace(c_.cache.bars.walk(lane_.id, c_.shown));
    }
    const TaskKey whose = at(first).longest;
    const TimeNs columnBegin = grid_.timeOf(first);
    const TimeNs columnEnd = std::min(grid_.timeOf(first + 1), c_.now);
    const BarFacts* known = shelf->at(columnBegin + (columnEnd - columnBegin) / 2);
    const bool isKnown = known != nullptr && known->task == whose && known->end <= c_.now;
    i = endOfWhole(first, isKnown ? kLeastColumns : size());
    const bool atAnEnd = first <= 1 || i + 1 >= size();
    if (i - first < kLeastColumns && !atAnEnd) {
      continue;
    }
    BarFacts fresh;
    if (!isKnown) {
      const auto task = taskAt(c_.snapshot, whose, c_.now);
      if (!task || !task->started) {
        continue;
      }
      fresh = barFacts(c_, lane_.id, *task);
      known = fresh.open ? &fresh : &shelf->put(std::move(fresh));
    }
    addBar(*known, *crowds);
    // What else is whole comes after its end: the columns before that need not be looked at.
    i = std::clamp(static_cast<qsizetype>((known->end - grid_.begin()) / grid_.cellNs), i, size());
    if (i < size() && at(i).longest == whose && isWhole(at(i))) {
      ++i;  // all but the whole of the column that it ends in
    }
  }
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
  const auto last = std::min(size() - 1, static_cast<qsizetype>(std::floor(to)));
  const auto coverPart = [&](qsizetype i) {
    const auto column = static_cast<double>(i);
    const double under = std::min(to, column + 1) - std::max(from, column);
    if (under <= 0) {
      return;  // it ends where the column begins
    }
    if (at(i).tasks <= 1 || under >= 1) {
      coverWhole({i, i + 1});
    } else {
      edges_.append(i);
    }
  };
  if (first > last) {
    return;
  }
  coverPart(first);
  if (last - first > 1) {
    coverWhole({first + 1, last});
  }
  if (last > first) {
    coverPart(last);
  }
}

/// Two tasks may have been on the lane at once: then the later bar may begin before others.
void LaneTasks::coverWhole(Columns columns) {
  while (!whole_.isEmpty() && whole_.last().end >= columns.begin) {
    columns = {std::min(columns.begin, whole_.last().begin),
               std::max(columns.end, whole_.last().end)};
    whole_.removeLast();
  }
  whole_.append(columns);
}

/// What of a column is under no bar.
DenseColumn LaneTasks::restOf(qsizetype column, RestShelf::Walk& shelf) {
  const TimeNs begin = grid_.timeOf(column);
  const TimeNs end = std::min(begin + grid_.cellNs, c_.now);
  DenseColumn sum{.longest = at(column).longest};
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
  // Columns come in their order: what ended before this one is not looked at again.
  while (bar_ < covered_.size() && covered_[bar_].latestEnd <= begin) {
    ++bar_;
  }
  TimeNs from = begin;
  for (qsizetype i = bar_; i < covered_.size() && covered_[i].begin < end; ++i) {
    add(from, covered_[i].begin);
    from = std::max(from, covered_[i].end);
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

void LaneTasks::addTo(StripWriter& strips) {
  std::sort(covered_.begin(), covered_.end(),
            [](const Covered& a, const Covered& b) { return a.begin < b.begin; });
  for (qsizetype i = 1; i < covered_.size(); ++i) {
    covered_[i].latestEnd = std::max(covered_[i].end, covered_[i - 1].latestEnd);
  }
  std::sort(edges_.begin(), edges_.end());
  RestShelf::Walk shelf = c_.cache.rests.walk(lane_.id);
  const auto offset = static_cast<qsizetype>(grid_.first - c_.grid.first);
  const auto add = [&](qsizetype i, const DenseColumn& column) {
    if (!column.isEmpty()) {
      strips.add(i + offset, column);
    }
  };
  auto edge = edges_.begin();
  qsizetype i = 0;
  const auto addUntil = [&](qsizetype end) {
    for (; i < end; ++i) {
      edge = std::find_if(edge, edges_.end(), [&](qsizetype column) { return column >= i; });
      if (edge != edges_.end() && *edge == i) {
        add(i, restOf(i, shelf));
      } else {
        add(i, at(i));
      }
    }
  };
  for (const Columns& whole : whole_) {
    addUntil(whole.begin);
    i = whole.end;
  }
  addUntil(size());
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
  if (row.lanes.empty()) {
    return;
  }
  StripWriter strips(c, row, pane);
  for (const LaneId lane : row.lanes) {
    LaneTasks(c, row, lane, pane).run(strips);
  }
}

}  // namespace poolscope::ui
