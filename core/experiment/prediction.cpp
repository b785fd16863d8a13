// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/prediction.h"

#include "core/base/cores.h"
#include "core/experiment/interval.h"
#include "core/experiment/pick_order.h"
#include "core/experiment/work_model.h"

#include <algorithm>
#include <utility>

namespace poolscope::experiment {
namespace {

constexpr double kFreeCores = 0.4;  // busy for less: tasks hardly wait for them
constexpr double kMostOthers = 0.95;
constexpr std::size_t kMostWorks = 9;       // of a count
constexpr std::size_t kMostTasks = 20'000;  // of a run; then over again
// Simulated in the long run: for the throughput, and for the wait in batches alone.
constexpr std::uint64_t kLongRun = 20'000;
constexpr std::uint64_t kLongRunOfBatches = 5000;
constexpr std::uint64_t kMostOfBatches = 200'000;
// Above it, tasks that come by themselves wait for longer and longer.
constexpr double kKeepsUp = 0.95;

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

/// Until arrivals begin again: bursts, a period after the last; others, what was left of the run.
float gap_at_end(const workload::Load& load, const TaskRecords& records, TimeNs end,
                 const std::vector<float>& gaps) {
  if (load.pattern == workload::LoadPattern::burst) {
    const double period = static_cast<double>(load.interval.count()) * 1e-9;
    return std::max(0.0F, static_cast<float>(period) - gaps.front());
  }
  TimeNs last = 0;
  for (const TaskRecord& task : records.tasks()) {
    last = task.queued <= end ? std::max(last, task.queued) : last;
  }
  return static_cast<float>(static_cast<double>(std::max<TimeNs>(0, end - last)) * 1e-9);
}

/// How many tasks of a map() with a buffer are in the pool; 0 of other loads.
std::uint64_t reads_ahead(const workload::Load& load) {
  return load.pattern == workload::LoadPattern::map && load.results ? load.buffer_size : 0;
}

/// What its tasks submit included; about, where they do not submit the same.
std::uint64_t tasks_of_batch(const SimulatedWork& work) {
  const std::size_t roots = work.is_nested() ? work.roots.size() : work.task_count();
  return work.batch * work.task_count() / std::max<std::size_t>(1, roots);
}

}  // namespace

Prediction::Prediction(const workload::Scenario& scenario) : scenario_(scenario) {}

/// Of loads without waits inside of the pool the order need not be known.
std::optional<PickOrder> Prediction::known_order() const {
  return scenario_.load.pattern == workload::LoadPattern::nested ? pick_order(scenario_.pool)
                                                                 : PickOrder::fifo;
}

void Prediction::keep(std::uint64_t workers, std::uint64_t repeat, const MeasuredRun& run) {
  const workload::Load& load = scenario_.load;
  const std::optional<PickOrder> order = known_order();
  if (works_[workers].size() >= kMostWorks || !order) {
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
  work.order = *order;
  work.batch = load.tasks;
  work.batch_waits = load.pattern == workload::LoadPattern::nested;  // others go on without an end
  work.ahead = reads_ahead(load);
  if (work.batch_waits && !work.is_nested()) {
    return;  // who waits for whom was not told
  }
  if (arrivals_per_s(load)) {
    const TimeNs first = run.records->tasks().front().queued;  // it may have come at once
    work.gaps = arrival_gaps(*run.records, std::min(run.begin, first - 1), run.end);
    work.gap_at_end = gap_at_end(load, *run.records, run.end, work.gaps);
    if (std::ranges::all_of(work.gaps, [](float gap) { return gap <= 0; })) {
      return;
    }
  }
  // What computing took longer than with all cores for these tasks, other programs took, as far as
  // they used the cores. They will at other counts, too.
  const Replay alone = replay(work, {.workers = workers, .seconds = run.figures->run_seconds});
  work.speed = std::clamp(alone.stretch / modelled->stretch,
                          1 - std::min(run.figures->others_cpu, kMostOthers), 1.0);
  works_[workers].push_back({repeat, run.figures->throughput, std::move(work)});
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

/// The simulated pool takes tasks in the order in which they came, but where they submit others,
/// and has room for all. In a batch, whose tasks come at once, one order gives the same waits as
/// another.
bool Prediction::knows_waits() const {
  const workload::Load& load = scenario_.load;
  const workload::PoolSettings& pool = scenario_.pool;
  if (load.pattern == workload::LoadPattern::nested) {
    return known_order().has_value();
  }
  const bool batches = !arrivals_per_s(load) && reads_ahead(load) == 0;
  const bool has_room = pool.queue_capacity == 0 || (batches && pool.queue_capacity >= load.tasks);
  return has_room && (batches || pool.queue_discipline == workload::Discipline::fifo);
}

/// Batches as wholes: tasks at their end wait longest.
Prediction::Figures Prediction::in_the_long_run(const SimulatedWork& work, std::uint64_t workers,
                                                std::uint64_t tasks) const {
  const bool open = !work.gaps.empty();
  const bool batches = !open && work.ahead == 0;
  const std::uint64_t batch = tasks_of_batch(work);
  const std::uint64_t whole = (tasks + batch - 1) / batch * batch;
  const bool fits = batches && whole <= kMostOfBatches;
  const SimulationResult run = simulate(work, {.workers = workers, .tasks = fits ? whole : tasks});
  Figures figures{.throughput = run.throughput};
  if (knows_waits() && !run.stands_still &&
      (open ? run.utilization < kKeepsUp : fits || !batches)) {
    figures.wait.p99 = run.queue_wait_p99;
  }
  return figures;
}

/// In the long run where the replay has no more than a wave or two: computing tasks of the same
/// length end at the same time there; and where workers steal, which hangs on chance that no tasks
/// have. And the wait alone, where the run is too short to see a batch
/// through.
const Prediction::Figures& Prediction::replayed(std::uint64_t from, const RunWork& work,
                                                std::uint64_t workers, const RunFigures& measured) {
  const auto [known, is_new] = replays_.try_emplace(std::tuple(from, workers, work.repeat));
  Figures& figures = known->second;
  if (!is_new) {
    return figures;
  }
  if (work.work.order == PickOrder::work_stealing) {
    figures = in_the_long_run(work.work, workers, kLongRun);
    return figures;
  }
  const Replay run = replay(work.work, {.workers = workers, .seconds = measured.run_seconds});
  const auto warm = static_cast<TimeNs>(measured.warm_seconds * 1e9);
  const auto throughput =
      throughput_of(run.tasks, run_load(scenario_.load, workers), 0, run.end, warm);
  if (!throughput || throughput->end - throughput->begin < (run.end - warm) / 3) {
    figures = in_the_long_run(work.work, workers, kLongRun);
    return figures;
  }
  figures.throughput = throughput->per_s;
  if (knows_waits()) {
    figures.wait = queue_wait_of(run.tasks, 0, throughput->begin, throughput->end);
  }
  if (figures.wait.at_least && work.work.gaps.empty()) {
    const QueueWait wait = in_the_long_run(work.work, workers, kLongRunOfBatches).wait;
    figures.wait = wait.p99 ? wait : figures.wait;
  }
  return figures;
}

/// In the long run, with the tasks of the run in the middle: others that were disturbed tell of
/// what disturbed them.
const Prediction::Figures& Prediction::simulated(std::uint64_t from, std::uint64_t workers) {
  const auto [known, is_new] =
      simulations_.try_emplace(std::tuple(from, workers, works_.at(from).size()));
  if (is_new) {
    std::vector<const RunWork*> order;
    for (const RunWork& work : works_.at(from)) {
      order.push_back(&work);
    }
    std::ranges::stable_sort(order, {}, &RunWork::throughput);
    known->second = in_the_long_run(order[order.size() / 2]->work, workers, kLongRun);
  }
  return known->second;
}

/// Of the point's runs, each with the tasks of its own repeat, where they are known: summed up as
/// sum_up() does. False if of none they are.
bool Prediction::predict_its_runs(std::uint64_t from, SweepPoint& point) {
  const std::vector<RunWork>& works = works_.at(from);
  std::vector<double> throughputs;
  std::vector<double> waits;
  bool at_least = false;
  for (const RunFigures& run : point.runs) {
    const auto own = std::ranges::find(works, run.repeat, &RunWork::repeat);
    if (own == works.end() || run.run_seconds <= 0) {
      continue;
    }
    const Figures& figures = replayed(from, *own, point.workers, run);
    throughputs.push_back(figures.throughput);
    if (figures.wait.p99) {
      waits.push_back(*figures.wait.p99);
      at_least = at_least || figures.wait.at_least;
    }
  }
  if (throughputs.empty()) {
    return false;
  }
  point.predicted = mean(throughputs);
  if (!waits.empty()) {
    point.predicted_queue_wait_p99 = quantile(std::move(waits), 0.5);
    point.predicted_queue_wait_at_least = at_least;
  }
  return true;
}

void Prediction::predict(SweepResult& result) {
  const auto from = best_count(result);
  if (!from) {
    return;
  }
  result.calibrated_at = from;
  for (SweepPoint& point : result.points) {
    if (!predict_its_runs(*from, point)) {
      const Figures& figures = simulated(*from, point.workers);
      point.predicted = figures.throughput;
      point.predicted_queue_wait_p99 = figures.wait.p99;
    }
  }
}

}  // namespace poolscope::experiment
