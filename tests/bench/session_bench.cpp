// SPDX-License-Identifier: Apache-2.0
// What a session costs: memory of a finished task, how fast one core fills it, and figures of
// ranges.
#include "core/session/session.h"

#include "tests/bench/counting_heap.h"
#include "tests/bench/kit.h"
#include "tests/bench/synthetic.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <span>
#include <vector>

namespace poolscope::bench {
namespace {

struct Filled {
  double bytes_per_task = 0;
  double tasks_per_s = 0;
  double longest_batch_ms = 0;
  std::shared_ptr<const session::Snapshot> snapshot = {};
};

/// Feeds `tasks` finished tasks in batches as a collector would.
Filled fill(std::uint64_t tasks, bool results, std::uint32_t workers = 32,
            std::size_t memory_limit = 0) {
  constexpr std::uint64_t kBatch = 2'000;
  SyntheticPool pool({.workers = workers, .results = results});
  std::vector<trace::Event> events;
  events.reserve(10 * kBatch);
  pool.until(1, events);  // its own tables are made before the counting begins
  const std::size_t before = heapBytes();
  session::Session session;
  session.set_memory_limit(memory_limit);
  const auto sink = session.add_process(pool.directory());
  double seconds = 0;
  double longest = 0;
  for (std::uint64_t done = 0; done < tasks;) {
    done = std::min(tasks, done + kBatch);
    pool.until(done, events);
    if (done == tasks) {
      pool.end(events);
    }
    const std::uint64_t begin = trace::now_ns();
    sink->consume(events);
    if (memory_limit > 0) {
      sink->consume({});  // an hour in a second: what is published in between is not the clock's
    }
    const double took = secondsSince(begin);
    seconds += took;
    longest = std::max(longest, took);
    events.clear();
  }
  sink->consume({});
  const auto snapshot = session.snapshot();
  const std::size_t grown = heapBytes() - before;
  if (snapshot->range_statistics(snapshot->begin(), snapshot->end() + 1).finished != tasks) {
    return {};
  }
  const auto count = static_cast<double>(tasks);
  return {static_cast<double>(grown) / count, count / seconds, longest * 1e3, snapshot};
}

/// Range statistics of ranges that begin and end anywhere, of 10 M tasks in all.
QJsonObject measureRanges(bool quick, std::uint32_t workers) {
  const Filled filled = fill(10'000'000, false, workers);
  if (!filled.snapshot) {
    return {};
  }
  const session::Snapshot& snapshot = *filled.snapshot;
  std::mt19937_64 random(1);
  std::uniform_int_distribution<session::TimeNs> times(snapshot.begin(), snapshot.end());
  std::vector<double> ms;
  std::uint64_t finished = 0;
  for (int i = 0; i < (quick ? 50 : 200); ++i) {
    const session::TimeNs a = times(random);
    const session::TimeNs b = times(random);
    const std::uint64_t begin = trace::now_ns();
    finished += snapshot.range_statistics(std::min(a, b), std::max(a, b)).finished;
    ms.push_back(secondsSince(begin) * 1e3);
  }
  return {{QStringLiteral("median"), rounded(median(ms))},
          {QStringLiteral("p99"), rounded(quantile(ms, 0.99))},
          {QStringLiteral("tasks_of_a_range"),
           rounded(static_cast<double>(finished) / static_cast<double>(ms.size()))}};
}

QJsonObject measure(bool quick) {
  std::vector<double> speeds;
  double bytes = 0;
  for (int round = 0; round < (quick ? 3 : 5); ++round) {
    const Filled filled = fill(1'000'000, false);
    speeds.push_back(filled.tasks_per_s);
    bytes = filled.bytes_per_task;
  }
  const Filled limited = fill(4'000'000, false, 32, std::size_t{40} << 20);
  const Filled forgotten = fill(4'000'000, false, 32, 1);
  return {
      {QStringLiteral("session_forgetting"),
       QJsonObject{
           {QStringLiteral("bytes_per_task_of_4M_in_40MB"), rounded(limited.bytes_per_task)},
           {QStringLiteral("max_tasks_per_s"), rounded(limited.tasks_per_s)},
           {QStringLiteral("longest_batch_ms"), rounded(limited.longest_batch_ms)},
           {QStringLiteral("bytes_per_forgotten_task"), rounded(forgotten.bytes_per_task)}}},
      {QStringLiteral("session_bytes_per_task"), rounded(bytes)},
      {QStringLiteral("session"),
       QJsonObject{
           {QStringLiteral("max_tasks_per_s"), rounded(median(speeds))},
           {QStringLiteral("bytes_per_task_of_100k"), rounded(fill(100'000, false).bytes_per_task)},
           {QStringLiteral("bytes_per_task_of_4M"), rounded(fill(4'000'000, false).bytes_per_task)},
           {QStringLiteral("bytes_per_task_results_delivered"),
            rounded(fill(1'000'000, true).bytes_per_task)}}},
      {QStringLiteral("range_statistics_10M_ms"), measureRanges(quick, 32)},
      {QStringLiteral("range_statistics_10M_ms_1024_lanes"), measureRanges(quick, 1024)}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
