// SPDX-License-Identifier: Apache-2.0
#include "core/session/session.h"

#include "collected.h"
#include "core/session/stalls.h"
#include "random_stream.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <tuple>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

constexpr PoolIndex kPool{0};
constexpr trace::ThreadId kWorker = 1;
constexpr trace::ThreadId kOther = 2;
constexpr trace::ThreadId kCaller = 9;

using Events = std::vector<Event>;

Event queued(std::uint64_t time, std::uint64_t task, trace::PoolId pool = 1) {
  return {time, task, kCaller, EventKind::task_queued, Outcome::ok, pool, 0};
}
Event started(std::uint64_t time, std::uint64_t task, trace::ThreadId worker = kWorker) {
  return {time, task, worker, EventKind::task_started, Outcome::ok, 1, 0};
}
Event finished(std::uint64_t time, std::uint64_t task, trace::ThreadId worker = kWorker,
               Outcome outcome = Outcome::ok) {
  return {time, task, worker, EventKind::task_finished, outcome, 1, 0};
}
Event cancelled(std::uint64_t time, std::uint64_t task) {
  return finished(time, task, kCaller, Outcome::cancelled);
}
Event delivered(std::uint64_t time, std::uint64_t task, trace::ThreadId thread = kCaller) {
  return {time, task, thread, EventKind::result_delivered, Outcome::ok, 1, 0};
}
Event phase(std::uint64_t time, std::uint64_t task, bool begin) {
  return {time,
          task,
          kWorker,
          begin ? EventKind::phase_begin : EventKind::phase_end,
          Outcome::ok,
          1,
          trace::phase_detail(trace::PhaseKind::compute, 0)};
}
Event other(std::uint64_t time, EventKind kind, trace::ThreadId thread = 0,
            std::uint64_t detail = 0, trace::PoolId pool = 1) {
  return {time, 0, thread, kind, Outcome::ok, pool, detail};
}

struct Filled {
  explicit Filled(const Events& events) {
    sink->consume(events);
    sink->consume({});
    snapshot = session.snapshot();
  }
  LaneId lane(trace::ThreadId thread) const {
    for (const Lane& lane : snapshot->lanes()) {
      if (lane.name == "t" + std::to_string(thread)) {
        return lane.id;
      }
    }
    return LaneId{1000};
  }
  static std::shared_ptr<trace::Directory> named() {
    auto directory = std::make_shared<trace::Directory>();
    for (int i = 1; i <= 9; ++i) {
      directory->add_thread({"t" + std::to_string(i), i});
    }
    return directory;
  }
  std::shared_ptr<trace::Directory> directory = named();
  Session session;
  std::shared_ptr<trace::Sink> sink = session.add_process(directory);
  std::shared_ptr<const Snapshot> snapshot;
};

/// What a snapshot says, summed up, to be asked again later.
auto digest(const Snapshot& snapshot) {
  const Statistics figures = snapshot.statistics();
  std::uint64_t touched = 0;
  double phases = 0;
  for (const Lane& lane : snapshot.lanes()) {
    for (const LaneColumn& column :
         snapshot.lane_columns(lane.id, snapshot.begin(), snapshot.end() + 1, 37)) {
      touched += column.task_count + column.longest.task;
      phases += static_cast<double>(column.phases[2] + column.busy);
    }
  }
  std::size_t waiting = 0;
  for (const Pool& pool : snapshot.pools()) {
    for (const TaskKey key : snapshot.waiting(pool.index, snapshot.end(), 50)) {
      waiting += key.task;
    }
  }
  Collected all;
  snapshot.replay(0, all);
  return std::tuple(figures.finished, figures.queue_depth_mean, figures.utilization, touched,
                    phases, waiting, snapshot.task_count(), all.events.size(),
                    all.events.empty() ? Event{} : all.events.back());
}

}  // namespace

Q_DECLARE_METATYPE(Events)

class SessionTest : public QObject {
  Q_OBJECT
 private slots:
  void empty_saysSo();
  void snapshot_afterEmptyBatch_hasEverything();
  void statistics_ofKnownEvents_data();
  void statistics_ofKnownEvents();
  void oddEvents_areCountedAndKept_data();
  void oddEvents_areCountedAndKept();
  void tasksOfNothingAndOfHours_haveRightSums();
  void twoAtOnce_areBusyOnce();
  void workerSeenFirstAtItsExit_hasNoSums();
  void tasksOutsideAWorkersTime_areInItsSums_andFlagged_data();
  void tasksOutsideAWorkersTime_areInItsSums_andFlagged();
  void anyBytes_neverCrash_andAreKept();
  void lostEvents_areCountedAndMarked();
  void lostEndOfADeliveredTask_isOverWhenTheWorkerGoesOn();
  void runWithoutEnd_lastsToTheNextOne();
  void timeThatGoesBackAgainAndAgain_costsNoSquareOfTheEvents();
  void tasksBesideEachOther_costNoSquareOfTheTasks();
  void laneBegunAnew_forALateEventAndALateExit_countsAFailureOnce();
  void cancelledTasks_toldBackwards_costNoSquareOfTheTasks();
  void resultTakenTwice_isNoAnomaly();
  void longestTask_beforeItEnded_isJudgedByWhatWasKnown();
  void columnsNarrowerThanANanosecond_showTheMoment();
  void maxWorkers_changesInTime();
  void processes_keepTheirTasksApart();
  void kinds_ofNames_areToldWithTheirFirstTask();
  void publishedSnapshot_whileWriterGoesOn_neverChanges();
  void unknownIds_answerAsNothing();
};

void SessionTest::empty_saysSo() {
  Session session;
  const auto snapshot = session.snapshot();
  QVERIFY(snapshot->empty());
  QCOMPARE(snapshot->begin(), TimeNs{0});
  QCOMPARE(snapshot->statistics().finished, 0U);
  QVERIFY(!snapshot->statistics().queue_wait);
  QVERIFY(!snapshot->next_event(0));
}

void SessionTest::snapshot_afterEmptyBatch_hasEverything() {
  Session session;
  const auto sink = session.add_process(Filled::named());
  for (std::uint64_t task = 1; task <= 100; ++task) {
    const Events events{queued(task * 10, task), started(task * 10 + 1, task),
                        finished(task * 10 + 5, task)};
    sink->consume(events);
    sink->consume({});
    QCOMPARE(session.snapshot()->task_count(), task);
    QCOMPARE(session.snapshot()->finished_count(kPool, 0, kForever), task);
  }
}

void SessionTest::statistics_ofKnownEvents_data() {
  QTest::addColumn<Events>("events");
  QTest::addColumn<TimeNs>("begin");
  QTest::addColumn<TimeNs>("end");
  QTest::addColumn<quint64>("finishedCount");
  QTest::addColumn<double>("durationNs");
  QTest::addColumn<double>("utilization");
  QTest::addColumn<double>("depthMean");
  QTest::addColumn<quint64>("depthMax");
  QTest::addColumn<double>("waitP50Ns");
  QTest::addColumn<quint32>("peak");

  const Events one{other(0, EventKind::worker_started, kWorker), queued(100, 1), started(200, 1),
                   finished(900, 1), other(1000, EventKind::worker_exited, kWorker)};
  QTest::newRow("one task, whole") << one << TimeNs{0} << TimeNs{1001} << quint64{1} << 1000.0
                                   << 0.7 << 0.1 << quint64{1} << 100.0 << quint32{1};
  QTest::newRow("one task, its begin") << one << TimeNs{100} << TimeNs{300} << quint64{0} << 200.0
                                       << 0.5 << 0.5 << quint64{1} << 100.0 << quint32{1};
  QTest::newRow("half-open: the end is not in")
      << one << TimeNs{0} << TimeNs{900} << quint64{0} << 900.0 << 700.0 / 900 << 100.0 / 900
      << quint64{1} << 100.0 << quint32{1};
  QTest::newRow("half-open: the begin is in")
      << one << TimeNs{900} << TimeNs{2000} << quint64{1} << 100.0 << 0.0 << 0.0 << quint64{0}
      << -1.0 << quint32{1};
  QTest::newRow("before the session") << one << TimeNs{-500} << TimeNs{0} << quint64{0} << 0.0
                                      << 0.0 << 0.0 << quint64{0} << -1.0 << quint32{0};
  const Events two{other(0, EventKind::worker_started, kWorker),
                   other(500, EventKind::worker_started, kOther),
                   queued(0, 1),
                   queued(0, 2),
                   started(100, 1),
                   started(500, 2, kOther),
                   finished(1000, 1),
                   finished(1000, 2, kOther)};
  QTest::newRow("two workers, still there")
      << two << TimeNs{0} << TimeNs{1001} << quint64{2} << 1000.0 << 1400.0 / 1500 << 0.6
      << quint64{2} << 300.0 << quint32{2};
  const Events relay{
      other(0, EventKind::worker_started, kWorker), other(100, EventKind::worker_exited, kWorker),
      other(100, EventKind::worker_started, kOther), other(200, EventKind::worker_exited, kOther)};
  QTest::newRow("one comes as the other goes")
      << relay << TimeNs{0} << TimeNs{201} << quint64{0} << 200.0 << 0.0 << 0.0 << quint64{0}
      << -1.0 << quint32{1};
  const Events unseen{started(100, 1), finished(200, 1)};
  QTest::newRow("queued not known: no wait")
      << unseen << TimeNs{0} << TimeNs{1000} << quint64{1} << 100.0 << 1.0 << 0.0 << quint64{0}
      << -1.0 << quint32{1};
}

void SessionTest::statistics_ofKnownEvents() {
  QFETCH(Events, events);
  QFETCH(TimeNs, begin);
  QFETCH(TimeNs, end);
  QFETCH(quint64, finishedCount);
  QFETCH(double, durationNs);
  QFETCH(double, utilization);
  QFETCH(double, depthMean);
  QFETCH(quint64, depthMax);
  QFETCH(double, waitP50Ns);
  QFETCH(quint32, peak);
  const Filled filled(events);
  const Statistics figures = filled.snapshot->statistics(begin, end);
  QCOMPARE(figures.finished, finishedCount);
  QCOMPARE(figures.duration * 1e9 + 1, durationNs + 1);
  QCOMPARE(figures.utilization + 1, utilization + 1);
  QCOMPARE(figures.queue_depth_mean + 1, depthMean + 1);
  QCOMPARE(figures.queue_depth_max, depthMax);
  QCOMPARE(figures.peak_workers, peak);
  QCOMPARE(figures.queue_wait.has_value(), waitP50Ns >= 0);
  if (figures.queue_wait) {
    QCOMPARE(figures.queue_wait->p50 * 1e9, waitP50Ns);
  }
}

void SessionTest::oddEvents_areCountedAndKept_data() {
  QTest::addColumn<Events>("events");
  QTest::addColumn<quint64>("finishedCount");
  QTest::newRow("end without begin") << Events{finished(10, 1)} << quint64{1};
  QTest::newRow("end of a queued task without begin")
      << Events{queued(1, 1), finished(10, 1)} << quint64{1};
  QTest::newRow("begin without end")
      << Events{started(5, 1), started(9, 2), finished(10, 2)} << quint64{1};
  QTest::newRow("started twice") << Events{started(5, 1), started(6, 1, kOther), finished(9, 1)}
                                 << quint64{1};
  QTest::newRow("ended twice") << Events{started(5, 1), finished(6, 1), finished(9, 1)}
                               << quint64{1};
  QTest::newRow("ended by another worker")
      << Events{started(5, 1), finished(6, 1, kOther)} << quint64{0};
  QTest::newRow("queued twice") << Events{queued(1, 1), queued(2, 1), started(5, 1), finished(6, 1)}
                                << quint64{1};
  QTest::newRow("started before it was queued")
      << Events{queued(8, 1), started(5, 1), finished(9, 1)} << quint64{1};
  QTest::newRow("end before its begin") << Events{finished(9, 1), started(12, 1)} << quint64{1};
  QTest::newRow("clock runs back")
      << Events{started(50, 1), finished(60, 1), started(20, 2), finished(30, 2)} << quint64{2};
  QTest::newRow("task 0") << Events{queued(1, 0),   started(2, 0),   phase(3, 0, false),
                                    finished(4, 0), delivered(5, 0), cancelled(6, 0)}
                          << quint64{0};
  QTest::newRow("phase end without begin")
      << Events{started(2, 1), phase(3, 1, false), finished(4, 1)} << quint64{1};
  QTest::newRow("exit first") << Events{other(3, EventKind::worker_exited, kWorker)} << quint64{0};
  QTest::newRow("exited twice") << Events{other(1, EventKind::worker_started, kWorker),
                                          other(3, EventKind::worker_exited, kWorker),
                                          other(4, EventKind::worker_exited, kWorker)}
                                << quint64{0};
  QTest::newRow("back after its exit")
      << Events{other(1, EventKind::worker_started, kWorker),
                other(3, EventKind::worker_exited, kWorker),
                other(4, EventKind::worker_started, kWorker), started(5, 1), finished(6, 1)}
      << quint64{1};
  QTest::newRow("pool created twice")
      << Events{other(1, EventKind::pool_created, 0, 4), other(2, EventKind::pool_created, 0, 5)}
      << quint64{0};
  QTest::newRow("pool event without pool")
      << Events{other(1, EventKind::pool_created, 0, 4, 0)} << quint64{0};
  QTest::newRow("another pool than it was queued to")
      << Events{queued(1, 1, 2), started(2, 1), finished(3, 1)} << quint64{1};
  QTest::newRow("no time") << Events{{~std::uint64_t{0}, 1, 1, EventKind::task_started}}
                           << quint64{0};
  QTest::newRow("unknown kind") << Events{other(1, static_cast<EventKind>(200), kWorker)}
                                << quint64{0};
  QTest::newRow("two at once") << Events{started(1, 1), started(2, 2), finished(3, 2),
                                         finished(4, 1)}
                               << quint64{2};
  QTest::newRow("cancelled while it runs")
      << Events{queued(1, 1), started(2, 1), cancelled(3, 1), finished(4, 1)} << quint64{1};
}

void SessionTest::oddEvents_areCountedAndKept() {
  QFETCH(Events, events);
  QFETCH(quint64, finishedCount);
  const Filled filled(events);
  QVERIFY(filled.snapshot->anomalies() > 0);
  QCOMPARE(filled.snapshot->event_count(), events.size());
  QCOMPARE(filled.snapshot->statistics().finished, finishedCount);
  QVERIFY(sorted(replayed(*filled.snapshot)) == sorted(events));
}

void SessionTest::tasksOfNothingAndOfHours_haveRightSums() {
  constexpr TimeNs kHour = 3'600'000'000'000;
  // One of no length, one of two hours, in which the computer slept for one; then another of none.
  const auto end = static_cast<std::uint64_t>(100 + 2 * kHour);
  const Filled filled({other(0, EventKind::worker_started, kWorker), queued(50, 1), started(50, 1),
                       finished(50, 1), queued(60, 2), started(100, 2), finished(end, 2),
                       queued(end, 3), started(end, 3), finished(end, 3),
                       other(end, EventKind::worker_exited, kWorker)});
  const Statistics figures = filled.snapshot->statistics();
  QCOMPARE(filled.snapshot->anomalies(), 0U);
  QCOMPARE(figures.finished, 3U);
  QCOMPARE(figures.workers.size(), 1U);
  QCOMPARE(figures.workers[0].busy, 7200.0);
  QVERIFY(figures.workers[0].utilization <= 1);
  QCOMPARE(figures.run_time->count, 3U);
  QCOMPARE(figures.run_time->max, 7200.0);
  QCOMPARE(figures.run_time->p50, 0.0);
  QCOMPARE(figures.run_time->mean, 2400.0);
  QCOMPARE(figures.queue_wait->max, 40e-9);
  double busy = 0;
  std::uint64_t touched = 0;
  for (const LaneColumn& column :
       filled.snapshot->lane_columns(filled.lane(kWorker), 0, static_cast<TimeNs>(end) + 1, 97)) {
    busy += static_cast<double>(column.busy);
    touched = std::max<std::uint64_t>(touched, column.task_count);
  }
  QVERIFY(std::abs(busy - 97) < 1e-3);
  QCOMPARE(touched, 2U);  // those of no length are counted where they were
}

void SessionTest::twoAtOnce_areBusyOnce() {
  const Filled filled({other(0, EventKind::worker_started, kWorker), started(10, 1), started(20, 2),
                       finished(30, 1), finished(40, 2),
                       other(50, EventKind::worker_exited, kWorker)});
  const Statistics figures = filled.snapshot->statistics();
  QVERIFY(filled.snapshot->anomalies() > 0);
  QCOMPARE(figures.workers.size(), 1U);
  QCOMPARE(figures.workers[0].busy, 30e-9);
  QCOMPARE(figures.run_time->mean, 20e-9);  // each ran as long as it ran
  for (const LaneColumn& column : filled.snapshot->lane_columns(filled.lane(kWorker), 0, 50, 10)) {
    QVERIFY(column.busy <= 1);
  }
}

void SessionTest::workerSeenFirstAtItsExit_hasNoSums() {
  const Filled filled({other(100, EventKind::worker_exited, kWorker)});
  QVERIFY(filled.snapshot->anomalies() > 0);
  const Lane& lane = filled.snapshot->lanes()[static_cast<std::size_t>(filled.lane(kWorker))];
  QCOMPARE(lane.kind, LaneKind::worker);
  QCOMPARE(lane.exited, std::optional<TimeNs>(100));
  QVERIFY(!lane.start_known);
  const Statistics figures = filled.snapshot->statistics(0, 200);
  QCOMPARE(figures.utilization, 0.0);
  for (const WorkerStatistics& worker : figures.workers) {
    QCOMPARE(worker.busy, 0.0);
    QCOMPARE(worker.utilization, 0.0);
  }
}

void SessionTest::tasksOutsideAWorkersTime_areInItsSums_andFlagged_data() {
  QTest::addColumn<Events>("events");
  const Event start = other(500, EventKind::worker_started, kWorker);
  const Event exit = other(600, EventKind::worker_exited, kWorker);
  const Events before{queued(10, 1), started(20, 1), finished(30, 1)};
  const Events after{queued(610, 2), started(620, 2), finished(630, 2)};
  Events late_start = before;
  late_start.push_back(start);
  QTest::newRow("before its start, told before") << late_start;
  Events jump_back{start};
  jump_back.insert(jump_back.end(), before.begin(), before.end());
  QTest::newRow("before its start, told after") << jump_back;
  Events early_exit{start, exit};
  early_exit.insert(early_exit.end(), after.begin(), after.end());
  QTest::newRow("after its exit, told after") << early_exit;
  Events late_exit{start};
  late_exit.insert(late_exit.end(), after.begin(), after.end());
  late_exit.push_back(exit);
  QTest::newRow("after its exit, told before") << late_exit;
}

void SessionTest::tasksOutsideAWorkersTime_areInItsSums_andFlagged() {
  QFETCH(Events, events);
  const Filled filled(events);
  QVERIFY(filled.snapshot->anomalies() > 0);
  const Statistics figures = filled.snapshot->statistics();
  QCOMPARE(figures.finished, std::uint64_t{1});
  QCOMPARE(figures.workers.size(), std::size_t{1});
  QCOMPARE(figures.workers.front().busy, 10e-9);
  const Lane& lane = filled.snapshot->lanes()[static_cast<std::size_t>(filled.lane(kWorker))];
  const TaskKey task{0, events.size() > 1 && figures.begin < 100 ? 1U : 2U};
  const auto ran = filled.snapshot->task(task);
  QVERIFY(ran && lane.started <= *ran->started);
  QVERIFY(!lane.exited || *lane.exited >= *ran->finished);
}

void SessionTest::anyBytes_neverCrash_andAreKept() {
  std::mt19937_64 random(20240607);
  for (int round = 0; round < 60; ++round) {
    Events events;
    for (int i = 0; i < 300; ++i) {
      Event event;
      event.kind = static_cast<EventKind>(random() % 21);
      event.outcome = static_cast<Outcome>(random() % 4);
      event.time_ns = random() % 8 == 0 ? random() : random() % 500;
      event.task = random() % 8 == 0 ? random() : random() % 20;
      event.thread = static_cast<trace::ThreadId>(random() % 16 == 0 ? random() : random() % 5);
      event.pool = static_cast<trace::PoolId>(random() % 16 == 0 ? random() : random() % 3);
      event.detail = random() % 2 == 0 ? random() : random() % 4;
      events.push_back(event);
    }
    Session session;
    const auto sink = session.add_process(Filled::named());
    for (std::size_t i = 0; i < events.size(); i += 50) {
      sink->consume({events.data() + i, 50});
      sink->consume({});
    }
    const auto snapshot = session.snapshot();
    QVERIFY(sorted(replayed(*snapshot)) == sorted(events));
    for (const Lane& lane : snapshot->lanes()) {
      for (const LaneColumn& column : snapshot->lane_columns(lane.id, 0, 500, 50)) {
        QVERIFY(column.busy >= 0 && column.busy <= 1.0001F);
      }
      for (TimeNs time = -1; time < 500; time += 17) {
        snapshot->lane_state(lane.id, time);
      }
    }
    for (TimeNs time = -1; time < 500; time += 17) {
      find_stalls(*snapshot, time, 0);
    }
    for (const Pool& pool : snapshot->pools()) {
      for (TimeNs time = 0; time < 500; time += 29) {
        QCOMPARE(snapshot->waiting(pool.index, time, 1000).size(),
                 snapshot->queue_depth(pool.index, time));
      }
    }
    digest(*snapshot);
  }
}

void SessionTest::lostEndOfADeliveredTask_isOverWhenTheWorkerGoesOn() {
  const Filled filled({queued(0, 1), started(10, 1), delivered(50, 1)});
  const TaskKey key{0, 1};
  // Its bar and all sums go on: nothing says when it ended.
  QCOMPARE(filled.session.snapshot()->task(key)->state, TaskState::finished);
  QVERIFY(!filled.session.snapshot()->task(key)->over_by);
  filled.sink->consume(Events{started(80, 2)});
  filled.sink->consume({});
  QCOMPARE(filled.session.snapshot()->task(key)->over_by, std::optional<TimeNs>(80));
}

void SessionTest::lostEvents_areCountedAndMarked() {
  const Filled filled({queued(1, 1), other(5, EventKind::lost, kWorker, 17),
                       other(9, EventKind::lost, kCaller, 3)});
  QCOMPARE(filled.snapshot->lost_events(), 20U);
  QCOMPARE(filled.snapshot->markers().size(), std::size_t{2});
  QCOMPARE(filled.snapshot->markers()[0].kind, Marker::Kind::lost);
  QCOMPARE(filled.snapshot->markers()[0].count, 17U);
  QCOMPARE(filled.snapshot->markers()[0].time, TimeNs{5});
}

void SessionTest::runWithoutEnd_lastsToTheNextOne() {
  const Filled filled({started(0, 1), started(60, 2), finished(100, 2)});
  const LaneId lane = filled.lane(kWorker);
  QCOMPARE(filled.snapshot->task_at(lane, 59)->task, 1U);
  QCOMPARE(filled.snapshot->task_at(lane, 60)->task, 2U);
  QVERIFY(!filled.snapshot->task({0, 1})->finished);
  QCOMPARE(filled.snapshot->statistics().run_time->count, std::size_t{1});
  QCOMPARE(filled.snapshot->lane_columns(lane, 0, 100, 1)[0].busy, 1.0F);
}

void SessionTest::timeThatGoesBackAgainAndAgain_costsNoSquareOfTheEvents() {
  // A session whose lanes were begun anew with each batch would take some minutes for this.
  constexpr std::uint64_t kBatches = 3'000;
  constexpr std::uint64_t kTasks = 30;
  Session session;
  const auto sink = session.add_process(Filled::named());
  for (std::uint64_t batch = 0; batch < kBatches; ++batch) {
    Events events;
    for (std::uint64_t i = 0; i < kTasks; ++i) {
      const std::uint64_t task = 1 + batch * kTasks + i;
      const std::uint64_t time = (kBatches - batch) * 1'000 + 10 * i;
      events.insert(events.end(), {started(time, task), finished(time + 5, task)});
    }
    sink->consume(events);
  }
  sink->consume({});
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->task_count(), kBatches * kTasks);
  const Statistics sums = snapshot->statistics();
  QCOMPARE(sums.run_time->count, static_cast<std::size_t>(kBatches * kTasks));
  QCOMPARE(sums.run_time->max, 5e-9);
}

void SessionTest::tasksBesideEachOther_costNoSquareOfTheTasks() {
  // All begin on one lane before the first of them ends, and every other fails: one by one, ends
  // that go on beside others would take many minutes.
  constexpr std::uint64_t kTasks = 200'000;
  Events events;
  for (std::uint64_t task = 1; task <= kTasks; ++task) {
    events.push_back(started(task, task));
  }
  for (std::uint64_t task = kTasks; task >= 1; --task) {
    events.push_back(finished(3 * kTasks - task, task, kWorker,
                              task % 2 == 0 ? trace::Outcome::error : trace::Outcome::ok));
  }
  const Filled filled(events);
  const Statistics sums = filled.snapshot->statistics();
  QCOMPARE(sums.finished, kTasks);
  QCOMPARE(sums.failed, kTasks / 2);
  QCOMPARE(sums.run_time->max, static_cast<double>(3 * kTasks - 2) * 1e-9);
  QCOMPARE(filled.snapshot->task({0, 1})->finished, std::optional<TimeNs>(3 * kTasks - 1));
  QVERIFY(sorted(replayed(*filled.snapshot)) == sorted(events));
}

void SessionTest::laneBegunAnew_forALateEventAndALateExit_countsAFailureOnce() {
  const Events events{started(10, 1),
                      started(20, 2),
                      finished(25, 2, kWorker, trace::Outcome::error),
                      finished(30, 1, kWorker, trace::Outcome::error),
                      phase(5, 1, true),
                      other(28, EventKind::worker_exited, kWorker)};
  const Filled filled(events);
  const auto snapshot = filled.snapshot;
  QCOMPARE(snapshot->statistics().failed, 2U);
  QCOMPARE(snapshot->pool_columns(kPool, 0, 100, 1)[0].failed, 2U);
  QCOMPARE(snapshot->task({0, 1})->finished, std::optional<TimeNs>(30));
  QVERIFY(sorted(replayed(*snapshot)) == sorted(events));
}

void SessionTest::cancelledTasks_toldBackwards_costNoSquareOfTheTasks() {
  constexpr std::uint64_t kTasks = 200'000;
  Events events;
  for (std::uint64_t task = 1; task <= kTasks; ++task) {
    events.push_back(finished(kTasks + 1 - task, task, kWorker, trace::Outcome::cancelled));
  }
  const Filled filled(events);
  QCOMPARE(filled.snapshot->statistics().cancelled, kTasks);
  QCOMPARE(filled.snapshot->statistics(1, 1 + kTasks / 4).cancelled, kTasks / 4);
}

void SessionTest::resultTakenTwice_isNoAnomaly() {
  const Events events{queued(1, 1), started(2, 1), finished(3, 1), delivered(4, 1),
                      delivered(6, 1)};
  const Filled filled(events);
  QCOMPARE(filled.snapshot->anomalies(), 0U);
  QCOMPARE(*filled.snapshot->task({0, 1})->delivered, TimeNs{4});
  QCOMPARE(filled.snapshot->caller_columns(filled.lane(kCaller), 0, 10, 1)[0].delivered, 2U);
  QVERIFY(sorted(replayed(*filled.snapshot)) == sorted(events));
}

void SessionTest::longestTask_beforeItEnded_isJudgedByWhatWasKnown() {
  const Filled filled(
      {started(0, 1), finished(50, 1), started(60, 2), finished(500, 2, kWorker, Outcome::error)});
  const LaneId lane = filled.lane(kWorker);
  // At 80, task 2 had run for 20 ns and not failed yet.
  const LaneColumn then = filled.snapshot->lane_columns(lane, 0, 80, 1)[0];
  QCOMPARE(then.longest.task, 1U);
  QCOMPARE(then.failed_count, 0U);
  const LaneColumn later = filled.snapshot->lane_columns(lane, 0, 500, 1)[0];
  QCOMPARE(later.longest.task, 2U);
  QCOMPARE(later.failed_count, 1U);
}

void SessionTest::columnsNarrowerThanANanosecond_showTheMoment() {
  const Filled filled({queued(5, 2), started(10, 1), finished(12, 1)});
  const auto columns = filled.snapshot->lane_columns(filled.lane(kWorker), 8, 14, 60);
  QCOMPARE(columns[19].busy, 0.0F);
  QCOMPARE(columns[20].busy, 1.0F);
  QCOMPARE(columns[25].busy, 1.0F);
  QCOMPARE(columns[45].busy, 0.0F);
  QCOMPARE(filled.snapshot->queue_columns(kPool, 8, 14, 60)[33].max, 1U);
  const auto ends = filled.snapshot->finished_columns(kPool, 8, 14, 60);
  QCOMPARE(std::count(ends.begin(), ends.end(), 1U), 1);
}

void SessionTest::maxWorkers_changesInTime() {
  const Filled filled(
      {other(10, EventKind::pool_created, 0, trace::pool_detail(4, 0)),
       other(30, EventKind::max_workers_changed, 0, trace::max_workers_detail(8, 4)),
       other(20, EventKind::max_workers_changed, 0, trace::max_workers_detail(2, 4))});
  QCOMPARE(filled.snapshot->max_workers_at(kPool, 9), 0U);
  QCOMPARE(filled.snapshot->max_workers_at(kPool, 10), 4U);
  QCOMPARE(filled.snapshot->max_workers_at(kPool, 25), 2U);
  QCOMPARE(filled.snapshot->max_workers_at(kPool, kForever), 8U);
}

void SessionTest::processes_keepTheirTasksApart() {
  Session session;
  const auto first = session.add_process(Filled::named());
  const auto second = session.add_process(Filled::named());
  first->consume(Events{queued(1, 7), started(2, 7), finished(5, 7)});
  second->consume(Events{queued(3, 7)});
  second->consume({});
  const auto snapshot = session.snapshot();
  QCOMPARE(snapshot->process_count(), 2U);
  QCOMPARE(snapshot->task_count(), 2U);
  QCOMPARE(snapshot->pools().size(), std::size_t{2});
  QCOMPARE(snapshot->task({0, 7})->state, TaskState::finished);
  QCOMPARE(snapshot->task({1, 7})->state, TaskState::queued);
  QCOMPARE(snapshot->waiting(PoolIndex{1}, 10, 9).front().process, 1U);
}

void SessionTest::kinds_ofNames_areToldWithTheirFirstTask() {
  const auto directory = Filled::named();
  const auto event = [&](TimeNs time, std::uint64_t task, const char* name) {
    Event made = queued(time, task);
    made.detail = directory->intern(name);
    return made;
  };
  Events events;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    events.push_back(event(static_cast<TimeNs>(i), i, ("page " + std::to_string(i)).c_str()));
  }
  events.push_back(event(2000, 1002, "archive"));
  events.push_back(event(2001, 1001, "archive"));  // came late
  events.push_back(event(2002, 1003, "page 7"));
  Session session;
  const auto sink = session.add_process(directory);
  sink->consume(events);
  sink->consume({});
  const auto kinds = session.snapshot()->kinds();
  QCOMPARE(kinds.size(), std::size_t{2});
  QCOMPARE(kinds[0].name, std::string_view("page"));
  QCOMPARE(kinds[0].first, (TaskKey{0, 1}));
  QCOMPARE(kinds[1].name, std::string_view("archive"));
  // Told as one more of the same name, not as the first: only new names are looked at.
  QCOMPARE(kinds[1].first, (TaskKey{0, 1002}));
}

void SessionTest::publishedSnapshot_whileWriterGoesOn_neverChanges() {
  std::mt19937_64 random(7);
  StreamOptions options;
  options.steps = 30000;
  options.swap = 0.002;
  options.distinct = true;
  options.overlap = 0.01;
  const Events events = random_stream(options, random);
  Session session;
  const auto sink = session.add_process(Filled::named());
  std::atomic<bool> done = false;
  std::atomic<int> changed = 0;
  std::atomic<int> looked = 0;
  const auto look = [&] {
    do {
      const auto snapshot = session.snapshot();
      const auto before = digest(*snapshot);
      const auto newer = session.snapshot();
      if (newer->event_count() < snapshot->event_count() || digest(*snapshot) != before) {
        ++changed;
      }
      ++looked;
    } while (!done);
  };
  std::vector<std::jthread> readers;
  readers.emplace_back(look);
  readers.emplace_back(look);
  std::vector<std::pair<std::shared_ptr<const Snapshot>, decltype(digest(*session.snapshot()))>>
      kept;
  for (std::size_t i = 0; i < events.size(); i += 100) {
    sink->consume({events.data() + i, std::min<std::size_t>(100, events.size() - i)});
    if (i % 1000 == 0) {
      sink->consume({});
    }
    if (i % 3000 == 0) {
      kept.emplace_back(session.snapshot(), digest(*session.snapshot()));
    }
  }
  sink->consume({});
  done = true;
  readers.clear();
  QCOMPARE(changed.load(), 0);
  QVERIFY(looked.load() > 0);
  for (const auto& [snapshot, digested] : kept) {
    QVERIFY(digest(*snapshot) == digested);
  }
  QVERIFY(sorted(replayed(*session.snapshot())) == sorted(events));
}

void SessionTest::unknownIds_answerAsNothing() {
  const Filled filled({queued(1, 1)});
  const Snapshot& snapshot = *filled.snapshot;
  const LaneId lane{77};
  const PoolIndex pool{77};
  QCOMPARE(snapshot.lane_columns(lane, 0, 10, 3).size(), std::size_t{3});
  QCOMPARE(snapshot.lane_columns(LaneId{0}, 10, 0, 3).size(), std::size_t{3});
  QVERIFY(snapshot.lane_columns(LaneId{0}, 0, 10, -1).empty());
  QVERIFY(!snapshot.task({0, 2}));
  QVERIFY(!snapshot.task({5, 1}));
  QVERIFY(snapshot.phases({0, 2}).empty());
  QVERIFY(!snapshot.task_at(lane, 1));
  QVERIFY(!snapshot.lane_state(lane, 1).alive);
  QVERIFY(snapshot.blocked(lane, 0, 10, 5).empty());
  QCOMPARE(snapshot.queue_depth(pool, 1), 0U);
  QVERIFY(snapshot.waiting(pool, 1, 5).empty());
  QVERIFY(snapshot.picks(pool, 0, 10, 5).empty());
  QVERIFY(snapshot.max_workers_steps(pool).empty());
  QCOMPARE(snapshot.utilization(lane, 0, 10), 0.0);
  QCOMPARE(snapshot.statistics(0, 10, pool).queued, 0U);
  QVERIFY(snapshot.directory(3) == nullptr);
  // The widest of all questions.
  QCOMPARE(snapshot.queue_columns(kPool, std::numeric_limits<TimeNs>::min(), kForever, 2)[1].max,
           1U);
}

QTEST_APPLESS_MAIN(SessionTest)
#include "session_test.moc"
