// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/series.h"

#include <QImage>
#include <QTest>

using namespace poolscope::ui;

class SeriesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void area_belowTheLine_isFilled();
  void step_keepsTheValueUntilTheNextPoint();
  void empty_paintsNothing();
};

namespace {

QImage painted(const Series& series) {
  QImage image(100, 100, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  paintSeries(painter, series);
  return image;
}

}  // namespace

void SeriesTest::area_belowTheLine_isFilled() {
  const QImage image = painted({.style = SeriesStyle::area,
                                .color = Qt::blue,
                                .baseline = 90,
                                .points = {QPointF(10, 40), QPointF(90, 40)}});
  QVERIFY(image.pixelColor(50, 70) != QColor(Qt::white));
  QCOMPARE(image.pixelColor(50, 20), QColor(Qt::white));
  QCOMPARE(image.pixelColor(50, 95), QColor(Qt::white));
}

void SeriesTest::step_keepsTheValueUntilTheNextPoint() {
  const QImage image = painted({.style = SeriesStyle::step,
                                .color = Qt::blue,
                                .width = 2,
                                .points = {QPointF(10, 80), QPointF(60, 20)}});
  QCOMPARE(image.pixelColor(40, 80), QColor(Qt::blue));
  QCOMPARE(image.pixelColor(60, 50), QColor(Qt::blue));
  QCOMPARE(image.pixelColor(40, 40), QColor(Qt::white));
}

void SeriesTest::empty_paintsNothing() {
  QImage blank(100, 100, QImage::Format_RGB32);
  blank.fill(Qt::white);
  QCOMPARE(painted({.style = SeriesStyle::area, .color = Qt::blue}), blank);
}

QTEST_MAIN(SeriesTest)
#include "series_test.moc"
