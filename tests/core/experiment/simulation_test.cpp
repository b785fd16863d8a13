// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/simulation.h"

#include "core/experiment/min_heap.h"
#include "core/experiment/min_tree.h"
#include "core/experiment/queueing.h"
#include "core/experiment/usl_fit.h"
#include "core/workload/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;

class SimulationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void minTree_agreesWithALoop();
  void minHeap_agreesWithALoop();
  void delaysOnly_scaleWithTheWorkers();
  void computing_stopsAtTheCores();
  void delayAndComputing_areTheMachineRepairman_data();
  void delayAndComputing_areTheMachineRepairman();
  void aLock_isTheCeiling();
  void aServerOfTen_isTheCeiling();
  void arrivals_waitAsErlangSays();
  void arrivalsBeyondThePool_areItsThroughput();
  void batches_waitInTheirQueue();
  void batchesThatWaitForTheLast_runDry();
  void theSameSeed_givesTheSame();
  void tasksWithoutTime_end();
  void replay_hasTheTasksInTheirOrder_andOverAgain();
  void replay_ofBatches_hasTheNextOne_fromWhenTheQueueIsEmpty();
  void replay_ofABuffer_takesResultsInOrder();
  void replay_ofASemaphore_letsInForEachThatIsDone();
  void replay_ofBatchesOfAllSizes_hasThemInTheirOrder();
  void replay_ofArrivals_hasThoseThatStillWait();
  void replay_ofArrivals_beginsAgainAfterTheRest();
  void replay_ofBatches_hasAPauseBetweenThem();
  void replay_ofTasksWithoutTime_ends();
  void replay_saysHowLongComputingTook();
  void whatBeginsTogether_needNotEndTogether();
};

namespace {

Segment delay(double seconds) {
  return {Segment::Kind::delay, 0, static_cast<float>(seconds)};
}
Segment cpu(double seconds) {
  return {Segment::Kind::cpu, 0, static_cast<float>(seconds)};
}
Segment hold(double seconds) {
  return {Segment::Kind::hold, 0, static_cast<float>(seconds)};
}

double exponential(workload::Random& random, double mean) {
  return -mean * std::log(random.uniform());
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

double throughput(const SimulatedWork& work, std::uint64_t workers) {
  return simulate(work, {.workers = workers}).throughput;
}

}  // namespace

void SimulationTest::minTree_agreesWithALoop() {
  workload::Random random(7);
  for (const std::size_t size : {1U, 2U, 3U, 8U, 37U}) {
    MinTree tree(size);
    std::vector<double> values(size, MinTree::kNone);
    for (int i = 0; i < 500; ++i) {
      const auto index = static_cast<std::uint32_t>(random.next() % size);
      switch (random.next() % 4) {
        case 0:
          values[tree.least()] = MinTree::kNone;
          tree.clear_least();
          break;
        case 1:  // often as great as another
          values[index] = static_cast<double>(random.next() % 4);
          tree.set(index, values[index]);
          break;
        default:
          values[index] = random.uniform();
          tree.set(index, values[index]);
          break;
      }
      const auto least = std::ranges::min_element(values);
      QCOMPARE(tree.value(), *least);
      QCOMPARE(tree.least(), static_cast<std::uint32_t>(least - values.begin()));
    }
  }
}

void SimulationTest::minHeap_agreesWithALoop() {
  workload::Random random(8);
  using Entry = std::pair<double, std::uint32_t>;
  std::vector<Entry> entries;
  MinHeap heap;
  for (int i = 0; i < 2000; ++i) {
    const auto owner = static_cast<std::uint32_t>(random.next() % 20);
    const auto value = static_cast<double>(random.next() % 50);  // often as great as another
    const auto least = std::ranges::min_element(entries);
    if (entries.empty() || random.next() % 5 < 2) {
      entries.emplace_back(value, owner);
      heap.add(owner, value);
    } else if (random.next() % 2 == 0) {
      *least = {value, owner};
      heap.replace_least(owner, value);
    } else {
      entries.erase(least);
      heap.remove_least();
    }
    if (entries.empty()) {
      QVERIFY(std::isinf(heap.value()));
    } else {
      QCOMPARE(std::pair(heap.value(), heap.least()), *std::ranges::min_element(entries));
    }
  }
}

void SimulationTest::delaysOnly_scaleWithTheWorkers() {
  SimulatedWork work;
  work.add_task({delay(0.02)});
  for (const std::uint64_t n : {1, 8, 100}) {
    const SimulationResult result = simulate(work, {.workers = n});
    QVERIFY(near(result.throughput, 50.0 * static_cast<double>(n), 0.01));
    QVERIFY(near(result.utilization, 1, 0.01));
  }
}

void SimulationTest::computing_stopsAtTheCores() {
  SimulatedWork work;
  work.cores = 2;
  work.add_task({cpu(0.01)});
  QVERIFY(near(throughput(work, 1), 100, 0.01));
  QVERIFY(near(throughput(work, 2), 200, 0.01));
  QVERIFY(near(throughput(work, 16), 200, 0.01));
}

void SimulationTest::delayAndComputing_areTheMachineRepairman_data() {
  QTest::addColumn<int>("workers");
  for (const int n : {1, 2, 4, 8, 10, 16, 32}) {
    QTest::newRow(qPrintable(QString::number(n))) << n;
  }
}

/// The exact chain of exponential computing is also that of cores shared evenly.
void SimulationTest::delayAndComputing_areTheMachineRepairman() {
  QFETCH(int, workers);
  const auto n = static_cast<std::uint64_t>(workers);
  SimulatedWork work;
  work.cores = 2;
  workload::Random random(3);
  double sum = 0;
  std::vector<double> times;
  for (int i = 0; i < 20'000; ++i) {
    times.push_back(exponential(random, 0.005));
    sum += times.back();
  }
  for (const double time : times) {  // their mean made exact
    work.add_task({delay(0.02), cpu(time * 0.005 * 20'000 / sum)});
  }
  const ClosedPool pool{.latency = 0.02, .cpu = 0.005, .cores = 2};
  const double simulated = simulate(work, {.workers = n, .tasks = 200'000}).throughput;
  QVERIFY2(near(simulated, pool.throughput(n), 0.015), qPrintable(QString::number(simulated)));
}

void SimulationTest::aLock_isTheCeiling() {
  SimulatedWork work;
  work.capacities = {1};
  work.add_task({delay(0.001), hold(0.004)});
  QVERIFY(near(throughput(work, 1), 200, 0.01));
  QVERIFY(near(throughput(work, 8), 250, 0.01));
  // The law of contention sees it: sigma is the share that is one at a time.
  std::vector<Measurement> points;
  for (const std::uint64_t n : {1, 2, 4, 8}) {
    points.push_back({n, throughput(work, n)});
  }
  QVERIFY(fit_usl(points)->model.sigma > 0.6);
}

void SimulationTest::aServerOfTen_isTheCeiling() {
  SimulatedWork work;
  work.capacities = {10};
  work.add_task({hold(0.025)});
  QVERIFY(near(throughput(work, 8), 320, 0.01));
  QVERIFY(near(throughput(work, 32), 400, 0.01));
}

void SimulationTest::arrivals_waitAsErlangSays() {
  SimulatedWork work;
  workload::Random random(5);
  for (int i = 0; i < 50'000; ++i) {
    work.gaps.push_back(static_cast<float>(exponential(random, 1 / 400.0)));
    work.add_task({delay(exponential(random, 0.02))});
  }
  const SimulationResult result = simulate(work, {.workers = 10, .tasks = 500'000});
  const auto theory = mmc(400, 50, 10);
  QVERIFY(near(result.throughput, 400, 0.02));
  QVERIFY(near(result.utilization, theory->utilization, 0.02));
  QVERIFY2(near(result.queue_wait_mean, theory->wq, 0.1),
           qPrintable(QString::number(result.queue_wait_mean)));
  QVERIFY2(near(result.queue_wait_p99, theory->wait_quantile(0.99), 0.1),
           qPrintable(QString::number(result.queue_wait_p99)));
}

void SimulationTest::arrivalsBeyondThePool_areItsThroughput() {
  SimulatedWork work;
  work.gaps = {0.001F};
  work.add_task({delay(0.02)});
  QVERIFY(near(throughput(work, 4), 200, 0.01));
}

void SimulationTest::batches_waitInTheirQueue() {
  SimulatedWork work;
  work.batch = 100;
  work.add_task({delay(0.01)});
  // 100 tasks for one worker: the last waits for the 99 before it, and the one that is at work.
  const SimulationResult one = simulate(work, {.workers = 1});
  QVERIFY(near(one.queue_wait_p99, 0.99, 0.03));
  QVERIFY(near(simulate(work, {.workers = 4}).queue_wait_p99, 0.25, 0.05));
}

void SimulationTest::batchesThatWaitForTheLast_runDry() {
  SimulatedWork work;
  work.batch = 10;
  work.batch_waits = true;
  work.add_task({delay(0.01)});
  // Ten tasks take 1, 3 or 10 rounds of 10 ms, and the next ten come after the last round.
  QVERIFY(near(throughput(work, 16), 1000, 0.01));
  QVERIFY(near(throughput(work, 4), 10 / 0.03, 0.01));
  QVERIFY(near(throughput(work, 1), 100, 0.01));
  work.batch_waits = false;
  QVERIFY(near(throughput(work, 4), 400, 0.01));
}

void SimulationTest::theSameSeed_givesTheSame() {
  SimulatedWork work;
  work.add_task({delay(0.02), cpu(0.001)});
  work.add_task({delay(0.01), cpu(0.003)});
  const SimulationResult a = simulate(work, {.workers = 5, .seed = 9});
  const SimulationResult b = simulate(work, {.workers = 5, .seed = 9});
  QCOMPARE(a.throughput, b.throughput);
  QCOMPARE(a.queue_wait_p99, b.queue_wait_p99);
}

void SimulationTest::tasksWithoutTime_end() {
  SimulatedWork work;
  work.add_task({});
  const SimulationResult result = simulate(work, {.workers = 3});
  QCOMPARE(result.throughput, 0.0);  // no time passed: there is no rate
}

void SimulationTest::replay_hasTheTasksInTheirOrder_andOverAgain() {
  SimulatedWork work;
  work.batch = 100;
  work.add_task({delay(0.125)});
  work.add_task({delay(0.5)});
  work.add_task({delay(0.25)});
  const Replay run = replay(work, {.workers = 2, .seconds = 1});
  const auto in_ms = [](TimeNs time) { return time == kNever ? -1 : time / 1'000'000; };
  std::vector<std::pair<TimeNs, TimeNs>> times;
  for (const TaskRecord& task : run.tasks) {
    QCOMPARE(task.queued, TimeNs{0});
    if (task.started < 1'000'000'000) {
      times.emplace_back(in_ms(task.started), in_ms(task.finished));
    }
  }
  const std::vector<std::pair<TimeNs, TimeNs>> expected{
      {0, 125}, {0, 500}, {125, 375}, {375, 500}, {500, 1000}, {500, 750}, {750, 875}, {875, -1}};
  QCOMPARE(times.size(), expected.size());
  times.back().second = -1;  // it goes on beyond the end
  QCOMPARE(times, expected);
  QCOMPARE(in_ms(run.end), TimeNs{1000});
  QCOMPARE(run.tasks.size(), std::size_t{100});  // of the batch, those that wait for it too
}

void SimulationTest::replay_ofBatches_hasTheNextOne_fromWhenTheQueueIsEmpty() {
  SimulatedWork work;
  work.batch = 2;
  work.add_task({delay(0.25)});
  const Replay run = replay(work, {.workers = 1, .seconds = 1.125});
  std::vector<TimeNs> queued;
  for (const TaskRecord& task : run.tasks) {
    queued.push_back(task.queued / 1'000'000);
  }
  // They start at 0, 250, 500, ...
  const std::vector<TimeNs> expected{0, 0, 250, 250, 750, 750};
  QVERIFY(queued.size() >= expected.size());
  queued.resize(expected.size());
  QCOMPARE(queued, expected);
  QVERIFY(near(simulate(work, {.workers = 1}).queue_wait_p99, 0.5, 0.001));
}

/// The first of four is long: the results of those behind it are not taken before its own is, and
/// no more come meanwhile.
void SimulationTest::replay_ofABuffer_takesResultsInOrder() {
  SimulatedWork work;
  work.ahead = 3;
  work.add_task({delay(0.5)});
  for (int i = 0; i < 3; ++i) {
    work.add_task({delay(0.125)});
  }
  const Replay run = replay(work, {.workers = 2, .seconds = 0.875});
  std::vector<std::pair<TimeNs, TimeNs>> times;
  for (std::size_t i = 0; i < std::min<std::size_t>(7, run.tasks.size()); ++i) {
    times.emplace_back(run.tasks[i].queued / 1'000'000, run.tasks[i].started / 1'000'000);
  }
  const std::vector<std::pair<TimeNs, TimeNs>> expected{
      {0, 0}, {0, 0}, {0, 125}, {500, 500}, {500, 500}, {500, 625}, {625, 750}};
  QCOMPARE(times, expected);
  work.tasks.resize(
      2);  // the long one alone: as many at work as are ahead, or as there are workers
  QVERIFY(near(throughput(work, 2), 4, 0.01));
  QVERIFY(near(throughput(work, 8), 6, 0.01));
}

/// As a semaphore: the next comes when any of them is done, however long the first takes.
void SimulationTest::replay_ofASemaphore_letsInForEachThatIsDone() {
  SimulatedWork work;
  work.ahead = 3;
  work.any_order = true;
  work.add_task({delay(0.5)});
  for (int i = 0; i < 5; ++i) {
    work.add_task({delay(0.125)});
  }
  const Replay run = replay(work, {.workers = 2, .seconds = 0.875});
  std::vector<std::pair<TimeNs, TimeNs>> times;
  for (std::size_t i = 0; i < std::min<std::size_t>(6, run.tasks.size()); ++i) {
    times.emplace_back(run.tasks[i].queued / 1'000'000, run.tasks[i].started / 1'000'000);
  }
  const std::vector<std::pair<TimeNs, TimeNs>> expected{{0, 0},     {0, 0},     {0, 125},
                                                        {125, 250}, {250, 375}, {375, 500}};
  QCOMPARE(times, expected);
}

void SimulationTest::replay_ofBatchesOfAllSizes_hasThemInTheirOrder() {
  SimulatedWork work;
  work.batches = {1, 3};
  work.batch_waits = true;
  work.add_task({delay(0.5)});
  const Replay run = replay(work, {.workers = 2, .seconds = 2.25});
  std::vector<TimeNs> queued;
  for (const TaskRecord& task : run.tasks) {
    queued.push_back(task.queued / 1'000'000);
  }
  QCOMPARE(queued, (std::vector<TimeNs>{0, 500, 500, 500, 1500, 2000, 2000, 2000}));
}

void SimulationTest::replay_ofArrivals_hasThoseThatStillWait() {
  SimulatedWork work;
  work.gaps = {0.125F};  // eight a second, of which one worker does two
  work.add_task({delay(0.5)});
  const Replay run = replay(work, {.workers = 1, .seconds = 1.0625});
  std::vector<TimeNs> queued;
  std::size_t started = 0;
  for (const TaskRecord& task : run.tasks) {
    if (task.queued < run.end) {
      queued.push_back(task.queued / 1'000'000);
      started += task.started < run.end ? 1 : 0;
    }
  }
  QCOMPARE(queued, (std::vector<TimeNs>{125, 250, 375, 500, 625, 750, 875, 1000}));
  QCOMPARE(started, std::size_t{2});
}

void SimulationTest::replay_ofArrivals_beginsAgainAfterTheRest() {
  SimulatedWork work{.gaps = {0.0F, 0.1F}, .gap_at_end = 0.4F};
  work.add_task({delay(0.01)});
  const Replay run = replay(work, {.workers = 2, .seconds = 1.05});
  std::vector<double> came;
  for (const TaskRecord& task : run.tasks) {
    if (task.queued < run.end) {
      came.push_back(std::round(static_cast<double>(task.queued) * 1e-8) / 10);
    }
  }
  QCOMPARE(came, (std::vector<double>{0, 0.1, 0.5, 0.6, 1.0}));
}

void SimulationTest::replay_ofBatches_hasAPauseBetweenThem() {
  SimulatedWork work{.batch = 4, .batch_waits = true, .batch_pause = 0.1};
  work.add_task({delay(0.05)});
  const Replay run = replay(work, {.workers = 2, .seconds = 0.55});
  QVERIFY(run.tasks.size() >= 12);
  for (std::size_t i = 0; i < 12; ++i) {  // at 0, 0.2 and 0.4
    QVERIFY(near(static_cast<double>(run.tasks[i].queued) * 1e-9 + 1,
                 1 + 0.2 * static_cast<double>(i / 4), 1e-6));
  }
  QVERIFY(near(throughput(work, 2), 4 / 0.2, 0.01));
  QVERIFY(near(throughput(work, 4), 4 / 0.15, 0.01));
  QVERIFY(near(throughput(work, 1), 4 / 0.3, 0.01));
}

void SimulationTest::replay_ofTasksWithoutTime_ends() {
  SimulatedWork work;
  work.batch = 5;
  work.add_task({});
  const Replay run = replay(work, {.workers = 3, .seconds = 1, .most_tasks = 1000});
  QVERIFY(run.tasks.size() >= 1000);
  QCOMPARE(run.end, TimeNs{0});
}

void SimulationTest::replay_saysHowLongComputingTook() {
  SimulatedWork work;
  work.cores = 2;
  work.batch = 1000;
  work.add_task({cpu(0.01)});
  QVERIFY(near(replay(work, {.workers = 2, .seconds = 1}).stretch, 1, 0.001));
  QVERIFY(near(replay(work, {.workers = 8, .seconds = 1}).stretch, 4, 0.2));  // in turns
  work.speed = 0.5;  // others have half of each core
  QVERIFY(near(replay(work, {.workers = 2, .seconds = 1}).stretch, 2, 0.001));
  QVERIFY(near(replay(work, {.workers = 8, .seconds = 1}).stretch, 8, 0.2));
  QVERIFY(near(throughput(work, 8), 100, 0.01));
  SimulatedWork waits;
  waits.add_task({delay(0.01)});
  QCOMPARE(replay(waits, {.workers = 2, .seconds = 1}).stretch, 1.0);
}

/// Eight tasks that wait and then compute, all at once at first: were the cores shared evenly at
/// any moment, they would wait and compute all together for ever, 40 ms a round.
void SimulationTest::whatBeginsTogether_needNotEndTogether() {
  SimulatedWork work;
  work.cores = 2;
  work.batch = 1000;
  work.add_task({delay(0.02), cpu(0.005)});
  const Replay run = replay(work, {.workers = 8, .seconds = 2});
  std::size_t finished = 0;
  for (const TaskRecord& task : run.tasks) {
    finished += task.finished > 1'000'000'000 && task.finished <= run.end ? 1 : 0;
  }
  QVERIFY2(finished > 260, qPrintable(QString::number(finished)));
}

QTEST_APPLESS_MAIN(SimulationTest)
#include "simulation_test.moc"
