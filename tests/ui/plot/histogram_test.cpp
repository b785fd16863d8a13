// SPDX-License-Identifier: Apache-2.0
#include "ui/plot/histogram.h"

#include <QImage>
#include <QTest>

#include <algorithm>

using namespace poolscope;
using namespace poolscope::ui;

namespace {

session::Distribution distributionOf(const QList<session::TimeNs>& values) {
  session::Distribution distribution{.count = static_cast<std::size_t>(values.size())};
  for (const session::TimeNs value : values) {
    distribution.histogram.add(value);
  }
  distribution.p50 = distribution.histogram.value_at(distribution.count / 2) * 1e-9;
  distribution.p99 = distribution.histogram.value_at(distribution.count - 1) * 1e-9;
  return distribution;
}

constexpr QSizeF kSize(240, 80);

}  // namespace

class HistogramTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bars_holdAllTasks_andStandInThePlot() {
    QList<session::TimeNs> values;
    for (session::TimeNs value = 1'000; value < 60'000'000'000; value += value / 7) {
      values << value << value;
    }
    const HistogramScene scene = layOutHistogram(distributionOf(values), kSize, Theme::dark());
    std::uint64_t count = 0;
    qreal reached = scene.plot.left();
    for (const HistogramBar& bar : scene.bars) {
      count += bar.count;
      QVERIFY(bar.begin < bar.end);
      QVERIFY(bar.rect.left() >= reached);
      QVERIFY(bar.rect.height() >= 1);
      QVERIFY(bar.rect.top() >= scene.plot.top());
      QCOMPARE(bar.rect.bottom(), scene.plot.bottom());
      reached = bar.rect.right();
    }
    QVERIFY(reached <= scene.plot.right() + 0.5);
    QCOMPARE(count, static_cast<std::uint64_t>(values.size()));
    QVERIFY(scene.ticks.size() >= 2);
  }

  void ticks_standWhereTheBarOfThatTimeStands() {
    QList<session::TimeNs> values{1'000'000, 10'000'000, 100'000'000};
    const HistogramScene scene = layOutHistogram(distributionOf(values), kSize, Theme::dark());
    QCOMPARE(scene.bars.size(), 3);
    const auto tick = std::ranges::find_if(scene.ticks, [](const HistogramTick& each) {
      return each.label.startsWith(QLatin1String("10")) &&
             each.label.endsWith(QLatin1String("ms")) &&
             !each.label.startsWith(QLatin1String("100"));
    });
    QVERIFY(tick != scene.ticks.end());
    QVERIFY(std::abs(tick->x - scene.bars[1].rect.center().x()) <= scene.bars[1].rect.width());
  }

  void oneValue_isOneBarInTheMiddle() {
    for (const session::TimeNs value : {0LL, 1LL, 12'345'678LL, 1LL << 60}) {
      const HistogramScene scene =
          layOutHistogram(distributionOf({value, value}), kSize, Theme::light());
      QCOMPARE(scene.bars.size(), 1);
      QCOMPARE(scene.bars.front().count, std::uint64_t{2});
      QVERIFY(scene.bars.front().begin <= value && value < scene.bars.front().end);
      QVERIFY(scene.plot.contains(scene.bars.front().rect.center()));
    }
  }

  void barAt_isTheNearest_andNothingOutside() {
    const HistogramScene scene =
        layOutHistogram(distributionOf({1'000, 1'000'000}), kSize, Theme::dark());
    QCOMPARE(histogramBarAt(scene, scene.bars[1].rect.center().x() + 2)->count, std::uint64_t{1});
    QVERIFY(histogramBarAt(scene, scene.bars[1].rect.center().x())->begin <= 1'000'000);
    QVERIFY(!histogramBarAt(scene, scene.plot.right() + 5));
  }

  void words_ofTheMarks_standApart() {
    for (session::TimeNs most = 1'000'000; most < 100'000'000'000; most += most / 16) {
      for (const session::TimeNs least : {1'000'000LL, 50'000'000'000LL}) {
        const HistogramScene scene =
            layOutHistogram(distributionOf({least, least, most}), kSize, Theme::dark());
        QString told;
        qreal reached = 0;
        for (const HistogramMark& mark : scene.marks) {
          told += mark.label;
          QVERIFY2(mark.labelRect.left() >= reached, qPrintable(QString::number(most)));
          reached = mark.labelRect.right();
        }
        QVERIFY(reached <= kSize.width());
        QVERIFY(told.contains(QLatin1String("p50")) && told.contains(QLatin1String("p99")));
      }
    }
  }

  void ofNothing_isEmpty_andPaints() {
    const HistogramScene scene = layOutHistogram({}, kSize, Theme::dark());
    QVERIFY(scene.bars.isEmpty());
    QVERIFY(!histogramBarAt(scene, 10));
    QImage image(kSize.toSize(), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    paintHistogram(painter, scene, Theme::dark());
    paintHistogram(painter, layOutHistogram(distributionOf({5}), QSizeF(3, 3), Theme::dark()),
                   Theme::dark());
  }
};

QTEST_MAIN(HistogramTest)
#include "histogram_test.moc"
