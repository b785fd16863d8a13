// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/eliding_label.h"
#include "ui/panels/figure_tiles.h"
#include "ui/panels/shrinking_label.h"
#include "window_fixture.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QComboBox>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QStyleOptionComboBox>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

using namespace poolscope;
using namespace poolscope::ui;

class LayoutTest : public QObject {
  Q_OBJECT

  static constexpr int kFar = 100'000;

  /// Where `widget` can be seen: within the window and, across, within what scrolls around it. Down
  /// there a scroll bar brings the rest.
  static QRect roomOf(const QWidget& widget, const QWidget& window) {
    QRect room = window.rect();
    for (const QWidget* part = widget.parentWidget(); part != nullptr;
         part = part->parentWidget()) {
      const auto* scroll = qobject_cast<const QScrollArea*>(part);
      if (scroll == nullptr) {
        continue;
      }
      const QWidget* port = scroll->viewport();
      const QRect seen(port->mapTo(&window, QPoint()), port->size());
      room.setLeft(std::max(room.left(), seen.left()));
      room.setRight(std::min(room.right(), seen.right()));
      if (scroll->verticalScrollBar()->maximum() > 0) {
        room.setTop(-kFar);
        room.setBottom(kFar);
      }
    }
    return room;
  }

  static QStringList clipped(const QWidget& window) {
    QCoreApplication::processEvents();  // layouts that wait
    QCoreApplication::processEvents();
    QStringList found;
    const auto check = [&](const QWidget* widget, const QString& text, const QSize& wanted) {
      const bool tooSmall = widget->width() < wanted.width() || widget->height() < wanted.height();
      const QRect inWindow(widget->mapTo(&window, QPoint()), widget->size());
      if (!text.isEmpty() && widget->isVisible() &&
          (tooSmall || !roomOf(*widget, window).contains(inWindow))) {
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
      const bool elides = qobject_cast<const ElidingLabel*>(label) != nullptr ||
                          qobject_cast<const ShrinkingLabel*>(label) != nullptr;
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
    fixture.showFile(QStringLiteral("a part of it, often its end, is missing or damaged"));
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
  }

  void messages_leaveTheRightColumnWhole() {
    WindowFixture fixture({1280, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.window.postMessage(MessageBar::Severity::error, QStringLiteral("a.toml: no such file"));
    QCoreApplication::processEvents();
    QCoreApplication::processEvents();
    QCOMPARE(fixture.find<QScrollArea>("rightScroll")->verticalScrollBar()->maximum(), 0);
  }

  void scenarioList_showsAllOfThem() {
    WindowFixture fixture;
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    auto* list = fixture.find<QComboBox>("scenario");
    for (int chosen = 0; chosen < list->count(); ++chosen) {
      list->setCurrentIndex(chosen);
      list->showPopup();
      const QWidget* shown = list->view()->viewport();
      for (int row = 0; row < list->count(); ++row) {
        const QRect place = list->view()->visualRect(list->model()->index(row, 0));
        QVERIFY2(shown->rect().contains(place), qPrintable(list->itemText(row)));
      }
      // Beneath the button, as a list: what is chosen does not move it over other parts.
      QVERIFY(shown->mapToGlobal(QPoint()).y() >=
              list->mapToGlobal(QPoint(0, list->height() - 1)).y());
      list->hidePopup();
    }
  }

  void statistics_fitBesideTheScrollBar_data() {
    QTest::addColumn<double>("pointSize");
    QTest::newRow("usual") << Theme::kBasePointSize;
    QTest::newRow("large") << 16.0;
  }
  void statistics_fitBesideTheScrollBar() {
    QFETCH(double, pointSize);
    QTemporaryDir folder;
    FakeEngine engine;
    Settings settings(folder.filePath(QStringLiteral("s.ini")));
    MainWindow window(
        engine,
        {.cores = 2, .pointSize = pointSize, .nativeDialogs = false, .settings = &settings});
    window.resize(1280, 770);
    window.findChild<QTabWidget*>(QStringLiteral("tabs"))->setCurrentIndex(1);
    engine.showFile(WindowFixture::webScraping(), QStringLiteral("demo.pftrace"));
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    const auto* workers = window.findChild<QTableView*>(QStringLiteral("workerTable"));
    QTRY_VERIFY(workers->model()->rowCount() > 0);
    const auto* scroll = window.findChild<QScrollArea*>(QStringLiteral("statisticsScroll"));
    QTRY_VERIFY(scroll->verticalScrollBar()->isVisible());
    QCOMPARE(clipped(window).join(u'\n'), QString());
    QCOMPARE(scroll->widget()->width(), scroll->viewport()->width());
  }

  void statistics_scrollAtOnePlaceOnly() {
    WindowFixture fixture({1280, 800});
    fixture.find<QTabWidget>("tabs")->setCurrentIndex(1);
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    for (const char* name : {"kindTable", "workerTable"}) {  // the tab scrolls, they need not
      const auto* table = fixture.find<QTableView>(name);
      QTRY_VERIFY(table->model()->rowCount() > 0);
      QTRY_COMPARE(table->verticalScrollBar()->maximum(), 0);
    }
  }

  void smallestWindow_fits_halfOfFullHd() {
    WindowFixture fixture({950, 530});  // 1920x1080 at a scale factor of 2, less the desktop's bars
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCOMPARE(fixture.window.size(), QSize(950, 530));
    QVERIFY2(fixture.window.minimumSizeHint().width() <= 900,
             qPrintable(QString::number(fixture.window.minimumSizeHint().width())));
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
    fixture.window.postMessage(MessageBar::Severity::error, QStringLiteral("a.toml: no such file"));
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
    fixture.view()->selectTask({0, 200});  // its card scrolls
    QCoreApplication::processEvents();
    QCOMPARE(fixture.window.size(), QSize(950, 530));
  }

  void firstWindow_isNoLargerThanTheScreen() {
    const QTemporaryDir folder;
    Settings settings(folder.filePath(QStringLiteral("settings.ini")));
    FakeEngine engine;
    const MainWindow window(engine, {.settings = &settings});
    const QSize room = window.screen()->availableSize();
    QVERIFY2(window.width() <= room.width() && window.height() <= room.height(),
             qPrintable(QStringLiteral("%1x%2").arg(window.width()).arg(window.height())));
  }

  void buttonsOfTheHeader_standApart_data() {
    QTest::addColumn<int>("width");
    for (const int width : {950, 1100, 1280, 1300, 1440, 1920}) {
      QTest::addRow("%d", width) << width;
    }
  }
  void buttonsOfTheHeader_standApart() {
    QFETCH(int, width);
    WindowFixture fixture({width, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCoreApplication::processEvents();
    const auto* header = fixture.find<>("headerBar");
    QList<QRect> rects;
    for (const QAbstractButton* button : header->findChildren<QAbstractButton*>()) {
      if (button->isVisible()) {
        const QRect rect(button->mapTo(header, QPoint()), button->size());
        for (const QRect& other : rects) {
          QVERIFY2(!rect.intersects(other), qPrintable(button->objectName()));
        }
        rects.append(rect);
      }
    }
  }

  void firstRowOfTheHeader_standsOnOneLine_data() { buttonsOfTheHeader_standApart_data(); }
  void firstRowOfTheHeader_standsOnOneLine() {
    QFETCH(int, width);
    WindowFixture fixture({width, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCoreApplication::processEvents();
    const auto* header = fixture.find<>("headerBar");
    const auto edges = [&](const char* name) {
      const auto* widget = fixture.find<>(name);
      const int top = widget->mapTo(header, QPoint()).y();
      return QPair(top, top + widget->height());
    };
    const QPair expected = edges("restartButton");
    for (const char* name : {"scenario", "pausePoolButton", "recordButton", "maxWorkers",
                             "exportPictureButton", "menuButton"}) {
      QVERIFY2(fixture.find<>(name)->isVisible(), name);
      QVERIFY2(edges(name) == expected, qPrintable(QStringLiteral("%1: %2 to %3 of %4 to %5")
                                                       .arg(QLatin1String(name))
                                                       .arg(edges(name).first)
                                                       .arg(edges(name).second)
                                                       .arg(expected.first)
                                                       .arg(expected.second)));
    }
  }

  void header_stands_whilePauseBecomesResume() {
    WindowFixture fixture({1280, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCoreApplication::processEvents();
    const auto places = [&] {
      QCoreApplication::processEvents();
      QList<QRect> rects;
      for (const char* name : {"pausePoolButton", "recordButton", "maxWorkersSlider"}) {
        rects.append(fixture.find<>(name)->geometry());
      }
      return rects;
    };
    const QList<QRect> before = places();
    fixture.engine.change([](EngineState& state) {
      state.recordingPath = QStringLiteral("a.pftrace");
      state.paused = true;
    });
    QCOMPARE(places(), before);
  }

  void auto_standsInTheHeader_unlessThatIsTheNarrowest() {
    for (const int width : {950, 1000, 1280}) {
      WindowFixture fixture({width, 800});
      fixture.showLive();
      QVERIFY(fixture.showWindow());
      QCoreApplication::processEvents();
      QVERIFY2(fixture.find<>("autoWorkersButton")->isVisible(),
               qPrintable(QString::number(width)));
    }
  }

  /// The longest of the gallery, where the window is of the usual size.
  void scenarioList_showsTheWholeTitle() {
    WindowFixture fixture({1280, 800});
    auto* list = fixture.find<QComboBox>("scenario");
    list->insertItem(0, QStringLiteral("Requests that come by themselves"));
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCoreApplication::processEvents();
    QStyleOptionComboBox option;
    option.initFrom(list);
    const QRect field = list->style()->subControlRect(QStyle::CC_ComboBox, &option,
                                                      QStyle::SC_ComboBoxEditField, list);
    const int wanted = list->fontMetrics().horizontalAdvance(list->itemText(0));
    QVERIFY2(field.width() - 2 >= wanted,
             qPrintable(QStringLiteral("%1 of %2").arg(field.width()).arg(wanted)));
  }

  void longerButtons_getTheirRoom() {
    WindowFixture fixture({1280, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    fixture.engine.change([](EngineState& state) {
      state.recordingPath = QStringLiteral("a.pftrace");
      state.paused = true;
    });
    QCOMPARE(clipped(fixture.window).join(u'\n'), QString());
    const auto* summary = fixture.find<QLabel>("scenarioSummary");
    QVERIFY2(summary->width() >= summary->sizeHint().width(), qPrintable(summary->text()));
  }

  void largestFigures_areNotCut() {
    WindowFixture fixture({1280, 800});
    fixture.showLive();
    QVERIFY(fixture.showWindow());
    QCoreApplication::processEvents();
    auto* figure = fixture.find<ShrinkingLabel>("throughputFigure");
    const int fullSize = figure->font().pixelSize();
    for (const char* text : {"1,362", "9,999", "99.9 k", "999 k", "9.99 M"}) {
      figure->setText(QString::fromLatin1(text));
      QCoreApplication::processEvents();
      QCoreApplication::processEvents();
      QCOMPARE(figure->fittedFont().pixelSize(), fullSize);
      QVERIFY(QFontMetrics(figure->font()).horizontalAdvance(figure->text()) <= figure->width());
    }
    const FigureTilesScene& tiles = fixture.find<FigureTiles>("figureTiles")->scene();
    QVERIFY(tiles.valueFont.pixelSize() >= 20);
    QCOMPARE(tiles.tiles.size(), 8);
  }

  void largerFonts_keepTheWindowAt1280_data() {
    QTest::addColumn<double>("pointSize");
    QTest::newRow("8") << 8.0;
    QTest::newRow("11") << 11.0;
    QTest::newRow("12") << 12.0;
    QTest::newRow("16") << 16.0;
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
                             "maxWorkers", "maxWorkersSlider", "findButton", "exportPictureButton",
                             "menuButton", "timeline", "playbackToggle", "code"}) {
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
