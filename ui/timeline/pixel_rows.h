// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRgb>
#include <QtGlobal>

namespace poolscope::ui {

/// Rows of pixels below one another, `stride` pixels apart.
template <typename Pixel>
struct PixelRows {
  Pixel* first;
  qsizetype stride;
};

/// Both are made for the thousands of narrow rectangles of a frame, where a library call a row
/// would cost more than all the rest.
void fillRows(PixelRows<QRgb> to, int width, int rows, QRgb color);
void copyRows(PixelRows<QRgb> to, PixelRows<const QRgb> from, int width, int rows);

}  // namespace poolscope::ui
