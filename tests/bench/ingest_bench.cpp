// SPDX-License-Identifier: Apache-2.0
// A million tasks a second through tracer and session while frames are painted 60 times a second;
// and the executor's own tasks, as many as it can run.
#include "core/executor/thread_pool_executor.h"
#include "core/session/session.h"
#include "core/trace/tracer.h"
#include "tests/bench/kit.h"
#include "tests/bench/timeline_frames.h"

#include <QGuiApplication>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace poolscope::bench {
namespace {

using trace::EventKind;

constexpr int kProducers = 4;
constexpr double kTasksPerSecond = 1.02e6;  // of all together, with some reserve for starting up

struct Shared {
  trace::Tracer tracer = trace::Tracer{};
  trace::PoolId pool = tracer.next_pool_id();
  trace::NameId name = tracer.intern("synthetic task");
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> tasks{0};
};

/// A worker that queues, starts and finishes its own tasks, as many as are due, a millisecond's at
/// a time; each event with a time of its own.
void produce(Shared& shared, std::uint32_t index) {
  trace::Producer& producer = shared.tracer.producer();
  const auto record = [&](EventKind kind, std::uint64_t task, std::uint64_t detail) {
    producer.record({.time_ns = trace::now_ns(),
                     .task = task,
                     .thread = producer.thread(),
                     .kind = kind,
                     .pool = shared.pool,
                     .detail = detail});
  };
  const trace::NameId name = shared.tracer.intern("worker_" + std::to_string(index));
  record(EventKind::worker_started, 0, trace::worker_detail(name, index));
  const std::uint64_t begin = trace::now_ns();
  std::uint64_t done = 0;
  while (!shared.stop.load(std::memory_order_relaxed)) {
    const auto due = static_cast<std::uint64_t>(secondsSince(begin) * kTasksPerSecond / kProducers);
    for (; done < due; ++done) {
      const std::uint64_t task = shared.tracer.next_task_id();
      record(EventKind::task_queued, task, shared.name);
      record(EventKind::task_started, task, 0);
      record(EventKind::task_finished, task, 0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  record(EventKind::worker_exited, 0, 0);
  shared.tasks.fetch_add(done);
}

/// Paints a frame at each 60th of a second, leaving out those that it has missed. Returns the
/// intervals between frames in ms.
std::vector<double> paintFor(double seconds, const session::Session& session) {
  TimelineFrames frames;
  std::vector<double> intervals;
  const std::uint64_t begin = trace::now_ns();
  std::uint64_t last = 0;
  while (secondsSince(begin) < seconds) {
    const auto frame = static_cast<std::uint64_t>(secondsSince(begin) * 60) + 1;
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(begin + frame * 1'000'000'000 / 60 -
                                 std::min(trace::now_ns(), begin + frame * 1'000'000'000 / 60)));
    frames.paint({session.snapshot(), static_cast<session::TimeNs>(trace::now_ns()), true});
    const std::uint64_t now = trace::now_ns();
    if (last != 0) {
      intervals.push_back(static_cast<double>(now - last) * 1e-6);
    }
    last = now;
  }
  return intervals;
}

/// The traced executor with nothing to wait for: what cannot be kept up with is lost, and told by
/// the session as by the tracer.
QJsonObject measureExecutor(bool quick) {
  trace::Tracer tracer;
  session::Session session;
  tracer.add_sink(session.add_process(tracer.directory()));
  std::atomic<bool> stop{false};
  std::uint64_t submitted = 0;
  const std::uint64_t begin = trace::now_ns();
  std::vector<double> intervals;
  {
    ThreadPoolExecutor pool({.max_workers = 2, .queue_capacity = 1'000, .tracer = &tracer});
    std::jthread caller([&] {
      for (; !stop.load(std::memory_order_relaxed); ++submitted) {
        pool.submit([] {});
      }
    });
    intervals = paintFor(quick ? 3 : 10, session);
    stop = true;
  }
  const double seconds = secondsSince(begin);
  tracer.flush();
  const auto lost = static_cast<double>(tracer.lost_events());
  const auto told = static_cast<double>(session.snapshot()->lost_events());
  const auto seen = static_cast<double>(session.snapshot()->event_count());
  return {{QStringLiteral("tasks_per_s"), rounded(static_cast<double>(submitted) / seconds)},
          {QStringLiteral("lost_events"), lost},
          {QStringLiteral("lost_events_told"), told},
          {QStringLiteral("lost_share"), rounded(lost / (lost + seen))},
          {QStringLiteral("frame_interval_p99_ms"), rounded(quantile(intervals, 0.99))}};
}

QJsonObject measureProducers(bool quick) {
  Shared shared;
  session::Session session;
  const auto sink = session.add_process(shared.tracer.directory());
  shared.tracer.add_sink(sink);
  shared.tracer.producer().record(
      {.time_ns = trace::now_ns(),
       .thread = shared.tracer.producer().thread(),
       .kind = EventKind::pool_created,
       .pool = shared.pool,
       .detail = trace::pool_detail(kProducers, shared.tracer.intern("synthetic"))});
  const std::uint64_t begin = trace::now_ns();
  std::vector<std::jthread> producers;
  for (std::uint32_t i = 0; i < kProducers; ++i) {
    producers.emplace_back([&shared, i] { produce(shared, i); });
  }
  std::vector<double> intervals = paintFor(quick ? 5 : 15, session);
  shared.stop = true;
  producers.clear();
  const double seconds = secondsSince(begin);
  shared.tracer.flush();

  const auto finished = static_cast<double>(session.snapshot()->statistics().finished);
  // The first frames of a process load fonts.
  intervals.erase(intervals.begin(),
                  intervals.begin() + std::min<std::ptrdiff_t>(30, std::ssize(intervals)));
  return {{QStringLiteral("tasks_per_s"), rounded(finished / seconds)},
          {QStringLiteral("lost_events"), static_cast<double>(shared.tracer.lost_events())},
          {QStringLiteral("frame_interval_median_ms"), rounded(median(intervals))},
          {QStringLiteral("frame_interval_p99_ms"), rounded(quantile(intervals, 0.99))},
          {QStringLiteral("seconds"), rounded(seconds)}};
}

QJsonObject measure(bool quick) {
  wakeAllCores();
  const QJsonObject producers = measureProducers(quick);
  return {{QStringLiteral("ingest"), producers},
          {QStringLiteral("ingest_executor"), measureExecutor(quick)}};
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  const auto call = poolscope::bench::readCall(argc, argv);
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QGuiApplication application(argc, argv);
  poolscope::bench::printFigures(poolscope::bench::measure(call.quick));
  return 0;
}
