// SPDX-License-Identifier: Apache-2.0
#include "core/base/cores.h"
#include "core/base/in_parallel.h"
#include "core/experiment/scenario_check.h"
#include "core/workload/scenario.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;
using workload::Scenario;

namespace {

using Outcomes = Result<std::vector<CheckOutcome>>;

Outcomes outcomes_of(const Scenario& scenario) {
  constexpr int kAttempts = 12;  // rates are measured on a machine that does other things, too
  return run_checks(scenario, {.cores = usable_cores(), .attempts = kAttempts});
}

/// Whether its tasks hardly do anything but wait: several such scenarios can run side by side.
bool only_waits(const Scenario& scenario) {
  return std::ranges::none_of(scenario.tasks, [](const workload::TaskKind& kind) {
    return std::ranges::any_of(kind.steps, [](const workload::Step& step) {
      return std::holds_alternative<workload::CpuStep>(step);
    });
  });
}

}  // namespace

/// What each scenario of the gallery claims is seen when it runs.
class GalleryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    constexpr std::size_t kAtOnce = 4;
    std::vector<const Scenario*> waiting;
    for (const Scenario& scenario : workload::gallery()) {
      if (only_waits(scenario)) {
        waiting.push_back(&scenario);
        outcomes_[scenario.name];
      }
    }
    in_parallel(waiting.size(), kAtOnce,
                [&](std::size_t i) { outcomes_.at(waiting[i]->name) = outcomes_of(*waiting[i]); });
  }

  void checks_ofEachScenario_hold_data() {
    QTest::addColumn<QString>("name");
    for (const Scenario& scenario : workload::gallery()) {
      QTest::newRow(scenario.name.c_str()) << QString::fromStdString(scenario.name);
    }
  }

  void checks_ofEachScenario_hold() {
    QFETCH(QString, name);
    const auto scenario = workload::find_scenario(name.toStdString());
    QVERIFY(scenario.has_value());
    QVERIFY2(!scenario->checks.empty(), "says nothing that could be checked");
    if (name == QStringLiteral("cpu-bound") && usable_cores() < 2) {
      QSKIP("one core has nothing to show");
    }
    std::optional<Outcomes>& known = outcomes_[scenario->name];
    if (!known) {
      known = outcomes_of(*scenario);
    }
    const Outcomes& outcomes = *known;
    QVERIFY2(outcomes.has_value(), outcomes ? "" : outcomes.error().message().c_str());
    for (const CheckOutcome& outcome : *outcomes) {
      std::printf("%-20s %-10.4g %s\n", scenario->name.c_str(), outcome.value,
                  outcome.check.say.c_str());
      QVERIFY2(outcome.holds, qPrintable(QStringLiteral("%1: %2 is %3")
                                             .arg(QString::fromStdString(outcome.check.say),
                                                  QString::fromStdString(outcome.check.figure))
                                             .arg(outcome.value)));
    }
  }

  void computingShare_isWhatOthersLeave_data() {
    QTest::addColumn<int>("atOnce");
    QTest::addColumn<double>("others");
    QTest::addColumn<double>("share");
    QTest::newRow("nobody else") << 2 << 0.0 << 1.0;
    QTest::newRow("one worker beside a held core") << 1 << 1.0 << 1.0;
    QTest::newRow("two workers beside it, which get 4 / 3 cores") << 2 << 2.0 / 3 << 2.0 / 3;
    QTest::newRow("eight workers beside it") << 8 << 2.0 / 9 << 8.0 / 9;
    QTest::newRow("hardly anything is left") << 4 << 2.0 << 0.1;
  }

  void computingShare_isWhatOthersLeave() {
    QFETCH(int, atOnce);
    QFETCH(double, others);
    QFETCH(double, share);
    QVERIFY(std::abs(computing_share(static_cast<std::size_t>(atOnce), 2, others) - share) < 1e-9);
  }

  void check_thatDoesNotHold_saysSo() {
    const auto scenario =
        workload::changed(*workload::find_scenario("failing-tasks"),
                          "check = [{ say = \"None failed\", figure = \"failed\", max = 0 },"
                          "         { say = \"No run time of none\", figure = \"run_time.p50\", "
                          "from = \"1h\", min = 0 }]");
    QVERIFY2(scenario.has_value(), scenario ? "" : scenario.error().message().c_str());
    const auto outcomes = run_checks(*scenario, {.attempts = 2});
    QVERIFY(outcomes.has_value());
    QCOMPARE(outcomes->size(), std::size_t(2));
    QVERIFY(!outcomes->at(0).holds);
    QCOMPARE(outcomes->at(0).value, 10.0);
    QVERIFY(!outcomes->at(1).holds);
  }

 private:
  std::map<std::string, std::optional<Outcomes>> outcomes_;
};

QTEST_APPLESS_MAIN(GalleryTest)
#include "gallery_test.moc"
