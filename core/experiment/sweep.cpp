// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/sweep.h"

#include "core/base/cores.h"
#include "core/base/thread_name.h"
#include "core/experiment/measured_run.h"
#include "core/experiment/prediction.h"
#include "core/experiment/steadiness.h"
#include "core/experiment/sweep_plan.h"
#include "core/experiment/words.h"
#include "core/trace/clock.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace poolscope::experiment {
namespace {

using workload::LoadPattern;

constexpr std::size_t kLeastRepeats = 3;
constexpr double kShortestRun = 0.4;      // seconds
constexpr double kShortestForced = 0.05;  // where the budget leaves no more
constexpr double kTaskTimes = 8;          // so many tasks one after another in a run
constexpr double kLongTaskTimes = 3;      // and so many of the longest that was seen, ...
constexpr double kMostForLongTask = 5;    // ... up to so many seconds
constexpr double kArrivals = 150;         // so many in a run, or no p99 is known
constexpr double kStretch = 4;            // a run goes on for so long until it has enough tasks
constexpr double kRunOverhead = 0.06;     // seconds: threads start and end
constexpr double kFirstLook = 0.3;        // seconds
constexpr double kMostFirstLook = 5;
constexpr double kDisturbed = 0.1;  // of the cores, by others: the run is made once more
constexpr double kHeldUp = 0.05;    // of the run time, by the limits on a host: not predicted
constexpr std::size_t kMostRounds = 1000;

double seconds_since(std::uint64_t begin) {
  return static_cast<double>(trace::now_ns() - begin) * 1e-9;
}

}  // namespace

struct Sweep::Impl {
  explicit Impl(SweepOptions its_options) : options(std::move(its_options)) {
    shared.scenario = options.scenario.name;
    shared.load = options.scenario.load;
    shared.rule_of_thumb = rule_of_thumb_workers();
  }

  void work();
  void look_first();
  void plan();
  SweepEnd measure_all();
  std::optional<SweepEnd> round(std::vector<std::uint64_t> wanted);
  std::optional<SweepEnd> rounds(const std::vector<std::uint64_t>& wanted, std::size_t repeats,
                                 bool unsure = false);
  std::vector<std::uint64_t> more_counts();
  bool run_once(std::uint64_t workers, std::size_t repeat);
  void keep(std::uint64_t workers, std::size_t repeat, const MeasuredRun& run);
  void publish(bool to_the_end);
  void tell(std::uint64_t workers, std::size_t repeat);
  void finish(SweepEnd end);
  double seconds_for(std::uint64_t workers) const;
  double grace() const { return std::min(1.5 * longest_task, run_seconds); }
  double left() const { return options.budget_seconds - seconds_since(begin); }

  const SweepOptions options;
  const std::uint64_t begin = trace::now_ns();

  // The sweep's thread's own.
  std::vector<std::uint64_t> counts;
  std::map<std::uint64_t, std::vector<RunFigures>> runs;
  std::map<std::uint64_t, std::size_t> begun;  // repeats, those without a value included
  std::map<std::uint64_t, std::string> locks;
  Prediction prediction{options.scenario};
  std::optional<double> task_seconds;  // a task alone, as far as it is known
  double longest_task = 0;             // that was seen
  double run_seconds = kShortestRun;
  double run_cost = kShortestRun;  // of the last runs, all told
  std::size_t round_number = 0;
  bool stood_still = false;  // in the first look
  bool refined = false;      // counts were added where the curve bends
  std::size_t failed_runs = 0;
  std::size_t redone_runs = 0;
  std::size_t disturbed_runs = 0;
  std::size_t unsteady_runs = 0;
  std::size_t late_runs = 0;
  std::size_t empty_runs = 0;
  std::uint64_t lost_events = 0;
  std::string failure_text;

  mutable std::mutex mutex;
  std::condition_variable changed;
  SweepResult shared;  // guarded by mutex, as the rest
  SweepProgress progress;
  double left_after_run = 0;  // seconds, after the run under way
  std::optional<Error> error;
  bool done = false;

  std::stop_source stopping;
  std::jthread thread;  // last: it uses all above
};

/// One run at the rule of thumb: how long tasks take, so that the runs that count are long enough.
void Sweep::Impl::look_first() {
  tell(0, 0);
  const std::uint64_t workers =
      options.workers.empty()
          ? std::min<std::uint64_t>(rule_of_thumb_workers(), most_automatic(options.scenario))
          : options.workers[options.workers.size() / 2];
  const double most = std::min(kMostFirstLook, options.budget_seconds / 8);
  auto run = measure(options.scenario, {.workers = workers,
                                        .seconds = std::min(kFirstLook, most),
                                        .most_seconds = most,
                                        .trusted = options.trusted,
                                        .stop = stopping.get_token()});
  if (!run) {
    const std::lock_guard lock(mutex);
    error = run.error();
    return;
  }
  if (run->trouble) {
    const std::lock_guard lock(mutex);
    error = run->trouble;
  }
  stood_still = run->finished == 0 && options.scenario.load.pattern == LoadPattern::nested;
  if (stood_still) {
    return;  // tasks that wait for each other were ended: that says nothing of how long they are
  }
  double sum = 0;
  std::size_t count = 0;
  for (const TaskRecord& task : run->records->tasks()) {
    if (task.finished != kNever && task.started != kNever) {
      const double length = static_cast<double>(task.finished - task.started) * 1e-9;
      sum += length;
      longest_task = std::max(longest_task, length);
      ++count;
    }
  }
  if (count > 0) {
    task_seconds = sum / static_cast<double>(count);
  }
}

void Sweep::Impl::plan() {
  counts =
      options.workers.empty() ? first_counts(options.scenario, usable_cores()) : options.workers;
  if (options.run_seconds) {
    run_seconds = *options.run_seconds;
  } else {
    run_seconds = std::max({kShortestRun, kTaskTimes * task_seconds.value_or(0),
                            std::min(kLongTaskTimes * longest_task, kMostForLongTask)});
    if (const auto rate = arrivals_per_s(options.scenario.load)) {
      run_seconds = std::max(run_seconds, kArrivals / *rate);
    }
    if (options.queue_wait_p99) {
      run_seconds = std::max(run_seconds, 1.5 * *options.queue_wait_p99);
    }
    const auto needed =
        static_cast<double>(counts.size() * options.repeats.value_or(kLeastRepeats));
    const double fitting = 0.8 * left() / needed - kRunOverhead;
    run_seconds = std::max(kShortestForced, std::min(run_seconds, fitting));
  }
  run_cost = run_seconds + kRunOverhead;
  const std::lock_guard lock(mutex);
  progress.runs_planned = counts.size() * options.repeats.value_or(kLeastRepeats);
}

void Sweep::Impl::tell(std::uint64_t workers, std::size_t repeat) {
  SweepProgress now;
  {
    const std::lock_guard lock(mutex);
    progress.workers = workers;
    progress.repeat = repeat;
    progress.runs_planned = std::max(progress.runs_planned, progress.runs_done + (repeat > 0));
    progress.elapsed = seconds_since(begin);
    const double budget_left = std::max(0.0, options.budget_seconds - progress.elapsed);
    const auto planned = static_cast<double>(progress.runs_planned - progress.runs_done);
    progress.left = progress.unsure ? budget_left : std::min(planned * run_cost, budget_left);
    left_after_run = progress.unsure ? 0 : std::max(0.0, progress.left - run_cost);
    now = progress;
  }
  if (options.on_progress) {
    options.on_progress(now);
  }
}

void Sweep::Impl::keep(std::uint64_t workers, std::size_t repeat, const MeasuredRun& run) {
  lost_events += run.lost_events;
  if (run.failures.count > 0) {
    failure_text = run.failures.most_often;
  }
  if (!run.figures) {
    // Nothing ended, though tasks are known to be short, or nothing did in the first look either:
    // it stands still, and that is a value.
    const bool are_short = task_seconds && *task_seconds * kTaskTimes < run_seconds * kStretch;
    if ((are_short || stood_still) && run.finished == 0) {
      RunFigures still =
          figures_of_standstill(*run.records, run.usage, usable_cores(), run.begin, run.end);
      still.repeat = repeat;
      runs[workers].push_back(still);
    } else {
      ++empty_runs;
    }
    return;
  }
  RunFigures figures = *run.figures;
  figures.repeat = repeat;
  if (figures.failed > 0) {
    ++failed_runs;
    if (figures.failed == figures.finished) {
      figures.throughput = 0;  // nothing but failures is no work done
    }
  }
  unsteady_runs += figures.steady ? 0 : 1;
  late_runs += figures.arrivals_late ? 1 : 0;
  if (figures.lock != 0) {
    locks[workers] = std::string(run.directory->name(figures.lock));
  }
  runs[workers].push_back(figures);
  // Failures alone are nothing to predict from, and the simulation does not know hosts.
  if (figures.throughput > 0 && figures.paused_share < kHeldUp) {
    prediction.keep(workers, repeat, run);
  }
}

/// Where a batch has tasks of its own at certain places, a run has to see two batches or more.
double Sweep::Impl::seconds_for(std::uint64_t workers) const {
  const workload::Scenario& scenario = options.scenario;
  const bool placed = std::ranges::any_of(
      scenario.tasks, [](const workload::TaskKind& kind) { return !kind.at.empty(); });
  if (options.run_seconds || !placed || !task_seconds || arrivals_per_s(scenario.load)) {
    return run_seconds;
  }
  const double two_batches =
      2 * static_cast<double>(scenario.load.tasks) * *task_seconds / static_cast<double>(workers);
  return std::max(run_seconds, std::min(two_batches, run_seconds * kStretch));
}

/// False if the run was cut short, or could not be made at all.
bool Sweep::Impl::run_once(std::uint64_t workers, std::size_t repeat) {
  tell(workers, repeat + 1);
  const std::uint64_t run_begin = trace::now_ns();
  bool again = false;
  auto run =
      measure(options.scenario,
              {.workers = workers,
               .repeat = repeat,
               .seconds = seconds_for(workers),
               .most_seconds = std::max(kShortestForced, std::min(run_seconds * kStretch, left())),
               .grace = grace(),
               .trusted = options.trusted,
               .stop = stopping.get_token()});
  if (!run || run->stopped) {
    const std::lock_guard lock(mutex);
    if (!run) {
      error = run.error();
    }
    return false;
  }
  if (run->figures && run->figures->others_cpu > kDisturbed) {
    const std::lock_guard lock(mutex);
    // Chosen by what others did, not by what came out; on a machine that is always busy it has to
    // do as it is.
    if (options.redo_disturbed && redone_runs < 1 + progress.runs_done / 3) {
      ++redone_runs;
      --begun[workers];
      again = true;
    } else {
      ++disturbed_runs;
    }
  }
  if (again) {
    return left() < run_cost || run_once(workers, begun[workers]++);
  }
  keep(workers, repeat, *run);
  run_cost = 0.7 * run_cost + 0.3 * seconds_since(run_begin);
  {
    const std::lock_guard lock(mutex);
    ++progress.runs_done;
    if (run->trouble) {
      error = run->trouble;
    }
  }
  return true;
}

/// Each of these counts once. Something, if the sweep has to end.
std::optional<SweepEnd> Sweep::Impl::round(std::vector<std::uint64_t> wanted) {
  if (round_number++ % 2 == 1) {  // as interleaved(): a linear drift cancels
    std::ranges::reverse(wanted);
  }
  for (const std::uint64_t workers : wanted) {
    if (stopping.stop_requested()) {
      return SweepEnd::cancelled;
    }
    if (left() < run_cost) {
      return SweepEnd::budget;
    }
    // A repeat draws from seed + k, the same at all counts.
    if (!run_once(workers, begun[workers]++)) {
      return stopping.stop_requested() ? SweepEnd::cancelled : SweepEnd::failed;
    }
    publish(false);
  }
  return std::nullopt;
}

std::optional<SweepEnd> Sweep::Impl::rounds(const std::vector<std::uint64_t>& wanted,
                                            std::size_t repeats, bool unsure) {
  {
    const std::lock_guard lock(mutex);
    progress.unsure = unsure;
    progress.runs_planned = progress.runs_done + wanted.size() * repeats;
  }
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    if (auto end = round(wanted)) {
      return end;
    }
  }
  return std::nullopt;
}

/// Where the curve bends, once; and further on while it rises, as long as there is time for it.
std::vector<std::uint64_t> Sweep::Impl::more_counts() {
  if (!options.workers.empty() || refined) {
    return {};
  }
  const std::vector<std::uint64_t> more =
      further_counts(shared.recommendation, most_automatic(options.scenario));
  const double cost = static_cast<double>(more.size() * kLeastRepeats) * run_cost;
  if (cost > left() / 2) {
    return {};
  }
  refined = shared.recommendation.code != ReasonCode::still_rising;
  return more;
}

SweepEnd Sweep::Impl::measure_all() {
  look_first();
  if (stopping.stop_requested()) {
    return SweepEnd::cancelled;
  }
  if (error && !task_seconds) {
    return SweepEnd::failed;
  }
  plan();
  if (auto end = rounds(counts, options.repeats.value_or(kLeastRepeats))) {
    return *end;
  }
  for (std::size_t i = 0; i < kMostRounds; ++i) {
    const bool sure = options.repeats || is_decided(shared.recommendation);
    const std::vector<std::uint64_t> wanted =
        sure ? more_counts() : contenders(shared.recommendation);
    if (wanted.empty()) {
      break;
    }
    if (auto end = rounds(wanted, sure ? options.repeats.value_or(kLeastRepeats) : 1, !sure)) {
      return *end;
    }
  }
  return options.repeats ? SweepEnd::repeats : SweepEnd::decided;
}

void Sweep::Impl::publish(bool to_the_end) {
  SweepResult next = shared;  // only this thread writes it
  next.points.clear();
  for (const auto& [workers, figures] : runs) {
    next.points.push_back(sum_up(workers, figures));
    if (const auto lock = locks.find(workers); lock != locks.end()) {
      next.points.back().lock = lock->second;
    }
  }
  prediction.predict(next);
  for (SweepPoint& point : next.points) {
    if (point.paused_share >= kHeldUp) {
      point.predicted.reset();
      point.predicted_queue_wait_p99.reset();
      point.predicted_queue_wait_at_least = false;
    }
  }
  evaluate(next, options, to_the_end);
  next.seconds = seconds_since(begin);
  const std::lock_guard lock(mutex);
  shared = std::move(next);
}

void Sweep::Impl::finish(SweepEnd end) {
  publish(true);
  SweepResult last = shared;
  last.end = end;
  const auto note = [&](bool holds, const std::string& text) {
    if (holds) {
      last.notes.push_back(text);
    }
  };
  const auto runs_text = [](std::size_t count) {
    return std::to_string(count) + (count == 1 ? " run" : " runs");
  };
  note(end == SweepEnd::budget,
       "The budget of " + shown_seconds(options.budget_seconds) + " was spent.");
  note(end == SweepEnd::cancelled, "It was cancelled; this is what was measured until then.");
  note(stood_still && last.recommendation.code == ReasonCode::no_throughput,
       "Tasks that wait for tasks of their own pool stand still where all workers do: more workers "
       "would tell, or longer runs (--duration).");
  if (empty_runs > 0 && last.recommendation.code == ReasonCode::too_few_points) {
    last.reason =
        "Can't tell: the runs were too short for these tasks, too few ended in them. Make the runs "
        "longer (--duration), or allow more time.";
  }
  const bool was_cut = end == SweepEnd::budget || end == SweepEnd::cancelled;
  if (was_cut && last.recommendation.code == ReasonCode::too_few_repeats &&
      options.repeats.value_or(kLeastRepeats) >= kLeastRepeats) {
    last.reason =
        "Can't tell: it ended before each number of workers had been measured three times, so that "
        "the spread says how sure they are. Allow more time (--budget), or measure fewer of them.";
  }
  const double period = run_load(options.scenario.load, 1).arrivals_period;
  note(options.run_seconds && *options.run_seconds < period && !last.points.empty(),
       "Tasks come as before only after " + shown_seconds(period) +
           ", and the runs are shorter: they have seen a part of them. Make them longer "
           "(--duration).");
  note(empty_runs > 0,
       runs_text(empty_runs) + " finished too few tasks to count: longer runs (--duration) would.");
  note(disturbed_runs > 0, "In " + runs_text(disturbed_runs) + " other programs used more than " +
                               shown_percent(kDisturbed) +
                               " of the cores: a quiet computer would tell more.");
  note(unsteady_runs > 0, "In " + runs_text(unsteady_runs) +
                              " the throughput drifted: longer runs (--duration) may tell more.");
  note(late_runs > 0,
       "In " + runs_text(late_runs) +
           " tasks came later than they should have: the queue was full (queue_capacity), or this "
           "computer submits no faster. How long they were late is not in the queue wait.");
  note(failed_runs > 0 && !failure_text.empty(),
       "Tasks failed in " + runs_text(failed_runs) + ", most often: " + failure_text + ".");
  note(lost_events > 0,
       std::to_string(lost_events) + " events were lost: throughputs may be higher than measured.");
  const std::lock_guard lock(mutex);
  shared = std::move(last);
  progress.workers = 0;
  progress.elapsed = shared.seconds;
  progress.unsure = false;
  progress.left = 0;
  done = true;
  changed.notify_all();
}

void Sweep::Impl::work() {
  set_current_thread_name("sweep");
  finish(measure_all());
}

Sweep::Sweep(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Sweep>> Sweep::start(SweepOptions options) {
  const std::string name = options.scenario.name;
  std::unique_ptr<Sweep> sweep(new Sweep(std::make_unique<Impl>(std::move(options))));
  try {
    sweep->impl_->thread = std::jthread([impl = sweep->impl_.get()] { impl->work(); });
  } catch (const std::system_error& error) {
    return failure(name, std::string("the sweep cannot be started: ") + error.what());
  }
  return sweep;
}

Sweep::~Sweep() {
  cancel();
}

void Sweep::cancel() {
  impl_->stopping.request_stop();
}

bool Sweep::wait_for(std::chrono::nanoseconds time) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, time, [this] { return impl_->done; });
}

void Sweep::wait() {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->done; });
}

bool Sweep::finished() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->done;
}

SweepProgress Sweep::progress() const {
  const std::lock_guard lock(impl_->mutex);
  SweepProgress now = impl_->progress;
  if (!impl_->done) {
    const double told = now.elapsed;
    now.elapsed = seconds_since(impl_->begin);
    // While the run under way lasts: it is not over before it is.
    now.left = std::max(std::min(now.left, impl_->left_after_run), now.left - (now.elapsed - told));
  }
  return now;
}

SweepResult Sweep::result() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->shared;
}

std::optional<Error> Sweep::error() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->error;
}

}  // namespace poolscope::experiment
