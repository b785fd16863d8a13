// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/lane_places.h"

#include "tests/ui/timeline/demo_session.h"
#include "ui/timeline/hit_test.h"
#include "ui/timeline/lane_rows.h"
#include "ui/timeline/timeline_layout.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class LanePlacesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void places_randomLives_holdOneWorkerAtATime();
  void places_threadsThatComeInAnyOrder_standByTheirNames();
  void places_laterEvents_moveNobody();
  void rows_randomLives_showEveryTaskOnce();
  void cache_lanesThatGrew_arePlacedAnew();
};

namespace {

unsigned seedOf(int round) {
  const int given = qEnvironmentVariableIntValue("POOLSCOPE_SEED");
  return static_cast<unsigned>(given != 0 ? given : round + 1);
}

TimeNs exitOf(const Lane& lane) {
  return lane.exited.value_or(kForever);
}

bool overlap(const Lane& a, const Lane& b) {
  return a.started < exitOf(b) && b.started < exitOf(a);
}

/// Workers of two pools that come and go at random, whole numbers of ms.
std::shared_ptr<FakeSnapshot> randomLives(unsigned seed, TimeNs length) {
  auto s = std::make_shared<FakeSnapshot>();
  std::mt19937 random(seed);
  const auto upTo = [&](TimeNs most) {
    return std::uniform_int_distribution<TimeNs>(0, most)(random);
  };
  const LaneId caller = s->addCaller("main");
  for (std::uint32_t p = 0; p < 2; ++p) {
    const auto pool = s->addPool(0, 1 + static_cast<std::uint32_t>(upTo(8)));
    const auto count = static_cast<std::uint32_t>(upTo(40));
    for (std::uint32_t i = 0; i < count; ++i) {
      const TimeNs started = upTo(length / kMs) * kMs;
      const LaneId lane = s->addWorker(pool, i, started);
      TimeNs end = length;
      if (upTo(5) > 0) {
        end = std::min(length, started + upTo(200) * kMs);
        s->lanes_.back().exited = end;
        s->lanes_.back().retired = upTo(1) == 0;
      }
      for (TimeNs at = started; at < end;) {
        const TimeNs finished = std::min(end, at + (1 + upTo(30)) * kMs);
        s->runTask(s->addTask(pool, caller, at), lane, at, finished);
        at = finished + upTo(10) * kMs;
      }
    }
  }
  s->end_ = length;
  return s;
}

std::size_t mostAlive(const FakeSnapshot& s, PoolIndex pool) {
  std::size_t most = 0;
  for (const Lane& at : s.lanes_) {
    std::size_t alive = 0;
    for (const Lane& lane : s.lanes_) {
      alive += lane.kind == LaneKind::worker && lane.pool == pool && lane.started <= at.started &&
                       exitOf(lane) > at.started
                   ? 1
                   : 0;
    }
    most = std::max(most, alive);
  }
  return most;
}

}  // namespace

void LanePlacesTest::places_randomLives_holdOneWorkerAtATime() {
  for (int round = 0; round < 60; ++round) {
    qInfo("POOLSCOPE_SEED=%u", seedOf(round));
    const auto s = randomLives(seedOf(round), 600 * kMs);
    const LanePlaces places(*s);
    std::map<std::pair<PoolIndex, std::size_t>, std::vector<const Lane*>> rows;
    std::size_t workers = 0;
    for (const Lane& lane : s->lanes_) {
      const auto place = places.placeOf(lane.id);
      QCOMPARE(place.has_value(), lane.kind == LaneKind::worker);
      if (!place) {
        continue;
      }
      ++workers;
      QVERIFY(place->pool == lane.pool);
      const auto at = places.at(*place);
      QCOMPARE(std::count(at.begin(), at.end(), lane.id), 1);
      for (const Lane* other : rows[{place->pool, place->index}]) {
        QVERIFY2(!overlap(lane, *other) || lane.started == exitOf(lane), "two at one place");
      }
      rows[{place->pool, place->index}].push_back(&lane);
    }
    std::size_t placed = 0;
    for (const Pool& pool : s->pools_) {
      const std::size_t count = places.placeCount(pool.index);
      QVERIFY(count <= std::max<std::size_t>(mostAlive(*s, pool.index), 1));
      for (std::size_t i = 0; i < count; ++i) {
        const auto at = places.at({pool.index, i});
        placed += at.size();
        QVERIFY(std::is_sorted(at.begin(), at.end(), [&](LaneId a, LaneId b) {
          return s->lanes_[static_cast<std::size_t>(a)].started <
                 s->lanes_[static_cast<std::size_t>(b)].started;
        }));
      }
    }
    QCOMPARE(placed, workers);
  }
}

void LanePlacesTest::places_threadsThatComeInAnyOrder_standByTheirNames() {
  FakeSnapshot s;
  const auto pool = s.addPool(0, 4);
  const TimeNs starts[] = {30, 10, 40, 20};
  for (std::uint32_t i = 0; i < 4; ++i) {
    s.addWorker(pool, i, starts[i]);
  }
  const LanePlaces places(s);
  for (const Lane& lane : s.lanes_) {
    QCOMPARE(places.placeOf(lane.id)->index, std::size_t{lane.index});
    QCOMPARE(places.othersAtStart(lane.id), lane.index);
  }
}

void LanePlacesTest::places_laterEvents_moveNobody() {
  const auto s = randomLives(7, 600 * kMs);
  for (Lane& lane : s->lanes_) {
    lane.index = static_cast<std::uint32_t>(lane.started / kMs);  // named as they came
  }
  const LanePlaces whole(*s);
  int compared = 0;
  for (TimeNs now = 50 * kMs; now < 600 * kMs; now += 30 * kMs) {
    FakeSnapshot early = *s;
    for (Lane& lane : early.lanes_) {
      if (lane.exited && *lane.exited > now) {
        lane.exited.reset();
      }
      if (lane.started > now) {
        lane.pool.reset();  // not known yet
      }
    }
    const LanePlaces then(early);
    for (const Lane& lane : early.lanes_) {
      if (lane.pool) {
        QCOMPARE(then.placeOf(lane.id)->index, whole.placeOf(lane.id)->index);
        ++compared;
      }
    }
  }
  QVERIFY2(compared > 40, QByteArray::number(compared));
}

void LanePlacesTest::rows_randomLives_showEveryTaskOnce() {
  const Theme theme = Theme::dark();
  for (int round = 0; round < 12; ++round) {
    qInfo("POOLSCOPE_SEED=%u", seedOf(round));
    const auto s = randomLives(seedOf(round), 400 * kMs);
    LayoutCache cache;
    for (const TimeNs now : {120 * kMs, 260 * kMs, 400 * kMs}) {
      ViewState view;
      view.advance(0, now);
      view.reduceMotion = true;  // else tokens on their way are hit
      view.zoomTo({now - 120 * kMs, now + 1 * kMs});
      const auto scene =
          layOutTimeline(Frame{s, now, true}, view, QSizeF(1400, 6000), theme, cache);
      std::map<std::uint64_t, int> bars;
      for (const TaskBar& bar : scene.panes[0].bars) {
        ++bars[bar.task.task];
        const auto task = s->task(bar.task);
        QVERIFY(task->worker == bar.lane);
        const QRectF seen = bar.rect.intersected(scene.canvas);
        if (seen.width() < 1) {
          continue;
        }
        const QPointF middle = seen.center();
        const Hit hit = hitTest(scene, middle);
        QVERIFY(hit.task == bar.task);
        QVERIFY(hit.lane == bar.lane);
      }
      for (const Task& task : s->tasks_) {
        const TimeNs from = std::max(*task.started, now - 120 * kMs);
        const TimeNs to = std::min(*task.finished, now);
        // At both ends of the view bars may be too narrow to be any.
        if (to - from > 2 * kMs) {
          QCOMPARE(bars[task.key.task], 1);
        }
      }
      // Working lanes all have a row; there are no more rows than can be needed.
      for (const Pool& pool : s->pools_) {
        std::size_t rows = 0;
        std::size_t alive = 0;
        std::set<LaneId> heads;
        for (const LaneRow& row : scene.panes[0].rows) {
          if (row.pool == pool.index &&
              (row.kind == LaneRow::Kind::worker || row.kind == LaneRow::Kind::ghost)) {
            ++rows;
            if (!row.lanes.isEmpty()) {
              heads.insert(row.lanes.last());
            }
          }
        }
        for (const Lane& lane : s->lanes_) {
          if (lane.kind == LaneKind::worker && lane.pool == pool.index && lane.started <= now &&
              exitOf(lane) > now) {
            ++alive;
            QVERIFY(heads.contains(lane.id));
          }
        }
        QVERIFY(rows >= alive);
        QVERIFY(rows <= std::max<std::size_t>(mostAlive(*s, pool.index),
                                              s->max_workers_at(pool.index, now)));
      }
    }
  }
}

void LanePlacesTest::cache_lanesThatGrew_arePlacedAnew() {
  const auto s = randomLives(3, 300 * kMs);
  LayoutCache cache;
  const auto first = cache.places(s);
  QVERIFY(cache.places(s) == first);
  auto grown = std::make_shared<FakeSnapshot>(*s);
  grown->addWorker(grown->pools_[0].index, 99, 290 * kMs);
  const auto second = cache.places(grown);
  QVERIFY(second != first);
  QVERIFY(second->placeOf(grown->lanes_.back().id).has_value());
}

QTEST_MAIN(LanePlacesTest)
#include "lane_places_test.moc"
