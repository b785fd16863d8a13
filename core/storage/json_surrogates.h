// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poolscope::storage {

/// JSON in which each escape of half a character (RFC 8259, section 8.2: "\ud800" alone, as Python
/// writes a file name that is no UTF-8) is one of U+FFFD: parsers refuse them, and with them all
/// that stands beside. Nothing if there is none. `padding` zero bytes follow the text, beyond its
/// size. Cost O(size).
std::optional<std::string> without_lone_surrogates(std::string_view json, std::size_t padding);

}  // namespace poolscope::storage
