// SPDX-License-Identifier: Apache-2.0
#include "core/workload/task_plan.h"

#include "core/workload/quantity.h"
#include "support.h"

#include <QtTest>

#include <cmath>
#include <map>
#include <string>

using namespace poolscope::testing;
using namespace poolscope::workload;

namespace {

std::string with_kinds(const std::string& kinds, const std::string& load = {}) {
  return "name = \"plan\"\n[load]\npattern = \"map\"\ntasks = 100\n" + load + "\n" + kinds;
}

std::string kind(const std::string& name, const std::string& more) {
  return "[[task]]\nname = \"" + name + "\"\n" + more +
         "\nsteps = [{ sleep = \"exponential(1s)\" }]\n";
}

/// All of a plan that can be seen.
struct Seen {
  std::string kind;
  bool fails;
  std::uint64_t draw;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen seen(TaskPlan plan) {
  return {plan.kind->name, plan.fails, plan.draws.next()};
}

std::vector<Seen> plans(const Scenario& scenario, std::uint64_t seed_offset, std::uint64_t batch) {
  const Planner planner(scenario, seed_offset);
  std::vector<Seen> result;
  for (std::uint64_t position = 0; position < 100; ++position) {
    result.push_back(seen(planner.task(batch, position)));
  }
  return result;
}

}  // namespace

class TaskPlanTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void plan_isAFunctionOfSeedBatchAndPosition() {
    const Scenario scenario =
        scenario_of(with_kinds(kind("a", "fail = 0.3") + kind("b", "weight = 2")));
    const auto first = plans(scenario, 0, 0);
    QVERIFY(first == plans(scenario, 0, 0));
    QVERIFY(first != plans(scenario, 1, 0));
    QVERIFY(first != plans(scenario, 0, 1));
    // In another order, and from another planner: the same.
    const Planner planner(scenario, 0);
    for (std::size_t i = first.size(); i-- > 0;) {
      QVERIFY(seen(planner.task(0, i)) == first[i]);
    }
    Scenario later = scenario;
    later.seed += 5;
    QVERIFY(plans(later, 0, 0) == plans(scenario, 5, 0));
  }

  void kinds_areMixedByWeight() {
    const Scenario scenario = scenario_of(with_kinds(
        kind("one", "weight = 1") + kind("three", "weight = 3") + kind("six", "weight = 6")));
    const Planner planner(scenario, 0);
    std::map<std::string, int> counts;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      ++counts[planner.task(i / 100, i % 100).kind->name];
    }
    QVERIFY(std::abs(counts["one"] - 2'000) < 200);
    QVERIFY(std::abs(counts["three"] - 6'000) < 300);
    QVERIFY(std::abs(counts["six"] - 12'000) < 300);
  }

  void kindWithAt_standsThere_andNowhereElse() {
    const Scenario scenario =
        scenario_of(with_kinds(kind("slow", "at = [0, 50, 99]") + kind("rest", "")));
    const Planner planner(scenario, 0);
    for (std::uint64_t batch = 0; batch < 3; ++batch) {
      for (std::uint64_t i = 0; i < 100; ++i) {
        const bool there = i == 0 || i == 50 || i == 99;
        QCOMPARE(planner.task(batch, i).kind->name, std::string(there ? "slow" : "rest"));
      }
    }
  }

  void failEvery_isEveryNth() {
    const Scenario scenario = scenario_of(with_kinds(kind("a", "fail_every = 4")));
    const Planner planner(scenario, 0);
    for (std::uint64_t i = 0; i < 100; ++i) {
      QCOMPARE(planner.task(1, i).fails, i % 4 == 3);
    }
  }

  void fail_isAShare_data() {
    QTest::addColumn<QByteArray>("share");
    QTest::addColumn<double>("expected");
    QTest::newRow("none") << QByteArray("0") << 0.0;
    QTest::newRow("some") << QByteArray("0.25") << 0.25;
    QTest::newRow("all") << QByteArray("1.0") << 1.0;
  }
  void fail_isAShare() {
    QFETCH(QByteArray, share);
    QFETCH(double, expected);
    const Scenario scenario = scenario_of(with_kinds(kind("a", "fail = " + share.toStdString())));
    const Planner planner(scenario, 0);
    int failed = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      failed += planner.task(0, i).fails ? 1 : 0;
    }
    const double got = failed / 10'000.0;
    QVERIFY(expected == 0 || expected == 1 ? got == expected : std::abs(got - expected) < 0.02);
  }

  void failingTask_drawsAsOneThatDoesNot_data() {
    QTest::addColumn<QByteArray>("failure");
    QTest::newRow("share") << QByteArray("fail = 1");
    QTest::newRow("every") << QByteArray("fail_every = 1");
  }
  void failingTask_drawsAsOneThatDoesNot() {
    QFETCH(QByteArray, failure);
    const Scenario calm = scenario_of(with_kinds(kind("a", "")));
    const Scenario broken = scenario_of(with_kinds(kind("a", failure.toStdString())));
    const Planner calm_planner(calm, 0);
    const Planner broken_planner(broken, 0);
    for (std::uint64_t i = 0; i < 100; ++i) {
      QCOMPARE(seen(broken_planner.task(0, i)).draw, seen(calm_planner.task(0, i)).draw);
    }
  }

  void nested_firstKindIsTheParents_theOthersAreTheChildren() {
    const Scenario scenario =
        scenario_of("name = \"plan\"\n[load]\npattern = \"nested\"\ntasks = 100\nchildren = 3\n" +
                    kind("parent", "weight = 1000") + kind("left", "") + kind("right", ""));
    const Planner planner(scenario, 0);
    std::map<std::string, int> children;
    for (std::uint64_t i = 0; i < 100; ++i) {
      QCOMPARE(planner.task(0, i).kind->name, std::string("parent"));
      for (std::uint64_t child = 0; child < 3; ++child) {
        ++children[planner.child(0, i, child).kind->name];
      }
    }
    QCOMPARE(children.size(), std::size_t(2));
    QVERIFY(children["left"] > 100 && children["right"] > 100);
    QVERIFY(!(seen(planner.child(0, 0, 1)) == seen(planner.child(0, 1, 1))));
  }

  void nested_withOneKind_isThatForAll() {
    const Scenario scenario =
        scenario_of("name = \"plan\"\n[load]\npattern = \"nested\"\ntasks = 2\nchildren = 3\n" +
                    kind("both", ""));
    const Planner planner(scenario, 0);
    QCOMPARE(planner.task(0, 1).kind->name, std::string("both"));
    QCOMPARE(planner.child(0, 1, 2).kind->name, std::string("both"));
  }

  void gaps_haveTheRateAsMean_andAnExponentialsSpread() {
    const Scenario scenario = scenario_of(
        "name = \"plan\"\n[load]\npattern = \"poisson\"\ntasks = 100\nrate = \"200/s\"\n" +
        kind("a", ""));
    const Planner planner(scenario, 0);
    double sum = 0;
    double squares = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const auto ms = static_cast<double>(planner.gap(i / 100, i % 100).count()) * 1e-6;
      QVERIFY(ms >= 0);
      sum += ms;
      squares += ms * ms;
    }
    const double mean = sum / 20'000;
    QVERIFY(std::abs(mean - 5) < 0.1);
    QVERIFY(std::abs(std::sqrt(squares / 20'000 - mean * mean) - 5) < 0.2);
    QCOMPARE(planner.gap(3, 4), Planner(scenario, 0).gap(3, 4));
    QVERIFY(planner.gap(3, 4) != Planner(scenario, 1).gap(3, 4));
  }
};

QTEST_APPLESS_MAIN(TaskPlanTest)
#include "task_plan_test.moc"
