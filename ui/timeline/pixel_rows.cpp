// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/pixel_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace poolscope::ui {
namespace {

/// Up to this width a row is some stores: with the width known at compile time nothing is left to
/// decide in each. 0 stands for any width.
constexpr int kNarrow = 16;

template <int kWidth>
void fill(PixelRows<QRgb> to, int width, int rows, QRgb color) {
  for (; rows > 0; --rows, to.first += to.stride) {
    std::fill_n(to.first, kWidth > 0 ? kWidth : width, color);
  }
}

template <int kWidth>
void copy(PixelRows<QRgb> to, PixelRows<const QRgb> from, int width, int rows) {
  for (; rows > 0; --rows, to.first += to.stride, from.first += from.stride) {
    const int pixels = kWidth > 0 ? kWidth : width;
    // Not std::copy_n: it may overlap, for which g++ calls the library at most widths.
    std::memcpy(to.first, from.first, static_cast<std::size_t>(pixels) * sizeof(QRgb));
  }
}

template <int... kWidths>
constexpr auto fillsOf(std::integer_sequence<int, kWidths...>) {
  return std::array{&fill<kWidths>...};
}

template <int... kWidths>
constexpr auto copiesOf(std::integer_sequence<int, kWidths...>) {
  return std::array{&copy<kWidths>...};
}

using Widths = std::make_integer_sequence<int, kNarrow + 1>;
constexpr auto kFills = fillsOf(Widths());
constexpr auto kCopies = copiesOf(Widths());

std::size_t placeOf(int width) {
  return width <= kNarrow ? static_cast<std::size_t>(width) : 0;
}

}  // namespace

void fillRows(PixelRows<QRgb> to, int width, int rows, QRgb color) {
  kFills[placeOf(width)](to, width, rows, color);
}

void copyRows(PixelRows<QRgb> to, PixelRows<const QRgb> from, int width, int rows) {
  kCopies[placeOf(width)](to, from, width, rows);
}

}  // namespace poolscope::ui
