// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/simulation.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace poolscope::experiment;

namespace {

Segment delay(double seconds) {
  return {Segment::Kind::delay, 0, static_cast<float>(seconds)};
}

/// A task waits, submits its children, and waits for them, one after another.
std::vector<Segment> parent(double seconds, std::uint16_t children) {
  std::vector<Segment> segments{delay(seconds)};
  for (std::uint16_t child = 0; child < children; ++child) {
    segments.push_back({Segment::Kind::submit, child});
  }
  for (std::uint16_t child = 0; child < children; ++child) {
    segments.push_back({Segment::Kind::await, child});
  }
  return segments;
}

/// Batches of parents that are all alike, as are their children.
SimulatedWork family(std::uint64_t parents, std::uint16_t children, double seconds) {
  SimulatedWork work{.batch = parents, .batch_waits = true};
  work.add_task(parent(seconds, children));
  work.add_task({delay(seconds)});
  work.roots = {0};
  work.children.assign(children, 1);
  work.first_child = {0, children, children};
  return work;
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

/// Tasks that submit others to their own pool and wait for them there.
class NestedSimulationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Four parents, a child each, of 10 ms: with four workers nobody is left for the children. The
  /// fifth does one, then he and the parent's worker one each, and one is left: 40 ms.
  void aPoolOfParents_standsStill() {
    const SimulatedWork work = family(4, 1, 0.01);
    for (const std::uint64_t workers : {1U, 2U, 4U}) {
      const SimulationResult result = simulate(work, {.workers = workers});
      QVERIFY(result.stands_still);
      QCOMPARE(result.throughput, 0.0);
      QCOMPARE(result.utilization, 0.0);
    }
    const std::vector<std::pair<std::uint64_t, double>> expected{
        {5, 0.04}, {6, 0.03}, {7, 0.03}, {8, 0.02}, {20, 0.02}};
    for (const auto& [workers, batch] : expected) {
      const SimulationResult result = simulate(work, {.workers = workers});
      QVERIFY(!result.stands_still);
      QVERIFY2(near(result.throughput, 8 / batch, 0.02),
               qPrintable(QString::number(result.throughput)));
    }
  }

  void aPoolThatStandsStill_doesSoToTheEndOfTheReplay() {
    const Replay run = replay(family(4, 1, 0.01), {.workers = 4, .seconds = 1});
    QCOMPARE(run.end, TimeNs{1'000'000'000});
    QCOMPARE(run.tasks.size(), std::size_t{8});  // four that run, and four that wait
    for (std::size_t i = 0; i < 4; ++i) {
      QCOMPARE(run.tasks[i].started, TimeNs{0});
      QCOMPARE(run.tasks[i].finished, kNever);
      QCOMPARE(run.tasks[4 + i].queued, TimeNs{10'000'000});
      QCOMPARE(run.tasks[4 + i].started, kNever);
    }
  }

  /// It comes to that by chance, where parents come by themselves.
  void aPoolThatMayStandStill_doesSoSoonerOrLater() {
    SimulatedWork work = family(1, 1, 0.01);
    work.gaps = {0.05F, 0.05F, 0.0F, 0.0F};
    QVERIFY(!simulate(work, {.workers = 4}).stands_still);
    QVERIFY(simulate(work, {.workers = 3}).stands_still);
  }

  /// The scenario "work-stealing", as the executor did it: eight parents, eight children each, all
  /// of 10.1 ms. Which of the children are done first decides when parents' workers are free again.
  void workersThatSteal_doAsTheExecutorDid() {
    SimulatedWork work = family(8, 8, 0.0101);
    work.order = PickOrder::work_stealing;
    const std::vector<std::pair<std::uint64_t, double>> measured{
        {9, 311}, {10, 398}, {12, 575}, {16, 887}, {24, 1411}};
    QVERIFY(simulate(work, {.workers = 8}).stands_still);
    for (const auto& [workers, throughput] : measured) {
      const double simulated = simulate(work, {.workers = workers}).throughput;
      QVERIFY2(near(simulated, throughput, 0.05),
               qPrintable(QString::number(workers) + ": " + QString::number(simulated)));
    }
  }
};

QTEST_GUILESS_MAIN(NestedSimulationTest)
#include "nested_simulation_test.moc"
