// SPDX-License-Identifier: Apache-2.0
#include "app/numbers.h"

#include <charconv>
#include <cmath>

namespace poolscope::app {
namespace {

template <typename Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<std::uint64_t> parseWhole(std::string_view text) {
  return parse<std::uint64_t>(text);
}

std::optional<double> parseDecimal(std::string_view text) {
  const auto number = parse<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace poolscope::app
