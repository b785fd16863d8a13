// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/overview_strip.h"

#include "sample_session.h"

#include <QLocale>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace poolscope;
using namespace poolscope::ui;

class OverviewStripTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup() { strip_.reset(); }
  void click_centersTheView();
  void drag_ofTheFrame_movesTheView();
  void drag_ofNow_choosesATime_ifItMayBeMoved();
  void keys_moveAndZoomTheView_data();
  void keys_moveAndZoomTheView();
  void wheel_zoomsTheView();
  void description_tellsWhatIsShown();

 private:
  TimeRange wanted() const {
    return {spy_->last()[0].value<session::TimeNs>(), spy_->last()[1].value<session::TimeNs>()};
  }
  session::TimeNs at(qreal x) const { return static_cast<session::TimeNs>(x * 1'000'000); }

  std::unique_ptr<OverviewStrip> strip_;
  std::unique_ptr<QSignalSpy> spy_;
};

void OverviewStripTest::init() {
  QLocale::setDefault(QLocale::c());
  strip_ = std::make_unique<OverviewStrip>();
  strip_->resize(1000, 34);
  strip_->show();
  QVERIFY(QTest::qWaitForWindowExposed(strip_.get()));
  // A pixel is a millisecond; 400 to 600 ms are in sight, the picture stands at 900 ms.
  Frame frame;
  frame.now = at(900);
  strip_->showFrame(frame, 0, at(1000), at(400), at(600), true);
  spy_ = std::make_unique<QSignalSpy>(strip_.get(), &OverviewStrip::viewWanted);
}

void OverviewStripTest::click_centersTheView() {
  QTest::mouseClick(strip_.get(), Qt::LeftButton, {}, {800, 20});
  QCOMPARE(spy_->count(), 1);
  QCOMPARE(wanted(), (TimeRange{at(700), at(900)}));
}

void OverviewStripTest::drag_ofTheFrame_movesTheView() {
  QTest::mousePress(strip_.get(), Qt::LeftButton, {}, {500, 20});
  QTest::mouseMove(strip_.get(), {450, 20});
  QTest::mouseMove(strip_.get(), {300, 20});
  QTest::mouseRelease(strip_.get(), Qt::LeftButton, {}, {300, 20});
  QCOMPARE(spy_->count(), 2);
  QCOMPARE(wanted(), (TimeRange{at(200), at(400)}));
}

void OverviewStripTest::drag_ofNow_choosesATime_ifItMayBeMoved() {
  QSignalSpy chosen(strip_.get(), &OverviewStrip::timeChosen);
  strip_->setNowMovable(true);
  QTest::mousePress(strip_.get(), Qt::LeftButton, {}, {900, 4});
  QTest::mouseMove(strip_.get(), {250, 4});
  QTest::mouseRelease(strip_.get(), Qt::LeftButton, {}, {250, 4});
  QCOMPARE(chosen.count(), 1);
  QCOMPARE(chosen.front()[0].value<session::TimeNs>(), at(250));
  QCOMPARE(spy_->count(), 0);
  strip_->setNowMovable(false);
  QTest::mouseClick(strip_.get(), Qt::LeftButton, {}, {900, 4});
  QCOMPARE(chosen.count(), 1);
  QCOMPARE(spy_->count(), 1);
}

void OverviewStripTest::keys_moveAndZoomTheView_data() {
  QTest::addColumn<Qt::Key>("key");
  QTest::addColumn<qreal>("begin");
  QTest::addColumn<qreal>("end");
  QTest::newRow("left") << Qt::Key_Left << 360.0 << 560.0;
  QTest::newRow("right") << Qt::Key_Right << 440.0 << 640.0;
  QTest::newRow("page up") << Qt::Key_PageUp << 200.0 << 400.0;
  QTest::newRow("page down") << Qt::Key_PageDown << 600.0 << 800.0;
  QTest::newRow("up") << Qt::Key_Up << 433.333333 << 566.666666;
  QTest::newRow("down") << Qt::Key_Down << 350.0 << 650.0;
}

void OverviewStripTest::keys_moveAndZoomTheView() {
  QFETCH(Qt::Key, key);
  QFETCH(qreal, begin);
  QFETCH(qreal, end);
  QTest::keyClick(strip_.get(), key);
  QCOMPARE(spy_->count(), 1);
  QVERIFY(std::abs(wanted().begin - at(begin)) <= 2);
  QVERIFY(std::abs(wanted().end - at(end)) <= 2);
}

void OverviewStripTest::wheel_zoomsTheView() {
  QWheelEvent event(QPointF(500, 20), strip_->mapToGlobal(QPointF(500, 20)), {}, QPoint(0, 120),
                    Qt::NoButton, {}, Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(strip_.get(), &event);
  QCOMPARE(spy_->count(), 1);
  QVERIFY(wanted().length() < at(170) && wanted().length() > at(160));
}

void OverviewStripTest::description_tellsWhatIsShown() {
  QString text = strip_->accessibleDescription();
  QCOMPARE(text.replace(QChar(0x00a0), QLatin1Char(' ')),
           QStringLiteral("The timeline shows 200 ms, from 400 ms on, of 1.00 s."));
}

QTEST_MAIN(OverviewStripTest)
#include "overview_strip_test.moc"
