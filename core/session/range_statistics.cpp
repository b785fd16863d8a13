// SPDX-License-Identifier: Apache-2.0
#include "core/base/cores.h"
#include "core/base/in_parallel.h"
#include "core/session/deepest_sum.h"
#include "core/session/run_counts.h"
#include "core/session/statistics_pass.h"
#include "core/session/stored_snapshot.h"
#include "core/session/tally.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace poolscope::session {
namespace {

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

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

StatisticsPass StoredSnapshot::begin_pass(TimeNs begin, TimeNs end) const {
  StatisticsPass pass;
  pass.begin = std::max(begin, state_.begin);
  pass.end = std::max(pass.begin, std::min(end, state_.end + 1));
  pass.clip_begin = std::min(pass.begin, state_.end);
  pass.clip_end = std::max(pass.clip_begin, std::min(end, state_.end));
  pass.tallies.resize(state_.processes.size());
  pass.figures.begin = pass.clip_begin;
  pass.figures.end = pass.clip_end;
  pass.figures.duration = seconds(pass.clip_end - pass.clip_begin);
  return pass;
}

Statistics StoredSnapshot::range_statistics(TimeNs begin, TimeNs end,
                                            std::optional<PoolIndex> pool) const {
  if (state_.events == 0) {
    return {.begin = begin, .end = end};
  }
  StatisticsPass pass = begin_pass(begin, end);
  add_queues(pass, pool);
  add_lanes(pass, pool);
  Statistics& figures = pass.figures;
  TaskTally whole;
  std::vector<const KindTally*> kinds;
  for (const TaskTally& tally : pass.tallies) {
    whole.add(tally);
    kinds.push_back(&tally.kinds);
  }
  figures.started = whole.started;
  figures.finished += whole.finished;
  figures.failed += whole.failed;
  figures.peak_workers = most_alive(pass.alive);
  figures.queue_wait = whole.waits.distribution();
  figures.run_time = whole.runs.distribution();
  figures.kinds = named(0, kinds);
  figures.utilization = ratio(static_cast<double>(pass.busy), static_cast<double>(pass.existed));
  figures.throughput = ratio(static_cast<double>(figures.finished), figures.duration);
  return figures;
}

void StoredSnapshot::add_queues(StatisticsPass& pass, std::optional<PoolIndex> pool) const {
  struct Source {
    const PoolData* data;
    std::uint32_t process;
  };
  std::vector<Source> pools;
  for (std::size_t i = 0; i < state_.pool_data.size(); ++i) {
    if (!pool || i == static_cast<std::size_t>(*pool)) {
      pools.push_back({state_.pool_data[i].get(), (*state_.pools)[i].process});
    }
  }
  for (std::uint32_t i = 0; !pool && i < state_.processes.size(); ++i) {
    pools.push_back({&state_.processes[i]->poolless, i});
  }
  Statistics& figures = pass.figures;
  Area area = 0;
  std::vector<const QueueSteps*> queues;
  for (const auto& [data, process] : pools) {
    KindTally& kinds = pass.tallies[process].kinds;
    figures.queued += data->queue.ups_before(pass.end) - data->queue.ups_before(pass.begin);
    figures.cancelled += data->cancelled.count_in(pass.begin, pass.end);
    figures.finished += data->loose_ends.count_in(pass.begin, pass.end);
    figures.failed += data->loose_failed.count_in(pass.begin, pass.end);
    data->cancelled.count_kinds(pass.begin, pass.end, KindTally::cancelled, kinds);
    data->loose_ends.count_kinds(pass.begin, pass.end, KindTally::finished, kinds);
    data->loose_failed.count_kinds(pass.begin, pass.end, KindTally::failed, kinds);
    area += data->queue.area_until(pass.clip_end) - data->queue.area_until(pass.clip_begin);
    if (!data->queue.empty()) {
      queues.push_back(&data->queue);
    }
  }
  const TimeNs span = pass.clip_end - pass.clip_begin;
  figures.queue_depth_mean = ratio(static_cast<double>(area), static_cast<double>(span));
  if (pass.begin < pass.end) {
    figures.queue_depth_max = queues.size() == 1
                                  ? queues.front()->extremes(pass.begin, pass.end).max
                                  : deepest(queues, pass.begin, pass.end);
  }
}

/// Of queues together.
std::uint64_t StoredSnapshot::deepest(const std::vector<const QueueSteps*>& queues, TimeNs begin,
                                      TimeNs end) const {
  std::uint64_t most = 0;
  TimeNs from = state_.begin;
  for (std::size_t i = 0; i < state_.deepest_before.size(); ++i) {
    const DeepestBefore& before = state_.deepest_before[i];
    if (begin < before.end && end > from) {
      most = std::max(most, before.depth);
    }
    from = before.end;
  }
  const TimeNs since = std::max(begin, complete_from());
  return since < end ? std::max(most, DeepestSum(queues).find(since, end)) : most;
}

TaskTally StoredSnapshot::tally_of(const StatisticsPass& pass, const LaneData& lane,
                                   std::optional<PoolIndex> pool) const {
  const TaskTable& tasks = process_of(lane).tasks;
  TaskTally tally;
  const std::size_t first = lane.runs.first_from(pass.begin);
  const std::size_t last = lane.runs.first_from(pass.end);
  if (!pool || !lane.mixed_pools) {
    count_starts(lane, tasks, first, last, tally);
    count_ends(lane, tasks, pass.begin, pass.end, tally);
    return tally;
  }
  for (std::size_t run = 0; run < last; ++run) {
    if (!belongs(lane, run, *pool)) {
      continue;
    }
    if (run >= first) {
      count_start(lane, tasks, run, tally);
    }
    const std::optional<TimeNs> finished = lane.finished(run);
    if (finished && *finished >= pass.begin && *finished < pass.end) {
      count_end(lane, tasks, run, tally);
    }
  }
  return tally;
}

/// A lane costs some 50 us, however many tasks it has; thousands of them are shared out.
void StoredSnapshot::add_lanes(StatisticsPass& pass, std::optional<PoolIndex> pool) const {
  constexpr std::size_t kWorthAThread = 64;
  const std::vector<Lane>& lanes = *state_.lanes;
  const std::size_t threads = std::min(usable_cores(), lanes.size() / kWorthAThread + 1);
  const std::size_t count = threads == 1 ? 1 : threads * 4;
  std::vector<StatisticsPass> parts(count, begin_pass(pass.begin, pass.end));
  in_parallel(count, threads, [&](std::size_t part) {
    const std::size_t last = lanes.size() * (part + 1) / count;
    for (std::size_t i = lanes.size() * part / count; i < last; ++i) {
      add_lane(parts[part], lanes[i], pool);
    }
  });
  for (StatisticsPass& part : parts) {
    pass.take_lanes(std::move(part));
  }
}

void StoredSnapshot::add_lane(StatisticsPass& pass, const Lane& lane,
                              std::optional<PoolIndex> pool) const {
  const LaneData& data = *lane_data(lane.id);
  const bool own = !pool || lane.pool == *pool;
  if (!own && !data.mixed_pools) {
    return;
  }
  const TaskTally tally = tally_of(pass, data, pool);
  pass.tallies[data.process].add(tally);
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
  const KindTally* const kinds = &tally.kinds;
  pass.figures.workers.push_back(
      {.lane = lane.id,
       .finished = tally.finished,
       .busy = seconds(busy),
       .existed = seconds(to - from),
       .utilization = ratio(static_cast<double>(busy), static_cast<double>(to - from)),
       .started = tally.started,
       .failed = tally.failed,
       .throughput = ratio(static_cast<double>(tally.finished), pass.figures.duration),
       .queue_wait = tally.waits.distribution(),
       .run_time = tally.runs.distribution(),
       .kinds = named(data.process, {&kinds, 1})});
}

/// Of processes from `first` on, which number the same names differently.
std::vector<KindStatistics> StoredSnapshot::named(std::uint32_t first,
                                                  std::span<const KindTally* const> tallies) const {
  std::vector<KindStatistics> kinds;
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const trace::Directory& directory = *state_.processes[first + i]->directory;
    for (const KindTally::Entry& entry : tallies[i]->entries()) {
      const std::string_view name = directory.name(entry.name);
      const auto [place, fresh] = places.try_emplace(name, kinds.size());
      if (fresh) {
        kinds.push_back({.name = name});
      }
      KindStatistics& kind = kinds[place->second];
      kind.started += entry.counts[KindTally::started];
      kind.finished += entry.counts[KindTally::finished];
      kind.failed += entry.counts[KindTally::failed];
      kind.cancelled += entry.counts[KindTally::cancelled];
    }
  }
  std::ranges::sort(kinds, [](const KindStatistics& a, const KindStatistics& b) {
    const std::uint64_t tasks_a = std::max(a.started, a.finished) + a.cancelled;
    const std::uint64_t tasks_b = std::max(b.started, b.finished) + b.cancelled;
    return tasks_a != tasks_b ? tasks_a > tasks_b : a.name < b.name;
  });
  return kinds;
}

}  // namespace poolscope::session
