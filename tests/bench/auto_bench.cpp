// SPDX-License-Identifier: Apache-2.0
// What Auto gets out of three scenarios after 30 s, as a share of what the best fixed number of
// workers gets done.
#include "app/live_session.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace poolscope::bench {
namespace {

using session::TimeNs;

constexpr TimeNs kSecond = 1'000'000'000;

using Live = std::unique_ptr<app::LiveSession>;

Live started(const workload::Scenario& scenario, const app::LiveSession::Options& options) {
  workload::Scenario alone = scenario;
  alone.script.clear();
  auto live = app::LiveSession::start(std::move(alone), options);
  if (!live) {
    std::fprintf(stderr, "auto_bench: %s\n", live.error().message().c_str());
    std::exit(1);
  }
  return std::move(*live);
}

/// Tasks a second of the next `seconds`, after one in which the pool gets going.
double throughput(app::LiveSession& live, int seconds) {
  std::this_thread::sleep_for(std::chrono::seconds(1 + seconds));
  live.flush();
  const auto snapshot = live.session()->snapshot();
  const TimeNs end = snapshot->end();
  return snapshot->statistics(end - seconds * kSecond, end).throughput;
}

std::size_t bestFixed(const workload::Scenario& scenario, int seconds) {
  double most = 0;
  std::size_t best = 1;
  for (const std::size_t workers : {1, 2, 4, 8, 16, 32, 64, 128}) {
    const double rate = throughput(*started(scenario, {.maxWorkers = workers}), seconds);
    if (rate > most) {
      most = rate;
      best = workers;
    }
  }
  return best;
}

/// The controller has 30 s; then it and the best fixed number work in turns, the one while the
/// other is paused, so that what else the machine does meanwhile meets both.
QJsonObject measure(const workload::Scenario& scenario, bool quick) {
  constexpr auto kClimb = std::chrono::seconds(30);
  constexpr int kTurn = 3;  // seconds
  const std::size_t best = bestFixed(scenario, quick ? 2 : 3);
  const Live automatic = started(scenario, {.automatic = true});
  std::this_thread::sleep_for(kClimb);
  automatic->run().pause();
  const Live fixed = started(scenario, {.maxWorkers = best});
  fixed->run().pause();
  std::vector<double> shares;
  for (int turn = 0; turn < (quick ? 3 : 7); ++turn) {
    const auto rate = [](app::LiveSession& live) {
      live.run().resume();
      const double tasks = throughput(live, kTurn);
      live.run().pause();
      return tasks;
    };
    const double ofAutomatic = rate(*automatic);
    const double ofFixed = rate(*fixed);
    shares.push_back(ofFixed > 0 ? ofAutomatic / ofFixed : 0);
  }
  return {{QStringLiteral("share_of_best"), rounded(median(shares))},
          {QStringLiteral("best_workers"), static_cast<double>(best)},
          {QStringLiteral("auto_workers"), static_cast<double>(automatic->run().max_workers())}};
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
  poolscope::bench::wakeAllCores();
  poolscope::bench::printFigures(poolscope::bench::measureAll(call.quick));
  return 0;
}
