// SPDX-License-Identifier: Apache-2.0
#include "core/session/duration_histogram.h"

#include "seed.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

using namespace poolscope::session;

class DurationHistogramTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bucketOf_everyEdge_isWhereTheBucketBegins() {
    for (std::size_t bucket = 1; bucket < DurationHistogram::kMostBuckets; ++bucket) {
      const std::int64_t begin = DurationHistogram::begin_of(bucket);
      const std::int64_t end = DurationHistogram::begin_of(bucket + 1);
      QVERIFY(begin <= end);
      if (begin < end) {  // among the first few nanoseconds some hold none
        QCOMPARE(DurationHistogram::bucket_of(begin), bucket);
        QCOMPARE(DurationHistogram::bucket_of(end - 1), bucket);
        QVERIFY(static_cast<double>(end - 1) <=
                static_cast<double>(begin) * DurationHistogram::kBucketRatio * (1 + 1e-15));
      }
    }
  }

  void bucketOf_whatIsNoDuration_isTheFirst() {
    QCOMPARE(DurationHistogram::bucket_of(0), std::size_t{0});
    QCOMPARE(DurationHistogram::bucket_of(-5), std::size_t{0});
    QVERIFY(DurationHistogram::bucket_of(std::numeric_limits<std::int64_t>::max()) <
            DurationHistogram::kMostBuckets);
  }

  void valueAt_liesInTheBucketOfTheValueOfThatRank() {
    std::mt19937_64 random(seed());
    std::lognormal_distribution<double> lengths(10, 4);
    DurationHistogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 5000; ++i) {
      values.push_back(static_cast<std::int64_t>(lengths(random)));
      histogram.add(values.back());
    }
    std::sort(values.begin(), values.end());
    QCOMPARE(histogram.count(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = histogram.value_at(i);
      const std::size_t bucket = DurationHistogram::bucket_of(values[i]);
      if (value < static_cast<double>(DurationHistogram::begin_of(bucket)) ||
          value > static_cast<double>(DurationHistogram::begin_of(bucket + 1))) {
        std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
        QFAIL(qPrintable(QStringLiteral("%1 for %2").arg(value).arg(values[i])));
      }
    }
  }

  void add_ofTwo_isThatOfAllValues() {
    DurationHistogram few, many, all;
    for (std::int64_t value = 1; value < 1'000'000'000'000; value = value * 3 + 1) {
      (value % 2 == 0 ? few : many).add(value);
      all.add(value);
    }
    few.add(many);
    QVERIFY(few == all);
    few.clear();
    QVERIFY(few == DurationHistogram());
  }
};

QTEST_APPLESS_MAIN(DurationHistogramTest)
#include "duration_histogram_test.moc"
