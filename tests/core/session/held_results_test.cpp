// SPDX-License-Identifier: Apache-2.0
// What is done behind the result that a caller waits for, beside going through all tasks.
#include "core/session/session.h"
#include "seed.h"
#include "session_pair.h"

#include <QTest>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

using namespace poolscope;
using namespace poolscope::session;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

constexpr std::size_t kAll = 100'000;

/// Callers that map over a pool: each takes its results in order, and waits where one is not done.
struct MapProgram {
  int workers = 3;
  int callers = 2;
  int tasks = 60;        ///< of each caller
  bool in_order = true;  ///< else workers pick any
  bool broken = false;   ///< some results are lost: nobody takes them
  int fail_every = 0;
};

std::vector<Event> events_of(const MapProgram& program, std::mt19937_64& random) {
  struct Job {
    std::uint64_t id;
    int caller;
    std::uint64_t queued;
    std::uint64_t finished = 0;
  };
  std::vector<Event> events;
  const auto tell = [&](std::uint64_t time, std::uint64_t task, int thread, EventKind kind,
                        std::uint64_t detail = 0, Outcome outcome = Outcome::ok) {
    events.push_back({time, task, static_cast<trace::ThreadId>(thread), kind, outcome, 1, detail});
  };
  std::vector<Job> jobs;
  for (int i = 0; i < program.tasks * program.callers; ++i) {
    jobs.push_back({static_cast<std::uint64_t>(i) + 1, i % program.callers,
                    1000 + static_cast<std::uint64_t>(i) * 2 - (i % 3 == 0 ? 1 : 0)});
    const Job& job = jobs.back();
    tell(job.queued, job.id, program.workers + 1 + job.caller, EventKind::task_queued, 1);
  }
  std::vector<std::uint64_t> free(static_cast<std::size_t>(program.workers), 1010);
  std::vector<std::size_t> left(jobs.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = i;
  }
  while (!left.empty()) {
    const auto worker = std::ranges::min_element(free);
    std::size_t known = 0;  // were queued by then
    while (known < left.size() && jobs[left[known]].queued < *worker) {
      ++known;
    }
    if (known == 0) {
      *worker = jobs[left.front()].queued + 1;
      continue;
    }
    const std::size_t pick = program.in_order ? 0 : random() % known;
    Job& job = jobs[left[pick]];
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(pick));
    const int thread = static_cast<int>(worker - free.begin()) + 1;
    tell(*worker, job.id, thread, EventKind::task_started);
    job.finished = *worker + 1 + random() % (random() % 8 == 0 ? 900 : 60);
    const bool failed =
        program.fail_every > 0 && job.id % static_cast<std::uint64_t>(program.fail_every) == 0;
    tell(job.finished, job.id, thread, EventKind::task_finished, 0,
         failed ? Outcome::error : Outcome::ok);
    *worker = job.finished + random() % 3;
  }
  for (int caller = 0; caller < program.callers; ++caller) {
    const int thread = program.workers + 1 + caller;
    std::uint64_t time = 1000 + static_cast<std::uint64_t>(program.tasks * program.callers) * 2;
    for (const Job& job : jobs) {
      if (job.caller != caller || (program.broken && random() % 9 == 0)) {
        continue;
      }
      if (job.finished > time) {
        const std::uint64_t detail = trace::blocked_detail(
            random() % 2 == 0 ? trace::BlockReason::map : trace::BlockReason::result, job.id);
        tell(time, 0, thread, EventKind::blocked_begin, detail);
        tell(job.finished + 1, 0, thread, EventKind::blocked_end, detail);
        time = job.finished + 1;
      }
      tell(time, job.id, thread, EventKind::result_delivered);
      time += random() % 20;
    }
  }
  std::ranges::stable_sort(events, {}, &Event::time_ns);
  return events;
}

std::shared_ptr<const Snapshot> session_of(const MapProgram& program, std::vector<Event> events,
                                           std::size_t memory_limit = 0) {
  Session session;
  session.set_memory_limit(memory_limit);
  const auto sink = session.add_process(directory_of(program.workers + program.callers));
  for (std::size_t i = 0; i < events.size(); i += 100) {
    sink->consume({events.data() + i, std::min<std::size_t>(100, events.size() - i)});
    sink->consume({});
  }
  return session.snapshot();
}

std::vector<TaskKey> brute(const Snapshot& snapshot, const Blocked& wait, LaneId lane,
                           std::uint64_t tasks, TimeNs time) {
  std::vector<TaskKey> held;
  const std::optional<Task> awaited = snapshot.task(wait.awaited);
  for (std::uint64_t id = wait.awaited.task + 1; id <= tasks; ++id) {
    const std::optional<Task> task = snapshot.task({0, id});
    if (task && awaited && task->caller == lane && task->finished && *task->finished <= time &&
        (!task->delivered || *task->delivered > time)) {
      held.push_back(task->key);
    }
  }
  return held;
}

}  // namespace

class HeldResultsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    std::fprintf(stderr, "POOLSCOPE_SEED=%llu\n", static_cast<unsigned long long>(seed()));
  }
  void anyMap_agreesWithGoingThroughAll_data() {
    QTest::addColumn<bool>("inOrder");
    QTest::addColumn<bool>("broken");
    QTest::newRow("first in, first out") << true << false;
    QTest::newRow("picked in any order") << false << false;
    QTest::newRow("some results are not taken") << true << true;
  }
  void anyMap_agreesWithGoingThroughAll() {
    QFETCH(bool, inOrder);
    QFETCH(bool, broken);
    std::mt19937_64 random(seed());
    int asked = 0;
    std::size_t most = 0;
    for (int round = 0; round < 40; ++round) {
      const MapProgram program{.workers = 1 + static_cast<int>(random() % 8),
                               .callers = 1 + static_cast<int>(random() % 3),
                               .tasks = 5 + static_cast<int>(random() % 120),
                               .in_order = inOrder,
                               .broken = broken,
                               .fail_every = static_cast<int>(random() % 7)};
      const auto snapshot = session_of(program, events_of(program, random));
      for (const Lane& lane : snapshot->lanes()) {
        for (const Blocked& wait :
             snapshot->blocked(lane.id, snapshot->begin(), snapshot->end(), kAll)) {
          const TimeNs time =
              wait.begin +
              static_cast<TimeNs>(random() % static_cast<std::uint64_t>(
                                                 std::max<TimeNs>(wait.end - wait.begin, 1)));
          const HeldResults held = snapshot->held_results(lane.id, time, kAll);
          const std::vector<TaskKey> expected =
              brute(*snapshot, wait, lane.id, snapshot->task_count(), time);
          QCOMPARE(held.awaited.task, wait.awaited.task);
          QVERIFY(held.complete);
          QVERIFY(held.tasks == expected);
          most = std::max(most, expected.size());
          ++asked;
        }
      }
    }
    QVERIFY(asked > 100 && most > 3);
  }

  void whatIsNotBlocked_holdsNothing() {
    std::mt19937_64 random(seed());
    const MapProgram program;
    const auto snapshot = session_of(program, events_of(program, random));
    for (const Lane& lane : snapshot->lanes()) {
      const HeldResults held = snapshot->held_results(lane.id, snapshot->begin(), kAll);
      QVERIFY(!held.awaited && held.tasks.empty());
    }
    QVERIFY(!snapshot->held_results(LaneId{77}, snapshot->begin(), kAll).awaited);
  }

  void limit_isSaid() {
    // One worker is busy with the first task, another does the rest.
    const MapProgram program{.workers = 2, .callers = 1};
    std::vector<Event> events;
    const auto tell = [&](std::uint64_t time, std::uint64_t task, trace::ThreadId thread,
                          EventKind kind, std::uint64_t detail = 0) {
      events.push_back({time, task, thread, kind, Outcome::ok, 1, detail});
    };
    constexpr std::uint64_t kTasks = 10'000;
    for (std::uint64_t id = 1; id <= kTasks; ++id) {
      tell(id, id, 3, EventKind::task_queued, 1);
    }
    const std::uint64_t detail = trace::blocked_detail(trace::BlockReason::map, 1);
    tell(kTasks + 1, 0, 3, EventKind::blocked_begin, detail);
    tell(kTasks + 2, 1, 1, EventKind::task_started);
    for (std::uint64_t id = 2; id <= 31; ++id) {
      tell(kTasks + 10 * id, id, 2, EventKind::task_started);
      tell(kTasks + 10 * id + 5, id, 2, EventKind::task_finished);
    }
    const auto snapshot = session_of(program, events);
    LaneId caller = {};
    for (const Lane& lane : snapshot->lanes()) {
      caller = lane.kind == LaneKind::caller ? lane.id : caller;
    }
    // 9,969 wait behind: but the pool takes them in order, so none of them can be done.
    const HeldResults all = snapshot->held_results(caller, snapshot->end(), kAll);
    QCOMPARE(all.tasks.size(), std::size_t{30});
    QVERIFY(all.complete);
    const HeldResults few = snapshot->held_results(caller, snapshot->end(), 12);
    QCOMPARE(few.tasks.size(), std::size_t{12});
    QVERIFY(!few.complete);
    // One of the last is done as well: now it may be any of them.
    tell(events.back().time_ns + 1, kTasks, 2, EventKind::task_started);
    const auto later = session_of(program, events);
    QVERIFY(!later->held_results(caller, later->end(), kAll).complete);
  }

  void forgottenDetail_isNotMadeUp() {
    std::mt19937_64 random(seed());
    const MapProgram program{.tasks = 20'000};
    const auto snapshot = session_of(program, events_of(program, random), 1);
    QVERIFY(snapshot->complete_since());
    for (const Lane& lane : snapshot->lanes()) {
      for (int i = 0; i < 300; ++i) {
        const TimeNs time =
            snapshot->begin() +
            static_cast<TimeNs>(random() %
                                static_cast<std::uint64_t>(snapshot->end() - snapshot->begin()));
        const HeldResults held = snapshot->held_results(lane.id, time, kAll);
        for (const TaskKey& key : held.tasks) {
          const std::optional<Task> task = snapshot->task(key);
          QVERIFY(task && !task->forgotten && task->finished && *task->finished <= time);
        }
        QVERIFY(time >= *snapshot->complete_since() || !held.awaited);
      }
    }
  }
};

QTEST_APPLESS_MAIN(HeldResultsTest)
#include "held_results_test.moc"
