// SPDX-License-Identifier: Apache-2.0
#include "app/option_values.h"

#include "app/numbers.h"

namespace poolscope::app {
namespace {
constexpr double kSecondsLimit = 30.0 * 24 * 3600;
}  // namespace

tl::unexpected<Error> wrongValue(const std::string& option, const std::string& value,
                                 const std::string& expected) {
  return failure(option, "'" + value + "' is not " + expected, "see --help");
}

Result<std::optional<std::uint64_t>> wholeNumber(const std::string& option, const std::string& text,
                                                 std::uint64_t limit) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto number = parseWhole(text);
  if (!number || *number < 1 || *number > limit) {
    return wrongValue(option, text, "a whole number from 1 to " + std::to_string(limit));
  }
  return number;
}

Result<std::optional<double>> seconds(const std::string& option, const std::string& text,
                                      bool zeroAllowed) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto number = parseDecimal(text);
  if (!number || *number < 0 || (*number == 0 && !zeroAllowed) || *number > kSecondsLimit) {
    return wrongValue(option, text,
                      zeroAllowed
                          ? "a number of seconds from 0 to 2592000 (30 days), such as 2.5"
                          : "a number of seconds above 0 and up to 2592000 (30 days), such as 2.5");
  }
  return number;
}

}  // namespace poolscope::app
