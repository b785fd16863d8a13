// SPDX-License-Identifier: Apache-2.0
// A pool where memory is lacking: each allocation of a submit fails once.
#include "allocations.h"
#include "support.h"

#include <QtTest>

#include <new>

using namespace poolscope;
using namespace poolscope::testing;

class MemoryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void submit_withoutMemory_throwsOrGoesOn_andThePoolIsWhole_data() {
    QTest::addColumn<int>("discipline");
    QTest::addColumn<quint64>("capacity");
    for (int i = 0; i < 4; ++i) {
      QTest::addRow("discipline %d", i) << i << quint64(0);
    }
    QTest::newRow("bounded") << int(QueueDiscipline::fifo) << quint64(100);
  }
  void submit_withoutMemory_throwsOrGoesOn_andThePoolIsWhole() {
    QFETCH(int, discipline);
    QFETCH(quint64, capacity);
    CapturedStderr captured;  // that no other thread can be started is said there
    for (const bool first : {true, false}) {
      bool failed = true;
      for (std::uint64_t lacking = 1; failed; ++lacking) {
        std::atomic<int> living = 0;
        std::atomic<int> ran = 0;
        int accepted = 0;
        {
          Gate gate;
          ThreadPoolExecutor pool({.max_workers = 3,
                                   .queue_discipline = static_cast<QueueDiscipline>(discipline),
                                   .queue_capacity = capacity});
          if (!first) {
            pool.submit([&] { gate.pass(); });
            gate.await();
          }
          try {
            const FailingAllocation failing(lacking);
            const auto future = pool.submit({.priority = 1}, [&, c = Counted(living)] { ++ran; });
            ++accepted;
            failed = failing.failed();
          } catch (const std::bad_alloc&) {
          } catch (const std::system_error&) {  // for the first worker
            QVERIFY(first);
          }
          accepted += pool.submit([&] { ++ran; }).valid() ? 1 : 0;
          gate.open();
        }
        QCOMPARE(ran.load(), accepted);
        QCOMPARE(living.load(), 0);
        QVERIFY(lacking < 100);
      }
    }
  }
};

QTEST_APPLESS_MAIN(MemoryTest)
#include "memory_test.moc"
