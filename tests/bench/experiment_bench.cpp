// SPDX-License-Identifier: Apache-2.0
// How fast the simulation runs, how far its predictions lie from what is measured in the gallery's
// scenarios, how long a sweep takes to its recommendation, and how often that is right.
#include "core/base/cores.h"
#include "core/experiment/simulation.h"
#include "core/experiment/sweep.h"
#include "core/workload/random.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace poolscope::bench {
namespace {

using namespace experiment;

constexpr double kSweepBudget = 20;  // seconds: random durations take it, where others compute, too
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

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

/// The largest difference between predicted and measured, of the counts but the one that the
/// predictions are made from. Nothing where nothing is predicted.
std::optional<double> prediction_error(const workload::Scenario& scenario, bool quick) {
  if (scenario.load.pattern == workload::LoadPattern::nested) {
    return std::nullopt;  // what waits for others in its own pool is not simulated
  }
  SweepOptions options{.scenario = scenario, .workers = {2, 8, 32}};
  options.repeats = quick ? 1 : 2;
  options.budget_seconds = quick ? 4 : 8;
  // A few tasks, or the ends of a few batches, make a large part of the time there: in a run as
  // short as elsewhere it would be chance how many of them it has, in what is measured as in what
  // predictions are made from.
  const bool chancy = scenario.name == "long-tail" || scenario.name == "open-load" ||
                      scenario.name == "submit-and-result";
  if (chancy && !quick) {
    options.repeats = 1;
    options.run_seconds = 6;
    options.budget_seconds = 40;
  }
  const SweepResult result = sweep(std::move(options));
  double worst = kNothing;
  for (const SweepPoint& point : result.points) {
    if (point.predicted && point.workers != result.calibrated_at && point.throughput.mean > 0) {
      worst = std::fmax(worst, std::abs(*point.predicted / point.throughput.mean - 1));
    }
  }
  return std::isfinite(worst) ? std::optional(rounded(worst)) : std::nullopt;
}

QJsonObject prediction_errors(bool quick) {
  QJsonObject errors;
  double worst = kNothing;
  int predicted = 0;
  int close = 0;
  for (const workload::Scenario& scenario : workload::gallery()) {
    const auto error = prediction_error(scenario, quick);
    if (error) {
      ++predicted;
      close += *error <= 0.1 ? 1 : 0;
      worst = std::fmax(worst, *error);
    }
    errors[QString::fromStdString(scenario.name)] = error ? QJsonValue(*error) : QJsonValue::Null;
  }
  errors[QStringLiteral("worst")] = rounded(worst);
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
};

/// Of `sweeps` how many recommend the best, or the count of the grid before or after it.
QJsonObject right_of(const Known& known, int sweeps) {
  const auto place = [&](std::uint64_t workers) {
    return std::ranges::find(known.grid, workers) - known.grid.begin();
  };
  int right = 0;
  QJsonArray recommended;
  double seconds = 0;
  std::string reason;
  for (int i = 0; i < sweeps; ++i) {
    const SweepResult result =
        sweep({.scenario = known.scenario, .workers = known.grid, .budget_seconds = kSweepBudget});
    const auto workers = result.recommendation.workers;
    recommended.append(static_cast<double>(workers.value_or(0)));
    right += workers && std::abs(place(*workers) - place(known.best)) <= 1 ? 1 : 0;
    seconds += result.seconds;
    reason = result.reason;
  }
  return {{QStringLiteral("right"), right},
          {QStringLiteral("of"), sweeps},
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
           right_of({*workload::find_scenario("web-scraping"), {2, 4, 8, 16, 32}, 32}, waiting)},
          {QStringLiteral("server_of_ten"),
           right_of({scenario_of(ten), {4, 8, 10, 12, 32}, 10}, waiting)},
          {QStringLiteral("computing"),
           right_of({scenario_of("name = \"computing\"\n" + computes), by_one, cores}, computing)},
          {QStringLiteral("interpreter-lock"),
           right_of({scenario_of("name = \"gil\"\ngil = true\n" + computes), {1, 2, 4, 8}, 1},
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
