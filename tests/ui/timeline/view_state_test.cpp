// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/view_state.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace poolscope;
using ui::TimeRange;
using ui::ViewState;

Q_DECLARE_METATYPE(std::function<void(ViewState&)>)

class ViewStateTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void following_atAnyTimeAndZoom_neverLosesNow();
  void following_sessionShorterThanView_beginsAtTheLeft();
  void frozen_whileTimePasses_standsStill();
  void zoom_keepsTheAnchorsPlace_data();
  void zoom_keepsTheAnchorsPlace();
  void zoom_withoutEnd_staysWithinLimits();
  void pan_far_keepsSomeOfTheSessionInSight();
  void fit_whileTheSessionGrows_showsAllInFewSteps();
  void reveal_timeInSight_movesNothing();
  void setFollowing_again_returnsToNow();
  void zoom_nanosecondsAfterDaysOfUptime_keepsTheAnchorsPlace();
  void zoom_smallStepsAtTheDeepest_leadOutAgain();
  void pan_atTheDeepestZoom_movesByFractions();
  void glide_atAnyFrameRate_isWhereTheClockSays();
  void glide_anythingElse_endsIt_data();
  void glide_anythingElse_endsIt();
  void glide_withReducedMotion_isNone();
  void restore_followingPlace_followsAgain();
};

namespace {

constexpr session::TimeNs kBegin = 77'000'000'000;
constexpr session::TimeNs kSecond = 1'000'000'000;

bool shows(const ViewState& view, session::TimeNs time) {
  return view.range().begin <= time && time < view.range().end;
}

}  // namespace

void ViewStateTest::following_atAnyTimeAndZoom_neverLosesNow() {
  ViewState view;
  for (int step = 0; step < 2'000; ++step) {
    const session::TimeNs now = kBegin + step * 16'666'667LL;
    view.advance(kBegin, now);
    QVERIFY(shows(view, now));
    if (step % 50 == 0) {
      view.zoom(step % 100 == 0 ? 1.7 : 0.55, now - kSecond);
      QVERIFY(view.following());
      QVERIFY(shows(view, now));
    }
  }
}

void ViewStateTest::following_sessionShorterThanView_beginsAtTheLeft() {
  ViewState view;
  view.advance(kBegin, kBegin + kSecond / 2);
  QCOMPARE(view.range().begin, kBegin);
  view.advance(kBegin, kBegin + kSecond);
  QCOMPARE(view.range().begin, kBegin);
}

void ViewStateTest::frozen_whileTimePasses_standsStill() {
  ViewState view;
  view.advance(kBegin, kBegin + 10 * kSecond);
  view.setFollowing(false);
  const TimeRange before = view.range();
  view.advance(kBegin, kBegin + 60 * kSecond);
  QCOMPARE(view.range(), before);
}

void ViewStateTest::zoom_keepsTheAnchorsPlace_data() {
  QTest::addColumn<double>("factor");
  QTest::addColumn<double>("share");
  QTest::newRow("in, at the middle") << 1.2 << 0.5;
  QTest::newRow("in, at the left end") << 3.0 << 0.0;
  QTest::newRow("out, near the right") << 0.5 << 0.9;
  QTest::newRow("in, a lot") << 1000.0 << 0.37;
}

void ViewStateTest::zoom_keepsTheAnchorsPlace() {
  QFETCH(double, factor);
  QFETCH(double, share);
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.zoomTo({kBegin + 40 * kSecond, kBegin + 50 * kSecond});
  const auto anchor = kBegin + 40 * kSecond + static_cast<session::TimeNs>(share * 10e9);
  view.zoom(factor, anchor);
  const TimeRange range = view.range();
  const double place =
      static_cast<double>(anchor - range.begin) / static_cast<double>(range.length());
  QVERIFY(std::abs(place - share) < 1e-6);
  QVERIFY(std::abs(static_cast<double>(range.length()) - 10e9 / factor) < 1);
}

void ViewStateTest::zoom_withoutEnd_staysWithinLimits() {
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.setFollowing(false);
  for (int i = 0; i < 200; ++i) {
    view.zoom(2, kBegin + 50 * kSecond);
  }
  QCOMPARE(view.range().length(), ViewState::kShortestSpan);
  for (int i = 0; i < 200; ++i) {
    view.zoom(0.5, kBegin + 50 * kSecond);
  }
  QCOMPARE(view.range().length(), ViewState::kLongestSpan);
  const TimeRange before = view.range();
  view.zoom(0);
  view.zoom(-3);
  QCOMPARE(view.range(), before);
}

void ViewStateTest::pan_far_keepsSomeOfTheSessionInSight() {
  ViewState view;
  view.advance(kBegin, kBegin + 10 * kSecond);
  for (int i = 0; i < 100; ++i) {
    view.pan(-0.7);
  }
  QVERIFY(view.range().end > kBegin);
  QVERIFY(!view.following());
  for (int i = 0; i < 100; ++i) {
    view.pan(0.7);
  }
  QVERIFY(view.range().begin < kBegin + 10 * kSecond);
}

void ViewStateTest::fit_whileTheSessionGrows_showsAllInFewSteps() {
  ViewState view;
  view.advance(kBegin, kBegin + kSecond);
  view.fit();
  int changes = 0;
  TimeRange last = view.range();
  for (int i = 0; i < 6'000; ++i) {
    const session::TimeNs now = kBegin + kSecond + i * 16'666'667LL;
    view.advance(kBegin, now);
    QVERIFY(shows(view, kBegin) && shows(view, now));
    changes += view.range() == last ? 0 : 1;
    last = view.range();
  }
  QVERIFY2(changes < 40, QByteArray::number(changes));
}

void ViewStateTest::reveal_timeInSight_movesNothing() {
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  const TimeRange before = view.range();
  view.reveal(before.begin + before.length() / 2);
  QCOMPARE(view.range(), before);
  QVERIFY(view.following());
  view.reveal(kBegin + 3 * kSecond);
  QVERIFY(shows(view, kBegin + 3 * kSecond));
  QCOMPARE(view.range().length(), before.length());
}

void ViewStateTest::setFollowing_again_returnsToNow() {
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.goToStart();
  QCOMPARE(view.range().begin, kBegin);
  QVERIFY(!view.following());
  view.setFollowing(true);
  QVERIFY(shows(view, kBegin + 100 * kSecond));
}

void ViewStateTest::zoom_nanosecondsAfterDaysOfUptime_keepsTheAnchorsPlace() {
  // Beyond 104 days of ns a double has no units left.
  const session::TimeNs begin = 400LL * 86'400 * kSecond + 7;
  ViewState view;
  view.advance(begin, begin + 30LL * 86'400 * kSecond);
  view.fit();
  view.setFollowing(false);
  const session::TimeNs anchor = begin + 17LL * 86'400 * kSecond + 123'456'789;
  const auto place = [&] {
    const ui::FineRange range = view.fineRange();
    return (static_cast<double>(anchor - range.begin) - range.fraction) / range.length;
  };
  const double before = place();
  for (int i = 0; i < 200; ++i) {
    view.zoom(1.2, anchor);
    QVERIFY2(std::abs(place() - before) < 1e-6, QByteArray::number(i));
  }
  QCOMPARE(view.range().length(), ViewState::kShortestSpan);
}

void ViewStateTest::zoom_smallStepsAtTheDeepest_leadOutAgain() {
  ViewState view;
  view.advance(kBegin, kBegin + kSecond);
  view.zoomTo({kBegin + 500, kBegin + 500 + ViewState::kShortestSpan});
  for (int i = 0; i < 200; ++i) {
    view.zoom(1 / 1.005, kBegin + 510);  // as a finger does it
  }
  QVERIFY(view.range().length() > 50);
}

void ViewStateTest::pan_atTheDeepestZoom_movesByFractions() {
  ViewState view;
  view.advance(kBegin, kBegin + kSecond);
  view.zoomTo({kBegin + 500, kBegin + 520});
  for (int i = 0; i < 100; ++i) {
    view.pan(0.001);
  }
  QCOMPARE(view.range().begin, kBegin + 502);
  QVERIFY(view.fineRange().fraction < 1e-6);
}

void ViewStateTest::glide_atAnyFrameRate_isWhereTheClockSays() {
  const auto after = [](int framesASecond) {
    ViewState view;
    view.advance(kBegin, kBegin + 100 * kSecond);
    view.panTo(kBegin + 50 * kSecond);
    view.glide(2, 1'000);
    for (int i = 0; i <= framesASecond / 2; ++i) {
      view.glideOn(1'000 + i * kSecond / framesASecond);
    }
    return view.fineRange();
  };
  QCOMPARE(after(60).begin, after(10).begin);
  QVERIFY(after(10).begin > kBegin + 50 * kSecond);

  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.panTo(kBegin + 50 * kSecond);
  view.glide(-2, 0);
  view.glideOn(20 * kSecond);
  QVERIFY(!view.isGliding());
  QVERIFY(view.range().begin < kBegin + 50 * kSecond);
}

void ViewStateTest::glide_anythingElse_endsIt_data() {
  using Change = std::function<void(ViewState&)>;
  QTest::addColumn<Change>("change");
  QTest::newRow("zoom") << Change([](ViewState& v) { v.zoom(2); });
  QTest::newRow("pan") << Change([](ViewState& v) { v.pan(0.1); });
  QTest::newRow("fit") << Change([](ViewState& v) { v.fit(); });
  QTest::newRow("live") << Change([](ViewState& v) { v.goLive(); });
  QTest::newRow("back") << Change([](ViewState& v) { v.restore(v.place()); });
}

void ViewStateTest::glide_anythingElse_endsIt() {
  QFETCH(std::function<void(ViewState&)>, change);
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.panTo(kBegin + 50 * kSecond);
  view.glide(2, 0);
  view.glideOn(kSecond / 10);
  QVERIFY(view.isGliding());
  change(view);
  QVERIFY(!view.isGliding());
  const TimeRange rest = view.range();
  view.glideOn(kSecond);
  QCOMPARE(view.range(), rest);
}

void ViewStateTest::glide_withReducedMotion_isNone() {
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.panTo(kBegin + 50 * kSecond);
  view.reduceMotion = true;
  view.glide(2, 0);
  QVERIFY(!view.isGliding());
}

void ViewStateTest::restore_followingPlace_followsAgain() {
  ViewState view;
  view.advance(kBegin, kBegin + 100 * kSecond);
  view.zoom(3);
  const ui::ViewPlace live = view.place();
  view.pan(-0.4);
  const ui::ViewPlace past = view.place();
  view.advance(kBegin, kBegin + 200 * kSecond);
  view.restore(live);
  QVERIFY(view.following());
  QVERIFY(shows(view, kBegin + 200 * kSecond));
  QCOMPARE(view.fineRange().length, live.range.length);
  view.restore(past);
  QVERIFY(!view.following());
  QCOMPARE(view.fineRange(), past.range);
}

QTEST_APPLESS_MAIN(ViewStateTest)
#include "view_state_test.moc"
