// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/slider_marks.h"

#include <QTest>

using namespace poolscope::ui;

namespace {

const WorkersScale kScale{.left = 10, .width = 300};

qreal textWidth(const QString& text) {
  return 6.5 * static_cast<qreal>(text.size());
}

}  // namespace

class SliderMarksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void scale_isLogarithmic() {
    QCOMPARE(kScale.toX(1), 10.0);
    QCOMPARE(kScale.toX(8), 160.0);
    QCOMPARE(kScale.toX(64), 310.0);
    QCOMPARE(kScale.toX(1000), 310.0);
  }

  void scale_thereAndBack_isTheSame() {
    for (int workers = 1; workers <= 64; ++workers) {
      QCOMPARE(kScale.toWorkers(kScale.toX(workers)), workers);
    }
    QCOMPARE(kScale.toWorkers(-50), 1);
    QCOMPARE(kScale.toWorkers(5000), 64);
  }

  void scale_endsAtADoubling() {
    QCOMPARE(WorkersScale::endFor(1), 64);
    QCOMPARE(WorkersScale::endFor(64), 64);
    QCOMPARE(WorkersScale::endFor(65), 128);
    QCOMPARE(WorkersScale::endFor(4096), 4096);
    const WorkersScale wide{.left = 10, .width = 300, .most = 4096};
    QCOMPARE(wide.toX(64), 160.0);
    QCOMPARE(wide.toWorkers(310), 4096);
  }

  void labels_neverOverlap_forAnyNumberOfCores() {
    for (int cores = 1; cores <= 200; ++cores) {
      for (const qreal width : {120.0, 200.0, 300.0, 500.0}) {
        const int recommended = cores * 7 % 66;  // none, among them, and off the scale
        const WorkersScale scale{.left = 10, .width = width - 20};
        qreal free = 0;
        for (const SliderMark& mark :
             layOutSliderMarks({cores, recommended}, scale, 0, width, textWidth)) {
          if (mark.text.isEmpty()) {
            continue;
          }
          QVERIFY2(mark.textLeft >= free - 1e-9,
                   qPrintable(QStringLiteral("%1 cores: %2").arg(cores).arg(mark.text)));
          free = mark.textLeft + mark.textWidth;
          QVERIFY(free <= width + 1e-9);
        }
      }
    }
  }

  void marks_tellCoresAndRuleOfThumb_data() {
    QTest::addColumn<int>("cores");
    QTest::addColumn<QStringList>("texts");
    QTest::newRow("one core") << 1 << QStringList{"1 core", "5 = cores + 4", "64"};
    QTest::newRow("two cores") << 2 << QStringList{"1", "2 cores", "6 = cores + 4", "64"};
    QTest::newRow("sixteen") << 16 << QStringList{"1", "16 cores", "20 = cores + 4", "64"};
    QTest::newRow("as many as the scale") << 64 << QStringList{"1", "64 cores"};
    QTest::newRow("more than the scale") << 96 << QStringList{"1", "64"};
  }
  void marks_tellCoresAndRuleOfThumb() {
    QFETCH(int, cores);
    QStringList texts;
    for (const SliderMark& mark :
         layOutSliderMarks({.cores = cores}, {.left = 10, .width = 600}, 0, 620, textWidth)) {
      texts << mark.text;
    }
    QTEST(texts, "texts");
  }

  void recommended_hasItsOwnMark_andOutlastsTheRuleOfThumb() {
    const auto texts = [](int recommended, qreal width) {
      QStringList found;
      for (const SliderMark& mark :
           layOutSliderMarks({.cores = 2, .recommended = recommended},
                             {.left = 10, .width = width - 20}, 0, width, textWidth)) {
        if (!mark.text.isEmpty()) {
          found << mark.text;
        }
      }
      return found;
    };
    QCOMPARE(texts(24, 600),
             (QStringList{"1", "2 cores", "6 = cores + 4", "24 recommended", "64"}));
    QCOMPARE(texts(6, 600), (QStringList{"1", "2 cores", "6 recommended", "64"}));
    QCOMPARE(texts(24, 150), (QStringList{"1", "24 recommended", "64"}));
    QCOMPARE(texts(100, 600), (QStringList{"1", "2 cores", "6 = cores + 4", "64"}));
    QStringList wide;
    for (const SliderMark& mark :
         layOutSliderMarks({.cores = 2, .recommended = 100},
                           {.left = 10, .width = 580, .most = 128}, 0, 600, textWidth)) {
      wide << mark.text;
    }
    QCOMPARE(wide, (QStringList{"1", "2 cores", "6 = cores + 4", "100 recommended", "128"}));
  }
};

QTEST_APPLESS_MAIN(SliderMarksTest)
#include "slider_marks_test.moc"
