// SPDX-License-Identifier: Apache-2.0
#include "core/base/in_parallel.h"

#include <QTest>

#include <atomic>
#include <cstddef>
#include <latch>
#include <thread>
#include <vector>

using namespace poolscope;

class InParallelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyPart_isDoneOnce_data() {
    QTest::addColumn<int>("parts");
    QTest::addColumn<int>("threads");
    QTest::newRow("nothing") << 0 << 4;
    QTest::newRow("one thread") << 10 << 1;
    QTest::newRow("more threads than parts") << 3 << 8;
    QTest::newRow("more parts than threads") << 1000 << 3;
  }
  void everyPart_isDoneOnce() {
    QFETCH(int, parts);
    QFETCH(int, threads);
    std::vector<std::atomic<int>> done(static_cast<std::size_t>(parts));
    in_parallel(done.size(), static_cast<std::size_t>(threads),
                [&](std::size_t part) { ++done[part]; });
    for (const std::atomic<int>& count : done) {
      QCOMPARE(count.load(), 1);
    }
  }

  void parts_runAtTheSameTime() {
    std::latch both(2);
    in_parallel(2, 2, [&](std::size_t) { both.arrive_and_wait(); });
    QVERIFY(both.try_wait());
  }

  void oneThread_isTheCallers() {
    const std::thread::id caller = std::this_thread::get_id();
    bool other = false;
    in_parallel(5, 1, [&](std::size_t) { other |= std::this_thread::get_id() != caller; });
    QVERIFY(!other);
  }
};

QTEST_APPLESS_MAIN(InParallelTest)
#include "in_parallel_test.moc"
