// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace poolscope::app {

inline constexpr std::uint64_t kMaxWorkersLimit = 4096;

// Values of options as they were typed. Empty: not given. Errors name option and value alike.

tl::unexpected<Error> wrongValue(const std::string& option, const std::string& value,
                                 const std::string& expected);
/// From 1 to `limit`.
Result<std::optional<std::uint64_t>> wholeNumber(const std::string& option, const std::string& text,
                                                 std::uint64_t limit);
/// Seconds with a decimal point, at most 30 days.
Result<std::optional<double>> seconds(const std::string& option, const std::string& text,
                                      bool zeroAllowed);

}  // namespace poolscope::app
