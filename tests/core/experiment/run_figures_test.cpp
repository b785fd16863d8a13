// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/run_figures.h"

#include "core/workload/random.h"

#include <QProcess>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;

class RunFiguresTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void fixedTasks_haveTheExactRate_data();
  void fixedTasks_haveTheExactRate();
  void randomTasks_haveTheirRate_onAverage();
  void slowStart_isCut();
  void driftingRun_isNotSteady();
  void waitingTasks_countInTheWait_asAtLeast();
  void openLoad_thatKeepsUp_hasTheNamedRate();
  void openLoad_thatFallsBehind_hasWhatItDid();
  void openLoad_thatWaitsForAPlace_hasWhatItDid();
  void openLoad_thatComesTooSlowly_hasWhatItDid();
  void bursts_areCountedOverWholePeriods();
  void lockWait_isToldWithItsName();
  void tooFewTasks_haveNoFigures();
  void othersBetween_areWhatThisProcessDidNotUse();
  void cpu_isTheShareOfAllCores_andOthersHaveTheirs();
  void commands_thatWereRun_areOwnCpu();
};

namespace {

constexpr TimeNs kSecond = 1'000'000'000;

struct Events {
  TaskRecords records;
  std::vector<trace::Event> events;

  void add(double seconds, trace::EventKind kind, std::uint64_t task, trace::ThreadId thread = 1,
           std::uint64_t detail = 0) {
    events.push_back({.time_ns = static_cast<std::uint64_t>(seconds * 1e9),
                      .task = task,
                      .thread = thread,
                      .kind = kind,
                      .pool = 1,
                      .detail = detail});
  }
  const TaskRecords& done() {
    std::ranges::stable_sort(events, {}, &trace::Event::time_ns);
    records.consume(events);
    return records;
  }
};

/// Workers that always have work, from time 0 until `seconds`; all tasks are queued at 0.
void run_pool(Events& events, std::size_t workers, double seconds,
              const std::function<double(std::uint64_t task, double now)>& duration,
              std::size_t server = 1'000'000) {
  std::vector<double> free(workers, 0);
  std::vector<double> places(std::min(server, workers), 0);
  for (std::size_t i = 0; i < workers; ++i) {
    events.add(0, trace::EventKind::worker_started, 0, static_cast<trace::ThreadId>(i + 2));
  }
  for (std::uint64_t task = 1;; ++task) {
    const auto worker = std::ranges::min_element(free);
    const auto thread = static_cast<trace::ThreadId>(worker - free.begin() + 2);
    events.add(0, trace::EventKind::task_queued, task);
    if (*worker >= seconds) {
      return;  // it waits still
    }
    events.add(*worker, trace::EventKind::task_started, task, thread);
    const auto place = std::ranges::min_element(places);
    const double begin = std::max(*worker, *place);
    *place = begin + duration(task, begin);
    *worker = *place;
    events.add(*worker, trace::EventKind::task_finished, task, thread);
  }
}

std::optional<RunFigures> figures(Events& events, std::uint64_t workers, double seconds) {
  return figures_of(events.done(), {}, {.workers = workers}, 0, static_cast<TimeNs>(seconds * 1e9));
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

void RunFiguresTest::fixedTasks_haveTheExactRate_data() {
  QTest::addColumn<int>("workers");
  QTest::addColumn<int>("server");  // that lets in so many
  QTest::addColumn<double>("rate");
  QTest::newRow("1") << 1 << 100 << 20.0;
  QTest::newRow("2") << 2 << 100 << 40.0;
  QTest::newRow("8") << 8 << 100 << 160.0;
  QTest::newRow("32") << 32 << 100 << 640.0;
  QTest::newRow("16 where 10 are let in") << 16 << 10 << 200.0;
  QTest::newRow("32 where 10 are let in") << 32 << 10 << 200.0;
}

void RunFiguresTest::fixedTasks_haveTheExactRate() {
  QFETCH(int, workers);
  QFETCH(int, server);
  QFETCH(double, rate);
  // Wherever within a wave the run is stopped.
  for (const double seconds : {0.41, 0.43, 0.449, 0.452, 0.47}) {
    Events events;
    run_pool(
        events, static_cast<std::size_t>(workers), seconds,
        [](std::uint64_t task, double) { return 0.05 + 1e-5 * static_cast<double>(task % 7); },
        static_cast<std::size_t>(server));
    const auto result = figures(events, static_cast<std::uint64_t>(workers), seconds);
    QVERIFY(result.has_value());
    QVERIFY2(near(result->throughput, rate, 0.01), qPrintable(QString::number(result->throughput)));
    QVERIFY(result->utilization > 0.98);
    QVERIFY(near(result->busy_workers, result->utilization * workers, 1e-6));
    QVERIFY(near(result->finish_rate, result->throughput, 1e-9));
  }
}

void RunFiguresTest::randomTasks_haveTheirRate_onAverage() {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Events events;
    run_pool(events, 4, 2, [seed](std::uint64_t task, double) {
      return -0.02 * std::log(workload::Random(seed, 0, task).uniform());
    });
    sum += figures(events, 4, 2)->throughput / 50;
  }
  QVERIFY2(near(sum, 200, 0.015), qPrintable(QString::number(sum)));
}

void RunFiguresTest::slowStart_isCut() {
  Events events;
  run_pool(events, 4, 10, [](std::uint64_t, double now) { return now < 2 ? 0.04 : 0.01; });
  const auto result = figures(events, 4, 10);
  QVERIFY(near(result->throughput, 400, 0.01));
  QVERIFY(result->begin > kSecond);
  QVERIFY(result->steady);
}

void RunFiguresTest::driftingRun_isNotSteady() {
  Events events;
  run_pool(events, 4, 10, [](std::uint64_t, double now) { return 0.01 * (1 + now / 5); });
  QVERIFY(!figures(events, 4, 10)->steady);
}

void RunFiguresTest::waitingTasks_countInTheWait_asAtLeast() {
  Events events;
  run_pool(events, 1, 1, [](std::uint64_t, double) { return 0.01; });
  for (std::uint64_t task = 1000; task < 1900; ++task) {
    events.add(0, trace::EventKind::task_queued, task);
  }
  const auto result = figures(events, 1, 1);
  QVERIFY(result->queue_wait_at_least);
  QVERIFY(result->queue_wait_p99.value_or(0) > 0.98);
}

void RunFiguresTest::openLoad_thatKeepsUp_hasTheNamedRate() {
  Events events;
  events.add(0, trace::EventKind::worker_started, 0, 2);
  for (std::uint64_t task = 1; task <= 110; ++task) {  // 55/s, where 50/s were meant
    const double time = static_cast<double>(task) / 55;
    events.add(time, trace::EventKind::task_queued, task);
    events.add(time, trace::EventKind::task_started, task, 2);
    events.add(time + 0.001, trace::EventKind::task_finished, task, 2);
  }
  const auto result =
      figures_of(events.done(), {}, {.workers = 1, .arrivals_per_s = 50}, 0, 2 * kSecond);
  QVERIFY(near(result->throughput, 50, 0.02));
  QVERIFY(near(result->finish_rate, 55, 0.02));  // what really came, and was done
  QVERIFY(near(result->busy_workers, 55 * 0.001, 0.02));
}

void RunFiguresTest::openLoad_thatFallsBehind_hasWhatItDid() {
  Events events;
  events.add(0, trace::EventKind::worker_started, 0, 2);
  for (std::uint64_t task = 1; task <= 200; ++task) {
    const double began = static_cast<double>(task) / 40;
    events.add(static_cast<double>(task) / 100, trace::EventKind::task_queued, task);
    events.add(began, trace::EventKind::task_started, task, 2);
    events.add(began + 0.025, trace::EventKind::task_finished, task, 2);
  }
  const auto result =
      figures_of(events.done(), {}, {.workers = 1, .arrivals_per_s = 100}, 0, 2 * kSecond);
  QVERIFY2(near(result->throughput, 40, 0.05), qPrintable(QString::number(result->throughput)));
}

/// A queue with four places lets in what the worker takes: all that came was done, and yet it is
/// not the rate that was meant.
void RunFiguresTest::openLoad_thatWaitsForAPlace_hasWhatItDid() {
  Events events;
  events.add(0, trace::EventKind::worker_started, 0, 2);
  for (std::uint64_t task = 1; task <= 80; ++task) {
    const double began = static_cast<double>(task) / 40;
    events.add(std::max(0.001, began - 4.0 / 40), trace::EventKind::task_queued, task);
    events.add(began, trace::EventKind::task_started, task, 2);
    events.add(began + 0.025, trace::EventKind::task_finished, task, 2);
  }
  const RunLoad load{.workers = 1, .arrivals_per_s = 100, .queue_capacity = 4};
  const auto result = figures_of(events.done(), {}, load, 0, 2 * kSecond);
  QVERIFY2(near(result->throughput, 40, 0.05), qPrintable(QString::number(result->throughput)));
  QVERIFY(result->arrivals_late);
}

/// A million a second are more than one thread submits.
void RunFiguresTest::openLoad_thatComesTooSlowly_hasWhatItDid() {
  Events events;
  events.add(0, trace::EventKind::worker_started, 0, 2);
  for (std::uint64_t task = 1; task <= 400; ++task) {
    const double time = static_cast<double>(task) / 200;
    events.add(time, trace::EventKind::task_queued, task);
    events.add(time, trace::EventKind::task_started, task, 2);
    events.add(time + 0.001, trace::EventKind::task_finished, task, 2);
  }
  const auto result =
      figures_of(events.done(), {}, {.workers = 1, .arrivals_per_s = 1e6}, 0, 2 * kSecond);
  QVERIFY2(near(result->throughput, 200, 0.05), qPrintable(QString::number(result->throughput)));
  QVERIFY(result->arrivals_late);
}

/// A burst just before the end, of which a slow pool has done little yet, is as old as one that it
/// still had to do when the window began.
void RunFiguresTest::bursts_areCountedOverWholePeriods() {
  Events events;
  events.add(0, trace::EventKind::worker_started, 0, 2);
  std::uint64_t task = 0;
  for (int burst = 0; burst < 4; ++burst) {
    for (int i = 0; i < 40; ++i) {  // 20 ms each: 0.8 s of every second
      const double began = burst + 0.9 + 0.02 * i;
      events.add(burst + 0.9, trace::EventKind::task_queued, ++task);
      events.add(began, trace::EventKind::task_started, task, 2);
      events.add(began + 0.02, trace::EventKind::task_finished, task, 2);
    }
  }
  const auto result =
      figures_of(events.done(), {}, {.workers = 1, .arrivals_per_s = 40, .arrivals_period = 1}, 0,
                 4 * kSecond + kSecond / 1000);
  QVERIFY2(near(result->throughput, 40, 0.02), qPrintable(QString::number(result->throughput)));
}

void RunFiguresTest::lockWait_isToldWithItsName() {
  Events events;
  run_pool(events, 2, 1, [](std::uint64_t, double) { return 0.01; });
  const std::uint64_t detail = trace::phase_detail(trace::PhaseKind::lock_wait, 7);
  for (int i = 0; i < 100; ++i) {
    events.add(i * 0.01 + 0.001, trace::EventKind::phase_begin, 1, 2, detail);
    events.add(i * 0.01 + 0.009, trace::EventKind::phase_end, 1, 2, detail);
  }
  const auto result = figures(events, 2, 1);
  QCOMPARE(result->lock, trace::NameId{7});
  QVERIFY(near(result->lock_wait_share, 0.4, 0.05));
}

void RunFiguresTest::tooFewTasks_haveNoFigures() {
  Events none;
  QVERIFY(!figures(none, 4, 1));
  Events few;
  run_pool(few, 4, 1, [](std::uint64_t, double) { return 0.7; });
  QVERIFY(!figures(few, 4, 1));
}

void RunFiguresTest::othersBetween_areWhatThisProcessDidNotUse() {
  const UsageSample begin{.time = kSecond, .cpu_seconds = 5, .all_cpu_seconds = 100};
  const UsageSample end{.time = 3 * kSecond, .cpu_seconds = 6, .all_cpu_seconds = 104};
  QVERIFY(std::abs(others_between(begin, end) - 1.5) < 1e-9);
  QCOMPARE(others_between(begin, {.time = 3 * kSecond, .cpu_seconds = 6}), 0.0);  // not known
  QCOMPARE(others_between(begin, begin), 0.0);
}

void RunFiguresTest::cpu_isTheShareOfAllCores_andOthersHaveTheirs() {
  Events events;
  run_pool(events, 2, 2, [](std::uint64_t, double) { return 0.01; });
  const std::vector<UsageSample> usage{
      {0, 5.0, 10'000, 50.0}, {kSecond, 6.0, 20'000, 53.0}, {2 * kSecond, 7.0, 15'000, 56.0}};
  const auto result = figures_of(events.done(), usage, {.workers = 2, .cores = 4}, 0, 2 * kSecond);
  QVERIFY(near(result->cpu, 0.25, 1e-6));
  QVERIFY(near(result->others_cpu, 0.5, 1e-6));
  QCOMPARE(result->memory_bytes, std::uint64_t{20'000});
  const UsageSample now = usage_now();
  QVERIFY(now.memory_bytes > 100'000 && now.cpu_seconds > 0);
}

/// A task that runs a program: what that computes is no other program's.
void RunFiguresTest::commands_thatWereRun_areOwnCpu() {
  const UsageSample before = usage_now();
  QCOMPARE(QProcess::execute(QStringLiteral("sh"),
                             {QStringLiteral("-c"),
                              QStringLiteral("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")}),
           0);
  const double used = usage_now().cpu_seconds - before.cpu_seconds;
  QVERIFY2(used > 0.02, qPrintable(QString::number(used)));
}

QTEST_APPLESS_MAIN(RunFiguresTest)
#include "run_figures_test.moc"
