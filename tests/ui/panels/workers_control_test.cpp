// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/workers_control.h"

#include "ui/panels/workers_slider.h"

#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace poolscope::ui;

class WorkersControlTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void field_takesOneTo4096() {
    WorkersControl control(2);
    QCOMPARE(control.field()->minimum(), 1);
    QCOMPARE(control.field()->maximum(), 4096);
  }

  void typing_asksOnlyForTheWholeNumber() {
    WorkersControl control(2);
    control.setValue(8);
    control.show();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    control.field()->selectAll();
    QTest::keyClicks(control.field(), QStringLiteral("640"));
    QCOMPARE(chosen.count(), 0);
    QTest::keyClick(control.field(), Qt::Key_Return);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.first().first().toInt(), 640);
    QCOMPARE(control.slider()->value(), 640);
  }

  void scale_growsWithWhatIsInUse_andBack() {
    WorkersControl control(2);
    WorkersSlider* slider = control.slider();
    const auto end = [&] { return slider->marks().last().text; };
    QCOMPARE(end(), QStringLiteral("64"));
    control.setValue(128);
    QCOMPARE(slider->value(), 128);  // what a screen reader says, and where the keys go on from
    QCOMPARE(end(), QStringLiteral("128"));
    QVERIFY(slider->accessibleName().contains(QStringLiteral("128")));
    QTest::keyClick(slider, Qt::Key_Left);
    QCOMPARE(control.value(), 127);
    control.setValue(4096);
    QCOMPARE(slider->value(), 4096);
    QCOMPARE(end(), QStringLiteral("4096"));
    control.setValue(8);
    QCOMPARE(end(), QStringLiteral("64"));
  }

  void scale_doesNotShrink_underThePointer() {
    WorkersControl control(2);
    control.setValue(300);
    control.resize(500, 90);
    control.show();
    WorkersSlider* slider = control.slider();
    const QPoint at(qRound(slider->scale().toX(8)), slider->height() / 3);
    QTest::mouseMove(slider, at);
    QTest::mousePress(slider, Qt::LeftButton, {}, at);
    QTest::mouseRelease(slider, Qt::LeftButton, {}, at);
    control.setValue(8);
    QCOMPARE(slider->scale().most, 512);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(slider, &leave);
    control.setValue(8);
    QCOMPARE(slider->scale().most, 64);
  }

  void recommendedNumber_isOnTheScale() {
    WorkersControl control(2);
    control.setValue(8);
    control.slider()->setRecommended(100);
    QCOMPARE(control.slider()->scale().most, 128);
    control.slider()->setRecommended(0);
    QCOMPARE(control.slider()->scale().most, 64);
  }

  void mark_isLit_forItsOwnNumberOnly() {
    WorkersControl control(2);
    control.setValue(64);
    auto* slider = control.findChild<WorkersSlider*>();
    QVERIFY(slider->isAt(slider->marks().last()));
    control.setValue(4000);
    QVERIFY(!slider->isAt(slider->marks().last()));
    slider->setValue(1);
    QVERIFY(slider->isAt(slider->marks().first()));
  }

  void pointer_overTheSlider_tellsItsNumber_andChoosesNothing() {
    WorkersControl control(2);
    control.setValue(8);
    control.resize(500, 90);
    control.show();
    WorkersSlider* slider = control.slider();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    QList<std::optional<int>> pointed;
    connect(slider, &WorkersSlider::pointed, this, [&](std::optional<int> at) { pointed << at; });
    const QPoint at(qRound(slider->scale().toX(24)), slider->height() / 3);
    const QImage before = slider->grab().toImage();
    QTest::mouseMove(slider, at);
    QCOMPARE(pointed, (QList<std::optional<int>>{24}));
    QVERIFY(slider->grab().toImage() != before);  // the ghost
    QCOMPARE(chosen.count(), 0);
    QTest::mousePress(slider, Qt::LeftButton, {}, at);
    QCOMPARE(chosen.count(), 1);
    QTest::mouseMove(slider, QPoint(qRound(slider->scale().toX(32)), at.y()));
    QCOMPARE(slider->pointedAt(), std::optional<int>(32));  // before letting go
    QTest::mouseRelease(slider, Qt::LeftButton, {}, at);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(slider, &leave);
    QVERIFY(!slider->pointedAt());
  }

  void prediction_isReadWithTheSlider_andNoToolTipCoversIt() {
    WorkersControl control(2);
    control.showPrediction(QStringLiteral("predicted at 24: 203 tasks/s"));
    QVERIFY(control.slider()->toolTip().isEmpty());
    QVERIFY(control.slider()->accessibleDescription().contains(QLatin1String("predicted")));
    control.showPrediction({});
    QVERIFY(control.slider()->accessibleDescription().isEmpty());
    QVERIFY(!control.slider()->toolTip().isEmpty());
  }

  void typing_whatNoPoolMayHave_isRefused_data() {
    QTest::addColumn<QString>("typed");
    QTest::newRow("too many") << "5000";
    QTest::newRow("none") << "0";
    QTest::newRow("negative") << "-3";
    QTest::newRow("nothing") << "";
  }
  void typing_whatNoPoolMayHave_isRefused() {
    QFETCH(QString, typed);
    WorkersControl control(2);
    control.setValue(8);
    control.show();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    QSignalSpy refused(&control, &WorkersControl::refused);
    QSignalSpy left(&control, &WorkersControl::left);
    control.field()->selectAll();
    QTest::keyClick(control.field(), Qt::Key_Delete);
    QTest::keyClicks(control.field(), typed);
    QTest::keyClick(control.field(), Qt::Key_Return);
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(refused.count(), 1);
    QCOMPARE(left.count(), 0);  // it is there to be put right
    QCOMPARE(control.value(), 8);
    QCOMPARE(control.field()->text(), QStringLiteral("8"));
  }

  void escape_leaves_withoutApplying() {
    WorkersControl control(2);
    control.setValue(8);
    control.show();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    QSignalSpy refused(&control, &WorkersControl::refused);
    QSignalSpy left(&control, &WorkersControl::left);
    control.field()->selectAll();
    QTest::keyClicks(control.field(), QStringLiteral("64"));
    QTest::keyClick(control.field(), Qt::Key_Escape);
    QCOMPARE(left.count(), 1);
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(refused.count(), 0);
    QCOMPARE(control.field()->text(), QStringLiteral("8"));
  }

  void slider_andField_sayTheSame() {
    WorkersControl control(2);
    control.setValue(8);
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    control.slider()->setValue(12);
    QCOMPARE(control.field()->value(), 12);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.first().first().toInt(), 12);
  }

  void setValue_isNoChoiceOfTheUser() {
    WorkersControl control(2);
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    control.setValue(16);
    control.setValue(300);
    QCOMPARE(control.value(), 300);
    QCOMPARE(chosen.count(), 0);
  }

  void press_onTheTrack_choosesTheNumberThere() {
    WorkersControl control(2);
    control.setTheme(Theme::dark());
    control.resize(420, 110);
    control.show();
    QVERIFY(QTest::qWaitForWindowExposed(&control));
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    WorkersSlider* slider = control.slider();
    const auto at = [&](int workers) { return QPoint(qRound(slider->scale().toX(workers)), 10); };
    QTest::mousePress(slider, Qt::LeftButton, {}, at(4));
    QTest::mouseMove(slider, at(32));
    QTest::mouseRelease(slider, Qt::LeftButton, {}, at(32));
    QCOMPARE(chosen.first().first().toInt(), 4);
    QCOMPARE(chosen.last().first().toInt(), 32);
  }

  void keys_onTheSlider_stepByOne() {
    WorkersControl control(2);
    control.setValue(8);
    QTest::keyClick(control.slider(), Qt::Key_Right);
    QCOMPARE(control.value(), 9);
    QTest::keyClick(control.slider(), Qt::Key_PageUp);
    QCOMPARE(control.value(), 13);
  }

  void aDragUnderWay_isNotDisturbed() {
    WorkersControl control(2);
    control.slider()->setSliderDown(true);
    control.slider()->setValue(20);
    control.setValue(8);  // the pool has not followed yet
    QCOMPARE(control.slider()->value(), 20);
    QCOMPARE(control.value(), 20);
  }

  void ofASessionThatIsOver_numbersCanBePointedAt_andNotChosen() {
    WorkersControl control(2);
    control.setValue(8);
    control.setPointOnly(true);
    control.resize(500, 90);
    control.show();
    WorkersSlider* slider = control.slider();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    QVERIFY(!control.field()->isEnabled());
    QVERIFY(slider->isEnabled());
    const QPoint at(qRound(slider->scale().toX(24)), slider->height() / 3);
    QTest::mouseClick(slider, Qt::LeftButton, {}, at);
    QCOMPARE(slider->pointedAt(), std::optional(24));
    QTest::mouseMove(slider, QPoint(qRound(slider->scale().toX(32)), slider->height() / 3));
    QCOMPARE(slider->pointedAt(), std::optional(32));
    QCOMPARE(slider->value(), 8);
    QCOMPARE(chosen.count(), 0);
    control.setPointOnly(false);
    QTest::mouseClick(slider, Qt::LeftButton, {}, at);
    QCOMPARE(chosen.count(), 1);
  }

  void ofASessionThatIsOver_keysMoveTheGhost() {
    WorkersControl control(2);
    control.setValue(8);
    control.setPointOnly(true);
    control.show();
    WorkersSlider* slider = control.slider();
    QSignalSpy chosen(&control, &WorkersControl::chosen);
    const auto after = [&](Qt::Key key) {
      QTest::keyClick(slider, key);
      return slider->pointedAt();
    };
    QCOMPARE(after(Qt::Key_Right), std::optional(9));
    QCOMPARE(after(Qt::Key_Up), std::optional(10));
    QCOMPARE(after(Qt::Key_PageDown), std::optional(6));
    QCOMPARE(after(Qt::Key_Left), std::optional(5));
    QCOMPARE(after(Qt::Key_Home), std::optional(1));
    QCOMPARE(after(Qt::Key_Left), std::optional(1));
    QCOMPARE(after(Qt::Key_Escape), std::optional<int>());
    QCOMPARE(slider->value(), 8);
    QCOMPARE(chosen.count(), 0);
  }
};

QTEST_MAIN(WorkersControlTest)
#include "workers_control_test.moc"
