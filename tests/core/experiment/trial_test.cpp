// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/trial.h"

#include "core/experiment/named_figure.h"
#include "core/session/session.h"

#include <QTest>

#include <cstdint>
#include <memory>

using namespace poolscope;
using namespace poolscope::experiment;
using session::TimeNs;
using trace::Event;
using trace::EventKind;
using Verdict = TrialOutcome::Verdict;

namespace {

constexpr TimeNs kMs = 1'000'000;
constexpr TimeNs kSecond = 1000 * kMs;

/// A pool of one worker that runs a task every `gap` from `begin` to `end`.
std::shared_ptr<const session::Snapshot> tasks(TimeNs begin, TimeNs middle, TimeNs end,
                                               TimeNs first_gap, TimeNs then_gap) {
  session::Session session;
  const auto directory =
      std::make_shared<trace::Directory>(trace::ProcessInfo{.pid = 1, .name = "sample"});
  const auto sink = session.add_process(directory);
  const auto main = directory->add_thread({.name = "main"});
  const auto worker = directory->add_thread({.name = "web_0"});
  const auto add = [&](TimeNs time, EventKind kind, std::uint64_t task, trace::ThreadId thread,
                       std::uint64_t detail) {
    const Event event{.time_ns = static_cast<std::uint64_t>(time),
                      .task = task,
                      .thread = thread,
                      .kind = kind,
                      .pool = 1,
                      .detail = detail};
    sink->consume({&event, 1});
  };
  add(begin, EventKind::pool_created, 0, main, trace::pool_detail(1, directory->intern("web")));
  add(begin, EventKind::worker_started, 0, worker,
      trace::worker_detail(directory->intern("web_0"), 0));
  std::uint64_t id = 0;
  for (TimeNs t = begin; t < end; t += t < middle ? first_gap : then_gap) {
    add(t, EventKind::task_queued, ++id, main, directory->intern("fetch"));
    add(t, EventKind::task_started, id, worker, 0);
    add(t + kMs, EventKind::task_finished, id, worker, trace::finished_detail(0, 0));
  }
  sink->consume({});
  return session.snapshot();
}

workload::Try twice() {
  workload::Try result;
  result.label = "2 workers";
  result.max_workers = workload::WorkerCount{.count = 2};
  result.figure = "throughput";
  result.against_before = true;
  result.min = 1.8;
  result.max = 2.2;
  return result;
}

}  // namespace

class TrialTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void promise_isComparedWithBefore() {
    const auto run = tasks(kSecond, 3 * kSecond, 6 * kSecond, 10 * kMs, 5 * kMs);
    const Trial trial(twice(), *run, 3 * kSecond, true);
    const TrialOutcome outcome = trial.look(*run);
    QVERIFY(outcome.verdict == Verdict::kept);
    QCOMPARE(outcome.before.value(), 100.0);
    QCOMPARE(outcome.after.value(), 200.0);
    QCOMPARE(outcome.text, std::string("200 tasks/s, 2.00 times as much as before."));
  }

  void promise_thatIsNotKept_isSaid_unlessTheStartWasAnother() {
    const auto run = tasks(kSecond, 3 * kSecond, 6 * kSecond, 10 * kMs, 10 * kMs);
    QVERIFY(Trial(twice(), *run, 3 * kSecond, true).look(*run).verdict == Verdict::missed);
    const TrialOutcome elsewhere = Trial(twice(), *run, 3 * kSecond, false).look(*run);
    QVERIFY(elsewhere.verdict == Verdict::only_seen);
    QCOMPARE(elsewhere.text, std::string("100 tasks/s, as before."));
  }

  void pressedAtOnce_hasNothingToCompareWith() {
    const auto run = tasks(kSecond, 2 * kSecond, 4 * kSecond, 10 * kMs, 10 * kMs);
    const TrialOutcome outcome = Trial(twice(), *run, kSecond + 100 * kMs, true).look(*run);
    QVERIFY(outcome.verdict == Verdict::cannot_tell);
    QCOMPARE(outcome.text, std::string("100 tasks/s; of before too little is known to compare."));
  }

  void trial_isDueWhenItsTimeIsOver() {
    const auto run = tasks(kSecond, 2 * kSecond, 4 * kSecond, 10 * kMs, 10 * kMs);
    const Trial trial(twice(), *run, 2 * kSecond, true);
    QVERIFY(!trial.is_due(*run, 3 * kSecond + 299 * kMs));
    QVERIFY(trial.is_due(*run, 3 * kSecond + 300 * kMs));
  }

  void tryThatStartsAgain_looksAtTheNewRun() {
    const auto before = tasks(kSecond, 3 * kSecond, 5 * kSecond, 10 * kMs, 10 * kMs);
    const auto again = tasks(20 * kSecond, 22 * kSecond, 24 * kSecond, 5 * kMs, 5 * kMs);
    workload::Try what = twice();
    what.max_workers.reset();
    what.with = "max_workers = 2";
    const Trial trial(what, *before, 5 * kSecond, true);
    QVERIFY(!trial.is_due(*again, 21 * kSecond + 299 * kMs));
    QVERIFY(trial.is_due(*again, 21 * kSecond + 300 * kMs));
    QVERIFY(trial.look(*again).verdict == Verdict::kept);
  }

  void nothingToLookAt_isSaid() {
    const auto run = tasks(kSecond, 2 * kSecond, 2 * kSecond, 10 * kMs, 10 * kMs);
    workload::Try what = twice();
    what.figure = "run_time.p99";
    const TrialOutcome outcome = Trial(what, *run, 10 * kSecond, true).look(*run);
    QVERIFY(outcome.verdict == Verdict::cannot_tell);
    QCOMPARE(outcome.text, std::string("No task to look at."));
  }

  void figures_areToldWithTheirUnits() {
    QCOMPARE(figure_words("throughput", 402.4), std::string("402 tasks/s"));
    QCOMPARE(figure_words("finished", 8), std::string("8 tasks finished"));
    QCOMPARE(figure_words("failed", 1), std::string("1 task failed"));
    QCOMPARE(figure_words("peak_workers", 1), std::string("1 worker"));
    QCOMPARE(figure_words("queue_wait.p99", 0.012), std::string("12.0 ms queue wait (p99)"));
    QCOMPARE(figure_words("run_time.mean", 2.5), std::string("2.50 s run time (mean)"));
    QCOMPARE(figure_words("utilization", 0.5), std::string("50 % of the workers' time used"));
    QCOMPARE(figure_words("first_result", 0.5), std::string("first result after 500 ms"));
  }
};

QTEST_APPLESS_MAIN(TrialTest)
#include "trial_test.moc"
