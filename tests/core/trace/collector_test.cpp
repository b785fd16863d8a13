// SPDX-License-Identifier: Apache-2.0
#include "core/trace/collector.h"

#include <QtTest>

#include <algorithm>
#include <random>
#include <vector>

using namespace poolscope::trace;

class CollectorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void mergeRuns_sortsAcrossRuns_andKeepsEachRun_data() {
    QTest::addColumn<int>("runs");
    for (const int runs : {0, 1, 2, 3, 5, 64, 100}) {
      QTest::addRow("%d runs", runs) << runs;
    }
  }
  void mergeRuns_sortsAcrossRuns_andKeepsEachRun() {
    QFETCH(int, runs);
    std::minstd_rand random(7);
    std::vector<Event> events;
    std::vector<std::size_t> ends;
    for (int run = 0; run < runs; ++run) {
      std::uint64_t time = random() % 10;
      for (auto i = random() % 20 + 1; i > 0; --i) {
        events.push_back({.time_ns = time, .task = events.size(), .thread = unsigned(run)});
        time += random() % 3;
      }
      ends.push_back(events.size());
    }
    auto expected = events;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
    std::vector<Event> scratch;
    merge_runs(events, ends, scratch);
    QVERIFY(events == expected);
  }
};

QTEST_APPLESS_MAIN(CollectorTest)
#include "collector_test.moc"
