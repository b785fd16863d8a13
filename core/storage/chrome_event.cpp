// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_event.h"

#include <charconv>
#include <cmath>

namespace poolscope::storage {

namespace {

using simdjson::dom::element;

template <typename Number>
std::optional<Number> parse(std::string_view text) {
  Number number = {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return {};
  }
  return number;
}

std::optional<std::int64_t> whole(element json) {
  const auto number = json_number(json);
  constexpr double kMost = 9e18;
  if (!number || !(std::abs(*number) < kMost)) {
    return {};
  }
  return static_cast<std::int64_t>(*number);
}

/// Microseconds as nanoseconds; nothing beyond what a session's clock can tell.
std::optional<std::int64_t> nanoseconds(element json) {
  constexpr double kMostUs = 4e15;
  const auto number = json_number(json);
  if (!number || !(std::abs(*number) < kMostUs)) {
    return {};
  }
  return std::llround(*number * 1e3);
}

/// Ids of different kinds are different, whatever their digits.
void add_id(std::string& id, std::string_view kind, element json) {
  std::string_view text;
  std::uint64_t number = 0;
  std::int64_t negative = 0;
  id += kind;
  if (json.get(text) == simdjson::SUCCESS) {
    id += text;
  } else if (json.get(number) == simdjson::SUCCESS) {
    id += std::to_string(number);
  } else if (json.get(negative) == simdjson::SUCCESS) {
    id += std::to_string(negative);
  }
}

void read_member(ChromeEvent& event, std::string_view key, element value) {
  if (key == "ph") {
    const std::string_view text = json_text(value);
    event.phase = text.size() == 1 ? text[0] : '\0';
  } else if (key == "ts") {
    event.time_ns = nanoseconds(value);
  } else if (key == "dur") {
    event.duration_ns = nanoseconds(value);
  } else if (key == "tdur") {
    event.cpu_ns = nanoseconds(value);
  } else if (key == "name") {
    event.name = json_text(value);
  } else if (key == "cat") {
    event.category = json_text(value);
  } else if (key == "pid") {
    event.pid_number = whole(value);
    event.pid = json_text(value);
  } else if (key == "tid") {
    event.tid_number = whole(value);
    event.tid = json_text(value);
  } else if (key == "bp") {
    event.binds_to_enclosing = json_text(value) == "e";
  } else if (key == "id") {
    add_id(event.id, "#", value);
  } else if (key == "id2") {
    simdjson::dom::object scopes;
    if (value.get(scopes) == simdjson::SUCCESS) {
      for (const auto [scope, scoped] : scopes) {
        add_id(event.id, scope, scoped);
      }
    }
  } else if (key == "args") {
    simdjson::dom::object arguments;
    if (value.get(arguments) == simdjson::SUCCESS) {
      event.arguments = arguments;
    }
  }
}

}  // namespace

std::optional<double> json_number(element json) {
  double number = 0;
  if (json.get(number) == simdjson::SUCCESS) {
    return number;
  }
  return parse<double>(json_text(json));
}

std::optional<std::uint64_t> json_count(element json) {
  std::uint64_t number = 0;
  if (json.get(number) == simdjson::SUCCESS) {
    return number;
  }
  return parse<std::uint64_t>(json_text(json));
}

std::string_view json_text(element json) {
  std::string_view text;
  return json.get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::optional<ChromeEvent> parse_chrome_event(element json) {
  simdjson::dom::object members;
  if (json.get(members) != simdjson::SUCCESS) {
    return {};
  }
  ChromeEvent event;
  for (const auto [key, value] : members) {
    read_member(event, key, value);
  }
  return event;
}

}  // namespace poolscope::storage
