// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/workload/quantity.h"

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::workload {

/// What is wrong with a scenario file. Thrown by readers, caught by parse_scenario(): reading a
/// table in a straight line is worth an exception that never leaves the parser.
struct ScenarioFault {
  Error error;
};

/// What a complaint says of a file's content, fit for one line of a terminal: control characters
/// become spaces, what is too long is cut between characters.
std::string one_line(std::string text);

/// Reads one table of a scenario file with types and limits checked; every complaint names file,
/// line and key. An absent key leaves the value as it is. Keys that are not `known` are refused at
/// once, so that a misspelt one is not mistaken for an absent one. Threads: its parser's.
class TableReader {
 public:
  /// `where` names the table for the reader of an error: "[load]"; empty for the top level.
  TableReader(const toml::table& table, std::string file, std::string where,
              std::initializer_list<std::string_view> known);

  bool has(std::string_view key) const { return table_.contains(key); }
  bool is_text(std::string_view key) const { return has(key) && node(key).is_string(); }
  void require(std::string_view key) const;

  void text(std::string_view key, std::string& value, std::size_t most_bytes) const;
  /// One line, not empty.
  void line(std::string_view key, std::string& value, std::size_t most_bytes) const;
  void flag(std::string_view key, bool& value) const;
  void number(std::string_view key, double& value, double least, double most) const;
  void count(std::string_view key, std::uint64_t& value, std::uint64_t least,
             std::uint64_t most) const;
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                      std::int64_t most) const;
  void duration(std::string_view key, Nanoseconds& value) const;
  void duration(std::string_view key, DurationSpec& value) const;
  void rate(std::string_view key, double& value) const;
  /// A number of bytes, or a text such as "64KiB".
  void byte_count(std::string_view key, std::uint64_t& value) const;
  /// An index into `names`.
  std::optional<std::size_t> choice(std::string_view key,
                                    std::initializer_list<std::string_view> names) const;

  const toml::table* table(std::string_view key) const;
  /// The tables of an array of tables (also written inline); empty if absent.
  std::vector<const toml::table*> tables(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key, std::size_t most) const;
  std::vector<std::uint64_t> counts(std::string_view key, std::uint64_t most_value,
                                    std::size_t most) const;

  /// Complains about `key` (at its line), or about the table where it is absent.
  [[noreturn]] void fault(std::string_view key, const std::string& what,
                          const std::string& advice = {}) const;

  /// Complains about the table itself.
  [[noreturn]] void fault_table(const std::string& what, const std::string& advice) const;

 private:
  [[noreturn]] void fault_at(const toml::node& node, const std::string& what,
                             const std::string& advice = {}) const;
  std::string label(std::string_view key) const;
  const toml::node& node(std::string_view key) const { return *table_.get(key); }
  [[noreturn]] void wrong_type(std::string_view key, std::string_view wanted) const;
  std::int64_t whole(const toml::node& node, std::string_view key, std::int64_t least,
                     std::int64_t most) const;
  std::string string_at(std::string_view key, std::string_view wanted) const;

  const toml::table& table_;
  std::string file_;
  std::string where_;
};

}  // namespace poolscope::workload
