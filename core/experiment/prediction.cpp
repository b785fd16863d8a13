// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/prediction.h"

#include "core/base/cores.h"
#include "core/experiment/interval.h"
#include "core/experiment/work_model.h"

#include <algorithm>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr double kFreeCores = 0.4;  // busy for less: tasks hardly wait for them
constexpr double kMostOthers = 0.95;
constexpr std::size_t kMostWorks = 9;       // of a count
constexpr std::size_t kMostTasks = 20'000;  // of a run; then over again

/// CPU seconds that others than the tasks' own threads spent on a task once the run was warm.
double other_cpu(const MeasuredRun& run, std::size_t cores) {
  const RunFigures& figures = *run.figures;
  double of_tasks = 0;
  for (const TaskRecord& task : run.records->tasks()) {
    if (task.finished > figures.begin && task.finished <= figures.end) {
      of_tasks += static_cast<double>(task.cpu) * 1e-9;
    }
  }
  const double all = figures.cpu * static_cast<double>(cores) *
                     static_cast<double>(figures.end - figures.begin) * 1e-9;
  return figures.finished > 0
             ? std::max(0.0, all - of_tasks) / static_cast<double>(figures.finished)
             : 0;
}

}  // namespace

Prediction::Prediction(const workload::Scenario& scenario) : scenario_(scenario) {}

/// What tasks that wait for others in their own pool do cannot be told from their times.
void Prediction::keep(std::uint64_t workers, std::uint64_t repeat, const MeasuredRun& run) {
  const workload::Load& load = scenario_.load;
  if (works_[workers].size() >= kMostWorks || load.pattern == workload::LoadPattern::nested) {
    return;
  }
  const std::size_t cores = usable_cores();
  WorkModelOptions model{.end = run.end,
                         .most_tasks = kMostTasks,
                         .first = true,
                         .cores = cores,
                         .other_cpu = other_cpu(run, cores)};
  if (scenario_.http.urls.empty()) {
    model.server_capacity = static_cast<std::uint32_t>(scenario_.http.max_concurrent);
  }
  auto modelled = model_work(*run.records, *run.directory, model);
  if (!modelled) {
    return;
  }
  SimulatedWork& work = modelled->work;
  work.batch = load.pattern == workload::LoadPattern::map && load.buffer_size > 0
                   ? std::min(load.buffer_size, load.tasks)
                   : load.tasks;
  if (arrivals_per_s(load)) {
    const TimeNs first = run.records->tasks().front().queued;  // it may have come at once
    work.gaps = arrival_gaps(*run.records, std::min(run.begin, first - 1), run.end);
    if (std::ranges::all_of(work.gaps, [](float gap) { return gap <= 0; })) {
      return;
    }
  }
  // What computing took longer than with all cores for these tasks, other programs took, as far as
  // they used the cores. They will at other counts, too.
  const Replay alone =
      replay(work, {.workers = at_work(workers), .seconds = run.figures->run_seconds});
  work.speed = std::clamp(alone.stretch / modelled->stretch,
                          1 - std::min(run.figures->others_cpu, kMostOthers), 1.0);
  works_[workers].push_back({repeat, run.figures->throughput, std::move(work)});
}

/// A map() that reads ahead only so far keeps no more workers busy than that.
std::uint64_t Prediction::at_work(std::uint64_t workers) const {
  const workload::Load& load = scenario_.load;
  const bool buffered =
      load.pattern == workload::LoadPattern::map && load.buffer_size > 0 && load.results;
  return buffered ? std::min(workers, load.buffer_size) : workers;
}

/// The largest count that neither the cores nor the server held up: there, what the process spends
/// on a task beside the task itself is seen best, and what tasks wait for is the world's.
std::optional<std::uint64_t> Prediction::best_count(const SweepResult& result) const {
  std::optional<std::uint64_t> best;
  const std::uint64_t served = scenario_.http.max_concurrent;
  for (const SweepPoint& point : result.points) {
    const auto works = works_.find(point.workers);
    const bool free = point.cpu < kFreeCores && (served == 0 || point.workers <= served);
    if (works != works_.end() && !works->second.empty() && (!best || free)) {
      best = point.workers;
    }
  }
  return best;
}

/// In the long run where the replay has no more than a wave or two: computing tasks of the same
/// length end at the same time there.
double Prediction::replayed(std::uint64_t from, const RunWork& work, std::uint64_t workers,
                            const RunFigures& measured) {
  const auto [known, is_new] = replays_.try_emplace(std::tuple(from, workers, work.repeat), 0);
  if (is_new) {
    const Replay run =
        replay(work.work, {.workers = at_work(workers), .seconds = measured.run_seconds});
    const auto warm = static_cast<TimeNs>(measured.warm_seconds * 1e9);
    const auto throughput =
        throughput_of(run.tasks, run_load(scenario_.load, workers), 0, run.end, warm);
    const bool waves = !throughput || throughput->end - throughput->begin < (run.end - warm) / 3;
    known->second =
        waves ? simulate(work.work, {.workers = at_work(workers)}).throughput : throughput->per_s;
  }
  return known->second;
}

/// In the long run, with the tasks of the run in the middle: others that were disturbed tell of
/// what disturbed them.
double Prediction::simulated(std::uint64_t from, std::uint64_t workers) {
  const auto [known, is_new] =
      simulations_.try_emplace(std::tuple(from, workers, works_.at(from).size()), 0);
  if (is_new) {
    std::vector<const RunWork*> order;
    for (const RunWork& work : works_.at(from)) {
      order.push_back(&work);
    }
    std::ranges::stable_sort(order, {}, &RunWork::throughput);
    known->second =
        simulate(order[order.size() / 2]->work, {.workers = at_work(workers)}).throughput;
  }
  return known->second;
}

/// The mean of the point's runs, each with the tasks of its own repeat, where they are known.
std::optional<double> Prediction::predicted(std::uint64_t from, const SweepPoint& point) {
  const std::vector<RunWork>& works = works_.at(from);
  std::vector<double> values;
  for (const RunFigures& run : point.runs) {
    const auto own = std::ranges::find(works, run.repeat, &RunWork::repeat);
    if (own == works.end() || run.run_seconds <= 0) {
      continue;
    }
    values.push_back(replayed(from, *own, point.workers, run));
  }
  return values.empty() ? std::nullopt : std::optional(mean(values));
}

void Prediction::predict(SweepResult& result) {
  const auto from = best_count(result);
  if (!from) {
    return;
  }
  result.calibrated_at = from;
  for (SweepPoint& point : result.points) {
    const auto of_its_runs = predicted(*from, point);
    point.predicted = of_its_runs ? of_its_runs : simulated(*from, point.workers);
  }
}

}  // namespace poolscope::experiment
