// SPDX-License-Identifier: Apache-2.0
#include "core/storage/text_file.h"

#include <array>
#include <charconv>
#include <utility>

namespace poolscope::storage {

namespace {

template <typename Number>
void add_decimal(std::string& out, Number number) {
  std::array<char, 24> digits = {};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

/// `time` / 10^digits, without zeros at its end.
void add_scaled(std::string& out, std::int64_t time, unsigned digits) {
  std::uint64_t unit = 1;
  for (unsigned i = 0; i < digits; ++i) {
    unit *= 10;
  }
  std::uint64_t size = static_cast<std::uint64_t>(time);
  if (time < 0) {
    out += '-';
    size = 0 - size;
  }
  add_decimal(out, size / unit);
  std::uint64_t rest = size % unit;
  if (rest == 0) {
    return;
  }
  while (rest % 10 == 0) {
    rest /= 10;
    unit /= 10;
  }
  out += '.';
  for (unit /= 10; unit > 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit % 10);
  }
}

/// How many bytes the UTF-8 character at the front of `text` has; 0 if it is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

}  // namespace

Result<TextFile> TextFile::create(const std::filesystem::path& path, bool overwrite) {
  auto pending = PendingFile::prepare(path, overwrite);
  if (!pending) {
    return tl::unexpected(std::move(pending.error()));
  }
  auto file = OutputFile::create(pending->temporary(), !pending->is_device(), path);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  return TextFile(std::move(*pending), std::move(*file));
}

TextFile::TextFile(PendingFile pending, OutputFile file)
    : pending_(std::move(pending)),
      file_(std::move(file)) {}

bool TextFile::flush_some() {
  return text_.size() < kPiece ? !error_ : flush();
}

bool TextFile::flush() {
  if (!error_) {
    if (auto written = file_.append(text_); !written) {
      error_ = std::move(written.error());
    }
  }
  text_.clear();
  return !error_;
}

Result<void> TextFile::finish() {
  flush();
  if (error_) {
    return tl::unexpected(*error_);
  }
  if (auto closed = file_.close(); !closed) {
    return closed;
  }
  return pending_.publish();
}

void add_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0) {
      out += "\\ufffd";
    } else if (size > 1) {
      out.append(text, 0, size);
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[0];
    } else if (byte < 0x20 || byte == 0x7f || byte == '<') {
      // '<': so that a text can stand inside a script of a page.
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xfU];
    } else {
      out += text[0];
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

void add_seconds(std::string& out, std::int64_t time_ns) {
  add_scaled(out, time_ns, 9);
}

void add_microseconds(std::string& out, std::int64_t time_ns) {
  add_scaled(out, time_ns, 3);
}

void add_number(std::string& out, std::int64_t number) {
  add_decimal(out, number);
}

void add_number(std::string& out, std::uint64_t number) {
  add_decimal(out, number);
}

}  // namespace poolscope::storage
