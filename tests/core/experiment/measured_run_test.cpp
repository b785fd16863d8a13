// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/measured_run.h"

#include "core/workload/local_server.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::experiment;

class MeasuredRunTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void arrivals_areThoseOfAWholeBatch_data() {
    QTest::addColumn<int>("tasks");
    QTest::addColumn<int>("first");
    QTest::addColumn<double>("perSecond");
    QTest::addColumn<double>("period");
    QTest::newRow("bursts only") << 80 << 0 << 400.0 << 0.2;
    QTest::newRow("a burst that is not full") << 50 << 0 << 250.0 << 0.2;
    QTest::newRow("ten single tasks before a burst") << 50 << 10 << 50 / 1.1 << 1.1;
    QTest::newRow("single tasks only") << 10 << 20 << 10.0 << 1.0;
  }

  void arrivals_areThoseOfAWholeBatch() {
    QFETCH(int, tasks);
    QFETCH(int, first);
    QFETCH(double, perSecond);
    QFETCH(double, period);
    const workload::Load load{.pattern = workload::LoadPattern::burst,
                              .tasks = static_cast<std::uint64_t>(tasks),
                              .burst_size = 40,
                              .interval = std::chrono::milliseconds(100),
                              .first = static_cast<std::uint64_t>(first)};
    const RunLoad run = run_load(load, 3);
    QCOMPARE(run.workers, std::uint64_t{3});
    QVERIFY(qFuzzyCompare(run.arrivals_per_s.value_or(0), perSecond));
    QVERIFY(qFuzzyCompare(run.arrivals_period, period));
  }

  void arrivals_ofOthers() {
    const RunLoad poisson =
        run_load({.pattern = workload::LoadPattern::poisson, .tasks = 9, .rate_per_s = 70}, 1);
    QCOMPARE(poisson.arrivals_per_s, std::optional<double>(70));
    QCOMPARE(poisson.arrivals_period, 0.0);
    QVERIFY(!run_load({.pattern = workload::LoadPattern::map, .tasks = 9}, 1).arrivals_per_s);
  }

  void requests_thatWaitForTheirTurn_areSeen() {
    auto server = workload::LocalServer::start();
    QVERIFY(server.has_value());
    auto scenario = workload::parse_scenario(
        "name = \"pages\"\n[load]\npattern = \"map\"\ntasks = 40\n[[task]]\nsteps = [ { http = "
        "\"/\" } "
        "]\n[http]\nper_host = 1\nurls = [\"http://127.0.0.1:" +
            std::to_string((*server)->port()) + "/page?latency_ns=5000000\"]\n",
        "pages.toml");
    QVERIFY2(scenario.has_value(), scenario ? "" : scenario.error().message().c_str());
    const auto paused = [&](std::uint64_t workers) {
      const auto run = measure(*scenario, {.workers = workers, .seconds = 0.2, .most_seconds = 10});
      return run && run->figures ? run->figures->paused_share : -1;
    };
    QCOMPARE(paused(1), 0.0);
    const double of_four = paused(4);
    QVERIFY2(of_four > 0.5 && of_four < 0.9, qPrintable(QString::number(of_four)));
  }
};

QTEST_APPLESS_MAIN(MeasuredRunTest)
#include "measured_run_test.moc"
