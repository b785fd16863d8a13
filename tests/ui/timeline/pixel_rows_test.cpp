// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/pixel_rows.h"

#include <QTest>

#include <vector>

using namespace poolscope::ui;

class PixelRowsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rows_ofAnyWidth_touchNothingElse();
};

/// Of each width there may be code of its own.
void PixelRowsTest::rows_ofAnyWidth_touchNothingElse() {
  constexpr int kStride = 64;
  constexpr int kRows = 3;
  constexpr int kLeft = 5;
  constexpr QRgb kBefore = 0xff000001;
  constexpr QRgb kFilled = 0xff00ff00;
  std::vector<QRgb> source(kStride * kRows);
  for (std::size_t i = 0; i < source.size(); ++i) {
    source[i] = 0xff100000U + static_cast<QRgb>(i);
  }
  for (int width = 0; width <= 40; ++width) {
    std::vector<QRgb> filled(kStride * kRows, kBefore);
    std::vector<QRgb> copied = filled;
    fillRows({filled.data() + kLeft, kStride}, width, kRows - 1, kFilled);
    copyRows({copied.data() + kLeft, kStride}, {source.data(), kStride}, width, kRows - 1);
    for (int i = 0; i < kStride * kRows; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const int x = i % kStride - kLeft;
      const bool within = x >= 0 && x < width && i / kStride < kRows - 1;
      QCOMPARE(filled[at], within ? kFilled : kBefore);
      QCOMPARE(copied[at], within ? source[at - kLeft] : kBefore);
    }
  }
}

QTEST_APPLESS_MAIN(PixelRowsTest)
#include "pixel_rows_test.moc"
