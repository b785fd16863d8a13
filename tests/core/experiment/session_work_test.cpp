// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/session_work.h"

#include "core/session/session.h"
#include "core/workload/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

using namespace poolscope;
using namespace poolscope::experiment;
using session::TimeNs;
using trace::Event;
using trace::EventKind;
using trace::PhaseKind;

namespace {

constexpr TimeNs kMs = 1'000'000;

/// A session of one pool, written by hand. `main` is its caller, thread 1; workers follow.
class Script {
 public:
  explicit Script(int workers) : sink_(session_.add_process(directory_)) {
    main_ = directory_->add_thread({.name = "main"});
    add(0, EventKind::pool_created, 0, main_,
        trace::pool_detail(static_cast<std::uint32_t>(workers), directory_->intern("pool")));
    for (int i = 0; i < workers; ++i) {
      const std::string name = "pool_" + std::to_string(i);
      workers_.push_back(directory_->add_thread({.name = name}));
      add(0, EventKind::worker_started, 0, workers_.back(),
          trace::worker_detail(directory_->intern(name), static_cast<std::uint32_t>(i)));
    }
  }

  /// Waits for I/O, then computes for a tenth of its time.
  std::uint64_t task(TimeNs queued, TimeNs started, TimeNs finished, std::size_t worker) {
    const std::uint64_t id = ++tasks_;
    const TimeNs computes = finished - (finished - started) / 10;
    add(queued, EventKind::task_queued, id, main_, directory_->intern("job"));
    add(started, EventKind::task_started, id, workers_[worker], 0);
    phase(id, PhaseKind::io_wait, "page", started, computes, worker);
    phase(id, PhaseKind::compute, "read", computes, finished, worker);
    const auto cpu = static_cast<std::uint64_t>(finished - computes);
    add(finished, EventKind::task_finished, id, workers_[worker], trace::finished_detail(cpu, 0));
    return id;
  }
  void phase(std::uint64_t task, PhaseKind kind, const char* name, TimeNs begin, TimeNs end,
             std::size_t worker) {
    const auto detail = trace::phase_detail(kind, directory_->intern(name));
    add(begin, EventKind::phase_begin, task, workers_[worker], detail);
    add(end, EventKind::phase_end, task, workers_[worker], detail);
  }
  void block(std::size_t worker, std::uint64_t awaited, TimeNs begin, TimeNs end) {
    add(begin, EventKind::blocked_begin, 0, workers_[worker], awaited);
    add(end, EventKind::blocked_end, 0, workers_[worker], 0);
  }

  std::shared_ptr<const session::Snapshot> snapshot() {
    std::ranges::stable_sort(events_, {}, &Event::time_ns);
    sink_->consume(events_);
    sink_->consume({});
    events_.clear();
    return session_.snapshot();
  }

 private:
  void add(TimeNs time, EventKind kind, std::uint64_t task, trace::ThreadId thread,
           std::uint64_t detail) {
    events_.push_back({.time_ns = static_cast<std::uint64_t>(time + kMs),
                       .task = task,
                       .thread = thread,
                       .kind = kind,
                       .pool = 1,
                       .detail = detail});
  }

  std::shared_ptr<trace::Directory> directory_ =
      std::make_shared<trace::Directory>(trace::ProcessInfo{.pid = 1, .name = "script"});
  session::Session session_;
  std::shared_ptr<trace::Sink> sink_;
  trace::ThreadId main_ = 0;
  std::vector<trace::ThreadId> workers_;
  std::vector<Event> events_;
  std::uint64_t tasks_ = 0;
};

/// `batches` of ten tasks of 20 ms on two workers, each batch when the last one is done.
void fill_batches(Script& script, int batches) {
  for (int batch = 0; batch < batches; ++batch) {
    const TimeNs begin = batch * 101 * kMs;
    for (int i = 0; i < 10; ++i) {
      const TimeNs started = begin + i / 2 * 20 * kMs;
      script.task(begin, started, started + 20 * kMs, static_cast<std::size_t>(i % 2));
    }
  }
}

bool near(double value, double expected, double share) {
  return std::abs(value / expected - 1) <= share;
}

}  // namespace

class SessionWorkTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tasks_areWaitingAndComputing_asTheirPhasesSay() {
    Script script(2);
    fill_batches(script, 4);
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QCOMPARE(work->task_count(), std::size_t{40});
    QCOMPARE(work->cores, std::size_t{2});
    for (std::size_t i = 0; i < work->task_count(); ++i) {
      double waits = 0;
      double computes = 0;
      for (std::uint32_t k = work->tasks[i]; k < work->tasks[i + 1]; ++k) {
        const Segment& segment = work->segments[k];
        (segment.kind == Segment::Kind::cpu ? computes : waits) +=
            static_cast<double>(segment.seconds);
      }
      QVERIFY(near(waits, 0.018, 0.01));
      QVERIFY(near(computes, 0.002, 0.01));
    }
  }

  void batchAfterBatch_isSeen_andPredictedWithItsEnds() {
    Script script(2);
    fill_batches(script, 8);
    const auto work = work_of(*script.snapshot(), 100, 64);
    QVERIFY(work);
    QVERIFY(work->gaps.empty());
    QCOMPARE(work->batch, std::uint64_t{10});
    QVERIFY(work->batch_waits);
    // What was, and what four would do: ten tasks in three rounds.
    QVERIFY(near(simulate(*work, {.workers = 2}).throughput, 10 / 0.1, 0.03));
    QVERIFY(near(simulate(*work, {.workers = 4}).throughput, 10 / 0.06, 0.03));
    QVERIFY(near(simulate(*work, {.workers = 64}).throughput, 10 / 0.02, 0.25));
  }

  void aQueueThatIsNeverEmpty_hasWorkAtAnyTime() {
    Script script(2);
    for (int i = 0; i < 200; ++i) {
      const TimeNs started = i / 2 * 20 * kMs;
      script.task(0, started, started + 20 * kMs, static_cast<std::size_t>(i % 2));
    }
    const auto work = work_of(*script.snapshot(), 1, 64);
    QVERIFY(work);
    QVERIFY(work->gaps.empty());
    QVERIFY(!work->batch_waits);
    QVERIFY(work->batch > 50);
    QVERIFY(near(simulate(*work, {.workers = 4}).throughput, 200, 0.02));
  }

  void tasksThatComeByThemselves_bringNoMoreThanTheyAre() {
    Script script(4);
    workload::Random random(3);
    std::vector<TimeNs> free(4, 0);
    TimeNs now = 0;
    for (int i = 0; i < 400; ++i) {
      now += static_cast<TimeNs>(-10.0 * std::log(random.uniform()) * kMs);
      const auto worker = std::ranges::min_element(free);
      const TimeNs started = std::max(now, *worker);
      *worker = started + 20 * kMs;
      script.task(now, started, *worker, static_cast<std::size_t>(worker - free.begin()));
    }
    const auto work = work_of(*script.snapshot(), 100, 2);
    QVERIFY(work);
    QVERIFY(!work->gaps.empty());
    const double arrivals = 400.0 / (static_cast<double>(now) * 1e-9);
    const auto as_it_was = simulate(*work, {.workers = 4});
    const auto many = simulate(*work, {.workers = 32});
    QVERIFY(near(as_it_was.throughput, arrivals, 0.03));
    QVERIFY(near(many.throughput, arrivals, 0.03));
    QVERIFY(many.queue_wait_mean < as_it_was.queue_wait_mean / 10);
    QVERIFY(near(simulate(*work, {.workers = 1}).throughput, 50, 0.02));
  }

  void onlyTheLastSeconds_count() {
    Script script(1);
    for (int i = 0; i < 100; ++i) {  // slow at first
      script.task(0, i * 50 * kMs, (i + 1) * 50 * kMs, 0);
    }
    for (int i = 0; i < 100; ++i) {
      script.task(0, (5000 + i * 10) * kMs, (5000 + (i + 1) * 10) * kMs, 0);
    }
    const auto work = work_of(*script.snapshot(), 0.9, 2);
    QVERIFY(work);
    QVERIFY(near(simulate(*work, {.workers = 1}).throughput, 100, 0.02));
  }

  void whatIsKnownBeside_isUsed() {
    Script script(2);
    fill_batches(script, 8);
    const auto snapshot = script.snapshot();
    const auto served = work_of(*snapshot, 100, 2, {.batch = 1000, .server_capacity = 4});
    QVERIFY(served);
    QCOMPARE(served->batch, std::uint64_t{1000});
    // Four requests of 18 ms at a time, however many workers ask.
    QVERIFY(near(simulate(*served, {.workers = 64}).throughput, 4 / 0.018, 0.03));
    const auto busy = work_of(*snapshot, 100, 1, {.batch = 1000, .other_cpu = 0.008});
    // 2 ms of its own and 8 ms beside on one core.
    QVERIFY(near(simulate(*busy, {.workers = 64}).throughput, 100, 0.03));
  }

  void whatCannotBeTold_isNothing() {
    QVERIFY(!work_of(*session::Session().snapshot(), 10, 2));
    Script few(2);
    fill_batches(few, 1);
    QVERIFY(!work_of(*few.snapshot(), 100, 2));
    // Tasks that wait for others of their own pool.
    Script nested(2);
    fill_batches(nested, 8);
    nested.block(0, 3, 10 * kMs, 15 * kMs);
    QVERIFY(!work_of(*nested.snapshot(), 100, 2));
  }
};

QTEST_APPLESS_MAIN(SessionWorkTest)
#include "session_work_test.moc"
