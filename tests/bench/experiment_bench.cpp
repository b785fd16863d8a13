// SPDX-License-Identifier: Apache-2.0
// How fast the simulation runs, how far its predictions lie from what is measured in the gallery's
// scenarios, and how long a sweep takes to its recommendation.
#include "core/experiment/simulation.h"
#include "core/experiment/sweep.h"
#include "core/workload/random.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace poolscope::bench {
namespace {

using namespace experiment;

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
/// predictions are made from.
double prediction_error(const workload::Scenario& scenario, bool quick) {
  SweepOptions options{.scenario = scenario, .workers = {1, 2, 4, 8, 16, 32}};
  if (quick) {
    options.workers = {2, 8, 32};
  }
  options.repeats = quick ? 1 : 4;
  options.budget_seconds = 300;
  const SweepResult result = sweep(std::move(options));
  double worst = kNothing;
  for (const SweepPoint& point : result.points) {
    if (point.predicted && point.workers != result.calibrated_at && point.throughput.mean > 0) {
      worst = std::fmax(worst, std::abs(*point.predicted / point.throughput.mean - 1));
    }
  }
  return rounded(worst);
}

/// Tasks of a fixed 50 ms at six counts, until the recommendation is decided.
QJsonObject time_to_recommendation() {
  const auto scenario = workload::parse_scenario(
      "name = \"fixed\"\n[load]\npattern = \"map\"\ntasks = 400\n[http]\nmax_concurrent = 10\n"
      "[[task]]\nsteps = [{ http = \"/\", latency = \"50ms\" }]\n",
      "bench.toml");
  const SweepResult result = sweep({.scenario = *scenario, .workers = {1, 2, 4, 8, 16, 32}});
  return {{QStringLiteral("seconds"), rounded(result.seconds)},
          {QStringLiteral("recommended_workers"),
           static_cast<double>(result.recommendation.workers.value_or(0))}};
}

QJsonObject measure(bool quick) {
  const int rounds = quick ? 1 : 5;
  QJsonObject rates;
  for (const std::uint64_t workers : {1, 8, 64, 256}) {
    rates[QString::number(workers)] = simulated_tasks_per_s(workers, rounds);
  }
  QJsonObject errors;
  double worst = kNothing;
  for (const workload::Scenario& scenario : workload::gallery()) {
    const double error = prediction_error(scenario, quick);
    errors[QString::fromStdString(scenario.name)] = error;
    worst = std::fmax(worst, error);
  }
  errors[QStringLiteral("worst")] = worst;
  return {{QStringLiteral("simulation_tasks_per_s"), rates},
          {QStringLiteral("prediction_error"), errors},
          {QStringLiteral("sweep_of_six"), time_to_recommendation()}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
