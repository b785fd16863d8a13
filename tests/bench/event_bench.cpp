// SPDX-License-Identifier: Apache-2.0
#include "core/trace/tracer.h"
#include "tests/bench/kit.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace poolscope::bench {
namespace {

struct Counter final : trace::Sink {
  void consume(std::span<const trace::Event> batch) override {
    events.fetch_add(batch.size(), std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> events{0};
};

void readClock(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(trace::now_ns());
  }
}

void recordEvent(benchmark::State& state, trace::Tracer& tracer) {
  trace::Producer& producer = tracer.producer();
  std::uint64_t task = 0;
  for (auto _ : state) {
    producer.record({.time_ns = trace::now_ns(),
                     .task = ++task,
                     .thread = producer.thread(),
                     .kind = trace::EventKind::task_queued,
                     .pool = 1});
  }
}

/// Keeps the median of each benchmark instead of printing a table.
class Medians final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name == "median") {
        ns[run.run_name.function_name] = run.GetAdjustedRealTime();
      }
    }
  }
  std::map<std::string, double> ns = {};
};

QJsonObject measure(bool quick) {
  wakeAllCores();
  trace::Tracer tracer;
  const auto counter = std::make_shared<Counter>();
  tracer.add_sink(counter);
  const auto set = [quick](benchmark::internal::Benchmark* bench) {
    bench->Repetitions(quick ? 5 : 11)->MinTime(quick ? 0.05 : 0.2)->ReportAggregatesOnly();
  };
  set(benchmark::RegisterBenchmark("clock", readClock));
  set(benchmark::RegisterBenchmark("event",
                                   [&](benchmark::State& state) { recordEvent(state, tracer); }));
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  tracer.flush();

  const double lost = static_cast<double>(tracer.lost_events());
  const double kept = static_cast<double>(counter->events.load());
  return {{QStringLiteral("event_emit_over_clock_ns"),
           rounded(medians.ns["event"] - medians.ns["clock"])},
          {QStringLiteral("event_emit"),
           QJsonObject{{QStringLiteral("clock_ns"), rounded(medians.ns["clock"])},
                       {QStringLiteral("event_ns"), rounded(medians.ns["event"])},
                       {QStringLiteral("lost_share"), rounded(lost / (lost + kept))}}}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
