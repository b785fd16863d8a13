// SPDX-License-Identifier: Apache-2.0
// What Auto gets out of three scenarios after 30 s, as a share of what the best fixed number of
// workers gets done, and with how many workers.
#include "app/live_session.h"
#include "core/session/snapshot.h"
#include "core/workload/scenario.h"
#include "tests/bench/kit.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace poolscope::bench {
namespace {

using session::TimeNs;

constexpr session::PoolIndex kPool{0};  // a scenario has one

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

struct Turn {
  TimeNs begin = 0;
  TimeNs end = 0;
  double rate = 0;  ///< tasks a second, without the time in which the pool got going
};

TimeNs present() {
  return static_cast<TimeNs>(trace::now_ns());
}

Turn turn(app::LiveSession& live, std::chrono::milliseconds length) {
  constexpr auto kGettingGoing = std::chrono::milliseconds(500);
  Turn turn{.begin = present()};
  live.run().resume();
  std::this_thread::sleep_for(kGettingGoing);
  const TimeNs from = present();
  std::this_thread::sleep_for(length);
  turn.end = present();
  live.run().pause();
  live.flush();
  const auto finished = live.session()->snapshot()->finished_count(kPool, from, turn.end);
  turn.rate = static_cast<double>(finished) / (static_cast<double>(turn.end - from) * 1e-9);
  return turn;
}

/// Of 1, 2, 4, ... 128 workers the one or two that may be the best: a short look at each says which
/// the others are not.
std::vector<std::size_t> bestFixed(const workload::Scenario& scenario) {
  constexpr auto kLook = std::chrono::milliseconds(800);
  constexpr double kNear = 0.9;  // of the best: a look is no surer
  std::vector<std::pair<double, std::size_t>> looks;
  for (const std::size_t workers : {1, 2, 4, 8, 16, 32, 64, 128}) {
    looks.emplace_back(turn(*started(scenario, {.maxWorkers = workers}), kLook).rate, workers);
  }
  std::ranges::sort(looks, std::ranges::greater());
  std::vector<std::size_t> best{looks[0].second};
  if (looks[1].first >= kNear * looks[0].first) {
    best.push_back(looks[1].second);
  }
  return best;
}

/// What max_workers was in the turns, by time.
QJsonObject workersIn(const session::Snapshot& snapshot, const std::vector<Turn>& turns) {
  std::map<std::uint32_t, TimeNs> spent;
  TimeNs all = 0;
  for (const Turn& turn : turns) {
    all += turn.end - turn.begin;
    TimeNs since = turn.begin;
    std::uint32_t workers = snapshot.max_workers_at(kPool, since);
    for (const session::MaxWorkersStep& step : snapshot.max_workers_steps(kPool)) {
      if (step.time > turn.begin && step.time < turn.end) {
        spent[workers] += step.time - since;
        since = step.time;
        workers = step.now;
      }
    }
    spent[workers] += turn.end - since;
  }
  const auto most = std::ranges::max_element(spent, {}, [](const auto& one) { return one.second; });
  return {{QStringLiteral("auto_workers"), static_cast<double>(most->first)},
          {QStringLiteral("share_of_time_with_them"),
           rounded(static_cast<double>(most->second) / static_cast<double>(all))},
          {QStringLiteral("fewest_workers"), static_cast<double>(spent.begin()->first)},
          {QStringLiteral("most_workers"), static_cast<double>(std::prev(spent.end())->first)}};
}

struct Fixed {
  std::size_t workers = 1;
  Live live = {};
  std::vector<double> rates = {};
};

/// The controller has 30 s; then it and the best fixed numbers work in turns, one while the others
/// are paused, so that what else the machine does meanwhile meets all of them.
QJsonObject measure(const workload::Scenario& scenario) {
  constexpr auto kClimb = std::chrono::seconds(30);
  constexpr auto kTurn = std::chrono::milliseconds(1200);
  constexpr int kTurns = 5;
  std::vector<Fixed> fixed;
  for (const std::size_t workers : bestFixed(scenario)) {
    fixed.push_back({.workers = workers, .live = started(scenario, {.maxWorkers = workers})});
    fixed.back().live->run().pause();
  }
  const Live automatic = started(scenario, {.automatic = true});
  std::this_thread::sleep_for(kClimb);
  automatic->run().pause();
  std::vector<Turn> turns;
  for (int i = 0; i < kTurns; ++i) {
    turns.push_back(turn(*automatic, kTurn));
    for (Fixed& one : fixed) {
      one.rates.push_back(turn(*one.live, kTurn).rate);
    }
  }
  const Fixed& best =
      *std::ranges::max_element(fixed, {}, [](const Fixed& one) { return median(one.rates); });
  std::vector<double> shares;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    shares.push_back(best.rates[i] > 0 ? turns[i].rate / best.rates[i] : 0);
  }
  QJsonObject figures = workersIn(*automatic->session()->snapshot(), turns);
  figures[QStringLiteral("share_of_best")] = rounded(median(shares));
  figures[QStringLiteral("best_workers")] = static_cast<double>(best.workers);
  figures[QStringLiteral("best_tasks_per_s")] = rounded(median(best.rates));
  return figures;
}

QJsonObject measureAll(bool quick) {
  QJsonObject figures;
  for (const char* name : {"web-scraping", "http", "cpu-bound"}) {
    figures[QString::fromLatin1(name)] = measure(*workload::find_scenario(name));
    if (quick) {
      break;  // 30 s are 30 s
    }
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
