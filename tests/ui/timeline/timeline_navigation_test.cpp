// SPDX-License-Identifier: Apache-2.0
// How a TimelineView is moved by hand: back and forth, bands, glides, fingers, the ruler.
#include "tests/ui/timeline/demo_session.h"
#include "ui/timeline/timeline_view.h"

#include <QGestureEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QPointingDevice>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class TimelineNavigationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup() { view_.reset(); }
  void back_afterSeveralWheelNotches_undoesAllOfThem();
  void back_afterLookingElsewhere_followsAgain();
  void mouseButtons_goBackAndForward();
  void shiftWheel_pans();
  void horizontalWheel_pans();
  void wheel_whileFollowing_keepsNow();
  void ctrlDrag_showsTheBandAndItsLength();
  void ctrlDrag_keepsTheSelectedRange();
  void escape_duringADrag_putsAllBack_data();
  void escape_duringADrag_putsAllBack();
  void middleDrag_pans_atTheDeepestZoomByFractions();
  void middleDrag_upwards_scrollsTheLanes();
  void panLetGoInMotion_glides_andComesToRest();
  void panLetGoAtRest_doesNotGlide();
  void glide_isEndedByWhateverTheUserDoes_data();
  void glide_isEndedByWhateverTheUserDoes();
  void glide_withReducedMotion_isNone();
  void touchpadPinch_zoomsAtTheFingers();
  void touchPinch_zoomsBetweenTheFingers();
  void axisClicks_setTheRuler_andEscapeClearsIt();
  void axisDrag_measures_andItsEndsCanBeMoved();
  void ruler_whileTheViewMoves_staysAtItsTimes();
  void ruler_byKeys_measuresTheSelectedTask();

 private:
  QWidget* port() const { return view_->viewport(); }
  void wheel(const QPointF& at, const QPoint& delta, Qt::KeyboardModifiers modifiers = {});
  void send(QEvent::Type type, const QPoint& at, Qt::MouseButton button,
            Qt::KeyboardModifiers modifiers = {});
  /// From, over the middle, to; `wall_` moves on by `stepNs` between them.
  void drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers modifiers = {},
            TimeNs stepNs = 8 * kMs, Qt::MouseButton button = Qt::LeftButton);
  void letGlide();
  void frameAfter(TimeNs ns);

  std::unique_ptr<TimelineView> view_;
  std::shared_ptr<FakeSnapshot> session_;
  TimeNs wall_ = 0;
};

void TimelineNavigationTest::init() {
  wall_ = 1'000'000'000;
  session_ = demoSession();
  view_ = std::make_unique<TimelineView>();
  view_->setWallClock([this] { return wall_; });
  view_->resize(1000, 440);
  view_->show();
  QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
  view_->showFrame({session_, session_->end_, true});
}

void TimelineNavigationTest::wheel(const QPointF& at, const QPoint& delta,
                                   Qt::KeyboardModifiers modifiers) {
  QWheelEvent event(at, port()->mapToGlobal(at), {}, delta, Qt::NoButton, modifiers,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(port(), &event);
}

void TimelineNavigationTest::send(QEvent::Type type, const QPoint& at, Qt::MouseButton button,
                                  Qt::KeyboardModifiers modifiers) {
  const bool moves = type == QEvent::MouseMove;
  QMouseEvent event(type, at, port()->mapToGlobal(at), moves ? Qt::NoButton : button,
                    type == QEvent::MouseButtonRelease ? Qt::NoButton : button, modifiers);
  QCoreApplication::sendEvent(port(), &event);
}

void TimelineNavigationTest::drag(const QPoint& from, const QPoint& to,
                                  Qt::KeyboardModifiers modifiers, TimeNs stepNs,
                                  Qt::MouseButton button) {
  send(QEvent::MouseButtonPress, from, button, modifiers);
  wall_ += stepNs;
  send(QEvent::MouseMove, (from + to) / 2, button, modifiers);
  wall_ += stepNs;
  send(QEvent::MouseMove, to, button, modifiers);
  wall_ += stepNs;
  send(QEvent::MouseButtonRelease, to, button, modifiers);
}

void TimelineNavigationTest::letGlide() {
  view_->showRange(session_->begin_ + 1'500 * kMs, session_->begin_ + 1'600 * kMs);
  drag({500, 200}, {620, 200}, Qt::ShiftModifier);
}

void TimelineNavigationTest::frameAfter(TimeNs ns) {
  wall_ += ns;
  view_->showFrame(view_->frame());
}

void TimelineNavigationTest::back_afterSeveralWheelNotches_undoesAllOfThem() {
  view_->showRange(session_->begin_, session_->begin_ + 500 * kMs);
  const TimeRange before = view_->viewState().range();
  for (int i = 0; i < 7; ++i) {
    wheel({600, 200}, {0, 120});
    wall_ += 50 * kMs;
  }
  const TimeRange after = view_->viewState().range();
  QVERIFY(after != before);
  view_->goBack();
  QCOMPARE(view_->viewState().range(), before);
  view_->goForward();
  QCOMPARE(view_->viewState().range(), after);
}

void TimelineNavigationTest::back_afterLookingElsewhere_followsAgain() {
  QVERIFY(view_->viewState().following());
  view_->showRange(session_->begin_, session_->begin_ + 100 * kMs);
  QSignalSpy told(view_.get(), &TimelineView::followingChanged);
  view_->goBack();
  QVERIFY(view_->viewState().following());
  QCOMPARE(told.count(), 1);
  QVERIFY(view_->scene().nowX.has_value());
}

void TimelineNavigationTest::mouseButtons_goBackAndForward() {
  view_->showRange(session_->begin_, session_->begin_ + 500 * kMs);
  const TimeRange first = view_->viewState().range();
  view_->showRange(session_->begin_ + 100 * kMs, session_->begin_ + 200 * kMs);
  const TimeRange second = view_->viewState().range();
  send(QEvent::MouseButtonPress, {500, 200}, Qt::BackButton);
  send(QEvent::MouseButtonRelease, {500, 200}, Qt::BackButton);
  QCOMPARE(view_->viewState().range(), first);
  send(QEvent::MouseButtonPress, {500, 200}, Qt::ForwardButton);
  send(QEvent::MouseButtonRelease, {500, 200}, Qt::ForwardButton);
  QCOMPARE(view_->viewState().range(), second);
}

void TimelineNavigationTest::shiftWheel_pans() {
  view_->showRange(session_->begin_ + 1'000 * kMs, session_->begin_ + 1'500 * kMs);
  wheel({600, 200}, {0, -120}, Qt::ShiftModifier);
  QCOMPARE(view_->viewState().range(),
           (TimeRange{session_->begin_ + 1'050 * kMs, session_->begin_ + 1'550 * kMs}));
}

void TimelineNavigationTest::horizontalWheel_pans() {
  view_->showRange(session_->begin_ + 1'000 * kMs, session_->begin_ + 1'500 * kMs);
  wheel({600, 200}, {120, 0});
  QCOMPARE(view_->viewState().range(),
           (TimeRange{session_->begin_ + 950 * kMs, session_->begin_ + 1'450 * kMs}));
}

void TimelineNavigationTest::wheel_whileFollowing_keepsNow() {
  for (int i = 0; i < 120; ++i) {
    wheel({300, 200}, {0, 120});
    QVERIFY(view_->viewState().following());
    QVERIFY(view_->scene().nowX.has_value());
  }
  QCOMPARE(view_->viewState().range().length(), ViewState::kShortestSpan);
}

void TimelineNavigationTest::ctrlDrag_showsTheBandAndItsLength() {
  const TimeRange before = view_->viewState().range();
  const TimeNs begin = view_->scene().axis->toTime(400);
  const TimeNs end = view_->scene().axis->toTime(600);
  send(QEvent::MouseButtonPress, {600, 200}, Qt::LeftButton, Qt::ControlModifier);
  send(QEvent::MouseMove, {400, 200}, Qt::LeftButton, Qt::ControlModifier);
  const auto band = view_->scene().zoomBand;
  QVERIFY(band.has_value());
  QCOMPARE(band->band.left(), 400.0);
  QCOMPARE(band->band.right(), 600.0);
  QVERIFY2(band->text.endsWith(QStringLiteral("ms")), qPrintable(band->text));
  send(QEvent::MouseButtonRelease, {400, 200}, Qt::LeftButton, Qt::ControlModifier);
  QCOMPARE(view_->viewState().range(), (TimeRange{begin, end}));
  QVERIFY(!view_->scene().zoomBand);
  view_->goBack();
  QVERIFY(view_->viewState().following());
  QCOMPARE(view_->viewState().range(), before);
}

void TimelineNavigationTest::ctrlDrag_keepsTheSelectedRange() {
  view_->selectRange(session_->begin_ + 10, session_->begin_ + 20 * kMs);
  const auto range = view_->viewState().selectedRange;
  drag({400, 200}, {600, 200}, Qt::ControlModifier);
  QVERIFY(view_->viewState().selectedRange == range);
}

void TimelineNavigationTest::escape_duringADrag_putsAllBack_data() {
  QTest::addColumn<int>("modifiers");
  QTest::addColumn<int>("y");
  QTest::newRow("range") << int(Qt::NoModifier) << 200;
  QTest::newRow("zoom") << int(Qt::ControlModifier) << 200;
  QTest::newRow("pan") << int(Qt::ShiftModifier) << 200;
  QTest::newRow("ruler") << int(Qt::NoModifier) << 10;
}

void TimelineNavigationTest::escape_duringADrag_putsAllBack() {
  QFETCH(int, modifiers);
  QFETCH(int, y);
  const Qt::KeyboardModifiers held{modifiers};
  view_->selectRange(session_->begin_ + 10, session_->begin_ + 20 * kMs);
  const ViewState before = view_->viewState();
  QSignalSpy selected(view_.get(), &TimelineView::rangeSelected);
  send(QEvent::MouseButtonPress, {400, y}, Qt::LeftButton, held);
  send(QEvent::MouseMove, {600, y}, Qt::LeftButton, held);
  QTest::keyClick(view_.get(), Qt::Key_Escape);
  send(QEvent::MouseMove, {700, y}, Qt::LeftButton, held);
  send(QEvent::MouseButtonRelease, {700, y}, Qt::LeftButton, held);
  QCOMPARE(view_->viewState().range(), before.range());
  QCOMPARE(view_->viewState().following(), before.following());
  QVERIFY(view_->viewState().selectedRange == before.selectedRange);
  QVERIFY(view_->viewState().ruler == before.ruler);
  QVERIFY(!view_->viewState().zoomBand);
  QCOMPARE(selected.count(), 0);
}

void TimelineNavigationTest::middleDrag_pans_atTheDeepestZoomByFractions() {
  const TimeNs begin = session_->begin_ + 1'000 * kMs;
  view_->showRange(begin, begin + ViewState::kShortestSpan);
  const double px = static_cast<double>(ViewState::kShortestSpan) / view_->scene().canvas.width();
  drag({500, 200}, {510, 200}, {}, 400 * kMs, Qt::MiddleButton);
  const FineRange range = view_->viewState().fineRange();
  QVERIFY(std::abs(static_cast<double>(range.begin - begin) + range.fraction + 10 * px) < 1e-6);
  QVERIFY(!view_->viewState().selectedRange);
}

void TimelineNavigationTest::middleDrag_upwards_scrollsTheLanes() {
  const auto many = demoSession({.before = 60, .after = 60, .batch = 200});
  view_->showFrame({many, many->end_, false});
  view_->repaint();
  QVERIFY(view_->verticalScrollBar()->maximum() > 100);
  drag({500, 400}, {500, 340}, {}, 400 * kMs, Qt::MiddleButton);
  QCOMPARE(view_->verticalScrollBar()->value(), 60);
  QCOMPARE(view_->viewState().scrollY, 60.0);
}

void TimelineNavigationTest::panLetGoInMotion_glides_andComesToRest() {
  QSignalSpy changed(view_.get(), &TimelineView::viewChanged);
  letGlide();
  QVERIFY(view_->isGliding());
  QVERIFY(changed.count() >= 3);  // the last one wakes whoever shows frames
  const TimeNs letGo = view_->viewState().range().begin;
  frameAfter(50 * kMs);
  const TimeNs soon = view_->viewState().range().begin;
  QVERIFY(soon < letGo);  // as the hand went
  frameAfter(50 * kMs);
  QVERIFY(view_->viewState().range().begin - soon > soon - letGo);  // ever slower
  frameAfter(10'000 * kMs);
  QVERIFY(!view_->isGliding());
  view_->goBack();  // the drag and its glide are one step
  QCOMPARE(view_->viewState().range().begin, session_->begin_ + 1'500 * kMs);
}

void TimelineNavigationTest::panLetGoAtRest_doesNotGlide() {
  view_->showRange(session_->begin_ + 1'500 * kMs, session_->begin_ + 1'600 * kMs);
  drag({500, 200}, {620, 200}, Qt::ShiftModifier, 100 * kMs);
  QVERIFY(!view_->isGliding());
}

void TimelineNavigationTest::glide_isEndedByWhateverTheUserDoes_data() {
  QTest::addColumn<QString>("what");
  for (const char* what : {"key", "press", "wheel", "back", "fit"}) {
    QTest::newRow(what) << QString::fromLatin1(what);
  }
}

void TimelineNavigationTest::glide_isEndedByWhateverTheUserDoes() {
  QFETCH(QString, what);
  letGlide();
  QVERIFY(view_->isGliding());
  frameAfter(16 * kMs);
  if (what == QLatin1String("key")) {
    QTest::keyClick(view_.get(), Qt::Key_Control);
  } else if (what == QLatin1String("press")) {
    send(QEvent::MouseButtonPress, {500, 200}, Qt::LeftButton);
  } else if (what == QLatin1String("wheel")) {
    wheel({40, 200}, {0, 120});
  } else if (what == QLatin1String("back")) {
    view_->goBack();
  } else {
    view_->fit();
  }
  QVERIFY(!view_->isGliding());
  const TimeRange rest = view_->viewState().range();
  frameAfter(16 * kMs);
  QCOMPARE(view_->viewState().range(), rest);
}

void TimelineNavigationTest::glide_withReducedMotion_isNone() {
  view_->setReduceMotion(true);
  letGlide();
  QVERIFY(!view_->isGliding());
}

void TimelineNavigationTest::touchpadPinch_zoomsAtTheFingers() {
  view_->setFollowing(false);
  const QPointF at(600, 200);
  const TimeNs before = view_->scene().axis->toTime(at.x());
  const double scale = view_->scene().axis->nsPerPixel();
  QNativeGestureEvent event(Qt::ZoomNativeGesture, QPointingDevice::primaryPointingDevice(), 2, at,
                            at, port()->mapToGlobal(at), 0.5, {});
  QCoreApplication::sendEvent(port(), &event);
  const auto& axis = *view_->scene().axis;
  QVERIFY(std::abs(axis.nsPerPixel() * 1.5 / scale - 1) < 1e-6);
  QVERIFY(std::abs(static_cast<double>(axis.toTime(at.x()) - before)) <= 1.5 * axis.nsPerPixel());
}

void TimelineNavigationTest::touchPinch_zoomsBetweenTheFingers() {
  view_->setFollowing(false);
  const QPointF at(600, 200);
  const TimeNs before = view_->scene().axis->toTime(at.x());
  const double scale = view_->scene().axis->nsPerPixel();
  QPinchGesture pinch;
  pinch.setScaleFactor(2);
  pinch.setCenterPoint(port()->mapToGlobal(at));
  pinch.setLastCenterPoint(port()->mapToGlobal(at));
  pinch.setChangeFlags(QPinchGesture::ScaleFactorChanged);
  QGestureEvent event({&pinch});
  QCoreApplication::sendEvent(port(), &event);
  const auto& axis = *view_->scene().axis;
  QVERIFY(std::abs(axis.nsPerPixel() * 2 / scale - 1) < 1e-6);
  QVERIFY(std::abs(static_cast<double>(axis.toTime(at.x()) - before)) <= 1.5 * axis.nsPerPixel());
}

void TimelineNavigationTest::axisClicks_setTheRuler_andEscapeClearsIt() {
  view_->selectTask({0, 1}, false);
  const TimeNs first = view_->scene().axis->toTime(700);
  const TimeNs second = view_->scene().axis->toTime(400);
  QTest::mouseClick(port(), Qt::LeftButton, {}, {700, 10});
  QVERIFY(view_->viewState().ruler == (Ruler{first, std::nullopt}));
  QCOMPARE(view_->scene().ruler->ends.size(), 1);
  QTest::mouseClick(port(), Qt::LeftButton, {}, {400, 10});
  QVERIFY(view_->viewState().ruler == (Ruler{first, second}));
  QCOMPARE(view_->scene().ruler->band.left(), 400.0);
  QCOMPARE(view_->scene().ruler->band.right(), 700.0);
  QTest::keyClick(view_.get(), Qt::Key_Escape);
  QVERIFY(view_->viewState().ruler.isEmpty());
  QVERIFY(view_->viewState().selectedTask);  // one thing at a time
}

void TimelineNavigationTest::axisDrag_measures_andItsEndsCanBeMoved() {
  const TimeNs first = view_->scene().axis->toTime(400);
  drag({400, 10}, {600, 10});
  QVERIFY(view_->viewState().ruler == (Ruler{first, view_->scene().axis->toTime(600)}));
  QVERIFY(!view_->viewState().selectedRange);
  drag({601, 10}, {500, 10});
  QVERIFY(view_->viewState().ruler == (Ruler{first, view_->scene().axis->toTime(500)}));
  drag({399, 10}, {700, 10});
  QVERIFY(view_->viewState().ruler ==
          (Ruler{view_->scene().axis->toTime(700), view_->scene().axis->toTime(500)}));
  QCOMPARE(view_->scene().ruler->band.left(), 500.0);
}

void TimelineNavigationTest::ruler_whileTheViewMoves_staysAtItsTimes() {
  drag({400, 10}, {600, 10});
  const Ruler ruler = view_->viewState().ruler;
  const QString text = view_->scene().ruler->text;
  view_->zoomIn();
  view_->panLeft();
  QVERIFY(view_->viewState().ruler == ruler);
  QCOMPARE(view_->scene().ruler->text, text);
  view_->showRange(*ruler.second + 100 * kMs, *ruler.second + 200 * kMs);
  QVERIFY(view_->scene().ruler->ends.isEmpty());
  QCOMPARE(view_->scene().ruler->text, QStringLiteral("← ") + text);  // there it is
  QVERIFY(view_->scene().canvas.contains(view_->scene().ruler->box));
}

void TimelineNavigationTest::ruler_byKeys_measuresTheSelectedTask() {
  view_->selectTask({0, 1});
  const auto task = session_->task({0, 1});
  view_->dropRulerEnd();  // the pointer is elsewhere
  view_->dropRulerEnd();
  QVERIFY(view_->viewState().ruler == (Ruler{*task->started, *task->finished}));
  QTest::mouseMove(port(), {600, 200});
  view_->dropRulerEnd();
  QVERIFY(view_->viewState().ruler == (Ruler{view_->scene().axis->toTime(600), std::nullopt}));
  view_->measureTask();
  QVERIFY(view_->viewState().ruler.second == task->started);
}

QTEST_MAIN(TimelineNavigationTest)
#include "timeline_navigation_test.moc"
