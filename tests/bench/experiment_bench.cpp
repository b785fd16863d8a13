// SPDX-License-Identifier: Apache-2.0
// How fast the simulation runs, how far its predictions lie from what is measured in the gallery's
// scenarios, how long a sweep takes to its recommendation, and how often that is right.
#include "core/base/cores.h"
#include "core/experiment/interval.h"
#include "core/experiment/simulation.h"
#include "core/experiment/sweep.h"
#include "core/workload/random.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::bench {
namespace {

using namespace experiment;

constexpr double kSweepBudget = 20;  // seconds: random durations take it, where others compute, too
constexpr double kQuickBudget = 15;
constexpr double kComputingBudget = 60;   // of computing alone: what else computes is noise
constexpr double kPredictionBudget = 20;  // seconds of a sweep that compares predictions, at most
constexpr double kLeastWait = 0.001;      // seconds: threads wake up no faster
constexpr double kMostWait = 2.5;         // seconds, of a batch that a longer run is to see

/// Pages that are waited for and then read, as in web-scraping.
double simulated_tasks_per_s(std::uint64_t workers, int rounds) {
  SimulatedWork work;
  work.cores = 2;
  work.batch = 200;
  workload::Random random(1);
  for (int i = 0; i < 5000; ++i) {
    work.add_task(
        {{Segment::Kind::delay, 0, static_cast<float>(0.06 * std::exp(0.25 * random.normal()))},
         {Segment::Kind::cpu, 0, 0.001F}});
  }
  constexpr std::uint64_t kTasks = 2'000'000;
  std::vector<double> rates;
  for (int i = 0; i < rounds; ++i) {
    const std::uint64_t begin = trace::now_ns();
    static_cast<void>(simulate(work, {.workers = workers, .tasks = kTasks}));
    rates.push_back(static_cast<double>(kTasks) * 1.1 / secondsSince(begin));
  }
  return rounded(median(rates));
}

SweepResult sweep(SweepOptions options) {
  auto started = Sweep::start(std::move(options));
  if (!started) {
    std::fprintf(stderr, "experiment_bench: %s\n", started.error().message().c_str());
    return {};
  }
  (*started)->wait();
  return (*started)->result();
}

/// How far predictions lie from what is measured, as a share of it.
struct PredictionError {
  double mean = 0;        ///< of the sizes of several sweeps' errors, of the count where it is most
  double one = 0;         ///< the largest of a single sweep
  double half_width = 0;  ///< of the mean's interval, the widest; 0: of one sweep there is none
  int sweeps = 0;
  std::optional<double> wait = {};  ///< as `mean`, of the queue wait's p99
  double one_wait = 0;              ///< as `one`
};

/// By count, but not the one that the predictions of that sweep were made from.
using ErrorsByCount = std::map<std::uint64_t, std::vector<double>>;

void add_errors(const SweepResult& result, ErrorsByCount& errors) {
  for (const SweepPoint& point : result.points) {
    if (!point.predicted || point.workers == result.calibrated_at) {
      continue;
    }
    // A deadlock is predicted or it is not.
    const double error = point.throughput.mean > 0
                             ? std::abs(*point.predicted / point.throughput.mean - 1)
                             : (*point.predicted > 0 ? 1.0 : 0.0);
    errors[point.workers].push_back(error);
  }
}

/// Of waits that matter, and that the runs saw to their end.
void add_wait_errors(const SweepResult& result, ErrorsByCount& errors) {
  for (const SweepPoint& point : result.points) {
    const double measured = point.queue_wait_p99.value_or(0);
    const double predicted = point.predicted_queue_wait_p99.value_or(0);
    const bool known = point.queue_wait_p99 && point.predicted_queue_wait_p99 &&
                       !point.queue_wait_at_least && !point.predicted_queue_wait_at_least;
    if (known && point.workers != result.calibrated_at &&
        std::max(measured, predicted) >= kLeastWait) {
      errors[point.workers].push_back(std::abs(predicted / std::max(measured, 1e-6) - 1));
    }
  }
}

/// Where batches outlast the runs, the wait of whole ones is predicted: it takes a longer run to
/// measure it, here at one count.
void add_long_wait_error(const SweepResult& result, const workload::Scenario& scenario,
                         ErrorsByCount& errors) {
  for (const SweepPoint& point : result.points) {
    const double predicted = point.predicted_queue_wait_p99.value_or(0);
    if (!point.queue_wait_at_least || point.predicted_queue_wait_at_least ||
        predicted < kLeastWait || predicted > kMostWait || point.workers == result.calibrated_at) {
      continue;
    }
    SweepResult whole = sweep({.scenario = scenario,
                               .workers = {point.workers},
                               .repeats = 1,
                               .run_seconds = 2.5 * predicted,
                               .budget_seconds = kPredictionBudget});
    if (!whole.points.empty()) {
      whole.points[0].predicted_queue_wait_p99 = predicted;
      whole.calibrated_at = result.calibrated_at;
      add_wait_errors(whole, errors);
      return;
    }
  }
}

PredictionError sum_up_errors(const ErrorsByCount& errors, int sweeps) {
  PredictionError sum{.sweeps = sweeps};
  for (const auto& [workers, values] : errors) {
    const MeanInterval interval = mean_interval(values);
    sum.mean = std::max(sum.mean, interval.mean);
    sum.half_width = std::max(sum.half_width, interval.half_width.value_or(0));
    sum.one = std::max(sum.one, *std::ranges::max_element(values));
  }
  return sum;
}

/// Of sweeps with seeds of their own, each calibrated anew, of one run a count; as many of them as
/// it takes to know the error within kSurely. Of nested tasks a count at which they are deadlocked
/// is among them, and those just above it.
PredictionError prediction_error(workload::Scenario scenario, bool quick) {
  const bool nested = scenario.load.pattern == workload::LoadPattern::nested;
  const std::vector<std::uint64_t> counts =
      nested ? std::vector<std::uint64_t>{4, 9, 16, 32} : std::vector<std::uint64_t>{2, 8, 32};
  constexpr double kSurely = 0.03;
  const int least = quick ? 1 : 3;
  const int most = quick ? 1 : 8;
  ErrorsByCount errors;
  ErrorsByCount waits;
  PredictionError error;
  SweepResult result;
  while (error.sweeps < least || (error.sweeps < most && error.half_width > kSurely)) {
    scenario.seed += error.sweeps > 0 ? 1000 : 0;
    result = sweep({.scenario = scenario,
                    .workers = counts,
                    .repeats = 1,
                    .budget_seconds = kPredictionBudget});
    add_errors(result, errors);
    add_wait_errors(result, waits);
    error = sum_up_errors(errors, error.sweeps + 1);
  }
  if (waits.empty() && !quick) {
    add_long_wait_error(result, scenario, waits);
  }
  if (!waits.empty()) {
    const PredictionError of_waits = sum_up_errors(waits, error.sweeps);
    error.wait = of_waits.mean;
    error.one_wait = of_waits.one;
  }
  // A scenario must not get lost: nothing predicted is as wrong as can be.
  return errors.empty() ? PredictionError{.mean = 1, .one = 1} : error;
}

/// By scenario, null where no sweep had one to compare.
struct WaitErrors {
  QJsonObject by_scenario = {};
  std::vector<double> all = {};
  double one = 0;

  void add(const QString& scenario, const PredictionError& error) {
    by_scenario[scenario] = error.wait ? QJsonValue(rounded(*error.wait)) : QJsonValue::Null;
    if (error.wait) {
      all.push_back(*error.wait);
      one = std::max(one, error.one_wait);
    }
  }

  QJsonObject figures() const {
    QJsonObject figures = by_scenario;
    figures[QStringLiteral("compared")] = static_cast<int>(all.size());
    if (!all.empty()) {
      figures[QStringLiteral("worst")] = rounded(*std::ranges::max_element(all));
      figures[QStringLiteral("median")] = rounded(median(all));
      figures[QStringLiteral("worst_of_one_sweep")] = rounded(one);
    }
    return figures;
  }
};

/// Pages, computing, a lock, a server's limit, arrivals: what a quick run predicts.
constexpr const char* kOneOfAKind[] = {"web-scraping", "cpu-bound", "lock-contention", "http",
                                       "open-load"};

QJsonObject prediction_errors(bool quick) {
  QJsonObject errors;
  WaitErrors waits;
  QJsonObject half_widths;
  PredictionError worst;
  int predicted = 0;
  int close = 0;
  for (const workload::Scenario& scenario : workload::gallery()) {
    if (quick && std::ranges::find(kOneOfAKind, scenario.name) == std::end(kOneOfAKind)) {
      continue;
    }
    const QString name = QString::fromStdString(scenario.name);
    const PredictionError error = prediction_error(scenario, quick);
    errors[name] = rounded(error.mean);
    waits.add(name, error);
    ++predicted;
    close += error.mean <= 0.1 ? 1 : 0;
    half_widths[name] = rounded(error.half_width);
    worst = {.mean = std::max(worst.mean, error.mean),
             .one = std::max(worst.one, error.one),
             .half_width = std::max(worst.half_width, error.half_width),
             .sweeps = worst.sweeps + error.sweeps};
  }
  errors[QStringLiteral("worst")] = rounded(worst.mean);
  errors[QStringLiteral("worst_of_one_sweep")] = rounded(worst.one);
  errors[QStringLiteral("half_width")] = half_widths;
  errors[QStringLiteral("widest_half_width")] = rounded(worst.half_width);
  errors[QStringLiteral("queue_wait")] = waits.figures();
  errors[QStringLiteral("sweeps")] = worst.sweeps;
  errors[QStringLiteral("predicted")] = predicted;
  errors[QStringLiteral("within_10_percent")] = close;
  return errors;
}

workload::Scenario scenario_of(const std::string& toml) {
  return *workload::parse_scenario(toml, "bench.toml");
}

struct Known {
  workload::Scenario scenario = {};
  std::vector<std::uint64_t> grid = {};
  std::uint64_t best = 1;
  int off = 1;           ///< points of the grid that a recommendation may lie beside the best
  std::string why = {};  ///< what the reason has to name
  double budget_seconds = kSweepBudget;
};

/// Of `sweeps` how many recommend the best, or nearly, and say why.
QJsonObject right_of(const Known& known, int sweeps) {
  const auto place = [&](std::uint64_t workers) {
    return std::ranges::find(known.grid, workers) - known.grid.begin();
  };
  int right = 0;
  bool says_why = true;
  QJsonArray recommended;
  double seconds = 0;
  std::string reason;
  for (int i = 0; i < sweeps; ++i) {
    const SweepResult result = sweep({.scenario = known.scenario,
                                      .workers = known.grid,
                                      .budget_seconds = known.budget_seconds});
    const auto workers = result.recommendation.workers;
    recommended.append(static_cast<double>(workers.value_or(0)));
    reason = result.reason;
    const bool named = reason.find(known.why) != std::string::npos;
    const bool near = workers && std::abs(place(*workers) - place(known.best)) <= known.off;
    right += near && named ? 1 : 0;
    says_why = says_why && named;
    seconds += result.seconds;
  }
  return {{QStringLiteral("right"), right},
          {QStringLiteral("of"), sweeps},
          {QStringLiteral("share_right"), rounded(static_cast<double>(right) / sweeps)},
          {QStringLiteral("says_why"), known.why.empty() ? QJsonValue::Null : QJsonValue(says_why)},
          {QStringLiteral("best_workers"), static_cast<double>(known.best)},
          {QStringLiteral("recommended"), recommended},
          {QStringLiteral("seconds_a_sweep"), rounded(seconds / sweeps)},
          {QStringLiteral("last_reason"), QString::fromStdString(reason)}};
}

/// Work whose best count is known beforehand: pages without a limit want all that is measured,
/// those of a server of ten want ten, computing wants the cores, and behind the interpreter's lock
/// one worker does it all.
QJsonObject recommendations(bool quick) {
  const int waiting = quick ? 1 : 10;
  const int computing = quick ? 1 : 2;
  const double waiting_budget = quick ? kQuickBudget : kSweepBudget;
  const double computing_budget = quick ? kQuickBudget : kComputingBudget;
  const std::uint64_t cores = usable_cores();
  std::vector<std::uint64_t> by_one;
  for (std::uint64_t workers = 1; workers <= cores + 3; ++workers) {
    by_one.push_back(workers);
  }
  const std::string computes =
      "[load]\npattern = \"map\"\ntasks = 400\n[[task]]\nsteps = [{ cpu = \"2ms\" }]\n";
  const std::string ten =
      "name = \"ten\"\n[load]\npattern = \"map\"\ntasks = 400\n[http]\nmax_concurrent = 10\n"
      "[[task]]\nsteps = [{ http = \"/\", latency = \"lognormal(40ms, 0.2)\" }]\n";
  return {{QStringLiteral("web-scraping"),
           right_of({.scenario = *workload::find_scenario("web-scraping"),
                     .grid = {2, 4, 8, 16, 32},
                     .best = 32,
                     .budget_seconds = waiting_budget},
                    waiting)},
          {QStringLiteral("server_of_ten"), right_of({.scenario = scenario_of(ten),
                                                      .grid = {4, 8, 10, 12, 32},
                                                      .best = 10,
                                                      .budget_seconds = waiting_budget},
                                                     waiting)},
          {QStringLiteral("computing"),
           right_of({.scenario = scenario_of("name = \"computing\"\n" + computes),
                     .grid = by_one,
                     .best = cores,
                     .budget_seconds = computing_budget},
                    computing)},
          {QStringLiteral("interpreter-lock"),
           right_of({.scenario = scenario_of("name = \"gil\"\ngil = true\n" + computes),
                     .grid = {1, 2, 4, 8},
                     .best = 1,
                     .off = 0,
                     .why = "interpreter lock",
                     .budget_seconds = computing_budget},
                    computing)}};
}

/// Tasks of a fixed 50 ms at six counts, until the recommendation is decided.
QJsonObject time_to_recommendation() {
  const auto scenario = scenario_of(
      "name = \"fixed\"\n[load]\npattern = \"map\"\ntasks = 400\n[http]\nmax_concurrent = 10\n"
      "[[task]]\nsteps = [{ http = \"/\", latency = \"50ms\" }]\n");
  const SweepResult result = sweep({.scenario = scenario, .workers = {1, 2, 4, 8, 16, 32}});
  return {{QStringLiteral("seconds"), rounded(result.seconds)},
          {QStringLiteral("recommended_workers"),
           static_cast<double>(result.recommendation.workers.value_or(0))}};
}

QJsonObject measure(bool quick) {
  const int rounds = quick ? 1 : 3;
  QJsonObject rates;
  for (const std::uint64_t workers : {1, 8, 64, 256}) {
    rates[QString::number(workers)] = simulated_tasks_per_s(workers, rounds);
  }
  return {{QStringLiteral("simulation_tasks_per_s"), rates},
          {QStringLiteral("prediction_error"), prediction_errors(quick)},
          {QStringLiteral("recommendation"), recommendations(quick)},
          {QStringLiteral("sweep_of_six"), time_to_recommendation()}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::wakeAllCores();
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
