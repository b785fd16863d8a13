// SPDX-License-Identifier: Apache-2.0
#include "core/trace/event_ring.h"

#include <QtTest>

#include <algorithm>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

using namespace poolscope::trace;

class EventRingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pushAndDrain_byTurns_keepsOrderAndCapacity() {
    EventRing ring(8);
    std::minstd_rand random(1);
    std::uint64_t pushed = 0;
    std::vector<Event> drained;
    for (int round = 0; round < 10'000; ++round) {
      for (auto n = random() % 6; n > 0; --n) {
        const bool full = pushed - drained.size() == ring.capacity();
        QCOMPARE(ring.push({.task = pushed}), !full);
        pushed += full ? 0 : 1;
      }
      // Sometimes not all of it, so that it is not always empty when it goes on.
      const std::uint64_t waiting = pushed - drained.size();
      ring.drain(ring.end() - (round % 3 == 0 ? waiting / 2 : 0), drained);
      QCOMPARE(ring.free_slots(), ring.capacity() - (pushed - drained.size()));
    }
    for (std::size_t i = 0; i < drained.size(); ++i) {
      QCOMPARE(drained[i].task, std::uint64_t(i));
    }
  }

  void largeRing_readInPart_keepsOrder_andTakesWhatFreeSlotsSays() {
    EventRing ring(16'384);  // of blocks of many events
    std::minstd_rand random(2);
    std::uint64_t pushed = 0;
    std::uint64_t refused = 0;
    std::vector<Event> drained;
    for (int round = 0; round < 200; ++round) {
      const std::size_t free = ring.free_slots();
      const std::uint64_t most = ring.capacity() - (pushed - drained.size());
      QVERIFY(free <= most && free + 256 > most);
      const std::size_t wanted = random() % 10'000;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < wanted; ++i) {
        kept += ring.push({.task = pushed + kept}) ? 1 : 0;
      }
      QCOMPARE(kept, std::min(wanted, free));  // nobody reads meanwhile
      pushed += kept;
      refused += wanted - kept;
      ring.drain(ring.end() - random() % (pushed - drained.size() + 1), drained);
    }
    QVERIFY(refused > 0);
    ring.drain(ring.end(), drained);
    QCOMPARE(drained.size(), std::size_t(pushed));
    for (std::size_t i = 0; i < drained.size(); ++i) {
      QCOMPARE(drained[i].task, std::uint64_t(i));
    }
  }

  void pushAndDrain_atOnce_losesNothing_data() {
    QTest::addColumn<int>("capacity");
    QTest::newRow("small") << 64;
    QTest::newRow("of large blocks") << 1'024;
  }
  void pushAndDrain_atOnce_losesNothing() {
    QFETCH(int, capacity);
    constexpr std::uint64_t kEvents = 200'000;
    EventRing ring(static_cast<std::size_t>(capacity));
    std::jthread producer([&] {
      for (std::uint64_t i = 0; i < kEvents;) {
        i += ring.push({.task = i}) ? 1 : 0;
      }
    });
    std::vector<Event> drained;
    while (drained.size() < kEvents) {
      ring.drain(ring.end(), drained);
    }
    for (std::size_t i = 0; i < drained.size(); ++i) {
      QCOMPARE(drained[i].task, std::uint64_t(i));
    }
  }
};

QTEST_APPLESS_MAIN(EventRingTest)
#include "event_ring_test.moc"
