// SPDX-License-Identifier: Apache-2.0
// The local server and the HTTP client: whether 64 workers that wait for pages wait for nothing
// else.
#include "core/session/session.h"
#include "core/trace/tracer.h"
#include "core/workload/scenario.h"
#include "core/workload/scenario_run.h"
#include "tests/bench/kit.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace poolscope::bench {
namespace {

constexpr int kWorkers = 64;
constexpr double kLatencyMs = 60;

struct Round {
  double share_of_ideal = 0;           ///< pages a second over kWorkers / kLatencyMs
  std::vector<double> excess_ms = {};  ///< each request's time less its latency
  double failed = 0;
};

workload::Scenario scenarioOf(int pages) {
  auto scenario = workload::parse_scenario(
      "name = \"http-bench\"\n[load]\npattern = \"map\"\ntasks = " + std::to_string(pages) +
          "\n[[task]]\nsteps = [{ http = \"/page\", latency = \"60ms\" }]\n",
      {});
  if (!scenario) {
    std::fprintf(stderr, "http_bench: %s\n", scenario.error().message().c_str());
    std::exit(1);
  }
  return std::move(*scenario);
}

/// Fetches so many pages a worker, as a scenario does it: traced into a session, the workers and
/// their connections started anew, which is part of the time.
Round fetch(int pages_a_worker) {
  const int pages = kWorkers * pages_a_worker;
  session::Session store;
  trace::Tracer tracer;
  tracer.add_sink(store.add_process(tracer.directory()));
  {
    auto run = workload::ScenarioRun::start(scenarioOf(pages),
                                            {.tracer = &tracer, .max_workers = kWorkers});
    if (!run) {
      std::fprintf(stderr, "http_bench: %s\n", run.error().message().c_str());
      std::exit(1);
    }
    (*run)->wait();
  }
  tracer.flush();
  const auto snapshot = store.snapshot();
  Round round;
  session::TimeNs first = session::kForever;
  session::TimeNs last = 0;
  for (std::uint64_t id = 1; id <= snapshot->task_count(); ++id) {
    const session::TaskKey key{0, id};
    const auto task = snapshot->task(key);
    if (!task || !task->started || !task->finished) {
      round.failed += 1;
      continue;
    }
    round.failed += task->state == session::TaskState::finished ? 0 : 1;
    first = std::min(first, *task->started);
    last = std::max(last, *task->finished);
    for (const session::Phase& phase : snapshot->phases(key)) {
      round.excess_ms.push_back(static_cast<double>(phase.end - phase.begin) * 1e-6 - kLatencyMs);
    }
  }
  const double ideal_ms = kLatencyMs * pages_a_worker;
  round.share_of_ideal = ideal_ms / (static_cast<double>(last - first) * 1e-6);
  return round;
}

QJsonObject measure(bool quick) {
  wakeAllCores();
  fetch(2);  // libcurl's own start is not measured
  std::vector<double> share;
  std::vector<double> median_ms;
  std::vector<double> p99_ms;
  double failed = 0;
  for (int i = 0; i < (quick ? 1 : 7); ++i) {
    const Round round = fetch(50);
    share.push_back(round.share_of_ideal);
    median_ms.push_back(median(round.excess_ms));
    p99_ms.push_back(quantile(round.excess_ms, 0.99));
    failed += round.failed;
  }
  return {{QStringLiteral("http"),
           QJsonObject{{QStringLiteral("share_of_ideal"), rounded(median(share))},
                       {QStringLiteral("worst_share_of_ideal"), rounded(quantile(share, 0))},
                       {QStringLiteral("pages_per_s"),
                        rounded(median(share) * kWorkers / kLatencyMs * 1e3)},
                       {QStringLiteral("excess_median_ms"), rounded(median(median_ms))},
                       {QStringLiteral("excess_p99_ms"), rounded(median(p99_ms))},
                       {QStringLiteral("failed"), failed},
                       {QStringLiteral("workers"), kWorkers},
                       {QStringLiteral("latency_ms"), kLatencyMs}}}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
