// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/timeline_view.h"

#include "tests/ui/timeline/demo_session.h"
#include "ui/timeline/hit_test.h"

#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class TimelineViewTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup() { view_.reset(); }
  void wheel_zooms_andKeepsTheTimeBelowTheCursor();
  void click_onABar_selectsItsTask();
  void drag_selectsARange_andEscapeClearsIt();
  void shiftDrag_pans();
  void ctrlDrag_zoomsToTheRange();
  void arrows_walkFromTaskToTask_andTellTheSelection();
  void following_frozenByDrag_isToldOnce();
  void hover_overABar_showsItsTimes();
  void hover_overAHead_saysOfWhatTimeTheShareIs();
  void hover_pointerAtRest_tellsWhatCameBelowIt();
  void manyLanes_scrollByTheWheelOverTheirNames();
  void selectTask_outOfSight_isRevealed();
  void unfolding_keepsTheSelectedTasksLaneInSight();
  void resetView_forgetsSelections();

 private:
  QWidget* port() const { return view_->viewport(); }
  const TaskBar& someBar();
  void wheel(const QPointF& at, int delta, Qt::KeyboardModifiers modifiers = {});
  void drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers modifiers = {});

  std::unique_ptr<TimelineView> view_;
  std::shared_ptr<FakeSnapshot> session_;
};

void TimelineViewTest::init() {
  session_ = demoSession();
  view_ = std::make_unique<TimelineView>();
  view_->resize(1000, 440);
  view_->show();
  QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
  view_->showFrame({session_, session_->end_, true});
}

const TaskBar& TimelineViewTest::someBar() {
  const auto& bars = view_->scene().panes[0].bars;
  for (const TaskBar& bar : bars) {
    if (bar.rect.left() > view_->scene().headWidth + 20 && bar.rect.width() > 40 && !bar.open) {
      return bar;
    }
  }
  return bars.front();
}

void TimelineViewTest::wheel(const QPointF& at, int delta, Qt::KeyboardModifiers modifiers) {
  QWheelEvent event(at, port()->mapToGlobal(at), {}, QPoint(0, delta), Qt::NoButton, modifiers,
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(port(), &event);
}

void TimelineViewTest::drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers modifiers) {
  const auto send = [&](QEvent::Type type, const QPoint& at, Qt::MouseButton button,
                        Qt::MouseButtons buttons) {
    QMouseEvent event(type, at, port()->mapToGlobal(at), button, buttons, modifiers);
    QCoreApplication::sendEvent(port(), &event);
  };
  send(QEvent::MouseButtonPress, from, Qt::LeftButton, Qt::LeftButton);
  send(QEvent::MouseMove, (from + to) / 2, Qt::NoButton, Qt::LeftButton);
  send(QEvent::MouseMove, to, Qt::NoButton, Qt::LeftButton);
  send(QEvent::MouseButtonRelease, to, Qt::LeftButton, Qt::NoButton);
}

void TimelineViewTest::wheel_zooms_andKeepsTheTimeBelowTheCursor() {
  view_->setFollowing(false);
  const QPointF at(600, 200);
  const TimeNs before = view_->scene().axis->toTime(at.x());
  const double scale = view_->scene().axis->nsPerPixel();
  wheel(at, 240);
  QVERIFY(view_->scene().axis->nsPerPixel() < scale / 1.3);
  const double moved = static_cast<double>(view_->scene().axis->toTime(at.x()) - before);
  QVERIFY(std::abs(moved) <= 1.5 * view_->scene().axis->nsPerPixel());
}

void TimelineViewTest::click_onABar_selectsItsTask() {
  QSignalSpy spy(view_.get(), &TimelineView::taskSelected);
  const TaskBar bar = someBar();
  QTest::mouseClick(port(), Qt::LeftButton, {}, bar.rect.center().toPoint());
  QCOMPARE(spy.count(), 1);
  QVERIFY(view_->viewState().selectedTask == bar.task);
  QCOMPARE(*view_->scene().selectionOutline, bar.rect);
}

void TimelineViewTest::drag_selectsARange_andEscapeClearsIt() {
  QSignalSpy selected(view_.get(), &TimelineView::rangeSelected);
  QSignalSpy cleared(view_.get(), &TimelineView::rangeCleared);
  const TimeNs begin = view_->scene().axis->toTime(300);
  const TimeNs end = view_->scene().axis->toTime(500);
  drag({500, 200}, {300, 200});
  QCOMPARE(selected.count(), 1);
  QCOMPARE(selected.front()[0].value<session::TimeNs>(), begin);
  QCOMPARE(selected.front()[1].value<session::TimeNs>(), end);
  QVERIFY(view_->scene().selectedRange.has_value());
  QTest::keyClick(view_.get(), Qt::Key_Escape);
  QCOMPARE(cleared.count(), 1);
  QVERIFY(!view_->viewState().selectedRange);
}

void TimelineViewTest::shiftDrag_pans() {
  const TimeNs before = view_->scene().axis->toTime(300);
  drag({300, 200}, {500, 200}, Qt::ShiftModifier);
  const double off = static_cast<double>(view_->scene().axis->toTime(500) - before);
  QVERIFY(std::abs(off) <= 2 * view_->scene().axis->nsPerPixel());
  QVERIFY(!view_->viewState().following());
  QVERIFY(!view_->viewState().selectedRange);
}

void TimelineViewTest::ctrlDrag_zoomsToTheRange() {
  const TimeNs begin = view_->scene().axis->toTime(400);
  const TimeNs end = view_->scene().axis->toTime(600);
  drag({400, 200}, {600, 200}, Qt::ControlModifier);
  QCOMPARE(view_->viewState().range(), (TimeRange{begin, end}));
  QVERIFY(!view_->viewState().selectedRange);
}

void TimelineViewTest::arrows_walkFromTaskToTask_andTellTheSelection() {
  const TaskBar bar = someBar();
  view_->selectTask(bar.task);
  const auto first = session_->task(bar.task);
  QVERIFY(view_->accessibleDescription().contains(QString::number(bar.task.task)));
  QTest::keyClick(view_.get(), Qt::Key_Right);
  const auto next = session_->task(view_->viewState().selectedTask);
  QVERIFY(next->worker == first->worker);
  QVERIFY(*next->started >= *first->finished);
  QTest::keyClick(view_.get(), Qt::Key_Left);
  QVERIFY(view_->viewState().selectedTask == bar.task);
  QTest::keyClick(view_.get(), Qt::Key_Down);
  QVERIFY(session_->task(view_->viewState().selectedTask)->worker != first->worker);
  QVERIFY(view_->selectionText().contains(QStringLiteral("ran")));
}

void TimelineViewTest::following_frozenByDrag_isToldOnce() {
  QSignalSpy spy(view_.get(), &TimelineView::followingChanged);
  QVERIFY(view_->viewState().following());
  drag({300, 200}, {500, 200});
  QCOMPARE(spy.count(), 1);
  QCOMPARE(spy.front()[0].toBool(), false);
  view_->goLive();
  QCOMPARE(spy.count(), 2);
}

void TimelineViewTest::hover_overAHead_saysOfWhatTimeTheShareIs() {
  const LaneHead head = view_->scene().panes[0].heads.front();
  QTest::mouseMove(port(), head.rect.center().toPoint());
  const auto& box = view_->scene().hover;
  QVERIFY(box.has_value());
  QCOMPARE(box->title, head.name.text);
  QCOMPARE(box->lines.size(), 1);
  QCOMPARE(box->lines[0].name, QStringLiteral("busy in the last 5 s"));
  QVERIFY2(head.share.text.startsWith(box->lines[0].value), qPrintable(box->lines[0].value));
  QVERIFY(QRectF(QPointF(0, 0), QSizeF(port()->size())).contains(box->rect));
}

void TimelineViewTest::hover_overABar_showsItsTimes() {
  const TaskBar bar = someBar();
  QTest::mouseMove(port(), bar.rect.center().toPoint());
  const auto& box = view_->scene().hover;
  QVERIFY(box.has_value());
  QVERIFY(box->task == bar.task);
  QVERIFY(QRectF(QPointF(0, 0), QSizeF(port()->size())).contains(box->rect));
  QStringList names;
  for (const auto& line : box->lines) {
    names.append(line.name);
  }
  for (const char* name : {"queued at", "started at", "finished at", "waited", "ran", "worker"}) {
    QVERIFY2(names.contains(QLatin1String(name)), name);
  }
}

void TimelineViewTest::hover_pointerAtRest_tellsWhatCameBelowIt() {
  const auto at = [&](TimeNs now) { view_->showFrame({session_, now, true}); };
  at(session_->begin_ + 1'000 * kMs);
  const QPoint pointer = someBar().rect.center().toPoint();
  QTest::mouseMove(port(), pointer);
  QVERIFY(view_->scene().hover.has_value());
  const TaskKey first = view_->scene().hover->task;
  int others = 0;
  const auto agrees = [&] {
    const TimelineScene& scene = view_->scene();
    const TaskKey below = hitTest(scene, pointer).task;
    const TaskKey told = scene.hover ? scene.hover->task : TaskKey{};
    others += told != first ? 1 : 0;
    return told == below;
  };
  for (TimeNs now = 1'000 * kMs; now < 2'600 * kMs; now += 40 * kMs) {
    at(session_->begin_ + now);
    QVERIFY(agrees());
  }
  QVERIFY(others > 10);
  // Nor does it outlive a change of the view by keys.
  others = 0;
  const auto changes = {&TimelineView::panLeft, &TimelineView::zoomIn, &TimelineView::goToStart,
                        &TimelineView::fit, &TimelineView::goLive};
  for (const auto change : changes) {
    (view_.get()->*change)();
    QVERIFY(agrees());
  }
  view_->selectTask({0, 1});
  QVERIFY(agrees());
  QVERIFY(others > 0);
  QEvent leave(QEvent::Leave);
  QCoreApplication::sendEvent(port(), &leave);
  at(session_->end_);
  QVERIFY(!view_->scene().hover);
}

void TimelineViewTest::manyLanes_scrollByTheWheelOverTheirNames() {
  session_ = demoSession({.before = 64, .after = 64, .batch = 200});
  view_->showFrame({session_, session_->end_, true});
  view_->repaint();
  QVERIFY(view_->verticalScrollBar()->maximum() > 0);
  const QString first = view_->scene().panes[0].rows.front().name;
  wheel({40, 300}, -1200);
  QVERIFY(view_->scene().panes[0].rows.front().name != first);
  // The caller and the queue stay.
  QCOMPARE(view_->scene().panes[1].rows.front().name, QStringLiteral("Main thread"));
}

void TimelineViewTest::selectTask_outOfSight_isRevealed() {
  view_->goLive();
  view_->selectTask({0, 1});
  const auto task = session_->task({0, 1});
  const TimeRange range = view_->viewState().range();
  QVERIFY(range.begin <= *task->started && *task->started < range.end);
}

void TimelineViewTest::unfolding_keepsTheSelectedTasksLaneInSight() {
  session_ = demoSession({.before = 64, .after = 64, .batch = 200});
  view_->showFrame({session_, session_->end_, true});
  view_->repaint();
  const auto isShown = [&] {
    const auto& rows = view_->scene().panes[0].rows;
    const QRectF& clip = view_->scene().panes[0].clip;
    const LaneId lane = *session_->task(view_->viewState().selectedTask)->worker;
    return std::any_of(rows.begin(), rows.end(), [&](const LaneRow& row) {
      return row.lanes.contains(lane) && row.rect.top() >= clip.top() - 1 &&
             row.rect.bottom() <= clip.bottom() + 1;
    });
  };
  const auto last = std::find_if(session_->tasks_.begin(), session_->tasks_.end(), [&](auto& each) {
    return each.worker && session_->lanes_[static_cast<std::size_t>(*each.worker)].index == 63;
  });
  QVERIFY(last != session_->tasks_.end());
  view_->selectTask(last->key);
  QVERIFY(isShown());
  view_->toggleFold();
  view_->repaint();
  view_->toggleFold();
  QVERIFY(view_->verticalScrollBar()->maximum() > 0);
  QVERIFY(isShown());
}

void TimelineViewTest::resetView_forgetsSelections() {
  view_->selectTask({0, 1});
  view_->selectRange(session_->begin_, session_->begin_ + 1000);
  QSignalSpy spy(view_.get(), &TimelineView::rangeCleared);
  view_->resetView();
  QCOMPARE(spy.count(), 1);
  QVERIFY(!view_->viewState().selectedTask);
  QVERIFY(!view_->viewState().selectedRange);
  QVERIFY(view_->viewState().following());
}

QTEST_MAIN(TimelineViewTest)
#include "timeline_view_test.moc"
