// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/neighbours.h"

#include "tests/ui/timeline/demo_session.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class NeighboursTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void beside_forwards_visitsEachTaskOfTheLaneOnce();
  void beside_backwards_isTheWayBack();
  void beside_pastARetiredWorker_goesOnWithTheNextAtItsPlace();
  void onNeighbour_below_ranAtTheSameTime();
};

void NeighboursTest::beside_forwards_visitsEachTaskOfTheLaneOnce() {
  const auto s = demoSession();
  const LaneId lane = s->tasks_.front().worker.value();
  std::vector<TaskKey> expected;
  for (const Task& task : s->tasks_) {
    if (task.worker == lane) {
      expected.push_back(task.key);
    }
  }
  std::vector<TaskKey> visited;
  for (TaskKey at = expected.front(); at && visited.size() < 1'000;
       at = taskBeside(*s, LanePlaces(*s), at, 1, s->end_)) {
    visited.push_back(at);
  }
  QVERIFY(visited == expected);
}

void NeighboursTest::beside_backwards_isTheWayBack() {
  const auto s = demoSession();
  int checked = 0;
  for (const Task& task : s->tasks_) {
    if (const TaskKey next = taskBeside(*s, LanePlaces(*s), task.key, 1, s->end_)) {
      QVERIFY(taskBeside(*s, LanePlaces(*s), next, -1, s->end_) == task.key);
      ++checked;
    }
  }
  QVERIFY(checked > 50);
  QVERIFY(!taskBeside(*s, LanePlaces(*s), {0, 1}, -1, s->end_));
  QVERIFY(!taskBeside(*s, LanePlaces(*s), {0, 999'999}, 1, s->end_));
}

void NeighboursTest::beside_pastARetiredWorker_goesOnWithTheNextAtItsPlace() {
  FakeSnapshot s;
  const auto pool = s.addPool(0, 1);
  const auto caller = s.addCaller("main");
  for (std::uint32_t i = 0; i < 4; ++i) {  // the third does nothing
    const LaneId worker = s.addWorker(pool, i, i * 100 * kMs);
    if (i != 2) {
      s.runTask(s.addTask(pool, caller, i * 100 * kMs), worker, (i * 100 + 10) * kMs,
                (i * 100 + 40) * kMs);
    }
    s.lanes_.back().exited = (i * 100 + 50) * kMs;
  }
  const LanePlaces places(s);
  const TimeNs end = 500 * kMs;
  QCOMPARE(taskBeside(s, places, {0, 1}, 1, end).task, 2U);
  QCOMPARE(taskBeside(s, places, {0, 2}, 1, end).task, 3U);
  QVERIFY(!taskBeside(s, places, {0, 2}, 1, 205 * kMs));
  QCOMPARE(taskBeside(s, places, {0, 3}, -1, end).task, 2U);
  QVERIFY(!taskBeside(s, places, {0, 1}, -1, end));
}

void NeighboursTest::onNeighbour_below_ranAtTheSameTime() {
  const auto s = demoSession();
  const RowPlan plan = planRows(*s, std::make_shared<const LanePlaces>(*s), s->end_,
                                {s->begin_, s->end_}, {}, 400, Theme::dark());
  const TaskKey first{0, 1};
  const TaskKey below = taskOnNeighbour(*s, plan, first, 1, s->end_);
  QVERIFY(below);
  const auto a = s->task(first);
  const auto b = s->task(below);
  QVERIFY(a->worker != b->worker);
  QVERIFY(*b->started<*a->finished&& * b->finished> * a->started);
  // There is no lane above the first.
  QVERIFY(!taskOnNeighbour(*s, plan, first, -1, s->end_));
}

QTEST_MAIN(NeighboursTest)
#include "neighbours_test.moc"
