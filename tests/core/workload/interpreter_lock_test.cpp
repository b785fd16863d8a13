// SPDX-License-Identifier: Apache-2.0
#include "core/workload/interpreter_lock.h"

#include "../executor/support.h"

#include <QtTest>

#include <atomic>
#include <thread>
#include <vector>

using namespace poolscope;
using namespace poolscope::testing;
using workload::InterpreterLock;

class InterpreterLockTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void handOver_whenNobodyWaits_keepsTheLock() {
    InterpreterLock lock;
    lock.acquire();
    QVERIFY(!lock.wanted());
    lock.hand_over();
    QCOMPARE(lock.switches(), std::uint64_t(1));
    lock.release();
    lock.acquire();  // would hang if hand_over() had left it held twice
    lock.release();
    QCOMPARE(lock.switches(), std::uint64_t(2));
  }

  void waiter_asksForTheLock_andGetsIt() {
    InterpreterLock lock;
    std::atomic<bool> had_it = false;
    lock.acquire();
    std::jthread other([&] {
      lock.acquire();
      had_it = true;
      lock.release();
    });
    const bool asked = eventually([&] { return lock.wanted(); });
    const bool too_early = had_it;
    lock.hand_over();  // returns once the other one has had it
    const bool handed = had_it;
    lock.release();
    other.join();
    QVERIFY(asked);
    QVERIFY(!too_early);
    QVERIFY(handed);
    QCOMPARE(lock.switches(), std::uint64_t(3));
    QVERIFY(!lock.wanted());
  }

  void manyThreads_areNeverInsideAtOnce() {
    InterpreterLock lock;
    int inside = 0;  // guarded by the lock under test, which ThreadSanitizer sees, too
    int visits = 0;
    std::atomic<bool> broken = false;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
          for (int i = 0; i < 200; ++i) {
            lock.acquire();
            broken = broken || ++inside != 1;
            ++visits;
            --inside;
            lock.hand_over();
            broken = broken || ++inside != 1;
            --inside;
            lock.release();
          }
        });
      }
    }
    QVERIFY(!broken);
    QCOMPARE(visits, 800);
  }
};

QTEST_APPLESS_MAIN(InterpreterLockTest)
#include "interpreter_lock_test.moc"
