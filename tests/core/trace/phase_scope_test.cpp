// SPDX-License-Identifier: Apache-2.0
#include "core/trace/phase_scope.h"

#include "../trace/event_log.h"
#include "core/trace/blocked_scope.h"

#include <QtTest>

#include <memory>
#include <optional>

using namespace poolscope::trace;
using poolscope::testing::EventLog;

class PhaseScopeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void cleanup() { t_current_task = {}; }

  void phase_insideTask_tellsBeginAndEnd() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    t_current_task = {&tracer, 17, 3};
    {
      const PhaseScope outer(PhaseKind::io_wait, "GET /page");
      const PhaseScope inner(PhaseKind::compute);
    }
    tracer.flush();
    const auto events = log->events();
    QCOMPARE(events.size(), std::size_t(4));
    const std::uint64_t outer = phase_detail(PhaseKind::io_wait, tracer.intern("GET /page"));
    const std::uint64_t inner = phase_detail(PhaseKind::compute, 0);
    QCOMPARE(events[0].kind, EventKind::phase_begin);
    QCOMPARE(events[0].detail, outer);
    QCOMPARE(events[0].task, std::uint64_t(17));
    QCOMPARE(events[0].pool, PoolId(3));
    QCOMPARE(events[0].thread, tracer.producer().thread());
    QCOMPARE(events[1].detail, inner);
    QCOMPARE(events[2].kind, EventKind::phase_end);
    QCOMPARE(events[2].detail, inner);
    QCOMPARE(events[3].detail, outer);
    QVERIFY(events[0].time_ns <= events[3].time_ns);
  }

  void phase_outsideTask_tellsNothing() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    { const PhaseScope scope(PhaseKind::sleep, "nap"); }
    tracer.flush();
    QVERIFY(log->events().empty());
    QCOMPARE(tracer.directory()->name_count(), std::size_t(0));
  }

  void phase_begunUnheard_tellsNoEnd() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    t_current_task = {&tracer, 1, 1};
    {
      const PhaseScope scope(PhaseKind::sleep, "nap");
      tracer.add_sink(log);
    }
    tracer.flush();
    QVERIFY(log->events().empty());
  }

  void blocked_tellsReasonAwaitedAndOwnTask() {
    Tracer tracer;
    const auto log = std::make_shared<EventLog>();
    tracer.add_sink(log);
    t_current_task = {&tracer, 5, 1};
    { const BlockedScope scope(tracer.id(), 1, BlockReason::result, 9); }
    tracer.flush();
    const auto events = log->events();
    QCOMPARE(events.size(), std::size_t(2));
    QCOMPARE(events[0].kind, EventKind::blocked_begin);
    QCOMPARE(events[1].kind, EventKind::blocked_end);
    QCOMPARE(events[0].task, std::uint64_t(5));
    QCOMPARE(blocked_reason(events[0].detail), BlockReason::result);
    QCOMPARE(blocked_awaited(events[0].detail), std::uint64_t(9));
    QCOMPARE(events[1].detail, events[0].detail);
  }

  void blocked_whoseTracerWent_tellsNothing() {
    std::optional<Tracer> tracer(std::in_place);
    const TracerId id = tracer->id();
    tracer.reset();
    const BlockedScope scope(id, 1, BlockReason::result, 9);
    QVERIFY(!producer_of(id).enabled());
  }
};

QTEST_APPLESS_MAIN(PhaseScopeTest)
#include "phase_scope_test.moc"
