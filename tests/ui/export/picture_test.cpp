// SPDX-License-Identifier: Apache-2.0
#include "ui/export/picture.h"

#include "tests/ui/timeline/demo_session.h"

#include <QSet>
#include <QTest>

using namespace poolscope;
using namespace poolscope::test;
using namespace poolscope::ui;

class PictureTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void picture_hasTheSizeAskedFor_data();
  void picture_hasTheSizeAskedFor();
  void picture_ofASession_showsTasksAndFailures();
  void picture_again_isTheSame();
  void picture_ofAMoment_tellsNothingOfLater();
  void picture_ofNothing_saysSo();
};

namespace {

bool contains(const QImage& image, const QColor& color) {
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (image.pixel(x, y) == color.rgb()) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void PictureTest::picture_hasTheSizeAskedFor_data() {
  QTest::addColumn<QSize>("asked");
  QTest::addColumn<qreal>("ratio");
  QTest::addColumn<QSize>("pixels");
  QTest::newRow("usual") << QSize(1280, 800) << 2.0 << QSize(2560, 1600);
  QTest::newRow("plain") << QSize(1280, 800) << 1.0 << QSize(1280, 800);
  QTest::newRow("too small: raised") << QSize(10, 10) << 1.0 << QSize(640, 400);
}

void PictureTest::picture_hasTheSizeAskedFor() {
  QFETCH(QSize, asked);
  QFETCH(qreal, ratio);
  QFETCH(QSize, pixels);
  const auto s = demoSession();
  const QImage image =
      renderPicture({s, s->end_, false}, {.size = asked, .devicePixelRatio = ratio});
  QCOMPARE(image.size(), pixels);
}

void PictureTest::picture_ofASession_showsTasksAndFailures() {
  const auto s = demoSession();
  for (const bool dark : {true, false}) {
    const Theme theme = Theme::make(dark);
    const QImage image = renderPicture({s, s->end_, false},
                                       {.devicePixelRatio = 1, .theme = theme, .title = "A demo"});
    QVERIFY(contains(image, theme.kinds[0]));
    QVERIFY(contains(image, theme.kinds[1]));
    QVERIFY(contains(image, theme.badBar));
    QVERIFY(contains(image, theme.queueArea));
  }
}

void PictureTest::picture_again_isTheSame() {
  const auto s = demoSession();
  const PictureOptions options{.devicePixelRatio = 1};
  QCOMPARE(renderPicture({s, s->end_, false}, options),
           renderPicture({s, s->end_, false}, options));
  PictureOptions part = options;
  part.end = s->begin_ + 500 * kMs;
  QVERIFY(renderPicture({s, s->end_, false}, part) != renderPicture({s, s->end_, false}, options));
}

void PictureTest::picture_ofAMoment_tellsNothingOfLater() {
  const auto s = demoSession();
  const session::TimeNs now = s->begin_ + 500 * kMs;
  PictureOptions options{.devicePixelRatio = 1, .begin = s->begin_, .end = now};
  const QRect figures(0, 0, 1280, 100);
  const QImage until = renderPicture({s, now, false}, options).copy(figures);
  options.end = s->end_;
  QCOMPARE(renderPicture({s, now, false}, options).copy(figures), until);
  QVERIFY(renderPicture({s, s->end_, false}, options).copy(figures) != until);
}

void PictureTest::picture_ofNothing_saysSo() {
  const QImage image = renderPicture(Frame{}, {.devicePixelRatio = 1});
  QCOMPARE(image.size(), QSize(1280, 800));
  const QImage middle = image.copy(440, 380, 400, 40);
  QSet<QRgb> colors;
  for (int x = 0; x < middle.width(); ++x) {
    colors.insert(middle.pixel(x, 20));
  }
  QVERIFY(colors.size() > 2);  // words
}

QTEST_MAIN(PictureTest)
#include "picture_test.moc"
