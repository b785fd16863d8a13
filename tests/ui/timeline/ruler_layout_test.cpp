// SPDX-License-Identifier: Apache-2.0
// The time axis and what is measured on it, from nanoseconds to years.
#include "tests/ui/timeline/fake_snapshot.h"
#include "ui/timeline/layout_cache.h"
#include "ui/timeline/timeline_layout.h"

#include <QLocale>
#include <QTest>

#include <cmath>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class RulerLayoutTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { QLocale::setDefault(QLocale::c()); }
  void axis_anySpanAnywhere_hasLabelsThatDoNotOverlap_data();
  void axis_anySpanAnywhere_hasLabelsThatDoNotOverlap();
  void picture_atTheDeepestZoom_staysNearTheCanvas();
  void picture_whilePanningAtTheDeepestZoom_doesNotJitter();
  void columns_finerThanTwoPixelsANanosecond_standAtTheirTimes();
  void ruler_tellsLengthRateAndTasks();
  void ruler_withOneEnd_reachesToThePointer();

 private:
  /// A task each day for 400 days, each of an hour; and one of 7 ns.
  static std::shared_ptr<FakeSnapshot> longSession();
};

namespace {

constexpr QSizeF kSize(1096, 400);
constexpr TimeNs kDay = 86'400'000'000'000;
constexpr TimeNs kOrigin = 1'700'000'000'000'000'000;  // a clock that counts from 1970
constexpr TimeNs kShortTask = kOrigin + 17 * kDay + 123'456'789;

TimelineScene sceneOf(const std::shared_ptr<FakeSnapshot>& s, ViewState view) {
  view.advance(s->begin_, s->end_);
  return layOutTimeline(Frame{s, s->end_, false}, view, kSize, Theme::dark());
}

ViewState showing(const FakeSnapshot& s, TimeNs begin, TimeNs length) {
  ViewState view;
  view.advance(s.begin_, s.end_);
  view.zoomTo({begin, begin + length});
  return view;
}

}  // namespace

std::shared_ptr<FakeSnapshot> RulerLayoutTest::longSession() {
  auto s = std::make_shared<FakeSnapshot>();
  s->begin_ = kOrigin;
  const PoolIndex pool = s->addPool(kOrigin, 1);
  const LaneId caller = s->addCaller("main", kOrigin);
  const LaneId worker = s->addWorker(pool, 0, kOrigin + 1);
  for (int day = 0; day < 400; ++day) {
    const TimeNs start = kOrigin + day * kDay + 3'600'000'000'000;
    s->runTask(s->addTask(pool, caller, start - 10), worker, start, start + 3'600'000'000'000);
  }
  s->runTask(s->addTask(pool, caller, kShortTask - 5), worker, kShortTask, kShortTask + 7);
  s->end_ = kOrigin + 400 * kDay;
  return s;
}

void RulerLayoutTest::axis_anySpanAnywhere_hasLabelsThatDoNotOverlap_data() {
  QTest::addColumn<qint64>("span");
  QTest::addColumn<qint64>("at");
  QTest::addColumn<QString>("unit");
  const auto row = [](const char* name, qint64 span, const char* unit) {
    for (const auto& [where, at] : {std::pair{"", qint64(0)},
                                    {", an hour in", 3'600'000'000'000},
                                    {", days in", 17 * kDay},
                                    {", a year in", 365 * kDay + 3'723'456'789'012}}) {
      QTest::addRow("%s%s", name, where) << span << at << QString::fromUtf8(unit);
    }
  };
  const qint64 s = 1'000'000'000;
  row("20 ns", 20, "ns|µs");  // a microsecond after the base
  row("100 ns", 100, "ns|µs");
  row("1 us", 1'000, "ns|µs");
  row("30 us", 30'000, "µs");
  row("1 ms", 1'000'000, "µs|ms");
  row("80 ms", 80'000'000, "ms");
  row("1.25 s", 1'250'000'000, "ms|s|:");
  row("40 s", 40 * s, "s|:");
  row("5 min", 300 * s, "s|min|:");
  row("2 h", 7'200 * s, "min");
  row("1 day", 86'400 * s, "h");
  row("9 days", 9 * 86'400 * s, "d|h");
  row("400 days", 400 * 86'400 * s, "d");
}

void RulerLayoutTest::axis_anySpanAnywhere_hasLabelsThatDoNotOverlap() {
  QFETCH(qint64, span);
  QFETCH(qint64, at);
  QFETCH(QString, unit);
  const auto s = longSession();
  const TimelineScene scene = sceneOf(s, showing(*s, kOrigin + at, span));
  QVERIFY(scene.ticks.size() >= 2);
  LayoutCache cache;
  cache.prepare(*s, TaskKinds(*s), Theme::dark());
  qreal free = scene.canvas.left();
  QSet<QString> labels;
  for (const TimeTick& tick : scene.ticks) {
    QVERIFY2(tick.x >= free, qPrintable(tick.label));
    free = tick.x + 4 + cache.textWidth(tick.label, TextRole::tick);
    labels.insert(tick.label);
    // Two numbers could be minutes and seconds as well as hours and minutes.
    QVERIFY2(tick.label.count(u':') != 1, qPrintable(tick.label));
    const QStringList units = unit.split(QLatin1Char('|'));
    const bool isNothing = tick.label == QLatin1String("0") || tick.label == QLatin1String("+0");
    QVERIFY2(isNothing || std::any_of(units.begin(), units.end(),
                                      [&](const QString& u) { return tick.label.contains(u); }),
             qPrintable(tick.label));
  }
  QVERIFY(free <= scene.canvas.right());
  QCOMPARE(labels.size(), scene.ticks.size());
  const bool isRelative = scene.ticks.front().label.startsWith(QLatin1Char('+'));
  QCOMPARE(isRelative, !scene.axisBase.isEmpty());
  QVERIFY(!scene.axisBase.contains(QChar(0x2026)));  // it is all there
}

void RulerLayoutTest::picture_atTheDeepestZoom_staysNearTheCanvas() {
  const auto s = longSession();
  for (const TimeNs at : {kShortTask, kOrigin + 200 * kDay + 3'600'000'000'000 + 77}) {
    ViewState view = showing(*s, at, ViewState::kShortestSpan);
    view.selectedRange = TimeRange{kOrigin, s->end_};
    view.ruler = {kOrigin, s->end_};
    const TimelineScene scene = sceneOf(s, view);
    const QRectF room = scene.canvas.adjusted(-100, -100, 100, 100);
    const auto check = [&](const QRectF& rect) {
      return rect.isEmpty() || (rect.left() >= room.left() && rect.right() <= room.right());
    };
    qsizetype bars = 0;
    for (const LanePane& pane : scene.panes) {
      for (const TaskBar& bar : pane.bars) {
        ++bars;
        QVERIFY(check(bar.rect));
        for (const BarPart& part : bar.parts) {
          QVERIFY(check(part.rect));
        }
      }
      for (const Ghost& ghost : pane.ghosts) {
        QVERIFY(check(ghost.rect));
      }
      for (const DenseStrip& strip : pane.strips) {
        QVERIFY(check(strip.rect));
      }
      for (const QueueShape& queue : pane.queues) {
        QVERIFY(check(queue.rect));
      }
      for (const FillGroup& band : pane.bands) {
        for (const QRectF& rect : band.rects) {
          QVERIFY(check(rect));
        }
      }
    }
    QVERIFY(bars > 0);
    QVERIFY(check(*scene.selectedRange));
    QVERIFY(check(scene.ruler->band));
  }
}

void RulerLayoutTest::picture_whilePanningAtTheDeepestZoom_doesNotJitter() {
  const auto s = longSession();
  const qreal nsPx = 900.0 / 20;
  qreal last = 1e9;
  for (int step = 0; step < 40; ++step) {
    ViewState view = showing(*s, kShortTask - 8, 20);
    view.panTo(kShortTask - 8, step * 0.1);
    const TimelineScene scene = sceneOf(s, view);
    const TaskBar* bar = nullptr;
    for (const TaskBar& each : scene.panes[0].bars) {
      bar = each.task.task == 401 ? &each : bar;
    }
    QVERIFY(bar != nullptr);
    QVERIFY(std::abs(bar->rect.width() - (7 * nsPx - 1)) <= 1);  // neighbours stay apart by a pixel
    QVERIFY(std::abs(bar->rect.left() - (scene.canvas.left() + (8 - step * 0.1) * nsPx)) <= 1);
    QVERIFY(bar->rect.left() < last);
    last = bar->rect.left();
  }
}

void RulerLayoutTest::columns_finerThanTwoPixelsANanosecond_standAtTheirTimes() {
  const auto s = longSession();
  for (const TimeNs span : {20, 60, 333, 675, 1'000, 5'000}) {
    const TimelineScene scene = sceneOf(s, showing(*s, kShortTask - 4, span));
    const QueueShape& queue = scene.panes[1].queues.front();
    const qreal end = queue.rect.left() + static_cast<qreal>(queue.mean.size()) * queue.columnWidth;
    // The whole canvas and not much more.
    QVERIFY2(std::abs(end - scene.canvas.right()) <= 50 + 2 * queue.columnWidth,
             QByteArray::number(qint64(span)));
    // The task waited from 5 ns before it began: the queue is deep from there on.
    qsizetype last = -1;
    for (qsizetype i = 0; i < queue.max.size(); ++i) {
      last = queue.max[i] < queue.rect.bottom() ? i : last;
    }
    QVERIFY(last >= 0);
    const qreal emptied = queue.rect.left() + static_cast<qreal>(last + 1) * queue.columnWidth;
    QVERIFY(std::abs(emptied - scene.axis->toX(kShortTask)) <= queue.columnWidth + 2);
  }
}

void RulerLayoutTest::ruler_tellsLengthRateAndTasks() {
  const auto s = longSession();
  ViewState view = showing(*s, kOrigin + 10 * kDay, 10 * kDay);
  view.ruler = {kOrigin + 10 * kDay, kOrigin + 10 * kDay + 50'000'000'000};
  const auto plain = [](QString text) { return text.replace(QChar(0x00a0), QLatin1Char(' ')); };
  QCOMPARE(plain(sceneOf(s, view).ruler->text), QStringLiteral("50.000 s · 0 tasks finished"));
  view.ruler = {kShortTask + 20, kShortTask - 5};  // in either order
  QCOMPARE(plain(sceneOf(s, view).ruler->text),
           QStringLiteral("25 ns · 1 task finished, 40.0 M/s"));
}

void RulerLayoutTest::ruler_withOneEnd_reachesToThePointer() {
  const auto s = longSession();
  ViewState view = showing(*s, kOrigin + kDay, 1'000'000'000);
  view.ruler.first = kOrigin + kDay + 500'000'000;
  const auto alone = sceneOf(s, view).ruler;
  QVERIFY2(QString(alone->text)
               .replace(QChar(0x00a0), QLatin1Char(' '))
               .startsWith(QStringLiteral("from 1 d 0:00:00.5")),
           qPrintable(alone->text));
  QVERIFY(alone->band.isEmpty());
  view.pointer = QPointF(900, 300);
  const auto reaching = sceneOf(s, view).ruler;
  QCOMPARE(reaching->band.right(), 900.0);
  QCOMPARE(reaching->ends.size(), 1);
}

QTEST_MAIN(RulerLayoutTest)
#include "ruler_layout_test.moc"
