// SPDX-License-Identifier: Apache-2.0
// What tracing costs: clock reads, allocations, and events where rings are full.
#include "allocations.h"
#include "core/trace/current_task.h"
#include "support.h"

#include <QtTest>

#include <latch>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::testing;
using trace::EventKind;

namespace {
thread_local std::uint64_t t_clock_reads = 0;
}  // namespace

/// Ours instead of the C library's: counts.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  ++t_clock_reads;
  return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
}

namespace {

/// What the only worker does from the beginning of one task to that of another.
struct Cost {
  std::uint64_t clock_reads = 0;
  std::uint64_t allocations = 0;
};
Cost cost_of_100_tasks(trace::Tracer* tracer) {
  Cost first;
  Cost last;
  BusyPool busy({.max_workers = 1, .tracer = tracer});
  const auto read = [](Cost& cost) { cost = {t_clock_reads, allocations_of_this_thread()}; };
  busy.pool.submit([&] { read(first); });
  for (int i = 0; i < 99; ++i) {
    busy.pool.submit([] {});
  }
  std::latch done(1);
  busy.pool.submit([&] {
    read(last);
    done.count_down();
  });
  busy.gate.open();
  // A call meanwhile may make the worker stand back, and read the clock once more.
  done.wait();
  busy.pool.shutdown();
  return {last.clock_reads - first.clock_reads, last.allocations - first.allocations};
}

}  // namespace

class TracingCostTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void p08_withoutSink_tasksRunAndNothingIsKept() {
    trace::Tracer tracer;
    ThreadPoolExecutor pool({.max_workers = 1, .tracer = &tracer});
    QCOMPARE(pool.submit({.name = "unheard"}, [] { return 1; }).result(), 1);
    QCOMPARE(tracer.lost_events(), std::uint64_t(0));
    const std::size_t names = tracer.directory()->name_count();
    QVERIFY(tracer.intern("unheard") > names);  // it was not there
  }

  void p08_withoutATracer_noClockIsReadAndNoTaskIsKnown() {
    QCOMPARE(cost_of_100_tasks(nullptr).clock_reads, std::uint64_t(0));
    ThreadPoolExecutor pool({.max_workers = 1});
    QCOMPARE(pool.submit([] { return trace::current_task().task; }).result(), std::uint64_t(0));
  }

  void p08_withATracer_oneClockReadATask_andNoAllocation() {
    Traced traced;
    const Cost cost = cost_of_100_tasks(&traced.tracer);
    QCOMPARE(cost.clock_reads, std::uint64_t(100));
    QCOMPARE(cost.allocations, std::uint64_t(0));
  }

  void p08_i11_fullRing_dropsAndCounts() {
    constexpr std::uint64_t kTasks = 5'000;
    trace::Tracer tracer({.ring_slots = 2, .small_ring_slots = 2});
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    const trace::ThreadId mine = tracer.producer().thread();
    {
      BusyPool busy({.max_workers = 1, .tracer = &tracer});  // one event of mine: pool_created
      for (std::uint64_t i = 0; i < kTasks; ++i) {
        busy.pool.submit([] {});
      }
      tracer.flush();
      std::uint64_t seen = 0;
      std::uint64_t lost = 0;
      for (const auto& event : log->events()) {
        const bool is_lost = event.kind == EventKind::lost;
        seen += event.thread == mine && !is_lost ? 1 : 0;
        lost += event.thread == mine && is_lost ? event.detail : 0;
      }
      busy.gate.open();
      QVERIFY(lost > 0);
      QCOMPARE(seen + lost, kTasks + 2);  // of the ring: what was emitted, no more and no less
    }
    tracer.flush();
    std::uint64_t lost = 0;
    for (const auto& event : log->of(EventKind::lost)) {
      lost += event.detail;
    }
    QCOMPARE(lost, tracer.lost_events());
  }
};

QTEST_APPLESS_MAIN(TracingCostTest)
#include "tracing_cost_test.moc"
