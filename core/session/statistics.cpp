// SPDX-License-Identifier: Apache-2.0
#include "core/session/column_edges.h"
#include "core/session/stored_snapshot.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace poolscope::session {
namespace {

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

/// Quantile of Hyndman-Fan type 7, as numpy's default: h = (n - 1) p, linear between the
/// neighbours. Reorders `values`.
double quantile(std::vector<TimeNs>& values, double p) {
  const double h = static_cast<double>(values.size() - 1) * p;
  const auto below = static_cast<std::ptrdiff_t>(std::floor(h));
  const auto place = values.begin() + below;
  std::nth_element(values.begin(), place, values.end());
  const double low = seconds(*place);
  if (place + 1 == values.end()) {
    return low;
  }
  const double high = seconds(*std::min_element(place + 1, values.end()));
  return low + (h - static_cast<double>(below)) * (high - low);
}

std::optional<Distribution> distribution(std::vector<TimeNs>& values) {
  if (values.empty()) {
    return {};
  }
  Distribution figures{.count = values.size()};
  long double sum = 0;
  for (const TimeNs value : values) {
    sum += static_cast<long double>(value);
  }
  figures.mean = static_cast<double>(sum / static_cast<long double>(values.size()) * 1e-9L);
  figures.p50 = quantile(values, 0.5);
  figures.p90 = quantile(values, 0.9);
  figures.p99 = quantile(values, 0.99);
  figures.max = seconds(*std::max_element(values.begin(), values.end()));
  return figures;
}

/// Depth of several queues at once.
QueueSteps::Extremes sum_of_extremes(const std::vector<const QueueSteps*>& queues, TimeNs begin,
                                     TimeNs end) {
  if (queues.size() == 1) {
    return queues.front()->extremes(begin, end);
  }
  std::vector<QueueSteps::Step> steps;
  std::int64_t depth = 0;
  for (const QueueSteps* queue : queues) {
    depth += static_cast<std::int64_t>(queue->depth(begin));
    const std::vector<QueueSteps::Step> some = queue->steps(begin, end);
    steps.insert(steps.end(), some.begin(), some.end());
  }
  std::sort(steps.begin(), steps.end(),
            [](const auto& a, const auto& b) { return a.time < b.time; });
  std::int64_t max = depth;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    depth += steps[i].change;
    if (i + 1 == steps.size() || steps[i].time != steps[i + 1].time) {
      max = std::max(max, depth);
    }
  }
  return {0, static_cast<std::uint64_t>(max)};
}

std::uint32_t most_alive(std::vector<std::pair<TimeNs, int>>& changes) {
  // Who leaves and who comes at the same moment are not there together.
  std::sort(changes.begin(), changes.end());
  int alive = 0;
  int most = 0;
  for (const auto& [time, change] : changes) {
    alive += change;
    most = std::max(most, alive);
  }
  return static_cast<std::uint32_t>(most);
}

}  // namespace

/// What one pass over the lanes gathers.
struct StatisticsPass {
  Statistics figures = {};
  TimeNs begin = 0, end = 0;            // of events: half-open
  TimeNs clip_begin = 0, clip_end = 0;  // of the time in which the session was
  std::vector<TimeNs> queue_waits = {}, run_times = {};
  std::vector<std::pair<TimeNs, int>> alive = {};
  Area busy = 0, existed = 0;  // of all workers
};

Statistics StoredSnapshot::statistics(TimeNs begin, TimeNs end,
                                      std::optional<PoolIndex> pool) const {
  StatisticsPass pass;
  if (state_.events == 0) {
    pass.figures.begin = begin;
    pass.figures.end = end;
    return pass.figures;
  }
  pass.begin = std::max(begin, state_.begin);
  pass.end = std::max(pass.begin, std::min(end, state_.end + 1));
  pass.clip_begin = std::min(pass.begin, state_.end);
  pass.clip_end = std::max(pass.clip_begin, std::min(end, state_.end));
  Statistics& figures = pass.figures;
  figures.begin = pass.clip_begin;
  figures.end = pass.clip_end;
  figures.duration = seconds(pass.clip_end - pass.clip_begin);
  add_queues(pass, pool);
  for (const Lane& lane : *state_.lanes) {
    add_lane(pass, lane, pool);
  }
  figures.peak_workers = most_alive(pass.alive);
  figures.queue_wait = distribution(pass.queue_waits);
  figures.run_time = distribution(pass.run_times);
  figures.utilization =
      pass.existed > 0 ? static_cast<double>(pass.busy) / static_cast<double>(pass.existed) : 0;
  figures.throughput =
      figures.duration > 0 ? static_cast<double>(figures.finished) / figures.duration : 0;
  return figures;
}

void StoredSnapshot::add_queues(StatisticsPass& pass, std::optional<PoolIndex> pool) const {
  std::vector<const PoolData*> pools;
  if (pool) {
    if (const PoolData* one = pool_data(*pool)) {
      pools.push_back(one);
    }
  } else {
    for (std::size_t i = 0; i < state_.pool_data.size(); ++i) {
      pools.push_back(state_.pool_data[i].get());
    }
    for (const auto& process : state_.processes) {
      pools.push_back(&process->poolless);
    }
  }
  Statistics& figures = pass.figures;
  const auto count = [&](const PackedColumn& times) {
    return times.lower_bound(pass.end) - times.lower_bound(pass.begin);
  };
  Area area = 0;
  std::vector<const QueueSteps*> queues;
  for (const PoolData* data : pools) {
    figures.queued += data->queue.ups_before(pass.end) - data->queue.ups_before(pass.begin);
    figures.cancelled += count(data->cancelled);
    figures.finished += count(data->loose_ends);
    figures.failed += count(data->loose_failed);
    area += data->queue.area_until(pass.clip_end) - data->queue.area_until(pass.clip_begin);
    if (!data->queue.empty()) {
      queues.push_back(&data->queue);
    }
  }
  const TimeNs span = pass.clip_end - pass.clip_begin;
  figures.queue_depth_mean = span > 0 ? static_cast<double>(area) / static_cast<double>(span) : 0;
  if (!queues.empty() && pass.begin < pass.end) {
    figures.queue_depth_max = sum_of_extremes(queues, pass.begin, pass.end).max;
  }
}

void StoredSnapshot::add_lane(StatisticsPass& pass, const Lane& lane,
                              std::optional<PoolIndex> pool) const {
  const LaneData& data = *lane_data(lane.id);
  const bool own = !pool || lane.pool == *pool;
  if (!own && !data.mixed_pools) {
    return;
  }
  const std::uint64_t finished = add_runs(pass, data, pool);
  if (!own || lane.kind != LaneKind::worker) {
    return;
  }
  const TimeNs exited = lane.exited.value_or(kForever);
  if (lane.started >= pass.end || exited < pass.begin) {
    return;
  }
  pass.alive.emplace_back(lane.started, 1);
  pass.alive.emplace_back(exited, -1);
  const TimeNs from = std::max(lane.started, pass.clip_begin);
  const TimeNs to = std::max(from, std::min(exited, pass.clip_end));
  const TimeNs busy = data.runs.covered(from, to);
  pass.busy += busy;
  pass.existed += to - from;
  WorkerStatistics worker{lane.id, finished, seconds(busy), seconds(to - from), 0};
  worker.utilization = to > from ? worker.busy / worker.existed : 0;
  pass.figures.workers.push_back(worker);
}

std::uint64_t StoredSnapshot::add_runs(StatisticsPass& pass, const LaneData& lane,
                                       std::optional<PoolIndex> pool) const {
  const TaskTable& tasks = process_of(lane).tasks;
  std::uint64_t finished = 0;
  // Runs end in the order in which they begin, unless they overlap.
  const std::size_t first = lane.runs.overlaps() ? 0 : lane.runs.ended_before(pass.begin);
  const std::size_t last = lane.runs.first_from(pass.end);
  for (std::size_t run = first; run < last; ++run) {
    if (pool && lane.mixed_pools && !belongs(lane, run, *pool)) {
      continue;
    }
    const Span span = lane.runs[run];
    if (span.begin >= pass.begin) {
      ++pass.figures.started;
      const TimeNs queued = tasks.queued(lane.run_rows[run]);
      if (queued != PackedColumn::kAbsent) {
        pass.queue_waits.push_back(std::max<TimeNs>(span.begin - queued, 0));
      }
    }
    if (run < lane.runs.closed() && span.end >= pass.begin && span.end < pass.end) {
      const RunResult result = lane.result(run);
      finished += result.ended ? 1U : 0U;
      pass.figures.failed += result.failed() ? 1U : 0U;
      if (result.ended) {
        pass.run_times.push_back(span.end - span.begin);
      }
    }
  }
  pass.figures.finished += finished;
  return finished;
}

}  // namespace poolscope::session
