// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/icons.h"

#include <QImage>
#include <QPixmap>
#include <QSet>
#include <QTest>

using namespace poolscope::ui;

class IconsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyIcon_drawsSomethingOfItsOwn();
  void icon_atDoubleRatio_isDrawnNotScaled();
  void icon_disabled_isFaint();
  void applicationIcon_small_isNotEmpty();
};

namespace {

QImage imageOf(const QIcon& icon, qreal ratio = 1, QIcon::Mode mode = QIcon::Normal) {
  return icon.pixmap(QSize(24, 24), ratio, mode).toImage();
}

}  // namespace

void IconsTest::everyIcon_drawsSomethingOfItsOwn() {
  const Theme theme = Theme::dark();
  QSet<QByteArray> seen;
  constexpr int kLast = static_cast<int>(IconId::chevron_up);
  for (int i = 0; i <= kLast; ++i) {
    const QImage image =
        imageOf(themeIcon(static_cast<IconId>(i), theme)).convertToFormat(QImage::Format_ARGB32);
    QVERIFY2(!image.isNull(), QByteArray::number(i));
    const QByteArray bits(reinterpret_cast<const char*>(image.constBits()), image.sizeInBytes());
    QVERIFY2(bits.count('\0') < bits.size(), QByteArray::number(i));
    QVERIFY2(!seen.contains(bits), QByteArray::number(i));
    seen.insert(bits);
  }
}

void IconsTest::icon_atDoubleRatio_isDrawnNotScaled() {
  const QIcon icon = themeIcon(IconId::zoom_in, Theme::light());
  const QImage sharp = imageOf(icon, 2);
  QCOMPARE(sharp.size(), QSize(48, 48));
  QImage blurred = imageOf(icon).scaled(48, 48);
  blurred.setDevicePixelRatio(2);
  QVERIFY(sharp != blurred);
}

void IconsTest::icon_disabled_isFaint() {
  const Theme theme = Theme::dark();
  const QIcon icon = themeIcon(IconId::stop, theme);
  QCOMPARE(imageOf(icon).pixelColor(12, 12), theme.text);
  QCOMPARE(imageOf(icon, 1, QIcon::Disabled).pixelColor(12, 12), theme.faint);
}

void IconsTest::applicationIcon_small_isNotEmpty() {
  QVERIFY(applicationIcon().pixmap(16, 16).toImage().pixelColor(8, 8).alpha() > 0);
}

QTEST_MAIN(IconsTest)
#include "icons_test.moc"
