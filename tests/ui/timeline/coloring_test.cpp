// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/coloring.h"

#include "demo_session.h"
#include "ui/theme/theme.h"
#include "ui/timeline/legend.h"
#include "ui/timeline/timeline_layout.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

using namespace poolscope;
using namespace poolscope::session;
using namespace poolscope::test;
using namespace poolscope::ui;

class ColoringTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void swatch_ofATask_tellsWhatWasAskedFor_data();
  void swatch_ofATask_tellsWhatWasAskedFor();
  void scale_holdsTheTimes_betweenRoundOnes_data();
  void scale_holdsTheTimes_betweenRoundOnes();
  void ramp_moreTime_isNeverAnEarlierStep();
  void bar_byPhase_hasAColourForEachPhase();
  void bar_failed_isRedOnlyWhereColoursTellSo();
  void columns_atRandomZooms_haveTheColoursOfAllTasks_data();
  void columns_atRandomZooms_haveTheColoursOfAllTasks();
  void colours_withAKeptCache_areThoseOfAFreshOne();
  void token_byQueueWait_tellsHowLongItWaits();
  void legend_namesEveryColourInUse_data();
  void legend_namesEveryColourInUse();
  void legend_ofABlankName_saysSo();
  void legend_withoutRoom_tellsHowManyMore();

 private:
  quint64 seed_ = 0;
};

namespace {

constexpr QSizeF kSize(1000, 400);

ViewState showing(TimeNs begin, TimeNs end, TimeNs now, Coloring coloring) {
  ViewState view;
  view.coloring = coloring;
  view.advance(0, now);
  view.zoomTo({begin, end});
  return view;
}

/// Workers with tasks of all lengths, some failed, some with phases.
std::shared_ptr<FakeSnapshot> randomSession(std::mt19937_64& random, int tasks) {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 3);
  const LaneId caller = s->addCaller("main");
  const std::array<std::string, 3> names{"fetch page", "resize image", "store row"};
  for (std::uint32_t w = 0; w < 3; ++w) {
    const LaneId worker = s->addWorker(pool, w, 1);
    TimeNs time = 2 * kMs;
    for (int i = 0; i < tasks; ++i) {
      time += static_cast<TimeNs>(random() % 300'000);
      const TimeNs end =
          time + 1 + static_cast<TimeNs>(random() % (random() % 8 == 0 ? 30 * kMs : kMs));
      Task& task = s->addTask(pool, caller, time - static_cast<TimeNs>(random() % (2 * kMs)),
                              names[random() % names.size()]);
      s->runTask(task, worker, time, end, random() % 6 == 0);
      const TimeNs middle = time + (end - time) / 2;
      const auto kind = static_cast<trace::PhaseKind>(random() % trace::kPhaseKinds);
      s->addPhase(task, kind, time, middle);
      time = end;
    }
  }
  return s;
}

ColorFacts factsOf(const FakeSnapshot& s, const Task& task, TimeNs now) {
  const TaskKinds kinds(s);
  return {.kind = kinds(task.name),
          .failed = false,
          .open = !task.finished || *task.finished > now,
          .worker = s.lanes()[static_cast<std::size_t>(*task.worker)].index,
          .waited = *task.started - *task.queued,
          .ran = std::min(task.finished.value_or(now), now) - *task.started};
}

}  // namespace

void ColoringTest::initTestCase() {
  bool given = false;
  seed_ = qEnvironmentVariable("POOLSCOPE_SEED").toULongLong(&given);
  seed_ = given ? seed_ : std::random_device{}();
  std::printf("POOLSCOPE_SEED=%llu\n", seed_);
}

void ColoringTest::swatch_ofATask_tellsWhatWasAskedFor_data() {
  QTest::addColumn<int>("by");
  QTest::addColumn<bool>("failed");
  QTest::addColumn<bool>("open");
  QTest::addColumn<int>("expected");
  const auto row = [](const char* name, ColorBy by, bool failed, bool open, int expected) {
    QTest::newRow(name) << static_cast<int>(by) << failed << open << expected;
  };
  row("its kind", ColorBy::kind, false, false, swatch::kKinds + 3);
  row("a failure of any kind", ColorBy::kind, true, false, swatch::kFailed);
  row("a failure", ColorBy::outcome, true, false, swatch::kFailed);
  row("a success", ColorBy::outcome, false, false, swatch::kFinished);
  row("not over", ColorBy::outcome, false, true, swatch::kRunning);
  row("its worker, in turn", ColorBy::worker, true, false, swatch::kKinds + 2);
  row("its wait", ColorBy::queue_wait, true, false, swatch::kRamp);
  row("its time", ColorBy::duration, true, false, swatch::kRamp + swatch::kRampSteps - 1);
  row("no phase", ColorBy::phase, true, false, swatch::kPhases);
}

void ColoringTest::swatch_ofATask_tellsWhatWasAskedFor() {
  QFETCH(int, by);
  QFETCH(bool, failed);
  QFETCH(bool, open);
  QFETCH(int, expected);
  const Coloring coloring{.by = static_cast<ColorBy>(by), .scale = {1 * kMs, 100 * kMs}};
  QCOMPARE(swatchOf(coloring, {.kind = 3,
                               .failed = failed,
                               .open = open,
                               .worker = 8,
                               .waited = kMs / 2,
                               .ran = 200 * kMs}),
           expected);
}

void ColoringTest::scale_holdsTheTimes_betweenRoundOnes_data() {
  QTest::addColumn<qint64>("least");
  QTest::addColumn<qint64>("most");
  QTest::addColumn<qint64>("from");
  QTest::addColumn<qint64>("to");
  QTest::newRow("round already") << qint64(1'000) << qint64(100'000) << qint64(1'000)
                                 << qint64(100'000);
  QTest::newRow("outwards") << qint64(3'700) << qint64(210'000) << qint64(2'000) << qint64(500'000);
  QTest::newRow("all alike") << qint64(60 * kMs) << qint64(60 * kMs) << qint64(50 * kMs)
                             << qint64(500 * kMs);
  QTest::newRow("nothing") << qint64(0) << qint64(0) << qint64(1) << qint64(10);
}

void ColoringTest::scale_holdsTheTimes_betweenRoundOnes() {
  QFETCH(qint64, least);
  QFETCH(qint64, most);
  QFETCH(qint64, from);
  QFETCH(qint64, to);
  const ColorScale scale = scaleFor(least, most);
  QCOMPARE(scale.least, from);
  QCOMPARE(scale.most, to);
}

void ColoringTest::ramp_moreTime_isNeverAnEarlierStep() {
  const ColorScale scale{1 * kMs, 1000 * kMs};
  int before = swatch::kRamp;
  for (TimeNs time = 1'000; time < 100'000 * kMs; time += time / 7) {
    const int step = rampSwatch(scale, time);
    QVERIFY(step >= before && step < swatch::kRamp + swatch::kRampSteps);
    before = step;
  }
  QCOMPARE(before, swatch::kRamp + swatch::kRampSteps - 1);
}

void ColoringTest::bar_byPhase_hasAColourForEachPhase() {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 1);
  const LaneId worker = s->addWorker(pool, 0, 1);
  Task& task = s->addTask(pool, s->addCaller("main"), kMs);
  s->runTask(task, worker, 10 * kMs, 90 * kMs);
  s->addPhase(task, trace::PhaseKind::io_wait, 10 * kMs, 40 * kMs);
  s->addPhase(task, trace::PhaseKind::compute, 40 * kMs, 60 * kMs);
  const TimelineScene scene = layOutTimeline(
      Frame{s, 100 * kMs, false}, showing(0, 100 * kMs, 100 * kMs, {.by = ColorBy::phase}), kSize,
      Theme::dark());
  const LanePane& pane = scene.panes[0].bars.isEmpty() ? scene.panes[1] : scene.panes[0];
  QCOMPARE(pane.bars.size(), 1);
  QList<int> swatches;
  for (const BarPart& part : pane.bars[0].parts) {
    swatches.append(part.swatch - swatch::kPhases);
  }
  QCOMPARE(swatches, (QList<int>{1, 2, 0}));
}

void ColoringTest::bar_failed_isRedOnlyWhereColoursTellSo() {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 1);
  const LaneId worker = s->addWorker(pool, 0, 1);
  s->runTask(s->addTask(pool, s->addCaller("main"), kMs), worker, 10 * kMs, 90 * kMs, true);
  for (const ColorBy by : {ColorBy::kind, ColorBy::outcome, ColorBy::worker, ColorBy::queue_wait,
                           ColorBy::duration, ColorBy::phase}) {
    const TimelineScene scene =
        layOutTimeline(Frame{s, 100 * kMs, false}, showing(0, 100 * kMs, 100 * kMs, {.by = by}),
                       kSize, Theme::dark());
    const LanePane& pane = scene.panes[0].bars.isEmpty() ? scene.panes[1] : scene.panes[0];
    const TaskBar& bar = pane.bars.first();
    QCOMPARE(bar.parts.first().swatch == swatch::kFailed, Coloring{.by = by}.showsFailure());
    QVERIFY(bar.label.startsWith(QStringLiteral("×")));  // told in each of them
  }
}

void ColoringTest::columns_atRandomZooms_haveTheColoursOfAllTasks_data() {
  QTest::addColumn<int>("by");
  for (const ColorBy by : {ColorBy::kind, ColorBy::outcome, ColorBy::worker, ColorBy::queue_wait,
                           ColorBy::duration, ColorBy::phase}) {
    QTest::newRow(qPrintable(colorByText(by))) << static_cast<int>(by);
  }
}

/// Columns of strips are those of the session, coloured by their longest task.
void ColoringTest::columns_atRandomZooms_haveTheColoursOfAllTasks() {
  QFETCH(int, by);
  std::mt19937_64 random(seed_);
  const auto s = randomSession(random, 150);
  const Coloring coloring{.by = static_cast<ColorBy>(by), .scale = {10'000, 20 * kMs}};
  int compared = 0;
  for (int round = 0; round < 60; ++round) {
    const TimeNs span = s->end_ / (1 + static_cast<TimeNs>(random() % 12));
    const auto begin = static_cast<TimeNs>(random() % static_cast<quint64>(s->end_ - span + 1));
    const TimelineScene scene =
        layOutTimeline(Frame{s, s->end_ + kMs, false},
                       showing(begin, begin + span, s->end_ + kMs, coloring), kSize, Theme::dark());
    for (const LanePane& pane : scene.panes) {
      for (const DenseStrip& strip : pane.strips) {
        QCOMPARE(strip.byPhase, coloring.by == ColorBy::phase);
        for (const DenseColumn& column : strip.columns) {
          const auto task = s->task(column.longest);
          if (!task || column.busy() <= 0) {
            continue;
          }
          ++compared;
          QCOMPARE(int{column.swatch}, swatchOf(coloring, factsOf(*s, *task, s->end_ + kMs)));
          QVERIFY(coloring.showsFailure() || column.failed == 0);
          if (strip.byPhase) {
            int share = 0;
            for (const std::uint8_t part : column.phases) {
              share += part;
            }
            QVERIFY(std::abs(static_cast<float>(share) / 255 - column.busy()) < 0.05F);
          }
        }
      }
    }
  }
  QVERIFY(compared > 1'000);
}

void ColoringTest::colours_withAKeptCache_areThoseOfAFreshOne() {
  std::mt19937_64 random(seed_);
  const auto s = randomSession(random, 60);
  LayoutCache cache;
  for (int round = 0; round < 40; ++round) {
    const TimeNs now = s->end_ / 2 + static_cast<TimeNs>(random() % static_cast<quint64>(s->end_));
    const Coloring coloring{.by = static_cast<ColorBy>(random() % 6), .scale = {10'000, 20 * kMs}};
    const ViewState view = showing(0, s->end_, now, coloring);
    const Frame frame{s, now, false};
    const TimelineScene kept = layOutTimeline(frame, view, kSize, Theme::dark(), cache);
    const TimelineScene fresh = layOutTimeline(frame, view, kSize, Theme::dark());
    for (std::size_t pane = 0; pane < kept.panes.size(); ++pane) {
      QCOMPARE(kept.panes[pane].strips.size(), fresh.panes[pane].strips.size());
      for (qsizetype i = 0; i < kept.panes[pane].strips.size(); ++i) {
        const DenseStrip& a = kept.panes[pane].strips[i];
        const DenseStrip& b = fresh.panes[pane].strips[i];
        QCOMPARE(a.columns.size(), b.columns.size());
        for (qsizetype k = 0; k < a.columns.size(); ++k) {
          QCOMPARE(a.columns[k].busy(), b.columns[k].busy());
          if (a.columns[k].busy() > 0) {
            QCOMPARE(a.columns[k].swatch, b.columns[k].swatch);
          }
          QVERIFY(a.columns[k].phases == b.columns[k].phases);
        }
      }
    }
  }
}

void ColoringTest::token_byQueueWait_tellsHowLongItWaits() {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 1);
  const LaneId caller = s->addCaller("main");
  s->addWorker(pool, 0, 1);
  s->addTask(pool, caller, 10 * kMs);
  s->addTask(pool, caller, 990 * kMs);
  const Coloring coloring{.by = ColorBy::queue_wait, .scale = {1 * kMs, 1000 * kMs}};
  ViewState view;
  view.coloring = coloring;
  view.advance(0, 1000 * kMs);
  const TimelineScene scene =
      layOutTimeline(Frame{s, 1000 * kMs, true}, view, kSize, Theme::dark());
  const LanePane& pane = scene.panes[0].tokens.isEmpty() ? scene.panes[1] : scene.panes[0];
  QCOMPARE(pane.tokens.size(), 2);
  QCOMPARE(pane.tokens[0].swatch, rampSwatch(coloring.scale, 990 * kMs));
  QCOMPARE(pane.tokens[1].swatch, rampSwatch(coloring.scale, 10 * kMs));
}

void ColoringTest::legend_namesEveryColourInUse_data() {
  columns_atRandomZooms_haveTheColoursOfAllTasks_data();
}

void ColoringTest::legend_namesEveryColourInUse() {
  QFETCH(int, by);
  std::mt19937_64 random(seed_);
  const auto s = randomSession(random, 40);
  const Coloring coloring{.by = static_cast<ColorBy>(by), .scale = {10'000, 20 * kMs}};
  QList<int> told;
  for (const Legend::Entry& entry : legendOf(*s, coloring).entries) {
    QVERIFY(!entry.text.isEmpty());
    told += entry.swatches;
  }
  const TimelineScene scene = layOutTimeline(
      Frame{s, s->end_, false}, showing(0, s->end_, s->end_, coloring), kSize, Theme::dark());
  for (const LanePane& pane : scene.panes) {
    for (const TaskBar& bar : pane.bars) {
      for (const BarPart& part : bar.parts) {
        QVERIFY(told.contains(part.swatch));
      }
    }
  }
}

void ColoringTest::legend_ofABlankName_saysSo() {
  auto s = std::make_shared<FakeSnapshot>();
  const PoolIndex pool = s->addPool(0, 1);
  s->addTask(pool, s->addCaller("main"), 1, "   ");
  QCOMPARE(legendOf(*s, {.by = ColorBy::kind}).entries.front().text,
           QStringLiteral("without a name"));
}

void ColoringTest::legend_withoutRoom_tellsHowManyMore() {
  const auto s = demoSession();
  const Legend legend = legendOf(*s, {.by = ColorBy::phase});
  QImage image(900, 20, QImage::Format_RGB32);
  QPainter painter(&image);
  SpriteCache sprites;
  const qreal all = paintLegend(painter, legend, QRectF(0, 0, 900, 20), Theme::dark(), sprites);
  const qreal some = paintLegend(painter, legend, QRectF(0, 0, 300, 20), Theme::dark(), sprites);
  QVERIFY(all > 300);
  QVERIFY(some <= 300 && some > 100);
}

QTEST_MAIN(ColoringTest)
#include "coloring_test.moc"
