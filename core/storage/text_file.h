// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/output_file.h"
#include "core/storage/pending_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolscope::storage {

/// A file of text under its temporary name, written in large pieces; keeps the first error.
/// Threads: one at a time.
class TextFile {
 public:
  static Result<TextFile> create(const std::filesystem::path& path, bool overwrite);

  /// What is added here is written now and then, by flush_some() and finish().
  std::string& text() { return text_; }
  /// False once something went wrong: write no more.
  bool flush_some();
  const std::filesystem::path& shown() const { return pending_.shown(); }
  /// Writes the rest and gives the file its name.
  Result<void> finish();

 private:
  TextFile(PendingFile pending, OutputFile file);
  bool flush();

  static constexpr std::size_t kPiece = 256 * 1024;
  PendingFile pending_;
  OutputFile file_;
  std::string text_;
  std::optional<Error> error_;
};

// What is added never depends on the locale.

/// A string literal of JSON. Bytes that are no UTF-8 become U+FFFD.
void add_json_string(std::string& out, std::string_view text);
/// Nanoseconds as seconds with nine digits, of the shortest form: 1.5, 0, -0.000000001.
void add_seconds(std::string& out, std::int64_t time_ns);
/// Nanoseconds as microseconds: 1.5, 0.
void add_microseconds(std::string& out, std::int64_t time_ns);
void add_number(std::string& out, std::int64_t number);
void add_number(std::string& out, std::uint64_t number);

}  // namespace poolscope::storage
