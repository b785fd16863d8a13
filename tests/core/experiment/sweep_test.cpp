// SPDX-License-Identifier: Apache-2.0
// Rates are of sleeps on a machine that may be busy: counts, order and wide ratios are compared.
#include "core/experiment/sweep.h"

#include "core/experiment/sweep_plan.h"
#include "core/workload/local_server.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;

class SweepTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void counts_areDoubled_asFarAsTasksGo_data();
  void counts_areDoubled_asFarAsTasksGo();
  void furtherCounts_lieAboutTheChoice_orBeyond();
  void contenders_areWhatMayBeWithinTheMargin();
  void aCeilingInNoise_isNotTakenForARise();
  void everyCount_isMeasuredInTurns_withTheSameSeeds();
  void sleepingTasks_scaleWithTheWorkers();
  void aLock_isPredictedAsTheCeiling();
  void theScript_isNotPlayed();
  void failingTasksOnly_areNoThroughput();
  void aDeadlock_isNoThroughput();
  void aDeadlock_atAllCounts_isNoThroughput_andSaysWhy();
  void tasksLongerThanTheRuns_areNotTooFewCounts();
  void cancel_keepsWhatWasMeasured();
  void unsure_itTellsWhatTheBudgetLeaves_notWhatOneMoreRunTakes();
  void aSmallBudget_isKept();
  void anEndBeforeThreeRepeats_isToldAsThat();
  void runsShorterThanThePeriodOfTheBursts_areTold();
  void aServerThatIsNotThere_isToldAsAnError();
  void whatAHostsLimitsHoldUp_isNotPredicted();
  void causes_areToldFromWhatWasSeen();
  void waitsLongerThanTheRuns_meetNoLimit();
};

namespace {

workload::Scenario scenario(const std::string& load, const std::string& steps,
                            const std::string& top = {}) {
  auto parsed = workload::parse_scenario(
      "name = \"test\"\n" + top + "\n[load]\n" + load + "\n[[task]]\nsteps = [" + steps + "]\n",
      "test.toml");
  if (!parsed) {
    qFatal("%s", parsed.error().message().c_str());
  }
  return std::move(*parsed);
}

const std::string kMap = "pattern = \"map\"\ntasks = 40";

SweepResult run(SweepOptions options) {
  auto sweep = Sweep::start(std::move(options));
  if (!sweep) {
    qFatal("%s", sweep.error().message().c_str());
  }
  (*sweep)->wait();
  return (*sweep)->result();
}

/// Longer and longer until it shows what is wanted: the longer the runs are, the less it matters
/// that other programs, or another computer on the same cores, took them for a while.
template <typename Shows>
SweepResult run_long_enough(SweepOptions options, Shows shows) {
  constexpr double kLongest = 5;
  SweepResult result = run(options);
  while (!shows(result) && *options.run_seconds * 4 < kLongest) {
    *options.run_seconds *= 4;
    result = run(options);
  }
  return result;
}

RepeatedPoint point(std::uint64_t workers, double throughput, double noise = 0.001) {
  return {workers, {throughput * (1 - noise), throughput, throughput * (1 + noise)}};
}

/// The same as a sweep has it.
SweepPoint measured(std::uint64_t workers, double throughput, RunFigures like = {}) {
  std::vector<RunFigures> runs(3, like);
  runs[0].throughput = throughput * 0.999;
  runs[1].throughput = throughput;
  runs[2].throughput = throughput * 1.001;
  return sum_up(workers, std::move(runs));
}

}  // namespace

void SweepTest::counts_areDoubled_asFarAsTasksGo_data() {
  QTest::addColumn<QByteArray>("load");
  QTest::addColumn<QByteArray>("steps");
  QTest::addColumn<int>("cores");
  QTest::addColumn<int>("last");
  QTest::newRow("waits, 2 cores") << QByteArray("pattern = \"map\"\ntasks = 400")
                                  << QByteArray("{ sleep = \"5ms\" }") << 2 << 32;
  QTest::newRow("waits, 16 cores") << QByteArray("pattern = \"map\"\ntasks = 400")
                                   << QByteArray("{ sleep = \"5ms\" }") << 16 << 64;
  QTest::newRow("computes, 2 cores")
      << QByteArray("pattern = \"map\"\ntasks = 400") << QByteArray("{ cpu = \"5ms\" }") << 2 << 16;
  QTest::newRow("ten tasks") << QByteArray("pattern = \"map\"\ntasks = 10")
                             << QByteArray("{ sleep = \"5ms\" }") << 2 << 8;
  QTest::newRow("tasks that come by themselves") << QByteArray("pattern = \"poisson\"\ntasks = 10")
                                                 << QByteArray("{ sleep = \"5ms\" }") << 2 << 32;
}

void SweepTest::counts_areDoubled_asFarAsTasksGo() {
  QFETCH(QByteArray, load);
  QFETCH(QByteArray, steps);
  QFETCH(int, cores);
  QFETCH(int, last);
  const auto counts = first_counts(scenario(load.toStdString(), steps.toStdString()),
                                   static_cast<std::size_t>(cores));
  QCOMPARE(counts.front(), std::uint64_t{1});
  QCOMPARE(counts.back(), static_cast<std::uint64_t>(last));
}

void SweepTest::furtherCounts_lieAboutTheChoice_orBeyond() {
  using Counts = std::vector<std::uint64_t>;
  const std::vector<RepeatedPoint> knee{point(1, 50), point(4, 200), point(8, 396), point(16, 400),
                                        point(32, 400)};
  QCOMPARE(further_counts(recommend(knee), 256), (Counts{6, 12}));
  const std::vector<RepeatedPoint> rising{point(1, 50), point(2, 100), point(4, 200)};
  QCOMPARE(further_counts(recommend(rising), 256), Counts{8});
  QCOMPARE(further_counts(recommend(rising), 7), Counts{7});  // as many as there are tasks
  QCOMPARE(further_counts(recommend(rising), 4), Counts{});
  const std::vector<RepeatedPoint> flat{point(1, 50), point(2, 50), point(4, 50)};
  QCOMPARE(further_counts(recommend(flat), 256), Counts{});
  const std::vector<RepeatedPoint> noisy{point(1, 50, 0.5), point(2, 50, 0.5), point(4, 50, 0.5)};
  QCOMPARE(further_counts(recommend(noisy), 256), Counts{});
}

void SweepTest::contenders_areWhatMayBeWithinTheMargin() {
  using Counts = std::vector<std::uint64_t>;
  const std::vector<RepeatedPoint> points{point(1, 50), point(8, 360, 0.05), point(16, 400, 0.05),
                                          point(32, 300)};
  QCOMPARE(contenders(recommend(points)), (Counts{8, 16}));
}

/// A ceiling, seen in noise: the most that was measured is the only count that is sure to reach it.
void SweepTest::aCeilingInNoise_isNotTakenForARise() {
  const std::vector<RepeatedPoint> ceiling{point(4, 93), point(8, 190), point(10, 234, 0.02),
                                           point(32, 240, 0.01)};
  const Recommendation unsure = recommend(ceiling);
  QCOMPARE(unsure.code, ReasonCode::still_rising);
  QCOMPARE(unsure.might_do.value_or(0), std::uint64_t{10});
  QVERIFY(!is_decided(unsure));
  const std::string reason = reason_text(unsure);
  QVERIFY2(reason.find("10 might already be enough") != std::string::npos, reason.c_str());
  const std::vector<RepeatedPoint> rise{point(4, 93), point(8, 190), point(32, 500, 0.01)};
  QCOMPARE(recommend(rise).code, ReasonCode::still_rising);
  QVERIFY(is_decided(recommend(rise)));
}

void SweepTest::everyCount_isMeasuredInTurns_withTheSameSeeds() {
  std::vector<std::uint64_t> order;
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"2ms\" }"), .workers = {1, 2, 4}};
  options.repeats = 3;
  options.run_seconds = 0.05;
  options.redo_disturbed = false;
  options.on_progress = [&](const SweepProgress& progress) {
    if (progress.repeat > 0) {
      order.push_back(progress.workers);
    }
  };
  const SweepResult result = run(options);
  QCOMPARE(order, (std::vector<std::uint64_t>{1, 2, 4, 4, 2, 1, 1, 2, 4}));
  QCOMPARE(result.points.size(), std::size_t{3});
  for (const SweepPoint& p : result.points) {
    QCOMPARE(p.runs.size(), std::size_t{3});
    QVERIFY(p.throughput.half_width.has_value());
  }
  QCOMPARE(result.end, SweepEnd::repeats);
}

void SweepTest::sleepingTasks_scaleWithTheWorkers() {
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"5ms\" }"), .workers = {1, 4, 16}};
  options.repeats = 3;
  options.run_seconds = 0.1;
  const auto more = [](const SweepResult& of, std::size_t i) {
    return of.points.at(i + 1).throughput.mean > 2 * of.points.at(i).throughput.mean;
  };
  const auto sooner = [](const SweepResult& of) {
    return of.points.at(2).queue_wait_p99 < of.points.at(1).queue_wait_p99;
  };
  const SweepResult result = run_long_enough(
      options, [&](const SweepResult& of) { return more(of, 0) && more(of, 1) && sooner(of); });
  const auto throughput = [&](std::size_t i) { return result.points.at(i).throughput.mean; };
  QVERIFY2(more(result, 0), qPrintable(QString::number(throughput(1) / throughput(0))));
  QVERIFY2(more(result, 1), qPrintable(QString::number(throughput(2) / throughput(1))));
  QVERIFY(sooner(result));
  QVERIFY(result.points[0].utilization > 0.5 && result.points[0].utilization <= 1);
  QVERIFY(result.points[0].cpu >= 0 && result.points[0].cpu <= 1);
  QVERIFY(result.fit.has_value());
}

void SweepTest::aLock_isPredictedAsTheCeiling() {
  SweepOptions options{
      .scenario = scenario("pattern = \"map\"\ntasks = 200",
                           "{ sleep = \"1ms\" }, { lock = \"db\", hold = \"4ms\" }"),
      .workers = {1, 4, 16}};
  options.repeats = 1;
  options.run_seconds = 0.3;
  const auto predicted = [](const SweepResult& of, std::size_t i) {
    return of.points.at(i).predicted.value_or(0);
  };
  // Each has the lock for 4 ms or a little more; those that the run's end found waiting for it
  // were stopped, and must not count as tasks without it.
  const auto held = [&](const SweepResult& of) {
    return predicted(of, 1) > 100 && predicted(of, 1) < 260;
  };
  const auto ceiling = [&](const SweepResult& of) {
    return predicted(of, 2) < 1.1 * predicted(of, 1);
  };
  const SweepResult result =
      run_long_enough(options, [&](const SweepResult& of) { return held(of) && ceiling(of); });
  QVERIFY2(held(result), qPrintable(QString::number(predicted(result, 1))));
  QVERIFY2(ceiling(result), qPrintable(QString::number(predicted(result, 2))));
  QCOMPARE(result.points[2].lock, std::string("db"));
  for (const SweepPoint& each : result.points) {
    QVERIFY(each.predicted_queue_wait_p99.value_or(0) > 0);
  }
  // A worker more in the queue for the lock does not make the batch shorter.
  QVERIFY(*result.points[2].predicted_queue_wait_p99 >
          0.5 * *result.points[1].predicted_queue_wait_p99);
}

void SweepTest::theScript_isNotPlayed() {
  auto with_script = scenario(kMap, "{ sleep = \"2ms\" }");
  with_script.script.push_back({.at = std::chrono::milliseconds(0), .pause = true});
  SweepOptions options{.scenario = with_script, .workers = {1, 2, 4}};
  options.repeats = 1;
  options.run_seconds = 0.05;
  QVERIFY(run(options).points.at(0).throughput.mean > 0);
}

void SweepTest::failingTasksOnly_areNoThroughput() {
  auto failing = scenario(kMap, "{ sleep = \"1ms\" }");
  failing.tasks[0].fail_every = 1;
  SweepOptions options{.scenario = failing, .workers = {1, 2, 4}};
  options.repeats = 3;
  options.run_seconds = 0.05;
  const SweepResult result = run(options);
  QVERIFY(!result.recommendation.workers);
  QCOMPARE(result.recommendation.code, ReasonCode::no_throughput);
  QVERIFY(!result.fit);
  QVERIFY(!result.notes.empty());
  QVERIFY2(result.notes.back().find("failed as the scenario says") != std::string::npos,
           result.notes.back().c_str());
  QCOMPARE(result.reason,
           std::string("Can't tell: every task that ended had failed, at each number of workers."));
  for (const SweepPoint& point : result.points) {
    QVERIFY(!point.predicted);
  }
}

void SweepTest::aDeadlock_isNoThroughput() {
  // Parents wait for a child in their own pool: with as many parents as workers nothing goes on.
  // One worker is in that state whatever was queued first.
  SweepOptions options{
      .scenario = scenario("pattern = \"nested\"\ntasks = 4", "{ sleep = \"2ms\" }"),
      .workers = {1, 6, 8}};
  options.repeats = 3;
  options.run_seconds = 0.1;
  const SweepResult result = run(options);
  QCOMPARE(result.points.at(0).workers, std::uint64_t{1});
  QCOMPARE(result.points.at(0).throughput.mean, 0.0);
  QVERIFY(result.points.at(1).throughput.mean > 0);
  // Its workers are all but idle, and what waits for them waits to the end.
  QVERIFY2(result.points.at(0).utilization > 0.5,
           qPrintable(QString::number(result.points.at(0).utilization)));
  QVERIFY(result.points.at(0).memory_bytes > 0);
  QVERIFY(result.points.at(0).queue_wait_at_least);
}

void SweepTest::aDeadlock_atAllCounts_isNoThroughput_andSaysWhy() {
  // So long that all parents are queued before the first of them has slept.
  SweepOptions options{
      .scenario = scenario("pattern = \"nested\"\ntasks = 4", "{ sleep = \"40ms\" }"),
      .workers = {1, 2, 4}};
  options.repeats = 3;
  options.run_seconds = 0.05;
  options.budget_seconds = 8;
  const SweepResult result = run(options);
  QCOMPARE(result.points.size(), std::size_t{3});
  QCOMPARE(result.recommendation.code, ReasonCode::no_throughput);
  QVERIFY2(result.reason.find("not one task was finished") != std::string::npos,
           result.reason.c_str());
  QVERIFY(std::ranges::any_of(result.notes, [](const std::string& note) {
    return note.find("stand still") != std::string::npos;
  }));
}

void SweepTest::tasksLongerThanTheRuns_areNotTooFewCounts() {
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"10s\" }"), .workers = {1, 2, 4}};
  options.repeats = 1;
  options.run_seconds = 0.02;
  options.budget_seconds = 2;
  const SweepResult result = run(options);
  QVERIFY(!result.recommendation.workers);
  QVERIFY2(result.reason.find("too short for these tasks") != std::string::npos,
           result.reason.c_str());
}

void SweepTest::cancel_keepsWhatWasMeasured() {
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"2ms\" }"), .workers = {1, 2, 4}};
  options.run_seconds = 0.05;
  options.repeats = 1000;
  std::atomic<std::size_t> done = 0;
  options.on_progress = [&](const SweepProgress& progress) { done = progress.runs_done; };
  auto sweep = Sweep::start(options);
  QVERIFY(sweep.has_value());
  QTRY_VERIFY_WITH_TIMEOUT(done >= 9, 30'000);
  QVERIFY(!(*sweep)->result().points.empty());  // so far
  (*sweep)->cancel();
  (*sweep)->wait();
  const SweepResult result = (*sweep)->result();
  QCOMPARE(result.end, SweepEnd::cancelled);
  QCOMPARE(result.points.size(), std::size_t{3});
  QVERIFY(result.points[0].runs.size() >= 3);
  QVERIFY((*sweep)->finished());
  QVERIFY(result.notes.front().find("cancelled") != std::string::npos);
}

void SweepTest::unsure_itTellsWhatTheBudgetLeaves_notWhatOneMoreRunTakes() {
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"pareto(1ms, 1.1)\" }"),
                       .workers = {1, 2, 4}};
  options.budget_seconds = 60;
  std::mutex mutex;
  std::vector<SweepProgress> told;
  options.on_progress = [&](const SweepProgress& progress) {
    const std::lock_guard lock(mutex);
    told.push_back(progress);
  };
  auto sweep = Sweep::start(options);
  QVERIFY(sweep.has_value());
  const auto unsure = [&] {
    const std::lock_guard lock(mutex);
    return std::ranges::any_of(told, &SweepProgress::unsure);
  };
  QTRY_VERIFY_WITH_TIMEOUT(unsure() || (*sweep)->finished(), 60'000);
  (*sweep)->cancel();
  (*sweep)->wait();
  for (const SweepProgress& progress : told) {
    if (progress.unsure) {
      QVERIFY(progress.runs_done >= 9);  // the plan
      QCOMPARE(progress.left, 60 - progress.elapsed);
    }
  }
  QVERIFY(!(*sweep)->progress().unsure);
}

void SweepTest::aSmallBudget_isKept() {
  // Too random to be decided in a second.
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"pareto(1ms, 1.1)\" }"),
                       .workers = {1, 2, 4}};
  options.budget_seconds = 1;
  const SweepResult result = run(options);
  QVERIFY(result.end == SweepEnd::budget || result.end == SweepEnd::decided);
  QVERIFY(result.end == SweepEnd::decided || !result.notes.empty());
  QVERIFY(!result.points.empty());
}

void SweepTest::anEndBeforeThreeRepeats_isToldAsThat() {
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"2ms\" }"), .workers = {1, 2, 4}};
  options.repeats = 100;
  options.run_seconds = 0.1;
  options.budget_seconds = 0.7;
  const SweepResult result = run(options);
  QCOMPARE(result.end, SweepEnd::budget);
  QVERIFY(!result.recommendation.workers);
  QVERIFY2(result.recommendation.code != ReasonCode::too_few_repeats ||
               result.reason.find("more time (--budget)") != std::string::npos,
           result.reason.c_str());
}

void SweepTest::runsShorterThanThePeriodOfTheBursts_areTold() {
  SweepOptions options{
      .scenario = scenario("pattern = \"burst\"\ntasks = 20\nfirst = 10\nburst_size = 10\n"
                           "interval = \"20ms\"",
                           "{ sleep = \"1ms\" }"),
      .workers = {2}};
  options.repeats = 1;
  const auto is_told = [&](double seconds) {
    options.run_seconds = seconds;
    return std::ranges::any_of(run(options).notes, [](const std::string& note) {
      return note.find("220 ms") != std::string::npos;
    });
  };
  QVERIFY(is_told(0.1));
  QVERIFY(!is_told(0.5));
}

void SweepTest::aServerThatIsNotThere_isToldAsAnError() {
  auto web = scenario(kMap, "{ http = \"/\", latency = \"1ms\" }");
  web.http.urls = {"http://127.0.0.1:1/"};
  SweepOptions options{.scenario = web, .workers = {1, 2, 4}};
  options.repeats = 1;
  options.run_seconds = 0.05;
  auto sweep = Sweep::start(options);
  QVERIFY(sweep.has_value());
  (*sweep)->wait();
  QVERIFY((*sweep)->error().has_value());
  QVERIFY(!(*sweep)->result().recommendation.workers);
}

void SweepTest::whatAHostsLimitsHoldUp_isNotPredicted() {
  const auto server = workload::LocalServer::start();
  QVERIFY(server.has_value());
  SweepOptions options{.scenario = scenario(kMap, "{ http = \"/\" }"), .workers = {1, 2, 4}};
  options.scenario.http.urls = {"http://127.0.0.1:" + std::to_string((*server)->port()) +
                                "/page?latency_ns=2000000"};
  options.scenario.http.per_host = 2;
  options.repeats = 3;
  options.run_seconds = 0.3;
  const SweepResult result = run(options);
  QCOMPARE(result.points.size(), std::size_t{3});
  QVERIFY(result.points[0].predicted && result.points[1].predicted);
  QVERIFY(result.points[2].paused_share > 0.25);
  QVERIFY(!result.points[2].predicted && !result.points[2].predicted_queue_wait_p99);
}

void SweepTest::causes_areToldFromWhatWasSeen() {
  SweepResult result{.rule_of_thumb = 6};
  SweepOptions options{.scenario = scenario(kMap, "{ cpu = \"2ms\" }")};
  result.points = {measured(1, 100, {.cpu = 0.5}), measured(2, 198, {.cpu = 0.99}),
                   measured(4, 200, {.cpu = 1})};
  evaluate(result, options, false);
  QCOMPARE(result.recommendation.workers.value_or(0), std::uint64_t{2});
  QVERIFY2(result.reason.find("The cores are the limit") != std::string::npos,
           result.reason.c_str());

  result.points = {measured(1, 100), measured(2, 100, {.lock_wait_share = 0.5}),
                   measured(4, 100, {.lock_wait_share = 0.75})};
  result.points[1].lock = "interpreter lock";
  evaluate(result, options, false);
  QCOMPARE(result.recommendation.workers.value_or(0), std::uint64_t{1});
  QCOMPARE(result.recommendation.code, ReasonCode::flat);
  QVERIFY2(
      result.reason.find("The interpreter lock lets only one thread compute") != std::string::npos,
      result.reason.c_str());

  result.points[1].lock = "db";
  evaluate(result, options, false);
  QVERIFY2(result.reason.find("the lock 'db'") != std::string::npos, result.reason.c_str());

  result.points = {measured(1, 100), measured(2, 200, {.paused_share = 0.1}),
                   measured(4, 200, {.paused_share = 0.5})};
  evaluate(result, options, false);
  QVERIFY2(result.reason.find("(50 % of the run time at 4 workers): the limits per_host") !=
               std::string::npos,
           result.reason.c_str());
}

void SweepTest::waitsLongerThanTheRuns_meetNoLimit() {
  SweepResult result{.rule_of_thumb = 6};
  SweepOptions options{.scenario = scenario(kMap, "{ sleep = \"2ms\" }"), .queue_wait_p99 = 1.0};
  const RunFigures waits{.queue_wait_p99 = 0.4, .queue_wait_at_least = true};
  const RunFigures short_waits{.queue_wait_p99 = 0.2};
  result.points = {measured(1, 100, waits), measured(2, 100, waits), measured(4, 100, short_waits)};
  evaluate(result, options, false);
  QCOMPARE(result.recommendation.workers.value_or(0), std::uint64_t{4});
  QCOMPARE(result.recommendation.code, ReasonCode::queue_wait);
}

QTEST_APPLESS_MAIN(SweepTest)
#include "sweep_test.moc"
