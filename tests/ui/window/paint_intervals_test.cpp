// SPDX-License-Identifier: Apache-2.0
#include "ui/window/paint_intervals.h"

#include <QTest>

using poolscope::ui::PaintIntervals;

class PaintIntervalsTest : public QObject {
  Q_OBJECT

  static constexpr std::int64_t kMs = 1'000'000;

 private Q_SLOTS:
  void nothing_isZero() {
    PaintIntervals intervals;
    QCOMPARE(intervals.quantileMs(0.99), 0.0);
    intervals.add(5 * kMs);  // one paint is no interval
    QCOMPARE(intervals.count(), std::uint64_t{0});
  }

  void quantile_isThatOfTheIntervals() {
    PaintIntervals intervals;
    std::int64_t now = 0;
    intervals.add(now);
    for (int i = 0; i < 200; ++i) {
      now += (i % 50 == 49 ? 40 : 16) * kMs;  // one in fifty is late
      intervals.add(now);
    }
    QCOMPARE(intervals.count(), std::uint64_t{200});
    QCOMPARE(intervals.quantileMs(0.5), 16.25);
    QCOMPARE(intervals.quantileMs(0.98), 16.25);
    QCOMPARE(intervals.quantileMs(0.99), 40.25);
  }

  void rest_isNoInterval() {
    PaintIntervals intervals;
    intervals.add(0);
    intervals.add(16 * kMs);
    intervals.rest();
    intervals.add(5000 * kMs);
    intervals.add(5016 * kMs);
    QCOMPARE(intervals.count(), std::uint64_t{2});
    QCOMPARE(intervals.quantileMs(1), 16.25);
  }

  void tooLong_isTheLongest() {
    PaintIntervals intervals;
    intervals.add(0);
    intervals.add(90'000 * kMs);
    QCOMPARE(intervals.quantileMs(0.99), 1000.0);
    intervals.clear();
    QCOMPARE(intervals.count(), std::uint64_t{0});
  }
};

QTEST_APPLESS_MAIN(PaintIntervalsTest)
#include "paint_intervals_test.moc"
