// SPDX-License-Identifier: Apache-2.0
#include "window_fixture.h"

#include <QAccessible>
#include <QApplication>
#include <QLabel>
#include <QSet>
#include <QTabWidget>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

/// The window without a pointer and without eyes.
class AccessTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void tab_reachesEveryWidget_byName_andIsSeen_data();
  void tab_reachesEveryWidget_byName_andIsSeen();
  void timeline_tellsTheSelectedTask();
  void figures_areObjectsOfTheirOwn();
  void labels_areReadWithWhatTheySay();
};

namespace {

bool takesFocus(const QWidget& widget) {
  return widget.isVisible() && widget.isEnabled() && (widget.focusPolicy() & Qt::TabFocus) != 0 &&
         widget.focusProxy() == nullptr;
}

QString nameOf(QWidget* widget) {
  const QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
  return accessible == nullptr ? QString() : accessible->text(QAccessible::Name);
}

/// How many pixels around `widget` differ so much that one sees it.
int visibleDifference(const QImage& a, const QImage& b, const QRect& around) {
  int count = 0;
  const QRect seen = around.intersected(a.rect());
  for (int y = seen.top(); y <= seen.bottom(); ++y) {
    for (int x = seen.left(); x <= seen.right(); ++x) {
      count += contrastRatio(a.pixelColor(x, y), b.pixelColor(x, y)) >= 1.5 ? 1 : 0;
    }
  }
  return count;
}

QString about(const QWidget* widget) {
  return QStringLiteral("%1 \"%2\"")
      .arg(QString::fromLatin1(widget->metaObject()->className()), widget->objectName());
}

}  // namespace

void AccessTest::tab_reachesEveryWidget_byName_andIsSeen_data() {
  QTest::addColumn<int>("tab");
  QTest::addColumn<bool>("dark");
  for (int tab = 0; tab < 3; ++tab) {
    QTest::addRow("tab %d, dark", tab) << tab << true;
    QTest::addRow("tab %d, light", tab) << tab << false;
  }
}

void AccessTest::tab_reachesEveryWidget_byName_andIsSeen() {
  QFETCH(int, tab);
  QFETCH(bool, dark);
  WindowFixture fixture({1440, 1000});
  fixture.settings.setColorScheme(dark ? ColorScheme::Choice::dark : ColorScheme::Choice::light);
  fixture.find<QAction>(dark ? "themeDark" : "themeLight")->trigger();
  fixture.find<QTabWidget>("tabs")->setCurrentIndex(tab);
  fixture.showFile();
  QVERIFY(fixture.showWindow());
  fixture.window.postMessage(MessageBar::Severity::error, QStringLiteral("a.toml: no such file"));
  fixture.view()->selectTask({0, 200});
  QCoreApplication::processEvents();
  QCoreApplication::processEvents();
  QSet<const QWidget*> reached;
  fixture.view()->clearFocus();  // it had the focus from the start, without a frame
  fixture.view()->setFocus(Qt::TabFocusReason);
  for (int step = 0; step < 80; ++step) {
    QWidget* widget = QApplication::focusWidget();
    QVERIFY(widget != nullptr);
    if (reached.contains(widget)) {
      break;
    }
    reached.insert(widget);
    QVERIFY2(!nameOf(widget).isEmpty(), qPrintable(about(widget)));
    const QImage with = fixture.window.grab().toImage();
    widget->clearFocus();
    const QImage without = fixture.window.grab().toImage();
    const QRect place(widget->mapTo(&fixture.window, QPoint(-4, -4)), widget->size() + QSize(8, 8));
    const int difference = visibleDifference(with, without, place);
    if (difference < 20) {
      with.save(QStringLiteral("focus_with.png"));
      without.save(QStringLiteral("focus_without.png"));
    }
    QVERIFY2(difference >= 20, qPrintable(about(widget)));
    widget->setFocus(Qt::TabFocusReason);
    QTest::keyClick(widget, Qt::Key_Tab);
  }
  for (const QWidget* widget : fixture.window.findChildren<QWidget*>()) {
    QVERIFY2(!takesFocus(*widget) || reached.contains(widget), qPrintable(about(widget)));
  }
}

void AccessTest::timeline_tellsTheSelectedTask() {
  WindowFixture fixture;
  fixture.showFile();
  QVERIFY(fixture.showWindow());
  const QAccessibleInterface* timeline = QAccessible::queryAccessibleInterface(fixture.view());
  QCOMPARE(timeline->role(), QAccessible::List);
  QCOMPARE(timeline->text(QAccessible::Name), QStringLiteral("Timeline"));
  QCOMPARE(timeline->childCount(), 0);
  fixture.view()->selectTask({0, 200});
  QCOMPARE(timeline->childCount(), 1);
  const QAccessibleInterface* task = timeline->child(0);
  QCOMPARE(task->parent()->object(), fixture.view());
  QCOMPARE(timeline->indexOfChild(task), 0);
  QVERIFY(task->text(QAccessible::Name).endsWith(QStringLiteral("200")));
  QCOMPARE(
      task->text(QAccessible::Name) + QStringLiteral(", ") + task->text(QAccessible::Description),
      fixture.view()->selectionText());
  QVERIFY(task->state().selected);
  QVERIFY(!task->rect().isEmpty());
  QVERIFY(timeline->rect().contains(task->rect()));
  fixture.view()->selectTask({});
  QCOMPARE(timeline->childCount(), 0);
  QVERIFY(!task->isValid());
}

void AccessTest::figures_areObjectsOfTheirOwn() {
  WindowFixture fixture;
  fixture.showFile();
  QVERIFY(fixture.showWindow());
  const QAccessibleInterface* tiles =
      QAccessible::queryAccessibleInterface(fixture.find("figureTiles"));
  QCOMPARE(tiles->childCount(), 8);
  QVERIFY(tiles->child(0)->text(QAccessible::Name).startsWith(QStringLiteral("utilization: ")));
  QVERIFY(tiles->child(2)->text(QAccessible::Name).startsWith(QStringLiteral("queue wait p99: ")));
  QVERIFY(!tiles->child(2)->text(QAccessible::Value).isEmpty());
  QCOMPARE(tiles->child(2)->role(), QAccessible::StaticText);
  const QPoint inside = tiles->child(3)->rect().center();
  QCOMPARE(tiles->childAt(inside.x(), inside.y()), tiles->child(3));
  QCOMPARE(tiles->child(8), nullptr);
}

void AccessTest::labels_areReadWithWhatTheySay() {
  WindowFixture fixture;
  fixture.find<QTabWidget>("tabs")->setCurrentIndex(1);
  fixture.showFile();
  QVERIFY(fixture.showWindow());
  fixture.view()->selectTask({0, 200});
  int read = 0;
  for (QLabel* label : fixture.window.findChildren<QLabel*>()) {
    if (label->isVisible() && !label->text().isEmpty()) {
      ++read;
      // A name that does not say it would hide it from those who have it read out.
      const QString number = label->text().section(u' ', 0, 0);
      QVERIFY2(nameOf(label).contains(number),
               qPrintable(label->objectName() + u' ' + nameOf(label)));
    }
  }
  QVERIFY(read > 20);
}

QTEST_MAIN(AccessTest)
#include "access_test.moc"
