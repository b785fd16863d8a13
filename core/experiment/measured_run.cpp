// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/measured_run.h"

#include "core/base/cores.h"
#include "core/trace/clock.h"
#include "core/trace/tracer.h"
#include "core/workload/scenario_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr std::uint64_t kRounds = 4;  // of the workers: one to get warm, three to measure

workload::Nanoseconds nanoseconds(double seconds) {
  return workload::Nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

/// Of bursts: an interval before each of the single tasks, and before each burst.
double batch_seconds(const workload::Load& load) {
  const std::uint64_t single = std::min(load.first, load.tasks);
  const std::uint64_t bursts = (load.tasks - single + load.burst_size - 1) / load.burst_size;
  return static_cast<double>(single + bursts) *
         std::chrono::duration<double>(load.interval).count();
}

}  // namespace

std::optional<double> arrivals_per_s(const workload::Load& load) {
  switch (load.pattern) {
    case workload::LoadPattern::poisson:
      return load.rate_per_s;
    case workload::LoadPattern::burst:
      return static_cast<double>(load.tasks) / batch_seconds(load);
    default:
      return std::nullopt;
  }
}

RunLoad run_load(const workload::Load& load, std::uint64_t workers) {
  const bool bursts = load.pattern == workload::LoadPattern::burst;
  return {.workers = workers,
          .cores = usable_cores(),
          .arrivals_per_s = arrivals_per_s(load),
          .arrivals_period = bursts ? batch_seconds(load) : 0,
          .waits_for_batch = load.pattern == workload::LoadPattern::nested};
}

Result<MeasuredRun> measure(const workload::Scenario& scenario, const MeasuredRunOptions& options) {
  // Runs follow each other closely: smaller rings than a window's, whose memory is not so soon
  // warm.
  trace::Tracer tracer({.ring_slots = 65'536, .small_ring_slots = 8192, .large_rings = 16});
  const auto records = std::make_shared<TaskRecords>();
  tracer.add_sink(records);
  workload::Scenario alone = scenario;
  alone.script.clear();
  MeasuredRun result{.records = records, .directory = tracer.directory()};
  result.usage.push_back(usage_now());
  auto run = workload::ScenarioRun::start(
      std::move(alone), {.tracer = &tracer,
                         .max_workers = options.workers,
                         .duration = nanoseconds(options.most_seconds + 60),  // not one batch only
                         .steady = true,
                         .seed_offset = options.repeat,
                         .trusted = options.trusted});
  if (!run) {
    return tl::unexpected(run.error());
  }
  const std::uint64_t begin = trace::now_ns();
  const std::uint64_t enough = arrivals_per_s(scenario.load) ? 1 : kRounds * options.workers;
  while (!(*run)->wait_for(kLook)) {
    result.usage.push_back(usage_now());
    const double elapsed = static_cast<double>(trace::now_ns() - begin) * 1e-9;
    result.stopped = options.stop.stop_requested();
    if (result.stopped || elapsed >= options.most_seconds ||
        (elapsed >= options.seconds && records->finished_count() >= enough)) {
      break;
    }
  }
  const std::uint64_t end = trace::now_ns();
  result.usage.push_back(usage_now());
  tracer.flush();
  result.finished = records->finished_count();
  result.failures = (*run)->failures();  // before the tasks that are stopped now
  result.trouble = (*run)->network_trouble();
  (*run)->stop(nanoseconds(result.stopped ? 0 : options.grace));
  while (!(*run)->wait_for(kLook)) {
    if (options.stop.stop_requested()) {
      (*run)->stop(workload::Nanoseconds(0));
    }
  }
  (*run)->wait();
  run->reset();
  tracer.flush();
  tracer.remove_sink(records);
  result.lost_events = tracer.lost_events();
  result.begin = static_cast<TimeNs>(begin);
  result.end = static_cast<TimeNs>(end);
  result.figures = figures_of(*records, result.usage, run_load(scenario.load, options.workers),
                              result.begin, result.end);
  return result;
}

}  // namespace poolscope::experiment
