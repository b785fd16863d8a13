// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/layout_context.h"

#include <QObject>

#include <algorithm>
#include <array>

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

constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kWordStep = 125'000'000;
constexpr TimeNs kUtilizationStep = kSecond / 2;
constexpr TimeNs kUtilizationWindow = 5 * kSecond;
/// Events of other threads may come late by some collector rounds; columns older than this are
/// settled.
constexpr TimeNs kSettled = kSecond / 4;
constexpr float kWholeColumn = 0.998F;
constexpr std::size_t kMostPhases = 48;
constexpr std::size_t kMostBlocked = 64;

QRectF bodyOf(const LayoutContext& c, const PlannedRow& row) {
  const qreal inset = c.snap(std::min(c.theme.px(5), row.height * 0.13));
  return QRectF(c.canvas.left(), c.screenY(row) + inset, c.canvas.width(),
                row.height - 2 * inset - 1);
}

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

struct Stretch {
  TimeNs begin;
  TimeNs end;
  BarFill fill;
};

/// Cuts a task's time into stretches of one fill: of nested phases the innermost, else the task
/// computes.
QList<BarPart> partsOf(const LayoutContext& c, const QRectF& bar, TimeNs begin, TimeNs end,
                       const std::vector<Stretch>& stretches) {
  std::vector<TimeNs> cuts{begin, end};
  for (const Stretch& s : stretches) {
    cuts.push_back(std::clamp(s.begin, begin, end));
    cuts.push_back(std::clamp(s.end, begin, end));
  }
  std::sort(cuts.begin(), cuts.end());
  QList<BarPart> parts;
  qreal left = bar.left();
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i] == cuts[i + 1]) {
      continue;
    }
    const qreal right =
        cuts[i + 1] == end ? bar.right() : std::clamp(c.snappedX(cuts[i + 1]), left, bar.right());
    if (right <= left) {
      continue;
    }
    BarFill fill = BarFill::bright;
    for (const Stretch& s : stretches) {
      if (s.begin <= cuts[i] && s.end >= cuts[i + 1]) {
        fill = s.fill;
      }
    }
    if (!parts.isEmpty() && parts.last().fill == fill) {
      parts.last().rect.setRight(right);
    } else {
      parts.append({QRectF(left, bar.top(), right - left, bar.height()), fill});
    }
    left = right;
  }
  return parts;
}

class LaneLayout {
 public:
  LaneLayout(const LayoutContext& context, const PlannedRow& row, LaneId lane, LanePane& pane)
      : c_(context),
        lane_(context.snapshot.lanes()[static_cast<std::size_t>(lane)]),
        body_(bodyOf(context, row)),
        pane_(pane) {}

  void run() {
    const TimeNs exited = lane_.exited.value_or(session::kForever);
    if (lane_.started >= c_.shown.end || exited <= c_.shown.begin) {
      return;
    }
    fetchColumns();
    addBars();
    addDense();
  }

 private:
  void fetchColumns();
  void addBars();
  void addBar(const Task& task);
  void addLabel(const Task& task, TaskBar& bar);
  void addDense();
  DenseColumn denseColumn(const LaneColumn& column, float covered) const;
  /// What of each column is under a bar, 0..1.
  std::vector<float> coverage() const;

  const LayoutContext& c_;
  const Lane& lane_;
  const QRectF body_;
  LanePane& pane_;
  std::vector<LaneColumn> columns_ = {};
  std::vector<std::pair<TimeNs, TimeNs>> barTimes_ = {};
};

void LaneLayout::fetchColumns() {
  // A running task's past is not settled: it may yet fail, or turn out to be the longest.
  TimeNs stable = std::min(c_.snapshot.end(), c_.now) - kSettled;
  const LaneState state = c_.snapshot.lane_state(lane_.id, c_.snapshot.end());
  if (const auto running = state.task ? c_.snapshot.task(state.task) : std::nullopt;
      running && running->started) {
    stable = std::min(stable, *running->started);
  }
  c_.cache.laneColumns(c_.snapshot, lane_.id, c_.grid.origin, c_.grid.cellNs, c_.grid.first,
                       c_.grid.count, stable, columns_);
  if (c_.grid.partial) {
    const auto last = c_.snapshot.lane_columns(lane_.id, c_.grid.end(), c_.now, 1);
    columns_.insert(columns_.end(), last.begin(), last.end());
  }
  // What runs at now and fails later has not failed yet.
  const auto atNow = c_.snapshot.task_at(lane_.id, c_.now);
  const auto task = atNow ? c_.snapshot.task(*atNow) : std::nullopt;
  if (task && task->started && task->state == TaskState::failed && task->finished > c_.now) {
    for (std::size_t i = columns_.size(); i-- > 0;) {
      if (c_.grid.timeOf(static_cast<std::int64_t>(i) + 1) <= *task->started) {
        break;
      }
      columns_[i].failed_count -= std::min(columns_[i].failed_count, 1U);
    }
  }
}

/// A task of two columns' width or more fills a column alone; those become bars of their own.
void LaneLayout::addBars() {
  TaskKey latest = {};
  for (const LaneColumn& column : columns_) {
    if (column.task_count != 1 || column.busy < kWholeColumn || column.longest == latest) {
      continue;
    }
    latest = column.longest;
    const auto task = taskAt(c_.snapshot, latest, c_.now);
    if (task && task->started) {
      addBar(*task);
    }
  }
}

void LaneLayout::addBar(const Task& task) {
  const TimeNs end = task.finished.value_or(c_.now);
  TaskBar bar;
  bar.task = task.key;
  bar.lane = lane_.id;
  bar.kind = c_.kinds(task.name);
  bar.failed = task.state == TaskState::failed;
  bar.open = !task.finished;
  // Far outside the canvas, where pixels no longer count, the bar is cut; a hatch keeps its phase
  // to the bar's begin.
  const qreal x0 = c_.snappedX(task.started.value_or(0));
  const qreal x1 = c_.snappedX(end);
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
  std::vector<Stretch> stretches;
  for (const Phase& phase : c_.snapshot.phases(task.key, kMostPhases)) {
    if (phase.begin < c_.now && phase.kind != PhaseKind::other) {
      stretches.push_back({phase.begin, std::min(phase.end, end), fillOf(phase.kind)});
    }
  }
  for (const auto& blocked :
       c_.snapshot.blocked(lane_.id, task.started.value_or(0), end, kMostBlocked)) {
    if (blocked.begin >= c_.now) {
      continue;
    }
    const TimeNs until = std::min(blocked.end, end);
    stretches.push_back({blocked.begin, until, BarFill::stripes});
    const qreal from = std::max(c_.snappedX(blocked.begin), bar.rect.left());
    const qreal to = std::min(c_.snappedX(until), bar.rect.right());
    if (to > from) {
      bar.blocked.append(
          QRectF(from, bar.rect.top(), to - from, std::max(3.0, body_.height() * 0.14)));
    }
  }
  const TimeNs seenBegin = std::max(task.started.value_or(0), c_.axis.toTime(left));
  const TimeNs seenEnd = std::max(seenBegin, std::min(end, c_.axis.toTime(right)));
  bar.parts = partsOf(c_, bar.rect, seenBegin, seenEnd, stretches);
  addLabel(task, bar);
  barTimes_.emplace_back(task.started.value_or(0), end);
  pane_.bars.append(std::move(bar));
}

void LaneLayout::addLabel(const Task& task, TaskBar& bar) {
  if (body_.height() < c_.theme.px(12)) {
    return;
  }
  const QRectF seen = bar.rect.intersected(c_.canvas);
  const qreal margin = c_.theme.px(6);
  const qreal room = seen.width() - 2 * margin + c_.theme.px(2);
  if (room < c_.theme.px(7)) {
    return;
  }
  const QString cross = bar.failed ? QStringLiteral("× ") : QString();
  const QString full = cross + taskTitle(task);
  const QString brief = cross + QString::number(task.key.task);
  for (const QString& text : {full, brief, bar.failed ? QStringLiteral("×") : QString()}) {
    if (!text.isEmpty() && c_.cache.textWidth(text, TextRole::bar) <= room) {
      bar.label = text;
      bar.labelAt = QPointF(c_.snap(seen.left() + margin), c_.snap(seen.center().y()));
      return;
    }
  }
}

std::vector<float> LaneLayout::coverage() const {
  std::vector<float> covered(columns_.size(), 0.0F);
  const auto cell = static_cast<double>(c_.grid.cellNs);
  for (const auto& [begin, end] : barTimes_) {
    const double from = static_cast<double>(begin - c_.grid.begin()) / cell;
    const double to = static_cast<double>(end - c_.grid.begin()) / cell;
    const auto first = static_cast<std::int64_t>(std::max(0.0, std::floor(from)));
    const auto last = std::min<std::int64_t>(static_cast<std::int64_t>(columns_.size()) - 1,
                                             static_cast<std::int64_t>(std::floor(to)));
    for (std::int64_t i = first; i <= last; ++i) {
      const double at = static_cast<double>(i);
      covered[static_cast<std::size_t>(i)] +=
          static_cast<float>(std::min(to, at + 1) - std::max(from, at));
    }
  }
  return covered;
}

DenseColumn LaneLayout::denseColumn(const LaneColumn& column, float covered) const {
  const auto phase = [&](PhaseKind kind) { return column.phases[static_cast<std::size_t>(kind)]; };
  const float busy = std::clamp(column.busy - covered, 0.0F, 1.0F);
  const float scale = column.busy > 0 ? busy / column.busy : 0;
  DenseColumn dense;
  dense.longest = column.longest;
  dense.tasks = column.task_count;
  dense.lock = phase(PhaseKind::lock_wait) * scale;
  dense.shade = (phase(PhaseKind::io_wait) + phase(PhaseKind::sleep) + phase(PhaseKind::file_io) +
                 phase(PhaseKind::command)) *
                scale;
  dense.bright = std::max(0.0F, busy - dense.lock - dense.shade);
  dense.failed = column.task_count == 0 ? 0
                                        : busy * static_cast<float>(column.failed_count) /
                                              static_cast<float>(column.task_count);
  return dense;
}

void LaneLayout::addDense() {
  const std::vector<float> covered = coverage();
  DenseStrip strip;
  bool any = false;
  strip.columns.resize(static_cast<qsizetype>(columns_.size()));
  TaskKey known = {};
  int kind = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const LaneColumn& column = columns_[i];
    if (column.task_count == 0 || column.busy - covered[i] <= 0.01F) {
      continue;
    }
    DenseColumn dense = denseColumn(column, covered[i]);
    if (column.longest != known) {
      known = column.longest;
      const auto task = c_.kinds.size() == 1 ? std::nullopt : c_.snapshot.task(known);
      kind = task ? c_.kinds(task->name) : 0;
    }
    dense.kind = static_cast<std::int16_t>(kind);
    strip.columns[static_cast<qsizetype>(i)] = dense;
    any = true;
  }
  if (!any) {
    return;
  }
  strip.lane = lane_.id;
  strip.columnWidth = c_.columnWidth;
  strip.rect = QRectF(c_.snappedX(c_.grid.begin()), body_.top(),
                      static_cast<qreal>(strip.columns.size()) * c_.columnWidth, body_.height());
  pane_.strips.append(std::move(strip));
}

struct Words {
  QString text;
  QColor dot;
};

Words workerWords(const LayoutContext& c, const LaneState& state) {
  if (!state.task) {
    return {QObject::tr("idle"), c.theme.faint};
  }
  if (state.blocked) {
    return {blockedText(*state.blocked), c.theme.warn};
  }
  if (!state.phase) {
    return {QObject::tr("running"), c.theme.ok};
  }
  switch (state.phase->kind) {
    case PhaseKind::lock_wait:
      return {phaseText(*state.phase), c.theme.warn};
    case PhaseKind::compute:
    case PhaseKind::lock_held:
    case PhaseKind::other:
      return {phaseText(*state.phase), c.theme.ok};
    default:
      return {phaseText(*state.phase), c.theme.accent};
  }
}

QString workerName(const Lane& lane) {
  return lane.name.empty()
             ? QObject::tr("worker %1").arg(lane.index)
             : QString::fromUtf8(lane.name.data(), static_cast<qsizetype>(lane.name.size()));
}

/// As the pool's other workers are called: PREFIX_7.
QString ghostName(const LayoutContext& c, const PlannedRow& row) {
  for (const Lane& lane : c.snapshot.lanes()) {
    if (lane.kind == session::LaneKind::worker && lane.pool == row.pool) {
      const QString name = workerName(lane);
      const QString suffix = QString::number(lane.index);
      if (name.endsWith(suffix)) {
        return name.chopped(suffix.size()) + QString::number(row.index);
      }
      break;
    }
  }
  return QObject::tr("worker %1").arg(row.index);
}

/// Since when max_workers has allowed more than `others` workers, without a break up to `until`.
std::optional<TimeNs> allowedSince(const LayoutContext& c, const PlannedRow& row,
                                   std::uint32_t others, TimeNs until) {
  std::optional<TimeNs> since;
  for (const auto& step : c.snapshot.max_workers_steps(*row.pool)) {
    if (step.time > until) {
      break;
    }
    if (step.now <= others) {
      since.reset();
    } else if (!since) {
      since = step.time;
    }
  }
  return since;
}

/// How many workers of the pool were there when `lane` started.
std::uint32_t workersBefore(const LayoutContext& c, const Lane& lane) {
  std::uint32_t count = 0;
  for (const Lane& other : c.snapshot.lanes()) {
    const bool there = other.kind == session::LaneKind::worker && other.pool == lane.pool &&
                       other.id != lane.id && other.index < lane.index &&
                       other.started <= lane.started &&
                       !(other.exited && *other.exited <= lane.started);
    count += there ? 1 : 0;
  }
  return count;
}

void addGhost(const LayoutContext& c, const PlannedRow& row, TimeNs begin, TimeNs end,
              LanePane& pane) {
  const qreal inset = c.theme.px(3);
  const qreal left = std::max(c.snappedX(begin), c.canvas.left() - 8) + inset;
  const qreal right = std::min(c.snappedX(end), c.canvas.right() + 8) - inset;
  if (right - left < c.theme.px(8)) {
    return;
  }
  const QRectF body = bodyOf(c, row);
  Ghost ghost{.rect = QRectF(left, body.top() + 2, right - left, body.height() - 4)};
  const QRectF seen = ghost.rect.intersected(c.canvas);
  const QString text = QObject::tr("not started: no task has needed it");
  if (c.cache.textWidth(text, TextRole::note) + c.theme.px(16) <= seen.width() &&
      seen.height() >= c.theme.px(11)) {
    ghost.label = TextLabel{seen, text, TextRole::note, c.theme.dim, Qt::AlignCenter};
  }
  pane.ghosts.append(ghost);
}

}  // namespace

void layOutWorker(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  const auto lanes = c.snapshot.lanes();
  const auto laneAt = [&](std::size_t i) -> const Lane& {
    return lanes[static_cast<std::size_t>(c.plan.lanes[row.firstLane + i])];
  };
  for (std::size_t i = 0; i < row.laneCount; ++i) {
    LaneLayout(c, row, laneAt(i).id, pane).run();
  }
  const Lane& first = laneAt(0);
  if (first.started > c.shown.begin) {
    if (const auto since = allowedSince(c, row, workersBefore(c, first), first.started);
        since && *since < first.started) {
      addGhost(c, row, *since, first.started, pane);
    }
  }

  const Lane& latest = laneAt(row.laneCount - 1);
  const bool gone = latest.exited && *latest.exited <= c.now;
  if (gone) {
    layOutHead(c, row, workerName(latest), true,
               latest.retired ? QObject::tr("retired") : QObject::tr("ended"), c.theme.faint, true,
               true, pane);
    return;
  }
  const Words words = workerWords(c, c.snapshot.lane_state(latest.id, c.calmNow(kWordStep)));
  const TimeNs end = std::max(c.calmNow(kUtilizationStep), latest.started + 1);
  const double share =
      c.snapshot.utilization(latest.id, std::max(latest.started, end - kUtilizationWindow), end);
  const QString percent = QObject::tr("%1 %").arg(qRound(100 * share));
  layOutHead(c, row, workerName(latest), true, words.text, words.dot, false, false, pane, percent);
}

void layOutGhost(const LayoutContext& c, const PlannedRow& row, LanePane& pane) {
  if (const auto since = allowedSince(c, row, row.ordinal, c.now)) {
    addGhost(c, row, *since, c.now, pane);
  }
  layOutHead(c, row, ghostName(c, row), true, QObject::tr("not started"), c.theme.faint, true, true,
             pane);
}

}  // namespace poolscope::ui
