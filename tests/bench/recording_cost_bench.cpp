// SPDX-License-Identifier: Apache-2.0
// What recording costs the pool: its throughput at some 100 k tasks a second, recorded and not, in
// turns. The session takes the events in both cases, as in the window. With one worker, and with
// one a core, which leave no core for the recording.
#include "core/base/cores.h"
#include "core/executor/thread_pool_executor.h"
#include "core/session/session.h"
#include "core/storage/recording.h"
#include "core/trace/tracer.h"
#include "tests/bench/kit.h"

#include <QTemporaryDir>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

namespace poolscope::bench {
namespace {

constexpr std::uint64_t kTaskNs = 9'500;  // one worker runs some 100 k of these a second
constexpr std::uint64_t kWindow = 2'000;  // tasks that are queued at most

void compute(std::uint64_t length) {
  const std::uint64_t end = trace::now_ns() + length;
  while (trace::now_ns() < end) {
  }
}

/// Tasks a second of `workers` that are never out of work, over `seconds`: some 100 k in all.
double run(const std::filesystem::path& path, bool records, double seconds, std::size_t workers) {
  trace::Tracer tracer;
  session::Session session;
  tracer.add_sink(session.add_process(tracer.directory()));
  std::shared_ptr<storage::Recorder> recorder;
  if (records) {
    auto created = storage::Recorder::create(path, tracer.directory(), {.overwrite = true});
    if (!created) {
      std::fprintf(stderr, "%s\n", created.error().message().c_str());
      std::exit(1);
    }
    recorder = *created;
    tracer.add_sink(recorder);
  }
  std::atomic<std::uint64_t> finished{0};
  std::uint64_t submitted = 0;
  double rate = 0;
  {
    ThreadPoolExecutor pool({.max_workers = workers, .tracer = &tracer});
    const TaskOptions named{.name = "compute"};
    const auto task = [&finished, length = kTaskNs * workers] {
      compute(length);
      finished.fetch_add(1, std::memory_order_relaxed);
    };
    const auto fill = [&] {
      while (submitted < finished.load(std::memory_order_relaxed) + kWindow) {
        pool.submit(named, task);
        ++submitted;
      }
    };
    const auto keep = [&](double length) {
      const std::uint64_t begin = trace::now_ns();
      while (secondsSince(begin) < length) {
        fill();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      return secondsSince(begin);
    };
    keep(0.1);  // warms up
    const std::uint64_t before = finished.load();
    const double length = keep(seconds);
    rate = static_cast<double>(finished.load() - before) / length;
    pool.shutdown(true, true);
  }
  tracer.flush();
  if (tracer.lost_events() > 0) {
    std::fprintf(stderr, "events were lost\n");
    std::exit(1);
  }
  if (recorder) {
    tracer.remove_sink(recorder);
    if (!recorder->finish()) {
      std::exit(1);
    }
  }
  return rate;
}

QJsonObject cost(const std::filesystem::path& path, int rounds, std::size_t workers) {
  std::vector<double> without;
  std::vector<double> with;
  std::vector<double> costs;
  for (int round = 0; round < rounds; ++round) {
    // Each round begins with the other one: what drifts meets both.
    const bool first = round % 2 == 0;
    const double one = run(path, first, 0.5, workers);
    const double other = run(path, !first, 0.5, workers);
    with.push_back(first ? one : other);
    without.push_back(first ? other : one);
    costs.push_back(1 - with.back() / without.back());
  }
  return {{QStringLiteral("share"), rounded(median(costs))},
          {QStringLiteral("tasks_per_s"), rounded(median(with))},
          {QStringLiteral("tasks_per_s_not_recorded"), rounded(median(without))}};
}

QJsonObject measure(bool quick) {
  const QTemporaryDir folder;
  const std::filesystem::path path = folder.filePath(QStringLiteral("cost.pftrace")).toStdString();
  const int rounds = quick ? 3 : 15;
  wakeAllCores();
  QJsonObject figures = cost(path, rounds, 1);
  figures.insert(QStringLiteral("worker_a_core"), cost(path, rounds, usable_cores()));
  return {{QStringLiteral("recording_cost"), figures}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  poolscope::bench::printFigures(
      poolscope::bench::measure(poolscope::bench::readCall(argc, argv).quick));
  return 0;
}
