// SPDX-License-Identifier: Apache-2.0
// What Auto gets out of three scenarios after 30 s, as a share of what the best fixed number of
// workers gets done.
#include "app/live_session.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace poolscope::bench {
namespace {

using session::TimeNs;

constexpr TimeNs kSecond = 1'000'000'000;

struct Run {
  double throughput = 0;    // tasks a second, of the last part of the run
  std::size_t workers = 0;  // at its end
};

/// Runs for `seconds`; what the last `measured` of them got done.
Run run(const workload::Scenario& scenario, const app::LiveSession::Options& options, int seconds,
        int measured) {
  workload::Scenario alone = scenario;
  alone.script.clear();
  auto live = app::LiveSession::start(std::move(alone), options);
  if (!live) {
    std::fprintf(stderr, "auto_bench: %s\n", live.error().message().c_str());
    return {};
  }
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  (*live)->flush();
  const auto snapshot = (*live)->session()->snapshot();
  const TimeNs end = snapshot->end();
  return {.throughput = snapshot->statistics(end - measured * kSecond, end).throughput,
          .workers = (*live)->run().max_workers()};
}

QJsonObject measure(const workload::Scenario& scenario, bool quick) {
  constexpr int kClimb = 30;
  Run best;
  for (const std::size_t workers : {1, 2, 4, 8, 16, 32, 64, 128}) {
    const Run fixed = run(scenario, {.maxWorkers = workers}, quick ? 3 : 6, quick ? 2 : 5);
    best = fixed.throughput > best.throughput ? fixed : best;
  }
  const int measured = quick ? 5 : 20;
  const Run automatic = run(scenario, {.automatic = true}, kClimb + measured, measured);
  return {{QStringLiteral("share_of_best"),
           best.throughput > 0 ? rounded(automatic.throughput / best.throughput) : 0},
          {QStringLiteral("best_workers"), static_cast<double>(best.workers)},
          {QStringLiteral("auto_workers"), static_cast<double>(automatic.workers)}};
}

QJsonObject measureAll(bool quick) {
  QJsonObject figures;
  for (const char* name : {"web-scraping", "http", "cpu-bound"}) {
    figures[QString::fromLatin1(name)] = measure(*workload::find_scenario(name), quick);
  }
  return {{QStringLiteral("auto"), figures}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measureAll(call.quick));
  return 0;
}
