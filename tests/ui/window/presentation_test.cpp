// SPDX-License-Identifier: Apache-2.0
#include "ui/window/click_ripples.h"
#include "window_fixture.h"

#include <QAction>
#include <QLabel>
#include <QMap>
#include <QMenu>
#include <QScrollArea>
#include <QSplitter>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class PresentationTest : public QObject {
  Q_OBJECT

  /// Where the parts of the window are, in it; a hidden one is nowhere.
  static QMap<QString, QRect> places(WindowFixture& fixture) {
    QMap<QString, QRect> rects;
    for (const char* name :
         {"timeline", "overview", "transportBar", "throughputPanel", "rightScroll", "maxWorkers",
          "lanesBar", "coachStrip", "caption", "clock", "exportPictureButton"}) {
      if (const auto* part = fixture.find(name); part != nullptr && part->isVisible()) {
        rects[QString::fromLatin1(name)] =
            QRect(part->mapTo(&fixture.window, QPoint(0, 0)), part->size());
      }
    }
    return rects;
  }

 private Q_SLOTS:
  void f11_enlargesTheType_andLeavesWhatMatters_data() {
    QTest::addColumn<bool>("live");
    QTest::newRow("live") << true;
    QTest::newRow("replay") << false;
  }
  void f11_enlargesTheType_andLeavesWhatMatters() {
    QFETCH(bool, live);
    WindowFixture fixture;
    live ? fixture.showLive() : fixture.showFile();
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_F11);
    QCOMPARE(fixture.window.theme().pointSize, 1.2 * Theme::kBasePointSize);  // of a low screen
    QVERIFY(fixture.window.isFullScreen());
    QVERIFY(fixture.view()->isVisible());
    QVERIFY(fixture.find("transportBar")->isVisible());
    QVERIFY(fixture.find("throughputPanel") == nullptr ||
            fixture.find("throughputPanel")->isVisible());
    QVERIFY(!fixture.find<QScrollArea>("rightScroll")->isVisible());
    QVERIFY(!fixture.find("lanesBar")->isVisible());
    QVERIFY(!fixture.find("coachStrip")->isVisible());
    QVERIFY(fixture.find<QLabel>("caption")->isVisible());
  }

  void type_isLargeForItsScreen_andLeavesRoomForTheWorkers_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("scale");
    QTest::newRow("projector") << QSize(1280, 720) << 1.2;
    QTest::newRow("laptop") << QSize(1280, 800) << 1.2;
    QTest::newRow("screen") << QSize(1920, 1080) << 1.5;
    QTest::newRow("wall") << QSize(3840, 2160) << 2.0;
  }
  void type_isLargeForItsScreen_andLeavesRoomForTheWorkers() {
    QFETCH(QSize, size);
    QFETCH(double, scale);
    WindowFixture fixture(QSize(1024, 700));
    fixture.showLive();  // with eight workers
    QVERIFY(fixture.showWindow());
    fixture.window.present(false);
    fixture.window.resize(size);
    QTRY_COMPARE(fixture.window.size(), size);
    QCOMPARE(fixture.window.theme().pointSize, scale * Theme::kBasePointSize);
    fixture.window.showNextFrame();
    const TimelineScene scene = fixture.view()->scene();
    QCOMPARE(scene.panes[0].heads.size(), 8);
    QVERIFY2(
        scene.contentHeight <= scene.viewportHeight,
        qPrintable(QStringLiteral("%1 of %2").arg(scene.contentHeight).arg(scene.viewportHeight)));
  }

  void leaving_givesEverythingBack_data() {
    QTest::addColumn<int>("key");
    QTest::newRow("Esc") << static_cast<int>(Qt::Key_Escape);
    QTest::newRow("F11") << static_cast<int>(Qt::Key_F11);
  }
  void leaving_givesEverythingBack() {
    QFETCH(int, key);
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* columns = fixture.find<QSplitter>("columns");
    columns->setSizes({800, 480});
    fixture.window.showNextFrame();
    const QList<int> sizes = columns->sizes();
    const auto before = places(fixture);
    QTest::keyClick(&fixture.window, Qt::Key_F11);
    QVERIFY(places(fixture) != before);
    QTest::keyClick(&fixture.window, static_cast<Qt::Key>(key));
    QVERIFY(!fixture.window.isFullScreen());
    QCOMPARE(fixture.window.theme().pointSize, qreal{Theme::kBasePointSize});
    QTRY_COMPARE(fixture.window.size(), QSize(1280, 800));
    QTRY_COMPARE(columns->sizes(), sizes);
    QVERIFY(fixture.find("lanesBar")->isVisible());
    QVERIFY(fixture.find<QScrollArea>("rightScroll")->isVisible());
    QTRY_COMPARE(places(fixture), before);
  }

  void escape_withASelection_clearsThatFirst() {
    WindowFixture fixture;
    fixture.showFile();
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_F11);
    const auto begin = fixture.window.clock().begin();
    fixture.view()->setFocus();
    fixture.view()->selectRange(begin, begin + kSecond);
    QTest::keyClick(fixture.view(), Qt::Key_Escape);
    QVERIFY(!fixture.view()->viewState().selectedRange);
    QVERIFY(fixture.window.isFullScreen());
    QTest::keyClick(fixture.view(), Qt::Key_Escape);
    QVERIFY(!fixture.window.isFullScreen());
  }

  void quitting_inPresentation_remembersTheOrdinaryWindow() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* columns = fixture.find<QSplitter>("columns");
    columns->setSizes({800, 480});
    const QByteArray state = columns->saveState();
    QTest::keyClick(&fixture.window, Qt::Key_F11);
    fixture.window.quitWithoutAsking();
    Q_EMIT fixture.engine.quitReady();
    QCOMPARE(fixture.settings.columns(), state);
    WindowFixture next;
    QVERIFY(next.window.restoreGeometry(fixture.settings.geometry()));
    QVERIFY(!next.window.isFullScreen());
  }

  void marker_isTheCaption_forFiveSecondsOfWatching() {
    WindowFixture fixture;
    SampleSession sample(2);
    sample.ordinary(0, kSecond / 10, 20 * kSecond, 0);
    sample.marker(2 * kSecond, "now with four");
    fixture.engine.showFile(sample.snapshot(), QStringLiteral("demo.pftrace"));
    QVERIFY(fixture.showWindow());
    QTest::keyClick(&fixture.window, Qt::Key_F11);
    auto* caption = fixture.find<QLabel>("caption");
    QCOMPARE(caption->text(), QString());  // it stands at the end
    fixture.window.run(Command::go_to_start);
    fixture.window.run(Command::next_marker);
    QCOMPARE(caption->text(), QStringLiteral("now with four"));
    fixture.window.run(Command::freeze);  // plays
    fixture.wall += 4 * kSecond;
    fixture.window.showNextFrame();
    QCOMPARE(caption->text(), QStringLiteral("now with four"));
    fixture.wall += 2 * kSecond;
    fixture.window.showNextFrame();
    QCOMPARE(caption->text(), QString());
  }

  void click_isSeen_inPresentationOnly() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* ripples = fixture.find<ClickRipples>("clickRipples");
    const auto clickAt = [&](QPoint at) {
      QTest::mouseClick(fixture.view()->viewport(), Qt::LeftButton, {}, at);
    };
    clickAt({400, 100});
    QCOMPARE(ripples->count(), 0);
    fixture.window.run(Command::presentation);
    const QImage before = fixture.window.grabPicture();
    fixture.wall += kSecond;
    clickAt({300, 120});
    QCOMPARE(ripples->count(), 1);
    fixture.wall += kSecond / 10;
    QVERIFY(ripples->isVisible());
    QVERIFY(fixture.window.grabPicture() != before);
    fixture.wall += kSecond;
    QTRY_COMPARE(ripples->count(), 0);
    QVERIFY(ripples->isHidden());
    clickAt({300, 120});
    fixture.window.run(Command::presentation);
    QCOMPARE(ripples->count(), 0);
  }

  void ripple_growsAndFades_orStandsStill() {
    const auto first = rippleAt(0, false);
    const auto later = rippleAt(kSecond / 3, false);
    QVERIFY(first && later);
    QVERIFY(later->radius > first->radius);
    QVERIFY(later->opacity < first->opacity);
    QVERIFY(!rippleAt(kSecond, false));
    QVERIFY(!rippleAt(-1, false));
    const auto calm = rippleAt(0, true);
    const auto calmLater = rippleAt(kSecond / 3, true);
    QVERIFY(calm && calmLater);
    QCOMPARE(calmLater->radius, calm->radius);
    QCOMPARE(calmLater->opacity, calm->opacity);
    QVERIFY(!rippleAt(kSecond, true));
  }
};

QTEST_MAIN(PresentationTest)
#include "presentation_test.moc"
