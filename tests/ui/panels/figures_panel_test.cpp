// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/figures_panel.h"

#include "ui/panels/figure_tiles.h"
#include "ui/panels/format.h"
#include "ui/panels/shrinking_label.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QLabel>
#include <QTest>

using namespace poolscope::ui;

namespace {

LiveFigures figuresWith(double rate, std::uint64_t count, double seconds) {
  LiveFigures figures;
  figures.maxWorkers = 8;
  figures.windowS = 2;
  figures.throughput = rate;
  figures.utilization = 1;
  figures.queueWaitP50S = seconds;
  figures.queueWaitP99S = seconds;
  figures.tasks = {
      .waiting = count, .running = 4096, .finished = count, .failed = count, .cancelled = count};
  return figures;
}

}  // namespace

/// No figure is ever cut, whatever its value and however little room there is.
class FiguresPanelTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { qApp->setStyleSheet(Theme::dark().styleSheet()); }

  void prediction_takesThePlaceOfTheEffect_whileThereIsOne() {
    FiguresPanel panel;
    panel.showFigures(figuresWith(100, 1, 0.1));
    const auto* effect = panel.findChild<QLabel*>(QStringLiteral("resizeEffect"));
    const QString before = effect->text();
    panel.showPrediction(QStringLiteral("predicted at 24: 203 tasks/s"));
    panel.showFigures(figuresWith(110, 1, 0.1));
    QCOMPARE(effect->text(), QStringLiteral("predicted at 24: 203 tasks/s"));
    QCOMPARE(effect->property("look").toString(), QStringLiteral("warn"));
    panel.showPrediction({});
    QCOMPARE(effect->text(), before);
  }

  void throughput_fits_data() {
    QTest::addColumn<double>("rate");
    QTest::addColumn<int>("width");
    for (const int width : {200, 260, 400}) {
      for (const double rate : {0.0, 0.84, 74.1, 999.0, 1362.0, 9999.4, 9999.6, 12'345.0, 99'999.0,
                                999'499.0, 999'999.0, 1.234e6, 9.99e6, 10e6}) {
        QTest::addRow("%.1f in %d", rate, width) << rate << width;
      }
    }
  }
  void throughput_fits() {
    QFETCH(double, rate);
    QFETCH(int, width);
    FiguresPanel panel;
    panel.setTheme(Theme::dark());
    panel.showFigures(figuresWith(rate, 1, 0.1));
    panel.resize(width, 90);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    const auto* figure = panel.findChild<ShrinkingLabel*>(QStringLiteral("throughputFigure"));
    QCOMPARE(figure->text(), formatLargeRate(rate));
    const QFontMetricsF metrics(figure->fittedFont());
    QVERIFY2(metrics.horizontalAdvance(figure->text()) <= figure->width(),
             qPrintable(figure->text()));
    QVERIFY(metrics.height() <= figure->height());
    QVERIFY(figure->geometry().right() < panel.width());
    QVERIFY(figure->fittedFont().pixelSize() >= 24);  // still the largest figure
  }

  void tiles_fit_inLargeType_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<qint64>("count");
    QTest::addColumn<double>("seconds");
    QTest::addColumn<int>("leastPixels");
    for (const qint64 count : {0LL, 9'999LL, 123'456LL, 10'000'000LL}) {
      for (const double seconds : {0.0000123, 0.0784, 12.3, 4000.0}) {
        QTest::addRow("1240, %lld, %f", static_cast<long long>(count), seconds)
            << 1240 << count << seconds << 20;
        QTest::addRow("860, %lld, %f", static_cast<long long>(count), seconds)
            << 860 << count << seconds << 18;
        QTest::addRow("400, %lld, %f", static_cast<long long>(count), seconds)
            << 400 << count << seconds << 9;
      }
    }
  }
  void tiles_fit_inLargeType() {
    QFETCH(int, width);
    QFETCH(qint64, count);
    QFETCH(double, seconds);
    const Theme theme = Theme::dark();
    const auto figures = figuresWith(1, static_cast<std::uint64_t>(count), seconds);
    const FigureTilesScene scene = layOutFigureTiles(figureTiles(figures, theme), width, theme);
    QCOMPARE(scene.tiles.size(), 8);
    const QFontMetricsF values(scene.valueFont);
    const QFontMetricsF names(scene.nameFont);
    qreal right = 0;
    for (const FigureTile& tile : scene.tiles) {
      QVERIFY2(tile.rect.left() >= right, qPrintable(tile.name));
      QVERIFY2(values.horizontalAdvance(tile.value) <= tile.rect.width() + 0.01,
               qPrintable(tile.value));
      QVERIFY2(names.horizontalAdvance(tile.name) <= tile.rect.width() + 0.01,
               qPrintable(tile.name));
      right = tile.rect.right();
    }
    QVERIFY2(right <= width + 0.01, qPrintable(QString::number(right)));
    QFETCH(int, leastPixels);
    QVERIFY2(scene.valueFont.pixelSize() >= leastPixels,
             qPrintable(QString::number(scene.valueFont.pixelSize())));
  }

  void tiles_stand_whileFiguresChange() {
    const Theme theme = Theme::dark();
    const auto at = [&](std::uint64_t count, double seconds) {
      QList<qreal> lefts;
      for (const FigureTile& tile :
           layOutFigureTiles(figureTiles(figuresWith(1, count, seconds), theme), 1240, theme)
               .tiles) {
        lefts << tile.rect.left();
      }
      return lefts;
    };
    QCOMPARE(at(3, 0.001), at(8'765, 0.0999));
    QCOMPARE(at(3, 0.001), at(44'400, 0.0999));
  }

  void failures_stand_apart_ofWhatFinished() {
    const Theme theme = Theme::dark();
    const auto tiles = figureTiles(figuresWith(1, 2, 0.1), theme);
    QCOMPARE(tiles[5].name, QStringLiteral("finished"));
    QCOMPARE(tiles[5].color, theme.dim);  // all of them failed
    QCOMPARE(tiles[6].name, QStringLiteral("of them failed"));
    QCOMPARE(tiles[6].value, QStringLiteral("2"));
    QCOMPARE(tiles[6].color, theme.bad);
  }
};

QTEST_MAIN(FiguresPanelTest)
#include "figures_panel_test.moc"
