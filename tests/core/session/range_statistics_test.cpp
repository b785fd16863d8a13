// SPDX-License-Identifier: Apache-2.0
// Figures of ranges from summaries, against all tasks gone through one by one.
#include "core/session/snapshot.h"
#include "random_stream.h"
#include "reference_model.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

/// What is to be found in a range, of all or of a lane.
struct Expected {
  std::uint64_t started = 0, finished = 0, failed = 0, cancelled = 0;
  std::vector<TimeNs> waits = {}, runs = {};
  std::map<std::string, std::array<std::uint64_t, 4>> kinds = {};
};

bool in(std::optional<TimeNs> time, TimeNs begin, TimeNs end) {
  return time && *time >= begin && *time < end;
}

std::string name_of(const Pair& pair, const ReferenceModel::TaskInfo& task) {
  return std::string(pair.snapshot->directory(0)->name(task.name));
}

Expected of_all(const Pair& pair, std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) {
  Expected expected;
  for (const auto& [id, task] : pair.model.tasks()) {
    if (pool && task.pool != *pool) {
      continue;
    }
    const bool started = in(task.started, begin, end);
    const bool over = in(task.finished, begin, end);
    const bool finished = over && task.outcome != Outcome::cancelled;
    const bool failed = over && task.outcome == Outcome::error;
    const bool cancelled = over && task.outcome == Outcome::cancelled;
    if (started && task.queued) {
      expected.waits.push_back(*task.left() - *task.queued);
    }
    if (finished && task.started) {
      expected.runs.push_back(*task.finished - *task.started);
    }
    expected.started += started ? 1U : 0U;
    expected.finished += finished ? 1U : 0U;
    expected.failed += failed ? 1U : 0U;
    expected.cancelled += cancelled ? 1U : 0U;
    if (started || over) {
      auto& kind = expected.kinds[name_of(pair, task)];
      kind[0] += started ? 1U : 0U;
      kind[1] += finished ? 1U : 0U;
      kind[2] += failed ? 1U : 0U;
      kind[3] += cancelled ? 1U : 0U;
    }
  }
  return expected;
}

Expected of_lane(const Pair& pair, const ReferenceModel::Thread& thread,
                 std::optional<trace::PoolId> pool, TimeNs begin, TimeNs end) {
  Expected expected;
  for (const ReferenceModel::Run& run : thread.runs) {
    const ReferenceModel::TaskInfo& task = pair.model.tasks().at(run.task);
    const bool started = in(run.begin, begin, end);
    const bool finished = run.ended && in(run.end, begin, end);
    if ((pool && task.pool != *pool) || !(started || finished)) {
      continue;
    }
    const bool failed = finished && run.outcome == Outcome::error;
    if (started && task.queued) {
      expected.waits.push_back(*task.left() - *task.queued);
    }
    if (finished) {
      expected.runs.push_back(run.end - run.begin);
    }
    expected.started += started ? 1U : 0U;
    expected.finished += finished ? 1U : 0U;
    expected.failed += failed ? 1U : 0U;
    auto& kind = expected.kinds[name_of(pair, task)];
    kind[0] += started ? 1U : 0U;
    kind[1] += finished ? 1U : 0U;
    kind[2] += failed ? 1U : 0U;
  }
  return expected;
}

void compare(const std::optional<Distribution>& got, std::vector<TimeNs> values) {
  QCOMPARE(got.has_value(), !values.empty());
  if (values.empty()) {
    return;
  }
  std::sort(values.begin(), values.end());
  DurationHistogram histogram;
  long double sum = 0;
  for (const TimeNs value : values) {
    histogram.add(value);
    sum += static_cast<long double>(value);
  }
  QVERIFY(got->histogram == histogram);
  QCOMPARE(got->count, values.size());
  QCOMPARE(got->mean, static_cast<double>(sum / static_cast<long double>(values.size()) * 1e-9L));
  QCOMPARE(got->max, static_cast<double>(values.back()) * 1e-9);
  const auto check = [&](double figure, double p) {
    const double h = static_cast<double>(values.size() - 1) * p;
    const auto i = static_cast<std::size_t>(h);
    const auto low = static_cast<double>(values[i]);
    const auto high = static_cast<double>(values[std::min(i + 1, values.size() - 1)]);
    const double exact = low + (h - std::floor(h)) * (high - low);
    QVERIFY(figure * 1e9 <= exact * DurationHistogram::kBucketRatio + 1);
    QVERIFY(figure * 1e9 >= exact / DurationHistogram::kBucketRatio - 1);
  };
  check(got->p50, 0.5);
  check(got->p90, 0.9);
  check(got->p99, 0.99);
}

void compare(const std::vector<KindStatistics>& got, const Expected& expected) {
  QCOMPARE(got.size(), expected.kinds.size());
  for (const KindStatistics& kind : got) {
    const auto known = expected.kinds.find(std::string(kind.name));
    QVERIFY(known != expected.kinds.end());
    QCOMPARE(kind.started, known->second[0]);
    QCOMPARE(kind.finished, known->second[1]);
    QCOMPARE(kind.failed, known->second[2]);
    QCOMPARE(kind.cancelled, known->second[3]);
  }
}

}  // namespace

class RangeStatisticsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void figures_onRandomStreams_areThoseOfAllTasks_data() {
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("pools");
    QTest::addColumn<int>("workers");
    QTest::addColumn<int>("maxGap");
    QTest::addColumn<double>("drop");
    QTest::addColumn<double>("swap");
    QTest::addColumn<double>("overlap");
    QTest::addColumn<bool>("roam");
    QTest::addColumn<int>("rounds");
    QTest::newRow("less than a block") << 600 << 2 << 5 << 20 << 0.0 << 0.0 << 0.0 << false << 10;
    QTest::newRow("some blocks") << 8000 << 1 << 2 << 2000 << 0.0 << 0.0 << 0.0 << false << 6;
    QTest::newRow("blocks of blocks")
        << 90000 << 1 << 1 << 5'000'000 << 0.0 << 0.0 << 0.0 << false << 1;
    QTest::newRow("several pools") << 20000 << 3 << 3 << 500 << 0.0 << 0.0 << 0.0 << false << 3;
    QTest::newRow("workers of all pools")
        << 10000 << 3 << 2 << 500 << 0.0 << 0.0 << 0.0 << true << 3;
    QTest::newRow("hundreds of workers")
        << 20000 << 2 << 200 << 500 << 0.0 << 0.0 << 0.0 << true << 2;
    QTest::newRow("events lost") << 10000 << 2 << 2 << 500 << 0.1 << 0.0 << 0.0 << false << 4;
    QTest::newRow("many lost") << 10000 << 1 << 1 << 500 << 0.4 << 0.0 << 0.0 << false << 4;
    QTest::newRow("two at once") << 8000 << 1 << 1 << 500 << 0.0 << 0.0 << 0.3 << false << 4;
    QTest::newRow("clocks run back") << 5000 << 1 << 1 << 500 << 0.0 << 0.001 << 0.0 << false << 4;
    QTest::newRow("everything wrong") << 4000 << 2 << 2 << 500 << 0.1 << 0.01 << 0.2 << true << 4;
  }

  void figures_onRandomStreams_areThoseOfAllTasks() {
    QFETCH(int, steps);
    QFETCH(int, pools);
    QFETCH(int, workers);
    QFETCH(int, maxGap);
    QFETCH(double, drop);
    QFETCH(double, swap);
    QFETCH(double, overlap);
    QFETCH(bool, roam);
    QFETCH(int, rounds);
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t chosen = seed() + static_cast<std::uint64_t>(round);
      std::mt19937_64 random(chosen);
      const StreamOptions options{.steps = steps,
                                  .pools = pools,
                                  .workers = workers,
                                  .max_gap = maxGap,
                                  .distinct = swap > 0 || overlap > 0,
                                  .drop = drop,
                                  .swap = swap,
                                  .overlap = overlap,
                                  .roam = roam};
      Pair pair(random_stream(options, random), options, random);
      for (int question = 0; question < 12; ++question) {
        ask(pair, question);
      }
      if (QTest::currentTestFailed()) {
        std::printf("POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
        return;
      }
    }
  }

  void queuedAfterTheFact_nameAndWaitAreCounted() {
    // What a task is called, and since when it waited, comes to be known long after its block was
    // summed up.
    Session session;
    const auto directory = directory_of(3);
    const auto sink = session.add_process(directory);
    constexpr std::uint64_t kTasks = 600;
    for (std::uint64_t task = 1; task <= kTasks; ++task) {
      const std::array<Event, 2> events{
          Event{.time_ns = 1000 * task, .task = task, .thread = 1, .kind = EventKind::task_started},
          Event{.time_ns = 1000 * task + 500,
                .task = task,
                .thread = 1,
                .kind = EventKind::task_finished}};
      sink->consume(events);
    }
    const Event cancelled{.time_ns = 700'000,
                          .task = kTasks + 1,
                          .thread = 2,
                          .kind = EventKind::task_finished,
                          .outcome = Outcome::cancelled};
    sink->consume({&cancelled, 1});
    sink->consume({});
    const auto before = session.snapshot();
    QCOMPARE(before->range_statistics(0, 1'000'000).kinds.size(), std::size_t{1});
    QVERIFY(!before->range_statistics(0, 1'000'000).queue_wait);
    for (std::uint64_t task = 1; task <= kTasks + 1; ++task) {
      const Event queued{.time_ns = 900 * task,
                         .task = task,
                         .thread = 2,
                         .kind = EventKind::task_queued,
                         .detail = 1};
      sink->consume({&queued, 1});
    }
    sink->consume({});
    const Statistics figures = session.snapshot()->range_statistics(0, 1'000'000);
    QCOMPARE(figures.kinds.size(), std::size_t{1});
    QCOMPARE(figures.kinds.front().name, directory->name(1));
    QCOMPARE(figures.kinds.front().started, kTasks);
    QCOMPARE(figures.kinds.front().finished, kTasks);
    QCOMPARE(figures.kinds.front().cancelled, std::uint64_t{1});
    QVERIFY(figures.queue_wait.has_value());
    QCOMPARE(figures.queue_wait->count, kTasks);
    QCOMPARE(figures.queue_wait->max, 100e-9 * static_cast<double>(kTasks));
    // Who holds the older snapshot keeps what it said.
    QVERIFY(!before->range_statistics(0, 1'000'000).queue_wait);
    QCOMPARE(before->range_statistics(0, 1'000'000).kinds.front().name, std::string_view());
  }

  void manyCancelled_areCountedByName() {
    Session session;
    const auto sink = session.add_process(directory_of(2));
    constexpr std::uint64_t kTasks = 9000;
    std::vector<Event> events;
    for (std::uint64_t task = 1; task <= kTasks; ++task) {
      events.push_back({.time_ns = task,
                        .task = task,
                        .thread = 1,
                        .kind = EventKind::task_queued,
                        .pool = 1,
                        .detail = 1 + task % 2});
    }
    for (std::uint64_t task = 1; task <= kTasks; ++task) {
      events.push_back({.time_ns = 10'000 + task,
                        .task = task,
                        .thread = 1,
                        .kind = EventKind::task_finished,
                        .outcome = Outcome::cancelled,
                        .pool = 1});
    }
    sink->consume(events);
    sink->consume({});
    // Tasks 101 to 8900.
    const Statistics figures = session.snapshot()->range_statistics(10'101, 18'901);
    QCOMPARE(figures.cancelled, std::uint64_t{8800});
    QCOMPARE(figures.kinds.size(), std::size_t{2});
    QCOMPARE(figures.kinds[0].cancelled, std::uint64_t{4400});
    QCOMPARE(figures.kinds[1].cancelled, std::uint64_t{4400});
    QCOMPARE(figures.kinds[0].name, std::string_view("alpha"));
  }

  void severalProcesses_sameName_isOneKind() {
    Session session;
    for (int process = 0; process < 2; ++process) {
      const auto directory = std::make_shared<trace::Directory>();
      directory->add_thread({"t", 1});
      directory->intern(process == 0 ? "other" : "same");
      const trace::NameId same = directory->intern("same");
      const auto sink = session.add_process(directory);
      const std::array<Event, 2> events{
          Event{.time_ns = 10,
                .task = 1,
                .thread = 1,
                .kind = EventKind::task_queued,
                .detail = same},
          Event{.time_ns = 20, .task = 1, .thread = 1, .kind = EventKind::task_started}};
      sink->consume(events);
      sink->consume({});
    }
    const Statistics figures = session.snapshot()->range_statistics(0, 100);
    QCOMPARE(figures.kinds.size(), std::size_t{1});
    QCOMPARE(figures.kinds.front().started, std::uint64_t{2});
  }

  void ofNothing_isNothing() {
    const Statistics empty = Session().snapshot()->range_statistics(5, 10);
    QCOMPARE(empty.begin, TimeNs{5});
    QCOMPARE(empty.started, std::uint64_t{0});
    QVERIFY(!empty.queue_wait && !empty.run_time && empty.kinds.empty() && empty.workers.empty());
  }

 private:
  static void ask(Pair& pair, int question) {
    auto [begin, end] = pair.range();
    if (question == 0) {
      begin = pair.model.begin();
      end = pair.model.end() + 1;
    }
    std::optional<trace::PoolId> pool;
    if (question % 3 == 2) {
      pool = static_cast<trace::PoolId>(1 + pair.random() % static_cast<unsigned>(pair.pools));
    }
    const auto index = pool ? std::optional(pair.pool_index.at(*pool)) : std::nullopt;
    const Statistics figures = pair.snapshot->range_statistics(begin, end, index);
    const Statistics exact = pair.snapshot->statistics(begin, end, index);
    const Expected all = of_all(pair, pool, begin, end);
    QCOMPARE(figures.started, all.started);
    QCOMPARE(figures.finished, all.finished);
    QCOMPARE(figures.failed, all.failed);
    QCOMPARE(figures.cancelled, all.cancelled);
    compare(figures.queue_wait, all.waits);
    compare(figures.run_time, all.runs);
    compare(figures.kinds, all);
    QCOMPARE(figures.queue_depth_max, exact.queue_depth_max);
    QCOMPARE(figures.throughput, exact.throughput);
    for (const WorkerStatistics& worker : figures.workers) {
      const Lane& lane = pair.snapshot->lanes()[static_cast<std::size_t>(worker.lane)];
      const auto thread = static_cast<trace::ThreadId>(lane.os_id);
      const ReferenceModel::Thread& info = pair.model.threads().at(thread);
      const Expected expected = of_lane(pair, info, pool, begin, end);
      QCOMPARE(worker.started, expected.started);
      QCOMPARE(worker.finished, expected.finished);
      QCOMPARE(worker.failed, expected.failed);
      compare(worker.queue_wait, expected.waits);
      compare(worker.run_time, expected.runs);
      compare(worker.kinds, expected);
      const TimeNs from = std::clamp(std::max(begin, lane.started), figures.begin, figures.end);
      const TimeNs to = std::clamp(std::min(end, lane.exited.value_or(kForever)), from,
                                   std::max(from, figures.end));
      QCOMPARE(worker.busy, static_cast<double>(pair.model.busy(info, from, to)) * 1e-9);
      QVERIFY(near(worker.throughput * figures.duration, static_cast<double>(worker.finished)) ||
              figures.duration == 0);
    }
  }
};

QTEST_APPLESS_MAIN(RangeStatisticsTest)
#include "range_statistics_test.moc"
