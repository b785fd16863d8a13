// SPDX-License-Identifier: Apache-2.0
#include "core/storage/json_surrogates.h"

#include <charconv>
#include <cstdint>

namespace poolscope::storage {

namespace {

constexpr std::size_t kEscape = 6;  // \uXXXX

/// The code of the escape at the front of `text`; 0 if there is none.
std::uint32_t escaped_code(std::string_view text) {
  std::uint32_t code = 0;
  if (text.size() < kEscape || !text.starts_with("\\u")) {
    return 0;
  }
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscape, code, 16);
  return error == std::errc() && end == text.data() + kEscape ? code : 0;
}

bool is_high(std::uint32_t code) {
  return code >= 0xd800 && code < 0xdc00;
}
bool is_low(std::uint32_t code) {
  return code >= 0xdc00 && code < 0xe000;
}

}  // namespace

std::optional<std::string> without_lone_surrogates(std::string_view json, std::size_t padding) {
  std::string mended;
  for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const std::uint32_t code = escaped_code(json.substr(at));
    if (!is_high(code) && !is_low(code)) {
      at += 2;  // whatever is escaped: not the begin of the next one
    } else if (is_high(code) && is_low(escaped_code(json.substr(at + kEscape)))) {
      at += 2 * kEscape;
    } else {
      if (mended.empty()) {
        mended = json;
      }
      mended.replace(at, kEscape, "\\ufffd");
      at += kEscape;
    }
  }
  if (mended.empty()) {
    return {};
  }
  mended.append(padding, '\0');
  return mended;
}

}  // namespace poolscope::storage
