// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/eliding_label.h"
#include "window_fixture.h"

#include <QAbstractButton>
#include <QLabel>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class LayoutTest : public QObject {
  Q_OBJECT

  static QStringList clipped(const QWidget& window) {
    QCoreApplication::processEvents();  // layouts that wait
    QCoreApplication::processEvents();
    QStringList found;
    const auto check = [&](const QWidget* widget, const QString& text, const QSize& wanted) {
      const bool tooSmall = widget->width() < wanted.width() || widget->height() < wanted.height();
      const QRect inWindow(widget->mapTo(&window, QPoint()), widget->size());
      if (!text.isEmpty() && widget->isVisible() &&
          (tooSmall || !window.rect().contains(inWindow))) {
        found << QStringLiteral("%1 \"%2\": %3x%4 of %5x%6 at %7,%8")
                     .arg(widget->objectName(), text)
                     .arg(widget->width())
                     .arg(widget->height())
                     .arg(wanted.width())
                     .arg(wanted.height())
                     .arg(inWindow.x())
                     .arg(inWindow.y());
      }
    };
    for (const QLabel* label : window.findChildren<QLabel*>()) {
      const bool elides = qobject_cast<const ElidingLabel*>(label) != nullptr;
      QSize wanted = elides ? QSize(0, label->sizeHint().height()) : label->sizeHint();
      if (label->wordWrap()) {
        wanted = QSize(0, label->heightForWidth(label->width()));
      }
      check(label, label->text(), wanted);
    }
    for (const QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
      check(button, button->text(),
            {button->sizeHint().width(), button->fontMetrics().height() + 8});
    }
    return found;
  }

 private Q_SLOTS:
  void nothing_isClipped_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("tab");
    for (const QSize size : {QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)}) {
      for (int tab = 0; tab < 3; ++tab) {
        QTest::addRow("%dx%d, tab %d", size.width(), size.height(), tab) << size << tab;
      }
    }
  }
  void nothing_isClipped() {
    QFETCH(QSize, size);
    QFETCH(int, tab);
    WindowFixture fixture(size);
    fixture.find<QTabWidget>("tabs")->setCurrentIndex(tab);
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCOMPARE(fixture.window.size(), size);  // no part needs more
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
    fixture.view()->selectTask({0, 200});
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
    fixture.showFile(true);
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
  }

  void largerFonts_keepTheWindowAt1280_data() {
    QTest::addColumn<double>("pointSize");
    QTest::newRow("11") << 11.0;
    QTest::newRow("12") << 12.0;
  }
  void largerFonts_keepTheWindowAt1280() {
    QFETCH(double, pointSize);
    QTemporaryDir folder;
    FakeEngine engine;
    Settings settings(folder.filePath(QStringLiteral("s.ini")));
    MainWindow window(
        engine,
        {.cores = 2, .pointSize = pointSize, .nativeDialogs = false, .settings = &settings});
    window.resize(1280, 800);
    const auto snapshot = WindowFixture::webScraping();
    engine.showLive(snapshot, snapshot->end() + PlaybackClock::kLiveLagNs, 8);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QCOMPARE(window.size(), QSize(1280, 800));
    QCOMPARE(clipped(window).join(u'\n'), QString());
  }

  void tab_reachesEveryControl() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QSet<QString> reached;
    for (int i = 0; i < 60; ++i) {
      QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
      reached.insert(QApplication::focusWidget()->objectName());
    }
    for (const char* name : {"scenario", "restartButton", "pausePoolButton", "recordButton",
                             "maxWorkers", "maxWorkersSlider", "exportPictureButton", "menuButton",
                             "timeline", "playbackToggle", "code"}) {
      QVERIFY2(reached.contains(QString::fromLatin1(name)), name);
    }
  }

  void controls_haveNames() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    for (const QWidget* widget : fixture.window.findChildren<QWidget*>()) {
      const bool isControl = widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus) != 0 &&
                             !widget->objectName().startsWith(QLatin1String("qt_"));
      if (!isControl) {
        continue;
      }
      const auto* button = qobject_cast<const QAbstractButton*>(widget);
      const bool named =
          !widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty());
      QVERIFY2(named && !widget->objectName().isEmpty(),
               qPrintable(QStringLiteral("%1 %2").arg(widget->metaObject()->className(),
                                                      widget->objectName())));
    }
  }
};

QTEST_MAIN(LayoutTest)
#include "layout_test.moc"
