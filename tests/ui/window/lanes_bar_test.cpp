// SPDX-License-Identifier: Apache-2.0
#include "ui/window/lanes_bar.h"

#include "window_fixture.h"

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using namespace poolscope;
using namespace poolscope::ui;

class LanesBarTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void key_c_goesThroughAllColours();
  void key_g_foldsTheWorkers();
  void key_h_hidesALaneAndTheBarSaysSo();
  void menus_areInTheWindowsMenu_andShowWhatIsChosen();
  void legend_speaks();
  void lowWindow_leavesTheRoomToTheLanes();
};

namespace {

void press(WindowFixture& w, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
  QTest::keyClick(w.view(), key, modifiers);
}

}  // namespace

void LanesBarTest::key_c_goesThroughAllColours() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  QStringList seen;
  for (int i = 0; i < 6; ++i) {
    seen.append(w.find<QToolButton>("colorButton")->text());
    press(w, Qt::Key_C);
  }
  QCOMPARE(seen.removeDuplicates(), qsizetype{0});
  QCOMPARE(w.view()->viewState().coloring.by, ColorBy::kind);
}

void LanesBarTest::key_g_foldsTheWorkers() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  const auto hasGroup = [&] {
    bool found = false;
    for (const LaneRow& row : w.view()->scene().panes[0].rows) {
      found = found || row.kind == LaneRow::Kind::group;
    }
    return found;
  };
  QVERIFY(!hasGroup());
  press(w, Qt::Key_G);
  QVERIFY(hasGroup());
  press(w, Qt::Key_G);
  QVERIFY(!hasGroup());
}

void LanesBarTest::key_h_hidesALaneAndTheBarSaysSo() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  auto* hidden = w.find<QToolButton>("hiddenLanes");
  QVERIFY(!hidden->isVisible());
  press(w, Qt::Key_Right);  // a task
  QVERIFY(w.view()->viewState().selectedTask);
  press(w, Qt::Key_H);
  QVERIFY(hidden->isVisible());
  QCOMPARE(hidden->text(), QStringLiteral("1 lane hidden"));
  press(w, Qt::Key_H, Qt::ShiftModifier);
  QVERIFY(!hidden->isVisible());
  QCOMPARE(w.view()->scene().hiddenLanes, std::size_t{0});
}

void LanesBarTest::menus_areInTheWindowsMenu_andShowWhatIsChosen() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  auto* lanes = w.find<QMenu>("lanesMenu");
  auto* colors = w.find<QMenu>("colorMenu");
  auto* menu = w.find<QToolButton>("lanesButton");
  QVERIFY(lanes != nullptr && colors != nullptr && menu != nullptr);
  auto* byDuration = w.find<QAction>("colorBy4");
  byDuration->trigger();
  QCOMPARE(w.view()->viewState().coloring.by, ColorBy::duration);
  QVERIFY(byDuration->isChecked());
  // The scale holds what is in sight, not the default.
  QVERIFY(w.view()->viewState().coloring.scale != ColorScale{});
  w.find<QAction>("sortBy4")->trigger();
  QCOMPARE(w.view()->viewState().lanes.order, LaneOrder::tasks);
  QVERIFY(w.find<QAction>("sortAgain")->isEnabled());
  w.find<QAction>("hidesIdle")->trigger();
  QVERIFY(w.view()->viewState().lanes.hidesIdle);
}

void LanesBarTest::legend_speaks() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  auto* legend = w.find("legend");
  QVERIFY2(legend->accessibleName().contains(QStringLiteral("failed")),
           qPrintable(legend->accessibleName()));
  w.find<QAction>("colorBy1")->trigger();
  QVERIFY(legend->accessibleName().contains(QStringLiteral("running")));
}

void LanesBarTest::lowWindow_leavesTheRoomToTheLanes() {
  WindowFixture w;
  w.showFile();
  QVERIFY(w.showWindow());
  QVERIFY(w.find("lanesButton")->isVisible());
  const int full = w.find("lanesBar")->height();
  w.window.resize(1280, 540);
  QCoreApplication::processEvents();
  QVERIFY(!w.find("lanesButton")->isVisible() && !w.find("colorButton")->isVisible());
  // Colours without words would tell nothing; what the buttons open is in the menu.
  QVERIFY(w.find("legend")->isVisible());
  QVERIFY2(w.find("lanesBar")->height() <= full * 3 / 4,
           qPrintable(QString::number(w.find("lanesBar")->height())));
  const QList<QAction*> menu = w.find<QPushButton>("menuButton")->menu()->actions();
  for (const char* name : {"lanesMenu", "colorMenu"}) {
    QVERIFY(menu.contains(w.find<QMenu>(name)->menuAction()));
  }
}

QTEST_MAIN(LanesBarTest)
#include "lanes_bar_test.moc"
