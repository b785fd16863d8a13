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

/// Tasks a second of the last `measured` seconds of a run of `seconds`.
double throughput(const workload::Scenario& scenario, const app::LiveSession::Options& options,
                  int seconds, int measured) {
  workload::Scenario alone = scenario;
  alone.script.clear();
  auto live = app::LiveSession::start(std::move(alone), options);
  if (!live) {
    std::fprintf(stderr, "auto_bench: %s\n", live.error().message().c_str());
    return 0;
  }
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  (*live)->flush();
  const auto snapshot = (*live)->session()->snapshot();
  const TimeNs end = snapshot->end();
  return snapshot->statistics(end - measured * kSecond, end).throughput;
}

QJsonObject measure(bool quick) {
  constexpr int kClimb = 30;
  QJsonObject shares;
  for (const char* name : {"web-scraping", "http", "cpu-bound"}) {
    const auto scenario = workload::find_scenario(name);
    double best = 0;
    for (const std::size_t workers : {1, 2, 4, 8, 16, 32, 64}) {
      best = std::max(best,
                      throughput(*scenario, {.maxWorkers = workers}, quick ? 3 : 6, quick ? 2 : 5));
    }
    const int measured = quick ? 5 : 20;
    const double automatic =
        throughput(*scenario, {.automatic = true}, kClimb + measured, measured);
    shares[QString::fromLatin1(name)] = best > 0 ? rounded(automatic / best) : 0;
  }
  return {{QStringLiteral("auto_share_of_best"), shares}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
