// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/prediction.h"

#include "core/base/cores.h"
#include "core/workload/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;
using trace::EventKind;

namespace {

workload::Scenario scenario(const std::string& load) {
  auto parsed = workload::parse_scenario(
      "name = \"test\"\n[load]\n" + load + "\n[[task]]\nsteps = [{ sleep = \"10ms\" }]\n",
      "test.toml");
  if (!parsed) {
    qFatal("%s", parsed.error().message().c_str());
  }
  return std::move(*parsed);
}

const std::string kMap = "pattern = \"map\"\ntasks = 1000000";

/// A hundredth of the tasks takes fifty times as long as the others.
double long_tail(std::uint64_t repeat, std::uint64_t task) {
  return workload::Random(repeat, 0, task).uniform() < 0.01 ? 0.5 : 0.01;
}

/// A run as `workers` would have made it that always had work: task k takes length(k), the last
/// `computes` seconds of which it computes, which takes it `cpu` seconds.
MeasuredRun recorded(std::uint64_t workers, double seconds,
                     const std::function<double(std::uint64_t)>& length, double computes = 0,
                     double cpu = 0) {
  const auto time = [](double at) { return static_cast<std::uint64_t>(at * 1e9) + 1; };
  std::vector<trace::Event> events;
  std::vector<double> free(workers, 0);
  for (std::uint64_t task = 1;; ++task) {
    const auto worker = std::ranges::min_element(free);
    if (*worker >= seconds) {
      break;
    }
    const auto add = [&](double at, EventKind kind, std::uint64_t detail = 0) {
      events.push_back({.time_ns = time(at),
                        .task = task,
                        .thread = static_cast<trace::ThreadId>(worker - free.begin() + 1),
                        .kind = kind,
                        .detail = detail});
    };
    add(0, EventKind::task_queued);
    add(*worker, EventKind::task_started);
    *worker += length(task - 1);
    if (computes > 0) {
      const std::uint64_t phase = trace::phase_detail(trace::PhaseKind::compute, 0);
      add(*worker - computes, EventKind::phase_begin, phase);
      add(*worker, EventKind::phase_end, phase);
    }
    add(*worker, EventKind::task_finished,
        trace::finished_detail(static_cast<std::uint64_t>(cpu * 1e9), 0));
  }
  const auto records = std::make_shared<TaskRecords>();
  records->consume(events);
  MeasuredRun run{.records = records,
                  .directory = std::make_shared<trace::Directory>(trace::ProcessInfo{}),
                  .begin = 1,
                  .end = static_cast<TimeNs>(time(seconds))};
  run.figures = figures_of(*records, {}, {.workers = workers}, run.begin, run.end);
  return run;
}

/// A sweep of runs of `seconds` at 2, 8 and 32 workers, with what is predicted for them.
SweepResult swept(const workload::Scenario& of, double seconds, std::uint64_t repeats,
                  const std::function<double(std::uint64_t repeat, std::uint64_t task)>& length) {
  Prediction prediction(of);
  SweepResult result;
  for (const std::uint64_t workers : {2, 8, 32}) {
    std::vector<RunFigures> runs;
    for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
      const MeasuredRun run =
          recorded(workers, seconds, [&](std::uint64_t task) { return length(repeat, task); });
      runs.push_back(*run.figures);
      runs.back().repeat = repeat;
      prediction.keep(workers, repeat, run);
    }
    result.points.push_back(sum_up(workers, std::move(runs)));
  }
  prediction.predict(result);
  return result;
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

class PredictionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void longTails_arePredictedFromTheSameTasks_howeverShortTheRuns_data() {
    QTest::addColumn<double>("seconds");
    QTest::newRow("half a second") << 0.5;
    QTest::newRow("two seconds") << 2.0;
  }

  /// At two workers a run of half a second has some 70 tasks: whether one of them is long is
  /// chance, which is some 30 % of its throughput.
  void longTails_arePredictedFromTheSameTasks_howeverShortTheRuns() {
    QFETCH(double, seconds);
    const auto of = scenario(kMap);
    for (std::uint64_t first = 0; first < 50; first += 5) {
      const SweepResult result = swept(
          of, seconds, 2, [&](auto repeat, auto task) { return long_tail(first + repeat, task); });
      QCOMPARE(result.calibrated_at, std::optional<std::uint64_t>(32));
      for (const SweepPoint& point : result.points) {
        QVERIFY2(near(point.predicted.value_or(0), point.throughput.mean, 0.03),
                 qPrintable(QStringLiteral("%1 workers: %2 for %3")
                                .arg(point.workers)
                                .arg(point.predicted.value_or(0))
                                .arg(point.throughput.mean)));
      }
    }
  }

  void eachRepeat_isPredictedFromItsOwn() {
    const auto of = scenario(kMap);
    // What one repeat has more of the other lacks: only together are they as always.
    const auto length = [](std::uint64_t repeat, std::uint64_t) {
      return repeat == 0 ? 0.01 : 0.04;
    };
    SweepResult result = swept(of, 2, 2, length);
    QVERIFY(near(result.points[0].predicted.value_or(0), (200 + 50) / 2.0, 0.01));
    Prediction prediction(of);
    prediction.keep(32, 0, recorded(32, 2, [](std::uint64_t) { return 0.01; }));
    prediction.keep(32, 1, recorded(32, 2, [](std::uint64_t) { return 0.04; }));
    result.points[0].runs.resize(1);
    prediction.predict(result);
    QVERIFY(near(result.points[0].predicted.value_or(0), 200, 0.01));
  }

  void aRunOfWhichNothingIsKept_isPredictedInTheLongRun() {
    const auto of = scenario(kMap);
    SweepResult result = swept(of, 2, 1, [](auto, auto) { return 0.01; });
    Prediction prediction(of);
    prediction.keep(32, 7, recorded(32, 2, [](std::uint64_t) { return 0.02; }));
    prediction.predict(result);
    QVERIFY(near(result.points[0].predicted.value_or(0), 100, 0.01));
    QVERIFY(near(result.points[1].predicted.value_or(0), 400, 0.01));
  }

  void theLargestCountThatNothingHeldUp_isWhatItIsMadeFrom() {
    const auto of = scenario(kMap);
    SweepResult result = swept(of, 1, 1, [](auto, auto) { return 0.01; });
    Prediction prediction(of);
    for (const std::uint64_t workers : {2, 8, 32}) {
      prediction.keep(workers, 0, recorded(workers, 1, [](std::uint64_t) { return 0.01; }));
    }
    result.points[2].cpu = 0.9;
    prediction.predict(result);
    QCOMPARE(result.calibrated_at, std::optional<std::uint64_t>(8));
    result.points[1].cpu = 0.9;
    prediction.predict(result);
    QCOMPARE(result.calibrated_at, std::optional<std::uint64_t>(2));
    result.points[0].cpu = 0.9;
    prediction.predict(result);
    QCOMPARE(result.calibrated_at, std::optional<std::uint64_t>(2));
  }

  void whatOthersTakeOfTheCores_isTakenAtAllCounts_data() {
    QTest::addColumn<double>("others");
    QTest::addColumn<double>("cpu");  // seconds of a task, as they are predicted
    QTest::newRow("others had the cores") << 0.7 << 0.01;
    QTest::newRow("and cannot have had so much") << 0.2 << 0.005 / 0.8;
    // Threads that were awake on the same core by chance were in each other's way.
    QTest::newRow("nobody had them") << 0.0 << 0.005;
  }

  /// Tasks that compute for 5 ms, which took them 10.
  void whatOthersTakeOfTheCores_isTakenAtAllCounts() {
    QFETCH(double, others);
    QFETCH(double, cpu);
    const auto of = scenario(kMap);
    Prediction prediction(of);
    MeasuredRun run = recorded(
        1, 6, [](std::uint64_t) { return 0.03; }, 0.01, 0.005);
    run.figures->others_cpu = others;
    prediction.keep(1, 0, run);
    RunFigures crowded = *run.figures;
    crowded.warm_seconds = 2;
    SweepResult result;
    result.points = {sum_up(1, {*run.figures}), sum_up(100 * usable_cores(), {crowded})};
    prediction.predict(result);
    QCOMPARE(result.calibrated_at, std::optional<std::uint64_t>(1));
    QVERIFY(near(result.points[0].predicted.value_or(0), 1 / (0.02 + cpu), 0.02));
    const double ceiling = static_cast<double>(usable_cores()) / cpu;
    QVERIFY2(near(result.points[1].predicted.value_or(0), ceiling, 0.03),
             qPrintable(QString::number(result.points[1].predicted.value_or(0))));
  }

  void tasksThatWaitForTheirOwnPool_areNotPredicted() {
    const auto of = scenario("pattern = \"nested\"\ntasks = 8\nchildren = 4");
    const SweepResult result = swept(of, 1, 1, [](auto, auto) { return 0.01; });
    QVERIFY(!result.calibrated_at);
    QVERIFY(!result.points[0].predicted);
  }
};

QTEST_APPLESS_MAIN(PredictionTest)
#include "prediction_test.moc"
