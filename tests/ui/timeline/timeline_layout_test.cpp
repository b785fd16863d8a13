// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_layout.h"

#include "core/session/session.h"
#include "tests/ui/timeline/demo_session.h"
#include "ui/timeline/hit_test.h"
#include "ui/timeline/task_words.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class TimelineLayoutTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bar_ofAKnownTask_standsAtItsTimes();
  void bar_finishedAfterNow_stillRuns();
  void bar_withPhases_isCutAtTheirTimes();
  void bar_ofManyPhases_showsNoneOfTheTaskBefore();
  void label_asRoomShrinks_isShortenedThenGone_data();
  void label_asRoomShrinks_isShortenedThenGone();
  void rows_callersQueueWorkersGhosts_inThisOrder();
  void rows_severalPools_haveHeaders();
  void rows_fourThousandWorkers_onlyThoseInSightAreLaidOut();
  void rows_retiredWorker_staysDimmed();
  void heads_longNamesOfOnePool_stayApart();
  void ghost_workerNeverNeeded_isTold();
  void flags_changesCloseTogether_doNotOverlap();
  void flags_ofLossesInOnePixel_areAddedUp();
  void flags_inOnePixel_shareOneBox();
  void sessionWithForgottenDetail_saysSinceWhenItIsComplete();
  void tokens_waitingTasks_standLeftOfNow();
  void tokens_seenFromAfar_leaveTheDepthInSight();
  void flight_pickJustNow_movesAndEnds();
  void end_ofASession_hasNothingInTheAir();
  void flight_manyPicks_becomesAStream();
  void flight_reducedMotion_isNotThere();
  void flight_inSlowMotion_takesAsLongOnTheScreen_data();
  void flight_inSlowMotion_takesAsLongOnTheScreen();
  void flight_manyPicksInSlowMotion_areSingle();
  void flight_barFarLeftAlready_landsOnItNearNow();
  void ring_workerComesAndRetires_movesAndEnds();
  void dense_shares_sumToWhatWasAsked();
  void dense_failureAfterNow_isNotShownYet();
  void columns_whileScrolling_keepToTheGrid();
  void crowd_ofNarrowTasks_hasBarsForTheLongOnesOnly();
  void crowd_whileScrolling_keepsItsForm();
  void cache_afterTheSessionGrew_changesNothing();
  void cache_afterJumps_changesNothing();
  void selection_pathFromCallerToWorkerAndBack();
  void cancelled_whileWaiting_areMarkedAtTheQueue();
  void cancelled_manyAtOnce_areOneMarkWithTheirNumber();
  void ghost_placeOfARetiredWorker_beginsWhenItLeft();
  void bar_thatEndsJustBeforeItsLastColumn_isThereOnce();
  void hitTest_everyBar_isHitWhereItIs();
  void rows_maxWorkersDownAndUp_showThoseWhoWork();
  void rows_manyRetiredAtOnce_standBelowThoseWhoWork();
  void row_secondWorkerAtAPlace_isMarkedWhereItCame();
  void row_twoWorkersInOneColumn_addUp();
  void rows_whereThereIsRoom_growToAReadableMost();
  void flags_keysInABurst_areOneFromTheFirstToTheLast();
  void flags_burstAtTheLeftEdge_keepsItsWords();
  void words_ofAMoment_agreeWithThePicture_data();
  void words_ofAMoment_agreeWithThePicture();
  void rangeLabel_coversNoTick();
  void flight_poolShutDown_hasNoStreams();
  void flight_queueRanDry_endsTheStreams();
  void head_viewScrolledBack_namesWhoStoodThereThen();
  void heads_shortRows_cutNothing();
  void heads_longNames_leaveTheStateToTheDot();
  void heads_sayHowBusy_besideTheName_whateverTheState();
  void heads_idleInShortRows_doNotSeemIdleForTheShare();
  void caller_deliveryInEachColumn_leavesBlockedTimeInSight();
  void frame_empty_hasNoLanes();
};

namespace {

constexpr QSizeF kSize(1000, 400);

struct OneTask {
  FakeSnapshot s;
  PoolIndex pool = s.addPool(0, 1);
  LaneId caller = s.addCaller("main");
  LaneId worker = s.addWorker(pool, 0, 10 * kMs);
};

TimelineScene sceneOf(const std::shared_ptr<FakeSnapshot>& s, TimeNs now, ViewState view = {},
                      QSizeF size = kSize) {
  view.advance(s->begin_, now);
  return layOutTimeline(Frame{s, now, true}, view, size, Theme::dark());
}

std::shared_ptr<FakeSnapshot> shared(OneTask& one) {
  return {std::shared_ptr<void>(), &one.s};
}

ViewState showing(TimeNs begin, TimeNs end, TimeNs now) {
  ViewState view;
  view.advance(0, now);
  view.zoomTo({begin, end});
  return view;
}

const TaskBar* barOf(const TimelineScene& scene, std::uint64_t task) {
  for (const LanePane& pane : scene.panes) {
    for (const TaskBar& bar : pane.bars) {
      if (bar.task.task == task) {
        return &bar;
      }
    }
  }
  return nullptr;
}

/// One worker whose tasks follow each other at once; `lengthOf(i)` in ms.
template <typename LengthOf>
std::shared_ptr<FakeSnapshot> backToBack(int tasks, LengthOf lengthOf) {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 1);
  const LaneId caller = s->addCaller("main");
  const LaneId worker = s->addWorker(pool, 0, 1);
  TimeNs time = 10 * kMs;
  for (int i = 0; i < tasks; ++i) {
    const TimeNs end = time + static_cast<TimeNs>(lengthOf(i) * 1e6);
    s->runTask(s->addTask(pool, caller, 5 * kMs), worker, time, end);
    time = end;
  }
  s->end_ = time;
  return s;
}

QList<LaneRow::Kind> kindsOf(const TimelineScene& scene) {
  QList<LaneRow::Kind> kinds;
  for (const std::size_t pane : {1U, 0U}) {
    for (const LaneRow& row : scene.panes[pane].rows) {
      kinds.append(row.kind);
    }
  }
  return kinds;
}

}  // namespace

void TimelineLayoutTest::bar_ofAKnownTask_standsAtItsTimes() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 20 * kMs, 60 * kMs);
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 100 * kMs, 100 * kMs));
  const TaskBar* bar = barOf(scene, 1);
  QVERIFY(bar != nullptr);
  const qreal width = 1000 - scene.headWidth;
  QVERIFY(std::abs(bar->rect.left() - (scene.headWidth + 0.2 * width)) <= 1);
  QVERIFY(std::abs(bar->rect.right() - (scene.headWidth + 0.6 * width)) <= 2);
  QCOMPARE(bar->label, QStringLiteral("fetch page 1"));
  QVERIFY(!bar->open);
}

void TimelineLayoutTest::bar_finishedAfterNow_stillRuns() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 20 * kMs, 60 * kMs, true);
  const auto scene = sceneOf(shared(one), 40 * kMs, showing(0, 100 * kMs, 40 * kMs));
  const TaskBar* bar = barOf(scene, 1);
  QVERIFY(bar != nullptr);
  QVERIFY(bar->open);
  QVERIFY(!bar->failed);
  QVERIFY(std::abs(bar->rect.right() - *scene.nowX) <= 1);
}

void TimelineLayoutTest::bar_withPhases_isCutAtTheirTimes() {
  OneTask one;
  Task& task = one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.runTask(task, one.worker, 20 * kMs, 80 * kMs);
  one.s.addPhase(task, trace::PhaseKind::io_wait, 20 * kMs, 50 * kMs);
  one.s.addPhase(task, trace::PhaseKind::lock_wait, 50 * kMs, 60 * kMs, "db");
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 100 * kMs, 100 * kMs));
  const TaskBar* bar = barOf(scene, 1);
  QVERIFY(bar != nullptr);
  QCOMPARE(bar->parts.size(), 3);
  QVERIFY(bar->parts[0].fill == BarFill::hatch);
  QVERIFY(bar->parts[1].fill == BarFill::thin);
  QVERIFY(bar->parts[2].fill == BarFill::bright);
  QCOMPARE(bar->parts[0].rect.left(), bar->rect.left());
  QCOMPARE(bar->parts[2].rect.right(), bar->rect.right());
  QVERIFY(std::abs(bar->parts[1].rect.left() - scene.axis->toX(50 * kMs)) <= 1);
  QCOMPARE(bar->parts[0].rect.right(), bar->parts[1].rect.left());
}

void TimelineLayoutTest::bar_ofManyPhases_showsNoneOfTheTaskBefore() {
  using trace::EventKind;
  // The first task waits for a lock until it ends, somewhere within a column of the view.
  for (TimeNs meet = 50 * kMs; meet < 52 * kMs; meet += kMs / 10) {
    session::Session session;
    const auto sink = session.add_process(std::make_shared<trace::Directory>());
    std::vector<trace::Event> events;
    const auto tell = [&](TimeNs time, EventKind kind, std::uint64_t task, trace::PhaseKind phase) {
      const std::uint64_t detail = kind == EventKind::phase_begin || kind == EventKind::phase_end
                                       ? trace::phase_detail(phase, 0)
                                       : 0;
      events.push_back(
          {static_cast<std::uint64_t>(time), task, 1, kind, trace::Outcome::ok, 1, detail});
    };
    tell(0, EventKind::task_started, 1, {});
    tell(0, EventKind::phase_begin, 1, trace::PhaseKind::lock_wait);
    tell(meet, EventKind::phase_end, 1, trace::PhaseKind::lock_wait);
    tell(meet, EventKind::task_finished, 1, {});
    tell(meet, EventKind::task_started, 2, {});
    for (int i = 0; i < 100; ++i) {
      tell(meet + i * kMs, EventKind::phase_begin, 2, trace::PhaseKind::io_wait);
      tell(meet + (i + 1) * kMs, EventKind::phase_end, 2, trace::PhaseKind::io_wait);
    }
    tell(meet + 101 * kMs, EventKind::task_finished, 2, {});
    sink->consume(events);
    sink->consume({});

    const auto scene = layOutTimeline(Frame{session.snapshot(), 500 * kMs, false},
                                      showing(0, 400 * kMs, 500 * kMs), kSize, Theme::dark());
    const TaskBar* bar = barOf(scene, 2);
    QVERIFY(bar != nullptr);
    QVERIFY(!bar->parts.isEmpty());
    for (const BarPart& part : bar->parts) {
      QVERIFY2(part.fill != BarFill::thin, qPrintable(QString::number(meet)));
    }
  }
}

void TimelineLayoutTest::label_asRoomShrinks_isShortenedThenGone_data() {
  QTest::addColumn<qint64>("spanMs");
  QTest::addColumn<QString>("label");
  QTest::newRow("wide") << qint64(100) << "fetch page 1";
  QTest::newRow("medium") << qint64(800) << "1";
  QTest::newRow("narrow") << qint64(4'000) << "";
}

void TimelineLayoutTest::label_asRoomShrinks_isShortenedThenGone() {
  QFETCH(qint64, spanMs);
  QFETCH(QString, label);
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 20 * kMs, 60 * kMs);
  const auto scene = sceneOf(shared(one), 10'000 * kMs, showing(0, spanMs * kMs, 10'000 * kMs));
  const TaskBar* bar = barOf(scene, 1);
  QVERIFY(bar != nullptr);
  QCOMPARE(bar->label, label);
}

void TimelineLayoutTest::rows_callersQueueWorkersGhosts_inThisOrder() {
  OneTask one;
  one.s.setMaxWorkers(one.pool, 15 * kMs, 3);
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.addCaller("never did anything");
  const auto scene = sceneOf(shared(one), 100 * kMs);
  using Kind = LaneRow::Kind;
  QCOMPARE(kindsOf(scene),
           (QList<Kind>{Kind::caller, Kind::queue, Kind::worker, Kind::ghost, Kind::ghost}));
  QCOMPARE(scene.panes[1].rows.front().name, QStringLiteral("Main thread"));
  QCOMPARE(scene.panes[0].rows.back().name, QStringLiteral("web_2"));
}

void TimelineLayoutTest::rows_severalPools_haveHeaders() {
  OneTask one;
  const auto second = one.s.addPool(10 * kMs, 2, "database");
  one.s.addWorker(second, 0, 12 * kMs);
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  const auto scene = sceneOf(shared(one), 100 * kMs);
  using Kind = LaneRow::Kind;
  QCOMPARE(kindsOf(scene), (QList<Kind>{Kind::caller, Kind::pool, Kind::queue, Kind::worker,
                                        Kind::pool, Kind::queue, Kind::worker, Kind::ghost}));
  QVERIFY(std::any_of(
      scene.panes[0].labels.begin(), scene.panes[0].labels.end(),
      [](const TextLabel& label) { return label.text.contains(QStringLiteral("database")); }));
  // Before the second pool was made there was one, without a header.
  QVERIFY(!kindsOf(sceneOf(shared(one), 9 * kMs)).contains(Kind::pool));
}

void TimelineLayoutTest::rows_fourThousandWorkers_onlyThoseInSightAreLaidOut() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 4'096);
  for (std::uint32_t i = 0; i < 4'096; ++i) {
    s->addWorker(pool, i, 1);
  }
  s->end_ = 50 * kMs;
  ViewState view;
  view.lanes.folded[pool] = false;  // so many are one row unless somebody unfolds them
  auto scene = sceneOf(s, 50 * kMs, view);
  QVERIFY(scene.panes[0].rows.size() < 40);
  QVERIFY(s->laneColumnCalls_ < 400);
  QVERIFY(scene.contentHeight > 4'000 * 15);
  view.scrollY = scene.contentHeight - scene.viewportHeight;
  scene = sceneOf(s, 50 * kMs, view);
  QCOMPARE(scene.panes[0].rows.back().name, QStringLiteral("web_4095"));
}

void TimelineLayoutTest::rows_retiredWorker_staysDimmed() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.lanes_[static_cast<std::size_t>(one.worker)].exited = 40 * kMs;
  one.s.lanes_[static_cast<std::size_t>(one.worker)].retired = true;
  const auto before = sceneOf(shared(one), 39 * kMs);
  QVERIFY(before.panes[0].heads.front().state.text != QStringLiteral("retired"));
  const auto after = sceneOf(shared(one), 50 * kMs);
  QCOMPARE(after.panes[0].heads.front().state.text, QStringLiteral("retired"));
  QVERIFY(after.panes[0].heads.front().hollowDot);
}

void TimelineLayoutTest::heads_longNamesOfOnePool_stayApart() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    s->lanes_[static_cast<std::size_t>(s->addWorker(pool, i, 1))].name =
        s->text("ThreadPoolExecutor-12_" + std::to_string(i));
  }
  s->end_ = 50 * kMs;
  QSet<QString> names;
  const auto scene = sceneOf(s, 50 * kMs);
  for (const LaneHead& head : scene.panes[0].heads) {
    if (head.name.role == TextRole::lane_name) {
      QVERIFY2(head.name.text.contains(QChar(0x2026)), qPrintable(head.name.text));
      names.insert(head.name.text);
    }
  }
  QCOMPARE(names.size(), 3);
}

void TimelineLayoutTest::ghost_workerNeverNeeded_isTold() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.setMaxWorkers(one.pool, 30 * kMs, 2);
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs));
  QCOMPARE(scene.panes[0].ghosts.size(), 2);  // before web_0 started, and web_1, which never did
  const Ghost& ghost = scene.panes[0].ghosts.back();
  QVERIFY(std::abs(ghost.rect.left() - scene.axis->toX(30 * kMs)) <= 4);
  QVERIFY(ghost.rect.right() <= *scene.nowX);
  QVERIFY(ghost.label.has_value());
  QCOMPARE(ghost.label->text, QStringLiteral("not started: no task has needed it"));
}

void TimelineLayoutTest::sessionWithForgottenDetail_saysSinceWhenItIsComplete() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  const ViewState view = showing(0, 110 * kMs, 100 * kMs);
  QVERIFY(sceneOf(shared(one), 100 * kMs, view).completeNote.isEmpty());
  one.s.completeSince_ = one.s.begin_ + TimeNs{723} * 1000 * kMs;
  QCOMPARE(sceneOf(shared(one), 100 * kMs, view).completeNote.replace(QChar(0x00a0), u' '),
           QStringLiteral("detail complete from 12 min 03 s"));
  // What became of a task is not made up.
  one.s.tasks_.front().forgotten = true;
  one.s.tasks_.front().state = TaskState::finished;
  one.s.tasks_.front().queued.reset();
  const auto known = taskAt(*shared(one), {0, 1}, 100 * kMs);
  QVERIFY(known && known->state == TaskState::finished);
}

void TimelineLayoutTest::flags_changesCloseTogether_doNotOverlap() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  for (std::uint32_t i = 0; i < 7; ++i) {
    one.s.setMaxWorkers(one.pool, (20 + 11 * i) * kMs, 2 + i);
  }
  one.s.markers_.push_back({.time = 50 * kMs, .kind = Marker::Kind::lost, .count = 17});
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs));
  QCOMPARE(scene.flags.size(), 8);
  int written = 0;
  for (qsizetype i = 0; i < scene.flags.size(); ++i) {
    written += scene.flags[i].box.isEmpty() ? 0 : 1;
    for (qsizetype j = 0; j < i; ++j) {
      QVERIFY(!scene.flags[i].box.intersects(scene.flags[j].box));
    }
    for (const TimeTick& tick : scene.ticks) {
      QVERIFY(!scene.flags[i].box.contains(QPointF(tick.x + 6, 14)));
    }
  }
  QVERIFY(written >= 3);
  QVERIFY(scene.flags.front().text.endsWith(QStringLiteral("7 → 8")));
}

void TimelineLayoutTest::flags_ofLossesInOnePixel_areAddedUp() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  const auto lose = [&](TimeNs time, std::uint64_t count) {
    one.s.markers_.push_back({.time = time, .kind = Marker::Kind::lost, .count = count});
  };
  const auto texts = [&] {
    QStringList found;
    for (const Flag& flag :
         sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs)).flags) {
      found.prepend(flag.text);
    }
    return found;
  };
  lose(20 * kMs, 1);
  QCOMPARE(texts(), QStringList{QStringLiteral("1 event lost")});
  for (int i = 0; i < 9; ++i) {
    lose(20 * kMs + i, 1);
  }
  QCOMPARE(texts(), QStringList{QStringLiteral("10 events lost")});
  one.s.markers_.push_back({.time = 20 * kMs, .text = "burst"});
  QCOMPARE(texts(), QStringList{QStringLiteral("burst \u00b7 10 events lost")});
}

void TimelineLayoutTest::flags_inOnePixel_shareOneBox() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.setMaxWorkers(one.pool, 20 * kMs, 4);
  one.s.markers_.push_back({.time = 20 * kMs, .text = "more workers"});
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs));
  QCOMPARE(scene.flags.size(), 1);
  QCOMPARE(scene.flags.front().text, QStringLiteral("max_workers 1 → 4 · more workers"));
}

void TimelineLayoutTest::tokens_waitingTasks_standLeftOfNow() {
  OneTask one;
  for (int i = 0; i < 100; ++i) {
    one.s.addTask(one.pool, one.caller, (5 + i / 10) * kMs);
  }
  const auto scene = sceneOf(shared(one), 500 * kMs);
  const auto& tokens = scene.panes[1].tokens;
  QVERIFY(tokens.size() > 5);
  QCOMPARE(tokens.front().task.task, 1U);
  for (const Token& token : tokens) {
    QVERIFY(token.rect.right() < *scene.nowX);
    QVERIFY(scene.panes[1].clip.contains(token.rect));
  }
  const QString more = QStringLiteral("+ %1").arg(100 - tokens.size());
  QVERIFY(std::any_of(scene.panes[1].labels.begin(), scene.panes[1].labels.end(),
                      [&](const TextLabel& label) { return label.text == more; }));
}

void TimelineLayoutTest::tokens_seenFromAfar_leaveTheDepthInSight() {
  OneTask one;
  for (int i = 0; i < 100; ++i) {
    one.s.addTask(one.pool, one.caller, (5 + i / 10) * kMs);
  }
  const TimeNs now = 60'000 * kMs;
  const auto tokens = [&](TimeNs span) {
    return sceneOf(shared(one), now, showing(now - span, now + span / 20, now)).panes[1].tokens;
  };
  const auto near = tokens(1'250 * kMs);
  const auto far = tokens(60'000 * kMs);
  QCOMPARE(near.size(), 28);
  QCOMPARE(far.size(), 4);
  QCOMPARE(far.front().rect.size(), near.front().rect.size());
}

void TimelineLayoutTest::flight_pickJustNow_movesAndEnds() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 100 * kMs, {});
  QVERIFY(sceneOf(shared(one), 99 * kMs).flights.isEmpty());
  const auto early = sceneOf(shared(one), 110 * kMs);
  const auto late = sceneOf(shared(one), 300 * kMs);
  QCOMPARE(early.flights.size(), 1);
  QCOMPARE(late.flights.size(), 1);
  QVERIFY(late.flights.front().rect.center().y() > early.flights.front().rect.center().y() + 20);
  QVERIFY(sceneOf(shared(one), 400 * kMs).flights.isEmpty());
}

void TimelineLayoutTest::end_ofASession_hasNothingInTheAir() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 100 * kMs, 103 * kMs);
  QCOMPARE(sceneOf(shared(one), 110 * kMs).flights.size(), 1);
  one.s.lanes_[static_cast<std::size_t>(one.worker)].exited = 104 * kMs;
  one.s.pools_[0].shut_down = 104 * kMs;
  const auto scene = sceneOf(shared(one), 110 * kMs);
  QVERIFY(scene.flights.isEmpty());
  const auto isCaller = [](const LaneHead& head) {
    return head.name.text == QStringLiteral("Main thread");
  };
  const auto heads = scene.panes[0].heads + scene.panes[1].heads;
  const auto caller = std::find_if(heads.begin(), heads.end(), isCaller);
  QVERIFY(caller != heads.end());
  QCOMPARE(caller->state.text, QStringLiteral("pool shut down"));
}

void TimelineLayoutTest::flight_manyPicks_becomesAStream() {
  OneTask one;
  for (int i = 0; i < 200; ++i) {
    one.s.runTask(one.s.addTask(one.pool, one.caller, (20 + 4 * i) * kMs), one.worker,
                  (20 + 4 * i) * kMs, (24 + 4 * i) * kMs);
  }
  const auto scene = sceneOf(shared(one), 800 * kMs);
  QVERIFY(scene.flights.isEmpty());
  QCOMPARE(scene.streams.size(), 1);
  // Later, when the rate has fallen, the stream ends.
  QVERIFY(sceneOf(shared(one), 3'000 * kMs).streams.isEmpty());
}

void TimelineLayoutTest::flight_reducedMotion_isNotThere() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 100 * kMs, {});
  ViewState view;
  view.reduceMotion = true;
  QVERIFY(sceneOf(shared(one), 110 * kMs, view).flights.isEmpty());
}

void TimelineLayoutTest::flight_inSlowMotion_takesAsLongOnTheScreen_data() {
  QTest::addColumn<double>("speed");
  QTest::newRow("half") << 0.5;
  QTest::newRow("hundredth") << 0.01;
  QTest::newRow("ten thousandth") << 0.0001;
}

void TimelineLayoutTest::flight_inSlowMotion_takesAsLongOnTheScreen() {
  QFETCH(double, speed);
  OneTask one;
  const TimeNs picked = 1'000 * kMs;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, picked, {});
  ViewState view;
  view.speed = speed;
  const auto flightsAfter = [&](double onScreenMs) {
    return sceneOf(shared(one), picked + static_cast<TimeNs>(onScreenMs * 1e6 * speed), view)
        .flights;
  };
  QVERIFY(sceneOf(shared(one), picked - 1, view).flights.isEmpty());
  const auto early = flightsAfter(100);
  const auto late = flightsAfter(700);
  QCOMPARE(early.size(), 1);
  QCOMPARE(late.size(), 1);
  QVERIFY(late.front().rect.center().y() > early.front().rect.center().y() + 20);
  QVERIFY(flightsAfter(1'000).isEmpty());
}

void TimelineLayoutTest::flight_manyPicksInSlowMotion_areSingle() {
  OneTask one;
  for (int i = 0; i < 200; ++i) {
    one.s.runTask(one.s.addTask(one.pool, one.caller, (20 + 4 * i) * kMs), one.worker,
                  (20 + 4 * i) * kMs, (24 + 4 * i) * kMs);
  }
  ViewState view;
  view.speed = 0.01;
  const auto scene = sceneOf(shared(one), 801 * kMs, view);
  QVERIFY(!scene.flights.isEmpty());
  QVERIFY(scene.streams.isEmpty());
}

void TimelineLayoutTest::flight_barFarLeftAlready_landsOnItNearNow() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 1'000 * kMs, {});
  ViewState view;
  view.speed = 0.5;
  view.advance(0, 1'000 * kMs);
  view.zoom(100);
  const auto scene = sceneOf(shared(one), 1'400 * kMs, view);
  QCOMPARE(scene.flights.size(), 1);
  const qreal x = scene.flights.front().rect.center().x();
  QVERIFY(x < *scene.nowX);
  QVERIFY(x > *scene.nowX - scene.canvas.width() * 0.21);
  QVERIFY(barOf(scene, 1)->rect.contains(scene.flights.front().rect.center().x(),
                                         barOf(scene, 1)->rect.center().y()));
}

void TimelineLayoutTest::ring_workerComesAndRetires_movesAndEnds() {
  OneTask one;  // its worker came at 10 ms
  Lane& lane = one.s.lanes_[static_cast<std::size_t>(one.worker)];
  one.s.end_ = 5'000 * kMs;
  const auto ring = [&](TimeNs now, ViewState view = {}) {
    return sceneOf(shared(one), now, view).panes[0].heads.front().ring;
  };
  QVERIFY(ring(500 * kMs).width() > ring(100 * kMs).width());
  QVERIFY(ring(900 * kMs).isEmpty());
  lane.exited = 2'000 * kMs;
  QVERIFY(ring(2'100 * kMs).isEmpty());  // it ended with its pool
  lane.retired = true;
  QVERIFY(ring(2'500 * kMs).width() < ring(2'100 * kMs).width());
  QVERIFY(ring(2'900 * kMs).isEmpty());
  ViewState view;
  view.speed = 0.5;
  QVERIFY(!ring(2'300 * kMs, view).isEmpty());
  QVERIFY(ring(2'500 * kMs, view).isEmpty());
  view.reduceMotion = true;
  QVERIFY(ring(2'300 * kMs, view).isEmpty());
}

void TimelineLayoutTest::dense_shares_sumToWhatWasAsked() {
  auto s = demoSession({.before = 3, .after = 3, .length = 40'000 * kMs, .batch = 200, .ioMs = 4});
  ViewState view;
  view.advance(s->begin_, s->end_);
  view.fit();
  const auto scene = sceneOf(s, s->end_, view);
  QVERIFY(!scene.panes[0].strips.isEmpty());
  int compared = 0;
  for (const DenseStrip& strip : scene.panes[0].strips) {
    for (qsizetype i = 0; i < strip.columns.size(); i += 7) {
      const DenseColumn& column = strip.columns[i];
      const double sum = static_cast<double>(column.bright + column.shade + column.lock);
      QVERIFY(column.failed <= static_cast<float>(sum) + 1e-4F);
      // The same stretch, asked anew. Columns next to a bar of their own show the rest only.
      const TimeNs begin = scene.axis->toTime(strip.rect.left() + static_cast<qreal>(i) * 2 + 0.01);
      const auto asked =
          s->lane_columns(strip.lane, begin, begin + TimeNs(2 * scene.axis->nsPerPixel()), 1)
              .front();
      if (column.tasks > 3) {
        ++compared;
        QVERIFY2(std::abs(sum - static_cast<double>(asked.busy)) < 0.02, QByteArray::number(sum));
      }
    }
  }
  QVERIFY2(compared > 50, QByteArray::number(compared));
}

void TimelineLayoutTest::dense_failureAfterNow_isNotShownYet() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 20 * kMs, 30 * kMs);
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 31 * kMs, 90 * kMs, true);
  const auto failedShare = [&](TimeNs now) {
    const auto scene = sceneOf(shared(one), now, showing(0, 60'000 * kMs, now));
    float failed = 0;
    for (const DenseStrip& strip : scene.panes[0].strips) {
      for (const DenseColumn& column : strip.columns) {
        failed += column.failed;
      }
    }
    return failed;
  };
  QCOMPARE(failedShare(60 * kMs), 0.0F);
  QVERIFY(failedShare(95 * kMs) > 0);
}

void TimelineLayoutTest::columns_whileScrolling_keepToTheGrid() {
  auto s = demoSession({.length = 40'000 * kMs, .batch = 200, .ioMs = 1});
  std::map<std::pair<std::uint32_t, std::int64_t>, float> seen;
  int again = 0;
  for (int step = 0; step < 5; ++step) {
    ViewState view;
    view.advance(s->begin_, s->end_);
    view.zoomTo({s->begin_ + step * 317 * kMs, s->begin_ + step * 317 * kMs + 20'000 * kMs});
    const auto scene = sceneOf(s, s->end_, view);
    for (const DenseStrip& strip : scene.panes[0].strips) {
      for (qsizetype i = 0; i < strip.columns.size(); ++i) {
        const TimeNs time =
            scene.axis->toTime(strip.rect.left() + static_cast<qreal>(i) * 2 + 1) - s->begin_;
        const auto cell =
            static_cast<std::int64_t>(static_cast<double>(time) / (2 * scene.axis->nsPerPixel()));
        const DenseColumn& column = strip.columns[i];
        const float busy = column.bright + column.shade + column.lock;
        const auto [place, isNew] =
            seen.emplace(std::pair(static_cast<std::uint32_t>(strip.lane), cell), busy);
        again += isNew ? 0 : 1;
        QVERIFY(isNew || std::abs(place->second - busy) < 1e-3F || i == 0 ||
                i + 2 > strip.columns.size());
      }
    }
  }
  QVERIFY2(again > 1'000, QByteArray::number(again));
}

void TimelineLayoutTest::crowd_ofNarrowTasks_hasBarsForTheLongOnesOnly() {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> length(40, 110);
  constexpr int kLong = 100;
  const auto s = backToBack(200, [&](int i) { return i == kLong ? 900 : length(random); });
  const auto barsIn = [&](TimeNs span) {
    return sceneOf(s, s->end_, showing(5'000 * kMs, 5'000 * kMs + span, s->end_)).panes[0].bars;
  };
  // From afar a task is some three columns wide.
  const auto far = barsIn(10'000 * kMs);
  QCOMPARE(far.size(), 1);
  QCOMPARE(far.front().task, s->tasks_[kLong].key);
  QVERIFY(barsIn(4'000 * kMs).size() > 30);
}

void TimelineLayoutTest::crowd_whileScrolling_keepsItsForm() {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> narrow(40, 110);
  std::uniform_real_distribution<double> wide(200, 400);
  const auto s =
      backToBack(500, [&](int i) { return i % 300 < 200 ? narrow(random) : wide(random); });
  std::map<std::uint64_t, bool> isBar;
  int again = 0;
  for (TimeNs begin = 2'000 * kMs; begin < 40'000 * kMs; begin += 731 * kMs) {
    const auto scene = sceneOf(s, s->end_, showing(begin, begin + 10'000 * kMs, s->end_));
    for (const Task& task : s->tasks_) {
      // At an edge a task is judged by what is seen of it.
      if (*task.started > begin + 100 * kMs && *task.finished < begin + 9'900 * kMs) {
        const bool now = barOf(scene, task.key.task) != nullptr;
        const auto [place, isNew] = isBar.emplace(task.key.task, now);
        again += isNew ? 0 : 1;
        QCOMPARE(place->second, now);
      }
    }
  }
  QVERIFY2(again > 1'000, QByteArray::number(again));
  const auto bars =
      std::count_if(isBar.begin(), isBar.end(), [](const auto& each) { return each.second; });
  QVERIFY(bars > 50 && bars + 50 < static_cast<std::ptrdiff_t>(isBar.size()));
}

void TimelineLayoutTest::cache_afterTheSessionGrew_changesNothing() {
  LayoutCache cache;
  const auto whole = demoSession({.length = 6'000 * kMs, .ioMs = 3});
  for (int step = 1; step <= 6; ++step) {
    const auto s = demoSession({.length = step * 1'000 * kMs, .ioMs = 3});
    ViewState view;
    view.advance(s->begin_, s->end_);
    view.zoomTo({s->begin_, s->begin_ + 7'000 * kMs});
    const Frame frame{s, s->end_, true};
    const auto warm = layOutTimeline(frame, view, kSize, Theme::dark(), cache);
    const auto cold = layOutTimeline(frame, view, kSize, Theme::dark());
    QCOMPARE(warm.panes[0].strips.size(), cold.panes[0].strips.size());
    for (qsizetype i = 0; i < warm.panes[0].strips.size(); ++i) {
      const auto& a = warm.panes[0].strips[i].columns;
      const auto& b = cold.panes[0].strips[i].columns;
      QCOMPARE(a.size(), b.size());
      for (qsizetype k = 0; k < a.size(); ++k) {
        QVERIFY(std::abs(a[k].bright - b[k].bright) < 1e-3F &&
                std::abs(a[k].shade - b[k].shade) < 1e-3F);
        QCOMPARE(a[k].tasks, b[k].tasks);
      }
    }
  }
}

void TimelineLayoutTest::cache_afterJumps_changesNothing() {
  const auto s = demoSession({.length = 12'000 * kMs, .batch = 100, .ioMs = 20});
  LayoutCache cache;
  std::mt19937 random(11);
  std::uniform_real_distribution<double> part;
  qsizetype compared = 0;
  for (int i = 0; i < 60; ++i) {
    const auto span = static_cast<TimeNs>(std::pow(10, 8 + 2 * part(random)));
    const auto now = s->begin_ + 500 * kMs + static_cast<TimeNs>(part(random) * 11.5e9);
    ViewState view;
    view.advance(s->begin_, now);
    view.zoomTo({now - span, now - span / 4});
    const Frame frame{s, now, true};
    const auto warm = layOutTimeline(frame, view, kSize, Theme::dark(), cache);
    const auto cold = layOutTimeline(frame, view, kSize, Theme::dark());
    const auto& a = warm.panes[0].bars;
    const auto& b = cold.panes[0].bars;
    QCOMPARE(a.size(), b.size());
    compared += a.size();
    for (qsizetype k = 0; k < a.size(); ++k) {
      QCOMPARE(a[k].task, b[k].task);
      QCOMPARE(a[k].rect, b[k].rect);
      QCOMPARE(a[k].label, b[k].label);
      QCOMPARE(a[k].parts.size(), b[k].parts.size());
    }
  }
  QVERIFY2(compared > 2'000, QByteArray::number(compared));
}

void TimelineLayoutTest::selection_pathFromCallerToWorkerAndBack() {
  OneTask one;
  Task& task = one.s.addTask(one.pool, one.caller, 10 * kMs);
  one.s.runTask(task, one.worker, 30 * kMs, 60 * kMs);
  task.delivered = 80 * kMs;
  task.receiver = one.caller;
  ViewState view = showing(0, 110 * kMs, 100 * kMs);
  view.selectedTask = {0, 1};
  const auto scene = sceneOf(shared(one), 100 * kMs, view);
  QCOMPARE(scene.selectionPath.size(), 2);
  const auto& in = scene.selectionPath[0].path;
  const auto& out = scene.selectionPath[1].path;
  QVERIFY(scene.selectionPath[1].dashed);
  const QRectF caller = scene.panes[1].rows[0].rect;
  const QRectF worker = scene.panes[0].rows[0].rect;
  QVERIFY(caller.contains(QPointF(in.elementAt(0))));
  QVERIFY(worker.contains(in.currentPosition()));
  QVERIFY(worker.contains(QPointF(out.elementAt(0))));
  QVERIFY(caller.contains(out.currentPosition()));
  QVERIFY(std::abs(in.elementAt(0).x - scene.axis->toX(10 * kMs)) < 1);
  QVERIFY(std::abs(out.currentPosition().x() - scene.axis->toX(80 * kMs)) < 1);
  QCOMPARE(*scene.selectionOutline, barOf(scene, 1)->rect);
}

void TimelineLayoutTest::cancelled_whileWaiting_areMarkedAtTheQueue() {
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 10 * kMs, 90 * kMs);
  one.s.cancelTask(one.s.addTask(one.pool, one.caller, 6 * kMs), 40 * kMs);
  one.s.addTask(one.pool, one.caller, 7 * kMs);
  one.s.cancelTask(one.s.addTask(one.pool, one.caller, 8 * kMs), 70 * kMs);
  const auto at = [&](TimeNs now) { return sceneOf(shared(one), now, showing(0, 110 * kMs, now)); };
  QCOMPARE(at(39 * kMs).panes[1].cancels.size(), 0);
  const auto scene = at(100 * kMs);
  const auto& marks = scene.panes[1].cancels;
  QCOMPARE(marks.size(), 2);
  QCOMPARE(marks[0].task.task, 2U);
  QCOMPARE(marks[1].task.task, 4U);
  QVERIFY(std::abs(marks[0].center.x() - scene.axis->toX(40 * kMs)) <= 1);
  QVERIFY(hitTest(scene, marks[1].center).task == marks[1].task);
}

void TimelineLayoutTest::cancelled_manyAtOnce_areOneMarkWithTheirNumber() {
  OneTask one;
  for (int i = 0; i < 40; ++i) {
    one.s.cancelTask(one.s.addTask(one.pool, one.caller, (5 + i) * kMs), 70 * kMs);
  }
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs));
  const auto& marks = scene.panes[1].cancels;
  QCOMPARE(marks.size(), 1);
  QCOMPARE(marks[0].count, 40U);
  QVERIFY(std::any_of(scene.panes[1].labels.begin(), scene.panes[1].labels.end(),
                      [](const TextLabel& label) { return label.text == QStringLiteral("40"); }));
}

void TimelineLayoutTest::ghost_placeOfARetiredWorker_beginsWhenItLeft() {
  OneTask one;
  one.s.addTask(one.pool, one.caller, 5 * kMs);
  one.s.lanes_[static_cast<std::size_t>(one.worker)].exited = 40 * kMs;
  const auto scene = sceneOf(shared(one), 100 * kMs, showing(0, 110 * kMs, 100 * kMs));
  const Ghost& ghost = scene.panes[0].ghosts.back();
  QVERIFY(std::abs(ghost.rect.left() - scene.axis->toX(40 * kMs)) <= 5);
}

void TimelineLayoutTest::bar_thatEndsJustBeforeItsLastColumn_isThereOnce() {
  OneTask one;
  const auto s = shared(one);
  const ViewState view = showing(0, 100 * kMs, 90 * kMs);
  const auto cell =
      static_cast<TimeNs>(std::llround(2 * sceneOf(s, 90 * kMs, view).axis->nsPerPixel()));
  const TimeNs columnEnd = 80 * kMs / cell * cell;
  s->runTask(s->addTask(one.pool, one.caller, 0), one.worker, 10 * kMs, columnEnd - cell / 1000);
  s->end_ = columnEnd + cell / 10;
  LayoutCache cache;
  const auto bars = [&] {
    return layOutTimeline(Frame{s, s->end_, false}, view, kSize, Theme::dark(), cache)
        .panes[0]
        .bars.size();
  };
  QCOMPARE(bars(), 1);
  QCOMPARE(bars(), 1);  // also of what is remembered
}

void TimelineLayoutTest::hitTest_everyBar_isHitWhereItIs() {
  const auto s = demoSession();
  const auto scene = sceneOf(s, s->end_);
  int hits = 0;
  for (const LanePane& pane : scene.panes) {
    for (const TaskBar& bar : pane.bars) {
      const QPointF middle = bar.rect.intersected(scene.canvas).center();
      if (pane.clip.contains(middle)) {
        const Hit hit = hitTest(scene, middle);
        QVERIFY(hit.task == bar.task);
        QVERIFY(hit.lane == bar.lane);
        // The gap to its neighbour is nobody else's.
        const QPointF gap(bar.rect.right() + kBarGap / 2, middle.y());
        if (!bar.open && scene.canvas.contains(gap)) {
          QVERIFY(hitTest(scene, gap).task);
        }
        ++hits;
      }
    }
  }
  QVERIFY(hits > 20);
  QVERIFY(hitTest(scene, QPointF(500, 5)).area == Hit::Area::axis);
  QVERIFY(hitTest(scene, QPointF(5, 200)).area == Hit::Area::head);
  QVERIFY(hitTest(scene, QPointF(-5, 200)).area == Hit::Area::nothing);
}

namespace {

/// max_workers 8, then 1 by seven keys, then 9 by eight: web_0 goes on, eight new ones come.
std::shared_ptr<FakeSnapshot> downAndUp() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 8);
  const auto caller = s->addCaller("main");
  const auto work = [&](LaneId lane, TimeNs from, TimeNs to) {
    for (TimeNs at = from; at + 40 * kMs <= to; at += 45 * kMs) {
      s->runTask(s->addTask(pool, caller, at), lane, at, at + 40 * kMs);
    }
  };
  for (std::uint32_t i = 0; i < 8; ++i) {
    const LaneId lane = s->addWorker(pool, i, 1 * kMs);
    const TimeNs end = i == 0 ? 10'000 * kMs : (1'000 + 50 * i) * kMs;
    work(lane, 1 * kMs, end);
    if (i > 0) {
      s->setMaxWorkers(pool, end, 8 - i);
      s->lanes_.back().exited = end;
      s->lanes_.back().retired = true;
    }
  }
  for (std::uint32_t i = 8; i < 16; ++i) {
    const TimeNs start = (2'000 + 50 * i) * kMs;
    s->setMaxWorkers(pool, start, i - 6);
    work(s->addWorker(pool, i, start), start, 10'000 * kMs);
  }
  s->end_ = 10'000 * kMs;
  return s;
}

QStringList flagTexts(const TimelineScene& scene) {
  QStringList texts;
  for (const Flag& flag : scene.flags) {
    texts.append(flag.text);
  }
  return texts;
}

}  // namespace

void TimelineLayoutTest::rows_maxWorkersDownAndUp_showThoseWhoWork() {
  const auto s = downAndUp();
  const auto names = [](const TimelineScene& scene) {
    QStringList result;
    for (const LaneRow& row : scene.panes[0].rows) {
      result.append(row.name);
    }
    return result;
  };
  const QSizeF tall(1000, 700);
  // Long after: only those who work.
  QCOMPARE(names(sceneOf(s, 9'000 * kMs, {}, tall)),
           QString("web_0 web_8 web_9 web_10 web_11 web_12 web_13 web_14 web_15").split(' '));
  // While both are in sight each place shows them one after the other, and never more than nine.
  const TimeNs now = 3'000 * kMs;
  const auto both = sceneOf(s, now, showing(500 * kMs, now, now), tall);
  QCOMPARE(both.panes[0].rows.size(), 9);
  QCOMPARE(both.panes[0].rows[1].lanes.size(), 2);
  // When the seven have gone and are out of sight, there is one row.
  QCOMPARE(names(sceneOf(s, 2'300 * kMs, showing(1'500 * kMs, 2'300 * kMs, 2'300 * kMs), tall)),
           QStringList{"web_0"});
}

void TimelineLayoutTest::rows_manyRetiredAtOnce_standBelowThoseWhoWork() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 64);
  for (std::uint32_t i = 0; i < 64; ++i) {
    s->addWorker(pool, i, 1 * kMs);
    if (i % 20 != 19) {
      s->lanes_.back().exited = 500 * kMs;
    }
  }
  s->setMaxWorkers(pool, 500 * kMs, 3);
  s->end_ = 600 * kMs;
  const auto names = [](const TimelineScene& scene) {
    QStringList result;
    for (const LaneRow& row : scene.panes[0].rows) {
      result.append(row.name);
    }
    return result.mid(0, 4);
  };
  QCOMPARE(names(sceneOf(s, 600 * kMs)), QString("web_19 web_39 web_59 web_0").split(' '));
  // In the past, and where there is room for all, everybody keeps to the place.
  QCOMPARE(names(sceneOf(s, 600 * kMs, showing(0, 550 * kMs, 600 * kMs))),
           QString("web_0 web_1 web_2 web_3").split(' '));
  QCOMPARE(names(sceneOf(s, 600 * kMs, {}, QSizeF(1000, 2'000))),
           QString("web_0 web_1 web_2 web_3").split(' '));
}

void TimelineLayoutTest::row_secondWorkerAtAPlace_isMarkedWhereItCame() {
  const auto s = downAndUp();
  const TimeNs now = 3'000 * kMs;
  const auto scene = sceneOf(s, now, showing(500 * kMs, now, now), QSizeF(1000, 700));
  const LaneRow& row = scene.panes[0].rows[1];
  QCOMPARE(row.name, QStringLiteral("web_8"));
  QList<qreal> lines;
  for (const QRectF& line : scene.panes[0].leavings.rects) {
    if (row.rect.contains(line)) {
      lines.append(line.left());
    }
  }
  QCOMPARE(lines.size(), 2);
  QVERIFY(std::abs(lines[0] - scene.axis->toX(1'050 * kMs)) <= 1);
  QVERIFY(std::abs(lines[1] - scene.axis->toX(2'400 * kMs)) <= 1);
  QVERIFY(std::any_of(
      scene.panes[0].labels.begin(), scene.panes[0].labels.end(), [&](const TextLabel& label) {
        return row.rect.contains(label.rect) && label.text == QStringLiteral("web_1 retired");
      }));
  // Who is hit depends on where.
  const qreal y = row.rect.center().y();
  QVERIFY(hitTest(scene, QPointF(scene.axis->toX(900 * kMs), y)).lane == row.lanes[0]);
  QVERIFY(hitTest(scene, QPointF(scene.axis->toX(2'800 * kMs), y)).lane == row.lanes[1]);
  QVERIFY(hitTest(scene, QPointF(20, y)).lane == row.lanes[1]);
}

void TimelineLayoutTest::row_twoWorkersInOneColumn_addUp() {
  // From far away the whole handover is within one column.
  OneTask one;
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), one.worker, 10 * kMs, 30 * kMs);
  one.s.lanes_[static_cast<std::size_t>(one.worker)].exited = 31 * kMs;
  const LaneId next = one.s.addWorker(one.pool, 1, 32 * kMs);
  one.s.runTask(one.s.addTask(one.pool, one.caller, 5 * kMs), next, 33 * kMs, 53 * kMs, true);
  const TimeNs now = 60'000 * kMs;
  const auto scene = sceneOf(shared(one), now, showing(0, now, now));
  QCOMPARE(scene.panes[0].strips.size(), 1);
  const DenseStrip& strip = scene.panes[0].strips.front();
  const double cell = 2 * scene.axis->nsPerPixel();
  const DenseColumn& column = strip.columns.front();
  QCOMPARE(column.tasks, 2U);
  QVERIFY(std::abs(static_cast<double>(column.busy()) - 40e6 / cell) < 0.01);
  QVERIFY(std::abs(static_cast<double>(column.failed) - 20e6 / cell) < 0.01);
}

void TimelineLayoutTest::rows_whereThereIsRoom_growToAReadableMost() {
  const auto s = demoSession({.before = 8, .after = 8});
  const auto heightOf = [&](qreal height) {
    return sceneOf(s, s->end_, {}, QSizeF(1600, height)).panes[0].rows.front().rect.height();
  };
  // No room to spare: as ever.
  QCOMPARE(heightOf(28 + 114 + 8 * 38), 38.0);
  QVERIFY(heightOf(28 + 114 + 8 * 30) <= 30);
  const qreal grown = heightOf(28 + 114 + 8 * 50);
  QVERIFY2(grown >= 46 && grown <= 50, QByteArray::number(grown));
  QCOMPARE(heightOf(3'000), std::floor(38 * 1.6));
  const auto wide = sceneOf(s, s->end_, {}, QSizeF(1600, 3'000));
  QCOMPARE(wide.panes[0].heads.front().name.rect.height(), Theme::dark().px(15));
}

void TimelineLayoutTest::flags_keysInABurst_areOneFromTheFirstToTheLast() {
  const auto s = downAndUp();
  const TimeNs now = 9'000 * kMs;
  const auto scene = sceneOf(s, now, showing(0, now, now));
  QCOMPARE(flagTexts(scene), (QStringList{"max_workers 1 → 9", "max_workers 8 → 1"}));
  // At the last change of each burst, which is when it was so.
  QVERIFY(std::abs(scene.flags[1].x - scene.axis->toX(1'350 * kMs)) <= 1);
  // From near each has its own.
  const auto near = sceneOf(s, now, showing(1'000 * kMs, 1'400 * kMs, now));
  QCOMPARE(near.flags.size(), 7);
  QVERIFY(flagTexts(near).contains(QStringLiteral("4 → 3")) ||
          flagTexts(near).contains(QStringLiteral("max_workers 4 → 3")));
  // Down and up again within one box: the bottom is told.
  const auto far = sceneOf(s, now, showing(-400'000 * kMs, now, now));
  QCOMPARE(flagTexts(far).size(), 1);
}

void TimelineLayoutTest::flags_burstAtTheLeftEdge_keepsItsWords() {
  const auto s = downAndUp();
  const TimeNs now = 9'000 * kMs;
  for (TimeNs begin = 900 * kMs; begin < 1'350 * kMs; begin += 13 * kMs) {
    const auto scene = sceneOf(s, now, showing(begin, begin + 8'000 * kMs, now));
    QVERIFY2(flagTexts(scene).contains(QStringLiteral("max_workers 8 → 1")),
             qPrintable(flagTexts(scene).join(' ')));
  }
}

void TimelineLayoutTest::words_ofAMoment_agreeWithThePicture_data() {
  QTest::addColumn<bool>("live");
  QTest::newRow("live") << true;
  QTest::newRow("replayed") << false;
}

void TimelineLayoutTest::words_ofAMoment_agreeWithThePicture() {
  QFETCH(bool, live);
  const auto s = demoSession();
  const auto at = [&](TimeNs now, bool isLive) {
    ViewState view;
    view.advance(s->begin_, now);
    return layOutTimeline(Frame{s, now, isLive}, view, kSize, Theme::dark());
  };
  for (TimeNs now = s->begin_ + 300 * kMs; now < s->end_; now += 17 * kMs) {
    const auto scene = at(now, live);
    const LaneHead& queue = scene.panes[1].heads.back();
    const auto depth = s->queue_depth(s->pools_[0].index, now);
    QCOMPARE(queue.hollowDot, depth == 0);
    QVERIFY2(depth == 0 ? queue.state.text == QStringLiteral("empty")
                        : queue.state.text.startsWith(QString::number(depth)),
             qPrintable(queue.state.text));
    for (qsizetype i = 0; i < scene.panes[0].rows.size(); ++i) {
      const LaneRow& row = scene.panes[0].rows[i];
      if (row.kind == LaneRow::Kind::worker) {
        const bool idle = !s->task_at(row.lanes.last(), now);
        QCOMPARE(scene.panes[0].heads[i].state.text.startsWith(QStringLiteral("idle")), idle);
      }
    }
    const auto other = at(now, !live);
    for (const std::size_t pane : {0U, 1U}) {
      for (qsizetype i = 0; i < scene.panes[pane].heads.size(); ++i) {
        QCOMPARE(other.panes[pane].heads[i].state.text, scene.panes[pane].heads[i].state.text);
      }
    }
  }
}

void TimelineLayoutTest::rangeLabel_coversNoTick() {
  const auto s = demoSession();
  int labels = 0;
  for (int step = 0; step < 60; ++step) {
    ViewState view;
    view.advance(s->begin_, s->end_);
    const TimeNs begin = view.range().begin + step * 15 * kMs;
    view.selectedRange = TimeRange{begin, begin + 105 * kMs};
    const auto scene = sceneOf(s, s->end_, view);
    const QRectF& label = scene.selectedRangeLabelRect;
    QCOMPARE(scene.selectedRangeLabel, QString("105\u00A0ms"));
    QVERIFY(scene.axisRow.contains(label));
    LayoutCache cache;
    cache.prepare(*s, TaskKinds(*s), Theme::dark());
    for (const TimeTick& tick : scene.ticks) {
      const qreal width = cache.textWidth(tick.label, TextRole::tick);
      QVERIFY(!label.intersects(QRectF(tick.x + 4, 0, width, 20)));
      ++labels;
    }
    for (const Flag& flag : scene.flags) {
      QVERIFY(!label.intersects(flag.box));
    }
  }
  QVERIFY(labels > 100);
}

void TimelineLayoutTest::flight_poolShutDown_hasNoStreams() {
  OneTask one;
  for (int i = 0; i < 200; ++i) {
    one.s.runTask(one.s.addTask(one.pool, one.caller, (20 + 4 * i) * kMs), one.worker,
                  (20 + 4 * i) * kMs, (24 + 4 * i) * kMs);
  }
  Lane& lane = one.s.lanes_[static_cast<std::size_t>(one.worker)];
  lane.exited = 830 * kMs;
  QCOMPARE(sceneOf(shared(one), 829 * kMs).streams.size(), 1);
  QVERIFY(sceneOf(shared(one), 831 * kMs).streams.isEmpty());
  lane.exited.reset();
  one.s.pools_[0].shut_down = 825 * kMs;
  QVERIFY(sceneOf(shared(one), 829 * kMs).streams.isEmpty());
}

void TimelineLayoutTest::flight_queueRanDry_endsTheStreams() {
  OneTask one;
  // Who only goes on with what it had gets nothing from the queue.
  const LaneId busy = one.s.addWorker(one.pool, 1, 10 * kMs);
  one.s.runTask(one.s.addTask(one.pool, one.caller, 11 * kMs), busy, 11 * kMs, {});
  for (int i = 0; i < 200; ++i) {
    one.s.runTask(one.s.addTask(one.pool, one.caller, (20 + 4 * i) * kMs), one.worker,
                  (20 + 4 * i) * kMs, (24 + 4 * i) * kMs);
  }
  const auto during = sceneOf(shared(one), 818 * kMs);
  QCOMPARE(during.streams.size(), 1);
  QCOMPARE(during.streams.front().to.y(), during.panes[0].rows.front().rect.center().y());
  QVERIFY(sceneOf(shared(one), 950 * kMs).streams.isEmpty());
}

void TimelineLayoutTest::head_viewScrolledBack_namesWhoStoodThereThen() {
  const auto s = downAndUp();
  const TimeNs now = 9'000 * kMs;
  const QSizeF tall(1000, 700);
  const auto then = sceneOf(s, now, showing(200 * kMs, 900 * kMs, now), tall);
  const LaneRow& row = then.panes[0].rows[1];
  QCOMPARE(row.name, QStringLiteral("web_1"));
  QCOMPARE(then.panes[0].heads[1].state.text, QStringLiteral("retired"));
  QVERIFY(hitTest(then, QPointF(20, row.rect.center().y())).lane == row.lanes.front());
  // Of two, who is there for longer; with now in sight, who is there now.
  const auto name = [&](TimeNs begin, TimeNs end, TimeNs at) {
    return sceneOf(s, at, showing(begin, end, at), tall).panes[0].rows[1].name;
  };
  QCOMPARE(name(1'000 * kMs, 3'000 * kMs, now), QStringLiteral("web_8"));
  QCOMPARE(name(500 * kMs, 2'500 * kMs, now), QStringLiteral("web_1"));
  QCOMPARE(name(500 * kMs, 2'500 * kMs, 2'500 * kMs), QStringLiteral("web_8"));
}

void TimelineLayoutTest::heads_shortRows_cutNothing() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 16);
  const auto caller = s->addCaller("main");
  for (std::uint32_t i = 0; i < 16; ++i) {
    const LaneId lane = s->addWorker(pool, 84 + i, 1 * kMs);
    Task& task = s->addTask(pool, caller, 1 * kMs);
    s->runTask(task, lane, 1 * kMs, {});
    if (i < trace::kPhaseKinds && static_cast<trace::PhaseKind>(i) != trace::PhaseKind::other) {
      s->addPhase(task, static_cast<trace::PhaseKind>(i), 1 * kMs, kForever, "index");
    } else {
      s->blocked_.push_back(
          {lane, {trace::BlockReason::result, TaskKey{0, 1000 + i}, 2 * kMs, kForever}});
    }
  }
  s->blocked_.push_back({caller, {trace::BlockReason::full_queue, {}, 2 * kMs, kForever}});
  const TimeNs now = 6'000 * kMs;
  s->end_ = now;
  const auto narrow = sceneOf(s, now, {}, QSizeF(1280, 460));
  for (const LanePane& pane : narrow.panes) {
    for (const LaneHead& head : pane.heads) {
      QVERIFY2(!head.state.text.contains(QChar(0x2026)), qPrintable(head.state.text));
    }
  }
  QCOMPARE(narrow.panes[0].heads.size(), 16);
  for (const LaneHead& head : narrow.panes[0].heads) {
    QVERIFY(head.rect.height() < Theme::dark().px(30));
    QVERIFY2(head.state.text.contains(QStringLiteral("100 %")), qPrintable(head.state.text));
  }
  // Where there is room, all is said.
  const auto tall = sceneOf(s, now, {}, QSizeF(1280, 1'200));
  QVERIFY(
      std::any_of(tall.panes[0].heads.begin(), tall.panes[0].heads.end(), [](const LaneHead& head) {
        return head.state.text.startsWith(QStringLiteral("waiting for I/O"));
      }));
}

void TimelineLayoutTest::heads_sayHowBusy_besideTheName_whateverTheState() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 3);
  const auto caller = s->addCaller("main");
  for (std::uint32_t i = 0; i < 2; ++i) {
    Task& task = s->addTask(pool, caller, 1 * kMs);
    s->runTask(task, s->addWorker(pool, i, 1 * kMs), 1 * kMs, {});
    if (i == 0) {
      s->addPhase(task, trace::PhaseKind::io_wait, 1 * kMs, kForever, "index");
    }
  }
  Task& task = s->addTask(pool, caller, 1 * kMs);
  s->runTask(task, s->addWorker(pool, 2, 1 * kMs), 1 * kMs, {});
  s->lanes_.back().name = s->text("ThreadPoolExecutor-0_2");
  s->end_ = 2'000 * kMs;
  const auto scene = sceneOf(s, s->end_, {}, QSizeF(1280, 460));
  const auto& heads = scene.panes[0].heads;
  QCOMPARE(heads.size(), 3);
  for (qsizetype i = 0; i < 2; ++i) {
    QCOMPARE(heads[i].share.text, QStringLiteral("100 % busy"));
    QVERIFY(heads[i].name.rect.right() <= heads[i].share.rect.left());
    QVERIFY(!heads[i].state.text.contains(QLatin1Char('%')));
  }
  QCOMPARE(heads[0].share.rect.right(), heads[1].share.rect.right());
  QVERIFY(heads[0].state.text != heads[1].state.text);
  // A name that needs the room has it.
  QVERIFY(heads[2].share.text.isEmpty());
  QVERIFY2(heads[2].state.text.endsWith(QStringLiteral("100 % busy")),
           qPrintable(heads[2].state.text));
}

void TimelineLayoutTest::heads_idleInShortRows_doNotSeemIdleForTheShare() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 16);
  const auto caller = s->addCaller("main");
  for (std::uint32_t i = 0; i < 16; ++i) {
    const LaneId lane = s->addWorker(pool, i, 0);
    s->runTask(s->addTask(pool, caller, 0), lane, 0, 1'000 * kMs);
    s->lanes_.back().name = s->text("io_" + std::to_string(i));
  }
  s->end_ = 2'000 * kMs;
  const auto scene = sceneOf(s, s->end_, {}, QSizeF(1280, 460));
  for (const LaneHead& head : scene.panes[0].heads) {
    QVERIFY(head.rect.height() < Theme::dark().px(30));
    QCOMPARE(head.state.text, QStringLiteral("idle  50 % busy"));
  }
}

void TimelineLayoutTest::heads_longNames_leaveTheStateToTheDot() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 16);
  const auto caller = s->addCaller("main");
  QStringList names;
  for (std::uint32_t i = 0; i < 16; ++i) {
    Task& task = s->addTask(pool, caller, 1 * kMs);
    s->runTask(task, s->addWorker(pool, i, 1 * kMs), 1 * kMs, {});
    s->addPhase(task, trace::PhaseKind::io_wait, 1 * kMs, kForever, "index");
    names.append(QStringLiteral("ThreadPoolExecutor-0_%1").arg(i));
    s->lanes_.back().name = s->text(names.back().toStdString());
  }
  s->end_ = 2'000 * kMs;
  const auto scene = sceneOf(s, s->end_, {}, QSizeF(1280, 460));
  QCOMPARE(scene.panes[0].heads.size(), 16);
  for (qsizetype i = 0; i < 16; ++i) {
    const LaneHead& head = scene.panes[0].heads[i];
    QCOMPARE(head.state.text, QStringLiteral("100 %"));
    QVERIFY(head.name.rect.right() <= head.state.rect.left());
    QVERIFY2(head.name.text.size() > 12, qPrintable(head.name.text));
    QVERIFY(head.name.text.endsWith(names[i].mid(names[i].indexOf(QLatin1Char('-')))));
  }
}

void TimelineLayoutTest::caller_deliveryInEachColumn_leavesBlockedTimeInSight() {
  const auto heights = [](TimeNs blocked, TimeNs shownLength) {
    OneTask one;
    for (int i = 0; i < 1'200; ++i) {
      const TimeNs begin = (20 + 50 * i) * kMs;
      Task& task = one.s.addTask(one.pool, one.caller, 11 * kMs);
      one.s.runTask(task, one.worker, begin, begin + 48 * kMs);
      task.delivered = begin + 48 * kMs;
      task.receiver = one.caller;
      one.s.blocked_.push_back(
          {one.caller, {trace::BlockReason::map, task.key, begin, begin + blocked}});
    }
    const TimeNs now = one.s.end_;
    const auto scene = sceneOf(shared(one), now, showing(now - shownLength, now, now));
    QList<qreal> result;
    for (const QRectF& rect : scene.panes[1].bands.back().rects) {
      result.append(rect.height());
    }
    return result;
  };
  const qreal whole = heights(48 * kMs, 1'000 * kMs).at(5);
  QVERIFY(whole > 20);
  // From afar there is no column without one: as tall as the time that was not blocked.
  const auto waits = heights(45 * kMs, 60'000 * kMs);
  QVERIFY(waits.size() > 300);
  for (const qreal height : waits.mid(2, waits.size() - 4)) {
    QVERIFY(height > 0 && height < whole / 3);
  }
  for (const qreal height : heights(5 * kMs, 60'000 * kMs).mid(2, 300)) {
    QVERIFY(height > whole / 2);
  }
}

void TimelineLayoutTest::frame_empty_hasNoLanes() {
  const auto empty = std::make_shared<FakeSnapshot>();
  QVERIFY(kindsOf(sceneOf(empty, 0)).isEmpty());
  const auto none = layOutTimeline(Frame{}, ViewState{}, kSize, Theme::dark());
  QVERIFY(kindsOf(none).isEmpty());
  QVERIFY(hitTest(none, QPointF(500, 200)).task == TaskKey{});
}

QTEST_MAIN(TimelineLayoutTest)
#include "timeline_layout_test.moc"
