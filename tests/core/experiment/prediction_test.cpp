// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/prediction.h"

#include "core/base/cores.h"
#include "core/workload/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
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

const std::string kMap = "pattern = \"map\"\ntasks = 20000";  // more than a run here does

/// A hundredth of the tasks takes fifty times as long as the others.
double long_tail(std::uint64_t repeat, std::uint64_t task) {
  return workload::Random(repeat, 0, task).uniform() < 0.01 ? 0.5 : 0.01;
}

/// 5 to 15 ms.
double random_length(std::uint64_t repeat, std::uint64_t task) {
  return 0.005 + 0.01 * workload::Random(repeat, 1, task).uniform();
}

/// So many a second, as Poisson's, for so many seconds and a little more.
std::function<double(std::uint64_t)> random_arrivals(double per_s, double seconds) {
  std::vector<double> times;
  for (double time = 0; time < seconds;) {
    time -= std::log(workload::Random(3, 2, times.size()).uniform()) / per_s;
    times.push_back(time);
  }
  return [times](std::uint64_t task) { return times.at(task); };
}

/// How tasks come.
struct Coming {
  std::uint64_t batch = 0;  // so many whenever the queue is empty; 0: there are always some
  std::function<double(std::uint64_t task)> at = {};  // by themselves, so many a second:
  std::optional<double> per_s = {};
};

/// A run as `workers` would have made it: task k takes length(k), the last `computes` seconds of
/// which it computes, which takes it `cpu` seconds.
MeasuredRun recorded(std::uint64_t workers, double seconds,
                     const std::function<double(std::uint64_t)>& length, double computes = 0,
                     double cpu = 0, const Coming& coming = {}) {
  const auto time = [](double at) { return static_cast<std::uint64_t>(at * 1e9) + 1; };
  std::vector<trace::Event> events;
  std::vector<double> free(workers, 0);
  double queued = 0;
  double last_start = 0;
  for (std::uint64_t task = 1;; ++task) {
    const auto worker = std::ranges::min_element(free);
    const auto add = [&](double at, EventKind kind, std::uint64_t detail = 0) {
      events.push_back({.time_ns = time(at),
                        .task = task,
                        .thread = static_cast<trace::ThreadId>(worker - free.begin() + 1),
                        .kind = kind,
                        .detail = detail});
    };
    const bool is_first = coming.batch > 0 && (task - 1) % coming.batch == 0;
    queued = coming.at ? coming.at(task - 1) : is_first ? last_start : queued;
    const double start = std::max(*worker, queued);
    const bool is_over = coming.at ? queued >= seconds : is_first || coming.batch == 0;
    if (start >= seconds && is_over) {
      break;
    }
    add(queued, EventKind::task_queued);
    if (start >= seconds) {
      continue;  // it waits still
    }
    add(start, EventKind::task_started);
    last_start = start;
    *worker = start + length(task - 1);
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
  run.figures = figures_of(*records, {}, {.workers = workers, .arrivals_per_s = coming.per_s},
                           run.begin, run.end);
  return run;
}

/// A sweep of runs of `seconds` at 2, 8 and 32 workers, with what is predicted for them.
SweepResult swept(const workload::Scenario& of, double seconds, std::uint64_t repeats,
                  const std::function<double(std::uint64_t repeat, std::uint64_t task)>& length,
                  const Coming& coming = {}) {
  Prediction prediction(of);
  SweepResult result;
  for (const std::uint64_t workers : {2, 8, 32}) {
    std::vector<RunFigures> runs;
    for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
      const MeasuredRun run = recorded(
          workers, seconds, [&](std::uint64_t task) { return length(repeat, task); }, 0, 0, coming);
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

QString waits_text(const SweepPoint& point) {
  return QStringLiteral("%1 workers: %2 for %3")
      .arg(point.workers)
      .arg(point.predicted_queue_wait_p99.value_or(-1))
      .arg(point.queue_wait_p99.value_or(-1));
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
    QVERIFY(!result.points[0].predicted_queue_wait_p99);
  }

  /// Of 8 s, at two workers: a batch of 200 takes them a second.
  void waitsInBatches_arePredictedByTheRuleTheyAreMeasuredBy() {
    const SweepResult result =
        swept(scenario("pattern = \"map\"\ntasks = 200"), 8, 3, random_length, {.batch = 200});
    for (const SweepPoint& point : result.points) {
      QVERIFY(!point.queue_wait_at_least && !point.predicted_queue_wait_at_least);
      QVERIFY2(near(point.predicted_queue_wait_p99.value_or(0), *point.queue_wait_p99, 0.01),
               qPrintable(waits_text(point)));
    }
    // Four times the workers, a quarter of the wait.
    QVERIFY(near(*result.points[0].predicted_queue_wait_p99,
                 4 * *result.points[1].predicted_queue_wait_p99, 0.1));
  }

  /// Of half a second, in which two workers have not done with the first batch: what was measured
  /// is as long as the run, what is predicted is as long as a run of 8 s would show.
  void batchesThatOutlastTheRuns_arePredictedInTheLongRun() {
    const auto of = scenario("pattern = \"map\"\ntasks = 200");
    const SweepResult brief = swept(of, 0.5, 2, random_length, {.batch = 200});
    const SweepResult whole = swept(of, 8, 2, random_length, {.batch = 200});
    QVERIFY(brief.points[0].queue_wait_at_least);
    QVERIFY(*brief.points[0].queue_wait_p99 < 0.51);
    QVERIFY(!brief.points[0].predicted_queue_wait_at_least);
    QVERIFY2(near(brief.points[0].predicted_queue_wait_p99.value_or(0),
                  *whole.points[0].queue_wait_p99, 0.05),
             qPrintable(waits_text(brief.points[0])));
  }

  void waitsOfTasksThatComeByThemselves_arePredicted() {
    const Coming coming{.at = random_arrivals(700, 10), .per_s = 700};
    const auto of = scenario("pattern = \"poisson\"\ntasks = 1000\nrate = \"700/s\"");
    const SweepResult result = swept(of, 3, 2, random_length, coming);
    // Two workers can do 200 a second, eight 800.
    QVERIFY(result.points[0].predicted_queue_wait_at_least);
    QVERIFY(result.points[0].queue_wait_at_least);
    for (const SweepPoint& point : result.points) {
      QVERIFY2(near(point.predicted_queue_wait_p99.value_or(0), *point.queue_wait_p99, 0.01) ||
                   *point.queue_wait_p99 < 1e-5,
               qPrintable(waits_text(point)));
    }
    QVERIFY(!result.points[2].predicted_queue_wait_at_least);
  }

  void waitsThatTheModelDoesNotKnow_areNotPredicted_data() {
    QTest::addColumn<std::string>("load");
    QTest::addColumn<std::string>("pool");
    QTest::addColumn<bool>("known");
    const std::string batches = "pattern = \"map\"\ntasks = 200";
    const std::string ahead = batches + "\nbuffer_size = 16";
    const std::string lifo = "queue_discipline = \"lifo\"";
    // One order of what came at once gives the same waits as another.
    QTest::newRow("batches, last in first out") << batches << lifo << true;
    QTest::newRow("a buffer") << ahead << std::string() << true;
    QTest::newRow("a buffer, last in first out") << ahead << lifo << false;
    QTest::newRow("a queue for a batch") << batches << std::string("queue_capacity = 200") << true;
    QTest::newRow("a shorter queue") << batches << std::string("queue_capacity = 199") << false;
    QTest::newRow("a buffer, a short queue") << ahead << std::string("queue_capacity = 4") << false;
  }

  void waitsThatTheModelDoesNotKnow_areNotPredicted() {
    QFETCH(std::string, load);
    QFETCH(std::string, pool);
    QFETCH(bool, known);
    const auto of = scenario(load + "\n[pool]\n" + pool);
    const SweepResult result = swept(of, 1, 1, random_length);
    for (const SweepPoint& point : result.points) {
      QVERIFY(point.predicted.has_value());
      QCOMPARE(point.predicted_queue_wait_p99.has_value(), known);
    }
  }

  /// The median, as that of what was measured.
  void waitsOfRepeats_areSummedUpAsTheMeasuredOnes() {
    const auto of = scenario("pattern = \"map\"\ntasks = 20");
    const auto length = [](std::uint64_t repeat, std::uint64_t) {
      return repeat == 2 ? 0.1 : 0.01;
    };
    const SweepResult result = swept(of, 4, 3, length, {.batch = 20});
    QVERIFY2(near(result.points[0].predicted_queue_wait_p99.value_or(0), 0.1, 0.01),
             qPrintable(waits_text(result.points[0])));
    QVERIFY(near(*result.points[0].queue_wait_p99, 0.1, 0.01));
  }
};

QTEST_APPLESS_MAIN(PredictionTest)
#include "prediction_test.moc"
