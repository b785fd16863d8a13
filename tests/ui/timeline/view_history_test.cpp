// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/view_history.h"

#include <QTest>

using namespace poolscope::ui;
using Step = ViewHistory::Step;

class ViewHistoryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void back_andForward_walkThroughTheViews();
  void parts_closeTogether_areOneStep();
  void parts_withAPauseBetween_areTwo();
  void jump_rightAfterAPart_standsForItself();
  void leave_afterGoingBack_forgetsWhatWasAhead();
  void leave_veryOften_keepsTheLatest();
};

namespace {

constexpr poolscope::session::TimeNs kMs = 1'000'000;

ViewPlace place(int number) {
  return {.range = TimeRange{number, number + 10}, .following = false};
}

int numberOf(const std::optional<ViewPlace>& place) {
  return place ? static_cast<int>(place->range.begin) : -1;
}

}  // namespace

void ViewHistoryTest::back_andForward_walkThroughTheViews() {
  ViewHistory history;
  QVERIFY(!history.canGoBack());
  QVERIFY(!history.goBack(place(0)));
  history.leave(place(0), Step::jump, 0);
  history.leave(place(1), Step::jump, 0);
  QCOMPARE(numberOf(history.goBack(place(2))), 1);
  QCOMPARE(numberOf(history.goBack(place(1))), 0);
  QVERIFY(!history.canGoBack());
  QCOMPARE(numberOf(history.goForward(place(0))), 1);
  QCOMPARE(numberOf(history.goForward(place(1))), 2);
  QVERIFY(!history.canGoForward());
}

void ViewHistoryTest::parts_closeTogether_areOneStep() {
  ViewHistory history;
  for (int i = 0; i < 50; ++i) {  // far longer than the time between two
    history.leave(place(i), Step::part, i * 100 * kMs);
  }
  QCOMPARE(numberOf(history.goBack(place(50))), 0);
  QVERIFY(!history.canGoBack());
}

void ViewHistoryTest::parts_withAPauseBetween_areTwo() {
  ViewHistory history;
  history.leave(place(0), Step::part, 0);
  history.leave(place(1), Step::part, ViewHistory::kSeriesNs);
  QCOMPARE(numberOf(history.goBack(place(2))), 1);
  QCOMPARE(numberOf(history.goBack(place(1))), 0);
}

void ViewHistoryTest::jump_rightAfterAPart_standsForItself() {
  ViewHistory history;
  history.leave(place(0), Step::part, 0);
  history.leave(place(1), Step::jump, kMs);
  history.leave(place(2), Step::part, 2 * kMs);
  QCOMPARE(numberOf(history.goBack(place(3))), 2);
  QCOMPARE(numberOf(history.goBack(place(2))), 1);
  QCOMPARE(numberOf(history.goBack(place(1))), 0);
}

void ViewHistoryTest::leave_afterGoingBack_forgetsWhatWasAhead() {
  ViewHistory history;
  history.leave(place(0), Step::jump, 0);
  QCOMPARE(numberOf(history.goBack(place(1))), 0);
  history.leave(place(0), Step::part, kMs);
  QVERIFY(!history.canGoForward());
  QCOMPARE(numberOf(history.goBack(place(5))), 0);
}

void ViewHistoryTest::leave_veryOften_keepsTheLatest() {
  ViewHistory history;
  for (int i = 0; i < 500; ++i) {
    history.leave(place(i), Step::jump, 0);
  }
  int count = 0;
  int oldest = -1;
  for (int at = 500; history.canGoBack(); ++count) {
    at = oldest = numberOf(history.goBack(place(at)));
  }
  QCOMPARE(count, int{ViewHistory::kMost});
  QCOMPARE(oldest, 500 - count);
}

QTEST_APPLESS_MAIN(ViewHistoryTest)
#include "view_history_test.moc"
