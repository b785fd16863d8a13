// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/live_figures.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace poolscope::ui {

namespace {

using session::PoolIndex;
using session::Snapshot;
using session::TimeNs;

constexpr double kNsPerS = 1e9;
constexpr std::size_t kMostWaits = 2000;
/// Shorter stretches on either side of a change say nothing about throughput.
constexpr TimeNs kLeastForEffectNs = 800'000'000;
/// The first moments of a session are too short to tell tasks a second.
constexpr TimeNs kLeastForThroughputNs = 250'000'000;

double seconds(TimeNs ns) {
  return static_cast<double>(ns) / kNsPerS;
}

std::uint64_t finishedIn(const Snapshot& snapshot, TimeNs begin, TimeNs end) {
  std::uint64_t count = 0;
  for (const session::Pool& pool : snapshot.pools()) {
    if (pool.created < end && pool.shut_down.value_or(end) >= begin) {
      count += snapshot.finished_count(pool.index, begin, end);
    }
  }
  return count;
}

/// Hyndman-Fan type 7, as everywhere in Poolscope. `sorted` is not empty.
double percentile(const std::vector<double>& sorted, double p) {
  const double rank = p * static_cast<double>(sorted.size() - 1);
  const auto lower = static_cast<std::size_t>(rank);
  const std::size_t upper = std::min(lower + 1, sorted.size() - 1);
  return std::lerp(sorted[lower], sorted[upper], rank - std::floor(rank));
}

void measureQueueWait(const Snapshot& snapshot, TimeNs begin, TimeNs end, LiveFigures& figures) {
  std::vector<double> waits;
  for (const session::Pool& pool : snapshot.pools()) {
    for (const session::Pick& pick : snapshot.picks(pool.index, begin, end, kMostWaits)) {
      waits.push_back(seconds(pick.time - pick.queued));
    }
  }
  if (!waits.empty()) {
    std::sort(waits.begin(), waits.end());
    figures.queueWaitP50S = percentile(waits, 0.5);
    figures.queueWaitP99S = percentile(waits, 0.99);
  }
}

/// Whether workers of `pool` took no task at some moment of [begin, end], because it was paused.
bool wasPaused(const Snapshot& snapshot, PoolIndex pool, TimeNs begin, TimeNs end) {
  using Kind = session::Marker::Kind;
  bool paused = false;
  for (const session::Marker& marker : snapshot.markers()) {
    if (marker.time > end) {
      break;
    }
    if (marker.pool != pool || (marker.kind != Kind::paused && marker.kind != Kind::resumed)) {
      continue;
    }
    if (marker.time > begin) {
      return true;  // into a pause, or out of one
    }
    paused = marker.kind == Kind::paused;
  }
  return paused;
}

struct WorkersFigure {
  std::uint32_t alive = 0;
  std::uint32_t started = 0;  ///< of the latest pool, also those that exited
  std::optional<double> utilization = {};
};

WorkersFigure workersFigure(const Snapshot& snapshot, PoolIndex latest, TimeNs begin, TimeNs now) {
  WorkersFigure figure;
  double busy = 0;
  double existed = 0;
  for (const session::Lane& lane : snapshot.lanes()) {
    if (lane.kind != session::LaneKind::worker || lane.started > now) {
      continue;
    }
    const TimeNs end = std::min(lane.exited.value_or(now), now);
    figure.alive += !lane.exited || *lane.exited > now ? 1 : 0;
    figure.started += lane.pool == latest ? 1 : 0;
    const double span = seconds(end - std::max(lane.started, begin));
    if (span > 0) {
      existed += span;
      busy += span * snapshot.utilization(lane.id, begin, now);
    }
  }
  if (existed > 0) {
    figure.utilization = std::min(1.0, busy / existed);
  }
  return figure;
}

/// A drag of the slider is many changes: what counts is the last number that stood long enough to
/// be measured, and the one that stands now.
void compareWorkers(const Snapshot& snapshot, PoolIndex pool, TimeNs now, TimeNs windowNs,
                    LiveFigures& figures) {
  const auto steps = snapshot.max_workers_steps(pool);
  const auto after = std::partition_point(steps.begin(), steps.end(),
                                          [now](const auto& step) { return step.time <= now; });
  if (after == steps.begin()) {
    return;  // the pool's creation was lost
  }
  auto next = after - 1;  // the change that ended the stretch `before`
  while (next > steps.begin() && next->time - (next - 1)->time < kLeastForEffectNs) {
    --next;
  }
  if (next == steps.begin()) {
    return;  // the first step is the pool's creation
  }
  const session::MaxWorkersStep& before = *(next - 1);
  const session::MaxWorkersStep& last = *(after - 1);
  if (before.now == last.now) {
    return;
  }
  const auto rate = [&](TimeNs begin, TimeNs end) {
    return static_cast<double>(snapshot.finished_count(pool, begin, end)) / seconds(end - begin);
  };
  const TimeNs beforeBegin = std::max(before.time, next->time - windowNs);
  const TimeNs nowBegin = std::max(last.time, now - windowNs);
  // A pool that stands still measures nothing, whatever its max_workers.
  if (wasPaused(snapshot, pool, beforeBegin, next->time) ||
      wasPaused(snapshot, pool, nowBegin, now)) {
    return;
  }
  const double rateBefore = rate(beforeBegin, next->time);
  if (rateBefore <= 0) {
    return;
  }
  figures.measuringEffect = now - last.time < kLeastForEffectNs;
  if (!figures.measuringEffect) {
    figures.effect = ResizeEffect{
        .before = before.now, .now = last.now, .ratio = rate(nowBegin, now) / rateBefore};
  }
}

}  // namespace

std::optional<PoolIndex> latestPool(const Snapshot& snapshot, TimeNs now) {
  std::optional<PoolIndex> latest;
  TimeNs created = 0;
  for (const session::Pool& pool : snapshot.pools()) {
    if (pool.created <= now && (!latest || pool.created >= created)) {
      latest = pool.index;
      created = pool.created;
    }
  }
  return latest;
}

TaskCounts taskCounts(const Snapshot& snapshot, TimeNs now) {
  TaskCounts counts;
  if (snapshot.empty() || now < snapshot.begin()) {
    return counts;
  }
  const TimeNs begin = snapshot.begin();
  const TimeNs end = now + 1;
  for (const session::Lane& lane : snapshot.lanes()) {
    if (lane.kind == session::LaneKind::worker && lane.started <= now) {
      counts.failed += snapshot.lane_columns(lane.id, begin, end, 1).front().failed_count;
      counts.running += snapshot.task_at(lane.id, now) ? 1 : 0;
    }
  }
  for (const session::Pool& pool : snapshot.pools()) {
    counts.waiting += pool.created <= now ? snapshot.queue_depth(pool.index, now) : 0;
    counts.cancelled += snapshot.cancelled_count(pool.index, begin, end);
    counts.finished += snapshot.finished_count(pool.index, begin, end);
  }
  return counts;
}

LiveFigures liveFigures(const Snapshot& snapshot, TimeNs now, TimeNs windowNs) {
  LiveFigures figures;
  const auto pool = latestPool(snapshot, now);
  if (!pool) {
    return figures;
  }
  const bool whole = windowNs == kWholeSession;
  const TimeNs begin = whole ? snapshot.begin() : std::max(now - windowNs, snapshot.begin());
  figures.isWhole = whole;
  figures.windowS = seconds(now - begin);
  figures.maxWorkers = snapshot.max_workers_at(*pool, now);
  figures.finishedInWindow = finishedIn(snapshot, begin, whole ? now + 1 : now);
  if (now - begin >= (whole ? 1 : kLeastForThroughputNs)) {
    figures.throughput = static_cast<double>(figures.finishedInWindow) / figures.windowS;
  }
  const WorkersFigure workers = workersFigure(snapshot, *pool, begin, now);
  figures.workers = workers.alive;
  figures.workersStarted = workers.started;
  figures.utilization = workers.utilization;
  measureQueueWait(snapshot, begin, whole ? now + 1 : now, figures);
  figures.tasks = taskCounts(snapshot, now);
  for (const session::Pool& each : snapshot.pools()) {
    if (each.created > now) {
      continue;
    }
    if (each.index == *pool) {
      figures.shutDown = each.shut_down && *each.shut_down <= now;
      figures.paused = !figures.shutDown && wasPaused(snapshot, *pool, now, now);
    }
    for (const session::TaskKey key : snapshot.waiting(each.index, now, 1)) {
      const auto task = snapshot.task(key);
      if (task && task->queued) {
        figures.oldestWaitS =
            std::max(figures.oldestWaitS.value_or(0), seconds(now - *task->queued));
      }
    }
  }
  compareWorkers(snapshot, *pool, now, whole ? kFiguresWindowNs : windowNs, figures);
  return figures;
}

}  // namespace poolscope::ui
