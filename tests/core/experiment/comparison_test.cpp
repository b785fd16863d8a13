// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/comparison.h"

#include "core/session/session.h"
#include "core/workload/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;

class ComparisonTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aRunWithItself_isTheSame();
  void twiceTheWorkers_areFaster_andTheOtherWaySlower();
  void equalRunsOfOtherTasks_areNotCalledDifferent();
  void tooFewTasks_cannotTell();
  void nothingFinished_cannotTell();
  void longerTasks_differInRunTime();
  void intervals_holdTheTruth_inMostRuns();
  void ksProbability_isThatOfTables_data();
  void ksProbability_isThatOfTables();
};

namespace {

using Duration = std::function<double(std::uint64_t task)>;  // seconds

/// A pool that has all its tasks from the start; each is taken by the worker that is free first.
std::shared_ptr<const session::Snapshot> pool_run(std::uint64_t tasks, std::size_t workers,
                                                  const Duration& duration) {
  const auto directory = std::make_shared<trace::Directory>();
  session::Session session;
  const auto sink = session.add_process(directory);
  std::vector<trace::Event> events;
  const std::uint64_t start = 1'000'000'000;
  const auto add = [&](std::uint64_t time, trace::EventKind kind, std::uint64_t task,
                       trace::ThreadId thread, std::uint64_t detail = 0) {
    events.push_back({.time_ns = time,
                      .task = task,
                      .thread = thread,
                      .kind = kind,
                      .pool = 1,
                      .detail = detail});
  };
  const trace::ThreadId caller = directory->add_thread({"main", 0});
  std::vector<trace::ThreadId> threads;
  add(start, trace::EventKind::pool_created, 0, caller,
      trace::pool_detail(static_cast<std::uint32_t>(workers), 0));
  for (std::size_t i = 0; i < workers; ++i) {
    threads.push_back(directory->add_thread({"worker", 0}));
    add(start, trace::EventKind::worker_started, 0, threads.back(),
        trace::worker_detail(0, static_cast<std::uint32_t>(i)));
  }
  std::vector<std::uint64_t> free(workers, start);
  for (std::uint64_t task = 1; task <= tasks; ++task) {
    add(start, trace::EventKind::task_queued, task, caller);
    const auto next = std::ranges::min_element(free);
    const trace::ThreadId thread = threads[static_cast<std::size_t>(next - free.begin())];
    add(*next, trace::EventKind::task_started, task, thread);
    *next += static_cast<std::uint64_t>(duration(task) * 1e9);
    add(*next, trace::EventKind::task_finished, task, thread);
  }
  std::ranges::stable_sort(events, {}, &trace::Event::time_ns);
  sink->consume(events);
  sink->consume({});
  return session.snapshot();
}

Duration random_duration(std::uint64_t seed, double mean) {
  return [seed, mean](std::uint64_t task) {
    workload::Random random(seed, 0, task);
    return mean * (0.5 + random.uniform());
  };
}

}  // namespace

void ComparisonTest::aRunWithItself_isTheSame() {
  const auto run = pool_run(50, 4, random_duration(1, 0.05));
  const Comparison result = compare(*run, *run, true);
  QCOMPARE(result.verdict, Verdict::same);
  QCOMPARE(result.speedup->value, 1.0);
  QCOMPARE(result.speedup->interval->low, 1.0);
  QCOMPARE(result.speedup->interval->high, 1.0);
  for (const DistributionDifference& test : result.distributions) {
    QVERIFY(!test.differs);
    QCOMPARE(test.p, 1.0);
  }
}

void ComparisonTest::twiceTheWorkers_areFaster_andTheOtherWaySlower() {
  const auto few = pool_run(400, 4, random_duration(1, 0.05));
  const auto many = pool_run(400, 8, random_duration(1, 0.05));
  const Comparison result = compare(*few, *many, true);
  QCOMPARE(result.verdict, Verdict::faster);
  QVERIFY(result.speedup->interval->low < 2 && 2 < result.speedup->interval->high);
  QVERIFY(result.speedup->interval->low > 1.8);
  QCOMPARE(compare(*many, *few, true).verdict, Verdict::slower);
  const std::string words = comparison_words(result).front();
  QVERIFY2(words.starts_with("B is faster: "), words.c_str());
  // Half the wait, and everybody can see it; the run times are the same.
  QVERIFY(result.distributions.at(0).differs);
  QVERIFY(!result.distributions.at(1).differs);
}

void ComparisonTest::equalRunsOfOtherTasks_areNotCalledDifferent() {
  const auto a = pool_run(300, 4, random_duration(1, 0.05));
  const auto b = pool_run(300, 4, random_duration(2, 0.05));
  const Comparison result = compare(*a, *b, false);
  QVERIFY(result.verdict == Verdict::same || result.verdict == Verdict::cannot_tell);
  QVERIFY(result.speedup->interval->low < 1 && result.speedup->interval->high > 1);
  QVERIFY(!result.distributions.at(1).differs);
}

void ComparisonTest::tooFewTasks_cannotTell() {
  const auto run = pool_run(4, 4, random_duration(1, 0.05));
  const Comparison result = compare(*run, *run, false);
  QCOMPARE(result.verdict, Verdict::cannot_tell);
  QVERIFY(result.speedup && !result.speedup->interval);
  QVERIFY(comparison_words(result).front().find("too few tasks") != std::string::npos);
}

void ComparisonTest::nothingFinished_cannotTell() {
  const auto run = pool_run(20, 4, random_duration(1, 0.05));
  const auto nothing = pool_run(0, 4, random_duration(1, 0.05));
  const Comparison result = compare(*run, *nothing, false);
  QCOMPARE(result.verdict, Verdict::cannot_tell);
  QVERIFY(!result.speedup);
  QVERIFY(result.distributions.empty());
  QVERIFY(!comparison_words(result).empty());
}

void ComparisonTest::longerTasks_differInRunTime() {
  const auto a = pool_run(300, 4, random_duration(1, 0.05));
  const auto b = pool_run(300, 4, random_duration(2, 0.075));
  const Comparison result = compare(*a, *b, false);
  QCOMPARE(result.verdict, Verdict::slower);
  const DistributionDifference& run_time = result.distributions.at(1);
  QVERIFY(run_time.differs);
  QCOMPARE(run_time.size, DifferenceSize::medium);
  QCOMPARE(run_time.level, 0.025);
  const std::string words = comparison_words(result).back();
  QVERIFY2(words.find("Run time differs (two-sample Kolmogorov-Smirnov test") == 0, words.c_str());
  QVERIFY2(words.find("medium") != std::string::npos, words.c_str());
}

void ComparisonTest::intervals_holdTheTruth_inMostRuns() {
  // 95 % of the intervals should hold 2; of 100 runs fewer than 85 would be one in 10,000.
  int held = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto a = pool_run(400, 2, random_duration(2 * seed, 0.05));
    const auto b = pool_run(400, 4, random_duration(2 * seed + 1, 0.05));
    const Interval interval = *compare(*a, *b, false).speedup->interval;
    held += interval.low <= 2 && 2 <= interval.high ? 1 : 0;
  }
  QVERIFY2(held >= 85, qPrintable(QString::number(held)));
}

void ComparisonTest::ksProbability_isThatOfTables_data() {
  QTest::addColumn<double>("lambda");
  QTest::addColumn<double>("p");
  // Smirnov's table (1948), 1 - L(lambda).
  QTest::newRow("0.5") << 0.5 << 1 - 0.036055;
  QTest::newRow("1.0") << 1.0 << 1 - 0.730000;
  QTest::newRow("1.36") << 1.36 << 1 - 0.950514;
  QTest::newRow("1.63") << 1.63 << 1 - 0.990154;
}

void ComparisonTest::ksProbability_isThatOfTables() {
  QFETCH(double, lambda);
  QFETCH(double, p);
  // So many values that Stephens' correction is below the table's digits.
  constexpr std::size_t kMany = 2'000'000'000'000;
  const double distance = lambda / std::sqrt(static_cast<double>(kMany) / 2);
  QVERIFY(std::abs(kolmogorov_smirnov_p(distance, kMany, kMany) - p) < 2e-6);
}

QTEST_APPLESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
