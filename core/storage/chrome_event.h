// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope::storage {

/// One event of a Chrome trace. Views live as long as the parser's document.
struct ChromeEvent {
  char phase = '\0';  ///< 'B', 'X', ...; '\0': none
  std::string_view name = {};
  std::string_view category = {};
  std::string_view pid = {};  ///< as told, where it is no number
  std::string_view tid = {};
  std::optional<std::int64_t> pid_number = {};
  std::optional<std::int64_t> tid_number = {};
  std::optional<std::int64_t> time_ns = {};
  std::optional<std::int64_t> duration_ns = {};
  std::optional<std::int64_t> cpu_ns = {};  ///< of `tdur`
  std::string id = {};                      ///< number, text or id2, told apart
  bool binds_to_enclosing = false;
  std::optional<simdjson::dom::object> arguments = {};
};

/// Nothing if `json` is not an object.
std::optional<ChromeEvent> parse_chrome_event(simdjson::dom::element json);

/// A number, or a text that is one, as some programs write them.
std::optional<double> json_number(simdjson::dom::element json);
/// A whole one; exact also above 2^53.
std::optional<std::uint64_t> json_count(simdjson::dom::element json);
std::string_view json_text(simdjson::dom::element json);

}  // namespace poolscope::storage
