// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/overview_drag.h"

#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class OverviewDragTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void partAt_everyPlace_data();
  void partAt_everyPlace();
  void partAt_frameOfTheWholeSession_canBeDrawnAnew();
  void partAt_frameOfNanoseconds_canBeTaken();
  void frame_dragged_keepsItsLength();
  void end_draggedOverTheOther_staysBehindIt();
  void outside_dragged_choosesAStretch();
  void click_anywhere_centersThere();
  void drag_whileTheSessionGrows_keepsToTheTime();
};

namespace {

constexpr session::TimeNs kSecond = 1'000'000'000;
const OverviewMap kMap{{100 * kSecond, 200 * kSecond}, 1000};
const TimeRange kView{140 * kSecond, 160 * kSecond};

}  // namespace

void OverviewDragTest::partAt_everyPlace_data() {
  QTest::addColumn<QPointF>("at");
  QTest::addColumn<int>("part");
  const auto row = [](const char* name, qreal x, qreal y, OverviewPart part) {
    QTest::newRow(name) << QPointF(x, y) << static_cast<int>(part);
  };
  row("left of the frame", 100, 20, OverviewPart::outside);
  row("its begin", 402, 20, OverviewPart::begin);
  row("inside", 500, 20, OverviewPart::frame);
  row("its end", 597, 20, OverviewPart::end);
  row("right of it", 800, 20, OverviewPart::outside);
  row("the knob of now", 902, 4, OverviewPart::now);
  row("below the knob", 902, 20, OverviewPart::outside);
}

void OverviewDragTest::partAt_everyPlace() {
  QFETCH(QPointF, at);
  QFETCH(int, part);
  QCOMPARE(static_cast<int>(overviewPartAt(kMap, kView, 190 * kSecond, at)), part);
}

void OverviewDragTest::partAt_frameOfTheWholeSession_canBeDrawnAnew() {
  const TimeRange all{90 * kSecond, 210 * kSecond};
  QVERIFY(overviewPartAt(kMap, all, {}, QPointF(500, 20)) == OverviewPart::outside);
}

void OverviewDragTest::partAt_frameOfNanoseconds_canBeTaken() {
  const TimeRange view{150 * kSecond, 150 * kSecond + 20};
  QVERIFY(overviewPartAt(kMap, view, {}, QPointF(503, 20)) == OverviewPart::frame);
}

void OverviewDragTest::frame_dragged_keepsItsLength() {
  OverviewDrag drag(OverviewPart::frame, kMap, kView, 500);
  QVERIFY(!drag.moveTo(kMap, 501));  // a hand is never quite still
  QCOMPARE(*drag.moveTo(kMap, 600), (TimeRange{150 * kSecond, 170 * kSecond}));
  QCOMPARE(*drag.moveTo(kMap, 500), kView);
  QVERIFY(!drag.release(kMap));
}

void OverviewDragTest::end_draggedOverTheOther_staysBehindIt() {
  OverviewDrag end(OverviewPart::end, kMap, kView, 600);
  QCOMPARE(*end.moveTo(kMap, 700), (TimeRange{140 * kSecond, 170 * kSecond}));
  QCOMPARE(*end.moveTo(kMap, 10),
           (TimeRange{140 * kSecond, 140 * kSecond + ViewState::kShortestSpan}));
  OverviewDrag begin(OverviewPart::begin, kMap, kView, 400);
  QCOMPARE(*begin.moveTo(kMap, 300), (TimeRange{130 * kSecond, 160 * kSecond}));
  QCOMPARE(*begin.moveTo(kMap, 990),
           (TimeRange{160 * kSecond - ViewState::kShortestSpan, 160 * kSecond}));
}

void OverviewDragTest::outside_dragged_choosesAStretch() {
  OverviewDrag drag(OverviewPart::outside, kMap, kView, 800);
  QCOMPARE(*drag.moveTo(kMap, 700), (TimeRange{170 * kSecond, 180 * kSecond}));
  QCOMPARE(*drag.moveTo(kMap, 2'000), (TimeRange{180 * kSecond, 200 * kSecond}));
}

void OverviewDragTest::click_anywhere_centersThere() {
  for (const OverviewPart part : {OverviewPart::outside, OverviewPart::frame, OverviewPart::end}) {
    const OverviewDrag drag(part, kMap, kView, 800);
    QCOMPARE(*drag.release(kMap), (TimeRange{170 * kSecond, 190 * kSecond}));
  }
  QVERIFY(!OverviewDrag(OverviewPart::now, kMap, kView, 800).release(kMap));
}

void OverviewDragTest::drag_whileTheSessionGrows_keepsToTheTime() {
  OverviewDrag drag(OverviewPart::frame, kMap, kView, 500);
  const OverviewMap grown{{100 * kSecond, 300 * kSecond}, 1000};
  // The same place is a later time now.
  QCOMPARE(*drag.moveTo(grown, 505), (TimeRange{191 * kSecond, 211 * kSecond}));
}

QTEST_APPLESS_MAIN(OverviewDragTest)
#include "overview_drag_test.moc"
