// SPDX-License-Identifier: Apache-2.0
#include "core/trace/event.h"

#include <QtTest>

using namespace poolscope::trace;

/// The packed details are part of the wire and of recordings.
class EventTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void kinds_keepTheirNumbers() {
    QCOMPARE(int(EventKind::task_queued), 1);
    QCOMPARE(int(EventKind::worker_exited), 7);
    QCOMPARE(int(EventKind::result_delivered), 11);
    QCOMPARE(int(EventKind::lost), 18);
  }

  void finishedDetail_andBack_data() {
    QTest::addColumn<quint64>("cpuNs");
    QTest::addColumn<quint32>("error");
    QTest::addColumn<quint64>("cpuNsBack");
    QTest::addColumn<quint32>("errorBack");
    QTest::newRow("nothing") << quint64(0) << quint32(0) << quint64(0) << quint32(0);
    QTest::newRow("both") << quint64(123'456'789) << quint32(77) << quint64(123'456'789)
                          << quint32(77);
    QTest::newRow("largest") << quint64(kCpuTimeMax) << quint32(kErrorNameMax)
                             << quint64(kCpuTimeMax) << quint32(kErrorNameMax);
    QTest::newRow("beyond") << quint64(kCpuTimeMax + 1) << quint32(kErrorNameMax + 1)
                            << quint64(kCpuTimeMax) << quint32(0);
  }
  void finishedDetail_andBack() {
    QFETCH(quint64, cpuNs);
    QFETCH(quint32, error);
    const std::uint64_t detail = finished_detail(cpuNs, error);
    QTEST(quint64(finished_cpu_ns(detail)), "cpuNsBack");
    QTEST(quint32(finished_error(detail)), "errorBack");
  }

  void otherDetails_andBack() {
    const std::uint64_t phase = phase_detail(PhaseKind::file_io, 0xffff'ffff);
    QCOMPARE(phase_kind(phase), PhaseKind::file_io);
    QCOMPARE(phase_name(phase), 0xffff'ffffU);
    QCOMPARE(phase_kind(200), PhaseKind::other);
    const std::uint64_t worker = worker_detail(5, 4095);
    QCOMPARE(worker_name(worker), 5U);
    QCOMPARE(worker_index(worker), 4095U);
    const std::uint64_t change = max_workers_detail(4, 8);
    QCOMPARE(max_workers_now(change), 4U);
    QCOMPARE(max_workers_before(change), 8U);
    const std::uint64_t pool = pool_detail(16, 9);
    QCOMPARE(pool_max_workers(pool), 16U);
    QCOMPARE(pool_name(pool), 9U);
    const std::uint64_t blocked = blocked_detail(BlockReason::shutdown, 1'000'000'000'000);
    QCOMPARE(blocked_reason(blocked), BlockReason::shutdown);
    QCOMPARE(blocked_awaited(blocked), std::uint64_t(1'000'000'000'000));
    QVERIFY(!blocked_timed(blocked));
    QCOMPARE(blocked_reason(std::uint64_t(9) << 56), BlockReason::unknown);
    const std::uint64_t timed = blocked_detail(BlockReason::result, 7, true);
    QCOMPARE(blocked_reason(timed), BlockReason::result);
    QCOMPARE(blocked_awaited(timed), std::uint64_t(7));
    QVERIFY(blocked_timed(timed));
    QVERIFY(awaits_any(awaits_detail(true, 3)));
    QCOMPARE(awaits_count(awaits_detail(true, 3)), 3U);
    QVERIFY(!awaits_any(awaits_detail(false, 0xffff'ffff)));
    QCOMPARE(awaits_count(awaits_detail(false, 0xffff'ffff)), 0xffff'ffffU);
  }
};

QTEST_APPLESS_MAIN(EventTest)
#include "event_test.moc"
