// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/words.h"

#include <charconv>
#include <cmath>

namespace poolscope::experiment {
namespace {

std::string fixed(double value, int digits) {
  char text[400];  // the largest double has 309 digits before the point
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
  return {text, end.ptr};
}

}  // namespace

std::string shown(double value) {
  const double size = std::abs(value);
  if (size >= 1e12 || (size < 1e-3 && value != 0)) {
    return significant(value);
  }
  // What is rounded up to the next power of ten has a digit less behind the point.
  if (size >= 99.95 || value == 0) {
    return fixed(value, 0);
  }
  return fixed(value, size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3);
}

std::string significant(double value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4);
  return {text, end.ptr};
}

std::string shown_percent(double share) {
  const double percent = share * 100;
  const bool whole = std::abs(percent) >= 10 || std::abs(percent - std::round(percent)) < 1e-9;
  return fixed(percent, whole ? 0 : 1) + " %";
}

std::string shown_seconds(double seconds) {
  const double size = std::abs(seconds);
  if (size >= 1) {
    return shown(seconds) + " s";
  }
  if (size < 1e-9) {
    return "0 us";  // less than a clock tells
  }
  return size >= 1e-3 ? shown(seconds * 1e3) + " ms" : shown(seconds * 1e6) + " us";
}

std::string workers_text(std::uint64_t workers) {
  return std::to_string(workers) + (workers == 1 ? " worker" : " workers");
}

}  // namespace poolscope::experiment
