// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_arrangement.h"

#include "fake_snapshot.h"
#include "ui/theme/theme.h"
#include "ui/timeline/hit_test.h"
#include "ui/timeline/legend.h"
#include "ui/timeline/timeline_layout.h"
#include "ui/timeline/timeline_view.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>

using namespace poolscope;
using namespace poolscope::session;
using namespace poolscope::test;
using namespace poolscope::ui;

class LaneArrangementTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void sort_byTasks_putsTheBusiestFirstAndStays();
  void sort_byName_countsNumbers();
  void hidden_lanes_areCounted();
  void hidden_idleAndExited_areGone();
  void pool_withHundredsOfWorkers_isFoldedByItself();
  void group_atRandomZooms_isTheSumOfItsLanes();
  void group_colour_claimsNothingThatIsNotSo_data();
  void group_colour_claimsNothingThatIsNotSo();
  void group_head_saysHowBusyTheWorkersWereOfLate();
  void group_whileTimePasses_changesNothingThatIsOver();
  void group_ofAPool_isTheRowOfItsWorkers();
  void groups_ofSeveralPools_standWithTheirPools();
  void click_onAHead_foldsAndUnfolds();
  void keys_reachPools_foldAndUnfoldThem();
};

namespace {

constexpr QSizeF kSize(1000, 500);

/// Worker i runs i tasks of 1 ms, one after the other; the last one leaves.
std::shared_ptr<FakeSnapshot> stairs(std::uint32_t workers) {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, workers, "web");
  const LaneId caller = s->addCaller("main");
  for (std::uint32_t w = 0; w < workers; ++w) {
    const LaneId worker = s->addWorker(pool, w, 1);
    for (std::uint32_t i = 0; i < w; ++i) {
      const TimeNs begin = (10 + 2 * static_cast<TimeNs>(i)) * kMs;
      s->runTask(s->addTask(pool, caller, 5 * kMs), worker, begin, begin + kMs);
    }
  }
  s->end_ = std::max<TimeNs>(s->end_, 100 * kMs);
  return s;
}

ViewState showingAll(const FakeSnapshot& s) {
  ViewState view;
  view.advance(0, s.end_);
  view.zoomTo({0, s.end_});
  return view;
}

TimelineScene sceneOf(const std::shared_ptr<FakeSnapshot>& s, const ViewState& view) {
  return layOutTimeline(Frame{s, s->end_, false}, view, kSize, Theme::dark());
}

QList<std::uint32_t> workersOf(const TimelineScene& scene) {
  QList<std::uint32_t> indices;
  for (const LaneRow& row : scene.panes[0].rows) {
    if (row.kind == LaneRow::Kind::worker) {
      indices.append(row.index);
    }
  }
  return indices;
}

const LaneRow* rowOf(const TimelineScene& scene, LaneRow::Kind kind) {
  for (const LanePane& pane : scene.panes) {
    for (const LaneRow& row : pane.rows) {
      if (row.kind == kind) {
        return &row;
      }
    }
  }
  return nullptr;
}

}  // namespace

void LaneArrangementTest::sort_byTasks_putsTheBusiestFirstAndStays() {
  const auto s = stairs(4);
  ViewState view = showingAll(*s);
  for (const LaneOrder order : {LaneOrder::tasks, LaneOrder::busy_time, LaneOrder::utilization}) {
    sortLanes(*s, LanePlaces(*s), 0, s->end_, order, view.lanes);
    QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{3, 2, 1, 0}));
  }
  // What happens later moves no row.
  const LaneId first = s->lanes_[1].id;
  for (TimeNs time = 110 * kMs; time < 200 * kMs; time += 2 * kMs) {
    s->runTask(s->addTask(PoolIndex{0}, LaneId{0}, time), first, time, time + kMs);
  }
  view = [&] {
    ViewState later = showingAll(*s);
    later.lanes = view.lanes;
    return later;
  }();
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{3, 2, 1, 0}));
  sortLanes(*s, LanePlaces(*s), 0, s->end_, LaneOrder::tasks, view.lanes);
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{0, 3, 2, 1}));
  sortLanes(*s, LanePlaces(*s), 0, s->end_, LaneOrder::start, view.lanes);
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{0, 1, 2, 3}));
}

void LaneArrangementTest::sort_byName_countsNumbers() {
  auto s = stairs(3);
  s->lanes_[1].name = s->text("web_10");
  s->lanes_[2].name = s->text("web_9");
  s->lanes_[3].name = s->text("api_1");
  ViewState view = showingAll(*s);
  sortLanes(*s, LanePlaces(*s), 0, s->end_, LaneOrder::name, view.lanes);
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{2, 1, 0}));
}

void LaneArrangementTest::hidden_lanes_areCounted() {
  const auto s = stairs(4);
  ViewState view = showingAll(*s);
  view.lanes.hidden = {{PoolIndex{0}, 1}, {PoolIndex{0}, 3}};
  const TimelineScene scene = sceneOf(s, view);
  QCOMPARE(workersOf(scene), (QList<std::uint32_t>{0, 2}));
  QCOMPARE(scene.hiddenLanes, std::size_t{2});
  view.lanes.showAll();
  QCOMPARE(workersOf(sceneOf(s, view)).size(), 4);
  QCOMPARE(sceneOf(s, view).hiddenLanes, std::size_t{0});
}

void LaneArrangementTest::hidden_idleAndExited_areGone() {
  const auto s = stairs(4);
  s->lanes_[4].exited = 50 * kMs;
  s->setMaxWorkers(PoolIndex{0}, 40 * kMs, 3);
  ViewState view = showingAll(*s);
  view.lanes.hidesIdle = true;
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{1, 2, 3}));
  view.lanes.hidesExited = true;
  QCOMPARE(workersOf(sceneOf(s, view)), (QList<std::uint32_t>{1, 2}));
  QCOMPARE(sceneOf(s, view).hiddenLanes, std::size_t{2});
}

void LaneArrangementTest::pool_withHundredsOfWorkers_isFoldedByItself() {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 400);
  for (std::uint32_t w = 0; w < 400; ++w) {
    s->addWorker(pool, w, 1);
  }
  s->end_ = 100 * kMs;
  ViewState view = showingAll(*s);
  const TimelineScene folded = sceneOf(s, view);
  QVERIFY(workersOf(folded).isEmpty());
  const LaneRow* group = rowOf(folded, LaneRow::Kind::group);
  QVERIFY(group != nullptr);
  QVERIFY2(group->name.contains(QStringLiteral("400")), qPrintable(group->name));
  view.lanes.folded[pool] = false;
  const TimelineScene unfolded = sceneOf(s, view);
  QVERIFY(!workersOf(unfolded).isEmpty());
  QVERIFY(rowOf(unfolded, LaneRow::Kind::group) == nullptr);
  QVERIFY(rowOf(unfolded, LaneRow::Kind::pool) != nullptr);  // where it is folded again
}

/// The row's columns against all tasks, at any zoom.
void LaneArrangementTest::group_atRandomZooms_isTheSumOfItsLanes() {
  bool given = false;
  quint64 seed = qEnvironmentVariable("POOLSCOPE_SEED").toULongLong(&given);
  seed = given ? seed : std::random_device{}();
  std::printf("POOLSCOPE_SEED=%llu\n", seed);
  std::mt19937_64 random(seed);
  auto s = std::make_shared<FakeSnapshot>();
  constexpr std::uint32_t kWorkers = 7;
  const PoolIndex pool = s->addPool(0, kWorkers);
  const LaneId caller = s->addCaller("main");
  for (std::uint32_t w = 0; w < kWorkers; ++w) {
    const LaneId worker = s->addWorker(pool, w, 1);
    TimeNs time = 2 * kMs;
    for (int i = 0; i < 60; ++i) {
      time += static_cast<TimeNs>(random() % (2 * kMs));
      const TimeNs end = time + 1 + static_cast<TimeNs>(random() % (3 * kMs));
      Task& task = s->addTask(pool, caller, kMs);
      s->runTask(task, worker, time, end, random() % 5 == 0);
      s->addPhase(task, trace::PhaseKind::lock_wait, time, time + (end - time) / 3);
      s->addPhase(task, trace::PhaseKind::io_wait, time + (end - time) / 3, end);
      time = end;
    }
  }
  for (int round = 0; round < 100; ++round) {
    const TimeNs span = std::max<TimeNs>(kMs, s->end_ >> (random() % 7));
    const auto begin = static_cast<TimeNs>(random() % static_cast<quint64>(s->end_ - span + 1));
    ViewState view;
    view.lanes.folded[pool] = true;
    view.advance(0, s->end_ + kMs);
    view.zoomTo({begin, begin + span});
    const TimelineScene scene =
        layOutTimeline(Frame{s, s->end_ + kMs, false}, view, kSize, Theme::dark());
    QCOMPARE(scene.panes[0].strips.size(), 1);
    const DenseStrip& strip = scene.panes[0].strips[0];
    // Columns are two pixels wide and begin at multiples of that.
    const auto cell =
        static_cast<TimeNs>(std::llround(scene.axis->nsPerPixel() * strip.columnWidth));
    const auto first = static_cast<TimeNs>(std::llround(
        static_cast<double>(scene.axis->toTime(strip.rect.left())) / static_cast<double>(cell)));
    for (qsizetype i = 0; i < strip.columns.size(); ++i) {
      const DenseColumn& column = strip.columns[i];
      const TimeNs from = (first + i) * cell;
      const TimeNs to = std::min(from + cell, s->end_ + kMs);  // the present one is not over
      double running = 0;
      double locked = 0;
      for (const Lane& lane : s->lanes_) {
        const LaneColumn exact = s->lane_columns(lane.id, from, to, 1).front();
        running += static_cast<double>(exact.busy);
        locked += static_cast<double>(exact.phases[3]);
      }
      QVERIFY(std::abs(static_cast<double>(column.busy()) - running / kWorkers) < 1e-4);
      QVERIFY(std::abs(static_cast<double>(column.lock) - locked / kWorkers) < 1e-4);
      QVERIFY(column.failed <= column.busy() + 1e-5F);
    }
  }
}

void LaneArrangementTest::group_colour_claimsNothingThatIsNotSo_data() {
  QTest::addColumn<int>("by");
  QTest::addColumn<bool>("oneKind");
  QTest::addColumn<int>("expected");
  QTest::newRow("kinds") << static_cast<int>(ColorBy::kind) << false << int{swatch::kNeutral};
  QTest::newRow("one kind") << static_cast<int>(ColorBy::kind) << true << int{swatch::kKinds};
  QTest::newRow("outcome") << static_cast<int>(ColorBy::outcome) << true << int{swatch::kNeutral};
  QTest::newRow("worker") << static_cast<int>(ColorBy::worker) << true << int{swatch::kNeutral};
  QTest::newRow("queue wait") << static_cast<int>(ColorBy::queue_wait) << true
                              << int{swatch::kNeutral};
  QTest::newRow("duration") << static_cast<int>(ColorBy::duration) << true << int{swatch::kNeutral};
}

void LaneArrangementTest::group_colour_claimsNothingThatIsNotSo() {
  QFETCH(int, by);
  QFETCH(bool, oneKind);
  QFETCH(int, expected);
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 2);
  const LaneId caller = s->addCaller("main");
  s->runTask(s->addTask(pool, caller, kMs, "job"), s->addWorker(pool, 0, 1), 2 * kMs, 9 * kMs);
  s->runTask(s->addTask(pool, caller, kMs, oneKind ? "job" : "other"), s->addWorker(pool, 1, 1),
             2 * kMs, 9 * kMs);
  ViewState view;
  view.coloring.by = static_cast<ColorBy>(by);
  view.lanes.folded[pool] = true;
  view.advance(0, 10 * kMs);
  view.zoomTo({0, 10 * kMs});
  const TimelineScene scene = layOutTimeline(Frame{s, 10 * kMs, false}, view, kSize, Theme::dark());
  QVERIFY(scene.hasFoldedRows);
  QVERIFY(!scene.panes[0].strips[0].columns.isEmpty());
  for (const DenseColumn& column : scene.panes[0].strips[0].columns) {
    QCOMPARE(int{column.swatch}, expected);
  }
  QList<int> told;
  for (const Legend::Entry& entry : legendOf(*s, view.coloring, true).entries) {
    told += entry.swatches;
  }
  QVERIFY(told.contains(expected));
}

void LaneArrangementTest::group_head_saysHowBusyTheWorkersWereOfLate() {
  constexpr TimeNs kSecond = 1'000 * kMs;
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 4);
  const LaneId caller = s->addCaller("main");
  const LaneId busy = s->addWorker(pool, 0, 0);
  const LaneId half = s->addWorker(pool, 1, 0);
  s->runTask(s->addTask(pool, caller, 0, "job"), busy, 0, 20 * kSecond);
  s->runTask(s->addTask(pool, caller, 0, "job"), half, 0, 17'500 * kMs);
  s->addWorker(pool, 2, 0);
  s->addWorker(pool, 3, 0);
  ViewState view;
  view.lanes.folded[pool] = true;
  view.advance(0, 20 * kSecond);
  const TimelineScene scene =
      layOutTimeline(Frame{s, 20 * kSecond, false}, view, kSize, Theme::dark());
  QStringList states;
  for (const LaneHead& head : scene.panes[0].heads) {
    states += head.state.text;
  }
  // Of the last five seconds: (5 + 2.5) / (4 * 5).
  QVERIFY2(states.contains(QStringLiteral("38 % busy of late")), qPrintable(states.join(u'|')));
}

void LaneArrangementTest::group_whileTimePasses_changesNothingThatIsOver() {
  const auto s = stairs(9);
  LayoutCache cache;
  for (TimeNs now = 30 * kMs; now < 100 * kMs; now += 3 * kMs) {
    ViewState view;
    view.lanes.folded[PoolIndex{0}] = true;
    view.advance(0, now);
    view.zoomTo({0, 100 * kMs});
    const Frame frame{s, now, true};
    const TimelineScene kept = layOutTimeline(frame, view, kSize, Theme::dark(), cache);
    const TimelineScene fresh = layOutTimeline(frame, view, kSize, Theme::dark());
    const DenseStrip& a = kept.panes[0].strips.first();
    const DenseStrip& b = fresh.panes[0].strips.first();
    QCOMPARE(a.columns.size(), b.columns.size());
    for (qsizetype i = 0; i < a.columns.size(); ++i) {
      QCOMPARE(a.columns[i].busy(), b.columns[i].busy());
      QCOMPARE(a.columns[i].failed, b.columns[i].failed);
    }
  }
}

void LaneArrangementTest::group_ofAPool_isTheRowOfItsWorkers() {
  const auto s = stairs(5);
  ViewState view = showingAll(*s);
  view.lanes.folded[PoolIndex{0}] = true;
  LayoutCache cache;
  const RowPlan plan = planFor(Frame{s, s->end_, false}, view, {}, kSize, Theme::dark(), cache);
  const PlannedRow* row = plan.rowOf(s->lanes_[3].id);
  QVERIFY(row != nullptr);
  QCOMPARE(row->kind, LaneRow::Kind::group);
  QCOMPARE(row->index, 5U);
  // A selected task's path ends there.
  view.selectedTask = {0, 3};
  QVERIFY(!sceneOf(s, view).selectionPath.isEmpty());
}

void LaneArrangementTest::groups_ofSeveralPools_standWithTheirPools() {
  const auto s = stairs(3);
  const PoolIndex second = s->addPool(1, 2, "api");
  s->addWorker(second, 0, 2);
  ViewState view = showingAll(*s);
  view.lanes.folded[PoolIndex{0}] = true;
  const TimelineScene scene = sceneOf(s, view);
  QList<LaneRow::Kind> kinds;
  for (const LaneRow& row : scene.panes[0].rows) {
    kinds.append(row.kind);
  }
  using enum LaneRow::Kind;
  QCOMPARE(kinds, (QList<LaneRow::Kind>{caller, pool, queue, group, pool, queue, worker, ghost}));
}

void LaneArrangementTest::click_onAHead_foldsAndUnfolds() {
  const auto s = stairs(3);
  s->addPool(1, 1, "api");
  TimelineView timeline;
  timeline.resize(1000, 600);
  timeline.showFrame(Frame{s, s->end_, false});
  QSignalSpy changed(&timeline, &TimelineView::arrangementChanged);
  const auto click = [&](LaneRow::Kind kind) {
    const LaneRow* row = rowOf(timeline.scene(), kind);
    QVERIFY(row != nullptr);
    QTest::mouseClick(timeline.viewport(), Qt::LeftButton, {},
                      QPoint(60, qRound(row->rect.center().y())));
  };
  click(LaneRow::Kind::pool);
  QVERIFY(rowOf(timeline.scene(), LaneRow::Kind::group) != nullptr);
  click(LaneRow::Kind::group);
  QVERIFY(rowOf(timeline.scene(), LaneRow::Kind::group) == nullptr);
  QCOMPARE(changed.count(), 2);
}

void LaneArrangementTest::keys_reachPools_foldAndUnfoldThem() {
  const auto s = stairs(3);
  const PoolIndex second = s->addPool(1, 1, "api");
  TimelineView timeline;
  timeline.resize(1000, 600);
  timeline.showFrame(Frame{s, s->end_, false});
  const auto press = [&](Qt::Key key) { QTest::keyClick(&timeline, key); };
  press(Qt::Key_Down);
  QCOMPARE(timeline.viewState().lanes.current, std::optional(PoolIndex{0}));
  QVERIFY(timeline.accessibleDescription().contains(QStringLiteral("web")));
  press(Qt::Key_Return);
  QVERIFY(rowOf(timeline.scene(), LaneRow::Kind::group) != nullptr);
  QVERIFY(timeline.scene().panes[0].current.has_value());
  press(Qt::Key_Right);
  QVERIFY(rowOf(timeline.scene(), LaneRow::Kind::group) == nullptr);
  press(Qt::Key_Down);
  QCOMPARE(timeline.viewState().lanes.current, std::optional(second));
  press(Qt::Key_Left);
  QVERIFY(rowOf(timeline.scene(), LaneRow::Kind::group) != nullptr);
  press(Qt::Key_Escape);
  QVERIFY(!timeline.viewState().lanes.current);
}

QTEST_MAIN(LaneArrangementTest)
#include "lane_arrangement_test.moc"
