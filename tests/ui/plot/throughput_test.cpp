// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/throughput.h"

#include "tests/ui/timeline/demo_session.h"

#include <QTest>

#include <cmath>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class ThroughputTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rate_ofASteadyPool_isItsRate_data();
  void rate_ofASteadyPool_isItsRate();
  void curve_afterNow_isNotThere();
  void curve_ofARecording_endsWithWhatFinishedLast();
  void limits_eachChange_hasItsStrip();
  void limits_aDrag_isOneLineAndOneNeutralPiece();
  void limits_afterAShortBurst_leaveNoHole();
  void valueAt_aPoint_tellsRateAndLimit();
  void session_empty_hasNoCurve();
};

namespace {

constexpr QSizeF kSize(800, 200);

/// A task ends every `every`, up to `end`.
std::shared_ptr<FakeSnapshot> steady(TimeNs every, TimeNs end) {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 1);
  const auto caller = s->addCaller("main");
  const auto worker = s->addWorker(pool, 0, 0);
  for (TimeNs t = 0; t + every <= end; t += every) {
    s->runTask(s->addTask(pool, caller, t), worker, t, t + every - 1);
  }
  s->end_ = end;
  return s;
}

}  // namespace

void ThroughputTest::rate_ofASteadyPool_isItsRate_data() {
  QTest::addColumn<qint64>("rangeMs");
  QTest::addColumn<qint64>("mostWindowMs");
  QTest::newRow("short: a smaller window") << qint64(2'000) << qint64(500);
  QTest::newRow("long: one second") << qint64(60'000) << qint64(1'000);
}

void ThroughputTest::rate_ofASteadyPool_isItsRate() {
  QFETCH(qint64, rangeMs);
  QFETCH(qint64, mostWindowMs);
  const auto s = steady(10 * kMs, rangeMs * kMs);
  const auto scene = layOutThroughput(Frame{s, s->end_, false}, 0, s->end_, kSize, Theme::dark());
  QVERIFY(scene.window <= mostWindowMs * kMs);
  QVERIFY(scene.rates.size() > 20);
  for (qsizetype i = scene.rates.size() / 4; i < scene.rates.size(); ++i) {
    QVERIFY2(std::abs(scene.rates[i] - 100) <= 10, QByteArray::number(scene.rates[i]));
  }
  QVERIFY(scene.value.maximum() >= 100 && scene.value.maximum() <= 150);
}

void ThroughputTest::curve_afterNow_isNotThere() {
  const auto s = steady(10 * kMs, 10'000 * kMs);
  const auto scene =
      layOutThroughput(Frame{s, 4'000 * kMs, false}, 0, 10'000 * kMs, kSize, Theme::dark());
  QVERIFY(scene.times.back() <= 4'000 * kMs);
  QVERIFY(scene.curve.points.back().x() <= scene.time->toX(4'000 * kMs));
  QVERIFY(scene.limits.back().rect.right() <= scene.time->toX(4'000 * kMs));
}

void ThroughputTest::curve_ofARecording_endsWithWhatFinishedLast() {
  auto s = std::make_shared<FakeSnapshot>();
  const auto pool = s->addPool(0, 1);
  const auto caller = s->addCaller("main");
  const auto worker = s->addWorker(pool, 0, 0);
  const TimeNs end = 3'600'900 * kMs;  // cells are seconds long here
  for (TimeNs t = end - 800 * kMs; t < end; t += 40 * kMs) {
    s->runTask(s->addTask(pool, caller, t), worker, t, t + 40 * kMs);
  }
  s->end_ = end;
  const auto scene = layOutThroughput(Frame{s, end, false}, 0, end, kSize, Theme::dark());
  QCOMPARE(scene.times.back(), end);
  const double expected = 20 / (static_cast<double>(scene.window) / 1e9);
  QVERIFY2(std::abs(scene.rates.back() - expected) < 1e-9, QByteArray::number(scene.rates.back()));
  QVERIFY(scene.curve.points.back().x() <= scene.plot.right() + 0.5);
}

void ThroughputTest::limits_eachChange_hasItsStrip() {
  const auto s = steady(10 * kMs, 10'000 * kMs);
  s->setMaxWorkers(s->pools_[0].index, 3'000 * kMs, 4);
  s->setMaxWorkers(s->pools_[0].index, 9'990 * kMs, 8);
  const auto scene = layOutThroughput(Frame{s, s->end_, false}, 0, s->end_, kSize, Theme::dark());
  QCOMPARE(scene.limits.size(), 2);  // the last is narrower than can be seen
  QCOMPARE(scene.limits[0].label, QStringLiteral("max_workers 1"));
  QCOMPARE(scene.limits[1].label, QStringLiteral("max_workers 4"));
  QVERIFY(std::abs(scene.limits[1].rect.left() - scene.time->toX(3'000 * kMs)) < 2);
  QVERIFY(!scene.limits[0].rect.intersects(scene.limits[1].rect));
}

void ThroughputTest::limits_aDrag_isOneLineAndOneNeutralPiece() {
  const auto s = steady(10 * kMs, 10'000 * kMs);
  const auto pool = s->pools_[0].index;
  for (std::uint32_t i = 0; i < 60; ++i) {
    s->setMaxWorkers(pool, (3'000 + 20 * i) * kMs, 64 - i);
  }
  const auto scene = layOutThroughput(Frame{s, s->end_, false}, 0, s->end_, kSize, Theme::dark());
  QCOMPARE(scene.limitLines.size(), 1);
  QVERIFY(std::abs(scene.limitLines.front() - scene.time->toX(4'180 * kMs)) < 1);
  QCOMPARE(scene.limits.size(), 3);
  QCOMPARE(scene.limits[0].label, QStringLiteral("max_workers 1"));
  QCOMPARE(scene.limits[1].label, QStringLiteral("1 to 64"));
  QCOMPARE(scene.limits[1].maxWorkers, 0);
  // Throughput on the way belongs to neither number.
  QVERIFY(std::abs(scene.limits[0].rect.right() - scene.time->toX(3'000 * kMs)) < 2);
  QCOMPARE(scene.limits[2].label, QStringLiteral("max_workers 5"));
  // What is pointed at is told exactly.
  QCOMPARE(
      throughputAt(scene, scene.time->toX(3'000 * kMs) + 20)->maxWorkers,
      int(s->max_workers_at(pool, throughputAt(scene, scene.time->toX(3'000 * kMs) + 20)->time)));
}

void ThroughputTest::limits_afterAShortBurst_leaveNoHole() {
  const auto s = steady(10 * kMs, 60'000 * kMs);
  const auto pool = s->pools_[0].index;
  for (std::uint32_t i = 0; i < 7; ++i) {
    s->setMaxWorkers(pool, (30'000 + 100 * i) * kMs, 8 - i);
  }
  const auto scene = layOutThroughput(Frame{s, s->end_, false}, 0, s->end_, kSize, Theme::dark());
  QCOMPARE(scene.limitLines.size(), 1);
  QCOMPARE(scene.limits.size(), 3);
  QCOMPARE(scene.limits[1].maxWorkers, 0);
  QCOMPARE(scene.limits[2].label, QStringLiteral("max_workers 2"));
  for (int i = 1; i < 3; ++i) {
    QVERIFY(scene.limits[i].rect.left() - scene.limits[i - 1].rect.right() <= 2.01);
  }
}

void ThroughputTest::valueAt_aPoint_tellsRateAndLimit() {
  const auto s = steady(10 * kMs, 10'000 * kMs);
  s->setMaxWorkers(s->pools_[0].index, 5'000 * kMs, 4);
  const auto scene = layOutThroughput(Frame{s, s->end_, false}, 0, s->end_, kSize, Theme::dark());
  const auto early = throughputAt(scene, scene.time->toX(2'000 * kMs));
  const auto late = throughputAt(scene, scene.time->toX(8'000 * kMs));
  QVERIFY(early && late);
  QCOMPARE(early->maxWorkers, 1);
  QCOMPARE(late->maxWorkers, 4);
  QVERIFY(std::abs(late->tasksPerSecond - 100) < 5);
  QVERIFY(std::abs(static_cast<double>(late->time - 8'000 * kMs)) < 100e6);
  QVERIFY(!throughputAt(scene, 2));
}

void ThroughputTest::session_empty_hasNoCurve() {
  const auto scene = layOutThroughput(Frame{}, 0, 1000, kSize, Theme::dark());
  QVERIFY(scene.curve.points.isEmpty());
  QVERIFY(!throughputAt(scene, 400));
}

QTEST_MAIN(ThroughputTest)
#include "throughput_test.moc"
