// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/bar_shelf.h"

#include <QTest>

#include <optional>

using namespace poolscope;
using namespace poolscope::ui;
using session::LaneId;
using session::TimeNs;

class BarShelfTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void task_remembered_isFoundWhileItRuns();
  void tasks_inAnyOrder_areFoundInTimeOrder();
  void task_putAtTheSameTime_replacesTheOther();
  void lanes_ofTheSameTimes_stayApart();
  void lane_withMany_forgetsThoseOutOfSight();
  void lanes_withMore_thanThereIsRoomFor_areForgotten();
};

namespace {

constexpr LaneId kLane{3};
constexpr TimeRange kAll{0, 1'000'000};

BarFacts facts(TimeNs started, TimeNs end, std::uint64_t task = 0) {
  return {.task = {0, task == 0 ? static_cast<std::uint64_t>(started) + 1 : task},
          .started = started,
          .end = end};
}

void put(BarShelf& shelf, LaneId lane, const BarFacts& each, TimeRange seen = kAll) {
  BarShelf::Walk walk = shelf.walk(lane, seen);
  walk.at(each.started);
  walk.put(each);
}

std::optional<std::uint64_t> found(BarShelf& shelf, LaneId lane, TimeNs time,
                                   TimeRange seen = kAll) {
  const BarFacts* known = shelf.walk(lane, seen).at(time);
  return known != nullptr ? std::optional(known->task.task) : std::nullopt;
}

}  // namespace

void BarShelfTest::task_remembered_isFoundWhileItRuns() {
  BarShelf shelf;
  put(shelf, kLane, facts(100, 200, 7));
  QCOMPARE(found(shelf, kLane, 99), std::nullopt);
  QCOMPARE(found(shelf, kLane, 100), std::optional<std::uint64_t>(7));
  QCOMPARE(found(shelf, kLane, 199), std::optional<std::uint64_t>(7));
  QCOMPARE(found(shelf, kLane, 200), std::nullopt);
  shelf.clear();
  QCOMPARE(found(shelf, kLane, 150), std::nullopt);
}

void BarShelfTest::tasks_inAnyOrder_areFoundInTimeOrder() {
  BarShelf shelf;
  for (const TimeNs started : {500, 100, 900, 300, 700}) {
    put(shelf, kLane, facts(started, started + 100));
  }
  BarShelf::Walk walk = shelf.walk(kLane, {250, 1'000});
  for (const TimeNs started : {300, 500, 700, 900}) {
    QCOMPARE(walk.at(started - 1), nullptr);
    const BarFacts* known = walk.at(started + 50);
    QVERIFY(known != nullptr);
    QCOMPARE(known->started, started);
  }
  QCOMPARE(walk.at(1'000), nullptr);
}

void BarShelfTest::task_putAtTheSameTime_replacesTheOther() {
  BarShelf shelf;
  put(shelf, kLane, facts(100, 200, 7));
  put(shelf, kLane, facts(100, 250, 8));
  QCOMPARE(found(shelf, kLane, 150), std::optional<std::uint64_t>(8));
  QCOMPARE(found(shelf, kLane, 240), std::optional<std::uint64_t>(8));
}

void BarShelfTest::lanes_ofTheSameTimes_stayApart() {
  BarShelf shelf;
  put(shelf, kLane, facts(100, 200, 7));
  put(shelf, LaneId{4}, facts(100, 200, 8));
  QCOMPARE(found(shelf, kLane, 150), std::optional<std::uint64_t>(7));
  QCOMPARE(found(shelf, LaneId{4}, 150), std::optional<std::uint64_t>(8));
}

void BarShelfTest::lane_withMany_forgetsThoseOutOfSight() {
  BarShelf shelf;
  for (TimeNs i = 0; i < 2'000; ++i) {
    put(shelf, kLane, facts(i * 10, i * 10 + 10));
  }
  QVERIFY(found(shelf, kLane, 5));
  const TimeRange seen{10'000, 10'100};
  QVERIFY(found(shelf, kLane, 10'005, seen));
  QVERIFY(found(shelf, kLane, 10'095, seen));
  QVERIFY(!found(shelf, kLane, 5));
  QVERIFY(!found(shelf, kLane, 15'005));
}

void BarShelfTest::lanes_withMore_thanThereIsRoomFor_areForgotten() {
  BarShelf shelf;
  for (std::uint32_t lane = 0; lane < 100; ++lane) {
    for (TimeNs i = 0; i < 1'000; ++i) {
      put(shelf, LaneId{lane}, facts(i * 10, i * 10 + 10));
    }
  }
  QVERIFY(!found(shelf, LaneId{0}, 5));
  QVERIFY(found(shelf, LaneId{99}, 9'995));
}

QTEST_APPLESS_MAIN(BarShelfTest)
#include "bar_shelf_test.moc"
