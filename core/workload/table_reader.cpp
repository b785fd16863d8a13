// SPDX-License-Identifier: Apache-2.0
#include "core/workload/table_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace poolscope::workload {
namespace {

std::string joined(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text += text.empty() ? "" : ", ";
    text += name;
  }
  return text;
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};  // to_chars: the decimal point never depends on the locale
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string range_text(std::int64_t least, std::int64_t most) {
  return std::to_string(least) + " to " + std::to_string(most);
}

std::int64_t to_signed(std::uint64_t limit) {
  return static_cast<std::int64_t>(limit);
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

std::string one_line(std::string text) {
  constexpr std::size_t kMostBytes = 300;
  if (text.size() > kMostBytes) {
    std::size_t end = kMostBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
      --end;
    }
    text.replace(end, std::string::npos, "...");
  }
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

TableReader::TableReader(const toml::table& table, std::string file, std::string where,
                         std::initializer_list<std::string_view> known)
    : table_(table),
      file_(std::move(file)),
      where_(std::move(where)) {
  // The first in the file, not in the alphabet, as the reader would find it.
  const toml::key* first = nullptr;
  for (const auto& [key, value] : table_) {
    const bool is_known = std::ranges::find(known, key.str()) != known.end();
    if (!is_known && (first == nullptr || key.source().begin < first->source().begin)) {
      first = &key;
    }
  }
  if (first != nullptr) {
    const auto line = first->source().begin.line;
    const std::string in = where_.empty() ? "" : " in " + where_;
    throw ScenarioFault{{file_ + ":" + std::to_string(line),
                         one_line("unknown key '" + std::string(first->str())) + "'" + in,
                         "known here are " + joined(known)}};
  }
}

std::string TableReader::label(std::string_view key) const {
  return "'" + std::string(key) + "'" + (where_.empty() ? "" : " in " + where_);
}

void TableReader::fault_at(const toml::node& node, const std::string& what,
                           const std::string& advice) const {
  const auto line = std::max<toml::source_index>(node.source().begin.line, 1);
  throw ScenarioFault{{file_ + ":" + std::to_string(line), one_line(what), advice}};
}

void TableReader::fault(std::string_view key, const std::string& what,
                        const std::string& advice) const {
  const toml::node* at = table_.get(key);
  fault_at(at != nullptr ? *at : table_, label(key) + " " + what, advice);
}

void TableReader::fault_table(const std::string& what, const std::string& advice) const {
  fault_at(table_, where_ + " " + what, advice);
}

void TableReader::require(std::string_view key) const {
  if (!has(key)) {
    fault_at(table_, "missing key " + label(key), "add it: no scenario goes without");
  }
}

void TableReader::wrong_type(std::string_view key, std::string_view wanted) const {
  fault(key, "must be " + std::string(wanted) + ", not " + std::string(type_name(node(key))));
}

std::string TableReader::string_at(std::string_view key, std::string_view wanted) const {
  const auto value = node(key).value_exact<std::string>();
  if (!value) {
    wrong_type(key, wanted);
  }
  return *value;
}

void TableReader::text(std::string_view key, std::string& value, std::size_t most_bytes) const {
  if (!has(key)) {
    return;
  }
  value = string_at(key, "a text");
  if (value.size() > most_bytes) {
    fault(key, "is longer than " + std::to_string(most_bytes) + " bytes");
  }
  if (value.find('\0') != std::string::npos) {
    fault(key, "contains a zero byte");
  }
}

void TableReader::line(std::string_view key, std::string& value, std::size_t most_bytes) const {
  if (!has(key)) {
    return;
  }
  text(key, value, most_bytes);
  if (value.find_first_not_of(' ') == std::string::npos) {
    fault(key, "must not be empty");
  }
  if (std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    fault(key, "must be a single line of text");
  }
}

void TableReader::flag(std::string_view key, bool& value) const {
  if (!has(key)) {
    return;
  }
  const auto read = node(key).value_exact<bool>();
  if (!read) {
    wrong_type(key, "true or false");
  }
  value = *read;
}

void TableReader::number(std::string_view key, double& value, double least, double most) const {
  if (!has(key)) {
    return;
  }
  if (!node(key).is_number()) {
    wrong_type(key, "a number");
  }
  value = *node(key).value<double>();
  if (!(value >= least && value <= most)) {  // also not a number
    fault(key, "must be " + number_text(least) + " to " + number_text(most));
  }
}

std::int64_t TableReader::whole(const toml::node& node, std::string_view key, std::int64_t least,
                                std::int64_t most) const {
  const auto value = node.value_exact<std::int64_t>();
  if (!value) {
    fault_at(node, label(key) + " must be a whole number, not " + std::string(type_name(node)));
  }
  if (*value < least || *value > most) {
    fault_at(node, label(key) + " must be " + range_text(least, most) + ", not " +
                       std::to_string(*value));
  }
  return *value;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least,
                                                 std::int64_t most) const {
  return has(key) ? std::optional(whole(node(key), key, least, most)) : std::nullopt;
}

void TableReader::count(std::string_view key, std::uint64_t& value, std::uint64_t least,
                        std::uint64_t most) const {
  if (const auto read = integer(key, to_signed(least), to_signed(most))) {
    value = static_cast<std::uint64_t>(*read);
  }
}

namespace {
constexpr std::string_view kDurationExample = "write it like \"20ms\" or \"lognormal(60ms, 0.5)\"";
}  // namespace

void TableReader::duration(std::string_view key, Nanoseconds& value) const {
  if (!has(key)) {
    return;
  }
  const auto parsed = parse_duration(string_at(key, "a duration such as \"20ms\""));
  if (!parsed) {
    fault(key, parsed.error(), "write it like \"20ms\" or \"1.5s\"");
  }
  value = *parsed;
}

void TableReader::duration(std::string_view key, DurationSpec& value) const {
  if (!has(key)) {
    return;
  }
  const auto parsed = parse_duration_spec(string_at(key, "a duration such as \"20ms\""));
  if (!parsed) {
    fault(key, parsed.error(), std::string(kDurationExample));
  }
  value = *parsed;
}

void TableReader::rate(std::string_view key, double& value) const {
  if (!has(key)) {
    return;
  }
  const auto parsed = parse_rate(string_at(key, "a rate such as \"50/s\""));
  if (!parsed) {
    fault(key, parsed.error(), "write it like \"50/s\" or \"3000/min\"");
  }
  value = *parsed;
}

void TableReader::byte_count(std::string_view key, std::uint64_t& value) const {
  if (!has(key)) {
    return;
  }
  if (node(key).is_integer()) {
    value = static_cast<std::uint64_t>(whole(node(key), key, 0, to_signed(kLargestFile)));
    return;
  }
  const auto parsed = parse_byte_count(string_at(key, "a size such as \"64KiB\""));
  if (!parsed) {
    fault(key, parsed.error(), "write it like 4096 or \"64KiB\"");
  }
  value = *parsed;
}

std::optional<std::size_t> TableReader::choice(
    std::string_view key, std::initializer_list<std::string_view> names) const {
  if (!has(key)) {
    return {};
  }
  const std::string value = string_at(key, "a text");
  const auto* const found = std::ranges::find(names, value);
  if (found == names.end()) {
    fault(key, "is unknown: '" + value + "'", "it may be " + joined(names));
  }
  return static_cast<std::size_t>(found - names.begin());
}

const toml::table* TableReader::table(std::string_view key) const {
  if (!has(key)) {
    return nullptr;
  }
  const toml::table* table = node(key).as_table();
  if (table == nullptr) {
    wrong_type(key, "a table, written [" + std::string(key) + "]");
  }
  return table;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) const {
  std::vector<const toml::table*> result;
  if (!has(key)) {
    return result;
  }
  const toml::array* array = node(key).as_array();
  if (array == nullptr) {
    wrong_type(key, "an array of tables");
  }
  for (const toml::node& item : *array) {
    if (!item.is_table()) {
      fault_at(item, label(key) + " must hold tables only, not " + std::string(type_name(item)));
    }
    result.push_back(item.as_table());
  }
  return result;
}

std::vector<std::string> TableReader::texts(std::string_view key, std::size_t most) const {
  std::vector<std::string> result;
  if (!has(key)) {
    return result;
  }
  const toml::array* array = node(key).as_array();
  if (array == nullptr) {
    wrong_type(key, "an array of texts");
  }
  if (array->size() > most) {
    fault(key, "has more than " + std::to_string(most) + " entries");
  }
  for (const toml::node& item : *array) {
    if (!item.is_string()) {
      fault_at(item, label(key) + " must hold texts only, not " + std::string(type_name(item)));
    }
    result.push_back(*item.value_exact<std::string>());
  }
  return result;
}

std::vector<std::uint64_t> TableReader::counts(std::string_view key, std::uint64_t most_value,
                                               std::size_t most) const {
  std::vector<std::uint64_t> result;
  if (!has(key)) {
    return result;
  }
  const toml::array* array = node(key).as_array();
  if (array == nullptr) {
    wrong_type(key, "an array of whole numbers");
  }
  if (array->size() > most) {
    fault(key, "has more than " + std::to_string(most) + " entries");
  }
  for (const toml::node& item : *array) {
    result.push_back(static_cast<std::uint64_t>(whole(item, key, 0, to_signed(most_value))));
  }
  return result;
}

}  // namespace poolscope::workload
