// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace poolscope::app {

/// The whole of `text` as a number, whatever the locale; nothing for anything else ("", "1 ",
/// "1,5", "nan", "inf").
std::optional<std::uint64_t> parseWhole(std::string_view text);
std::optional<double> parseDecimal(std::string_view text);

}  // namespace poolscope::app
